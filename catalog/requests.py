"""Requests: questions that were put to people because nobody has written about them, and what came back.

A request is seen by those who may read all communities that were searched, as a gap is (`catalog.scopes`),
and put only to people who may. Who asked and who was asked prove it by a token: they need no account.

A reply is content: an item of the library's own source, that no sync reads and none removes.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from catalog.audit import note
from catalog.errors import NotAllowedError, NotFoundError, SettingError
from catalog.gaps import GapWriter, as_asked, question_key
from catalog.merges import root_of, rows_of
from catalog.nouns import IdentityKind, Person, RequestState, Viewer
from catalog.own import NOBODY, Split, oneself
from catalog.reader_people import people_by_row
from catalog.replies import mark_accepted, put_reply
from catalog.schema import identities, people, request_people, request_replies, requests
from catalog.scopes import is_owner, public, searched, seen_by

_LONGEST_REPLY = 50_000  # characters


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody to whom a request goes.

    Attributes:
        person: Who.
        why: What speaks for asking them.
        at: When they were chosen.
        sent_at: When it was sent to them; None if it was not, or there is nothing to send it with.
        how: By what it was sent.
        trouble: Why it could not be sent.
        declined_at: When they declined.
        answered_at: When they answered.
    """

    person: Person
    why: str
    at: datetime
    sent_at: datetime | None = None
    how: str = ""
    trouble: str = ""
    declined_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """A reply to a request.

    Attributes:
        number: Its number among the replies, from 1.
        item_id: The item that it became.
        person: Who replied.
        at: When.
        accepted: Whether the asker has accepted it.
    """

    number: int
    item_id: str
    person: Person
    at: datetime
    accepted: bool


@dataclass(frozen=True, slots=True)
class Request:
    """A question that was put to people.

    Attributes:
        id: Its number.
        question: What was asked.
        communities: Slugs of the communities that were searched, sorted.
        community: Slug of the one to which replies belong.
        asked_by: Who asked.
        asked_at: When.
        times: How often it was asked while it was open.
        state: How far it has come.
        found: Ids of the items that were found already, the nearest first.
        people: To whom it goes.
        replies: What came back, the first one first.
        answered_at: When the first reply came.
    """

    id: int
    question: str
    communities: tuple[str, ...]
    community: str
    asked_by: str
    asked_at: datetime
    times: int
    state: RequestState
    found: tuple[str, ...]
    people: tuple[Asked, ...]
    replies: tuple[Replied, ...]
    answered_at: datetime | None

    @property
    def seconds_to_answer(self) -> float | None:
        """From asking to the first reply."""
        return None if self.answered_at is None else (self.answered_at - self.asked_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person to ask, by their number, and what speaks for it."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A question that is to be put to people.

    Attributes:
        question: What is asked.
        communities: Slugs of the communities to which it is narrowed; none if it is not.
        community: Slug of the one to which replies belong.
        found: Ids of the items that were found already.
        people: Whom to ask.
        suggested: Numbers of all who fit, the best first, to measure how requests are spread.
    """

    question: str
    communities: tuple[str, ...]
    community: str
    found: tuple[str, ...]
    people: tuple[Addressee, ...]
    suggested: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A request that was made, or joined because it was open already.

    Attributes:
        number: The request's number.
        joined: Whether it was there before.
        token: Who has it may accept and close; only for who made the request.
    """

    number: int
    joined: bool
    token: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """Where a request is to be sent: all that a channel needs. It is never shown.

    Attributes:
        number: Number of the person.
        name: Their name, as it is shown to others.
        address: Their e-mail address, if a source knows one.
        token: Who has it is that person.
        why: What speaks for asking them.
    """

    number: int
    name: str
    address: str | None
    token: str
    why: str


def shown_asker(name: str) -> str:
    """Who asked, as others are told: of an address what stands before its @."""
    return name.partition("@")[0] or "somebody"


class RequestWriter:
    """One transaction that changes requests; get one from `Catalog.write_requests`.

    Args:
        connection: A connection in a transaction.
        viewer: Who asks, answers or decides.
        now: The time that is noted.
    """

    def __init__(self, connection: Connection, viewer: Viewer, now: datetime) -> None:
        self._db = connection
        self._viewer = viewer
        self._name = viewer.name.strip().lower()
        self._now = now

    # --- asking ---

    def open(self, new: NewRequest, most_a_day: int) -> Opened:
        """Make a request, or join the open one in the same words and communities.

        Raises:
            SettingError: If the viewer may read none of the communities, or has asked too often today.
        """
        scope = sorted(searched(self._viewer, new.communities))
        if not scope:
            raise SettingError("no community that you may read: nobody can be asked")
        same = select(requests.c.id).where(
            requests.c.key == question_key(new.question),
            requests.c.scope == scope,
            requests.c.state == RequestState.OPEN.value,
        )
        found = self._db.scalar(same.limit(1))
        if found is not None:
            return self.join(found)
        self._check_rate(most_a_day)
        token = secrets.token_urlsafe(24)
        values = {
            "question": as_asked(new.question),
            "key": question_key(new.question),
            "scope": scope,
            "private": not set(scope) <= public(self._db),
            "community": new.community,
            "asked_by": self._name,
            "asker_id": oneself(self._db, self._name),
            "asked_at": self._now,
            "times": 1,
            "state": RequestState.OPEN.value,
            "token": token,
            "found": list(new.found),
            "suggested": list(new.suggested),
        }
        statement = insert(requests).values(values).returning(requests.c.id)
        number = int(self._db.execute(statement).scalar_one())
        self._note("request", None, f"request {number}")
        self._add(number, new.people)
        return Opened(number, joined=False, token=token)

    def join(self, number: int) -> Opened:
        """Count that an open request was asked once more."""
        row = self._seen(number)
        self._set(row.id, times=requests.c.times + 1)
        self._note("request-join", None, f"request {row.id}")
        return Opened(row.id, joined=True)

    def add_people(self, number: int, chosen: Sequence[Addressee]) -> None:
        """Ask further people; those who are asked already are left out.

        Raises:
            NotFoundError: If there is no such request that the viewer may see.
            NotAllowedError: If it is not theirs.
            SettingError: If it is closed.
        """
        row = self._mine(self._seen(number), "")
        self._not_closed(row)
        self._add(row.id, chosen)

    def letters(self, number: int, only_unsent: bool = True) -> list[Letter]:
        """Where a request is still to be sent: to those who neither have it nor declined nor answered.

        Wishes hold until the last moment: who does not want to be asked any more is left out.
        """
        row = self._seen(number)
        query = select(request_people).where(
            request_people.c.request_id == row.id,
            request_people.c.declined_at.is_(None),
            request_people.c.answered_at.is_(None),
        )
        if only_unsent:
            query = query.where(request_people.c.sent_at.is_(None))
        rows = self._db.execute(query.order_by(request_people.c.person_id)).all()
        now = people_by_row(self._db, {one.person_id for one in rows})
        wanted = (one for one in rows if now[one.person_id].suggestible and not now[one.person_id].departed)
        return [self._letter(one) for one in wanted]

    def note_sent(self, number: int, person: int, how: str, trouble: str = "") -> None:
        """Note by what a request was sent to somebody, if by anything, and why it was not by more."""
        mine = (request_people.c.request_id == number) & (request_people.c.person_id == person)
        sent = {"how": how, "trouble": trouble, "sent_at": self._now if how else None}
        self._db.execute(update(request_people).where(mine).values(sent))
        told = f"request {number}, by {how}" if how else f"request {number}: {trouble}"
        self._note("request-sent" if how else "request-failed", person, told)

    # --- answering ---

    def answer(
        self, key: str, text: str, split: Split, split_name: str, person: int | None = None
    ) -> tuple[int, str]:
        """Take a reply in as an item that is linked to the question.

        Args:
            key: The request's number, or the token of somebody who was asked.
            text: The reply, as Markdown.
            split: Splits an item into passages.
            split_name: How it splits.
            person: Number of who answers; only for the owner.

        Returns:
            The request's number, and the id of the item.

        Raises:
            NotFoundError: If there is no such request that the viewer may see, or no such person.
            NotAllowedError: If nobody knows who answers.
            SettingError: If there is no text, or the request is closed.
        """
        row = self.find(key)
        self._not_closed(row)
        answerer = self._answerer(row, key, person)
        text = text.encode(errors="replace").decode().replace("\0", "").strip()[:_LONGEST_REPLY]
        if not any(map(str.isalnum, text)):
            raise SettingError("the reply has no words: write what you know")
        mine = select(func.count()).where(request_replies.c.request_id == row.id)
        number = 1 + (self._db.scalar(mine) or 0)
        values = {"request_id": row.id, "number": number, "person_id": answerer}
        self._db.execute(insert(request_replies).values(values | {"at": self._now, "accepted": False}))
        item = put_reply(self._db, row, number, answerer, text, split, split_name, self._now)
        self._set(row.id, state=RequestState.ANSWERED.value, answered_at=row.answered_at or self._now)
        asked = (request_people.c.request_id == row.id) & request_people.c.person_id.in_(
            rows_of(self._db, root_of(self._db, answerer))
        )
        self._db.execute(update(request_people).where(asked).values(answered_at=self._now))
        GapWriter(self._db, self._viewer).close(row.question, row.scope)
        self._note("request-answer", root_of(self._db, answerer), f"request {row.id}")
        return row.id, item

    def accept(self, key: str, number: int) -> int:
        """Accept the reply that solved it; only for who asked and the owner. Gives the request's number.

        Raises:
            NotFoundError: If there is no such request, or no such reply to it.
            NotAllowedError: If the request is somebody else's.
        """
        row = self._mine(self.find(key), key)
        mine = request_replies.c.request_id == row.id
        found = self._db.scalar(
            select(request_replies.c.person_id).where(mine, request_replies.c.number == number)
        )
        if found is None:
            raise NotFoundError(
                f"request {row.id} has no reply {number}; `copse requests show {row.id}` lists them"
            )
        self._db.execute(
            update(request_replies).where(mine).values(accepted=request_replies.c.number == number)
        )
        mark_accepted(self._db, row.id, number)
        self._note("request-accept", root_of(self._db, found), f"request {row.id}, reply {number}")
        return int(row.id)

    def decline(self, key: str, person: int | None = None) -> int:
        """Say that somebody who was asked will not answer; gives the request's number.

        Raises:
            NotFoundError: If there is no such request that the viewer may see.
            NotAllowedError: If nobody knows who declines.
            SettingError: If they were not asked.
        """
        row = self.find(key)
        who = self._answerer(row, key, person)
        mine = request_people.c.person_id.in_(rows_of(self._db, root_of(self._db, who)))
        asked = update(request_people).where(request_people.c.request_id == row.id, mine)
        if not self._db.execute(asked.values(declined_at=self._now)).rowcount:
            raise SettingError(
                f"request {row.id} does not go to them; `copse requests show {row.id}` lists to whom"
            )
        self._note("request-decline", root_of(self._db, who), f"request {row.id}")
        return int(row.id)

    def close(self, key: str) -> int:
        """Close a request, so that nobody replies any more; for who asked and the owner. Gives its number.

        Raises:
            NotFoundError: If there is no such request that the viewer may see.
            NotAllowedError: If it is somebody else's.
        """
        row = self._mine(self.find(key), key)
        self._set(row.id, state=RequestState.CLOSED.value)
        self._note("request-close", None, f"request {row.id}")
        return int(row.id)

    def find(self, key: str) -> Row[Any]:
        """A request that the viewer may see, by its number or by a token.

        Raises:
            NotFoundError: If there is none.
        """
        return find_request(self._db, self._viewer, key)

    # --- parts ---

    def _check_rate(self, most: int) -> None:
        """Bound what one viewer sets going: requests reach people."""
        if is_owner(self._db, self._viewer):
            return
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        today = select(func.count()).where(requests.c.asked_by == self._name, requests.c.asked_at >= midnight)
        if (self._db.scalar(today) or 0) >= most:
            raise SettingError(f"{most} questions were put to people today: the next can be tomorrow")

    def _seen(self, number: int) -> Row[Any]:
        return self.find(str(number))

    def _set(self, number: int, **values: Any) -> None:
        self._db.execute(update(requests).where(requests.c.id == number).values(values))

    def _note(self, action: str, person: int | None, detail: str) -> None:
        note(self._db, self._viewer.name, action, person, detail)

    def _add(self, number: int, chosen: Sequence[Addressee]) -> None:
        known = set(
            self._db.scalars(select(request_people.c.person_id).where(request_people.c.request_id == number))
        )
        for one in chosen:
            root = root_of(self._db, one.number)
            if known & rows_of(self._db, root):
                continue
            values = {"request_id": number, "person_id": root, "why": one.why, "asked_at": self._now}
            token = {"token": secrets.token_urlsafe(24), "how": "", "trouble": ""}
            self._db.execute(insert(request_people).values(values | token))
            self._note("request-to", root, f"request {number}")

    def _mine(self, row: Row[Any], key: str) -> Row[Any]:
        """The request, if the viewer asked it: by name, by the token, or because the owner may."""
        by_name = self._name not in NOBODY and row.asked_by == self._name
        if is_owner(self._db, self._viewer) or by_name or hmac.compare_digest(row.token, key):
            return row
        raise NotAllowedError(f"request {row.id} is not yours: only its asker and the owner decide about it")

    def _not_closed(self, row: Row[Any]) -> None:
        if row.state == RequestState.CLOSED.value:
            raise SettingError(f"request {row.id} is closed: ask anew with `copse requests ask`")

    def _answerer(self, row: Row[Any], key: str, person: int | None) -> int:
        """Who answers: whose token it is, whom the owner names, or the viewer."""
        owned = select(request_people.c.person_id).where(
            request_people.c.request_id == row.id, request_people.c.token == key
        )
        by_token = self._db.scalar(owned)
        if by_token is not None:
            return int(by_token)
        if person is not None:
            if not is_owner(self._db, self._viewer):
                raise NotAllowedError("only the owner answers for somebody else")
            return root_of(self._db, person)
        known = oneself(self._db, self._name)
        if known is None:
            raise NotAllowedError(
                f"request {row.id}: nobody knows who answers; use the link that was sent, read under your "
                "e-mail address (--as), or let the owner say who (--as-person)"
            )
        return known

    def _letter(self, row: Row[Any]) -> Letter:
        root = root_of(self._db, row.person_id)
        rows = rows_of(self._db, root)
        of_them = select(people.c.name, people.c.anonymous).where(people.c.id.in_(rows))
        known = self._db.execute(of_them.order_by(people.c.id != root)).all()
        name = "a member" if any(one.anonymous for one in known) else known[0].name
        mail = select(identities.c.value).where(
            identities.c.person_id.in_(rows), identities.c.kind == IdentityKind.EMAIL.value
        )
        address = self._db.scalar(mail.order_by(identities.c.value).limit(1))
        return Letter(row.person_id, name, address, row.token, row.why)


def find_request(db: Connection, viewer: Viewer, key: str) -> Row[Any]:
    """A request that a viewer may see, by its number or by a token.

    Raises:
        NotFoundError: If there is none.
    """
    seen = select(requests).where(seen_by(db, viewer, requests))
    if key.isascii() and key.isdigit() and len(key) < 19:
        row = db.execute(seen.where(requests.c.id == int(key))).one_or_none()
    else:
        asked = select(request_people.c.request_id).where(request_people.c.token == key)
        row = db.execute(seen.where((requests.c.token == key) | requests.c.id.in_(asked))).one_or_none()
    if row is None:
        told = f"request {key}" if key.isdigit() else "this link"
        raise NotFoundError(
            f"{told}: no such request, or not yours to see; `copse requests list` shows each one's number"
        )
    return row
