import numpy as np
import pytest

from bench.dense import World, _nearest


def test_vectors_are_real_ones_and_then_grown_ones() -> None:
    """The same every time, and of unit length."""
    real = np.eye(4, dtype=np.float32)
    world = World(real, np.full((4, 16), 1), questions=real[:1])

    (ids, vectors), (again, _) = *world.blocks(6), *world.blocks(6)

    assert ids.tolist() == again.tolist() == [0, 1, 2, 3, 4, 5]
    assert np.array_equal(vectors[:4], real)
    assert np.linalg.norm(vectors[4:], axis=1) == pytest.approx([1, 1])


def test_the_nearest_of_all_blocks_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """By question, whichever block they are in."""
    monkeypatch.setattr("bench.dense._DEEPEST", 2)
    best, ids = np.array([[0.9, 0.1]]), np.array([[7, 8]])

    _, ids = _nearest(best, ids, np.array([[0.5, 0.2]], np.float32), np.array([9, 10]))

    assert sorted(ids[0].tolist()) == [7, 9]
