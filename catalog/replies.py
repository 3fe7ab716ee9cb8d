"""What a reply to a request becomes: an answer in the thread of its question, in the library's own source."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from catalog.errors import NotFoundError
from catalog.nouns import Contribution, Item, Kind, Person, Role, State
from catalog.own import KIND, OwnSource, Split, person_called, stored_person
from catalog.schema import communities, contributions, items, sources
from catalog.writer import Writer

SOURCE = "requests"
"""What the source of replies is called."""


def put_reply(
    db: Connection,
    request: Row[Any],
    number: int,
    answerer: int,
    text: str,
    split: Split,
    split_name: str,
    now: datetime,
) -> str:
    """Store the question, if this is the first reply, and the reply; gives the id of the reply.

    Args:
        db: A connection in a transaction.
        request: The request's row.
        number: The reply's number, from 1.
        answerer: Number of who replies.
        text: The reply, as Markdown.
        split: Splits an item into passages.
        split_name: How it splits.
        now: When it came.

    Raises:
        NotFoundError: If the community of the request is gone.
    """
    if db.scalar(select(communities.c.id).where(communities.c.slug == request.community)) is None:
        raise NotFoundError(f"{request.community}: the community of this request is gone; ask anew")
    own = OwnSource(db, SOURCE)
    about = {
        "source": own.name,
        "title": request.question,
        "community": request.community,
        "thread": key_of(request.id),
    }
    replied = (Contribution(stored_person(db, answerer), Role.ANSWERED, now),)
    key = key_of(request.id, number)
    reply = Item(key=key, kind=Kind.ANSWER, text=text, created=now, contributions=replied, **about)
    new = [reply] if own.has(key_of(request.id)) else [_question(db, request, about), reply]
    earlier = [key_of(request.id), *(key_of(request.id, one) for one in range(1, number))]
    own.put(key_of(request.id), f"request {request.id}", new, split, split_name, keep=earlier)
    return f"{own.name}:{key}"


def _question(db: Connection, request: Row[Any], about: dict[str, Any]) -> Item:
    asker = _asker(db, request)
    return Item(
        key=key_of(request.id),
        kind=Kind.QUESTION,
        text=request.question,
        created=request.asked_at,
        state=State.OPEN,
        contributions=(Contribution(asker, Role.ASKED, request.asked_at),) if asker else (),
        **about,
    )


def _asker(db: Connection, request: Row[Any]) -> Person | None:
    if request.asker_id is not None:
        return stored_person(db, request.asker_id)
    return person_called(request.asked_by)


def mark_accepted(db: Connection, request: int, number: int) -> None:
    """Let the items say which reply solved the question."""
    now = Writer(db).generation()
    mine = items.c.source_id.in_(select(sources.c.id).where(sources.c.kind == KIND))
    solved = update(items).where(mine, items.c.key == key_of(request))
    db.execute(solved.values(state=State.SOLVED.value, generation=now))
    replies = items.c.key.like(f"{key_of(request)}-reply-%")
    chosen = items.c.key == key_of(request, number)
    db.execute(update(items).where(mine, replies).values(accepted=chosen, generation=now))
    for role, which in ((Role.ANSWERED, ~chosen), (Role.ACCEPTED, chosen)):
        of_these = select(items.c.id).where(mine, replies, which)
        answered = contributions.c.role.in_([Role.ANSWERED.value, Role.ACCEPTED.value])
        changed = update(contributions).where(contributions.c.item_id.in_(of_these), answered)
        db.execute(changed.values(role=role.value))


def reply_item(source: str, request: int, number: int) -> str:
    """Id of the item that a reply became."""
    return f"{source}:{key_of(request, number)}"


def key_of(request: int, number: int | None = None) -> str:
    """Key of the item of a request's question, or of one of its replies."""
    return f"request-{request}" if number is None else f"request-{request}-reply-{number}"
