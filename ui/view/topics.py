"""Topics as HTML: all of them, and one from above."""

from __future__ import annotations

from collections.abc import Sequence

from search.people.topics import Risk, Trend
from ui.schemas_topics import LandscapeOut, TopicOut, TopicPersonOut
from ui.view.experts import experts_view
from ui.view.find import find_view
from ui.view.parts import (
    Surroundings,
    bar,
    counted,
    facts,
    go,
    listed,
    mark,
    month,
    person,
    section,
    shown,
    topic,
)
from ui.view.place import Page, Place
from ui.view.tags import Html, tag

_RISKS = {Risk.ONE: "◐ one active person", Risk.NOBODY: "○ nobody active"}
_TRENDS = {
    Trend.RISING: "↗ more than before",
    Trend.FALLING: "↘ less than before",
    Trend.QUIET: "nothing for two years",
}
_KINDS = (
    ("specific", "They know this in particular"),
    ("busy", "They write about this as about much else"),
    ("rising", "They have become more active in this"),
    ("past", "They knew this, and are not active any more"),
)


def topics_head(topics: Sequence[TopicOut], around: Surroundings) -> Html:
    """A box for a topic, and how many there are."""
    none = "There are no topics yet: nothing has tags, and too little is written."
    return tag(
        "div",
        _find(around.place, example=topics[0].name if topics else ""),
        None if topics else tag("p", none, class_="none"),
        class_="wide",
    )


def topics_view(topics: Sequence[TopicOut]) -> Html:
    """All topics, the largest first."""
    return section(counted(len(topics), "topic"), listed(map(_topic, topics), "shelves"), class_="topics")


def risk_rows(risks: Sequence[TopicOut]) -> Html:
    """Topics that rest on one person or on nobody, a row each."""
    rows = (shown(tag("div", topic(one.name), risk_mark(one)), _told(one.risk_told)) for one in risks)
    return listed(rows, "rows") if risks else Html("")


def risk_mark(one: TopicOut) -> Html | None:
    """A word where a topic rests on one person or on nobody, told apart by its form."""
    told = _RISKS.get(one.risk)
    return shown(" ", mark(told, "risk")) if told else None


def _topic(one: TopicOut) -> Html:
    trend = tag("span", _TRENDS[one.trend]) if one.trend in _TRENDS else None
    counts = (counted(one.items, "item"), counted(one.active, "active person", "active people"))
    return shown(tag("div", topic(one.name), risk_mark(one)), facts(*counts), facts(trend))


def _told(text: str) -> Html:
    return tag("p", text, class_="summary")


def _find(place: Place, value: str = "", example: str = "") -> Html:
    return find_view(
        place.about(""),
        "topic",
        "See a topic from above",
        value=value,
        placeholder=f"A tag or a few words, such as: {example}" if example else "A tag or a few words",
    )


# --- one topic ---


def topic_head(seen: LandscapeOut, around: Surroundings) -> Html:
    """What a topic is, how much is written about it, and on whom it rests."""
    one = seen.topic
    since = f"since {month(seen.first)}" if seen.first else ""
    return tag(
        "div",
        _find(around.place, value=around.place.topic),
        tag(
            "header",
            tag("h2", one.name, class_="name"),
            facts(since, "a tag" if one.tagged else "", risk_mark(one)),
            tag("p", one.told, class_="lead"),
            tag("p", one.risk_told, class_="rests"),
            _terms(one),
        ),
        class_="wide head-of",
    )


def _terms(one: TopicOut) -> Html | None:
    """What comes with a topic."""
    if not one.terms:
        return None
    return tag("p", "With ", *(shown(topic(term), " ") for term in one.terms), class_="tags")


def topic_people(seen: LandscapeOut) -> Html:
    """The people of a topic by what they are to it."""
    kinds = shown(*(_kind(title, getattr(seen, kind)) for kind, title in _KINDS))
    return kinds or tag("p", "Nobody gave more than one answer or text to it.", class_="none")


def topic_experts(seen: LandscapeOut, around: Surroundings) -> Html:
    """Those to ask about a topic."""
    if not seen.experts:
        return Html("")
    who = Place(Page.PEOPLE, topic=around.place.topic)
    return shown(
        experts_view(seen.experts, around, "People to ask"),
        tag("p", go(who, "Everybody who knows about it", class_="onward")),
    )


def _kind(title: str, people: Sequence[TopicPersonOut]) -> Html:
    return section(title, listed(map(_person, people), "rows folk")) if people else Html("")


def _person(one: TopicPersonOut) -> Html:
    share = bar(one.contributions / max(one.of, 1), f"{one.contributions} of {one.of}")
    gone = mark("past", "past") if one.past else None
    return shown(
        tag("div", person(one.name, one.person_id), gone, share, class_="named"),
        tag("p", one.why, class_="summary"),
    )


def nobody_wrote(text: str, near: Sequence[str]) -> Html:
    """That nobody has written about a topic, and what there is instead."""
    nearest = listed(map(topic, near), "near") if near else None
    return tag(
        "div",
        _find(Place(Page.TOPICS), value=text),
        tag(
            "section",
            tag("h2", "Nobody has written about that"),
            tag("p", f"There is nothing about “{text}” that you may read."),
            tag("p", "Near it, or among the largest:") if near else None,
            nearest,
            tag("p", go(Place(Page.TOPICS), "All topics", class_="onward")),
            class_="unknown",
            role="alert",
        ),
        class_="wide",
    )
