"""The pages of requests as HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from catalog.nouns import RequestState
from tests.build import make_item
from ui.schemas import item_out
from ui.schemas_requests import AskedOut, RepliedOut, RequestMadeOut, RequestOut
from ui.view.parts import Surroundings
from ui.view.place import Page, Place
from ui.view.requests import made_view, no_request, request_view, requests_view

AROUND = Surroundings(Place(Page.REQUESTS), {})
MAY = datetime(2026, 5, 2, tzinfo=UTC)
KEY = "k7"
HOSTILE = "<img src=x onerror=alert(1)>"


def asked(name: str = "Gwen", **values: Any) -> AskedOut:
    given: dict[str, Any] = {"person_id": 12, "why": "Answered 2 questions", "sent_at": None, "how": ""}
    told: dict[str, Any] = {"trouble": "", "declined_at": None, "answered_at": None}
    return AskedOut(name=name, **(given | told | values))


def request(**values: Any) -> RequestOut:
    given: dict[str, Any] = {
        "number": 7,
        "question": "Who feeds the bees?",
        "communities": ["garden"],
        "community": "garden",
        "asked_by": "the owner",
        "asked_at": MAY,
        "times": 1,
        "state": RequestState.OPEN,
        "found": [],
        "people": [asked()],
        "replies": [],
        "seconds_to_answer": None,
    }
    return RequestOut(**(given | values))


def reply(**values: Any) -> RepliedOut:
    given: dict[str, Any] = {"number": 1, "item_id": "notes:r1", "name": "Gwen", "person_id": 12}
    return RepliedOut(**(given | {"at": MAY, "accepted": False} | values))


def test_what_waits_comes_first() -> None:
    """Each with whom it was put to."""
    done = request(number=6, question="Done?", state=RequestState.ANSWERED, replies=[reply()])
    html = requests_view([done, request()], AROUND)

    assert html.index("Waiting for an answer") < html.index("Who feeds the bees?") < html.index("Done?")
    assert '<a href="?page=requests&amp;request=7"' in html
    assert '<a href="?page=people&amp;person=12"' in html
    assert "1 reply" in html


def test_without_requests_it_says_so() -> None:
    """And what they are for."""
    assert "Nothing has been asked of anybody yet." in requests_view([], AROUND)


def test_one_request_tells_how_far_it_came_with_each() -> None:
    """Sent, not sent, declined or answered."""
    people = [
        asked("Ann"),
        asked("Bo", sent_at=MAY, how="mail"),
        asked("Cy", declined_at=MAY),
        asked("Di", answered_at=MAY),
    ]
    html = request_view(request(people=people), [], {}, AROUND)

    assert "not sent: it stands here" in html
    assert "sent by mail on 2 May 2026" in html
    assert "declined on 2 May 2026" in html
    assert "answered on 2 May 2026" in html


def test_a_reply_stands_with_its_author_and_opens() -> None:
    """And says whether it was accepted."""
    item = item_out(make_item("r1", "In **March**."), with_text=True)
    html = request_view(request(replies=[reply(accepted=True)]), [], {"notes:r1": item}, AROUND)

    assert "In <strong>March</strong>." in html
    assert "✓ accepted" in html
    assert 'href="?page=requests&amp;item=notes%3Ar1"' in html


def test_what_was_put_to_whom_is_told_with_a_way_to_it() -> None:
    """Whose token opens what only who asked may do."""
    made = RequestMadeOut(request=request(), joined=False, token=KEY, link="", notes=["Not sent."])
    html = made_view(made)

    assert "It goes to" in html
    assert "Not sent." in html
    assert 'href="?page=requests&amp;request=k7"' in html


def test_what_is_asked_already_is_said_so() -> None:
    """Nobody is asked twice."""
    made = RequestMadeOut(request=request(), joined=True, token="", link="", notes=[])

    assert "nobody is asked twice" in made_view(made)
    assert 'href="?page=requests&amp;request=7"' in made_view(made)


def test_nothing_of_a_request_becomes_html() -> None:
    """Neither question, nor names, nor replies, nor what stands in an address."""
    item = item_out(make_item("r1", HOSTILE), with_text=True)
    one = request(question=HOSTILE, asked_by=HOSTILE, people=[asked(HOSTILE, why=HOSTILE)], replies=[reply()])
    parts = (requests_view([one], AROUND), request_view(one, [], {"notes:r1": item}, AROUND))

    assert not any("<img" in part for part in (*parts, no_request(HOSTILE)))
