"""Whatever is wrong with a file or an export: records or reasons come out of it, nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Item
from ingest import formats
from ingest.documents import Document
from ingest.formats import SUFFIXES
from ingest.sources.kinds import FILE_KINDS
from ingest.sources.protocol import Record
from tests.ingest.damage import damaged
from tests.ingest.every_format import PICTURES, build
from tests.ingest.every_kind import EXAMPLES, files_of, records

_SEEDS = st.integers(0, 2**32 - 1)
_RECORDS = (*get_args(Record), SourceError)
_SHORT = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def valid(suffix: str) -> bytes:
    """A small file; of a picture, only its first bytes matter to what reads it here."""
    return b"\x89PNG\r\n" if suffix in PICTURES else build(suffix)


@cache
def example(kind: str) -> dict[str, bytes]:
    """The files of a small export."""
    with TemporaryDirectory() as folder:
        return files_of(kind, Path(folder))


@pytest.mark.parametrize("suffix", SUFFIXES)
@_SHORT
@given(seed=_SEEDS)
def test_a_damaged_file_gives_a_document_or_a_reason(suffix: str, seed: int) -> None:
    """Of every format."""
    try:
        read = formats.read(damaged(valid(suffix), Random(seed)), f"a{suffix}")  # noqa: S311 - not for secrets
    except UnreadableError as error:
        assert error.reason  # noqa: PT017 - a reason is one of the two right outcomes
    else:
        assert isinstance(read, Document)


def test_every_kind_has_an_example() -> None:
    """A new kind of source needs one here."""
    assert set(EXAMPLES) == {kind.name for kind in FILE_KINDS}


@pytest.mark.parametrize("kind", EXAMPLES)
@_SHORT
@given(seed=_SEEDS)
def test_a_damaged_export_gives_records_or_reasons(kind: str, seed: int) -> None:
    """Of every kind of source, from finding it to its last record."""
    with TemporaryDirectory() as folder, TemporaryDirectory() as scratch:
        write_damaged(example(kind), Random(seed), Path(folder))  # noqa: S311
        assert all(isinstance(one, _RECORDS) for one in records(Path(folder), Path(scratch)))


def write_damaged(files: dict[str, bytes], random: Random, folder: Path) -> None:
    """Write the files with one of them damaged, and now and then another one missing."""
    victim, lost = random.choice(sorted(files)), random.choice([*sorted(files), *[""] * 9])
    for name, content in files.items():
        if name != lost:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(damaged(content, random) if name == victim else content)


def test_an_account_whose_identifier_is_a_number_is_left_out(tmp_path: Path) -> None:
    """Found by fuzzing: it is not text, as every identifier is."""
    folder = tmp_path / "chat"
    for name, content in example("slack").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "users.json").write_text('[{"id": 5, "name": "ann"}]')
    found = records(folder, tmp_path)
    assert found
    assert all(isinstance(one, _RECORDS) for one in found)


def test_a_comment_within_a_comment_is_read_once(tmp_path: Path) -> None:
    """Found by fuzzing: comments nested hundreds deep took as many times their length to read."""
    folder = tmp_path / "wiki"
    folder.mkdir()
    for name, content in example("confluence").items():
        if "/" not in name:
            inner = b'<a name="comment-92"></a>Nested.<div class="smallfont">Posted by x</div></p>'
            (folder / name).write_bytes(content.replace(b"it.</p>", b"it. " + inner))
    texts = [one.text for one in records(folder, tmp_path) if isinstance(one, Item)]
    assert sum(text.count("Nested.") for text in texts) == 1
