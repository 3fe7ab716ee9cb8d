"""A question as the indexes need it: its text, and two vectors of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from catalog.errors import QuestionError
from catalog.sentence_spans import sentence_spans
from search.encoder import Encoder

LONGEST_QUESTION = 100_000  # characters

_PIECE_TOKENS = 180  # as long as passages are
_MOST_PIECES = 8  # of a question are embedded; what comes after them is a log or a quote
_ASKED = re.compile("[?？؟⸮]|^\\W*(?:how|why|what|which|who|whom|whose|when|where)\\b", re.IGNORECASE)
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters, halves of characters
_UNFINISHED = re.compile(r"(?<=[^\W_])\W+[\w'’-]+$")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Query:
    """What is asked. It is embedded when a vector is first wanted: its words can be looked for before.

    Args:
        text: The question, or the whole post in which somebody describes a problem.
        embed: Makes `vector` and `gist`.
    """

    text: str
    embed: Callable[[], tuple[Floats, Floats]]

    @cached_property
    def _vectors(self) -> tuple[Floats, Floats]:
        return self.embed()

    @property
    def vector(self) -> Floats:
        """Vector of as much of it as the model reads at once, of shape [dimension]."""
        return self._vectors[0]

    @property
    def gist(self) -> Floats:
        """The mean direction of its pieces, of shape [dimension]; of a short question `vector` itself."""
        return self._vectors[1]

    @property
    def is_question(self) -> bool:
        """Whether something is asked, as people ask each other, and not stated or only named."""
        return _ASKED.search(self.text) is not None


def check_question(question: str) -> str:
    """The question without control characters and space that is not needed; its lines stay lines.

    Raises:
        QuestionError: If nothing is asked, or far too much.
    """
    lines = (" ".join(_NO_TEXT.sub(" ", line).split()) for line in question.splitlines())
    question = "\n".join(line for line in lines if line)
    if not any(character.isalnum() for character in question):
        raise QuestionError(
            'nothing to search for: ask a question in words, such as "how do I sharpen a hoe?"'
        )
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters and {LONGEST_QUESTION:,} is the most: "
            "leave out logs and quotes"
        )
    return question


def finished(question: str) -> str:
    """A question that is still being typed, without the word that is not finished yet.

    A part of a word means something else than the word, or nothing: with it, results change with every
    letter. Of a first word, there is nothing else.
    """
    return _UNFINISHED.sub("", question)


def read_query(question: str, encoder: Encoder) -> Query:
    """Read a question, to be embedded by a model."""
    return Query(question, partial(_embed, question, encoder))


def _embed(question: str, encoder: Encoder) -> tuple[Floats, Floats]:
    """The vector of a question, and that of its gist.

    A model reads no more of a text than its window, and tells long texts apart less well: a long
    question is embedded in pieces too, each under its first line.
    """
    pieces = _pieces(question, encoder)
    vector, *others = encoder.encode([question, *pieces])
    if not others:
        return vector, vector
    gist = np.mean(others, axis=0)
    return vector, gist / max(float(np.linalg.norm(gist)), 1e-9)


def _pieces(question: str, encoder: Encoder) -> list[str]:
    """Runs of sentences that fit a piece; none if the question is no longer than one."""
    if len(question) <= _PIECE_TOKENS or encoder.count_tokens([question])[0] <= _PIECE_TOKENS:
        return []
    title, _, rest = question.partition("\n")
    if not rest:
        title, rest = "", question
    sentences = [rest[start:end] for start, end in sentence_spans(rest, 0, len(rest))]
    runs = _packed(sentences, encoder.count_tokens(sentences))
    return [f"{title}\n{run}".strip() for run in runs]


def _packed(sentences: Sequence[str], counts: Sequence[int]) -> Iterator[str]:
    """Neighbouring sentences together, as long as they fit a piece."""
    run: list[str] = []
    filled = made = 0
    for sentence, count in zip(sentences, counts, strict=True):
        if run and filled + count > _PIECE_TOKENS:
            yield " ".join(run)
            run, filled, made = [], 0, made + 1
            if made == _MOST_PIECES:
                return
        run.append(sentence)
        filled += count
    if run:
        yield " ".join(run)
