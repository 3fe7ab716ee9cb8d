"""The evidence in a sentence, and what would weaken it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from catalog.activity import KINDS, ROLES
from catalog.nouns import Kind, Role
from search.experts.ranking import CLEAR, Ranked
from search.people.record import KNOWING, PAST_YEARS, Record, latest

_MOST_WORDS = 4  # of a topic that is named in the sentence
_RESTS_ON_ONE = 2 / 3  # share of the score from which it rests on one contribution
_MOSTLY_ELSEWHERE = 0.05  # share of somebody's work below which they mostly write about other things
_MUCH_WORK = 20  # deeds from which that says something

_DEEDS = {
    Role.ACCEPTED: "answered {} question",
    Role.ANSWERED: "answered {} question",
    Role.EDITED: "edited {} item",
    Role.COMMENTED: "commented on {} item",
    Role.SPOKE: "spoke in {} meeting",
}


def summary(record: Record, one: Ranked, topic: str) -> str:
    """What somebody did about it, how often, and when last."""
    accepted = sum(role is Role.ACCEPTED for role, _ in _done(record, one))
    done = Counter(_deed(role, kind) for role, kind in _done(record, one))
    parts = [deed.format(count) + ("" if count == 1 else "s") for deed, count in done.most_common()]
    parts[0] += _on(topic)
    if accepted:
        parts = [f"{part}, {accepted} accepted" if part.startswith("answered") else part for part in parts]
    last = latest(record.activity.times[one.told])
    told = ", ".join(parts) + (f"; last in {last:%B %Y}" if last else "")
    return f"Has left; {told}" if record.people[one.person].departed else told[0].upper() + told[1:]


def weaknesses(record: Record, one: Ranked) -> tuple[str, ...]:
    """What would weaken the evidence: that it is old, single, beside the point."""
    return tuple(_weaknesses(record, one))


def _weaknesses(record: Record, one: Ranked) -> Iterator[str]:
    if not any(role in KNOWING for role, _ in _done(record, one)):
        yield "only comments and edits"
    elif len(one.told) == 1:
        yield "a single contribution about this"
    elif one.shares[0] / one.score >= _RESTS_ON_ONE:
        yield f"rests on one contribution for {one.shares[0] / one.score:.0%}"
    if one.fit < CLEAR:
        yield "only loosely about this"
    if record.ages(one.told).min() > PAST_YEARS:
        last = latest(record.activity.times[one.told])
        yield f"nothing since {last:%B %Y}" if last else "nobody knows of when it is"
    elif not record.active[one.person]:
        yield "not active any more"
    if one.about < _MOSTLY_ELSEWHERE and record.deeds_of_each[one.person] >= _MUCH_WORK:
        yield "mostly writes about other things"


def _done(record: Record, one: Ranked) -> list[tuple[Role, Kind]]:
    activity = record.activity
    kinds = activity.kinds[activity.items[one.told]].tolist()
    roles = activity.roles[one.told].tolist()
    return [(ROLES[role], KINDS[kind]) for role, kind in zip(roles, kinds, strict=True)]


def _deed(role: Role, kind: Kind) -> str:
    if role is Role.AUTHORED:
        return f"{'shared' if kind is Kind.LESSON else 'wrote'} {{}} {kind.value}"
    return _DEEDS[role]


def _on(topic: str) -> str:
    """The topic, if what was asked is one and not a question."""
    words = topic.split()
    return (
        f" on {' '.join(words)}" if 0 < len(words) <= _MOST_WORDS and not topic.rstrip().endswith("?") else ""
    )
