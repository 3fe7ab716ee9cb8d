"""Reading test collections, good and bad ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evals.collections import load
from evals.errors import EvalError
from evals.nouns import Document, Query, Task
from tests.evals.build import DOCUMENTS, QRELS, QUERIES, collection


def test_a_folder_in_the_layout_of_beir_is_recognised(tmp_path: Path) -> None:
    """Where queries have a body or a date, what is asked are problems."""
    (found,) = load(collection(tmp_path / "garden" / "tools"))
    assert (found.name, found.task) == ("garden/tools dev", Task.SIMILAR)
    march = datetime(2024, 3, 1, tzinfo=UTC)
    assert found.queries == (
        Query("q1", "Is there a cure for a blunt hoe?"),
        Query("d3", "Hoe sharpening\n\nA file makes a hoe sharp.", march),
    )
    assert found.qrels == {"q1": {"d1": 1}, "d3": {"d1": 2}}
    assert found.warnings == ()

    (plain,) = load(collection(tmp_path / "plain", queries=QUERIES[:1], qrels=QRELS[:1]))
    assert plain.task is Task.SEARCH


def test_only_older_documents_may_answer_and_never_the_query_itself() -> None:
    """A document that was written at the same second, or at nobody knows when, is not older."""
    query = Query("q", "?", datetime(2024, 3, 1, tzinfo=UTC))

    def may(key: str, day: int | None) -> bool:
        return Document(key, "", "", day and datetime(2024, 2, day, tzinfo=UTC)).may_answer(query)  # type: ignore[arg-type]

    assert [may("a", 29), may("q", 29), may("a", None)] == [True, False, False]
    assert not Document("a", "", "", query.until).may_answer(query)
    assert Document("a", "", "").may_answer(Query("b", "?"))


def test_collections_below_a_folder_are_found(tmp_path: Path) -> None:
    """All of them, in the order of their names."""
    for name in ("two", "one"):
        collection(tmp_path / "sets" / name)
    assert [one.name for one in load(tmp_path)] == ["sets/one dev", "sets/two dev"]


def test_what_is_odd_is_told_and_the_rest_counts(tmp_path: Path) -> None:
    """Unknown queries are left out; unknown documents stay relevant, so nothing can find them."""
    folder = collection(
        tmp_path / "s" / "odd",
        documents=(*DOCUMENTS, {"_id": "d1", "text": "Again."}),
        qrels=(*QRELS, ("q1", "lost", 1), ("stranger", "d1", 1)),
    )
    (found,) = load(folder)
    assert found.qrels["q1"] == {"d1": 1, "lost": 1}
    assert found.warnings == (
        f"{folder}/corpus.jsonl: 1 (d1) ids of documents occur more than once; the first of each counts",
        f"{folder}/qrels/dev.tsv: judgments of 1 (stranger) unknown queries are left out",
        f"{folder}/qrels/dev.tsv: 1 (lost) relevant documents are not in the collection; "
        "they count as relevant, and nothing can find them",
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"qrels": ()},
            "dev.tsv: holds no relevant document; each line is: query, document, 1 (tabs between)",
        ),
        ({"qrels": (("q1", "d1", 0),)}, "dev.tsv: holds no relevant document"),
        (
            {"qrels": ("q1 d1 one",)},
            "dev.tsv line 2: is no judgment; it should be query, document and a whole",
        ),
        (
            {"qrels": (("x", "d1", 1),)},
            "dev.tsv: judges none of the 2 queries; see whether the ids are the same",
        ),
        ({"queries": ("{not json",)}, "queries.jsonl line 1: "),
        ({"queries": ({"_id": "q1"},)}, "queries.jsonl line 1: has no text; give the query one"),
        ({"queries": ({"text": "a?"},)}, "queries.jsonl line 1: has no _id; give each line one"),
        (
            {"queries": ({"_id": "q1", "text": "a?", "created": "soon"},)},
            "queries.jsonl line 1: created 'soon' is no date; write it as 2024-03-14T09:30:00",
        ),
        ({"documents": ('{"_id": 1}', "]")}, "corpus.jsonl line 2: "),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, values: dict[str, Any], message: str) -> None:
    """The file and the line, and what to do."""
    with pytest.raises(EvalError, match=re.escape(message)):
        load(collection(tmp_path / "set", **values))


def test_a_split_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    """And where there are several of which none is called dev or test, one has to be chosen."""
    folder = collection(tmp_path, split="spring")
    assert load(folder)[0].queries
    with pytest.raises(EvalError, match=r"--split autumn: no such split Give --split and one of spring"):
        load(folder, "autumn")
    collection(tmp_path, split="summer")
    with pytest.raises(EvalError, match=r"which split\? Give --split and one of spring, summer"):
        load(folder)


def test_no_collection_no_measurement(tmp_path: Path) -> None:
    """Neither a file nor a folder of something else."""
    with pytest.raises(
        EvalError, match=r"holds no test collection: neither corpus\.jsonl, queries\.jsonl and qrels/"
    ):
        load(tmp_path)
    with pytest.raises(EvalError, match="is no folder; give that of a test collection, or `own`"):
        load(tmp_path / "nowhere")
