import numpy as np

from search.dense.halves import to_floats


def test_is_exact_for_every_number() -> None:
    """Of all finite 16-bit floats, the smallest and negative ones among them."""
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = every[np.isfinite(every)].reshape(-1, 2)

    assert np.array_equal(to_floats(halves).view(np.uint32), halves.astype(np.float32).view(np.uint32))
