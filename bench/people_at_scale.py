"""Many people in one library: how fast they are found, profiles, topics and risks counted, and a map drawn.

Seconds are those of the processor, all threads together: on a busy machine those of the clock tell little.

`python -m bench.people_at_scale [ITEMS] [PEOPLE] [FOLDER]`. The library is made up: questions with tags,
answers to them, texts of words as unevenly frequent as real ones, and people of whom few write much, as in
real communities; vectors lie around each tag's direction. It is kept in FOLDER, if given, so that a second
run only measures.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.at_scale import World
from catalog.errors import NotFoundError
from catalog.nouns import (
    Community,
    Contribution,
    Identity,
    IdentityKind,
    Item,
    Kind,
    Person,
    Role,
    Span,
    Viewer,
)
from catalog.settings import read_settings
from catalog.store import Catalog
from catalog.wishes import Wish
from catalog.writer import Writer, item_digest
from search.encoder import HashEncoder
from search.engine import Engine
from search.people.record import Record
from search.people.study import Study

_TAGS = 300
_START, _DAYS = datetime(2015, 1, 1, tzinfo=UTC), 3650
_ANSWERS = 0.6  # share of the items
_BLOCK = 5_000
_TIMES = 5
_ASKED = 100  # topics and questions for which people are looked for
_ENCODER = HashEncoder(384)


def main(arguments: list[str]) -> None:
    """Make the library, if it is not there, and measure."""
    count, people = (int(one) for one in [*arguments[:2], "100000", "10000"][:2])
    with TemporaryDirectory() as temporary:
        folder = Path(arguments[2] if len(arguments) > 2 else temporary)
        with Catalog.open(folder) as catalog:
            if not catalog.owner().communities:
                _fill(catalog, count, people)
            _measure(catalog, folder)


def _items(count: int, people: int) -> Iterator[tuple[Item, int]]:
    """The items, each with the number of its tag."""
    rng, world = np.random.default_rng(5), World(count, _ENCODER.dimension)
    chances = 1 / np.arange(5, people + 5)
    chances /= chances.sum()
    writers = rng.choice(people, count, p=chances)
    questions: list[tuple[str, int]] = []
    for number in range(count):
        answers = bool(questions) and rng.random() < _ANSWERS
        key = f"i{number}"
        thread, tag = (
            questions[int(rng.integers(len(questions)))] if answers else (key, int(rng.integers(_TAGS)))
        )
        if not answers:
            questions.append((key, tag))
        name = f"Person {writers[number]}"
        person = Person(name, frozenset({Identity(IdentityKind.HANDLE, "made-up", name)}))
        at = _START + timedelta(days=float(rng.random() * _DAYS))
        item = Item(
            source="made-up",
            key=key,
            kind=Kind.ANSWER if answers else Kind.QUESTION,
            title=world.text(rng, tag, 8),
            text=world.text(rng, tag, int(rng.integers(20, 60))),
            community="all",
            created=at,
            tags=() if answers else (f"tag-{tag}",),
            thread=thread,
            votes=int(rng.geometric(0.3)) - 1,
            contributions=(Contribution(person, Role.ANSWERED if answers else Role.ASKED, at),),
        )
        yield item, tag


def _fill(catalog: Catalog, count: int, people: int) -> None:
    rng = np.random.default_rng(6)
    directions = rng.standard_normal((_TAGS, _ENCODER.dimension)).astype(np.float32)
    with catalog.write() as writer:
        writer.put_community(Community("all", "All"))
        source = writer.put_source("made-up", "folder", "/made-up", "/made-up")
    with catalog.write_vectors() as vectors:
        model = vectors.put_model(_ENCODER.name, _ENCODER.location, _ENCODER.dimension)
    made = list(_items(count, people))
    for start in range(0, count, _BLOCK):
        block = made[start : start + _BLOCK]
        with catalog.write() as writer:
            unit = writer.begin_unit(source, f"u{start}", "/made-up")
            for item, _ in block:
                writer.put_item(source, unit, item, [Span(0, len(item.text))], item_digest(item))
            writer.finish_unit(unit, "digest", f"u{start}", {item.key for item, _ in block}, [])
        with catalog.feed() as feed:
            pending = feed.pending(model.name)
        rows = directions[[tag for _, tag in block]]
        rows = rows + rng.standard_normal(rows.shape).astype(np.float32)
        with catalog.write_vectors() as vectors:
            vectors.put_vectors(model, pending, rows / np.linalg.norm(rows, axis=1, keepdims=True))
        print(f"{start + len(block):,} items written", end="\r", flush=True)


def _measure(catalog: Catalog, folder: Path) -> None:
    settings = read_settings({"library": folder, "model": _ENCODER.location}, {})
    engine, viewer = Engine(catalog, settings, _ENCODER), catalog.owner()
    engine.search(viewer, "warm up", k=1)
    with catalog.read(viewer) as reader:
        busiest = [str(one.person.id) for one in reader.people(limit=_TIMES)]
    _measure_record(catalog, viewer)
    _time("topics and risks, the first time", lambda _: engine.risks(viewer), 1)
    _time("topics and risks, again", lambda _: engine.risks(viewer))
    _time("a topic that is a tag", lambda turn: engine.topic(viewer, f"tag-{turn}"))
    topics, questions = _asked()
    _time("a topic of other words", lambda turn: engine.topic(viewer, topics[turn]))
    _time("what grows", lambda _: engine.growth(viewer))
    _time("the map, the first time", lambda _: engine.map(viewer), 1)
    _time("the map, again", lambda _: engine.map(viewer))
    _time("a tag on the map", lambda turn: engine.map(viewer, f"tag-{turn}"))
    _time("other words on the map", lambda turn: engine.map(viewer, topics[turn]))
    _time("the profiles of the busiest", lambda turn: engine.profile(viewer, busiest[turn]))
    _time("who knows a topic", lambda turn: engine.experts(viewer, topics[turn]), _ASKED)
    _time("who knows the answer", lambda turn: engine.experts(viewer, questions[turn]), _ASKED)


def _measure_record(catalog: Catalog, viewer: Viewer) -> None:
    """How long it takes to read what everybody did, and to see what has changed."""
    study, held = Study(catalog), _memory()

    def read(_: int) -> Record:
        with catalog.read(viewer) as reader:
            return study.record(reader)

    _time("all that they did", read, 1)
    record = read(0)
    size = f"{len(record.activity):,} items, {len(record.people):,} people"
    print(f"{size}: it takes {_memory() - held:.0f} MB")
    for what, change in _changes().items():
        with catalog.write() as writer:
            change(writer)
        _time(f"seen after {what}", read, 1)


def _changes() -> dict[str, Callable[[Writer], object]]:
    post = next(_items(1, 1))[0]
    post = replace(post, source="more", key=f"at {time.time_ns()}")

    def write(writer: Writer) -> None:
        source = writer.put_source("more", "folder", "/more", "/more")
        unit = writer.begin_unit(source, post.key, "/more")
        writer.put_item(source, unit, post, [Span(0, len(post.text))], item_digest(post))

    return {
        "something else has changed": lambda writer: writer.generation(),
        "a wish": lambda writer: writer.put_wish(1, Wish(departed=False)),
        "a new post": write,
        "a post has gone": lambda writer: writer.remove_root("/more"),
    }


def _memory() -> float:
    """What the process holds, in megabytes; as Linux tells it."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def _asked() -> tuple[list[str], list[str]]:
    """Topics of two words, and questions, as somebody may type them."""
    rng, world = np.random.default_rng(7), World(0, _ENCODER.dimension)
    tags = rng.integers(_TAGS, size=_ASKED).tolist()
    topics = [world.text(rng, tag, 2) for tag in tags]
    return topics, [f"{world.text(rng, tag, 9)}?" for tag in tags]


def _time(what: str, call: Callable[[int], object], times: int = _TIMES) -> None:
    taken = []
    for turn in range(times):
        begin = time.process_time()
        with suppress(NotFoundError):  # nobody has written about it
            call(turn)
        taken.append(time.process_time() - begin)
    low, high = 1000 * np.percentile(taken, [50, 95])
    print(f"{what}: median {low:,.0f} ms, 95 % within {high:,.0f} ms", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
