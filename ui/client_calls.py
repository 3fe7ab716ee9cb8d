"""What a client asks of the HTTP API: each call as a value, whoever sends it and however."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypedDict, TypeVar, Unpack
from urllib.parse import quote

from pydantic import BaseModel

from catalog.nouns import Kind, RequestState, State
from ui import schemas, schemas_topics
from ui.schemas_contribute import UploadOut, WithdrawnOut, WrittenOut
from ui.schemas_feedback import SaidOut
from ui.schemas_gaps import GapOut, GapsOut
from ui.schemas_items import ItemsOut, PracticeOut
from ui.schemas_members import MeOut
from ui.schemas_people import PeopleOut, PersonOut
from ui.schemas_profile import ProfileOut
from ui.schemas_requests import (
    ReplyTakenOut,
    RequestMadeOut,
    RequestOut,
    RequestShownOut,
    RequestsOut,
    RequestStatsOut,
)
from ui.schemas_sources import AddedsOut, AddedWithJobOut, JobOut

Form = TypeVar("Form", bound=BaseModel)
Page = TypeVar("Page", bound=schemas.Listed)
Item = TypeVar("Item")


class Narrowing(TypedDict, total=False):
    """What a search is narrowed to; what is left out, is not."""

    communities: Sequence[str]
    kinds: Sequence[Kind | str]
    tags: Sequence[str]
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Call(Generic[Form]):
    """One request.

    Attributes:
        form: What comes back.
        method: Its method.
        path: Its address below that of the API.
        params: What stands behind the question mark; what is None is left out.
        body: What is sent as JSON, if anything.
        files: What is sent as a form instead, each by the name of its field.
    """

    form: type[Form]
    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    files: Mapping[str, Path] = field(default_factory=dict)

    def given(self) -> dict[str, Any]:
        """The parameters that have a value."""
        return {name: value for name, value in self.params.items() if value not in (None, [], ())}


@dataclass(frozen=True, slots=True)
class Listing(Generic[Page, Item]):
    """A list that comes in pages.

    Attributes:
        call: Asks for the first page.
        items: What stands on a page.
    """

    call: Call[Page]
    items: Callable[[Page], Sequence[Item]]

    def at(self, cursor: str | None) -> Call[Page]:
        """The call for the page at a cursor."""
        return replace(self.call, params={**self.call.params, "cursor": cursor})


def ask(
    question: str, *, before: Sequence[str] = (), k: int = 5, **narrowed: Unpack[Narrowing]
) -> Call[schemas.ReplyOut]:
    """Answer a question: the cited answer, the people, who met it before, related practices.

    Args:
        question: In plain words.
        before: What was asked before in the same conversation, the oldest first.
        k: How many people and problems are wanted.
        narrowed: What to narrow it to.
    """
    return _get(schemas.ReplyOut, "/ask", narrowed, q=question, before=list(before), k=k)


def search(question: str, *, k: int = 10, **narrowed: Unpack[Narrowing]) -> Call[schemas.HitsOut]:
    """Find the items that fit a question."""
    return _get(schemas.HitsOut, "/search", narrowed, q=question, k=k)


def experts(topic: str, *, k: int = 5, **narrowed: Unpack[Narrowing]) -> Call[schemas.ExpertsOut]:
    """Find the people who know about a topic."""
    return _get(schemas.ExpertsOut, "/experts", narrowed, q=topic, k=k)


def similar(
    problem: str, *, typing: bool = False, k: int = 5, **narrowed: Unpack[Narrowing]
) -> Call[schemas.SimilarProblemsOut]:
    """Find past problems like the one described; `typing` while it is still being typed."""
    return _get(schemas.SimilarProblemsOut, "/similar", narrowed, q=problem, typing=typing or None, k=k)


def item(item_id: str) -> Call[schemas.ThreadOut]:
    """Give an item in full, with its thread."""
    return _get(schemas.ThreadOut, "/item", {}, id=item_id)


def person(who: int | str) -> Call[ProfileOut]:
    """Tell where somebody contributes, what about, what was best, and with whom."""
    return _get(ProfileOut, "/person", {}, id=str(who))


def topic(text: str, *, k: int = 5, **narrowed: Unpack[Narrowing]) -> Call[schemas_topics.LandscapeOut]:
    """Tell who knows about a topic, who rises, who is past, and on whom it rests."""
    return _get(schemas_topics.LandscapeOut, "/topic", narrowed, q=text, k=k)


def status() -> Call[schemas.StatusOut]:
    """Tell the state of the library, as far as the viewer may know it."""
    return _get(schemas.StatusOut, "/status", {})


def communities() -> Call[schemas.CommunitiesOut]:
    """List the communities that the viewer may read."""
    return _get(schemas.CommunitiesOut, "/communities", {})


def items(
    *,
    title: str = "",
    state: State | None = None,
    order: str = "newest",
    k: int = 20,
    **narrowed: Unpack[Narrowing],
) -> Listing[ItemsOut, PracticeOut]:
    """What opens a thread, one item after the other; `k` at a time.

    Args:
        title: Words that the title has.
        state: Only what is in this state.
        order: What comes first, such as "newest".
        k: How many come at once.
        narrowed: What to narrow it to.
    """
    call = _get(ItemsOut, "/items", narrowed, title=title or None, state=state, order=order, k=k)
    return Listing(call, lambda page: page.items)


def people(name: str = "", *, k: int = 50) -> Listing[PeopleOut, PersonOut]:
    """Everybody whose name contains a text, those with the most contributions first; `k` at a time."""
    return Listing(_get(PeopleOut, "/people", {}, q=name or None, k=k), lambda page: page.people)


def topics(*, k: int = 100) -> Listing[schemas_topics.TopicsOut, schemas_topics.TopicOut]:
    """The topics of the library, those with the most items first; `k` at a time."""
    return Listing(_get(schemas_topics.TopicsOut, "/topics", {}, k=k), lambda page: page.topics)


def risks(*, k: int = 100) -> Listing[schemas_topics.RisksOut, schemas_topics.TopicOut]:
    """The topics that rest on one active person or on nobody, the largest first; `k` at a time."""
    return Listing(_get(schemas_topics.RisksOut, "/risks", {}, k=k), lambda page: page.risks)


def gaps(*, k: int = 20) -> Listing[GapsOut, GapOut]:
    """What was asked and could not be answered, the most asked first; `k` at a time."""
    return Listing(_get(GapsOut, "/gaps", {}, k=k), lambda page: page.gaps)


def requests(state: RequestState | None = None, *, k: int = 20) -> Listing[RequestsOut, RequestOut]:
    """What was put to people, the latest first; `k` at a time."""
    call = _get(RequestsOut, "/requests", {}, state=state, k=k)
    return Listing(call, lambda page: page.requests)


def request(key: int | str) -> Call[RequestShownOut]:
    """One request, by its number or the token of a link."""
    return _get(RequestShownOut, _request(key), {})


def request_stats() -> Call[RequestStatsOut]:
    """Tell how many requests were answered, and after how long."""
    return _get(RequestStatsOut, "/requests/stats", {})


def put_to_people(
    question: str, *, communities: Sequence[str] = (), to: Sequence[str] = (), community: str | None = None
) -> Call[RequestMadeOut]:
    """Put a question to people, or join the open request that asks the same.

    Args:
        question: In plain words.
        communities: Slugs or names to narrow it down to.
        to: Numbers or exact names of people; chosen if there are none.
        community: The one to which replies belong; chosen if None.
    """
    body = {"question": question, "communities": [*communities], "to": [*to], "community": community}
    return Call(RequestMadeOut, "POST", "/requests", body=body)


def answer(key: int | str, text: str, *, person: str = "") -> Call[ReplyTakenOut]:
    """Reply to a request; the next question finds it."""
    return Call(ReplyTakenOut, "POST", _request(key, "answer"), body={"text": text, "person": person})


def accept(key: int | str, reply: int) -> Call[RequestShownOut]:
    """Say which reply solved it."""
    return Call(RequestShownOut, "POST", _request(key, "accept"), body={"reply": reply})


def decline(key: int | str, *, person: str = "") -> Call[RequestShownOut]:
    """Say that whoever was asked will not answer."""
    return Call(RequestShownOut, "POST", _request(key, "decline"), body={"person": person})


def close_request(key: int | str) -> Call[RequestShownOut]:
    """Close a request, so that nobody replies any more."""
    return Call(RequestShownOut, "POST", _request(key, "close"), body={})


def write(
    kind: Kind | str,
    community: str,
    title: str,
    text: str = "",
    *,
    tags: Sequence[str] = (),
    author: str = "",
) -> Call[WrittenOut]:
    """Write a lesson, a post or a question; the next question finds it.

    Args:
        kind: Which of them.
        community: Slug or name of the community that it is for.
        title: Its title.
        text: Markdown; a lesson's has the heading "What to do".
        tags: Topics.
        author: Number or name of who wrote it; only the owner may say so.
    """
    said = {"kind": kind, "community": community, "title": title, "text": text}
    return Call(WrittenOut, "POST", "/items", body={**said, "tags": [*tags], "author": author})


def withdraw(item_id: str) -> Call[WithdrawnOut]:
    """Withdraw what was written here, for good."""
    return Call(WithdrawnOut, "DELETE", "/items", {"id": item_id})


def upload(file: Path, community: str, *, author: str = "") -> Call[UploadOut]:
    """Upload a document; what has not been read after a few seconds can be asked for with `uploaded`."""
    params = {"community": community, "author": author or None}
    return Call(UploadOut, "POST", "/documents", params, files={"file": file})


def uploaded(item_id: str) -> Call[UploadOut]:
    """Tell how far a document has come."""
    return _get(UploadOut, "/documents", {}, id=item_id)


def say(
    *, question: str = "", item: str = "", helped: bool, reason: str = "", communities: Sequence[str] = ()
) -> Call[SaidOut]:
    """Say whether an answer or an item helped; saying it again changes it.

    Args:
        question: What was asked, where it is about the answer.
        item: Id of the item, where it is about that.
        helped: Whether it helped.
        reason: Why, in a line.
        communities: Those to which the question was narrowed.
    """
    about = {"question": question, "item": item, "communities": [*communities]}
    return Call(SaidOut, "POST", "/feedback", body={**about, "helped": helped, "reason": reason})


def me() -> Call[MeOut]:
    """Tell who asks, and what they may do."""
    return _get(MeOut, "/me", {})


def sources() -> Call[AddedsOut]:
    """List what was added to the library, as far as the viewer decides about it."""
    return _get(AddedsOut, "/sources", {})


def add_source(
    location: str, *, name: str = "", kind: str = "", community: str = ""
) -> Call[AddedWithJobOut]:
    """Add a source, and begin to sync it."""
    body = {"location": location, "name": name, "kind": kind, "community": community}
    return Call(AddedWithJobOut, "POST", "/sources", body=body)


def sync(*sources: str, full: bool = False) -> Call[JobOut]:
    """Begin to sync what is named, or everything; `job` tells how far it has come."""
    return Call(JobOut, "POST", "/jobs", body={"sources": [*sources], "full": full})


def job(job_id: str) -> Call[JobOut]:
    """Tell how far a sync has come."""
    return _get(JobOut, f"/jobs/{quote(job_id, safe='')}", {})


def _request(key: int | str, *what: str) -> str:
    return "/".join(["/requests", quote(str(key), safe=""), *what])


def _get(form: type[Form], path: str, narrowed: Narrowing, **params: Any) -> Call[Form]:
    filters = {
        "community": list(narrowed.get("communities", ())),
        "kind": list(narrowed.get("kinds", ())),
        "tag": list(narrowed.get("tags", ())),
        "since": narrowed.get("since"),
        "until": narrowed.get("until"),
    }
    return Call(form, "GET", path, {**params, **filters})
