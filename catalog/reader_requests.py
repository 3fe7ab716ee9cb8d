"""What a viewer may read of requests, and of the people to whom one can be put."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select

from catalog.nouns import IdentityKind, Person, RequestState
from catalog.own import OwnSource
from catalog.reader_people import PeopleReader, people_by_row
from catalog.replies import SOURCE, reply_item
from catalog.requests import Asked, Replied, Request, find_request, shown_asker
from catalog.schema import (
    communities,
    community_readers,
    contributions,
    identities,
    items,
    people,
    request_people,
    request_replies,
    requests,
)
from catalog.scopes import seen_by

_RECENT = timedelta(days=30)
_ROOT = func.coalesce(people.c.merged_id, people.c.id)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What counts for choosing whom to ask, besides their evidence.

    Attributes:
        number: The catalog's number of the person; never shown, because they may be anonymous.
        last_active: When they last contributed something that the viewer may read, if that is dated.
        open: Open requests that they have neither answered nor declined.
        recent: Requests that went to them in the last 30 days.
        reads_all: Whether they may read all communities in which the question is asked.
        oneself: Whether it is the viewer.
    """

    number: int
    last_active: datetime | None
    open: int
    recent: int
    reads_all: bool
    oneself: bool

    @property
    def load(self) -> int:
        """How much is asked of them already; what is still open counts twice."""
        return self.open + self.recent


@dataclass(frozen=True, slots=True)
class Exposed:
    """How often somebody was suggested and asked.

    Attributes:
        person: Who.
        suggested: In how many requests they were among those who fitted.
        asked: How many requests went to them.
        answered: How many of them they answered.
    """

    person: Person
    suggested: int
    asked: int
    answered: int


class RequestsReader(PeopleReader):
    """The part of `catalog.reader.Reader` that reads requests."""

    def requests(
        self, limit: int = 50, state: RequestState | None = None, before: int | None = None
    ) -> list[Request]:
        """The requests that the viewer may see, the latest first.

        Args:
            limit: How many at most.
            state: Only those that have come so far.
            before: Only those with a smaller number.
        """
        query = select(requests).where(seen_by(self._db, self.viewer, requests))
        if state is not None:
            query = query.where(requests.c.state == state.value)
        if before is not None:
            query = query.where(requests.c.id < before)
        return self._requests(self._db.execute(query.order_by(requests.c.id.desc()).limit(limit)).all())

    def request(self, key: str) -> Request:
        """One request, by its number or by the token of a link.

        Raises:
            NotFoundError: If there is none that the viewer may see.
        """
        return self._requests([find_request(self._db, self.viewer, key)])[0]

    def candidates(
        self, chosen: Sequence[Person], scope: Collection[str], now: datetime
    ) -> dict[int, Candidate]:
        """What counts for choosing among people, by their ids as this reading gives them.

        Whose contributions the viewer may not read is left out.

        Args:
            chosen: The people, from this reading.
            scope: Slugs of the communities in which the question is asked.
            now: The time.
        """
        number = {stand_in: root for root, stand_in in self._stand_ins.items()}
        roots = {person.id: number.get(person.id, person.id) for person in chosen}
        readable = self._counts(set(roots.values()))
        active = self._last_active(set(readable))
        loads = self._loads(now)
        own = self._own()
        return {
            given: Candidate(
                root,
                active.get(root),
                *loads.get(root, (0, 0)),
                reads_all=self._reads_all(root, scope),
                oneself=root in own,
            )
            for given, root in roots.items()
            if root in readable
        }

    def exposure(self) -> list[Exposed]:
        """How often people were suggested and asked, the most asked first; only for the owner."""
        if not self._is_owner():
            return []
        rows = self._db.execute(select(request_people.c.person_id, request_people.c.answered_at)).all()
        suggested = Counter(
            number for found in self._db.scalars(select(requests.c.suggested)) for number in set(found)
        )
        shown = people_by_row(self._db, {row.person_id for row in rows} | set(suggested))
        counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        for number, times in suggested.items():
            if number in shown:
                counts[shown[number].id][0] += times
        for row in rows:
            counts[shown[row.person_id].id][1] += 1
            counts[shown[row.person_id].id][2] += row.answered_at is not None
        by_id = {person.id: person for person in shown.values()}
        told = [Exposed(by_id[number], *times) for number, times in counts.items()]
        return sorted(told, key=lambda one: (-one.asked, -one.suggested, one.person.id))

    # --- parts ---

    def _requests(self, rows: Sequence[Row[Any]]) -> list[Request]:
        ids = [row.id for row in rows]
        asked = list(self._db.execute(select(request_people).where(request_people.c.request_id.in_(ids))))
        # As they were chosen: the best first, then whoever was named.
        rank = {row.id: {number: at for at, number in enumerate(row.suggested)} for row in rows}
        last = 1 + max(map(len, rank.values()), default=0)
        asked.sort(key=lambda one: (rank[one.request_id].get(one.person_id, last), one.person_id))
        replies = self._db.execute(
            select(request_replies)
            .where(request_replies.c.request_id.in_(ids))
            .order_by(request_replies.c.number)
        ).all()
        shown = people_by_row(self._db, {row.person_id for row in (*asked, *replies)})
        names = {
            row.slug: row.name for row in self._db.execute(select(communities.c.slug, communities.c.name))
        }
        source = self._own_source()
        made = []
        for row in rows:
            where = names.get(row.community, row.community)
            made.append(
                Request(
                    id=row.id,
                    question=row.question,
                    communities=tuple(row.scope),
                    community=row.community,
                    asked_by=shown_asker(row.asked_by),
                    asked_at=row.asked_at,
                    times=row.times,
                    state=RequestState(row.state),
                    found=tuple(row.found),
                    people=tuple(
                        self._asked(one, self._veil(shown[one.person_id], where))
                        for one in asked
                        if one.request_id == row.id
                    ),
                    replies=tuple(
                        Replied(
                            one.number,
                            reply_item(source, row.id, one.number),
                            self._veil(shown[one.person_id], where),
                            one.at,
                            one.accepted,
                        )
                        for one in replies
                        if one.request_id == row.id
                    ),
                    answered_at=row.answered_at,
                )
            )
        return made

    def _asked(self, row: Row[Any], person: Person) -> Asked:
        return Asked(
            person,
            row.why,
            row.asked_at,
            row.sent_at,
            row.how,
            row.trouble,
            row.declined_at,
            row.answered_at,
        )

    def _own_source(self) -> str:
        return OwnSource(self._db, SOURCE).name

    def _last_active(self, roots: Collection[int]) -> dict[int, datetime]:
        """When people last contributed what the viewer may read."""
        at = func.max(func.coalesce(contributions.c.at, items.c.created))
        joined = contributions.join(people).join(items)
        query = select(_ROOT.label("root"), at.label("at")).select_from(joined).where(self._readable())
        rows = self._db.execute(query.where(_ROOT.in_(roots)).group_by(_ROOT))
        return {row.root: row.at for row in rows if row.at is not None}

    def _loads(self, now: datetime) -> dict[int, tuple[int, int]]:
        """Open and recent requests by person; all of them, because each takes of somebody's time."""
        joined = request_people.join(requests).join(people)
        columns = (_ROOT.label("root"), requests.c.state, request_people)
        since = or_(requests.c.state == RequestState.OPEN.value, request_people.c.asked_at >= now - _RECENT)
        counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for row in self._db.execute(select(*columns).select_from(joined).where(since)):
            waiting = row.answered_at is None and row.declined_at is None
            counts[row.root][0] += waiting and row.state == RequestState.OPEN.value
            counts[row.root][1] += row.asked_at >= now - _RECENT
        return {root: (both[0], both[1]) for root, both in counts.items()}

    def _reads_all(self, root: int, scope: Collection[str]) -> bool:
        """Whether somebody may read communities: a private one has to list their address.

        A reader may be listed by name only. Names are shared, so a name counts where they contribute.
        """
        private = set(
            self._db.scalars(
                select(communities.c.slug).where(communities.c.private, communities.c.slug.in_(scope))
            )
        )
        if not private:
            return True
        mine = or_(people.c.id == root, people.c.merged_id == root)
        mails = select(func.lower(identities.c.value)).select_from(identities.join(people))
        mails = mails.where(mine, identities.c.kind == IdentityKind.EMAIL.value)
        names = {name.strip().lower() for name in self._db.scalars(select(people.c.name).where(mine))}
        listed = select(communities.c.slug, community_readers.c.reader).select_from(
            community_readers.join(communities)
        )
        known, writes = set(self._db.scalars(mails)), self._counts([root]).get(root, {})
        admitted = {
            row.slug
            for row in self._db.execute(listed.where(communities.c.slug.in_(private)))
            if row.reader in known or (row.reader in names and row.slug in writes)
        }
        return private <= admitted

    def _veil(self, person: Person, community: str) -> Person:
        """The person as they are shown with content of a community."""
        return self._stand_in(person, community) if person.anonymous else person


def gini(counts: Iterable[int]) -> float:
    """How unequally something is spread: 0 if all have the same, near 1 if one has everything.

    Gini's coefficient, by the ranks of the sorted counts (Gini: Variabilità e mutabilità, 1912).
    """
    ordered = sorted(counts)
    total = sum(ordered)
    if not total:
        return 0.0
    ranked = sum(rank * count for rank, count in enumerate(ordered, start=1))
    return (2 * ranked) / (len(ordered) * total) - (len(ordered) + 1) / len(ordered)
