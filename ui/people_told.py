"""What the figures of people and topics say, in a sentence each: the same on every face."""

from __future__ import annotations

from datetime import datetime

from search.people.landscape import TopicPerson
from search.people.topics import Risk, Topic, Trend
from ui.schemas import shown_name


def person_told(one: TopicPerson) -> str:
    """What somebody gave to a topic, and how that compares with all else that they do."""
    accepted = f" ({one.accepted} accepted)" if one.accepted else ""
    given = f"Gave {one.deeds} of {one.of} answers and texts{accepted}"
    return f"{given}; {_compared(one)}{_when(one)}."


def _compared(one: TopicPerson) -> str:
    if one.specific:
        return f"{one.expected:.1f} would be expected from their part in all else"
    return f"as could be expected ({one.expected:.1f}) of somebody who gave {one.elsewhere} elsewhere"


def _when(one: TopicPerson) -> str:
    last = f"last in {_month(one.last)}" if one.last else ""
    if one.past:
        return f"; not active any more, {last}" if last else "; not active any more"
    if one.rises:
        former = f"{one.deeds - one.recent} of {one.of - one.recent_of} before"
        return f"; {one.recent} of {one.recent_of} in the last year, {former}"
    return f"; {last}" if last else ""


def topic_told(topic: Topic) -> str:
    """How much is written about a topic, by how many, and whether it becomes more."""
    people = _count(topic.people, "person", "people")
    written = f"{_count(topic.items, 'item')}; {_count(topic.deeds, 'answer or text', 'answers and texts')}"
    return f"{written} by {people}, {topic.active} of them active. {_trend(topic)}"


def risk_told(topic: Topic) -> str:
    """On whom a topic rests."""
    if topic.risk is Risk.NOBODY:
        return (
            f"None of the {_count(topic.people, 'person', 'people')} who wrote about it is active any more."
        )
    if topic.risk is Risk.NONE:
        if topic.active < 2:
            return "Too little is written to tell on whom it rests."
        return f"It rests on {topic.effective:.1f} people, counted by what each of the active ones gave."
    first = topic.holders[0]
    name = shown_name(first.person) if first.person else "one person, who is not named here,"
    given = sum(round(holder.deeds / holder.share) for holder in topic.holders[:1])
    others = f"{topic.active - 1} more" if topic.active > 1 else "nobody else"
    return f"Of {given} answers and texts of active people {name} gave {first.deeds}; {others} active."


def _trend(topic: Topic) -> str:
    years = f"{topic.recent} in the last year, {topic.before} in the year before"
    return {
        Trend.RISING: f"More is written than before: {years}.",
        Trend.FALLING: f"Less is written than before: {years}.",
        Trend.STEADY: f"About as much is written as before: {years}.",
        Trend.QUIET: "Nothing was written in the last two years.",
    }[topic.trend]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _month(at: datetime) -> str:
    return f"{at:%B %Y}"
