"""Which mails belong together, and which of them opened the thread.

After Jamie Zawinski's algorithm (https://www.jwz.org/doc/threading.html): mails that refer to each other,
also by way of mails that are not here, are a thread; a thread that begins with a reply to something that is
not here joins the thread with the same subject. Two things differ. Only groups and direct parents are
wanted, so sets that are merged (union-find) take the place of the tree of containers. And a subject joins
only what is less than 60 days apart: lists come back to "Re: Meeting" every year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_LONGEST_SILENCE: Final = timedelta(days=60)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Head:
    """What the header fields of a mail say about its place.

    Attributes:
        id: Its identifier.
        references: Identifiers of the mails that it answers, the nearest last.
        subject: Its subject without `Re:` and the name of the list.
        is_reply: Whether its subject begins with `Re:` or the like.
        at: When it was sent, if it says so.
    """

    id: str
    references: tuple[str, ...]
    subject: str
    is_reply: bool
    at: datetime | None

    @property
    def answers(self) -> bool:
        """Whether it answers something."""
        return self.is_reply or bool(self.references)


def threads(heads: Sequence[Head]) -> list[list[Head]]:
    """Group mails into threads.

    Args:
        heads: Mails with different identifiers.

    Returns:
        Threads in the order of their beginnings; in each the mail that opened it, then the others in the
        order of time. Mails without a date come last.
    """
    sets = _Sets()
    for head in heads:
        for reference in head.references:
            sets.merge(head.id, reference)
    groups: dict[str, list[Head]] = {}
    for head in heads:
        groups.setdefault(sets.of(head.id), []).append(head)
    ordered = sorted((_in_order(group) for group in groups.values()), key=lambda group: _time(group[0]))
    return _joined_by_subject(ordered)


def parent_of(head: Head, known: Set[str]) -> str:
    """The nearest mail that this one answers, among those that are known; empty if there is none."""
    here = (one for one in reversed(head.references) if one in known and one != head.id)
    return next(here, "")


def _in_order(group: Sequence[Head]) -> list[Head]:
    here = {head.id for head in group}
    by_time = sorted(group, key=_time)
    # By its references, because clocks go wrong.
    first = next((head for head in by_time if not here.intersection(head.references) - {head.id}), by_time[0])
    return [first, *(head for head in by_time if head is not first)]


def _joined_by_subject(groups: Iterable[list[Head]]) -> list[list[Head]]:
    joined: list[list[Head]] = []
    latest: dict[str, tuple[list[Head], datetime]] = {}
    for group in groups:
        subject = group[0].subject.casefold()
        end = max((head.at for head in group if head.at), default=None)
        thread, last = latest.get(subject, (None, None))
        if thread and last and subject and group[0].answers and _is_soon(group[0].at, last):
            thread[1:] = sorted([*thread[1:], *group], key=_time)
            latest[subject] = (thread, max(last, end or last))
            continue
        joined.append(group)
        if end:
            latest[subject] = (group, end)
    return joined


def _is_soon(at: datetime | None, last: datetime) -> bool:
    return at is not None and at - last <= _LONGEST_SILENCE


def _time(head: Head) -> datetime:
    return head.at or _NEVER


class _Sets:
    """Disjoint sets of identifiers (union-find with path halving)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, one: str) -> str:
        """What stands for the set that an identifier is in."""
        while (above := self._above.get(one, one)) != one:
            self._above[one] = self._above.get(above, above)
            one = above
        return one

    def merge(self, one: str, other: str) -> None:
        """Make the sets of two identifiers one."""
        self._above[self.of(one)] = self.of(other)
