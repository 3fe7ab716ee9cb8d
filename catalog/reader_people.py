"""What a viewer may read of people: who did what, what they wish, and who may be whom."""

from __future__ import annotations

import difflib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from catalog.audit import Decision, read_audit
from catalog.errors import NotFoundError
from catalog.lists import as_list, listed
from catalog.merges import root_of, rows_of
from catalog.nouns import Identity, IdentityKind, Person, Viewer
from catalog.same_name import Alike, fold_name, rank_alike
from catalog.schema import (
    communities,
    contributions,
    disputes,
    hidden_topics,
    identities,
    items,
    merges,
    people,
)

_CHUNK = 400  # parameters in one statement
_NEAREST = 5  # names that are proposed in place of an unknown one
_NEAR = 0.6  # how alike a name has to be, by difflib's ratio, to be proposed
ROOT = func.coalesce(people.c.merged_id, people.c.id)


@dataclass(frozen=True, slots=True)
class Dispute:
    """What somebody did to an item, and is no evidence of what they know.

    Attributes:
        item_id: The item.
        reason: Why; may be empty.
        at: When it was said.
    """

    item_id: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """A person, where they contribute, and what they wish.

    Attributes:
        person: The person, under the number and the name that are shown.
        communities: Slugs of the communities in which the viewer may read something of theirs.
        contributions: How many of their contributions the viewer may read.
        opted_out: Whether they are never to be named as somebody to ask.
        paused_until: When they may be named again; None if they do not pause.
        identities: How sources name them; only for the owner.
        disputes: What is no evidence of what they know, the latest first; only for the owner and themselves.
        oneself: Whether it is the viewer: somebody who reads under an e-mail address of theirs.
    """

    person: Person
    communities: tuple[str, ...]
    contributions: int
    opted_out: bool
    paused_until: datetime | None
    identities: tuple[Identity, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    oneself: bool = False


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """Two people who may be one, for a steward to decide.

    Attributes:
        one: The one with the lower number.
        other: The other one.
        strength: How likely it is, from 0 to 1, for ranking.
        reason: Why, in words.
    """

    one: Person
    other: Person
    strength: float
    reason: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that can be undone.

    Attributes:
        id: Its number.
        person: Whom it made whole.
        name: Name of the one that became part of them.
        reason: Why.
        automatic: Whether no steward decided it.
        at: When.
    """

    id: int
    person: Person
    name: str
    reason: str
    automatic: bool
    at: datetime


class PeopleReader:
    """The part of `catalog.reader.Reader` that reads people.

    Args:
        connection: A connection in a transaction.
        viewer: Who reads.
    """

    def __init__(self, connection: Connection, viewer: Viewer) -> None:
        self._db = connection
        self.viewer = viewer
        self._stand_ins: dict[int, int] = {}  # negative numbers of those who are anonymous

    def people(self, query: str = "", limit: int = 100) -> list[PersonSummary]:
        """The people whose contributions the viewer may read, those with the most first.

        Who is anonymous is listed to the owner and to themselves alone.

        Args:
            query: Only those whose name contains this, without regard to case, accents and spacing.
            limit: How many at most.
        """
        counts = self._named_counts(self._roots_named(query) if query else None)
        if query:
            shown, wanted = people_by_row(self._db, set(counts)), fold_name(query)
            counts = {root: by for root, by in counts.items() if wanted in fold_name(shown[root].name)}
        first = sorted(counts, key=lambda root: (-sum(counts[root].values()), root))[:limit]
        return self._summaries({root: counts[root] for root in first})

    def person(self, who: str) -> PersonSummary:
        """One person, by number or by exact name.

        Raises:
            NotFoundError: If there is nobody, or are several, among those whom the viewer may read; it lists
                the nearest names, or the numbers of those who have the name.
        """
        numbered = who.isascii() and who.isdigit() and len(who) < 19
        roots = self._roots([int(who)]) if numbered else self._roots_by_name(who)
        counts = self._named_counts(roots)
        if self._is_owner():
            counts = {root: counts.get(root, {}) for root in roots}
        if not counts:
            raise _nobody(who, [] if numbered else self._nearest(who))
        if len(counts) > 1:
            numbers = list(map(str, sorted(counts)))
            told = f"{who}: {len(counts)} people have this name; give one's number: {', '.join(numbers)}"
            raise NotFoundError(told, numbers)
        return self._summaries(counts)[0]

    def oneself(self) -> PersonSummary | None:
        """The viewer as a person: somebody with the e-mail address under which they read."""
        own = self._own()
        counts = self._counts(own)
        first = min(own, default=None)
        return None if first is None else self._summaries({first: counts.get(first, {})})[0]

    def matches(self, limit: int = 100) -> list[PersonMatch]:
        """Pairs who may be one person, the likeliest first.

        They have the same full name and contribute to a community that both share and the viewer may
        read; programs, and people whom somebody has told apart, are left out.
        """
        found = rank_alike(self._db, self._named_counts)[:limit]
        shown = people_by_row(self._db, {number for pair in found for number in (pair.one, pair.other)})
        return [_match(pair, shown) for pair in found]

    def merges(self, limit: int = 100) -> list[Merge]:
        """The merges that can be undone, the latest first; only for one who may read everything.

        The name of whom a merge took in may come from a community that others may not read.
        """
        if not self._reads_everything():
            return []
        query = select(merges, people.c.name).join(people, people.c.id == merges.c.other_id)
        rows = self._db.execute(query.order_by(merges.c.id.desc()).limit(limit)).all()
        shown = people_by_row(self._db, {row.person_id for row in rows})
        return [
            Merge(row.id, shown[row.person_id], row.name, row.reason, row.automatic, row.at)
            for row in rows
            if self._is_owner() or not shown[row.person_id].anonymous
        ]

    def decisions(self, person_id: int | None = None, limit: int = 100) -> list[Decision]:
        """Who decided what about people, the latest first; only for the owner.

        Args:
            person_id: Only what is about this person; everything if None.
            limit: How many at most.
        """
        if not self._is_owner():
            return []
        rows = None if person_id is None else rows_of(self._db, root_of(self._db, person_id))
        return read_audit(self._db, rows, limit)

    # --- the gate ---

    def _readable(self) -> Any:
        raise NotImplementedError

    def _reads_everything(self) -> bool:
        raise NotImplementedError

    def _is_owner(self) -> bool:
        return self.viewer.owner and self._reads_everything()

    def _counts(self, roots: Iterable[int] | None) -> dict[int, dict[str, int]]:
        """How many contributions the viewer may read, by person and community; of everybody, if None."""
        joined = contributions.join(people).join(items).join(communities)
        query = select(ROOT.label("root"), communities.c.slug, func.count()).select_from(joined)
        query = query.where(self._readable()).group_by(ROOT, communities.c.slug)
        counts: dict[int, dict[str, int]] = defaultdict(dict)
        for chunk in [None] if roots is None else _chunks(sorted(set(roots))):
            mine = query if chunk is None else query.where(_any_of(chunk))
            for root, slug, count in self._db.execute(mine):
                counts[root][slug] = count
        return dict(counts)

    def _named_counts(self, roots: Iterable[int] | None) -> dict[int, dict[str, int]]:
        """The same without those who are anonymous, whom only the owner and they themselves may know."""
        counts = self._counts(roots)
        if self._is_owner():
            return counts
        veiled = set(self._db.scalars(select(ROOT).where(people.c.anonymous))) - self._own()
        return {root: by for root, by in counts.items() if root not in veiled}

    def _own(self) -> set[int]:
        """Whom the viewer is: the people with the e-mail address under which they read."""
        mine = (identities.c.kind == IdentityKind.EMAIL.value) & (
            func.lower(identities.c.value) == self.viewer.name.strip().lower()
        )
        return set(self._db.scalars(select(ROOT).select_from(people.join(identities)).where(mine)))

    def _nearest(self, who: str) -> list[Person]:
        """People whose names the viewer may read, and are near to an unknown one."""
        shown = people_by_row(self._db, set(self._named_counts(None)))
        numbers: dict[str, list[Person]] = defaultdict(list)
        for _, person in sorted(shown.items()):
            numbers[fold_name(person.name)].append(person)
        wanted = fold_name(who)
        containing = sorted(name for name in numbers if wanted and wanted in name)
        alike = difflib.get_close_matches(wanted, numbers, _NEAREST, _NEAR)
        near = list(dict.fromkeys([*containing[:_NEAREST], *alike]))[:_NEAREST]
        return [person for name in near for person in numbers[name]][:_NEAREST]

    def _people_count(self) -> int:
        joined = contributions.join(people).join(items)
        query = select(func.count(ROOT.distinct())).select_from(joined)
        return self._db.scalar(query.where(self._readable())) or 0

    def _roots_named(self, query: str) -> set[int]:
        """The people who have a row whose name contains a text."""
        wanted = fold_name(query)
        rows = self._db.execute(select(people.c.name, ROOT))
        return {root for name, root in rows if wanted in fold_name(name)}

    def _roots(self, rows: Sequence[int]) -> list[int]:
        return list(self._db.scalars(select(ROOT).where(people.c.id.in_(rows))))

    def _roots_by_name(self, name: str) -> list[int]:
        return sorted(set(self._db.scalars(select(ROOT).where(people.c.name == name))))

    def _summaries(self, counts: dict[int, dict[str, int]]) -> list[PersonSummary]:
        members = _members(self._db, set(counts))
        shown = people_by_row(self._db, set(counts))
        named = self._identities(set(counts)) if self._is_owner() else {}
        own = self._own()
        disputed = self._disputes(set(counts) if self._is_owner() else own & set(counts))
        return [
            PersonSummary(
                person=shown[root],
                communities=tuple(sorted(slugs)),
                contributions=sum(slugs.values()),
                opted_out=any(row.opted_out for row in members[root]),
                paused_until=_paused_until(members[root]),
                identities=tuple(named.get(root, ())),
                disputes=tuple(disputed.get(root, {}).values()),
                oneself=root in own,
            )
            for root, slugs in counts.items()
        ]

    def _disputes(self, roots: set[int]) -> dict[int, dict[str, Dispute]]:
        found: dict[int, dict[str, Dispute]] = defaultdict(dict)
        query = select(disputes, ROOT.label("root")).join(people)
        query = query.order_by(disputes.c.at.desc(), disputes.c.source, disputes.c.key)
        for chunk in _chunks(sorted(roots)):
            for row in self._db.execute(query.where(_any_of(chunk))):
                item_id = f"{row.source}:{row.key}"
                found[row.root].setdefault(item_id, Dispute(item_id, row.reason, row.at))
        return found

    def _identities(self, roots: set[int]) -> dict[int, list[Identity]]:
        found: dict[int, list[Identity]] = defaultdict(list)
        query = select(identities, ROOT.label("root")).join(people)
        query = query.order_by(identities.c.kind, identities.c.scope, identities.c.value)
        for chunk in _chunks(sorted(roots)):
            for row in self._db.execute(query.where(_any_of(chunk))):
                found[row.root].append(Identity(IdentityKind(row.kind), row.scope, row.value))
        return found

    def _stand_in(self, person: Person, community: str) -> Person:
        """What is shown of somebody anonymous: no name, no number, only where they belong."""
        number = self._stand_ins.setdefault(person.id, -1 - len(self._stand_ins))
        return replace(person, name=f"A member of {community}", id=number)


def people_by_row(db: Connection, rows: Iterable[int]) -> dict[int, Person]:
    """The person that each row of `people` stands for, made of all rows that are one with it.

    A declared name goes before others; of wishes, the stricter one holds.
    """
    members = _members(db, rows)
    made = {root: _person(root, group) for root, group in members.items()}
    roots = {row.id: root for root, group in members.items() for row in group}
    return {row: made[roots[row]] for row in rows if row in roots}


def _members(db: Connection, rows: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """All rows of people that are one with these rows, by the number under which they are shown."""
    members: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in db.execute(_one_with(), {"rows": as_list(rows)}):
        members[row.root].append(row)
    return members


@cache
def _one_with() -> Select[Any]:
    told = people.alias("told")
    roots = select(func.coalesce(told.c.merged_id, told.c.id)).where(told.c.id.in_(listed("rows")))
    either = or_(people.c.id.in_(roots) & people.c.merged_id.is_(None), people.c.merged_id.in_(roots))
    topics = select(func.json_group_array(hidden_topics.c.topic))
    topics = topics.where(hidden_topics.c.person_id == people.c.id)
    columns = (people, ROOT.label("root"), topics.correlate(people).scalar_subquery().label("hidden"))
    return select(*columns).where(either).order_by(people.c.id)


def _person(root: int, members: Sequence[Row[Any]]) -> Person:
    declared = [row.name for row in members if row.unit_id is not None]
    bot = any(row.bot for row in members)
    paused = _paused_until(members) is not None
    return Person(
        declared[0] if declared else next(row.name for row in members if row.id == root),
        id=root,
        bot=bot,
        suggestible=not (bot or paused or any(row.opted_out for row in members)),
        hidden_topics=frozenset(topic for row in members for topic in json.loads(row.hidden)),
        anonymous=any(row.anonymous for row in members),
        departed=any(row.departed for row in members),
    )


def _paused_until(members: Sequence[Row[Any]]) -> datetime | None:
    """When the longest pause of a person's rows ends, if it has not ended."""
    ends = [end for row in members if (end := row.paused_until) is not None]
    return max((end for end in ends if end > datetime.now(UTC)), default=None)


def _any_of(roots: Sequence[int]) -> Any:
    """The condition on `people` that a row is one of these people; both of its sides have an index."""
    return or_(people.c.id.in_(roots) & people.c.merged_id.is_(None), people.c.merged_id.in_(roots))


def _match(pair: Alike, shown: dict[int, Person]) -> PersonMatch:
    return PersonMatch(shown[pair.one], shown[pair.other], pair.strength, pair.reason)


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _nobody(who: str, near: Sequence[Person]) -> NotFoundError:
    """That there is no such person, and who is near."""
    listed = ", ".join(f"{person.name} ({person.id})" for person in near)
    hint = f"did you mean {listed}?" if near else "`copse people list` shows each one's name and number"
    return NotFoundError(f"{who}: no such person; {hint}", [person.name for person in near])
