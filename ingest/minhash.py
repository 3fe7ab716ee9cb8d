"""MinHash: the share of equal values of two signatures estimates the Jaccard similarity of two sets.

Broder: On the resemblance and containment of documents, 1997. The values are those that datasketch 2 gives,
whose scheme ("affine32") this is, so that signatures stored by it stay comparable. A byte of each value is
stored: other values have the same byte one time in 256 (Li and König: b-Bit Minwise Hashing, WWW 2010).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

PERMUTATIONS = 64
"""Values of a signature."""

_Hashes = npt.NDArray[np.uint32]

_AT_ONCE = 4096  # members of a set

# NumPy keeps the sequence of this generator for good.
_chance = np.random.RandomState(1)
_FACTORS = _chance.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32)[:, None] * np.uint32(2) + np.uint32(1)
_SUMMANDS = _chance.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)[:, None]


def signature(members: Iterable[bytes]) -> _Hashes:
    """The signature of a set that is not empty; shape [PERMUTATIONS]."""
    first_bytes = b"".join([hashlib.sha1(one).digest()[:4] for one in members])  # noqa: S324 - no secret
    hashes = _mixed(np.frombuffer(first_bytes, "<u4"))
    least = [
        (_FACTORS * hashes[start : start + _AT_ONCE] + _SUMMANDS).min(axis=1)
        for start in range(0, len(hashes), _AT_ONCE)
    ]
    values: _Hashes = np.min(least, axis=0)
    return values


def to_bytes(values: _Hashes) -> bytes:
    """A byte of each value, in which all its bits have a part: the low ones tell few members apart."""
    return (values * np.uint32(0x9E3779B1) >> np.uint32(24)).astype(np.uint8).tobytes()


def _mixed(hashes: _Hashes) -> _Hashes:
    """Mix the bits as MurmurHash3 does at its end."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))
