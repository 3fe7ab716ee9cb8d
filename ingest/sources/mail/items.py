"""From the mails of a thread to items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from catalog.nouns import Contribution, Item, Kind, Role
from ingest.sources.mail.letters import Letter
from ingest.sources.shared.people import contribute
from ingest.sources.shared.threads import (
    Comment,
    asks,
    is_remark,
    opening_kind,
    opening_state,
    reply_kind,
    says_solved,
    title_of,
    with_comments,
)

_UNTITLED: Final = "Mail"


@dataclass(frozen=True, slots=True)
class Mail:
    """Where a mail lies, and its place in its thread.

    Attributes:
        key: Its identifier.
        parent: Key of the mail that it answers; empty if that is none of its thread.
        file: The file that it lies in.
        offset: Where it begins in the file.
        length: Its bytes; negative if it is the whole file.
        digest: SHA-256 (hex) of these bytes.
    """

    key: str
    parent: str
    file: str
    offset: int
    length: int
    digest: str


@dataclass(frozen=True, slots=True)
class Thread:
    """Mails that belong together, the one that opened the thread first.

    Attributes:
        mails: The mails.
        complete: Whether the first one really opened it, and answers nothing that is missing.
    """

    mails: tuple[Mail, ...]
    complete: bool


def thread_items(
    letters: Sequence[tuple[Mail, Letter]], complete: bool, source: str, community: str
) -> list[Item]:
    """Make the items of a thread.

    Args:
        letters: Its mails, as far as they say something.
        complete: Whether the first of them opened it.
        source: Name of the source.
        community: Slug of the community.
    """
    if not letters:
        return []
    root, opening = letters[0]
    title = opening.title or title_of(opening.text) or _UNTITLED
    made = _Made(source, community, root.key, title)
    solved = any(says_solved(one.title) for _, one in letters if one.sender == opening.sender)
    by_program = opening.author is not None and opening.author.bot
    question = complete and not by_program and asks(opening.title, opening.text, marked=solved)
    made.add(root, opening, *opening_kind(question))
    made.items[0] = replace(made.items[0], state=opening_state(question, solved))
    for mail, letter in letters[1:]:
        if is_remark(letter.text):
            made.comment(mail, letter)
        else:
            by_asker = complete and letter.sender == opening.sender != ""
            made.add(mail, letter, *reply_kind(question, by_asker=by_asker))
    return made.finished()


class _Made:
    """The items of a thread, while they are made."""

    def __init__(self, source: str, community: str, root: str, title: str) -> None:
        self.items: list[Item] = []
        self._common = (source, community, root, title)
        self._notes: list[list[Comment]] = []
        self._places: dict[str, int] = {}  # of the item that a mail is, or hangs on, by the mail's key

    def add(self, mail: Mail, letter: Letter, kind: Kind, role: Role) -> None:
        source, community, root, title = self._common
        self._places[mail.key] = len(self.items)
        self._notes.append([])
        self.items.append(
            Item(
                source=source,
                key=mail.key,
                kind=kind,
                title=title,
                text=letter.text,
                community=community,
                url=letter.url,
                created=letter.at,
                thread=root,
                contributions=(Contribution(letter.author, role, letter.at),) if letter.author else (),
            )
        )

    def comment(self, mail: Mail, letter: Letter) -> None:
        place = self._places.get(mail.parent, len(self.items) - 1)
        self._places[mail.key] = place
        self._notes[place].append(
            Comment(letter.author.name if letter.author else "", letter.at, letter.text)
        )
        item, people = self.items[place], [letter.author] if letter.author else []
        more = contribute(Role.COMMENTED, people, letter.at, item.contributions)
        self.items[place] = replace(item, contributions=(*item.contributions, *more))

    def finished(self) -> list[Item]:
        pairs = zip(self.items, self._notes, strict=True)
        return [replace(item, text=with_comments(item.text, notes)) for item, notes in pairs]
