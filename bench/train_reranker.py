"""Trains a cross-encoder from the embedding model's weights on what a community has linked and answered.

`python -m bench.train_reranker OUT DUMP [DUMP …] [--minutes 20]`, each DUMP being the folder of a Stack
Exchange dump. A question is paired with the questions that people linked it to, and with its accepted or
best-voted answer; against each stand four of what Copse itself finds for it and nobody linked. Pairs come
from all questions but the newest fifth, on which the loss is told after each round.

Writes the model into OUT, for the setting `reranker`, with `training.json` that says how it came about.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from bench.quiet import Quiet
from catalog.embedding_text import plain, plain_text
from catalog.nouns import Filters, Item, Kind
from catalog.settings import read_settings
from evals.library import Library, default_cache, open_library
from evals.nouns import Collection, Task
from search.encoders.folder import DEFAULT_MODEL, find_model
from search.engine import Engine

_AGAINST = 4  # wrong texts for each right one
_DEPTH = 30  # hits that wrong texts are drawn from
_TOKENS = 144  # of a pair
_BATCH = 20  # pairs
_RATE = 6e-5
_NEWEST = 0.2
_SEED = 7


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a text, and whether the text belongs to it."""

    question: str
    text: str
    right: bool


def main() -> None:
    """Collect pairs, train, and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("dumps", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, default=20)
    asked = parser.parse_args()
    random.seed(_SEED)
    torch.manual_seed(_SEED)
    older: list[Pair] = []
    newest: list[Pair] = []
    for dump in asked.dumps:
        groups = list(_groups(dump))
        at = round(len(groups) * (1 - _NEWEST))
        older += [pair for group in groups[:at] for pair in group]
        newest += [pair for group in groups[at:] for pair in group]
    print(f"{len(older):,} pairs to learn from, {len(newest):,} to check by")
    model, tokenizer = _start()
    told = _train(model, tokenizer, older, newest, 60 * asked.minutes)
    model.save_pretrained(asked.out)
    tokenizer.save_pretrained(asked.out)
    record = {
        "dumps": [dump.name for dump in asked.dumps],
        "from": DEFAULT_MODEL,
        "pairs": len(older),
        **told,
    }
    (asked.out / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


# --- pairs ---


def _groups(dump: Path) -> Iterator[list[Pair]]:
    """The pairs of each question, the oldest question first."""
    collection = Collection(f"stackexchange/{dump.name}", Task.SIMILAR, dump, (), {})
    settings = replace(read_settings(), votes_weight=0.0)
    with open_library(collection, settings, default_cache(), Quiet()) as library:
        with library.catalog.read(library.catalog.owner()) as reader:
            items = {item.id: item for item in reader.each_item()}
        best = _best_answers(items.values())
        engine = Engine(library.catalog, library.settings, library.encoder)
        questions = sorted(
            (item for item in items.values() if item.kind is Kind.QUESTION),
            key=lambda item: str(item.created),
        )
        for number, question in enumerate(questions, start=1):
            yield list(_pairs(question, items, best, engine, library))
            print(f"{dump.name}: {number} of {len(questions)}", end="\r", flush=True)


def _best_answers(items: Any) -> dict[str, Item]:
    best: dict[str, Item] = {}
    for item in items:
        if item.kind is Kind.ANSWER and (item.accepted or (item.votes or 0) > 0):
            other = best.get(item.thread_id)
            if other is None or (item.accepted, item.votes or 0) > (other.accepted, other.votes or 0):
                best[item.thread_id] = item
    return best


def _pairs(
    question: Item, items: dict[str, Item], best: dict[str, Item], engine: Engine, library: Library
) -> Iterator[Pair]:
    asked, owner = _whole(question), library.catalog.owner()
    linked = {f"{question.source}:{link.key}" for link in question.links}
    for kind, right in (
        (Kind.QUESTION, [items[one] for one in linked if one in items and items[one].kind is Kind.QUESTION]),
        (Kind.ANSWER, [best[question.id]] if question.id in best else []),
    ):
        if not right:
            continue
        found = engine.rank(owner, asked, Filters(kinds=frozenset({kind})), _DEPTH)
        wrong = [one for one, _ in found if one not in linked and items[one].thread_id != question.id]
        for item in right:
            yield Pair(asked, _whole(item), True)
            chosen = random.sample(wrong, min(_AGAINST, len(wrong)))
            yield from (Pair(asked, _whole(items[one]), False) for one in chosen)


def _whole(item: Item) -> str:
    """An item's text, with its title; not with an answer's, which is that of its question."""
    if item.kind is Kind.ANSWER:
        return plain_text(item.text)[:3000]
    return f"{plain(item.title)}\n{plain_text(item.text)}"[:3000]


# --- training ---


def _start() -> tuple[Any, Any]:
    """The embedding model with a fresh head that gives one score."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = str(find_model(DEFAULT_MODEL).path)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1, local_files_only=True)
    return model, AutoTokenizer.from_pretrained(folder, local_files_only=True, model_max_length=_TOKENS)


def _train(
    model: Any, tokenizer: Any, older: Sequence[Pair], newest: Sequence[Pair], seconds: float
) -> dict[str, Any]:
    """Learn until the time is over; the rate rises for a twentieth of it and then falls."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.01)
    begin, steps, losses = time.monotonic(), 0, []
    pairs = list(older)
    while (passed := (time.monotonic() - begin) / seconds) < 1:
        if steps % max(len(pairs) // _BATCH, 1) == 0:
            random.shuffle(pairs)
            losses.append(round(_loss_on(model, tokenizer, newest), 4))
            print(f"step {steps}, {passed:.0%} of the time: loss on the newest {losses[-1]}", flush=True)
        for group in optimizer.param_groups:
            group["lr"] = _RATE * min(passed / 0.05, (1 - passed) / 0.95)
        start = steps * _BATCH % max(len(pairs) - _BATCH, 1)
        model.train()
        loss = _loss(model, tokenizer, pairs[start : start + _BATCH])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        optimizer.step()
        steps += 1
    model.eval()
    losses.append(round(_loss_on(model, tokenizer, newest), 4))
    print(f"{steps} steps, loss on the newest {losses[-1]}")
    return {"steps": steps, "batch": _BATCH, "tokens": _TOKENS, "rate": _RATE, "losses": losses}


def _loss(model: Any, tokenizer: Any, pairs: Sequence[Pair]) -> torch.Tensor:
    asked, texts = [pair.question for pair in pairs], [pair.text for pair in pairs]
    batch = tokenizer(asked, texts, truncation=True, padding=True, return_tensors="pt", max_length=_TOKENS)
    labels = torch.tensor([float(pair.right) for pair in pairs])
    return torch.nn.functional.binary_cross_entropy_with_logits(model(**batch).logits[:, 0], labels)


def _loss_on(model: Any, tokenizer: Any, pairs: Sequence[Pair]) -> float:
    model.eval()
    some = pairs[:400]
    with torch.inference_mode():
        parts = [
            float(_loss(model, tokenizer, some[start : start + _BATCH]))
            for start in range(0, len(some), _BATCH)
        ]
    return sum(parts) / max(len(parts), 1)


if __name__ == "__main__":
    main()
