"""Measuring answers: on a small collection with marked evidence, and what each figure is made of."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catalog.settings import Settings, read_settings
from evals.answers.abstaining import auroc, risk_coverage
from evals.answers.citations import faults
from evals.answers.evidence import read_marked
from evals.answers.measure import collections_in, measure_answers
from evals.answers.mutations import negated, other_name, other_number
from evals.errors import EvalError
from search.results import Answer
from tests.evals.build import collection
from tests.evals.test_evaluate import Silent

HOE = ["A blunt hoe is a burden to everybody.", "Sharpen the blunt hoe with a file every spring."]
SLUGS = ["Slugs eat the young lettuce at night.", "Beer traps catch most of the slugs in 3 days."]
DOCUMENTS = (
    {"_id": "d1", "title": "Tools", "text": " ".join(HOE), "sentences": HOE},
    {"_id": "d2", "title": "Slugs", "text": " ".join(SLUGS), "sentences": SLUGS},
)
QUERIES = (
    {"_id": "q1", "text": "How do I sharpen a blunt hoe with a file?"},
    {"_id": "q2", "text": "Do beer traps catch slugs?"},
)
QRELS = (("q1", "d1", 1), ("q2", "d2", 1))
EVIDENCE = '{"claim": "q1", "doc": "d1", "sentences": [1]}\n{"claim": "q2", "doc": "d2", "sentences": [1]}\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A model that needs no weights, and an answer to whatever is asked."""
    given = {
        "library": tmp_path / "library",
        "model": "hash:256",
        "answer_threshold": 0,
        "partial_threshold": 0,
    }
    return read_settings(given, {})


def marked(folder: Path, evidence: str = EVIDENCE) -> Path:
    """A collection in which somebody has marked the sentences that answer."""
    collection(folder, DOCUMENTS, QUERIES, QRELS)
    (folder / "evidence.jsonl").write_text(evidence)
    return folder


def test_answers_are_measured_on_a_collection(tmp_path: Path, settings: Settings) -> None:
    """The marked sentences are found, and every citation leads to what it quotes."""
    subjects = collections_in(marked(tmp_path / "garden" / "tools"), settings, tmp_path / "cache", Silent())
    (report,) = measure_answers(subjects, Silent())
    figures = {(one.group, one.what): one for one in report.figures}

    assert report.collection == "garden/tools dev"
    assert figures["citations", "lead to the very words that they quote"].value == 1.0
    best = figures["evidence", "the best sentence is marked"]
    assert (best.value, best.baseline, best.count) == (1.0, 1.0, 2)
    assert figures["check of sentences", "refused though untouched"].value == 0.0
    assert "give a second collection" in report.notes[-1]


def test_a_citation_that_leads_elsewhere_is_found(tmp_path: Path, settings: Settings) -> None:
    """A span that was moved, a number without a source, a sentence without a number, what is not there."""
    (subject,) = collections_in(marked(tmp_path / "tools"), settings, tmp_path / "cache", Silent())
    with subject.open() as opened:
        answer = opened.engine.answer(opened.viewer, "How do I sharpen a blunt hoe with a file?").answer
        (cited, *rest), (said, *more) = answer.citations, answer.sentences
        broken = (
            replace(answer, citations=(replace(cited, spans=((1, 9),)), *rest)),
            replace(answer, sentences=(replace(said, citations=(7,)), *more)),
            replace(answer, sentences=(replace(said, citations=()), *more)),
            replace(answer, sentences=(replace(said, text="Sharpen it never."), *more)),
            replace(answer, citations=(replace(cited, item=replace(cited.item, key="gone")), *rest)),
        )
        with opened.engine.catalog.read(opened.viewer) as reader:

            def wrong(told: Answer) -> set[int]:
                return set(faults(reader, told))

            assert wrong(answer) == set()
            assert all(map(wrong, broken))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"claim": "q1", "doc": "d1", "sentences": [9]}', "line 1: document d1 has no such sentences"),
        ('{"claim": "q1", "sentences": "all"}', "line 1: "),
        ("{", "evidence.jsonl"),
    ],
)
def test_evidence_that_cannot_be_used_is_told(
    tmp_path: Path, settings: Settings, line: str, told: str
) -> None:
    """With the file and the line."""
    (subject,) = collections_in(marked(tmp_path / "tools", line), settings, tmp_path, Silent())
    assert subject.collection is not None
    with pytest.raises(EvalError, match=r"evidence\.jsonl") as error:
        read_marked(subject.collection)
    assert told in str(error.value)


def test_a_folder_that_is_none_is_told(tmp_path: Path, settings: Settings) -> None:
    """With what could be given instead."""
    with pytest.raises(EvalError, match="is no folder; give a test collection, a folder of posts, or `own`"):
        collections_in(tmp_path / "nothing", settings, tmp_path, Silent())


def test_the_area_under_the_curve_is_how_often_the_right_one_is_higher() -> None:
    """Equal ones count half."""
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([0.9, 0.1], [0.5]) == 0.5


def test_risk_rises_with_what_is_answered() -> None:
    """The surest first: of four questions, the one without an answer is the third."""
    confidence = np.array([0.9, 0.2, 0.8, 0.4])
    right = np.array([True, True, True, False])
    coverage, risk = risk_coverage(confidence, right, np.ones(4))
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == [0.0, 0.0, pytest.approx(1 / 3), 0.25]


def test_sentences_are_changed_so_that_they_say_something_else() -> None:
    """Or not at all, where there is nothing to change."""
    rng = random.Random(1)  # noqa: S311 - no secret
    assert other_number("Wait 3 days.", rng) not in ("", "Wait 3 days.")
    assert other_number("Wait some days.", rng) == ""
    assert negated("Do not open it.", rng) == "Do open it."
    assert negated("It is open.", rng) == "It is not open."
    assert negated("Open it.", rng) == ""
    assert other_name("Ask Anna for it.", ["Bert"], rng) == "Ask Bert for it."
    assert other_name("ask for it.", ["Bert"], rng) == ""
