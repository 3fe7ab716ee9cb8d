"""Where items lie on a map: what is alike lies close together, and it is the same each time.

The places come from the vectors by t-SNE (van der Maaten and Hinton, JMLR 9, 2008), begun from the two main
components. scikit-learn takes more than a second to load, so it is loaded where a map is drawn.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_ROUNDS = 400  # of the layout
_ALIKE = 30.0  # points that count as near each other (t-SNE's perplexity)
_FEW = 12  # points from which forces make a better picture than two components
_APART = 1e-3  # how far items that say the same are from each other, before they are laid out
_COMPONENTS = 50  # of the vectors, by which distances are told

Vectors = npt.NDArray[np.float32]
Positions = npt.NDArray[np.float64]


def lay_out(vectors: Vectors) -> Positions:
    """Where items lie, between -1 and 1 both ways: what is alike lies close together.

    Args:
        vectors: Unit-length vectors [n, dimension].

    Returns:
        An array of shape [n, 2].
    """
    if len(vectors) < 3:
        return np.array([[0.0, 0.0], [0.5, 0.5]])[: len(vectors)]
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    # Sums that several threads add up come out differently each time.
    with threadpool_limits(limits=1):
        wanted = min(_COMPONENTS, *vectors.shape)
        parts = PCA(wanted, svd_solver="full").fit_transform(vectors.astype(np.float64))
        # What begins at the same point stays together however long forces work.
        parts += np.random.default_rng(0).normal(scale=_APART, size=parts.shape)
        if len(vectors) < _FEW:
            return _within_one(parts[:, :2])
        layout = TSNE(
            init="pca", random_state=0, max_iter=_ROUNDS, perplexity=min(_ALIKE, (len(vectors) - 1) / 3)
        )
        return _within_one(layout.fit_transform(parts))


def _within_one(positions: npt.NDArray[np.floating]) -> Positions:
    """The same positions, moved and stretched to fill what lies between -1 and 1 both ways."""
    middle = (positions.max(axis=0) + positions.min(axis=0)) / 2
    moved = np.asarray(positions, np.float64) - middle
    return np.asarray(moved / np.maximum(np.abs(moved).max(axis=0), 1e-9), np.float64)
