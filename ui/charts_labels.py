"""Where names stand in a picture of people, so that none lies over another."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

_WIDTHS = (900, 700, 540, 420, 320, 260)  # pixels of a picture, widest first
_TYPICAL = 480
_LETTER, _LINE = 5.7, 13  # pixels of a letter and of a line
_GAP = 3  # pixels between a circle and its name
NEVER = 99_999
"""A width that no picture has."""


@dataclass(frozen=True, slots=True)
class Dot:
    """Somebody in a picture: a place between -1 and 1, as pixels the radius of their circle, and a name."""

    x: float
    y: float
    radius: float
    name: str


@dataclass(frozen=True, slots=True)
class Label:
    """Where the middle of a name stands above or below its circle, and from which width of the picture on."""

    y: float
    least: int


_Box = tuple[float, float, float, float]  # left, bottom, right, top, in pixels


def place_labels(dots: Sequence[Dot], height: int, edge: float) -> list[Label]:
    """Place the name of each dot above it, or below it where it would lie over another one.

    Whoever has the larger circle is placed first. What has no room in a narrow picture is left out there: it
    is told when one points at the circle.

    Args:
        dots: Who is in the picture.
        height: Pixels of the picture.
        edge: The largest coordinate of the picture.
    """
    picture = _Picture(height, edge)
    # A side is chosen once, so that names do not jump when a picture gets narrower.
    below = {at for at, above in picture.place(dots, _TYPICAL).items() if not above}
    shown = {width: picture.place(dots, width, below) for width in _WIDTHS}
    return [
        Label(picture.middle(dot, above=at not in below), _least(at, shown)) for at, dot in enumerate(dots)
    ]


def _least(at: int, shown: Mapping[int, Collection[int]]) -> int:
    """The narrowest picture in which a name is shown, as it is in all that are wider."""
    room = list(takewhile(lambda width: at in shown[width], _WIDTHS))
    return room[-1] if room else NEVER


@dataclass(frozen=True, slots=True)
class _Picture:
    height: int
    edge: float

    @property
    def unit(self) -> float:
        """What a pixel is of its height."""
        return 2 * self.edge / self.height

    def place(self, dots: Sequence[Dot], width: int, below: Collection[int] | None = None) -> dict[int, bool]:
        """The names that have room in a picture of some width, and whether they stand above.

        Args:
            dots: Who is in it.
            width: Its width.
            below: Those whose name stands below; found out here if None.
        """
        taken = self.circles(dots, width)
        placed: dict[int, bool] = {}
        for at in sorted(range(len(dots)), key=lambda at: (-dots[at].radius, at)):
            for above in (True, False) if below is None else (at not in below,):
                box = self.box(dots[at], width, above=above)
                if not _hits(box, taken, at):
                    placed[at] = above
                    taken.append((NEVER, box))
                    break
        return placed

    def middle(self, dot: Dot, *, above: bool) -> float:
        away = (dot.radius + _GAP + _LINE / 2) * self.unit
        return dot.y + away if above else dot.y - away

    def box(self, dot: Dot, width: int, *, above: bool) -> _Box:
        x = (dot.x + self.edge) / (2 * self.edge) * width
        y = self.middle(dot, above=above) / self.unit
        half = len(dot.name) * _LETTER / 2
        return x - half, y - _LINE / 2, x + half, y + _LINE / 2

    def circles(self, dots: Iterable[Dot], width: int) -> list[tuple[int, _Box]]:
        """Each dot's circle; no name may lie over that of somebody else."""
        found = []
        for at, dot in enumerate(dots):
            x, y = (dot.x + self.edge) / (2 * self.edge) * width, dot.y / self.unit
            found.append((at, (x - dot.radius, y - dot.radius, x + dot.radius, y + dot.radius)))
        return found


def _hits(box: _Box, placed: Iterable[tuple[int, _Box]], own: int) -> bool:
    left, bottom, right, top = box
    return any(
        at != own and left < one[2] and one[0] < right and bottom < one[3] and one[1] < top
        for at, one in placed
    )


def radius(size: float) -> float:
    """The radius of a circle of so many square pixels."""
    return math.sqrt(size / math.pi)
