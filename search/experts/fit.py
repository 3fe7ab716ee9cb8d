"""What was found → how much each item is about what is asked, for finding people."""

from __future__ import annotations

import numpy as np

from search.retrieve import Floats, Retrieval, fuse

MEANING = 0.85  # share of meaning in an item's fit, for questions and topics alike
EXPANDED = 0.5  # share of the likeness to the best items in an item's fit
BEST = 10  # the items that say what else the question is about
LEAST = 0.1  # fit below which an item says nothing about a question


def item_fits(found: Retrieval) -> dict[int, float]:
    """How much each item found is about what is asked, from 0 to 1; no item with too little.

    A topic is one or two words, and its experts write about it in many others. So half of an item's fit is
    its likeness to the best items, as in pseudo-relevance feedback by Rocchio, in the space of meaning.

    Returns:
        The fits, by the catalog's numbers of the items.
    """
    matches = found.best_by_item(copies=True)
    if not matches:
        return {}
    own = fuse(matches.meanings, matches.words, MEANING)
    numbers = matches.places.items.tolist()
    directions = np.stack([found.directions[number] for number in numbers])
    fits = _expanded(own, directions)
    return {number: fit for number, fit in zip(numbers, fits.tolist(), strict=True) if fit >= LEAST}


def _expanded(own: Floats, directions: Floats) -> Floats:
    """Mix the items' own fit with their likeness to the best, on the same scale.

    Args:
        own: The fits; shape [n].
        directions: What the items are about, of unit length; shape [n, dimension].
    """
    best = np.argsort(-own, kind="stable")[:BEST]
    middle = own[best] @ directions[best]
    likeness = np.maximum(directions @ middle, 0)
    scale = own.max() / max(float(likeness.max()), 1e-9)
    return np.asarray((1 - EXPANDED) * own + EXPANDED * scale * likeness, np.float32)
