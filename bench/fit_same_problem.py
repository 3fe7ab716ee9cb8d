"""Fits the model that tells the same problem from a related one, and shows its precision and recall.

`python -m bench.fit_same_problem PACKS`, PACKS being a folder with `stackexchange/SITE` dumps. Every question
of each site asks for the questions before it, once by its title and once by all of it; the best five are
the pairs. A pair is the same problem if people closed the later question as a duplicate of the earlier one
(in either direction, or over others), or if `same_problem_judgments.tsv` says so: there are the 170 best
pairs that nobody closed, judged by their titles. All other pairs count as different, though a few of them
are not. Every tenth question is also asked again by its very title, and is the same as itself. Precision and
recall are those of a model fitted on the other sites, and do not count these.

Writes `search/similar/same_problem.json` and the picture in `docs/quality-same-problem.md`; prints its table.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from bench.quiet import Quiet
from catalog.embedding_text import plain, plain_text
from catalog.nouns import Filters, Item, Kind, LinkKind, Viewer
from catalog.settings import read_settings
from catalog.store import Catalog
from evals.library import default_cache, open_library
from evals.nouns import Collection, Task
from search.engine import Engine
from search.similar.sameness import FEATURES, leads, title_overlap

_HERE = Path(__file__).parent
_ROOT = _HERE.parent
_JUDGED = _HERE / "same_problem_judgments.tsv"
_SHOWN = 5  # problems a question
_AGAIN = 10  # every so many questions are asked again
_THRESHOLD = 0.9
_TOLD = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """What is known of the pairs of one site.

    Attributes:
        site: Its name.
        features: What the model sees of each pair, of shape [n, features].
        same: Whether each is the same problem, of shape [n].
        again: The features of questions asked again word for word, of shape [m, features].
    """

    site: str
    features: Floats
    same: npt.NDArray[np.bool_]
    again: Floats


def main(arguments: list[str]) -> None:
    """Collect the pairs, fit, and write what came out."""
    folders = sorted(path for path in (Path(arguments[0]) / "stackexchange").iterdir() if path.is_dir())
    pairs = [_collect(folder) for folder in folders]
    same = np.concatenate([one.same for one in pairs])
    held_out = np.concatenate([_foreseen(one, pairs, one.features) for one in pairs])
    again = np.concatenate([_foreseen(one, pairs, one.again) for one in pairs])
    _write_model(_fit(pairs), pairs)
    picture = _ROOT / "docs/images/same-problem.svg"
    picture.write_text(_curve(held_out, same), encoding="utf-8")
    print(f"{len(same):,} pairs, {same.sum()} of them the same problem")
    print("| probability of at least | pairs | precision | recall | asked again |\n|---|---|---|---|---|")
    for limit in _TOLD:
        print(_row(limit, held_out, same, again))


def _collect(folder: Path) -> _Pairs:
    """Let every question of a site find the questions before it."""
    collection = Collection(f"stackexchange/{folder.name}", Task.SIMILAR, folder, (), {})
    settings = replace(read_settings(), votes_weight=0.0)
    found: list[tuple[list[float], bool]] = []
    again: list[list[float]] = []
    with open_library(collection, settings, default_cache(), Quiet()) as library:
        owner = library.catalog.owner()
        engine = Engine(library.catalog, library.settings, library.encoder)
        questions = _questions(library.catalog, owner)
        same = _Same(questions, folder.name)
        for number, question in enumerate(questions.values(), start=1):
            for text in _forms(question):
                filters = Filters(until=question.created, kinds=frozenset({Kind.QUESTION}))
                pairs = _pairs(engine, owner, text, filters, question.id)
                found += [(values, same.problem(question.id, other)) for other, values in pairs]
            if number % _AGAIN == 0:
                pairs = _pairs(
                    engine, owner, plain(question.title), Filters(kinds=frozenset({Kind.QUESTION}))
                )
                again += [values for other, values in pairs if other == question.id]
            print(f"{folder.name}: {number} of {len(questions)}", end="\r", flush=True)
    values, labels = zip(*found, strict=True)
    return _Pairs(folder.name, np.array(values), np.array(labels, bool), np.array(again))


def _questions(catalog: Catalog, viewer: Viewer) -> dict[str, Item]:
    with catalog.read(viewer) as reader:
        return {item.id: item for item in reader.each_item() if item.kind is Kind.QUESTION}


def _forms(question: Item) -> Iterator[str]:
    title = plain(question.title)
    yield title
    yield f"{title}\n\n{plain_text(question.text)}"


def _pairs(
    engine: Engine, viewer: Viewer, text: str, filters: Filters, itself: str | None = None
) -> list[tuple[str, list[float]]]:
    """The best problems for a text, each with what the model sees of it."""
    hits = [hit for hit in engine.search(viewer, text, filters, _SHOWN + 1) if hit.item.id != itself]
    ahead = leads([hit.score for hit in hits])
    pairs = zip(hits, ahead, strict=True)
    return [
        (hit.item.id, [hit.meaning, lead, title_overlap(text, plain(hit.item.title))]) for hit, lead in pairs
    ][:_SHOWN]


class _Same:
    """Which questions people hold to be the same."""

    def __init__(self, questions: dict[str, Item], site: str) -> None:
        self._parents: dict[str, str] = {}
        for item in questions.values():
            for link in item.links:
                other = f"{item.source}:{link.key}"
                if link.kind is LinkKind.DUPLICATE and other in questions:
                    self._parents[self._root(item.id)] = self._root(other)
        rows = (line.split("\t") for line in _JUDGED.read_text(encoding="utf-8").splitlines()[1:])
        self._judged = {
            (later, earlier) for name, later, earlier, told in rows if name == site and told == "1"
        }

    def problem(self, later: str, earlier: str) -> bool:
        """Whether two questions are one problem."""
        keys = later.rpartition(":")[2], earlier.rpartition(":")[2]
        return self._root(later) == self._root(earlier) or keys in self._judged

    def _root(self, item_id: str) -> str:
        while (parent := self._parents.get(item_id, item_id)) != item_id:
            item_id = parent
        return item_id


# --- the model ---


def _fit(pairs: Sequence[_Pairs]) -> LogisticRegression:
    features = np.concatenate([values for one in pairs for values in (one.features, one.again)])
    same = np.concatenate([values for one in pairs for values in (one.same, np.ones(len(one.again), bool))])
    return LogisticRegression(C=10, max_iter=1000).fit(features, same)


def _foreseen(held_out: _Pairs, pairs: Sequence[_Pairs], features: Floats) -> Floats:
    """Probabilities by the model of the other sites, for features of shape [n, features]; shape [n]."""
    model = _fit([one for one in pairs if one is not held_out])
    return np.asarray(model.predict_proba(features)[:, 1])


def _write_model(model: LogisticRegression, pairs: Sequence[_Pairs]) -> None:
    told = {
        "features": list(FEATURES),
        "bias": round(float(model.intercept_[0]), 3),
        "weights": [round(float(weight), 3) for weight in model.coef_[0]],
        "threshold": _THRESHOLD,
        "record": {
            "fitted_by": "python -m bench.fit_same_problem PACKS",
            "sites": [one.site for one in pairs],
            "pairs": sum(len(one.same) for one in pairs),
            "same": int(sum(one.same.sum() for one in pairs)),
            "asked_again": sum(len(one.again) for one in pairs),
            "model": read_settings().model,
        },
    }
    path = _ROOT / "search/similar/same_problem.json"
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


# --- what it shows ---


def _row(limit: float, probabilities: Floats, same: npt.NDArray[np.bool_], again: Floats) -> str:
    """A row of the table: what is said at a limit, how much of it is right, and what is missed."""
    said = probabilities >= limit
    right = int((said & same).sum())
    cells = (limit, said.sum(), f"{right / max(said.sum(), 1):.0%}", f"{right / same.sum():.0%}")
    return "| " + " | ".join(map(str, (*cells, f"{(again >= limit).mean():.0%}"))) + " |"


def _curve(probabilities: Floats, same: npt.NDArray[np.bool_]) -> str:
    """Precision over recall as a picture."""
    ranked = same[np.argsort(-probabilities)]
    right = np.cumsum(ranked)
    precision, recall = right / np.arange(1, len(ranked) + 1), right / ranked.sum()
    kept = np.flatnonzero(ranked)
    points = " ".join(f"{60 + 480 * recall[i]:.1f},{260 - 240 * precision[i]:.1f}" for i in kept)
    ticks = "".join(
        f'<text x="{60 + 480 * share:.0f}" y="280" text-anchor="middle">{share:.0%}</text>'
        f'<text x="52" y="{264 - 240 * share:.0f}" text-anchor="end">{share:.0%}</text>'
        f'<path d="M60 {260 - 240 * share:.0f}H540" stroke="#8884"/>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 310" font-family="sans-serif"
  font-size="12"><rect width="560" height="310" fill="#fff"/><g fill="#444">{ticks}
<text x="300" y="302" text-anchor="middle">recall: share of the same problems that are named</text>
<text x="16" y="140" transform="rotate(-90 16 140)" text-anchor="middle">precision</text></g>
<polyline points="{points}" fill="none" stroke="#2f7d4f" stroke-width="2"/></svg>
"""


if __name__ == "__main__":
    main(sys.argv[1:])
