"""Dense index: passages by meaning, as the cosine of their vectors with the question's.

`contract` says what a dense index does. `index` is the one that Copse has: `slots` keeps its vectors in
16 bits, of which those of `files` are mapped into memory, and what it finds candidates with depends on its
size: `exact` compares every vector, `coded` short codes of them. `halves` reads 16-bit floats fast.
"""

from search.dense.contract import DenseIndex, Floats, Ids
from search.dense.index import VectorIndex

__all__ = ["DenseIndex", "Floats", "Ids", "VectorIndex"]
