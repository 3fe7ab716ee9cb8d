"""Finds near-identical items: cross-posts, quoted mails, copied documents.

Texts are compared by their shingles, runs of five words, without regard to case, punctuation and markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from catalog.copies import Sketch, Sketched
from catalog.store import Catalog
from catalog.writer import Writer
from ingest.minhash import signature, to_bytes

ALIKE = 0.8
"""Share of their shingles (Jaccard) that near-identical items of the same title have in common."""

# Parts of a series and notices made from a template share nearly all but what matters: their titles tell.
_ALIKE_BY_ANOTHER_TITLE = 0.95
_BLURB = 50  # shingles; a shorter text may well stand under two titles: "A course for beginners"
_ALIKE_IN_THREAD = 0.98  # answers of a thread quote each other; only the same one posted twice is a copy
_LIKELY = 0.65  # estimated share from which on two texts are compared
_WORDS = 5  # of a shingle
_FEWEST = 6  # words; less says too little: "Thanks, that works"
_BATCH = 200
_MOST_CANDIDATES = 50
_MOST_WORDS = 20_000  # of a text are looked at

_WORD = re.compile(r"\w+")
_REPLY = frozenset({"re", "fw", "fwd", "aw", "wg"})  # what mail programs put before a subject


def link_copies(catalog: Catalog) -> int:
    """Sketch all items that are new or changed, and group those that are near-identical.

    Returns:
        How many items were looked at.
    """
    done = 0
    while True:  # again for those whose group went with its leader
        with catalog.write() as writer:
            changed, generation = writer.unlinked()
        if not changed:
            return done
        for start in range(0, len(changed), _BATCH):
            with catalog.write() as writer:
                stale = writer.unsketched(changed[start : start + _BATCH])
                _link(writer, [sketch(item) for item in stale])
            done += len(stale)
        with catalog.write() as writer:
            writer.set_linked(generation)


def _link(writer: Writer, made: Sequence[Sketch]) -> None:
    """Store sketches, and put each item into the group of the oldest other one that it is like."""
    writer.put_sketches(made)
    alike = writer.with_candidates([one.item.id for one in made if one.signature])
    joined: set[int] = set()
    for one in made:
        if one.item.id not in alike or one.item.id in joined:
            continue
        original = _original(writer, one)
        if original is not None:
            writer.join_copies(one.item.id, original)
            joined |= {one.item.id, original}


def _original(writer: Writer, one: Sketch) -> int | None:
    """Number of the oldest other item that an item is like."""
    found = writer.copy_candidates(one, _MOST_CANDIDATES).items()
    likely = (number for number, other in found if _estimate(one.signature, other) >= _LIKELY)
    return next((number for number in likely if are_copies(one.item, writer.sketched(number))), None)


def sketch(item: Sketched) -> Sketch:
    """What is kept of an item's text to find its copies."""
    words = _words(item.text)
    return Sketch(item, to_bytes(signature(_runs(words))) if words else b"")


def shingles(text: str) -> frozenset[str]:
    """The runs of five words of a text; all of it if it is shorter, nothing if it says too little."""
    return frozenset(run.decode() for run in _runs(_words(text)))


def _words(text: str) -> list[str]:
    """The words of a text that is long enough to tell; none of any other."""
    words = _WORD.findall(text.casefold())[:_MOST_WORDS]
    return words if len(words) >= _FEWEST else []


def _runs(words: Sequence[str]) -> list[bytes]:
    """The runs of five words, as they stand in the line that all words make."""
    encoded = [word.encode() for word in words]
    line, starts = b" ".join(encoded), [0, *accumulate(len(word) + 1 for word in encoded)]
    return [line[start : end - 1] for start, end in zip(starts, starts[_WORDS:], strict=False)]


def are_copies(one: Sketched, other: Sketched) -> bool:
    """Whether two texts share so many shingles that they are the same for a reader."""
    first, second = shingles(one.text), shingles(other.text)
    alike = len(first & second) / max(len(first | second), 1)
    if one.thread == other.thread:
        return alike >= _ALIKE_IN_THREAD
    if _subject(one.title) == _subject(other.title):
        return alike >= ALIKE
    return alike >= _ALIKE_BY_ANOTHER_TITLE and len(first) >= _BLURB


def _subject(title: str) -> frozenset[str]:
    """The words of a title; the same ones in another order, or after "Re:", are the same subject."""
    return frozenset(_WORD.findall(title.casefold())) - _REPLY


def _estimate(one: bytes, other: bytes) -> float:
    """The share of equal MinHash values estimates the Jaccard similarity."""
    return float(np.mean(np.frombuffer(one, np.uint8) == np.frombuffer(other, np.uint8)))
