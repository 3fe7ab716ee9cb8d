"""How the scores of passages and items come about: meaning, words and votes, weighed against each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search.query import Query

_HALF_APPROVED = 10  # votes that add half of what votes can add to an item's score

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much in a hit's score.

    People who ask describe the same problem in words of their own. Who states or names something uses
    the words of the field, and so do the documents about it. Votes decide between items that fit alike.

    Attributes:
        question: Share of meaning, the rest being shared words, where something is asked; from 0 to 1.
        statement: The same where nothing is asked.
        votes: What the approval of peers adds at most.
    """

    question: float
    statement: float
    votes: float

    def dense(self, query: Query) -> float:
        """The share of meaning in what a question's hits score."""
        return self.question if query.is_question else self.statement


def fuse(meaning: Floats, words: Floats, dense_weight: float) -> Floats:
    """Convex combination of two scores that both lie between 0 and 1.

    Both are normalised by their theoretical bounds and not by the other hits of the same question, so
    a score means the same from question to question, and one weight suits short questions and whole
    posts: the bound of BM25 grows with the question (Bruch, Gai and Ingber: An Analysis of Fusion
    Functions for Hybrid Retrieval, ACM TOIS 2023).

    Args:
        meaning: Cosines, negative ones counted as 0; shape [n].
        words: BM25 scores divided by the highest that the question allows; shape [n].
        dense_weight: Share of `meaning`, from 0 to 1.
    """
    return dense_weight * np.maximum(meaning, 0) + (1 - dense_weight) * words


def item_directions(vectors: Floats, starts: npt.NDArray[np.intp]) -> Floats:
    """What each of some items is about: the mean direction of its passages.

    Args:
        vectors: Vectors of the items' passages, item by item, of shape [n, dimension], unit length or zero.
        starts: The first row of each item, rising; shape [items].

    Returns:
        An array of shape [items, dimension], of unit length or zero.
    """
    if not len(starts):
        return np.empty((0, vectors.shape[1]), np.float32)
    sums = _sums(vectors, starts)
    lengths = np.sqrt(np.vecdot(sums, sums))
    return np.asarray(sums / np.maximum(lengths, 1e-9)[:, None], np.float32)


def _sums(vectors: Floats, starts: npt.NDArray[np.intp]) -> Floats:
    """The sum of each item's vectors; `np.add.reduceat` gives the same, ten times slower."""
    counts = np.diff(starts, append=len(vectors))
    sums: Floats = vectors[starts]
    for at in range(1, int(counts.max())):
        more = np.flatnonzero(counts > at)
        sums[more] += vectors[starts[more] + at]
    return sums


def item_meaning(query: Query, vectors: Floats, starts: npt.NDArray[np.intp], directions: Floats) -> Floats:
    """How near each of some items is to a question in meaning.

    The mean of three cosines: the question's with the item's best passage, the question's with the mean
    direction of all passages, and the same for the mean direction of the question's own pieces. The
    best passage finds the paragraph that answers; the means find what is about the same altogether.

    Args:
        query: The question.
        vectors: Vectors of the items' passages, item by item, of shape [n, dimension], unit length or zero.
        starts: The first row of each item, rising; shape [items].
        directions: The items' mean directions, of shape [items, dimension].

    Returns:
        An array of shape [items].
    """
    if not len(starts):
        return np.empty(0, np.float32)
    best = np.maximum.reduceat(cosines(vectors, query.vector), starts)
    whole = cosines(directions, query.vector) + cosines(directions, query.gist)
    return np.asarray((best + whole) / 3, np.float32)


def cosines(vectors: Floats, vector: Floats) -> Floats:
    """Cosines of vectors [n, dimension] and one of them [dimension], of shape [n].

    In this thread alone: BLAS shares even so small a product with others, which costs more than it gains.
    """
    return np.asarray(np.vecdot(vectors, vector), np.float32)


def approval(votes: npt.NDArray[np.integer]) -> Floats:
    """How far peers approve of items, from 0 to 1: ever less for each further vote; shape [n], as `votes`."""
    liked = np.maximum(votes, 0)
    return np.asarray(liked / (liked + _HALF_APPROVED), np.float32)
