"""What the figures of people and topics say, in a sentence each: the same on every face."""

from __future__ import annotations

from datetime import datetime

from search.people.landscape import TopicPerson
from search.people.topics import Risk, Topic, Trend
from ui.schemas import shown_name


def person_told(one: TopicPerson) -> str:
    """What somebody gave to a topic, and how that compares with all else that they do."""
    accepted = f" ({one.accepted} accepted)" if one.accepted else ""
    given = f"Gave {one.deeds} of {_count(one.of, 'answer or text', 'answers and texts')}{accepted}"
    if not one.elsewhere:
        return f"{given}, and none about anything else{_when(one)}."
    expected = f"{one.expected:.1f} would be expected from their {one.elsewhere} about all else"
    return f"{given}; {expected}{_when(one)}."


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
    written = f"{_count(topic.items, 'item')}; {_count(topic.deeds, 'answer or text', 'answers and texts')}"
    return f"{written} by {_people(topic)}. {_trend(topic)}"


def _people(topic: Topic) -> str:
    if not topic.people:
        return "nobody"
    if topic.people == 1:
        return f"one person, who is {'active' if topic.active else 'not active any more'}"
    return f"{topic.people:,} people, {topic.active:,} of them active"


def risk_told(topic: Topic) -> str:
    """On whom a topic rests."""
    if topic.risk is Risk.NOBODY:
        if topic.people == 1:
            return "The only person who wrote about it is not active any more."
        return f"None of the {topic.people:,} people who wrote about it is active any more."
    if topic.risk is Risk.NONE:
        if topic.active < 2:
            return "Too little is written to tell on whom it rests."
        return f"It rests on {topic.effective:.1f} people, counted by what each of the active ones gave."
    first = topic.holders[0]
    if topic.people == 1:
        name = shown_name(first.person) if first.person else "one person, who is not named here,"
        return f"Nobody but {name} has written about it."
    if topic.active == 1:
        who = f"only {shown_name(first.person)} is" if first.person else "only one, who is not named here, is"
        written = _count(topic.deeds, "answer or text", "answers and texts")
        return f"Of {topic.people:,} people {who} active, with {first.deeds} of {written}."
    name = shown_name(first.person) if first.person else "One person, who is not named here,"
    given = f"{first.deeds} of the {round(first.deeds / first.share)} answers and texts"
    others = _count(topic.active - 1, "other is", "others are")
    return f"{name} gave {given} by people who are active; {others}."


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
