"""Mailing lists: mailboxes (mbox), the monthly archives of Mailman (`2024-March.txt`), and maildirs.

All mailboxes in a folder are one source, because threads go on from one month's file to the next. A thread
is a question with answers or a post with posts, by the rule of `shared.threads`; `[SOLVED]` in a
subject, by whoever asked, says that it is solved; where the mail that opened a thread is missing, the others
are posts. A mail that was delivered twice, or lies in two files, counts once.

A unit is all threads that began in one month, and carries the places of its mails: so a new mail makes only
the month of its thread be read again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from catalog.errors import TransientError, UnreadableError
from catalog.nouns import Community, Item
from ingest.sources.mail.boxes import (
    HEAD,
    LONGEST,
    RawMail,
    begins_mailbox,
    mails_in,
    open_mailbox,
    without_begin,
)
from ingest.sources.mail.items import Mail, Thread, thread_items
from ingest.sources.mail.letters import Letter, head_of, letter_of
from ingest.sources.mail.threads import Head, parent_of, threads
from ingest.sources.protocol import FileKind, Found, Place, Source, Unit
from ingest.sources.shared.complaints import bounded
from ingest.sources.shared.files import fingerprint, open_regular
from ingest.tree import Tree

READER_VERSION: Final = "mail-1"

_MAILDIRS: Final = frozenset({"cur", "new"})  # what is in "tmp" is still being delivered
_MAILDIR_FILE: Final = re.compile(r"\d+\.[^/]+")
_FIRST_FIELD: Final = re.compile(rb"[!-9;-~]{1,100}:[ \t]")
_MAILBOX_NAME: Final = re.compile(r"[^.]+|.+\.(?:mbox|mbx)(?:\.gz)?|.*\d{4}.*\.txt(?:\.gz)?", re.IGNORECASE)
_LONGEST_KEY: Final = 300
_MOST_MAILS: Final = 2_000_000
_MOST_HELD: Final = 256 << 20  # bytes of mails from one compressed mailbox


@dataclass(frozen=True, slots=True)
class MailUnit(Unit):
    """The threads that began in one month, and where their mails lie."""

    threads: tuple[Thread, ...] = ()


@dataclass
class MailSource:
    """The mailboxes of a folder, or a maildir.

    Attributes:
        name: Name of the source.
        tree: Where its files lie.
        at: The folder, or the only mailbox.
        files: The mailboxes, or the mails of a maildir.
        community: The community that the list belongs to.
    """

    name: str
    tree: Tree
    at: str
    files: Sequence[str]
    community: Community
    kind: str = field(default="mail", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=False, init=False)
    in_child: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.location = self.tree.where(self.at)
        self.communities = (self.community,)

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the months in which threads began; what cannot be opened is an error of all of them."""
        index = _Index(self.tree)
        for key in self.files:
            try:
                index.add(key)
            except UnreadableError as error:
                # All that is stored stays: nobody knows which thread the missing mails belong to.
                yield UnreadableError(self.location, str(error))
                return
        yield from index.errors
        months: dict[str, list[Thread]] = {}
        for group in threads(list(index.heads.values())):
            month = f"{group[0].at:%Y-%m}" if group[0].at else "undated"
            months.setdefault(month, []).append(index.thread(group))
        for month, begun in months.items():
            where = f"{self.location}/threads of {month}"
            yield MailUnit(month, self._digest(begun), where, threads=tuple(begun))

    def read(self, unit: Unit) -> Iterator[Item | UnreadableError]:
        """Read the threads that began in a month, each with the mail that opened it first."""
        found = unit if isinstance(unit, MailUnit) else self._listed(unit)
        yield from bounded(self._items(found), unit.where)

    def _listed(self, unit: Unit) -> MailUnit:
        for one in self.units():
            if isinstance(one, MailUnit) and one.key == unit.key:
                return one
        raise UnreadableError(unit.where, "is not there any more; ingest again")

    def _digest(self, begun: Sequence[Thread]) -> str:
        parts = [f"{one.key} {one.parent} {one.digest}" for thread in begun for one in thread.mails]
        bounds = [f"{len(thread.mails)} {thread.complete}" for thread in begun]
        return fingerprint(READER_VERSION, self.community.slug, *bounds, *parts)

    def _items(self, unit: MailUnit) -> Iterator[Item | UnreadableError]:
        post = _Post(self.tree, self.name, unit)
        for thread in unit.threads:
            letters: list[tuple[Mail, Letter]] = []
            for mail in thread.mails:
                try:
                    letter = post.letter(mail)
                except UnreadableError as error:
                    yield error
                    continue
                letters += [(mail, letter)] if letter else []
            complete = thread.complete and bool(letters) and letters[0][0] is thread.mails[0]
            yield from thread_items(letters, complete, self.name, self.community.slug)


class _Index:
    """What the header fields of all mails say, and where the mails lie."""

    def __init__(self, tree: Tree) -> None:
        self.heads: dict[str, Head] = {}
        self.errors: list[UnreadableError] = []
        self._tree = tree
        self._places: dict[str, tuple[str, RawMail]] = {}

    def add(self, key: str) -> None:
        """Take up a mailbox or a mail of a maildir; one that is damaged, as far as it goes.

        Raises:
            UnreadableError: If a mailbox cannot be opened.
        """
        before = len(self.heads)
        try:
            self._add(key)
        except UnreadableError as error:
            if len(self.heads) == before and not _in_maildir(key):
                raise
            self.errors.append(error)

    def _add(self, key: str) -> None:
        if _in_maildir(key):
            whole = RawMail(0, -1, self._tree.digest(key), self._tree.head(key, HEAD))
            self._note(key, whole)
            return
        with open_mailbox(self._tree, key) as file:
            for mail in mails_in(file, self._tree.where(key)):
                self._note(key, mail)
                if len(self.heads) > _MOST_MAILS:
                    raise UnreadableError(
                        self._tree.where(key), f"is beyond {_MOST_MAILS:,} mails; split the list"
                    )

    def thread(self, group: Sequence[Head]) -> Thread:
        """A thread, from its mails in their order."""
        known = {head.id for head in group}
        mails = []
        for head in group:
            key, raw = self._places[head.id]
            parent = _shortened(parent_of(head, known))
            mails.append(Mail(_shortened(head.id), parent, key, raw.offset, raw.length, raw.digest))
        return Thread(tuple(mails), complete=not group[0].answers)

    def _note(self, key: str, mail: RawMail) -> None:
        head = head_of(mail.head, mail.digest[:32])
        if head.id not in self.heads:
            self.heads[head.id] = head
            self._places[head.id] = (key, RawMail(mail.offset, mail.length, mail.digest, b""))


class _Post:
    """Fetches the mails of a unit."""

    def __init__(self, tree: Tree, source: str, unit: MailUnit) -> None:
        self._tree = tree
        self._source = source
        self._wanted: dict[str, list[Mail]] = {}
        for mail in (one for thread in unit.threads for one in thread.mails):
            self._wanted.setdefault(mail.file, []).append(mail)
        self._held: dict[str, Mapping[int, bytes]] = {}

    def letter(self, mail: Mail) -> Letter | None:
        """Read and understand a mail.

        Raises:
            UnreadableError: If it is too long, or cannot be read any more.
        """
        where = f"{self._tree.where(mail.file)}, mail {mail.key}"
        if mail.length > LONGEST:
            raise UnreadableError(where, f"is longer than {LONGEST >> 20} MB; it was left out")
        data = self._bytes(mail, where)
        if len(data) > LONGEST:
            raise UnreadableError(where, f"is longer than {LONGEST >> 20} MB; it was left out")
        if mail.length >= 0 and hashlib.sha256(data).hexdigest() != mail.digest:
            raise TransientError(where, "has changed while it was read; ingest again")
        return letter_of(without_begin(data), self._source)

    def _bytes(self, mail: Mail, where: str) -> bytes:
        if mail.length < 0:
            with open_regular(self._tree.path(mail.file), where) as file:
                return file.read(LONGEST + 1)
        if mail.file.lower().endswith(".gz"):
            if mail.file not in self._held:
                self._held[mail.file] = self._unpacked(mail.file)
            return self._held[mail.file].get(mail.offset, b"")
        with open_mailbox(self._tree, mail.file) as opened:
            opened.seek(mail.offset)
            return opened.read(mail.length)

    def _unpacked(self, key: str) -> dict[int, bytes]:
        """All wanted mails of a compressed mailbox, which can only be read from its beginning."""
        found: dict[int, bytes] = {}
        left = _MOST_HELD
        with open_mailbox(self._tree, key) as file:
            for mail in sorted(self._wanted[key], key=lambda one: one.offset):
                if mail.length <= min(left, LONGEST):
                    file.seek(mail.offset)
                    found[mail.offset] = file.read(mail.length)
                    left -= mail.length
        return found


@dataclass
class MailKind:
    """Finds mailboxes by how they begin, and maildirs by their folders."""

    name: str = "mail"
    about: str = "a mailing list: mailboxes (mbox, also of Mailman, also .gz), or a maildir"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find every folder with mailboxes, and every maildir."""
        found: dict[str, list[str]] = {}
        for key in keys:
            folder, _, name = key.rpartition("/")
            if _in_maildir(key):
                found.setdefault(folder.rpartition("/")[0], []).append(key)
            elif _MAILBOX_NAME.fullmatch(name) and begins_mailbox(tree.head(key)):
                found.setdefault(folder, []).append(key)
        for at, files in found.items():
            sure = [key for key in files if not _in_maildir(key) or _FIRST_FIELD.match(tree.head(key, 256))]
            if sure:
                yield Found(tree.start if sure == [tree.start] else at, tuple(sure))

    def open(self, found: Found, place: Place) -> Source:
        """Make the source."""
        return MailSource(place.name, place.tree, found.at, sorted(found.keys), place.community)


KIND: FileKind = MailKind()


def _in_maildir(key: str) -> bool:
    folder, _, name = key.rpartition("/")
    return folder.rpartition("/")[2] in _MAILDIRS and _MAILDIR_FILE.fullmatch(name) is not None


def _shortened(identifier: str) -> str:
    """An identifier as a key; a monstrous one by its hash."""
    if len(identifier) <= _LONGEST_KEY:
        return identifier
    return hashlib.sha256(identifier.encode(errors="replace")).hexdigest()
