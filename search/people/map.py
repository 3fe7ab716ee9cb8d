"""A map of what a viewer may read: what is about the same lies close together, and places have names.

A point is what opens a thread: a question, a post, a document or a lesson. Where there are very many, those
whose ids have the lowest digests are drawn, at least some of each community, so that a new item moves few
others; whatever else is looked for is placed among those that it is most like. `layout.py` says where things
lie, and `regions.py` what its parts are called. Nothing that the viewer may not read plays any part.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from catalog.activity import KINDS, Activity, Places
from catalog.nouns import Kind
from catalog.reader import Reader
from search.people.layout import Positions, Vectors, lay_out
from search.people.record import opening
from search.people.regions import Names, Region, regions

MOST_POINTS = 1500
"""Points that are drawn; a map of so many takes about three seconds."""

_EACH = 30  # points of a community that are drawn, however small its share is
_NEIGHBOURS = 3  # among which a further item is placed
_NEARER = 4  # power of its likeness to each, by which the nearest counts most
_MOST_FOUND = 200  # items that fit some words
_KEPT = 4  # maps


@dataclass(frozen=True, slots=True)
class Point:
    """An item on the map.

    Attributes:
        item_id: Its id.
        title: Its title.
        kind: What it is.
        community: Slug of its community.
        x: From the left, between -1 and 1.
        y: From the bottom, between -1 and 1.
    """

    item_id: str
    title: str
    kind: Kind
    community: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """A map of what a viewer may read.

    Attributes:
        points: What is drawn, in the order in which it was stored.
        regions: Its parts, the largest first.
        of: How many items could be drawn.
    """

    points: tuple[Point, ...]
    regions: tuple[Region, ...]
    of: int
    _vectors: Vectors

    def between(self, vectors: Vectors) -> Positions:
        """Where further items belong: among those of the map that each is most like.

        Args:
            vectors: What they are about [n, dimension].

        Returns:
            An array of shape [n, 2].
        """
        at = np.array([(point.x, point.y) for point in self.points])
        likeness = vectors @ self._vectors.T
        nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :_NEIGHBOURS]
        weights = np.maximum(np.take_along_axis(likeness, nearest, axis=1), 1e-3) ** _NEARER
        found = (at[nearest] * weights[..., None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
        return np.asarray(found, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A map, and what fits some words.

    Attributes:
        map: The map.
        points: What fits, the latest first; what is not drawn on the map has its place there, too.
        of: How many items fit.
    """

    map: Map
    points: tuple[Point, ...] = ()
    of: int = 0


class Maps:
    """The maps that were asked for, drawn once for each state of the library and all who may read the same.

    Safe to use from several threads: who asks for what is being drawn waits for it.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[object, _Drawn] = OrderedDict()
        self._layouts: OrderedDict[bytes, Positions] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, reader: Reader, activity: Activity, model: str | None) -> Map:
        """The map for a viewer.

        Args:
            reader: The viewer's view of the catalog.
            activity: What there is, in this view.
            model: The model that made the vectors; without one, nothing can be drawn.
        """
        key = (reader.generation, reader.viewer.communities, model)
        with self._lock:
            drawn = self._kept.setdefault(key, _Drawn())
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return drawn.get(lambda: draw_map(reader, activity, model, self._lay_out))

    def _lay_out(self, vectors: Vectors) -> Positions:
        """The places of items; known ones where only others, or only their texts, have changed."""
        key = blake2b(vectors.tobytes()).digest()
        known = self._layouts.get(key)
        positions = lay_out(vectors) if known is None else known
        with self._lock:
            self._layouts[key] = positions
            self._layouts.move_to_end(key)
            while len(self._layouts) > _KEPT:
                self._layouts.popitem(last=False)
        return positions


@dataclass(slots=True)
class _Drawn:
    """A map that somebody asked for, drawn by the first who did."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    map: Map | None = None

    def get(self, draw: Callable[[], Map]) -> Map:
        with self.lock:
            if self.map is None:
                self.map = draw()
            return self.map


def draw_map(
    reader: Reader, activity: Activity, model: str | None, layout: Callable[[Vectors], Positions]
) -> Map:
    """Draw the map of what a viewer may read; `Maps.of` tells more, `layout` says where things lie."""
    openers = opening(activity)
    places, vectors = _embedded(reader, activity, sample(activity, openers, MOST_POINTS), model)
    positions = layout(vectors)
    points = points_at(reader, activity, places, positions)
    names = Names([point.title for point in points], [activity.tags[place] for place in places])
    return Map(
        points=tuple(points),
        regions=tuple(regions(positions, names.of)),
        of=len(openers),
        _vectors=vectors,
    )


def find_on(drawn: Map, reader: Reader, activity: Activity, places: Places, model: str | None) -> Found:
    """Find items on a map.

    Args:
        drawn: The map.
        reader: The viewer's view of the catalog.
        activity: What there is, in this view.
        places: The items, the latest first; of answers, their question is shown.
        model: The model that made the vectors.
    """
    openers = list(dict.fromkeys(activity.originals[activity.openers[places]].tolist()))
    shown = {point.item_id: point for point in drawn.points}
    missing = [place for place in openers[:_MOST_FOUND] if activity.ids[place] not in shown]
    further, vectors = _embedded(reader, activity, np.array(missing, np.int64), model)
    if shown and len(further):
        placed = points_at(reader, activity, further, drawn.between(vectors))
        shown |= {point.item_id: point for point in placed}
    found = (shown.get(activity.ids[place]) for place in openers[:_MOST_FOUND])
    return Found(drawn, tuple(filter(None, found)), len(openers))


def points_at(reader: Reader, activity: Activity, places: Places, positions: Positions) -> list[Point]:
    """Items as points of a map.

    Args:
        reader: The viewer's view of the catalog.
        activity: What there is, in this view.
        places: The items [n].
        positions: Where they lie [n, 2].
    """
    titles = reader.titles(activity.rows[places].tolist())
    return [
        Point(
            activity.ids[place],
            titles.get(int(activity.rows[place]), ""),
            KINDS[activity.kinds[place]],
            activity.slugs[activity.communities[place]],
            x,
            y,
        )
        for place, (x, y) in zip(places.tolist(), positions.round(4).tolist(), strict=True)
    ]


def _embedded(
    reader: Reader, activity: Activity, places: Places, model: str | None
) -> tuple[Places, Vectors]:
    """Those of some items that have vectors, and these [n, dimension]."""
    rows = activity.rows[places].tolist()
    found = reader.item_vectors(rows, model) if model else {}
    kept = [at for at, row in enumerate(rows) if row in found]
    return places[kept], np.array([found[rows[at]] for at in kept], np.float32)


def sample(activity: Activity, places: Places, most: int) -> Places:
    """Some of many items: the same ones each time, and almost the same ones when there are some more.

    Args:
        activity: What there is.
        places: Among which to choose.
        most: How many are wanted.
    """
    if len(places) <= most:
        return places
    drawn = sorted(places.tolist(), key=lambda place: _digest(activity.ids[place]))
    each = min(_EACH, most // len({activity.communities[place] for place in drawn}) or 1)
    seen: Counter[str] = Counter()
    first: list[int] = []
    later: list[int] = []
    for place in drawn:
        seen[activity.communities[place]] += 1
        (first if seen[activity.communities[place]] <= each else later).append(place)
    return np.array(sorted([*first, *later][:most]), np.int64)


def _digest(text: str) -> bytes:
    return blake2b(text.encode(errors="replace"), digest_size=8).digest()
