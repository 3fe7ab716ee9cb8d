"""The order in which the boxes of a slide are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a slide, in the units of its file; y grows downwards."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


class Boxed(Protocol):
    """Something that lies somewhere."""

    @property
    def box(self) -> Box:
        """Where it lies."""
        ...


_T = TypeVar("_T", bound=Boxed)
_Edge = Callable[[Box], float]
_OVERLAP = 0.1  # frames are larger than their text, so they may overlap by this part of the smaller one
_MOST_BOXES = 500


def in_reading_order(items: Sequence[_T]) -> list[_T]:
    """Sort by a recursive XY-cut (Nagy and Seth 1984) at the widest gap, whether between columns or rows.

    What no straight line separates is read from top to bottom and left to right.
    """
    if len(items) < 2 or len(items) > _MOST_BOXES:
        return sorted(items, key=lambda item: (item.box.top, item.box.left))
    rows = _widest_gap(items, lambda box: box.top, lambda box: box.bottom)
    columns = _widest_gap(items, lambda box: box.left, lambda box: box.right)
    best = rows if rows[0] >= columns[0] else columns
    if not best[1]:
        return sorted(items, key=lambda item: (item.box.top, item.box.left))
    return in_reading_order(best[1]) + in_reading_order(best[2])


def _widest_gap(items: Sequence[_T], start: _Edge, end: _Edge) -> tuple[float, list[_T], list[_T]]:
    """The widest gap along one axis, with what lies before and after it; nothing before if there is none."""
    ordered = sorted(items, key=lambda item: start(item.box))
    reach, best, cut = end(ordered[0].box), -float("inf"), 0
    shortest = end(ordered[0].box) - start(ordered[0].box)
    for at, item in enumerate(ordered[1:], start=1):
        size = end(item.box) - start(item.box)
        gap = start(item.box) - reach
        if gap >= -_OVERLAP * min(shortest, size) and gap > best:
            best, cut = gap, at
        reach, shortest = max(reach, end(item.box)), min(shortest, size)
    return best, ordered[:cut], ordered[cut:]
