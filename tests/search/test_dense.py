from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from catalog.errors import LibraryError
from search.allowed import Allowed
from search.dense import DenseIndex, VectorIndex
from search.dense.rows import to_floats, to_rows

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

NOTHING = np.empty(0, np.int64), np.empty((0, 2), np.float32)
EAST, NORTH, NORTH_EAST, WEST = [1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [-1.0, 0.0]


def ids(*numbers: int) -> Ids:
    """Numbers of passages."""
    return np.array(numbers, np.int64)


def vectors(*rows: list[float]) -> Floats:
    """Vectors, one a row."""
    return np.array(rows, np.float32)


def as_dict(found: tuple[Ids, Floats]) -> dict[int, float]:
    """What was found, in its order, with scores to two decimals."""
    return {int(number): round(float(score), 2) for number, score in zip(*found, strict=True)}


def unit_vectors(count: int, dimension: int, seed: int) -> Floats:
    """Random directions, as the index keeps them: in 8 bits."""
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    return to_floats(to_rows(rows / np.linalg.norm(rows, axis=1, keepdims=True)))


@pytest.fixture(params=[10_000, 0], ids=["exact", "coded"])
def empty(request: pytest.FixtureRequest) -> Callable[[int], DenseIndex]:
    """Makes an empty index, which compares all vectors or finds candidates by codes."""
    return partial(VectorIndex, exact_up_to=request.param)


@pytest.fixture
def compass(empty: Callable[[int], DenseIndex]) -> DenseIndex:
    """Four passages: 10 points east, 20 north, 30 north-east and 40 west."""
    index = empty(2)
    index.update((), ids(10, 20, 30, 40), vectors(EAST, NORTH, NORTH_EAST, WEST))
    return index


class TestSearch:
    def test_finds_the_nearest_first(self, compass: DenseIndex) -> None:
        """Scores are cosines; opposite meanings are negative."""
        assert as_dict(compass.search(vectors(EAST)[0], 4, None)) == {10: 1.0, 30: 0.6, 20: 0.0, 40: -1.0}

    def test_finds_at_most_k(self, compass: DenseIndex) -> None:
        """Only the best k are given."""
        assert as_dict(compass.search(vectors(EAST)[0], 2, None)) == {10: 1.0, 30: 0.6}

    @pytest.mark.parametrize("unknown", [5, 99], ids=["between", "beyond"])
    def test_finds_as_many_as_are_allowed(self, compass: DenseIndex, unknown: int) -> None:
        """A filtered search has k results if k passages pass; numbers that are not there do not matter."""
        found = compass.search(vectors(EAST)[0], 2, Allowed.of(ids(40, 30, unknown)))

        assert as_dict(found) == {30: 0.6, 40: -1.0}

    def test_finds_no_more_than_is_allowed(self, compass: DenseIndex) -> None:
        """Passages above the highest allowed number are not found either."""
        assert as_dict(compass.search(vectors(EAST)[0], 4, Allowed.of(ids(20)))) == {20: 0.0}

    @pytest.mark.parametrize("allowed", [ids(), ids(99)], ids=["nothing", "unknown"])
    def test_finds_nothing_where_nothing_is_allowed(self, compass: DenseIndex, allowed: Ids) -> None:
        """An empty set of allowed passages is not the absence of one."""
        assert as_dict(compass.search(vectors(EAST)[0], 4, Allowed.of(allowed))) == {}

    def test_orders_equals_by_number(self, empty: Callable[[int], DenseIndex]) -> None:
        """Copies of one text come in the order of their numbers, also where k cuts them off."""
        index = empty(2)
        index.update((), np.arange(200, 0, -1), np.tile(vectors(NORTH_EAST), (200, 1)))

        found, _ = index.search(vectors(EAST)[0], 3, None)

        assert found.tolist() == [1, 2, 3]

    def test_finds_nothing_in_an_empty_index(self, empty: Callable[[int], DenseIndex]) -> None:
        """No passages, no error."""
        assert as_dict(empty(2).search(vectors(EAST)[0], 4, None)) == {}

    @pytest.mark.parametrize("share", [0.01, 0.3, 1.0], ids=["1 %", "30 %", "all"])
    def test_finds_what_brute_force_finds(self, empty: Callable[[int], DenseIndex], share: float) -> None:
        """Nothing is missed, whatever share of the passages a filter leaves."""
        rows, query = unit_vectors(3000, 48, seed=1), unit_vectors(1, 48, seed=2)[0]
        numbers = np.random.default_rng(3).permutation(np.arange(3000) * 7 + 5)
        allowed = np.random.default_rng(4).choice(numbers, int(3000 * share), replace=False)
        index = empty(48)
        index.update((), numbers, rows)

        found, scores = index.search(query, 10, Allowed.of(allowed))

        cosines = np.where(np.isin(numbers, allowed), rows @ query, -2)
        assert found.tolist() == numbers[np.argsort(-cosines)[:10]].tolist()
        assert scores == pytest.approx(np.sort(cosines)[::-1][:10], abs=1e-5)

    def test_answers_many_at_once(self, compass: DenseIndex) -> None:
        """Searches that run side by side do not disturb each other."""
        queries = vectors(EAST, NORTH, WEST, NORTH_EAST)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda i: compass.search(queries[i % 4], 1, None)[0].tolist(), range(200)))

        assert found == [[10], [20], [40], [30]] * 50


class TestVectors:
    def test_gives_the_vectors_of_the_passages_asked_for(self, compass: DenseIndex) -> None:
        """In the order asked for; zeros for a passage that is not there."""
        found = compass.vectors(ids(20, 99, 20))

        assert found == pytest.approx(np.array([*vectors(NORTH), [0, 0], *vectors(NORTH)]), abs=1e-6)
        assert found.dtype == np.float32

    def test_agrees_with_search(self, empty: Callable[[int], DenseIndex]) -> None:
        """The cosine with a passage's vector is the score that a search gives it."""
        index = empty(48)
        index.update((), np.arange(500), unit_vectors(500, 48, seed=1))
        query = unit_vectors(1, 48, seed=2)[0]

        found, scores = index.search(query, 20, None)

        assert index.vectors(found) @ query == pytest.approx(scores, abs=1e-6)

    def test_gives_none_for_none(self, compass: DenseIndex) -> None:
        """No passages, no vectors."""
        assert compass.vectors(ids()).shape == (0, 2)


class TestUpdate:
    def test_takes_out_what_is_removed(self, compass: DenseIndex) -> None:
        """A removed passage is gone in the next search; unknown numbers are ignored."""
        compass.update([10, 99], *NOTHING)

        assert as_dict(compass.search(vectors(EAST)[0], 4, None)) == {30: 0.6, 20: 0.0, 40: -1.0}
        assert len(compass) == 3

    def test_replaces_what_is_there(self, compass: DenseIndex) -> None:
        """A passage that is added again has its new vector, once."""
        compass.update([20], ids(40, 50), vectors(EAST, NORTH))

        assert as_dict(compass.search(vectors(EAST)[0], 9, None)) == {10: 1.0, 40: 1.0, 30: 0.6, 50: 0.0}
        assert len(compass) == 4

    def test_comes_to_the_same_by_whatever_way(self, empty: Callable[[int], DenseIndex]) -> None:
        """The same passages give the same results, added at once or little by little."""
        rows, query = unit_vectors(300, 48, seed=1), unit_vectors(1, 48, seed=2)[0]
        once, slowly = empty(48), empty(48)
        once.update((), np.arange(300), rows)
        for start in range(200, -1, -100):
            slowly.update((), np.arange(start, start + 100), rows[start : start + 100][::-1])
        slowly.update(range(0, 300, 2), np.empty(0, np.int64), np.empty((0, 48), np.float32))
        slowly.update((), np.arange(300), rows)

        found, expected = slowly.search(query, 300, None), once.search(query, 300, None)

        assert np.array_equal(found[0], expected[0])
        assert np.array_equal(found[1], expected[1])


class TestSaving:
    def test_comes_back_as_it_was(self, compass: DenseIndex, tmp_path: Path) -> None:
        """Vectors, model and generation are kept, and updates go on."""
        compass.model, compass.generation = "hash:2", 7
        compass.save(tmp_path / "dense")

        loaded = type(compass).load(tmp_path / "dense")
        loaded.update([10], ids(50), vectors(EAST))

        assert (loaded.model, loaded.generation, loaded.dimension) == ("hash:2", 7, 2)
        assert as_dict(loaded.search(vectors(EAST)[0], 2, None)) == {50: 1.0, 30: 0.6}

    def test_replaces_what_was_saved_before(self, compass: DenseIndex, tmp_path: Path) -> None:
        """Saving again leaves the newer state."""
        compass.save(tmp_path)
        compass.update([10, 20], ids(50), vectors(EAST))
        compass.save(tmp_path)

        assert as_dict(type(compass).load(tmp_path).search(vectors(EAST)[0], 9, None)) == {
            50: 1.0,
            30: 0.6,
            40: -1.0,
        }

    def test_says_why_it_cannot_be_saved(self, compass: DenseIndex, tmp_path: Path) -> None:
        """The message names the folder."""
        (tmp_path / "dense").write_text("a file is in the way")

        with pytest.raises(LibraryError, match=f"{tmp_path}/dense: the dense index cannot be written"):
            compass.save(tmp_path / "dense")
