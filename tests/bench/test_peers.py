"""What every peer is given to rank, and the run files that come back."""

from __future__ import annotations

import gzip
from pathlib import Path

from bench.peers.sets import Ranking, Set, Text, allowed, read, run_lines, write_runs

CORPUS = """{"_id": "1", "title": "Head", "text": "Why does foam fall?", "created": "1970-01-01T00:00:10"}
{"_id": "2", "title": "Foam", "text": "It falls too soon.", "created": "1970-01-01T00:00:20"}
"""
QUERIES = """{"_id": "2", "title": "Foam", "body": "It falls.", "created": "1970-01-01T00:00:20"}
{"_id": "unjudged", "text": "hops"}
{"_id": "claim", "text": "Foam is made of bubbles."}
"""
QRELS = "query-id\tcorpus-id\tscore\n2\t1\t2\nclaim\t1\t1\n"


def a_folder(root: Path) -> Path:
    """A set of two documents and two judged queries, in BEIR layout."""
    folder = root / "beer"
    (folder / "qrels").mkdir(parents=True)
    with gzip.open(folder / "corpus.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(CORPUS)
    (folder / "queries.jsonl").write_text(QUERIES, encoding="utf-8")
    (folder / "qrels" / "dev.tsv").write_text(QRELS, encoding="utf-8")
    return folder


def _first_document_for_all(given: Set) -> list[tuple[str, Ranking]]:
    return [(query.id, [(given.documents[0].id, 0.9)]) for query in given.queries]


def test_a_set_is_read_with_its_judged_queries(tmp_path: Path) -> None:
    """A text is title, blank line and body; a query with a body is itself a document."""
    assert read(a_folder(tmp_path), "dev") == Set(
        "beer",
        [Text("1", "Head\n\nWhy does foam fall?", 10.0), Text("2", "Foam\n\nIt falls too soon.", 20.0)],
        [Text("2", "Foam\n\nIt falls.", 20.0, is_document=True), Text("claim", "Foam is made of bubbles.")],
    )


def test_dates_count_only_where_a_query_has_one(tmp_path: Path) -> None:
    """Documents of a set without dated queries may write their dates in any form."""
    folder = a_folder(tmp_path)
    with gzip.open(folder / "corpus.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"_id": "1", "title": "Head", "text": "", "created": "09/20/2021"}\n')
    (folder / "queries.jsonl").write_text('{"_id": "claim", "text": "Foam is air."}\n', encoding="utf-8")

    assert read(folder, "dev") == Set("beer", [Text("1", "Head")], [Text("claim", "Foam is air.")])


def test_only_what_was_written_strictly_before_may_answer_a_dated_query() -> None:
    """A document of the same second, a later one and one without a date may not."""
    query = Text("2", "Foam", 20.0, is_document=True)
    documents = [
        Text("1", "", 10.0),
        Text("2", "", 20.0),
        Text("3", "", 20.0),
        Text("4", "", 30.0),
        Text("5", ""),
    ]

    assert [document.id for document in documents if allowed(query, document)] == ["1"]


def test_a_document_never_answers_itself() -> None:
    """A plain query may well have the id of a document; a query that is a document may not find itself."""
    document = Text("7", "Foam")

    assert allowed(Text("7", "foam"), document)
    assert not allowed(Text("7", "Foam", is_document=True), document)


def test_a_run_keeps_the_order_of_equal_scores() -> None:
    """The score written is how many documents follow, so no tool can put equal ones in another order."""
    assert list(run_lines("txtai", [("q", [("b", 0.5), ("a", 0.5)])])) == [
        "q Q0 b 1 1 txtai\n",
        "q Q0 a 2 0 txtai\n",
    ]


def test_a_run_file_for_each_set(tmp_path: Path) -> None:
    """It is named after the peer and the set's folder."""
    folder, out = a_folder(tmp_path), tmp_path / "runs"

    write_runs("peer", ["dev", str(folder), str(out)], _first_document_for_all)

    assert {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()} == {
        "peer.beer.run": "2 Q0 1 1 0 peer\nclaim Q0 1 1 0 peer\n"
    }
