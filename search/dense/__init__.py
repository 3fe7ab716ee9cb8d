"""Dense index: passages by meaning, as the cosine of their vectors with the question's.

`contract` says what a dense index does. `index` is the one that Copse has: `slots` keeps its vectors in 8
bits (`rows`), most of which stay in a file (`stored`, `files`), and what it finds candidates with depends on
its size: `exact` compares every vector, `coded` short codes of them.
"""

from search.dense.contract import DenseIndex, Floats, Ids
from search.dense.index import VectorIndex

__all__ = ["DenseIndex", "Floats", "Ids", "VectorIndex"]
