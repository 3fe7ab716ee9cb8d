import numpy as np
import numpy.typing as npt

from search.allowed import Allowed


def ids(*numbers: int) -> npt.NDArray[np.int64]:
    """Numbers of passages."""
    return np.array(numbers, np.int64)


def test_is_a_bit_for_each_number() -> None:
    """The lowest bit of a byte comes first; a number that is given twice counts once."""
    allowed = Allowed.of(ids(9, 0, 3, 9))

    assert (allowed.bits.tolist(), allowed.count) == ([0b0000_1001, 0b0000_0010], 3)


def test_tells_which_passages_it_has() -> None:
    """In the order asked for; numbers beyond the highest, and below 0, are not in it."""
    allowed = Allowed.of(ids(0, 3, 9))

    assert allowed.has(ids(9, 8, 3, 10, 16, 1 << 40, -1, 0)).tolist() == [
        True,
        False,
        True,
        False,
        False,
        False,
        False,
        True,
    ]


def test_tells_all_that_it_has() -> None:
    """Rising."""
    assert Allowed.of(ids(9, 0, 3)).ids().tolist() == [0, 3, 9]


def test_may_hold_nothing() -> None:
    """An empty set has no passages."""
    nothing = Allowed.of(ids())

    assert (nothing.count, nothing.has(ids(0, 5)).tolist(), nothing.ids().tolist()) == (0, [False, False], [])
