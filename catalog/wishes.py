"""What a person wishes about being named: not at all, not about a topic, not until a day.

Wishes belong to the library and not to a source, so reading a source again does not touch them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.errors import SettingError
from catalog.merges import root_of, rows_of
from catalog.schema import hidden_topics, people

_LONGEST_TOPIC = 100  # characters
_MOST_TOPICS = 200  # of one person


@dataclass(frozen=True, slots=True)
class Wish:
    """A change of what somebody wishes; what is left out stays as it is.

    Attributes:
        opt_out: Never to be named as somebody to ask; False takes it back.
        pause_until: Not to be named before this time.
        resume: Whether a pause ends now.
        hide: Topics for which they do not want to be named.
        show: Topics for which they do again.
    """

    opt_out: bool | None = None
    pause_until: datetime | None = None
    resume: bool = False
    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()


def put_wish(db: Connection, person_id: int, wish: Wish) -> None:
    """Store what a person wishes, for all that is known as them.

    Each of their rows gets it, so that it also holds for both when a merge is undone.

    Args:
        db: A connection in a transaction.
        person_id: The person's number.
        wish: What changes.

    Raises:
        NotFoundError: If there is no such person.
        SettingError: If a topic has no words, or the pause would have ended already.
    """
    rows = rows_of(db, root_of(db, person_id))
    mine = update(people).where(people.c.id.in_(rows))
    if wish.opt_out is not None:
        db.execute(mine.values(opted_out=wish.opt_out))
    if wish.pause_until is not None and wish.pause_until <= datetime.now(UTC):
        raise SettingError(f"a pause until {wish.pause_until:%Y-%m-%d} has ended already: give a later day")
    if wish.resume or wish.pause_until is not None:
        db.execute(mine.values(paused_until=wish.pause_until))
    _put_topics(db, rows, wish)


def _put_topics(db: Connection, rows: set[int], wish: Wish) -> None:
    shown = [as_topic(topic) for topic in wish.show]
    mine = hidden_topics.c.person_id.in_(rows)
    db.execute(delete(hidden_topics).where(mine, hidden_topics.c.topic.in_(shown)))
    hidden = [{"person_id": row, "topic": as_topic(topic)} for row in sorted(rows) for topic in wish.hide]
    if hidden:
        db.execute(upsert(hidden_topics).on_conflict_do_nothing(), hidden)
        if (db.scalar(select(func.count(hidden_topics.c.topic.distinct())).where(mine)) or 0) > _MOST_TOPICS:
            raise SettingError(
                f"more than {_MOST_TOPICS} hidden topics: to be named for nothing, opt out instead"
            )


def as_topic(text: str) -> str:
    """A topic in the form in which it is stored: lower case, single spaces.

    Raises:
        SettingError: If it has no words, or far too many.
    """
    topic = " ".join(text.casefold().split())
    if not any(map(str.isalnum, topic)) or len(topic) > _LONGEST_TOPIC:
        raise SettingError(
            f"topic {topic[:_LONGEST_TOPIC]!r}: give a word or a few, up to {_LONGEST_TOPIC} characters"
        )
    return topic
