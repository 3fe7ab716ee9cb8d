"""Items that are about the same: groups of vectors that lie near each other, the same each time.

scikit-learn takes more than a second to load, so it is loaded where something is grouped.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Group = npt.NDArray[np.int64]

_APART = 0.65  # mean cosine distance from which two groups are two topics
_MOST_PAIRED = 1500  # vectors that are compared each with each
_LARGEST = 60  # groups that a whole community is divided into
_A_GROUP = 40  # items, of which a whole community has as many as groups where it is small


def near_each_other(vectors: Floats) -> list[Group]:
    """Groups of vectors by average linkage: two join while their mean cosine distance is below 0.65.

    So the number of groups follows from the vectors: one for somebody who writes about one thing.

    Args:
        vectors: Unit-length vectors [n, dimension]; of more than 1,500, only the first are grouped.

    Returns:
        The rows of each group, the largest group first.
    """
    vectors = vectors[:_MOST_PAIRED]
    if len(vectors) < 2:
        return [np.arange(len(vectors), dtype=np.int64)] if len(vectors) else []
    from sklearn.cluster import AgglomerativeClustering

    grouping = AgglomerativeClustering(
        n_clusters=None, distance_threshold=_APART, metric="cosine", linkage="average"
    )
    return _groups(grouping.fit_predict(vectors))


def divided(vectors: Floats) -> list[Group]:
    """A whole community's items in groups by k-means, with a fixed seed.

    There are about √(n / 2) groups (Mardia, Kent and Bibby, Multivariate Analysis, 1979), at least one for
    each forty items of a small community and at most sixty.

    Args:
        vectors: Unit-length vectors [n, dimension].

    Returns:
        The rows of each group, the largest group first.
    """
    if not len(vectors):
        return []
    from sklearn.cluster import MiniBatchKMeans

    wanted = min(_LARGEST, math.ceil(len(vectors) / _A_GROUP), max(1, round(math.sqrt(len(vectors) / 2))))
    grouping = MiniBatchKMeans(n_clusters=wanted, random_state=0, n_init=3, batch_size=2048)
    return _groups(grouping.fit_predict(vectors))


def _groups(labels: npt.NDArray[np.int64]) -> list[Group]:
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return sorted(groups, key=lambda rows: (-len(rows), int(rows[0])))
