"""What readers say helped: one word of each about an answer or an item, which they can change.

Nobody is told who said it: of a name only a hash is kept, by which it is known again. What was said of an
answer is seen, as with gaps, by stewards who may read all communities that were searched (`catalog.scopes`).

It changes no ranking. An answer that did not help leaves its question among the gaps.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.audit import note
from catalog.errors import NotFoundError, QuestionError
from catalog.gaps import GapWriter, as_asked, question_key
from catalog.nouns import Viewer
from catalog.schema import communities, feedback, items, sources, state
from catalog.scopes import public, searched, seen_by

LONGEST_REASON = 1_000  # characters
_MOST = 50_000  # words of readers that are kept
_LOOKED_AT = 10_000  # the latest of them that are summed up
_SALT = "feedback-salt"


@dataclass(frozen=True, slots=True)
class Said:
    """What one reader said: whether it helped, and why."""

    helped: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Helped:
    """How many of the people who said something were helped."""

    helped: int
    of: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What readers said of one answer, or of one item.

    Attributes:
        question: What was asked; empty where it is about an item.
        item_id: The item; empty where it is about a whole answer.
        communities: Slugs of the communities that were searched, or that of the item.
        helped: How many it helped.
        unhelped: How many it did not help.
        reasons: Why, in their words, the latest first; those of whom it did not help come first.
        last: When the last of them said so.
    """

    question: str
    item_id: str
    communities: tuple[str, ...]
    helped: int
    unhelped: int
    reasons: tuple[str, ...]
    last: datetime


class FeedbackWriter:
    """One transaction in which a viewer says what helped; get one from `Catalog.write_feedback`.

    Args:
        connection: A connection in a transaction.
        viewer: Who says so.
        now: The time that is noted.
    """

    def __init__(self, connection: Connection, viewer: Viewer, now: datetime) -> None:
        self._db = connection
        self._viewer = viewer
        self._now = now

    def about_answer(
        self, question: str, narrowed_to: Collection[str], said: Said, *, keep_gap: bool = True
    ) -> None:
        """Say whether the answer to a question helped, or change what one has said.

        Args:
            question: What was asked.
            narrowed_to: Slugs of the communities to which it was narrowed; none if it was not.
            said: Whether it helped, and why.
            keep_gap: Whether a question whose answer did not help is kept as a gap.

        Raises:
            QuestionError: If there is no question.
            NotAllowedError: If the viewer may write in none of the communities.
        """
        scope = searched(self._viewer, narrowed_to)
        if not question_key(question):
            raise QuestionError("there is no question; say what was asked")
        self._check_any(scope)
        before = said_before(self._db, self._viewer, question_key(question), "", "")
        self._put(as_asked(question), scope, "", "", said)
        gaps = GapWriter(self._db, self._viewer)
        if said.helped:
            gaps.close(question, narrowed_to)
        elif keep_gap and (before is None or before.helped):  # nobody counts twice
            gaps.record(question, narrowed_to, 0.0, self._now)

    def about_item(self, item_id: str, said: Said) -> None:
        """Say whether an item helped, or change what one has said.

        Raises:
            NotFoundError: If there is no such item that the viewer may read.
            NotAllowedError: If they may not write in its community.
        """
        source, _, key = item_id.partition(":")
        joined = items.join(sources).join(communities)
        query = select(communities.c.slug).select_from(joined)
        query = query.where(sources.c.name == source, items.c.key == key)
        slug = self._db.scalar(query.where(communities.c.slug.in_(self._viewer.communities)))
        if slug is None:
            raise NotFoundError(
                f"{item_id}: no such item, or not yours to read; `copse search` shows each item's id"
            )
        self._viewer.check_contributes(slug)
        self._put("", frozenset({slug}), source, key, said)

    def forget(self, item_id: str) -> None:
        """Forget what was said of an item that is withdrawn; that leaves a line in the audit."""
        forget_feedback(self._db, item_id)
        note(self._db, self._viewer.name, "item-withdraw", detail=item_id)

    def _check_any(self, scope: Collection[str]) -> None:
        """See to it that the viewer may write in one of the communities that were searched."""
        if not self._viewer.contributes.intersection(scope):
            self._viewer.check_contributes(", ".join(sorted(scope)) or "no community")

    def _put(self, question: str, scope: Collection[str], source: str, item_key: str, said: Said) -> None:
        told = {
            "at": self._now,
            "scope": sorted(scope),
            "private": not set(scope) <= public(self._db),
            "question": question,
            "helped": said.helped,
            "reason": as_asked(said.reason)[:LONGEST_REASON],
        }
        about = {"key": question_key(question), "source": source, "item_key": item_key}
        by = {"by": _hashed(_salt(self._db), self._viewer)}
        statement = upsert(feedback).values(told | about | by)
        self._db.execute(
            statement.on_conflict_do_update(index_elements=["by", "key", "source", "item_key"], set_=told)
        )
        self._keep_bounded()

    def _keep_bounded(self) -> None:
        surplus = (self._db.scalar(select(func.count()).select_from(feedback)) or 0) - _MOST
        if surplus > 0:
            oldest = select(feedback.c.id).order_by(feedback.c.at, feedback.c.id).limit(surplus)
            self._db.execute(delete(feedback).where(feedback.c.id.in_(oldest)))


def forget_feedback(db: Connection, item_id: str) -> None:
    """Forget what was said of an item that is taken away."""
    source, _, key = item_id.partition(":")
    db.execute(delete(feedback).where(feedback.c.source == source, feedback.c.item_key == key))


def said_before(db: Connection, viewer: Viewer, key: str, source: str, item_key: str) -> Said | None:
    """What a viewer said of the answer to a question, or of an item; None if they said nothing."""
    salt = db.scalar(select(state.c.value).where(state.c.key == _SALT))
    if salt is None:
        return None
    about = (feedback.c.key == key) & (feedback.c.source == source) & (feedback.c.item_key == item_key)
    mine = feedback.c.by == _hashed(salt, viewer)
    row = db.execute(select(feedback.c.helped, feedback.c.reason).where(about, mine)).one_or_none()
    return None if row is None else Said(row.helped, row.reason)


def count_helped(db: Connection, source: str, item_key: str) -> Helped:
    """How many people an item helped, of those who said something. The caller sees to who may read it."""
    about = (feedback.c.source == source) & (feedback.c.item_key == item_key)
    rows = db.scalars(select(feedback.c.helped).where(about)).all()
    return Helped(sum(rows), len(rows))


def select_verdicts(db: Connection, viewer: Viewer, about_items: bool) -> list[Verdict]:
    """What was said in communities that a viewer is a steward of: those that helped the fewest come first.

    What is said of an item may be told only to who may read it now, which the caller sees to.
    """
    query = select(feedback).where(seen_by(db, viewer, feedback))
    query = query.where(feedback.c.item_key != "" if about_items else feedback.c.item_key == "")
    grouped: dict[tuple[str, ...], list[Row[Any]]] = defaultdict(list)
    for row in db.execute(query.order_by(feedback.c.at.desc(), feedback.c.id.desc()).limit(_LOOKED_AT)):
        if viewer.owner or viewer.stewards.intersection(row.scope):
            grouped[(row.key, row.source, row.item_key, *row.scope)].append(row)
    verdicts = [_verdict(rows) for rows in grouped.values()]
    return sorted(verdicts, key=lambda one: (one.unhelped, one.last), reverse=True)


def _verdict(rows: Sequence[Row[Any]]) -> Verdict:
    """What the latest rows about one thing say together."""
    first = rows[0]
    told = sorted(rows, key=lambda row: bool(row.helped))  # stable: the latest first within each
    return Verdict(
        first.question,
        f"{first.source}:{first.item_key}" if first.item_key else "",
        tuple(first.scope),
        sum(row.helped for row in rows),
        sum(not row.helped for row in rows),
        tuple(row.reason for row in told if row.reason),
        first.at,
    )


def _salt(db: Connection) -> int:
    """A secret of this library, without which a hash could be looked up in a list of names."""
    stored = db.scalar(select(state.c.value).where(state.c.key == _SALT))
    if stored is not None:
        return int(stored)
    made = secrets.randbits(62)
    db.execute(insert(state).values(key=_SALT, value=made))
    return made


def _hashed(salt: int, viewer: Viewer) -> str:
    name = viewer.name.strip().lower().encode(errors="replace")
    return hashlib.blake2b(name, key=salt.to_bytes(8, "little"), digest_size=16).hexdigest()
