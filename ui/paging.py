"""Long lists in pages: `next` of one page is the `cursor` of the next one.

A cursor says where a page begins, and of which list. It opens nothing: what comes after it is read under the
same viewer as everything else. So it need not be secret, only be one of ours.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from catalog.errors import SettingError

Place = tuple[int | str, ...]
"""Where a page begins: how many come before it, or what sorts the last one before it."""

_LONGEST = 1000  # characters of a cursor
_LARGEST = 2**63  # one more than databases count to

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list.

    Attributes:
        name: Which list, and how it is narrowed and sorted: a cursor of another one does not count.
        k: How many are wanted at most.
        place: Where it begins; empty for the beginning of the list.
    """

    name: str
    k: int
    place: Place = ()

    @classmethod
    def of(cls, name: Sequence[object], k: int, cursor: str | None) -> Self:
        """The page at a cursor; the first one without.

        Args:
            name: Which list, and all that narrows or sorts it.
            k: How many are wanted at most.
            cursor: What the page before gave as `next`.

        Raises:
            SettingError: If the cursor is not one of this list.
        """
        named = hashlib.sha256(repr([*map(str, name)]).encode()).hexdigest()[:12]
        return cls(named, k, _read(cursor, named) if cursor else ())

    @property
    def start(self) -> int:
        """How many come before it, where places are counted.

        Raises:
            SettingError: If the place is no number.
        """
        match self.place:
            case ():
                return 0
            case (int() as place,):
                return place
            case _:
                raise _refused()

    @property
    def wanted(self) -> int:
        """How many to read from the beginning of the list, to know whether more come after it."""
        return self.start + self.k + 1

    def cut(self, things: Sequence[_T]) -> Sequence[_T]:
        """What stands on the page, of all from the beginning of the list."""
        return things[self.start : self.start + self.k]

    def after(self, things: Sequence[Any]) -> str | None:
        """The cursor of the page after it; None if there is none.

        Args:
            things: All from the beginning of the list, of which `wanted` are enough.
        """
        end = self.start + self.k
        return self.at((end,)) if len(things) > end else None

    def at(self, place: Place) -> str:
        """The cursor of the page that begins at a place."""
        return urlsafe_b64encode(json.dumps([self.name, *place]).encode()).decode().rstrip("=")


def _read(cursor: str, name: str) -> Place:
    try:
        padded = cursor[:_LONGEST] + "=" * (-len(cursor) % 4)
        named, *place = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, TypeError, RecursionError) as error:
        raise _refused() from error
    if named != name or not place or not all(map(_is_place, place)):
        raise _refused()
    return tuple(place)


def _is_place(part: object) -> bool:
    return isinstance(part, str) or (type(part) is int and 0 <= part < _LARGEST)


def _refused() -> SettingError:
    return SettingError("cursor: it does not belong to this list; begin again without it, and follow `next`")
