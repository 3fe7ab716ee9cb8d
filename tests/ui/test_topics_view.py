"""The pages of topics as HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from search.people.timeline import Step
from search.people.topics import Risk, Trend
from ui.schemas_topics import LandscapeOut, NetworkOut, TimelineOut, TopicOut, TopicPersonOut
from ui.view.parts import Surroundings
from ui.view.place import Page, Place
from ui.view.topics import nobody_wrote, risk_rows, topic_head, topic_people, topics_head, topics_view

HOSTILE = "<img src=x onerror=alert(1)>"


def topic(name: str = "bees", **values: Any) -> TopicOut:
    given: dict[str, Any] = {
        "terms": ["hives"],
        "tagged": True,
        "items": 9,
        "contributions": 6,
        "people": 3,
        "active": 2,
        "holders": [],
        "effective": 1.2,
        "recent": 1,
        "before": 1,
        "newest": None,
        "trend": Trend.RISING,
        "risk": Risk.ONE,
        "told": "9 items by 3 people.",
        "risk_told": "Gwen gave 5 of 6.",
    }
    return TopicOut(name=name, **(given | values))


def giver(name: str, **values: Any) -> TopicPersonOut:
    given: dict[str, Any] = {
        "person_id": 12,
        "contributions": 5,
        "of": 6,
        "accepted": 1,
        "elsewhere": 2,
        "expected": 0.4,
        "lift": 4.3,
        "recent": 0,
        "recent_of": 0,
        "first": None,
        "last": None,
        "past": False,
        "specific": True,
        "why": f"{name} gave 5 of 6.",
    }
    return TopicPersonOut(name=name, **(given | values))


def landscape(**values: Any) -> LandscapeOut:
    given: dict[str, Any] = {
        "asked": "bees",
        "topic": topic(),
        "first": datetime(2022, 3, 1, tzinfo=UTC),
        "experts": [],
        "specific": [giver("Gwen")],
        "busy": [giver("Ines", specific=False)],
        "rising": [],
        "past": [giver("Colm", past=True)],
        "network": NetworkOut(nodes=[], edges=[], left_out=0),
        "timeline": TimelineOut(step=Step.MONTH, periods=[], undated=0),
    }
    return LandscapeOut(**(given | values))


AROUND = Surroundings(Place(Page.TOPICS, topic="bees"), {})


def test_topics_lead_to_their_pages_and_those_at_risk_are_marked() -> None:
    """By a word and a form, not only by a colour."""
    html = topics_view([topic(), topic("slugs", risk=Risk.NONE, trend=Trend.STEADY)])

    assert "2 topics" in html
    assert '<a href="?page=topics&amp;topic=bees"' in html
    assert html.count("◐ one active person") == 1
    assert html.count("↗ more than before") == 1


def test_no_topics_are_said_so() -> None:
    """The box stays: any words name a topic."""
    html = topics_head([], Surroundings(Place(Page.TOPICS), {}))

    assert "There are no topics yet" in html
    assert 'name="topic"' in html


def test_what_rests_on_one_person_says_on_whom() -> None:
    """In its sentence."""
    assert "Gwen gave 5 of 6." in risk_rows([topic()])
    assert "○ nobody active" in risk_rows([topic(risk=Risk.NOBODY)])
    assert risk_rows([]) == ""


def test_one_topic_tells_its_figures_and_on_whom_it_rests() -> None:
    """And what comes with it, as links."""
    html = topic_head(landscape(), AROUND)

    assert "since March 2022" in html
    assert html.index("9 items by 3 people.") < html.index("Gwen gave 5 of 6.")
    assert '<a href="?page=topics&amp;topic=hives"' in html


def test_specific_busy_and_past_people_are_told_apart() -> None:
    """Each under a heading; nobody under an empty one."""
    html = topic_people(landscape())
    order = [html.index(told) for told in ("in particular", "Gwen", "as about much else", "Ines")]

    assert order == sorted(order)
    assert html.index("They knew this") < html.index("Colm") < html.index("badge past")
    assert "more active" not in html


def test_few_gave_anything_is_said_so() -> None:
    """Instead of an empty page."""
    html = topic_people(landscape(specific=[], busy=[], past=[]))

    assert "Nobody gave more than one answer or text to it." in html


def test_an_unknown_topic_leads_to_the_nearest() -> None:
    """By links."""
    html = nobody_wrote("beez", ["bees"])

    assert "There is nothing about “beez” that you may read." in html
    assert '<a href="?page=topics&amp;topic=bees"' in html


def test_nothing_of_a_topic_becomes_html() -> None:
    """Tags and names come from content."""
    seen = landscape(topic=topic(HOSTILE, terms=[HOSTILE]), specific=[giver(HOSTILE)])
    parts = (topic_head(seen, AROUND), topic_people(seen), nobody_wrote(HOSTILE, [HOSTILE]))

    assert not any("<img" in part for part in parts)
