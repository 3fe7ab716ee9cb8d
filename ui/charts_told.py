"""What a picture shows, in a sentence with its main numbers: for whoever does not see the picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from catalog.nouns import Role
from search.people.record import KNOWING
from search.people.timeline import Step
from search.people.topics import RESTS_ON_ONE, Risk
from ui.schemas_community import AskedDayOut
from ui.schemas_topics import LandscapeOut, NetworkOut, PeriodOut, TimelineOut, TopicOut

GROUPS = ("answers and texts", "questions", "comments and edits")
"""What is told of what somebody did, from the bottom of a picture to its top."""

_FORMS = {Step.MONTH: "%B %Y", Step.YEAR: "%Y"}


def group_of(role: Role) -> str:
    """The group in which a role is told."""
    if role in KNOWING:
        return GROUPS[0]
    return GROUPS[1] if role is Role.ASKED else GROUPS[2]


def period_told(period: PeriodOut, step: Step) -> str:
    """The name of a part of a timeline."""
    if step is Step.QUARTER:
        return f"{(period.start.month + 2) // 3}. quarter of {period.start.year}"
    return f"{period.start:{_FORMS[step]}}"


def activity_told(timeline: TimelineOut) -> str:
    """What a timeline shows."""
    if not timeline.periods:
        return "Nothing dated was contributed."
    counts: Counter[str] = Counter(dict.fromkeys(GROUPS, 0))
    for period in timeline.periods:
        for role, count in period.roles.items():
            counts[group_of(role)] += count
    most = max(timeline.periods, key=total)
    first, last = (period_told(timeline.periods[end], timeline.step) for end in (0, -1))
    parts = ", ".join(f"{group}: {count:,}" for group, count in counts.items() if count)
    return f"From {first} to {last}, {parts}; most, {total(most):,}, in {period_told(most, timeline.step)}."


def total(period: PeriodOut) -> int:
    """All that was done in a part of a timeline."""
    return sum(period.roles.values())


def people_told(seen: LandscapeOut) -> str:
    """What the picture of a topic's people shows."""
    kinds = {
        "in particular": seen.specific,
        "as about much else": seen.busy,
        "past": seen.past,
    }
    parts = [f"{len(people)} {kind} ({people[0].name} first)" for kind, people in kinds.items() if people]
    listed = ", ".join(parts) or "nobody gave more than one answer or text"
    return f"Answers and texts about {seen.topic.name}, given and expected: {listed}."


def network_told(network: NetworkOut) -> str:
    """What a network shows."""
    if not network.edges:
        return "Nobody who may be named answered anybody here."
    names = {node.person_id: node.name for node in network.nodes}
    first = network.edges[0]
    most = f"{names[first.answerer]} answered {names[first.asker]} most often, {_times(first.answers)}"
    more = f", and {network.left_out} more people are left out" if network.left_out else ""
    return f"{len(network.nodes)} people answer each other in {len(network.edges)} pairs{more}; {most}."


def risks_told(topics: Sequence[TopicOut]) -> str:
    """What the picture of topics and of the people on whom they rest shows."""
    if not topics:
        return "There are no topics."
    one = sum(topic.risk is Risk.ONE for topic in topics)
    nobody = sum(topic.risk is Risk.NOBODY for topic in topics)
    rests = (
        f"{one} {'rests' if one == 1 else 'rest'} on one active person (fewer than {RESTS_ON_ONE} in effect)"
    )
    return f"Of {len(topics)} topics {rests} and {nobody} on nobody who is active."


def asked_told(days: Sequence[AskedDayOut]) -> str:
    """What the picture of what was asked each day shows."""
    asked, missing = sum(one.times for one in days), sum(one.unanswered for one in days)
    if not asked:
        return f"Nothing was asked in {len(days)} days."
    most = max(days, key=lambda one: one.times)
    questions = (
        f"{asked:,} question{'' if asked == 1 else 's'} in {len(days)} days, {missing:,} without an answer"
    )
    return f"{questions}; most, {most.times:,}, on {most.day.day} {most.day:%B}."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
