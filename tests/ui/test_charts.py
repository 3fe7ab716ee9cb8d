"""Pictures of people and topics: valid charts, which say without colours what they show."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import altair as alt
import pytest

from catalog.nouns import Role
from search.people.timeline import Step
from search.people.topics import Risk, Trend
from ui.charts import DARK, LIGHT, Look, activity_chart, asked_chart, network_chart, people_chart, risk_chart
from ui.charts_told import activity_told, asked_told, network_told, people_told, risks_told
from ui.schemas_community import AskedDayOut
from ui.schemas_people import NamedOut
from ui.schemas_topics import (
    EdgeOut,
    HolderOut,
    LandscapeOut,
    NetworkOut,
    NodeOut,
    PeriodOut,
    TimelineOut,
    TopicOut,
    TopicPersonOut,
)


def quarter(month: int, **roles: int) -> PeriodOut:
    counts = {Role[name.upper()]: count for name, count in roles.items()}
    return PeriodOut(start=datetime(2024, month, 1, tzinfo=UTC), roles=counts)


TIMELINE = TimelineOut(
    step=Step.QUARTER,
    periods=[quarter(1, answered=2, asked=1), quarter(4), quarter(7, accepted=3, commented=4, edited=1)],
    undated=0,
)

NETWORK = NetworkOut(
    nodes=[
        NodeOut(person_id=1, name="Colm", contributions=5, past=False),
        NodeOut(person_id=2, name="Lotte", contributions=0, past=True),
        NodeOut(person_id=3, name="Bert", contributions=1, past=False),
        NodeOut(person_id=4, name="Ines", contributions=1, past=False),
    ],
    edges=[EdgeOut(answerer=1, asker=2, answers=4), EdgeOut(answerer=3, asker=4, answers=1)],
    left_out=2,
)


def topic(name: str, risk: Risk, effective: float, *holders: HolderOut) -> TopicOut:
    return TopicOut(
        name=name,
        terms=[],
        tagged=True,
        items=9,
        contributions=6,
        people=3,
        active=len(holders),
        holders=list(holders),
        effective=effective,
        recent=1,
        before=1,
        newest=None,
        trend=Trend.STEADY,
        risk=risk,
        told="",
        risk_told=f"On whom {name} rests.",
    )


ANN = HolderOut(person=NamedOut(person_id=1, name="Ann"), contributions=5, share=0.83)
UNNAMED = HolderOut(person=None, contributions=1, share=0.17)
TOPICS = [
    topic("roofs", Risk.ONE, 1.38, ANN, UNNAMED),
    topic("bees", Risk.NOBODY, 0),
    topic("soil", Risk.NONE, 3.2, ANN, ANN, ANN, ANN),
]


def person(number: int, name: str, given: int, expected: float, *, past: bool = False) -> TopicPersonOut:
    return TopicPersonOut(
        person_id=number,
        name=name,
        contributions=given,
        of=14,
        accepted=0,
        elsewhere=3,
        expected=expected,
        lift=1,
        recent=0,
        recent_of=0,
        first=None,
        last=None,
        past=past,
        specific=given > 2 * expected,
        why=f"Why {name}.",
    )


SEEN = LandscapeOut(
    asked="roofs",
    topic=TOPICS[0],
    first=None,
    experts=[],
    specific=[person(1, "Colm", 6, 0.5)],
    busy=[person(2, "Bert", 3, 2.75), person(3, "Bert", 2, 2)],
    rising=[],
    past=[person(4, "Gwen", 2, 0.1, past=True)],
    network=NETWORK,
    timeline=TIMELINE,
)

ASKED = [
    AskedDayOut(day=date(2026, 3, 1), times=3, unanswered=1),
    AskedDayOut(day=date(2026, 3, 2), times=0, unanswered=0),
    AskedDayOut(day=date(2026, 3, 3), times=1, unanswered=1),
]
NOTHING = TimelineOut(step=Step.MONTH, periods=[], undated=0)
NOBODY = NetworkOut(nodes=[], edges=[], left_out=0)
EMPTY = SEEN.model_copy(update={"specific": [], "busy": [], "past": []})


def drawn(look: Look) -> dict[str, tuple[alt.LayerChart, str]]:
    return {
        "activity": (activity_chart(TIMELINE, look), activity_told(TIMELINE)),
        "people": (people_chart(SEEN, look), people_told(SEEN)),
        "network": (network_chart(NETWORK, look), network_told(NETWORK)),
        "risk": (risk_chart(TOPICS, look), risks_told(TOPICS)),
        "asked": (asked_chart(ASKED, look), asked_told(ASKED)),
        "nothing asked": (asked_chart([], look), asked_told([])),
        "no activity": (activity_chart(NOTHING, look), activity_told(NOTHING)),
        "no people": (people_chart(EMPTY, look), people_told(EMPTY)),
        "no network": (network_chart(NOBODY, look), network_told(NOBODY)),
        "no risk": (risk_chart([], look), risks_told([])),
    }


def rows(spec: dict[str, Any], layer: int) -> list[dict[str, Any]]:
    own = spec["layer"][layer].get("data") or spec["data"]
    found: list[dict[str, Any]] = own["values"]
    return found


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("what", list(drawn(LIGHT)))
def test_a_picture_is_valid_and_says_what_it_shows(what: str, look: Look) -> None:
    """It keeps to the schema of Vega-Lite, has the colours of its page, and loads nothing."""
    chart, told = drawn(look)[what]
    spec = chart.to_dict()
    assert spec["description"] == told
    assert (spec["background"], spec["config"]["axis"]["labelColor"]) == ("transparent", look.ink)
    assert '"url"' not in json.dumps(spec)


def test_what_was_done_is_told_from_the_bottom_to_the_top() -> None:
    """In three groups, of which an empty one is left out."""
    spec = activity_chart(TIMELINE).to_dict()
    assert [(row["when"], row["group"], row["count"]) for row in rows(spec, 0)] == [
        ("1. quarter of 2024", "answers and texts", 2),
        ("1. quarter of 2024", "questions", 1),
        ("3. quarter of 2024", "answers and texts", 3),
        ("3. quarter of 2024", "comments and edits", 5),
    ]
    assert [row["told"] for row in rows(spec, 1)] == ["8"]


def test_everybody_has_a_line_and_a_form() -> None:
    """Two people of one name are two lines."""
    spec = people_chart(SEEN).to_dict()
    assert [(row["label"], row["kind"], row["told"], row["expected"]) for row in rows(spec, 0)] == [
        ("Colm (1)", "in particular", "6 of 14", 0.5),
        ("Bert (2)", "as about much else", "3 of 14", 2.75),
        ("Bert (3)", "as about much else", "2 of 14", 2.0),
        ("Gwen (4)", "past", "2 of 14", 0.1),
    ]
    assert spec["layer"][2]["encoding"]["shape"]["scale"]["range"] == ["diamond", "circle", "cross"]


def test_a_network_looks_the_same_each_time() -> None:
    """All of it lies within the picture, and an arrow points to whoever was answered."""
    one, other = (network_chart(NETWORK).to_dict() for _ in range(2))
    assert one["layer"] == other["layer"]
    assert [row["told"] for row in rows(one, 0)] == ["Colm → Lotte: 4", "Bert → Ines: 1"]
    assert all(-1 <= row[axis] <= 1 for row in rows(one, 2) for axis in ("x", "y"))
    assert [(row["label"], row["state"]) for row in rows(one, 2)] == [
        ("Colm", "active"),
        ("Lotte", "past"),
        ("Bert", "active"),
        ("Ines", "active"),
    ]


def test_a_topic_at_risk_is_told_with_whom_it_rests_on() -> None:
    """Nobody who is not to be named is."""
    spec = risk_chart(TOPICS).to_dict()
    assert [(row["topic"], row["rests"], row["who"]) for row in rows(spec, 1)] == [
        ("roofs", "one active person", "Ann, 5 of 6"),
        ("bees", "nobody active", "nobody"),
        ("soil", "several", "4 active"),
    ]


def test_pictures_are_told_in_a_sentence() -> None:
    """With the main numbers."""
    assert activity_told(TIMELINE) == (
        "From 1. quarter of 2024 to 3. quarter of 2024, answers and texts: 5, questions: 1, "
        "comments and edits: 5; most, 8, in 3. quarter of 2024."
    )
    assert people_told(SEEN) == (
        "Answers and texts about roofs, given and expected: 1 in particular (Colm first), "
        "2 as about much else (Bert first), 1 past (Gwen first)."
    )
    assert network_told(NETWORK) == (
        "4 people answer each other in 2 pairs, and 2 more people are left out; "
        "Colm answered Lotte most often, 4 times."
    )
    assert risks_told(TOPICS) == (
        "Of 3 topics 1 rests on one active person (fewer than 1.5 in effect) and 1 on nobody who is active."
    )
    assert asked_told(ASKED) == "4 questions in 3 days, 2 without an answer; most, 3, on 1 March."


def test_questions_are_told_by_whether_they_had_an_answer() -> None:
    """A column a day, full for those with one, empty for those without."""
    spec = asked_chart(ASKED).to_dict()
    assert [(row["day"], row["what"], row["questions"]) for row in rows(spec, 0)][:2] == [
        ("2026-03-01", "with an answer", 2),
        ("2026-03-01", "no answer yet", 1),
    ]
