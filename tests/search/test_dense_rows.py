import numpy as np

from search.dense.rows import to_floats, to_rows


def test_a_step_is_a_127th_of_the_largest_component() -> None:
    """Whatever its sign; components are the nearest whole steps."""
    vectors = np.array([[0.6, -0.8], [0, 0.25]], np.float32)

    rows = to_rows(vectors)

    assert rows[:, :2].view(np.int8).tolist() == [[95, -127], [0, 127]]
    assert np.allclose(to_floats(rows), [[95 / 127 * 0.8, -0.8], [0, 0.25]], atol=1e-7)


def test_nothing_stays_nothing() -> None:
    """A vector of zeros has no steps; and there may be no vectors."""
    assert to_floats(to_rows(np.zeros((1, 3), np.float32))).tolist() == [[0, 0, 0]]
    assert to_floats(to_rows(np.empty((0, 3), np.float32))).shape == (0, 3)


def test_what_was_kept_is_kept_again_as_it_is() -> None:
    """Rows can be made of the vectors that other rows stand for, and nothing is lost any more."""
    vectors = np.random.default_rng(0).standard_normal((1000, 48)).astype(np.float32)
    rows = to_rows(vectors)

    assert np.array_equal(to_rows(to_floats(rows)), rows)


def test_a_cosine_hardly_changes() -> None:
    """For directions of as many components as the usual model's vectors have."""
    vectors = np.random.default_rng(0).standard_normal((500, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    changes = to_floats(to_rows(vectors)) @ vectors.T - vectors @ vectors.T

    assert np.abs(changes).max() < 0.0025
    assert changes.std() < 0.0005
