"""Test collections in the layout of BEIR (https://arxiv.org/abs/2104.08663)."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from catalog.errors import UnreadableError
from catalog.nouns import Community, Contribution, Identity, IdentityKind, Item, Kind, Person, Role
from ingest.sources.protocol import Found, Record, Unit
from ingest.sources.tables.beir import KIND, BeirSource
from ingest.tree import open_tree
from tests.ingest.contract import SourceContract


def corpus(folder: Path, *documents: Any, name: str = "corpus.jsonl") -> BeirSource:
    """A corpus of these documents; a text is a line as it is."""
    lines = (one if isinstance(one, str) else json.dumps(one) for one in documents)
    data = "".join(f"{line}\n" for line in lines).encode()
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return BeirSource("beans", open_tree(folder, folder), name, Community("plots", "Plots"))


def read(source: BeirSource) -> list[Record]:
    """All records of a corpus."""
    (unit,) = source.units()
    assert isinstance(unit, Unit)
    return list(source.read(unit))


def test_a_document_becomes_an_item(tmp_path: Path) -> None:
    """All fields together, from the document itself or from its metadata; its text is inert."""
    document = {
        "_id": "doc-1",
        "title": "Frost",
        "text": "Cover <b>early</b>.",
        "created": "2024-04-25",
        "tags": ["Frost", "beans"],
        "score": 12,
        "metadata": {"url": "https://x.example/1", "authors": ["Ann Lee"], "kind": "lesson"},
    }
    day = datetime(2024, 4, 25, tzinfo=UTC)
    ann = Person("Ann Lee", frozenset({Identity(IdentityKind.HANDLE, "beans", "ann lee")}))
    assert read(corpus(tmp_path, document)) == [
        Item(
            source="beans",
            key="doc-1",
            kind=Kind.LESSON,
            title="Frost",
            text="Cover &lt;b>early&lt;/b>.",
            community="plots",
            url="https://x.example/1",
            created=day,
            tags=("beans", "frost"),
            votes=12,
            contributions=(Contribution(ann, Role.AUTHORED, day),),
        )
    ]


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_a_title_or_a_text_is_enough(tmp_path: Path, name: str) -> None:
    """What is missing is taken from the other; compressed or not is the same."""
    source = corpus(tmp_path, {"_id": 1, "text": "Cover early."}, {"_id": 2, "title": "Mice"}, name=name)
    items = [record for record in read(source) if isinstance(record, Item)]
    assert [(item.key, item.kind, item.title, item.text) for item in items] == [
        ("1", Kind.DOCUMENT, "Cover early.", "Cover early."),
        ("2", Kind.DOCUMENT, "Mice", "Mice"),
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"_id"', "is not JSON ("),
        ("[3]", "is not a JSON object;"),
        ('{"text": "x"}', "has no _id; it was left out"),
        ('{"_id": "3", "text": " "}', "has neither a title nor a text; it was left out"),
        ('{"_id": "1", "text": "x"}', "is 1 like line 1; give each document an _id of its own"),
    ],
)
def test_a_bad_line_costs_only_itself(tmp_path: Path, line: str, complaint: str) -> None:
    """The error names the line, and the documents after it are read."""
    first, error, last = read(corpus(tmp_path, {"_id": "1", "text": "A"}, line, {"_id": "2", "text": "B"}))
    assert [one.key for one in (first, last) if isinstance(one, Item)] == ["1", "2"]
    assert str(error).startswith(f"{tmp_path}/corpus.jsonl line 2: {complaint}")


def test_a_truncated_archive_is_damaged(tmp_path: Path) -> None:
    """A copy of a compressed corpus that broke off says so."""
    source = corpus(tmp_path, {"_id": "1", "text": "A" * 1000}, name="corpus.jsonl.gz")
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(UnreadableError, match=r"corpus\.jsonl\.gz: is damaged \(.*\); copy it again"):
        read(source)


def test_a_corpus_takes_its_queries_and_judgments(tmp_path: Path) -> None:
    """They are no knowledge; what else lies in the folder, and JSON Lines without an `_id`, stay free."""
    for folder in ("a", "b", "c"):
        (tmp_path / folder / "qrels").mkdir(parents=True)
    corpus(tmp_path / "a", {"_id": "1", "text": "A"})
    corpus(tmp_path / "b", {"_id": "1", "text": "A"}, name="corpus.jsonl.gz")
    corpus(tmp_path / "c", {"title": "A"})
    for name in ("a/queries.jsonl", "a/qrels/test.tsv", "a/notes.md"):
        (tmp_path / name).touch()
    tree = open_tree(tmp_path, tmp_path)
    assert list(KIND.find(tree, tree.keys())) == [
        Found("a", ("a/corpus.jsonl", "a/queries.jsonl", "a/qrels/test.tsv")),
        Found("b", ("b/corpus.jsonl.gz",)),
    ]


class TestContract(SourceContract):
    """A corpus keeps the rules that hold for all kinds."""

    names: ClassVar = {"Ann Lee", "Bo Ek"}
    edited = "2"
    deleted = "4"

    def write(self, at: Path) -> None:
        """Four documents of two people."""
        corpus(at, *map(self.document, range(1, 5)))

    def change(self, at: Path) -> None:
        """One document is edited, the last one is gone."""
        corpus(at, *map(self.document, (1,)), self.document(2) | {"text": "Changed."}, self.document(3))

    def document(self, number: int) -> dict[str, Any]:
        """One document."""
        author = "Ann Lee" if number % 2 else "Bo Ek"
        return {"_id": str(number), "text": f"Bed {number}.", "created": "2024-04-25", "author": author}
