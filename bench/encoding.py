"""Passages a second: the packaged model on every engine, against sentence-transformers' own default.

`python -m bench.encoding [PASSAGES]`. The passages are of about 126 tokens, made of the model's own words.
The engines take turns, so that what else the machine does falls on all alike; a figure is the median of
the turns. A question is ten words, asked alone. The cosine is the least to sentence-transformers in fp32.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt

from bench.at_scale import World
from bench.records import Record, keep
from catalog.errors import ModelError
from search.encoders.compiled import CompiledEncoder, on_onnx, on_openvino
from search.encoders.folder import DEFAULT_MODEL, find_model
from search.encoders.processors import streams

_WORDS, _ASKED = 115, 10  # of a passage, of a question
_TURNS = 5
_QUESTIONS = 20
_A_PART = 16  # passages that a thread is given

Encode = Callable[[list[str]], npt.NDArray[np.float32]]


def main(arguments: list[str]) -> None:
    """Let every engine encode the same passages in turns, and print a row for each."""
    world, rng = World(0, 1), np.random.default_rng(3)
    passages = [world.text(rng, number, _WORDS) for number in range(int((arguments or ["128"])[0]))]
    questions = [world.text(rng, number, _ASKED) for number in range(_QUESTIONS)]
    engines = {**_default(), **_compiled()}
    vectors = {name: encode(passages) for name, encode in engines.items()}  # warms up, too
    expected = vectors["sentence-transformers"]
    rates: dict[str, list[float]] = {name: [] for name in engines}
    waits: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(_TURNS):
        for name, encode in engines.items():
            rates[name].append(len(passages) / _seconds(partial(encode, passages)))
            waits[name] += [1000 * _seconds(partial(encode, [one])) for one in questions]
    base = np.median(rates["sentence-transformers"])
    tokens = np.mean(CompiledEncoder(find_model(DEFAULT_MODEL)).count_tokens(passages))
    print(f"{len(passages)} passages of {tokens:.0f} tokens, {_TURNS} turns")
    print(f"{'engine':<24} {'passages/s':>10} {'ratio':>6} {'question ms':>12} {'cosine':>9}")
    record = Record("encoding")
    for name in engines:
        rate, wait = np.median(rates[name]), np.median(waits[name])
        least = (vectors[name] * expected).sum(axis=1).min()
        print(f"{name:<24} {rate:>10.0f} {rate / base:>6.1f} {wait:>12.1f} {least:>9.5f}")
        figures = {"passages/s": rate, "ratio": rate / base, "question, ms": wait, "least cosine": least}
        record.add(name, **{what: round(float(figure), 5) for what, figure in figures.items()})
    keep(record)


def _default() -> dict[str, Encode]:
    """What `SentenceTransformer(...).encode(...)` does if nothing is set."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(find_model(DEFAULT_MODEL).path), device="cpu", local_files_only=True)
    return {
        "sentence-transformers": lambda texts: np.asarray(
            model.encode(texts, show_progress_bar=False), np.float32
        )
    }


def _compiled() -> dict[str, Encode]:
    folder = find_model(DEFAULT_MODEL)
    return {
        "OpenVINO, as it is set": CompiledEncoder(folder).encode,
        "OpenVINO, in an ingest": _by_processors(CompiledEncoder(folder, streams=streams())),
        "OpenVINO fp32": CompiledEncoder(folder, "fp32", compile_bert=on_openvino).encode,
        "ONNX Runtime fp32": CompiledEncoder(folder, "fp32", compile_bert=on_onnx).encode,
        **_in_bytes(CompiledEncoder(folder, "int8", compile_bert=on_openvino)),
    }


def _in_bytes(encoder: CompiledEncoder) -> dict[str, Encode]:
    """Int8, where the processor can."""
    try:
        return {encoder.engine: encoder.encode}
    except ModelError:
        return {}


def _by_processors(encoder: CompiledEncoder) -> Encode:
    """What an ingest does: each of several threads has batches of its own."""
    pool = ThreadPoolExecutor(streams())

    def encode(texts: list[str]) -> npt.NDArray[np.float32]:
        parts = [texts[start : start + _A_PART] for start in range(0, len(texts), _A_PART)]
        return np.concatenate(list(pool.map(encoder.encode, parts)))

    return encode


def _seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(sys.argv[1:])
