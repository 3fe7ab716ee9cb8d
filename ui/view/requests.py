"""Questions that were put to people as HTML: all of them, one with what came back, and what was just sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catalog.nouns import RequestState
from ui.schemas import ItemOut
from ui.schemas_requests import AskedOut, RepliedOut, RequestMadeOut, RequestOut
from ui.view.parts import (
    Surroundings,
    about,
    community,
    counted,
    day,
    facts,
    go,
    link,
    listed,
    mark,
    person,
    section,
    shown,
)
from ui.view.place import Page, Place
from ui.view.rendered import render
from ui.view.tags import Child, Html, join, tag

_TITLES = {
    RequestState.OPEN: "Waiting for an answer",
    RequestState.ANSWERED: "Answered",
    RequestState.CLOSED: "Closed",
}


def request_of(key: str) -> Place:
    """Where a request is."""
    return Place(Page.REQUESTS, request=key)


def requests_view(requests: Sequence[RequestOut], around: Surroundings) -> Html:
    """All requests that the reader may see, those that wait first."""
    told = "When nothing that was written answers a question, it can be put to people. What they reply stays."
    parts = (
        section(title, listed((_row(one, around) for one in requests if one.state is state), "rows"))
        for state, title in _TITLES.items()
        if any(one.state is state for one in requests)
    )
    none = None if requests else tag("p", "Nothing has been asked of anybody yet.", class_="none")
    return tag("div", tag("p", told, class_="lead"), none, *parts, class_="wide")


def _row(one: RequestOut, around: Surroundings) -> Html:
    return shown(
        go(request_of(str(one.number)), one.question, class_="title"),
        facts(*_facts(one, around), counted(len(one.replies), "reply", "replies") if one.replies else ""),
        tag("p", "Asked of ", _names(one.people), class_="summary") if one.people else None,
    )


def _facts(one: RequestOut, around: Surroundings) -> tuple[Child, ...]:
    often = f"asked {one.times:,} times" if one.times > 1 else ""
    return (f"asked by {one.asked_by}", day(one.asked_at), community(one.community, around), often)


def _names(people: Sequence[AskedOut]) -> Html:
    return join((person(one.name, one.person_id) for one in people), ", ")


def request_view(
    one: RequestOut, found: Sequence[ItemOut], replies: Mapping[str, ItemOut], around: Surroundings
) -> Html:
    """One request: who asked whom, what was found already, and what came back.

    Args:
        one: The request.
        found: What was found when it was asked.
        replies: The items that the replies became, by id.
        around: Where the reader is.
    """
    nearest = (shown(link(item, around), about(item, around)) for item in found)
    came = (_reply(reply, replies.get(reply.item_id), around) for reply in one.replies)
    return tag(
        "div",
        tag("p", go(Place(Page.REQUESTS), "← All requests", class_="onward"), class_="back"),
        tag(
            "header",
            tag("h2", one.question, class_="name"),
            facts(mark(_TITLES[one.state].lower(), one.state.value), *_facts(one, around)),
        ),
        section("Replies", listed(came, "cards"), class_="replies") if one.replies else None,
        _asked(one.people),
        section("What was found already", listed(nearest, "rows")) if found else None,
        class_="wide head-of",
    )


def _reply(reply: RepliedOut, item: ItemOut | None, around: Surroundings) -> Html:
    accepted = mark("✓ accepted", "solved") if reply.accepted else None
    return shown(
        facts(tag("b", person(reply.name, reply.person_id)), day(reply.at), accepted),
        tag("div", render(item.text or ""), class_="prose body") if item else None,
        tag("p", go(around.place.opening(reply.item_id), "Open this reply"), class_="open") if item else None,
    )


def _asked(people: Sequence[AskedOut]) -> Html:
    if not people:
        return tag("p", "Nobody could be chosen: it stands open for all who can answer.", class_="none")
    return section("Asked of", listed(map(_addressee, people), "rows folk"), class_="asked")


def _addressee(one: AskedOut) -> Html:
    return shown(
        tag("div", person(one.name, one.person_id), class_="named"),
        tag("p", one.why, class_="summary"),
        facts(*_way(one)),
    )


def _way(one: AskedOut) -> tuple[Child, ...]:
    """How far the request came with somebody."""
    if one.answered_at:
        return (f"answered on {day(one.answered_at)}",)
    if one.declined_at:
        return (f"declined on {day(one.declined_at)}",)
    sent = f"sent by {one.how} on {day(one.sent_at)}" if one.sent_at else ""
    return (sent or "not sent: it stands here", one.trouble)


def made_view(made: RequestMadeOut) -> Html:
    """What was put to whom, just now."""
    one = made.request
    whom = shown("It goes to ", _names(one.people), ".") if one.people else "It stands open for all who can."
    joined = "The same was asked already; nobody is asked twice. " if made.joined else ""
    keep = " Keep its address: whoever has it may accept a reply and close it." if made.token else ""
    return tag(
        "section",
        tag("h2", "It waits for an answer already" if made.joined else "Your question is on its way"),
        tag("p", joined, whom, keep),
        *(tag("p", note) for note in made.notes),
        tag("p", go(request_of(made.token or str(one.number)), "See the request", class_="onward")),
        class_="unknown thin",
        role="status",
    )


def no_request(key: str) -> Html:
    """That there is no such request."""
    return tag(
        "div",
        tag(
            "section",
            tag("h2", "No such request"),
            tag("p", f"There is no request “{key[:12]}” that you may see."),
            tag("p", go(Place(Page.REQUESTS), "All requests", class_="onward")),
            class_="unknown",
            role="alert",
        ),
        class_="trouble",
    )
