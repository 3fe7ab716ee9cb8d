"""What is asked: how often each question was asked on each day, so that a community sees what it wonders.

Nobody is told who asked. A question keeps the communities that were searched, and is seen only by those who
may read all of them (see `catalog.scopes`). Like gaps, this is no content: the generation is left alone.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, case, delete, func, select, tuple_
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.errors import LibraryError, OverloadedError
from catalog.gaps import as_asked, question_key
from catalog.nouns import Viewer
from catalog.schema import asked
from catalog.scopes import public, scope_key, searched, seen_by

if TYPE_CHECKING:
    from catalog.store import Catalog

KEPT = timedelta(days=400)
"""How long it is known when something was asked."""

_MOST = 20_000  # questions by day; anybody may ask, and this bounds what their questions take up
_MOST_WAITING = 1_000  # questions that are not written yet
_SELDOM = 100  # writings after which it is seen to again that there is not too much
_NAMED_BY = (asked.c.key, asked.c.scope_key, asked.c.day)
_PATIENCE = 0.05  # seconds for which an answer waits for somebody else who writes


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was just asked.

    Attributes:
        text: What was asked.
        communities: Slugs of the communities that were searched.
        answered: Whether there was an answer with enough evidence.
        at: When.
    """

    text: str
    communities: frozenset[str]
    answered: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Demand:
    """How often something was asked lately.

    Attributes:
        question: What was asked, as it was asked last.
        communities: Slugs of the communities that were searched then, sorted.
        times: How often it was asked in the last days.
        before: How often in as many days before them.
        last: The day on which it was asked last.
        answered: Whether it had an answer then.
    """

    question: str
    communities: tuple[str, ...]
    times: int
    before: int
    last: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class AskedDay:
    """How much was asked on a day.

    Attributes:
        day: Its first moment, in UTC.
        times: How many questions were asked.
        unanswered: To how many of them there was no answer with enough evidence.
    """

    day: datetime
    times: int
    unanswered: int


class Tally:
    """Counts what is asked of a library. Safe to use from several threads.

    Nobody waits for it: what cannot be written at once, because somebody else writes, is written next time.

    Args:
        catalog: The library.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._waiting: list[Question] = []
        self._unbounded = 0  # writings since it was seen to that there is not too much
        self._lock, self._writing = threading.Lock(), threading.Lock()

    def count(
        self, viewer: Viewer, question: str, communities: Collection[str], answered: bool, at: datetime
    ) -> None:
        """Count a question.

        Args:
            viewer: Who asked; of the communities, those count that they may read.
            question: What was asked.
            communities: Slugs of the communities that it was narrowed to; none if it was not narrowed.
            answered: Whether there was an answer with enough evidence.
            at: When it was asked.
        """
        scope = searched(viewer, communities)
        if scope:
            self._wait([Question(question, scope, answered, at)])
            self.settle(_PATIENCE)

    def settle(self, patience: float | None = None) -> bool:
        """Write what waits; whether nothing waits any more.

        Args:
            patience: Seconds for which to wait for somebody else who writes; None for as long as usual.
        """
        if not self._writing.acquire(blocking=patience is None):
            return False
        try:
            while taken := self._take():
                try:
                    self._write(taken, patience)
                except (LibraryError, OverloadedError):
                    self._wait(taken)
                    return False
        finally:
            self._writing.release()
        return True

    def _write(self, questions: Sequence[Question], patience: float | None) -> None:
        with self._catalog.write_asked(patience) as writer:
            for question in questions:
                writer.count(question)
            if self._unbounded == 0:
                writer.keep_bounded(max(question.at for question in questions))
        self._unbounded = (self._unbounded + 1) % _SELDOM

    def _wait(self, questions: Sequence[Question]) -> None:
        with self._lock:
            self._waiting.extend(questions)
            del self._waiting[:-_MOST_WAITING]

    def _take(self) -> list[Question]:
        with self._lock:
            taken, self._waiting = self._waiting, []
            return taken


class AskedWriter:
    """One transaction that counts questions; get one from `Catalog.write_asked`.

    Args:
        connection: A connection in a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def count(self, question: Question) -> None:
        """Count a question on its day."""
        values = {
            "key": question_key(question.text),
            "scope_key": scope_key(question.communities),
            "day": midnight(question.at),
            "question": as_asked(question.text),
            "scope": sorted(question.communities),
            "private": not question.communities <= public(self._db),
            "times": 1,
            "answered": question.answered,
        }
        self._db.execute(_once_more(), values)

    def keep_bounded(self, now: datetime) -> None:
        """Let go of what is old; where there is too much, of the oldest, and of that what was asked least."""
        self._db.execute(delete(asked).where(asked.c.day < midnight(now) - KEPT))
        surplus = (self._db.scalar(select(func.count()).select_from(asked)) or 0) - _MOST
        if surplus > 0:
            oldest = select(*_NAMED_BY).order_by(asked.c.day, asked.c.times, *_NAMED_BY).limit(surplus)
            self._db.execute(delete(asked).where(tuple_(*_NAMED_BY).in_(oldest)))


@cache
def _once_more() -> Insert:
    added = upsert(asked)
    lately = {name: added.excluded[name] for name in ("question", "private", "answered")}
    return added.on_conflict_do_update(index_elements=_NAMED_BY, set_={**lately, "times": asked.c.times + 1})


def select_asked(db: Connection, viewer: Viewer, limit: int, days: int, now: datetime) -> list[Demand]:
    """What was asked in the last days, the most asked first, then the latest.

    What was asked in the same words in several communities is one question.

    Args:
        db: A connection in a transaction.
        viewer: Who looks.
        limit: How many at most.
        days: How many days, today included.
        now: The time.
    """
    since = midnight(now) - timedelta(days=days - 1)
    query = select(asked).where(seen_by(db, viewer, asked), asked.c.day >= since - timedelta(days=days))
    found: dict[str, Demand] = {}
    for row in db.execute(query.order_by(asked.c.day, asked.c.times, asked.c.scope_key)):
        lately = row.day >= since
        known = found.get(row.key)
        found[row.key] = Demand(
            row.question,
            tuple(row.scope),
            (known.times if known else 0) + (row.times if lately else 0),
            (known.before if known else 0) + (0 if lately else row.times),
            row.day,
            row.answered,
        )
    wanted = [one for one in found.values() if one.times]
    return sorted(wanted, key=lambda one: (-one.times, -one.last.timestamp(), one.question))[:limit]


def select_asked_days(db: Connection, viewer: Viewer, days: int, now: datetime) -> list[AskedDay]:
    """How much was asked on each of the last days, the oldest first; days without questions are there, too.

    Args:
        db: A connection in a transaction.
        viewer: Who looks.
        days: How many days, today included.
        now: The time.
    """
    first = midnight(now) - timedelta(days=days - 1)
    missing = func.sum(case((asked.c.answered, 0), else_=asked.c.times))
    query = select(asked.c.day, func.sum(asked.c.times), missing).group_by(asked.c.day)
    rows = db.execute(query.where(seen_by(db, viewer, asked), asked.c.day >= first))
    found = {day: AskedDay(day, times, unanswered) for day, times, unanswered in rows}
    every = (first + timedelta(days=number) for number in range(days))
    return [found.get(day, AskedDay(day, 0, 0)) for day in every]


def midnight(at: datetime) -> datetime:
    """The first moment of a day, in UTC."""
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)
