"""Grows a library to any size: new threads that look like the ones it has.

`python -m bench.grown SEED FOLDER PASSAGES` makes a library in FOLDER of so many passages. Each of its
threads has the shape of a thread of SEED, a library that was made by `copse ingest`: its kinds, dates, tags,
votes, people and roles. Each passage is put together of the first sentences of a passage of that thread and
the last ones of another passage that has a word of its title in common, and its vector is the direction
between the vectors of the two with a little noise. So words are as frequent and vectors as close to each
other as in real text, and a question of the seed has many near answers. People come in copies of their own
for each time that the seed is used up, communities in up to six; every fourth of these is private.

What it writes is what `catalog.writer` writes, in the same tables, but many rows at a time.
"""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, insert, select, update

from catalog.copies import DIGITS, set_linked
from catalog.schema import (
    communities,
    community_readers,
    contributions,
    item_tags,
    items,
    models,
    passages,
    people,
    sketches,
    sources,
    state,
    units,
    vectors,
    votes,
)
from catalog.sentence_spans import sentence_spans
from catalog.store import Catalog

_BLOCK = 10_000  # passages in one transaction
_NOISE = 0.25  # length of what is added to a vector by chance
_COPIES = 6  # of each community: a large library has large ones
_PRIVATE = 4  # every so many-th community is private
_LEAST_WORD = 5  # letters of a word that two passages have in common

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class _Old:
    """An item of the seed."""

    row: Any
    tags: list[str] = field(default_factory=list)
    deeds: list[Any] = field(default_factory=list)
    days: list[Any] = field(default_factory=list)
    texts: list[tuple[int, str, Any]] = field(default_factory=list)  # place of its vector, text, row
    sketched: int = 0  # bytes of its signature


@dataclass(slots=True)
class Seed:
    """What a library holds, by thread."""

    threads: list[list[_Old]]
    vectors: Floats
    pieces: list[str]
    like: dict[str, list[int]]  # places of passages, by the words of their items' titles
    people: list[Any]
    communities: dict[int, Any]
    source: Any
    model: Any


def main(arguments: list[str]) -> None:
    """Grow a library and say how far it has come."""
    seed_folder, folder, count = Path(arguments[0]), Path(arguments[1]), int(float(arguments[2]))
    with Catalog.open(seed_folder) as catalog:
        seed = read_seed(catalog)
    with Catalog.open(folder) as catalog:
        for done in grow(catalog, seed, count):
            print(f"{done:,}/{count:,} passages", end="\r", flush=True)
    print()


def read_seed(catalog: Catalog) -> Seed:
    """Read a library whole; what is not embedded is left out."""
    with catalog.engine.connect() as db:
        old = {row.id: _Old(row) for row in db.execute(select(items))}
        _read_about(db, old)
        blobs, pieces, like = _read_passages(db, old)
        threads: dict[tuple[int, str], list[_Old]] = defaultdict(list)
        for one in old.values():
            if one.texts:
                threads[one.row.source_id, one.row.thread].append(one)
        return Seed(
            threads=list(threads.values()),
            vectors=np.frombuffer(b"".join(blobs), "<f2").astype(np.float32).reshape(len(blobs), -1),
            pieces=pieces,
            like=like,
            people=list(db.execute(select(people))),
            communities={row.id: row for row in db.execute(select(communities))},
            source=db.execute(select(sources)).first(),
            model=db.execute(select(models).where(models.c.serving)).one(),
        )


def _read_about(db: Connection, old: dict[int, _Old]) -> None:
    for row in db.execute(select(item_tags)):
        old[row.item_id].tags.append(row.tag)
    for row in db.execute(select(contributions)):
        old[row.item_id].deeds.append(row)
    for row in db.execute(select(votes)):
        old[row.item_id].days.append(row)
    for row in db.execute(select(sketches)):
        old[row.item_id].sketched = len(row.signature)


def _read_passages(
    db: Connection, old: dict[int, _Old]
) -> tuple[list[bytes], list[str], dict[str, list[int]]]:
    joined = passages.join(vectors, vectors.c.passage_id == passages.c.id)
    blobs: list[bytes] = []
    pieces: list[str] = []
    like: dict[str, list[int]] = defaultdict(list)
    for row in db.execute(select(passages, vectors.c.vector).select_from(joined).order_by(passages.c.id)):
        item = old[row.item_id]
        piece = item.row.text[row.start : row.end]
        item.texts.append((len(pieces), piece, row))
        for word in _telling_words(item.row.title):
            like[word].append(len(pieces))
        blobs.append(row.vector)
        pieces.append(piece)
    return blobs, pieces, like


def _telling_words(title: str) -> list[str]:
    return [word for word in title.lower().split() if len(word) >= _LEAST_WORD]


def grow(catalog: Catalog, seed: Seed, count: int) -> Iterator[int]:
    """Fill an empty catalog; the same seed and number give the same library.

    Yields:
        How many passages are written.
    """
    rng = np.random.default_rng(5)
    with catalog.engine.connect() as db:
        # Nothing is lost if this is broken off, and rows come in an order in which nothing is missing.
        for pragma in ("foreign_keys=OFF", "synchronous=OFF"):
            db.exec_driver_sql(f"PRAGMA {pragma}")
    with catalog.engine.begin() as db:
        for index in sketches.indexes:
            index.drop(db)  # signatures by chance would be put into it one by one
        grower = _Grower(db, seed, rng)
        grower.begin()
    while grower.passage < count:
        with catalog.engine.begin() as db:
            grower.db = db
            grower.block(min(count, grower.passage + _BLOCK))
        yield grower.passage
    with catalog.engine.begin() as db:
        for index in sketches.indexes:
            index.create(db)
        db.execute(update(state).where(state.c.key == "generation").values(value=1))


class _Grower:
    """Writes rows, and keeps count of their numbers."""

    def __init__(self, db: Connection, seed: Seed, rng: np.random.Generator) -> None:
        self.db, self.seed, self.rng = db, seed, rng
        self.item = self.passage = self.used = 0
        self.order: list[int] = []
        self.place = {row.id: place for place, row in enumerate(seed.people)}
        self.copy = -1  # how often the seed has been used up
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.slugs: dict[tuple[int, int], int] = {}  # numbers of communities, by the old number and the copy

    def begin(self) -> None:
        """Write what there is once."""
        has = self.seed
        self.db.execute(insert(sources).values({**has.source._mapping, "id": 1, "cursor": ""}))
        unit = {"id": 1, "source_id": 1, "key": "all", "digest": "all", "content": "all", "location": "all"}
        self.db.execute(insert(units).values(unit))
        self.db.execute(insert(models).values({**has.model._mapping, "id": 1}))
        self.db.execute(insert(state).values(key="generation", value=1))
        set_linked(self.db, 1)

    def block(self, until: int) -> None:
        """Write threads until there are so many passages."""
        while self.passage < until:
            if not self.order:
                self._next_copy()
            self._thread(self.seed.threads[self.order.pop()], until)
        for table in (items, item_tags, contributions, votes, sketches, passages, vectors):
            if rows := self.rows.pop(table.name, []):
                self.db.execute(insert(table), rows)

    def _next_copy(self) -> None:
        """Begin with the seed anew: other people, other communities."""
        self.copy += 1
        self.order = self.rng.permutation(len(self.seed.threads)).tolist()
        first = self.copy * len(self.seed.people) + 1
        self.db.execute(
            insert(people),
            [
                {
                    **row._mapping,
                    "id": first + at,
                    "name": f"{row.name} {self.copy}".strip(),
                    "unit_id": None,
                    "merged_id": None,
                }
                for at, row in enumerate(self.seed.people)
            ],
        )
        if self.copy < _COPIES:
            self._put_communities()

    def _put_communities(self) -> None:
        for old in self.seed.communities.values():
            number = len(self.slugs) + 1
            private = (number + self.copy) % _PRIVATE == 0
            name = {"slug": f"{old.slug}-{self.copy}", "name": f"{old.name} {self.copy}", "private": private}
            self.db.execute(insert(communities).values(id=number, **name))
            if private:
                reader = {"community_id": number, "reader": f"reader{number % 8}@x.example"}
                self.db.execute(insert(community_readers).values(reader))
            self.slugs[old.id, self.copy] = number

    def _thread(self, thread: Sequence[_Old], until: int) -> None:
        keys = {old.row.key: f"{old.row.key}-{self.item + at}" for at, old in enumerate(thread)}
        opener = keys.get(thread[0].row.thread, next(iter(keys.values())))
        for old in thread:
            if self.passage < until:
                self._item(old, keys[old.row.key], opener)

    def _item(self, old: _Old, key: str, opener: str) -> None:
        self.item += 1
        made = [self._mixed(place, text, old) for place, text, _ in old.texts]
        text, start = "", 0
        for (words, vector), (_, _, row) in zip(made, old.texts, strict=True):
            start = len(text) + 2 if text else 0
            text = f"{text}\n\n{words}" if text else words
            self._passage(row, start, len(text), vector)
        self.rows["items"].append(
            {
                **old.row._mapping,
                "id": self.item,
                "source_id": 1,
                "unit_id": 1,
                "key": key,
                "thread": opener,
                "community_id": self.slugs[old.row.community_id, self.copy % _COPIES],
                "text": text,
                "title": self._title(old),
                "digest": _digest(text),
                "solution_start": None,
                "solution_end": None,
                "generation": 1,
            }
        )
        self._about(old, _digest(text))

    def _title(self, old: _Old) -> str:
        other = self.seed.threads[int(self.rng.integers(len(self.seed.threads)))][0].row.title.split()
        words = old.row.title.split()
        return " ".join([*words[: (2 * len(words) + 2) // 3], *other[(2 * len(other)) // 3 :]])

    def _mixed(self, place: int, text: str, old: _Old) -> tuple[str, Floats]:
        """A passage of the beginning of one and the end of another, and its vector."""
        rng, has = self.rng, self.seed
        words = _telling_words(old.row.title)
        near = has.like[words[int(rng.integers(len(words)))]] if words else [place]
        other = near[int(rng.integers(len(near)))]
        first, last = _sentences(text), _sentences(has.pieces[other])
        mixed = " ".join([*first[: (len(first) + 1) // 2], *last[len(last) // 2 :]])
        vector = has.vectors[place] + has.vectors[other] * rng.random(dtype=np.float32)
        noise = rng.standard_normal(vector.shape, np.float32)
        vector = vector / np.linalg.norm(vector) + noise * (_NOISE / np.linalg.norm(noise))
        return mixed, vector / np.linalg.norm(vector)

    def _passage(self, old: Any, start: int, end: int, vector: Floats) -> None:
        self.passage += 1
        self.rows["passages"].append(
            {
                "id": self.passage,
                "item_id": self.item,
                "ordinal": old.ordinal,
                "start": start,
                "end": end,
                "heading": old.heading,
                "page": old.page,
                "seconds": old.seconds,
                "digest": hashlib.sha256(f"{self.passage}".encode()).digest()[:16],
                "generation": 1,
            }
        )
        blob = vector.astype("<f2").tobytes()
        self.rows["vectors"].append(
            {"passage_id": self.passage, "model_id": 1, "generation": 1, "vector": blob}
        )

    def _about(self, old: _Old, digest: str) -> None:
        mine = {"item_id": self.item}
        self.rows["item_tags"] += [{**mine, "tag": tag} for tag in old.tags]
        first = self.copy * len(self.seed.people) + 1
        self.rows["contributions"] += [
            {**deed._mapping, **mine, "person_id": first + self.place[deed.person_id]} for deed in old.deeds
        ]
        self.rows["votes"] += [{**day._mapping, **mine} for day in old.days]
        signature = self.rng.bytes(old.sketched)
        self.rows["sketches"].append({**mine, "digest": digest[:DIGITS], "signature": signature})


@cache
def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
