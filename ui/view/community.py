"""A community from above as HTML: what is asked, what has no answer, what grows."""

from __future__ import annotations

from collections.abc import Iterable

from ui.community_told import span_told
from ui.schemas import ItemOut
from ui.schemas_community import DemandOut, GrowthOut, NewcomerOut, PulseOut, RiseOut, UnansweredOut
from ui.schemas_gaps import GapOut
from ui.schemas_requests import RequestOut
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
    topic,
)
from ui.view.place import Place
from ui.view.requests import request_of
from ui.view.tags import Child, Html, tag

_NEWEST = 5  # practices


def pulse_view(pulse: PulseOut, around: Surroundings) -> Html:
    """What is asked, what waits for an answer, and what grows, side by side where there is room."""
    return tag(
        "div",
        _asked(pulse, around),
        _unanswered(pulse.unanswered, around),
        _growth(pulse.growth, around),
        class_="pulse",
    )


def _asked(pulse: PulseOut, around: Surroundings) -> Html:
    title = f"Asked in the last {pulse.days} days"
    if pulse.asked:
        return section(title, listed((_demand(one) for one in pulse.asked), "rows tight"))
    none = (
        "Nothing was asked yet. Questions are counted here by day, without who asked."
        if around.keeps_gaps
        else "Questions are not counted: the setting record_gaps is off."
    )
    return section(title, tag("p", none, class_="none"), _onward(Place(), "Ask something"))


def _demand(one: DemandOut) -> Html:
    rising = f"↗ {one.before:,} before" if one.rising and one.before else ""
    return shown(
        _ask(one.question),
        facts(
            "asked once" if one.times == 1 else f"asked {one.times:,} times",
            rising,
            None if one.answered else mark("no answer yet"),
        ),
    )


def _unanswered(waiting: UnansweredOut, around: Surroundings) -> Html:
    title = "Waiting for an answer"
    rows = [
        *map(_gap, waiting.gaps),
        *map(_request, waiting.requests),
        *(_question(one, around) for one in waiting.questions),
    ]
    if not rows:
        return section(title, tag("p", "Nothing: all that was asked has an answer.", class_="none"))
    more = waiting.questions_in_all - len(waiting.questions)
    told = f"{counted(more, 'further question')} without a reply." if more > 0 else ""
    return section(title, listed(rows, "rows tight"), tag("p", told, class_="none") if told else None)


def _gap(gap: GapOut) -> Html:
    often = "asked once" if gap.times == 1 else f"asked {gap.times:,} times"
    return shown(_ask(gap.question), facts("no answer that helped yet", often))


def _request(one: RequestOut) -> Html:
    title = go(request_of(str(one.number)), one.question, class_="title")
    return shown(title, facts(f"put to {counted(len(one.people), 'person', 'people')}", day(one.asked_at)))


def _question(item: ItemOut, around: Surroundings) -> Html:
    return shown(
        link(item, around), facts("no reply yet", community(item.community, around), day(item.created))
    )


def _growth(grown: GrowthOut, around: Surroundings) -> Html:
    slugs = ((community(one.name, around), one) for one in grown.communities)
    parts = (
        ("Topics", (_rise(topic(one.name), one) for one in grown.topics), grown.topics),
        ("Communities", (_rise(*pair) for pair in slugs), grown.communities),
        ("New practices", (_new(item, around) for item in grown.newest[:_NEWEST]), grown.newest),
        ("New people", map(_newcomer, grown.people), grown.people),
    )
    shown_parts = [_part(title, rows) for title, rows, some in parts if some]
    if not grown.topics and not grown.communities and shown_parts:
        none = f"No topic has clearly more than in the {span_told(grown.days)} before."
        shown_parts.insert(0, tag("p", none, class_="none"))
    return section("What grows", tag("p", grown.told, class_="summary"), *shown_parts, class_="growth")


def _part(title: str, rows: Iterable[Html]) -> Html:
    return shown(tag("h3", title), listed(rows, "rows tight"))


def _beside(name: Child, told: str) -> Html:
    """A name and what is told of it, on one line."""
    return tag("div", tag("span", name), tag("span", told, class_="figure"), class_="beside")


def _rise(name: Child, one: RiseOut) -> Html:
    return _beside(name, f"↗ {one.recent:,}, {one.before:,} before")


def _new(item: ItemOut, around: Surroundings) -> Html:
    return shown(link(item, around), about(item, around))


def _newcomer(one: NewcomerOut) -> Html:
    return _beside(person(one.name, one.person_id), f"since {day(one.first)}")


def _ask(question: str) -> Html:
    return go(Place(question=question), question, class_="title")


def _onward(place: Place, told: str) -> Html:
    return tag("p", go(place, told, class_="onward"))


def community_head() -> Html:
    """What the page is."""
    told = "What this community asks, what nobody has answered yet, what grows, and all of it as a map."
    return tag("div", tag("p", told, class_="lead"), class_="wide")
