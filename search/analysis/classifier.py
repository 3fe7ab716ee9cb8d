"""Which language a text is likely in, by py3langid: a naive Bayes classifier over n-grams of bytes.

Its automaton takes one step of Python for each byte. Of many texts, all take the same step at once here.

Source: Lui and Baldwin, langid.py: An Off-the-shelf Language Identification Tool, ACL 2012.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_FEWEST = 8  # texts from which stepping together is faster
_TOGETHER = 128  # texts; more make the arrays large and nothing faster

Guess = tuple[str, float]
"""The code of a language and its probability."""


@cache
def _identifier() -> LanguageIdentifier:
    """The classifier; its model is compressed and takes a third of a second to read."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def classify(text: str) -> Guess:
    """The likeliest language of a text."""
    code, probability = _identifier().classify(text)
    return str(code), float(probability)


def classify_all(texts: Sequence[str]) -> list[Guess]:
    """The likeliest language of each of some texts, as `classify` tells it."""
    if len(texts) < _FEWEST:
        return [classify(text) for text in texts]
    # Texts of about the same length end at about the same step.
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    told: dict[int, Guess] = {}
    for start in range(0, len(order), _TOGETHER):
        rows = order[start : start + _TOGETHER]
        told.update(zip(rows, _classified([_encoded(texts[row]) for row in rows]), strict=True))
    return [told[row] for row in range(len(texts))]


def _encoded(text: str) -> bytes:
    encoded: bytes = _identifier()._encode(text)
    return encoded


class _Automaton(NamedTuple):
    """What py3langid steps through.

    Attributes:
        moves: The next state, by the row of a state and the byte that is read there.
        rows: Where the row of each state begins.
        features: The feature that a text has where it comes to a state; negative for none.
    """

    moves: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]
    features: npt.NDArray[np.int32]


@cache
def _automaton() -> _Automaton:
    model = _identifier()
    moves = np.frombuffer(model.tk_nextmove, np.dtype(f"i{model.tk_nextmove.itemsize}"))
    return _Automaton(moves, np.array(model._rowbase, np.int32), np.array(model.tk_output, np.int32))


def _classified(texts: Sequence[bytes]) -> Iterator[Guess]:
    model = _identifier()
    lengths = np.array([len(text) for text in texts])
    chances = _scores(_features(texts, lengths)) / np.sqrt(np.maximum(lengths, 1))[:, None]
    chances = np.exp(chances - chances.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    for first, other in model._alias_pairs:
        chances[:, first] += chances[:, other]
        chances[:, other] = 0
    best = chances.argmax(axis=1)
    codes = (str(model.nb_classes[language]) for language in best.tolist())
    return zip(codes, chances[np.arange(len(texts)), best].tolist(), strict=True)


def _features(texts: Sequence[bytes], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """The feature that each text has at each byte, of shape [texts, longest]; -1 for none."""
    moves, rows, features = _automaton()
    width = int(lengths.max())
    letters = np.frombuffer(b"".join(text.ljust(width, b"\0") for text in texts), np.uint8)
    steps = np.ascontiguousarray(letters.reshape(len(texts), width).T)
    states = np.zeros(len(texts), np.int32)
    seen = np.empty((width, len(texts)), np.int32)
    for step in range(width):
        states = moves[rows[states] + steps[step]]
        seen[step] = states
    return np.where(np.arange(width) < lengths[:, None], features[seen].T, -1)


def _scores(features: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """Logarithms of how likely each language is for each text, up to what all languages have in common.

    A text without features is as likely in any.
    """
    model = _identifier()
    texts, steps = np.nonzero(features >= 0)
    names, columns = np.unique(features[texts, steps], return_inverse=True)
    table = model.nb_ptc[names].astype(np.float32)
    cells, counts = np.unique(texts * len(names) + columns, return_counts=True)
    weights = np.log1p(counts.astype(np.float32))
    ends = np.searchsorted(cells, np.arange(len(features) + 1) * len(names)).tolist()
    scores = np.zeros((len(features), len(model.nb_classes)), np.float32)
    for text, (start, end) in enumerate(pairwise(ends)):
        if start < end:
            rows = table[cells[start:end] % len(names)]
            # As a product of matrices, it would take all processors, and wait for them where they are busy.
            scores[text] = np.einsum("f,fl->l", weights[start:end], rows) + model.nb_pc
    return scores
