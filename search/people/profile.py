"""One person: where and when they contribute, what about, what was best, and with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from catalog.activity import ROLES, Activity, Places
from catalog.nouns import Item, Person, Role
from catalog.reader_people import PersonSummary
from search.people.clusters import near_each_other
from search.people.naming import MOST_TERMS, Vocabulary, join_terms, shared_tags, telling_terms
from search.people.network import Pair, answers, together
from search.people.record import YEAR, Record, earliest, hides, latest, nameable
from search.people.timeline import Timeline, timeline

MOST_TOPICS = 8
MOST_BEST = 5
MOST_COLLABORATORS = 10
LEAST_ITEMS = 2
"""Items that make a topic of a person."""

_HALF_LIFE = 4.0  # years: what was good once is told longer than it says who can be asked
_ACCEPTED = ROLES.index(Role.ACCEPTED)


@dataclass(frozen=True, slots=True)
class PersonalTopic:
    """What a person writes about.

    Attributes:
        name: What it is called: a tag or two that most of its items share, else its most telling words.
        terms: Further tags or words.
        tags: The tags among the name's parts.
        items: How many of the person's items are about it.
        share: Their share of all items of the person that show knowledge.
        accepted: How many are accepted answers.
        first: When the first was written.
        last: When the last was.
    """

    name: str
    terms: tuple[str, ...]
    tags: tuple[str, ...]
    items: int
    share: float
    accepted: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Best:
    """One of a person's best contributions."""

    item: Item
    role: Role
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Collaborator:
    """Somebody with whom a person works.

    Attributes:
        person: Who.
        answered: How often the person answered them.
        answered_by: How often they answered the person.
        together: How many items they wrote or edited together.
    """

    person: Person
    answered: int
    answered_by: int
    together: int

    @property
    def times(self) -> int:
        """How often they had to do with each other."""
        return self.answered + self.answered_by + self.together


@dataclass(frozen=True, slots=True)
class Profile:
    """One person, as far as the viewer may know.

    Attributes:
        summary: Who they are, where they contribute, and what they wish.
        past: Whether they have done nothing for two years, or have left.
        withheld: Whether nothing more is told, because they are a program or do not want to be named.
        roles: How many deeds of each kind; kinds without any are left out.
        first: When they first did something.
        last: When they last did.
        timeline: What they did, and when.
        topics: What they write about, the largest first.
        best: Their best contributions.
        collaborators: With whom they work, the closest first.
    """

    summary: PersonSummary
    past: bool
    withheld: bool
    roles: Mapping[Role, int]
    first: datetime | None
    last: datetime | None
    timeline: Timeline
    topics: tuple[PersonalTopic, ...]
    best: tuple[Best, ...]
    collaborators: tuple[Collaborator, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What a person wrote that shows knowledge, ready to be put in topics.

    Attributes:
        deeds: The deeds [n], the newest first.
        vectors: What their items are about [n, dimension]; zeros where nothing is embedded.
        titles: Titles of their items.
        among: The titles of their communities.
        tags: How many of all items have each tag.
    """

    deeds: Places
    vectors: npt.NDArray[np.float32]
    titles: Sequence[str]
    among: Vocabulary
    tags: Counter[str]


def written_by(record: Record, place: int) -> Places:
    """The deeds of a person that show knowledge, the newest first; none for what they hide."""
    own = np.flatnonzero((record.who == place) & record.shows)
    person, activity = record.people[place], record.activity
    shown = [deed for deed in own.tolist() if not hides(person, activity.tags[activity.items[deed]])]
    order = sorted(shown, key=lambda deed: (-np.nan_to_num(activity.times[deed]), deed))
    return np.array(order, np.int64)


def personal_topics(record: Record, place: int, written: Written) -> tuple[PersonalTopic, ...]:
    """Group what a person wrote by what it is about; groups of one name are one, small ones are left out.

    What lies near nothing else is grouped by the tags that it shares with more of the rest.
    """
    if not len(written.deeds):
        return ()
    embedded = np.flatnonzero(np.any(written.vectors, axis=1))
    groups = [embedded[group].tolist() for group in near_each_other(written.vectors[embedded])]
    large = [rows for rows in groups if len(rows) >= LEAST_ITEMS]
    rest = set(range(len(written.deeds))).difference(*large)
    named: dict[str, list[int]] = {}
    for rows in [*large, *_by_tag(record.activity, written, rest)]:
        named.setdefault(join_terms(_tags_or_terms(record.activity, written, rows)), []).extend(rows)
    topics = [_topic(record, written, rows, name) for name, rows in named.items() if name]
    kept = [topic for topic in topics if not hides(record.people[place], [topic.name])]
    return tuple(sorted(kept, key=lambda topic: (-topic.items, topic.name))[:MOST_TOPICS])


def _by_tag(activity: Activity, written: Written, rest: set[int]) -> Iterator[list[int]]:
    """Rows that share a tag: of the commonest tag first, each row once."""
    while rest:
        tags = {row: activity.tags[activity.items[written.deeds[row]]] for row in sorted(rest)}
        counts = Counter(tag for own in tags.values() for tag in own)
        common = min(counts, key=lambda tag: (-counts[tag], written.tags[tag], tag), default=None)
        if common is None or counts[common] < LEAST_ITEMS:
            return
        rows = [row for row, own in tags.items() if common in own]
        rest = rest.difference(rows)
        yield rows


def _tags_or_terms(activity: Activity, written: Written, rows: Sequence[int]) -> list[str]:
    tags, terms = _named(activity, written, rows)
    return tags or terms


def _named(activity: Activity, written: Written, rows: Sequence[int]) -> tuple[list[str], list[str]]:
    """The tags that most of some items share, and their most telling words."""
    items = activity.items[written.deeds[rows]].tolist()
    tags = shared_tags([activity.tags[item] for item in items], written.tags, len(activity))
    titles = dict(zip(activity.openers[items].tolist(), (written.titles[row] for row in rows), strict=True))
    return tags, telling_terms(list(titles.values()), written.among)


def _topic(record: Record, written: Written, rows: Sequence[int], name: str) -> PersonalTopic:
    deeds = written.deeds[rows]
    tags, terms = _named(record.activity, written, rows)
    times = record.activity.times[deeds]
    return PersonalTopic(
        name=name,
        terms=tuple(dict.fromkeys([*tags, *terms]))[:MOST_TERMS],
        tags=tuple(tag for tag in tags if tag in name.split(", ")),
        items=len(rows),
        share=len(rows) / len(written.deeds),
        accepted=int((record.activity.roles[deeds] == _ACCEPTED).sum()),
        first=earliest(times),
        last=latest(times),
    )


def best_deeds(record: Record, deeds: Places) -> list[int]:
    """The deeds that others value most, the best first.

    Accepted answers count twice, each doubling of votes adds one, and in four years a deed loses half.

    Args:
        record: What everybody did.
        deeds: The deeds that may be told.
    """
    activity = record.activity
    votes = np.maximum(activity.votes[activity.items[deeds]], 0)
    ages = np.nan_to_num((record.newest - activity.times[deeds]) / YEAR, nan=_HALF_LIFE)
    worth = (1 + np.log2(1 + votes)) * (1 + (activity.roles[deeds] == _ACCEPTED))
    worth = worth * np.power(0.5, np.maximum(ages, 0) / _HALF_LIFE)
    ids = [activity.ids[place] for place in activity.items[deeds].tolist()]
    order = sorted(range(len(deeds)), key=lambda row: (-worth[row], ids[row]))
    return [int(deeds[row]) for row in order[:MOST_BEST]]


def collaborators(record: Record, place: int) -> tuple[Collaborator, ...]:
    """With whom a person works: whom they answered, who answered them, and with whom they wrote."""
    activity = record.activity
    own = np.flatnonzero(record.who == place)
    answered = answers(record, own[record.shows[own]])
    threads = np.zeros(len(activity), bool)
    threads[activity.items[own]] = True
    replies = np.flatnonzero(record.shows & threads[activity.openers[activity.items]])
    got = Counter({pair: count for pair, count in answers(record, replies).items() if pair[1] == place})
    shared = Counter(
        {pair: count for pair, count in together(record, activity.items[own]).items() if place in pair}
    )
    return _ranked(record, place, answered, got, shared)


def _ranked(
    record: Record, place: int, answered: Counter[Pair], got: Counter[Pair], shared: Counter[Pair]
) -> tuple[Collaborator, ...]:
    others = {one for pair in (*answered, *got, *shared) for one in pair} - {place}
    found = [
        Collaborator(
            person=record.people[other],
            answered=answered[place, other],
            answered_by=got[other, place],
            together=shared[min(place, other), max(place, other)],
        )
        for other in others
        if record.named[other]
    ]
    return tuple(sorted(found, key=lambda one: (-one.times, one.person.id))[:MOST_COLLABORATORS])


def deeds_by_role(record: Record, deeds: Places) -> dict[Role, int]:
    """How many deeds there are of each kind."""
    counts = Counter(record.activity.roles[deeds].tolist())
    return {role: counts[number] for number, role in enumerate(ROLES) if counts[number]}


def make_profile(
    record: Record, summary: PersonSummary, place: int | None, written: Written | None, best: Sequence[Best]
) -> Profile:
    """Put a profile together.

    Args:
        record: What everybody did.
        summary: Who it is.
        place: Their place in the record; None if they did nothing that the viewer may read.
        written: What they wrote; None if nothing is to be told of it.
        best: Their best contributions.
    """
    own = np.empty(0, np.int64) if place is None else np.flatnonzero(record.who == place)
    times = record.activity.times[own]
    told = place is not None and written is not None
    return Profile(
        summary=summary,
        past=summary.person.departed or (place is not None and not record.active[place]),
        withheld=not nameable(summary.person),
        roles=deeds_by_role(record, own),
        first=earliest(times),
        last=latest(times),
        timeline=timeline(record, own if told else own[:0]),
        topics=personal_topics(record, place, written) if place is not None and written else (),
        best=tuple(best),
        collaborators=collaborators(record, place) if place is not None and told else (),
    )
