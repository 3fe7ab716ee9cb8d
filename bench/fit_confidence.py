"""Fits the model by which Copse answers or abstains, and shows what is risked for how much is answered.

`python -m bench.fit_confidence PACKS`, PACKS being a folder with `stackexchange/SITE` dumps and other test
collections. Every site's questions are asked with their own thread there, with only a linked one there, and
with nothing of it there; and the questions of the other collections are asked as well, which none of the
site's threads should answer. The figures and the curve of a site are those of a model fitted on the others.

Prints the constants of `search/answer/confidence.py` and the tables of `docs/answers.md`, and draws the
picture that is shown there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from bench.quiet import Quiet
from catalog.settings import read_settings
from evals.answers.abstaining import ANSWERABLE, Case, Read, auroc, read_cases, risk_coverage
from evals.answers.asked import some_of
from evals.answers.measure import Subject, collections_in
from evals.library import default_cache
from evals.tables import find
from search.answer.confidence import Signals

_ROOT = Path(__file__).parent.parent
_PICTURE = _ROOT / "docs/images/risk-coverage.svg"
_STRANGERS = 100  # questions that each other collection lends
_TOLD = (0.2, 0.35, 0.5, 0.65, 0.8)

# How much each case counts, whatever its number of questions: half of all is answerable.
_COUNTS = {Case.OWN: 0.5, Case.DUPLICATE: 1.5, Case.RELATED: 0.7, Case.REMOVED: 0.8, Case.FOREIGN: 1.0}
_COLOURS = ("#2f7d4f", "#1d4f91", "#b4451f")
_DASHES = ("", "7 4", "2 3")

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Site:
    """What was read on one site.

    Args:
        name: Its name.
        read: The signals of its questions in every case.

    Attributes:
        features: Of each question, of shape [n, 4].
        there: Whether its answer is there, of shape [n].
        weights: How much it counts, of shape [n].
        cases: In which case it is.
    """

    def __init__(self, name: str, read: Read) -> None:
        self.name = name
        rows = [(case, signals) for case, found in read.items() for signals in found]
        self.cases = [case for case, _ in rows]
        self.features = np.array([_features(signals) for _, signals in rows])
        self.there: Bools = np.array([case in ANSWERABLE for case in self.cases])
        self.weights = np.array([_COUNTS[case] / len(read[case]) for case in self.cases])


def main(arguments: list[str]) -> None:
    """Read every site, fit, and show what came out."""
    packs = Path(arguments[0])
    settings, cache, quiet = read_settings(), default_cache(), Quiet()
    folders = sorted(path for path in (packs / "stackexchange").iterdir() if path.is_dir())
    others = [packs / "retrieval/scifact", packs / "similar/nasa_llis"]
    subjects = [one for path in folders for one in collections_in(path, settings, cache, quiet)]
    lent = {subject.name: _texts(subject) for subject in subjects}
    lent |= {str(path): _queries(path) for path in others if find(path, "queries")}
    sites = [_read(subject, lent) for subject in subjects]
    held_out = {site.name: _foreseen(site, sites) for site in sites}
    model = _fit(sites)
    print("constants:", model.intercept_.round(2), model.coef_.round(2))
    for site in sites:
        for row in _table(site, held_out[site.name]):
            print(row)
    _PICTURE.write_text(_picture(sites, held_out), encoding="utf-8")


def _texts(subject: Subject) -> list[str]:
    with subject.open() as opened:
        return [one.text for one in some_of(opened.asked, _STRANGERS)]


def _queries(folder: Path) -> list[str]:
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()[:_STRANGERS]
    return [str(row.get("title") or row["text"]).split("\n")[0] for row in map(json.loads, lines)]


def _read(subject: Subject, lent: Mapping[str, Sequence[str]]) -> Site:
    foreign = [text for name, texts in lent.items() if name != subject.name for text in texts]

    def progress(done: int, total: int) -> None:
        print(f"{subject.name}: {done} of {total}", end="\r", file=sys.stderr, flush=True)

    with subject.open() as opened:
        return Site(subject.name, read_cases(opened.engine, opened.viewer, opened.asked, foreign, progress))


def _features(signals: Signals | None) -> list[float]:
    if signals is None:
        return [0.0, 0.0, 0.0, 0.0]
    return [signals.top, signals.meaning, signals.sentence, signals.coverage]


# --- the model ---


def _fit(sites: Sequence[Site]) -> LogisticRegression:
    weights = np.concatenate([site.weights for site in sites])
    return LogisticRegression(C=10, max_iter=2000).fit(
        np.concatenate([site.features for site in sites]),
        np.concatenate([site.there for site in sites]),
        sample_weight=weights * len(weights) / weights.sum(),
    )


def _foreseen(held_out: Site, sites: Sequence[Site]) -> Floats:
    """Confidences by the model of the other sites, of shape [n]."""
    model = _fit([site for site in sites if site is not held_out])
    return np.asarray(model.predict_proba(held_out.features)[:, 1])


# --- what it shows ---


def _table(site: Site, confidence: Floats) -> Iterator[str]:
    """Areas under the ROC curve, and what is answered at some thresholds."""
    by_case = {
        case: confidence[[one is case for one in site.cases]] for case in Case if case in set(site.cases)
    }
    yield f"\n{site.name}: " + ", ".join(f"{len(found)} {case.name}" for case, found in by_case.items())
    for there in ANSWERABLE:
        for absent in (Case.REMOVED, Case.FOREIGN):
            if there in by_case and absent in by_case:
                yield f"AUROC {there.name} / {absent.name}: {auroc(by_case[there], by_case[absent]):.3f}"
    yield "| threshold | " + " | ".join(case.value for case in by_case) + " |"
    for limit in _TOLD:
        yield f"| {limit} | " + " | ".join(f"{(f >= limit).mean():.0%}" for f in by_case.values()) + " |"


def _picture(sites: Sequence[Site], confidence: Mapping[str, Floats]) -> str:
    """Risk over coverage, a line for each site; told apart by colour and by dashes."""
    lines, names = [], []
    for at, site in enumerate(sites):
        coverage, risk = risk_coverage(confidence[site.name], site.there, site.weights)
        points = " ".join(f"{_x(c):.1f},{_y(r):.1f}" for c, r in zip(coverage, risk, strict=True))
        style = f'stroke="{_COLOURS[at % 3]}" stroke-dasharray="{_DASHES[at % 3]}" stroke-width="2"'
        lines.append(f'<polyline points="{points}" fill="none" {style}/>')
        names.append(
            f'<path d="M90 {48 + 20 * at}h36" {style}/><text x="134" y="{52 + 20 * at}">{site.name}</text>'
        )
    return _FRAME.format(ticks=_ticks(), lines="\n".join(lines), names="\n".join(names))


_FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 310" font-family="sans-serif"
  font-size="12"><rect width="560" height="310" fill="#fff"/><g fill="#444">{ticks}
<text x="300" y="302" text-anchor="middle">coverage: share of all questions that are answered</text>
<text x="16" y="140" transform="rotate(-90 16 140)" text-anchor="middle">risk: answered wrongly</text>
{names}</g>
{lines}
</svg>
"""


def _x(share: float) -> float:
    return 60 + 480 * share


def _y(share: float) -> float:
    return 260 - 440 * share  # half of all questions have no answer, so more than a half is never risked


def _ticks() -> str:
    across = "".join(
        f'<text x="{_x(one):.0f}" y="280" text-anchor="middle">{one:.0%}</text>'
        for one in (0, 0.25, 0.5, 0.75, 1)
    )
    up = "".join(
        f'<text x="52" y="{_y(one) + 4:.0f}" text-anchor="end">{one:.0%}</text>'
        f'<path d="M60 {_y(one):.0f}H540" stroke="#8884"/>'
        for one in (0, 0.1, 0.2, 0.3, 0.4, 0.5)
    )
    return across + up


if __name__ == "__main__":
    main(sys.argv[1:])
