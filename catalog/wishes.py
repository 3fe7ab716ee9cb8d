"""What a person wishes about being named: not at all, not about a topic, not until a day, not for an item.

Wishes belong to the library and not to a source, so reading a source again does not touch them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.audit import note
from catalog.errors import NotFoundError, SettingError
from catalog.merges import root_of, rows_of
from catalog.schema import contributions, disputes, hidden_topics, items, people, sources
from catalog.versions import touch_people

_LONGEST_TOPIC = 100  # characters
_MOST_TOPICS = 200  # of one person
_LONGEST_REASON = 300  # characters


@dataclass(frozen=True, slots=True)
class Wish:
    """A change of what somebody wishes; what is left out stays as it is.

    Attributes:
        opt_out: Never to be named as somebody to ask; False takes it back.
        pause_until: Not to be named before this time.
        resume: Whether a pause ends now.
        hide: Topics for which they do not want to be named.
        show: Topics for which they do again.
        anonymous: To be shown without name, number or link; False takes it back.
        departed: To be shown as somebody who has left, and never asked; False takes it back.
        dispute: Ids of items; what they did to them is no evidence of what they know.
        undispute: Ids of items for which it is evidence again.
        because: Why, in a sentence; kept with disputes and in the audit.
    """

    opt_out: bool | None = None
    pause_until: datetime | None = None
    resume: bool = False
    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    anonymous: bool | None = None
    departed: bool | None = None
    dispute: tuple[str, ...] = ()
    undispute: tuple[str, ...] = ()
    because: str = ""

    def told(self) -> Iterator[tuple[str, str]]:
        """What changes, as actions and details of the audit."""
        for wanted, yes, no in (
            (self.opt_out, "opt-out", "opt-in"),
            (self.anonymous, "anonymous", "named"),
            (self.departed, "departed", "present"),
        ):
            if wanted is not None:
                yield (yes if wanted else no), ""
        if self.pause_until is not None:
            yield "pause", f"until {self.pause_until:%Y-%m-%d}"
        if self.resume:
            yield "resume", ""
        for action in ("hide", "show", "dispute", "undispute"):
            for detail in getattr(self, action):
                yield action, detail


def put_wish(db: Connection, person_id: int, wish: Wish, by: str = "owner") -> None:
    """Store what a person wishes, for all that is known as them, and who says so.

    Each of their rows gets it, so that it also holds for both when a merge is undone.

    Args:
        db: A connection in a transaction.
        person_id: The person's number.
        wish: What changes.
        by: Who says so.

    Raises:
        NotFoundError: If there is no such person, or they did nothing to an item that is disputed.
        SettingError: If a topic has no words, or the pause would have ended already.
    """
    root = root_of(db, person_id)
    rows = rows_of(db, root)
    touch_people(db)
    mine = update(people).where(people.c.id.in_(rows))
    changed = {"opted_out": wish.opt_out, "anonymous": wish.anonymous, "departed": wish.departed}
    changed = {name: value for name, value in changed.items() if value is not None}
    if changed:
        db.execute(mine.values(changed))
    if wish.pause_until is not None and wish.pause_until <= datetime.now(UTC):
        raise SettingError(f"a pause until {wish.pause_until:%Y-%m-%d} has ended already: give a later day")
    if wish.resume or wish.pause_until is not None:
        db.execute(mine.values(paused_until=wish.pause_until))
    _put_topics(db, rows, wish)
    _put_disputes(db, rows, wish)
    for action, detail in wish.told():
        note(db, by, action, root, ": ".join(filter(None, (detail, wish.because))))


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


def _put_disputes(db: Connection, rows: set[int], wish: Wish) -> None:
    mine = disputes.c.person_id.in_(rows)
    for item_id in wish.undispute:
        source, _, key = item_id.partition(":")
        taken_back = delete(disputes).where(mine, disputes.c.source == source, disputes.c.key == key)
        if not db.execute(taken_back).rowcount:
            raise NotFoundError(f"{item_id}: not disputed; `copse people show` lists what is")
    reason = " ".join(wish.because.split())[:_LONGEST_REASON]
    for item_id in wish.dispute:
        source, _, key = item_id.partition(":")
        _check_contributed(db, rows, source, key)
        values = {"source": source, "key": key, "reason": reason, "at": datetime.now(UTC)}
        for row in sorted(rows):
            statement = upsert(disputes).values(values | {"person_id": row})
            changed = {"reason": reason, "at": values["at"]}
            db.execute(
                statement.on_conflict_do_update(index_elements=["person_id", "source", "key"], set_=changed)
            )


def _check_contributed(db: Connection, rows: set[int], source: str, key: str) -> None:
    joined = contributions.join(items).join(sources)
    query = select(contributions.c.item_id).select_from(joined).where(contributions.c.person_id.in_(rows))
    if db.execute(query.where(sources.c.name == source, items.c.key == key)).first() is None:
        raise NotFoundError(
            f"{source}:{key}: nothing that this person contributed to; `copse search` shows each item's id"
        )


def move_disputes(db: Connection, source: str, old: str, new: str) -> None:
    """Let disputes follow an item that got a new key."""
    mine = disputes.c.source == source
    there = select(disputes.c.person_id).where(mine, disputes.c.key == new).scalar_subquery()
    db.execute(delete(disputes).where(mine, disputes.c.key == old, disputes.c.person_id.in_(there)))
    db.execute(update(disputes).where(mine, disputes.c.key == old).values(key=new))
