"""Gaps: questions that Copse could not answer, so that the community sees what nobody has written about.

A gap keeps the communities that were searched, and is seen only by those who may read all of them
(see `catalog.scopes`).

Gaps are no content: nothing that is searched changes with them, and they leave the generation alone.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.errors import NotFoundError
from catalog.nouns import Viewer
from catalog.schema import asked, feedback, gaps
from catalog.schema import communities as all_communities
from catalog.scopes import public, scope_key, searched, seen_by

if TYPE_CHECKING:
    from catalog.store import Catalog

_LONGEST = 1_000  # characters of a question that are kept
_MOST = 10_000  # gaps; anybody may ask, and this bounds what their questions take up
_AROUND_WORDS = "?!.,;:…\"'`“”„‘’«»()[]{}¿¡"


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that Copse could not answer.

    Attributes:
        id: Its number.
        question: What was asked, as it was asked last.
        communities: Slugs of the communities that were searched, sorted.
        times: How often it was asked.
        first_asked: When for the first time.
        last_asked: When for the last time.
        confidence: How strong the evidence was the last time.
    """

    id: int
    question: str
    communities: tuple[str, ...]
    times: int
    first_asked: datetime
    last_asked: datetime
    confidence: float


def record_gap(
    catalog: Catalog,
    viewer: Viewer,
    question: str,
    communities: Collection[str],
    confidence: float,
    at: datetime,
) -> None:
    """Keep a question that could not be answered, or count it up if it is kept for the same communities.

    Args:
        catalog: The library.
        viewer: Who asked; of the communities, those count that they may read.
        question: What was asked.
        communities: Slugs of the communities that it was narrowed to; none if it was not narrowed.
        confidence: How strong the evidence was.
        at: When it was asked.
    """
    with catalog.write_gaps(viewer) as writer:
        writer.record(question, communities, confidence, at)


def close_gap(catalog: Catalog, viewer: Viewer, question: str, communities: Collection[str] = ()) -> int:
    """Take away the gaps that an answered question leaves open no longer; gives how many.

    Args:
        catalog: The library.
        viewer: Who asked.
        question: What was asked.
        communities: Slugs of the communities that it was narrowed to; none if it was not narrowed.
    """
    # Most answers close nothing: then this waits for nobody who writes.
    if not read_gaps(catalog, viewer, limit=1, question=question):
        return 0
    with catalog.write_gaps(viewer) as writer:
        return writer.close(question, communities)


def read_gaps(catalog: Catalog, viewer: Viewer, limit: int = 50, question: str = "") -> list[Gap]:
    """The gaps that a viewer may see; `catalog.reader.Reader.gaps` tells more."""
    with catalog.read(viewer) as reader:
        return reader.gaps(limit, question)


def forget_gap(catalog: Catalog, viewer: Viewer, number: int) -> Gap:
    """Take a gap away, and give what it was.

    Raises:
        NotFoundError: If there is none with this number among those that the viewer may see.
    """
    with catalog.write_gaps(viewer) as writer:
        return writer.forget(number)


class GapWriter:
    """One transaction that changes gaps; get one from `Catalog.write_gaps`.

    Args:
        connection: A connection in a transaction.
        viewer: Who asks.
    """

    def __init__(self, connection: Connection, viewer: Viewer) -> None:
        self._db = connection
        self._viewer = viewer

    def record(self, question: str, communities: Collection[str], confidence: float, at: datetime) -> None:
        """Keep a question that could not be answered; `record_gap` tells more."""
        scope = self._scope(communities)
        if not scope:  # nothing was searched, so nothing is known to be missing
            return
        values = {
            "question": as_asked(question),
            "confidence": confidence,
            "private": not scope <= public(self._db),
        }
        added = upsert(gaps).values(
            key=question_key(question), scope=sorted(scope), first_asked=at, last_asked=at, times=1, **values
        )
        # Who asked first may be stored last.
        asked = {
            "first_asked": func.min(gaps.c.first_asked, added.excluded.first_asked),
            "last_asked": func.max(gaps.c.last_asked, added.excluded.last_asked),
            "times": gaps.c.times + 1,
        }
        self._db.execute(added.on_conflict_do_update(index_elements=["key", "scope"], set_=values | asked))
        self._keep_bounded()

    def close(self, question: str, communities: Collection[str]) -> int:
        """Take away the gaps of an answered question, as far as the answer fills them.

        It fills a gap if all communities of the gap that are left were searched, and whatever else was
        searched is public: then all who see the gap find the answer too. It fills none in which more people
        said of its answer that it did not help than that it did.
        """
        key, within, open_to_all = question_key(question), self._scope(communities), public(self._db)
        there = set(self._db.scalars(select(all_communities.c.slug)))
        rows = self._db.execute(select(gaps.c.id, gaps.c.scope).where(gaps.c.key == key))
        wanting = self._wanting(key)
        filled = [
            row.id
            for row in rows
            if set(row.scope) & there <= within
            and within - set(row.scope) <= open_to_all
            and tuple(row.scope) not in wanting
        ]
        self._db.execute(delete(gaps).where(gaps.c.id.in_(filled)))
        return len(filled)

    def _wanting(self, key: str) -> set[tuple[str, ...]]:
        """Scopes in which the answers to a question did not help most of those who said so."""
        said = select(feedback.c.scope, feedback.c.helped).where(feedback.c.key == key)
        balance: Counter[tuple[str, ...]] = Counter()
        for row in self._db.execute(said.where(feedback.c.item_key == "")):
            balance[tuple(row.scope)] += 1 if row.helped else -1
        return {scope for scope, number in balance.items() if number < 0}

    def forget(self, number: int) -> Gap:
        """Take a gap away that the viewer may see, and how often it was asked; `forget_gap` tells more."""
        mine = select(gaps).where(seen_by(self._db, self._viewer, gaps), gaps.c.id == number)
        fits = number.bit_length() < 64  # SQLite has no larger numbers
        row = self._db.execute(mine).one_or_none() if fits else None
        if row is None:
            raise NotFoundError(f"{number}: no such gap; `copse gaps` shows each one's number")
        self._db.execute(delete(gaps).where(gaps.c.id == number))
        same = (asked.c.key == row.key, asked.c.scope_key == scope_key(row.scope))
        self._db.execute(delete(asked).where(*same))
        return _gap(row)

    def _scope(self, communities: Collection[str]) -> frozenset[str]:
        """The communities that were searched, given those that a question was narrowed to."""
        return searched(self._viewer, communities)

    def _keep_bounded(self) -> None:
        """Let go of what was asked least, and of that the oldest, where there is too much."""
        surplus = (self._db.scalar(select(func.count()).select_from(gaps)) or 0) - _MOST
        if surplus > 0:
            least = select(gaps.c.id).order_by(gaps.c.times, gaps.c.last_asked, gaps.c.id).limit(surplus)
            self._db.execute(delete(gaps).where(gaps.c.id.in_(least)))


def select_gaps(db: Connection, viewer: Viewer, limit: int, question: str = "") -> list[Gap]:
    """The gaps that a viewer may see, the most asked first, then the newest.

    Args:
        db: A connection in a transaction.
        viewer: Who looks.
        limit: How many at most.
        question: Only what was asked in these words; everything if it is empty.
    """
    if question and db.scalar(_named(), {"key": question_key(question)}) is None:
        return []  # so it is for most questions, and the gate takes longer
    query = (
        select(gaps)
        .where(seen_by(db, viewer, gaps))
        .order_by(gaps.c.times.desc(), gaps.c.last_asked.desc(), gaps.c.id.desc())
    )
    if question:
        query = query.where(gaps.c.key == question_key(question))
    return [_gap(row) for row in db.execute(query.limit(limit))]


@cache
def _named() -> Select[tuple[int]]:
    return select(gaps.c.id).where(gaps.c.key == bindparam("key")).limit(1)


def as_asked(question: str) -> str:
    """The question as one line; half a character, which cannot be stored, becomes a question mark."""
    return " ".join(question.encode(errors="replace").decode().split())[:_LONGEST]


def question_key(question: str) -> str:
    """The words of a question, by which it is known again whatever its case and punctuation."""
    text = unicodedata.normalize("NFKC", as_asked(question)).casefold()
    words = (word.strip(_AROUND_WORDS) for word in text.split())
    return " ".join(filter(None, words)) or text


def _gap(row: Row[Any]) -> Gap:
    return Gap(
        row.id,
        row.question,
        tuple(row.scope),
        row.times,
        row.first_asked,
        row.last_asked,
        row.confidence,
    )
