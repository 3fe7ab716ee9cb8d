"""Measures what the inputs of the packaged model's layers are, so that it can be run in 8 bits.

`python -m bench.fit_int8 PACKS`, PACKS being a folder with test collections. Titles and texts of two of
them, of a forum and of lessons learned, and a few words of the model's vocabulary are encoded in fp32; of
every channel the least and the greatest value and the mean are kept. The loss is measured on other
collections. Writes `search/encoders/….spans.npz`.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from search.encoders.bert import Bert, draw, read_bert
from search.encoders.eight_bits import Span, read_by, write_spans
from search.encoders.folder import DEFAULT_MODEL, find_model
from search.encoders.known import KnownTokens
from search.encoders.openvino_drawing import Drawing, import_openvino
from search.encoders.tokens import batches_by_length, read_tokenizer
from search.encoders.weights import Floats

_PACKS = ("similar/quantumcomputing", "similar/nasa_llis")
_TEXTS = 500  # of a collection, and as many titles
_WORDS, _TRIES = (0, 1, 2, 4, 8), 300  # of the vocabulary, and how many texts of so many words
_TOKENS, _WINDOW = 2048, 256


def main(arguments: list[str]) -> None:
    """Measure, and write what was found."""
    folder = find_model(DEFAULT_MODEL)
    texts = [text for pack in _PACKS for text in _texts(Path(arguments[0]) / pack)]
    tokenizer = read_tokenizer(folder.path / "tokenizer.json")
    texts += _few_words([word for word in sorted(tokenizer.get_vocab()) if word[0] not in "[#"])
    rows = KnownTokens(tokenizer).ids(texts, _WINDOW)
    spans = measure(read_bert(folder), rows)
    write_spans(spans, folder.spans)
    print(f"{len(texts)} texts of {np.mean(list(map(len, rows))):.0f} tokens; wrote {folder.spans}")
    for name, span in spans.items():
        ranges = span.high - span.low
        print(f"{name:<40} widest {ranges.max():6.2f}, half within {np.median(ranges):5.2f}")


def measure(bert: Bert, rows: Sequence[Sequence[int]]) -> dict[str, Span]:
    """What the inputs of all layers are over texts, whose tokens' numbers are given."""
    ops = _Watching()
    draw(bert, ops)
    openvino = import_openvino()
    graph = openvino.Model(list(ops.inputs.values()), [ops.ids, ops.mask], "watched")
    compiled = openvino.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    seen: dict[str, list[Floats]] = {name: [] for name in ops.inputs}
    for batch in batches_by_length(list(map(len, rows)), _TOKENS):
        ids, mask = _padded([rows[index] for index in batch])
        found = compiled([ids, mask])
        for number, told in enumerate(seen.values()):
            values = found[number][mask > 0]
            told.append(np.stack([values.min(0), values.max(0), values.sum(0)]))
    tokens = sum(map(len, rows))
    return {name: _span(np.stack(told), tokens) for name, told in seen.items()}


class _Watching(Drawing):
    """Draws in floats, and keeps the inputs of layers by the name under which their spans are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: dict[str, Any] = {}

    def linear(self, x: Any, weight: Floats, bias: Floats, name: str) -> Any:
        self.inputs.setdefault(read_by(name), x)
        return super().linear(x, weight, bias, name)


def _span(told: Floats, tokens: int) -> Span:
    """Of batches' least and greatest values and sums, of shape [batches, 3, channels]."""
    low, high, mean = told[:, 0].min(0), told[:, 1].max(0), told[:, 2].sum(0) / tokens
    return Span(low, high, mean, np.full_like(low, 0.5))


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    lengths = np.array(list(map(len, rows)))
    mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.float32)
    ids = np.zeros(mask.shape, np.int32)
    ids[mask > 0] = np.concatenate(rows)
    return ids, mask


def _texts(pack: Path) -> Iterator[str]:
    """Titles, and titles with their texts, spread over the collection."""
    with gzip.open(pack / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    for document in documents[:: max(1, len(documents) // _TEXTS)][:_TEXTS]:
        yield document["title"]
        yield f"{document['title']}\n\n{document['text']}"


def _few_words(vocabulary: Sequence[str]) -> list[str]:
    """Short texts have values of their own, and the empty one most of all."""
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(vocabulary, size)) for size in _WORDS for _ in range(_TRIES)]


if __name__ == "__main__":
    main(sys.argv[1:])
