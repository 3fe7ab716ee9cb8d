"""Whatever a table, a corpus or a dump holds, reading it gives items and clear errors, and nothing else."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import UnreadableError
from catalog.nouns import Community, Item
from ingest.config import Config
from ingest.documents import Document
from ingest.sources.protocol import FileKind, Place, Record, Unit
from ingest.sources.stackexchange import source as stackexchange
from ingest.sources.tables import beir
from ingest.sources.tables import source as table
from ingest.tree import open_tree

PIECES = st.sampled_from(
    [
        *(
            b'"',
            b"'",
            b",",
            b";",
            b"\t",
            b"\n",
            b"\r\n",
            b"\0",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\xe9",
            b"sep=;",
        ),
        *(b"title", b"lesson", b"question", b"answer", b"date", b"id", b"_id", b"text", b"tags", b"author"),
        *(b"[", b"]", b"{", b"}", b":", b"null", b"1e999", b"\\ud800", b"<b>", b"&amp;", b"31/02/2024", b"?"),
        *(
            b"<posts>",
            b'<row Id="1" PostTypeId="1" Title="x" ',
            b'Body="&lt;p>" ',
            b"/>",
            b"</posts>",
            b"<!--",
        ),
        *(b'<row Id="2" PostTypeId="2" ParentId="1" ', b'OwnerUserId="99999999999999999" ', b"<!DOCTYPE"),
    ]
)
CONTENT = st.lists(PIECES | st.binary(max_size=8), max_size=60).map(b"".join)


class NoParser:
    """None of these kinds hands on documents."""

    def parse(self, path: Path, where: str) -> Document:
        """Never happens."""
        raise AssertionError(f"{where} ({path}) was taken for a document")


def read(kind: FileKind, folder: Path) -> list[Record]:
    """All records that a kind makes of a folder, and the error that ended reading."""
    tree = open_tree(folder, folder)
    records: list[Record] = []
    for found in kind.find(tree, tree.keys()):
        source = kind.open(found, Place("fuzz", tree, Community("plots", "Plots"), Config(), NoParser()))
        for unit in source.units():
            try:
                records += source.read(unit) if isinstance(unit, Unit) else [unit]
            except UnreadableError as error:
                records.append(error)
    return records


@pytest.mark.parametrize(
    ("kind", "name", "start"),
    [
        (table.KIND, "a.csv", b"title,lesson\n"),
        (table.KIND, "a.tsv", b"question\tanswer\n"),
        (table.KIND, "a.jsonl", b'{"title": "x"}\n'),
        (table.KIND, "a.json", b'[{"title": "x", "lesson": "y"},'),
        (table.KIND, "a.xlsx", b"PK\x03\x04"),
        (beir.KIND, "corpus.jsonl", b'{"_id": "1", "text": "x"}\n'),
        (beir.KIND, "corpus.jsonl.gz", b"\x1f\x8b\x08\x00"),
        (stackexchange.KIND, "Posts.xml", b"<posts>"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
@settings(max_examples=60, deadline=None)
@given(content=CONTENT)
def test_anything_gives_items_or_errors(kind: FileKind, name: str, start: bytes, content: bytes) -> None:
    """Items have a key, a title and a text; all else is an error that names the file."""
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(start + content)
        for record in read(kind, Path(folder)):
            if isinstance(record, Item):
                assert record.key
                assert record.title
                assert record.text or kind is stackexchange.KIND  # a question may be its title alone
            else:
                assert isinstance(record, UnreadableError)
                assert name in record.where
