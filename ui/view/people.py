"""The people of a library as HTML: who knows about something, and who there is."""

from __future__ import annotations

from collections.abc import Sequence

from ui.schemas import ExpertOut
from ui.schemas_people import PersonOut
from ui.schemas_topics import RisksOut
from ui.view.experts import experts_view
from ui.view.find import find_view
from ui.view.parts import (
    Surroundings,
    community,
    counted,
    facts,
    go,
    listed,
    mark,
    person,
    section,
    shown,
)
from ui.view.place import Page, Place, topic_of
from ui.view.tags import Child, Html, tag
from ui.view.topics import risk_rows

_RISKS = 5  # topics at risk that are told of here
_EVIDENCE = 5  # pieces of evidence of each person that are shown at once


def people_view(
    people: Sequence[PersonOut], most: int, risks: RisksOut, around: Surroundings, example: str = ""
) -> Html:
    """Everybody, or those with a certain name.

    Args:
        people: Who they are, those with the most contributions first.
        most: How many are listed at most.
        risks: What rests on one person or on nobody.
        around: Where the reader is.
        example: A topic that somebody could look for.
    """
    place = around.place
    return tag(
        "div",
        tag(
            "div",
            _who_knows(place, example),
            find_view(
                place.home,
                "name",
                "Find somebody by name",
                value=place.name,
                placeholder="All or part of a name",
                must=False,
            ),
            _everybody(people, most, around),
            class_="first",
        ),
        tag("aside", _at_risk(risks), aria_label="Expertise at risk") if risks.topics else None,
        class_="reply spread",
    )


def who_knows_view(experts: Sequence[ExpertOut], around: Surroundings) -> Html:
    """Those who know about a topic, with the evidence for it."""
    place = around.place
    seen = tag("p", go(_from_above(place), "The topic from above", class_="onward"))
    return tag(
        "div",
        _who_knows(place, value=place.topic),
        experts_view(experts, around, "People who know", _EVIDENCE) if experts else nobody_view(place.topic),
        seen if experts else None,
        class_="wide",
    )


def nobody_view(topic: str) -> Html:
    """That nobody knows about a topic, as far as the reader may know."""
    return tag(
        "section",
        tag("h2", "Nobody that we know of"),
        tag("p", f"Nobody who may be named here has written about “{topic}”. Put it in other words, or "),
        tag("p", go(Place(Page.TOPICS), "see what is written about", class_="onward")),
        class_="unknown",
    )


def _from_above(place: Place) -> Place:
    """The page of the topic, within the same bounds."""
    from_above = topic_of(place.topic)
    return Place(
        from_above.page,
        topic=from_above.topic,
        communities=place.communities,
        kinds=place.kinds,
        tags=place.tags,
        since=place.since,
        until=place.until,
    )


def _who_knows(place: Place, example: str = "", value: str = "") -> Html:
    return find_view(
        place.about(""),
        "topic",
        "Who knows about …?",
        value=value,
        placeholder=f"A few words, such as: {example}" if example else "",
    )


def _everybody(people: Sequence[PersonOut], most: int, around: Surroundings) -> Html:
    if not people:
        told = f"Nobody here is called “{around.place.name}”." if around.place.name else "Nobody is here yet."
        return tag("p", told, class_="none")
    title = counted(len(people), "person", "people")
    cut = f"The {most} who contributed most; the others are found by name." if len(people) >= most else ""
    return section(
        f"{title} called “{around.place.name}”" if around.place.name else title,
        listed((_somebody(one, around) for one in people), "rows folk pairs"),
        tag("p", cut, class_="made") if cut else None,
    )


def _somebody(one: PersonOut, around: Surroundings) -> Html:
    number = 0 if one.wishes.anonymous and not around.owner else one.person_id
    return shown(
        tag("div", person(one.name, number), *standing(one), class_="named"),
        facts(
            counted(one.contributions, "contribution"),
            *(community(slug, around) for slug in one.communities),
        ),
    )


def standing(one: PersonOut) -> list[Child]:
    """What is to be known before somebody is asked."""
    said = ((one.bot, "a program"), (one.wishes.departed, "has left"))
    return [mark(told, "past") for holds, told in said if holds]


def _at_risk(risks: RisksOut) -> Html:
    told = (
        "What rests on one active person, or on nobody, is lost when they leave."
        if risks.risks
        else f"None of {risks.topics:,} topics rests on one person, as far as you may read."
    )
    more = len(risks.risks) - _RISKS
    return section(
        "Expertise at risk",
        tag("p", told, class_="summary"),
        risk_rows(risks.risks[:_RISKS]),
        tag("p", go(Place(Page.TOPICS), f"{more} more" if more > 0 else "All topics", class_="onward")),
        class_="risks",
    )
