"""A map of what a viewer may read: what is about the same lies close together, and places have names.

A point is what opens a thread: a question, a post, a document or a lesson. Where there are very many, those
whose ids have the lowest digests are drawn, at least some of each community, so that a new item moves few
others; whatever else is looked for is placed among those that it is most like. Places come from the stored
vectors by t-SNE (van der Maaten and Hinton, JMLR 9, 2008), begun from the two main components, so that the
same items make the same map each time. Nothing that the viewer may not read plays any part.

scikit-learn takes more than a second to load, so it is loaded where a map is drawn.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from catalog.nouns import Kind
from catalog.reader import Reader
from catalog.reader_activity import Activity, Places
from search.people.naming import MOST_TERMS, Vocabulary, join_terms, shared_tags, telling_terms
from search.people.record import opening

MOST_POINTS = 1500
"""Points that are drawn; a map of so many takes about three seconds."""

_EACH = 30  # points of a community that are drawn, however small its share is
_ROUNDS = 400  # of the layout
_ALIKE = 30.0  # points that count as near each other (t-SNE's perplexity)
_FEW = 12  # points from which forces make a better picture than two components
_APART = 1e-3  # how far items that say the same are from each other, before they are laid out
_COMPONENTS = 50  # of the vectors, by which distances are told
_NEIGHBOURS = 3  # among which a further item is placed
_NEARER = 4  # power of its likeness to each, by which the nearest counts most
_MOST_FOUND = 200  # items that fit some words
_BROAD, _FINE = 9, 40  # names that are written on the whole map, and on parts of it
_A_REGION = 6  # points of a region at least, on average
_KEPT = 4  # maps

Vectors = npt.NDArray[np.float32]
Positions = npt.NDArray[np.float64]


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


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the map in which items are about the same.

    Attributes:
        name: Tags that most of them share, else their most telling words.
        terms: Further ones.
        x: Where its middle is, from the left.
        y: The same from the bottom.
        points: How many points lie in it.
        broad: Whether it is one of the few of the whole map, or one of the many that are seen from close by.
    """

    name: str
    terms: tuple[str, ...]
    x: float
    y: float
    points: int
    broad: bool


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
    names = _Names([point.title for point in points], [activity.tags[place] for place in places])
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
            activity.kinds[place],
            activity.communities[place],
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


def lay_out(vectors: Vectors) -> Positions:
    """Where items lie, between -1 and 1 both ways: what is alike lies close together.

    Args:
        vectors: Unit-length vectors [n, dimension].

    Returns:
        An array of shape [n, 2].
    """
    if len(vectors) < 3:
        return np.array([[0.0, 0.0], [0.5, 0.5]])[: len(vectors)]
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    # Sums that several threads add up come out differently each time.
    with threadpool_limits(limits=1):
        wanted = min(_COMPONENTS, *vectors.shape)
        parts = PCA(wanted, svd_solver="full").fit_transform(vectors.astype(np.float64))
        # What begins at the same point stays together however long forces work.
        parts += np.random.default_rng(0).normal(scale=_APART, size=parts.shape)
        if len(vectors) < _FEW:
            return _within_one(parts[:, :2])
        layout = TSNE(
            init="pca", random_state=0, max_iter=_ROUNDS, perplexity=min(_ALIKE, (len(vectors) - 1) / 3)
        )
        return _within_one(layout.fit_transform(parts))


def _within_one(positions: npt.NDArray[np.floating]) -> Positions:
    """The same positions, moved and stretched to fill what lies between -1 and 1 both ways."""
    middle = (positions.max(axis=0) + positions.min(axis=0)) / 2
    moved = np.asarray(positions, np.float64) - middle
    return np.asarray(moved / np.maximum(np.abs(moved).max(axis=0), 1e-9), np.float64)


def regions(positions: Positions, name: Callable[[Sequence[int]], Sequence[str]]) -> Iterator[Region]:
    """The parts of a map that can be named: first the broad ones, each kind by how many points they have.

    Points are put together by Ward's method; of two parts with the same name, the larger one has it.

    Args:
        positions: Where the points lie [n, 2].
        name: Gives the terms that tell some points from all others, the most telling first.
    """
    for broad, most in ((True, _BROAD), (False, _FINE)):
        named: set[str] = set()
        for rows in _parts(positions, min(most, len(positions) // _A_REGION)):
            terms = list(name(rows.tolist()))
            if terms and join_terms(terms) not in named:
                named.add(join_terms(terms))
                x, y = np.median(positions[rows], axis=0).round(4).tolist()
                yield Region(join_terms(terms), tuple(terms[2:MOST_TERMS]), x, y, len(rows), broad)


def _parts(positions: Positions, wanted: int) -> list[Places]:
    if wanted < 2:
        return []
    from sklearn.cluster import AgglomerativeClustering

    labels = AgglomerativeClustering(n_clusters=wanted, linkage="ward").fit_predict(positions)
    parts = [np.flatnonzero(labels == label) for label in range(wanted)]
    return sorted(parts, key=lambda rows: (-len(rows), int(rows[0])))


class _Names:
    """Names for parts of a map.

    Args:
        titles: The titles of all points.
        tags: Their tags.
    """

    def __init__(self, titles: Sequence[str], tags: Sequence[Sequence[str]]) -> None:
        self._titles = titles
        self._tags = tags
        self._words = Vocabulary(titles)
        self._counts = Counter(one for own in tags for one in set(own))

    def of(self, rows: Sequence[int]) -> list[str]:
        shared = shared_tags([self._tags[row] for row in rows], self._counts, len(self._tags))
        return shared or telling_terms([self._titles[row] for row in rows], self._words)
