from pathlib import Path

import numpy as np
import pytest

from catalog.errors import LibraryError
from search.dense.rows import Rows, to_rows
from search.dense.stored import StoredRows


@pytest.fixture
def rows() -> Rows:
    """A hundred rows."""
    return to_rows(np.random.default_rng(0).standard_normal((100, 5)).astype(np.float32))


@pytest.fixture
def file(tmp_path: Path, rows: Rows) -> Path:
    """A file of them."""
    rows.tofile(tmp_path / "rows")
    return tmp_path / "rows"


@pytest.mark.parametrize("mapped", [0, 450, 2000], ids=["read", "half mapped", "mapped"])
@pytest.mark.parametrize(
    "places", [[7], [3, 4, 5, 90], [90, 2, 2, 99, 0, 1], [], range(100)], ids=lambda places: f"{len(places)}"
)
def test_rows_come_in_the_order_asked_for(file: Path, rows: Rows, places: list[int], mapped: int) -> None:
    """Whether they lie side by side, apart, or are asked for twice."""
    found = StoredRows(file, 100, 5, mapped).rows(np.array(places, np.int32))

    assert np.array_equal(found, rows[list(places)])


def test_a_file_may_grow_and_go_meanwhile(file: Path, rows: Rows) -> None:
    """What counted when it was opened is still read."""
    stored = StoredRows(file, 100, 5, 450)
    with file.open("ab") as more:
        more.write(b"more")
    file.unlink()

    assert np.array_equal(stored.rows(np.array([0, 99])), rows[[0, 99]])


def test_a_short_file_is_refused(file: Path) -> None:
    """When it is opened."""
    with pytest.raises(ValueError, match="rows is too short"):
        StoredRows(file, 101, 5)


def test_a_file_that_was_cut_is_told(file: Path) -> None:
    """Nothing is made of bytes that are not there."""
    stored = StoredRows(file, 100, 5, 0)
    file.write_bytes(b"")

    with pytest.raises(LibraryError, match=f"{file}: cannot be read"):
        stored.rows(np.array([1]))
