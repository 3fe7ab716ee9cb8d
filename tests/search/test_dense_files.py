import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from catalog.errors import LibraryError
from search.dense import VectorIndex
from search.derived import StaleIndexError

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

NOTHING = np.empty(0, np.int64), np.empty((0, 2), np.float32)
EAST, NORTH, WEST = [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]


def ids(*numbers: int) -> Ids:
    """Numbers of passages."""
    return np.array(numbers, np.int64)


def vectors(*rows: list[float]) -> Floats:
    """Vectors, one a row."""
    return np.array(rows, np.float32)


def directions(count: int) -> Floats:
    """So many directions, from east to north."""
    angles = np.linspace(0, np.pi / 2, count, dtype=np.float32)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def found(index: VectorIndex) -> dict[int, float]:
    """All passages by how far east they are, with scores to three decimals."""
    numbers, scores = index.search(vectors(EAST)[0], 99, None)
    return {int(number): round(float(score), 3) for number, score in zip(numbers, scores, strict=True)}


@pytest.fixture(params=[10_000, 0], ids=["exact", "coded"])
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of an index of two passages, without and with codes."""
    index = VectorIndex(2, "hash:2", 7, exact_up_to=request.param)
    index.update((), ids(10, 20), vectors(EAST, NORTH))
    index.save(tmp_path)
    return tmp_path


@pytest.fixture
def coded(tmp_path: Path) -> Path:
    """The folder of an index of two hundred passages with codes."""
    index = VectorIndex(2, exact_up_to=0)
    index.update((), np.arange(200), directions(200))
    index.save(tmp_path)
    return tmp_path


def names(folder: Path) -> list[str]:
    """The files in a folder."""
    return sorted(path.name for path in folder.iterdir())


class TestFiles:
    def test_are_described_in_plain_json(self, saved: Path) -> None:
        """A person can see what the folder holds."""
        told = json.loads((saved / "index.json").read_text())

        assert told | {"crc32": "…", "codes": "…"} == {
            "format": 3,
            "generation": 7,
            "model": "hash:2",
            "dimension": 2,
            "count": 2,
            "files": 1,
            "slots": 2,
            "events": 2,
            "crc32": "…",
            "codes": "…",
        }

    def test_grow_by_what_has_changed(self, saved: Path) -> None:
        """Nothing that is written is written again."""
        before = (saved / "vectors-1.i8").read_bytes(), (saved / "events-1.i64").read_bytes()
        index = VectorIndex.load(saved)
        index.update([10], ids(30), vectors(WEST))
        index.save(saved)

        vectors_added = (saved / "vectors-1.i8").read_bytes().removeprefix(before[0])
        events_added = (saved / "events-1.i64").read_bytes().removeprefix(before[1])

        assert np.frombuffer(vectors_added[:2], "<i1").tolist() == [-127, 0]
        assert np.frombuffer(vectors_added[2:], "<f4").tolist() == [np.float32(1 / 127)]
        assert np.frombuffer(events_added, "<i8").tolist() == [~10, 30]

    def test_stay_where_nothing_changes(self, saved: Path) -> None:
        """A passage that is put in with the vector that it has needs no room."""
        index = VectorIndex.load(saved)
        index.update([99], ids(20), vectors(NORTH))
        index.save(saved)

        assert (saved / "events-1.i64").stat().st_size == 16

    def test_are_written_anew_where_most_is_of_no_use(
        self, saved: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Slots of passages that are gone are given back."""
        monkeypatch.setattr("search.dense.index._FEW", 0)
        index = VectorIndex.load(saved)
        index.update([10], *NOTHING)
        index.save(saved)

        assert names(saved) == ["events-2.i64", "index.json", "vectors-2.i8"]
        assert (saved / "vectors-2.i8").stat().st_size == 2 + 4
        assert found(VectorIndex.load(saved)) == found(index) == {20: 0.0}

    def test_of_another_process_are_not_appended_to(self, saved: Path) -> None:
        """Whoever saves last leaves what they have."""
        first, second = VectorIndex.load(saved), VectorIndex.load(saved)
        first.update((), ids(30), vectors(WEST))
        first.save(saved)
        second.update((), ids(40), vectors(EAST))
        second.save(saved)

        assert found(VectorIndex.load(saved)) == {10: 1.0, 40: 1.0, 20: 0.0}
        assert found(first) == {10: 1.0, 20: 0.0, 30: -1.0}

    def test_of_the_format_before_go(self, saved: Path) -> None:
        """What an earlier Copse wrote is of no use."""
        (saved / "vectors.faiss").write_bytes(b"old")
        VectorIndex.load(saved).save(saved)

        assert "vectors.faiss" not in names(saved)


Fail = Callable[[int, BaseException], None]


@pytest.fixture
def fail_at(monkeypatch: pytest.MonkeyPatch) -> Fail:
    """Lets something happen when a file has been written for so many-th time, and is about to be kept."""
    real = os.fsync

    def fail_at(step: int, failure: BaseException) -> None:
        steps = iter(range(step))

        def fsync(file: int) -> None:
            if next(steps, None) is None:
                raise failure
            real(file)

        monkeypatch.setattr(os, "fsync", fsync)

    return fail_at


@pytest.mark.parametrize("step", range(4))
def test_after_a_full_disk_all_is_saved(saved: Path, fail_at: Fail, step: int) -> None:
    """Whatever had been written already when there was no more room."""
    index = VectorIndex.load(saved)
    index.update([10], ids(30), vectors(WEST))
    fail_at(step, OSError(ENOSPC, "No space left on device"))
    with suppress(LibraryError):
        index.save(saved)
    index.update((), ids(40), vectors(EAST))
    fail_at(99, OSError())
    index.save(saved)

    assert found(VectorIndex.load(saved)) == found(index) == {40: 1.0, 20: 0.0, 30: -1.0}


class TestAKilledSave:
    @pytest.mark.parametrize("step", range(6))
    @pytest.mark.parametrize("wasteful", [False, True], ids=["appending", "anew"])
    def test_leaves_the_old_or_the_new(
        self,
        saved: Path,
        fail_at: Fail,
        monkeypatch: pytest.MonkeyPatch,
        step: int,
        wasteful: bool,
    ) -> None:
        """Whenever it is killed; and the next one saves as if nothing had happened."""
        monkeypatch.setattr("search.dense.index._FEW", -1 if wasteful else 9)
        index = VectorIndex.load(saved)
        index.update([10], ids(30), vectors(WEST))
        fail_at(step, KeyboardInterrupt())
        with suppress(KeyboardInterrupt):
            index.save(saved)
        fail_at(99, KeyboardInterrupt())

        after = VectorIndex.load(saved)
        assert found(after) in ({10: 1.0, 20: 0.0}, {20: 0.0, 30: -1.0})
        after.update([10], ids(30, 40), vectors(WEST, EAST))
        after.save(saved)
        assert found(VectorIndex.load(saved)) == {40: 1.0, 20: 0.0, 30: -1.0}


class TestCodes:
    def test_come_with_size(self) -> None:
        """What is found stays the same when an index grows beyond what is compared one by one."""
        small, large = VectorIndex(2), VectorIndex(2, exact_up_to=500)
        for start in range(0, 1000, 100):
            for index in (small, large):
                index.update((), np.arange(start, start + 100), directions(1000)[start : start + 100])

        assert found(large) == found(small)

    def test_are_not_written_for_few(self, coded: Path) -> None:
        """What has none on disk gets them when the index is loaded."""
        index = VectorIndex.load(coded)
        index.update([0, 1], ids(2, 300), vectors(WEST, EAST))
        index.save(coded)

        loaded = VectorIndex.load(coded)

        assert "codes-1-200.faiss" in names(coded)
        assert loaded.search(vectors(EAST)[0], 2, None)[0].tolist() == [300, 3]
        assert loaded.search(vectors(WEST)[0], 1, None)[0].tolist() == [2]

    def test_are_written_for_many(self, coded: Path) -> None:
        """They take the place of those before."""
        index = VectorIndex.load(coded)
        index.update((), np.arange(200, 210), directions(10))
        index.save(coded)

        assert [name for name in names(coded) if name.startswith("codes")] == ["codes-1-210.faiss"]

    def test_go_with_size(self, coded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where few are left and files are written anew, every vector is compared again."""
        monkeypatch.setattr("search.dense.index._FEW", 0)
        index = VectorIndex.load(coded)
        index.update(range(2, 200), *NOTHING)
        index.save(coded)

        assert names(coded) == ["events-2.i64", "index.json", "vectors-2.i8"]
        assert found(index) == found(VectorIndex.load(coded)) == {0: 1.0, 1: 1.0}


class TestLoading:
    @pytest.mark.parametrize("file", ["vectors-1.i8", "events-1.i64", "codes-1-200.faiss", "index.json"])
    def test_refuses_a_missing_file(self, coded: Path, file: str) -> None:
        """Half an index is none."""
        (coded / file).unlink()

        with pytest.raises(StaleIndexError, match="built again from the catalog"):
            VectorIndex.load(coded)

    @pytest.mark.parametrize("file", ["vectors-1.i8", "events-1.i64", "codes-1-200.faiss", "index.json"])
    def test_refuses_a_truncated_file(self, coded: Path, file: str) -> None:
        """A file that a crash or a full disk cut short is not used."""
        (coded / file).write_bytes((coded / file).read_bytes()[:-9])

        with pytest.raises(StaleIndexError, match=f"{coded}: "):
            VectorIndex.load(coded)

    @pytest.mark.parametrize("file", ["events-1.i64", "codes-1-200.faiss"])
    def test_refuses_changed_bytes(self, coded: Path, file: str) -> None:
        """Nothing is parsed that Copse did not write."""
        content = bytearray((coded / file).read_bytes())
        content[-20] ^= 255
        (coded / file).write_bytes(content)

        with pytest.raises(StaleIndexError, match=f"{file} is damaged"):
            VectorIndex.load(coded)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"format": 2}, "not of format 3"),
            ({"generation": None}, "no usable 'generation'"),
            ({"dimension": "2"}, "no usable 'dimension'"),
            ({"codes": {"events": 2}}, "describes the codes wrongly"),
            ({"slots": -1}, "is damaged"),
        ],
        ids=["another format", "no generation", "dimension in words", "half of the codes", "impossible"],
    )
    def test_refuses_parameters_that_it_does_not_know(
        self, saved: Path, change: dict[str, object], reason: str
    ) -> None:
        """An index of another version is built again."""
        parameters = json.loads((saved / "index.json").read_text())
        (saved / "index.json").write_text(json.dumps(parameters | change))

        with pytest.raises(StaleIndexError, match=reason):
            VectorIndex.load(saved)


def test_searches_go_on_while_files_are_written_anew(coded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found meanwhile is what was found before."""
    monkeypatch.setattr("search.dense.index._is_wasteful", lambda _: True)
    index = VectorIndex.load(coded)
    expected = index.search(vectors(NORTH)[0], 3, None)[0].tolist()
    with ThreadPoolExecutor(1) as pool:
        saved = pool.map(index.save, [coded] * 20)
        meanwhile = {tuple(index.search(vectors(NORTH)[0], 3, None)[0].tolist()) for _ in range(200)}
    list(saved)

    assert meanwhile == {tuple(expected)}
