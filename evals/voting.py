"""Ways to rank people from the literature: what the ranking of `search/experts/` has to beat.

All start from the same votes: every item found counts for those who answered, wrote or spoke in it, once
each; an answer is found with its question. Fits are at least 0, and higher is better.

- *Votes*, *CombSUM*, *CombMNZ*, *expCombMNZ* and *reciprocal rank*: Macdonald and Ounis, Voting for
  Candidates: Adapting Data Fusion Techniques for an Expert Search Task, CIKM 2006.
- *Model 1* and *Model 2*: Balog, Azzopardi and de Rijke, Formal Models for Expert Finding in Enterprise
  Corpora, SIGIR 2006; with meaning in the place of their language models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.nouns import Filters
from search.experts.votes import spread
from search.people.record import Record

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.floating]
Places = npt.NDArray[np.int64]

_STRETCH = 10.0  # of a fit from 0 to 1 before it is an exponent: about what BM25 spans
_OTHER_WORK = 8  # items that are added to everybody's, so that one does not make a profile
_ALL = Filters()


@dataclass(frozen=True, slots=True, eq=False)
class Ballot:
    """The votes for one query.

    Attributes:
        who: The place of the person of each vote [v].
        items: The place of the item that votes [v].
        fits: How well it fits, as a share of the best [v].
        ages: How old it is, in years [v]; infinite where nobody knows.
        done: How many votes each person could have at most [p].
    """

    who: Places
    items: Places
    fits: Floats
    ages: Floats
    done: Places

    def sums(self, counts: Floats | None = None) -> Floats:
        """Add up what each vote counts, person by person; 1 each if nothing is said; shape [p]."""
        return np.bincount(self.who, counts, minlength=len(self.done)).astype(np.float64)


def ballot(record: Record, fits: Mapping[int, float]) -> Ballot:
    """Let the items that fit vote.

    Args:
        record: What everybody did.
        fits: How well each item found fits, by the catalog's numbers of them.
    """
    items = spread(record, fits, _ALL)
    deeds = np.flatnonzero(record.shows)
    shows = np.bincount(record.who[deeds], minlength=len(record.numbers))
    voting = deeds[items[record.activity.items[deeds]] > 0]
    places = record.activity.items[voting]
    best = max(float(items.max(initial=0)), 1e-9)
    return Ballot(record.who[voting], places, items[places] / best, record.ages(voting), shows)


def votes(cast: Ballot) -> Floats:
    """How many items of a person were found."""
    return cast.sums()


def comb_sum(cast: Ballot) -> Floats:
    """How well they fit, added up."""
    return cast.sums(cast.fits)


def comb_mnz(cast: Ballot) -> Floats:
    """The sum times the number of items."""
    return cast.sums(cast.fits) * cast.sums()


def exp_comb_mnz(cast: Ballot) -> Floats:
    """The same with the exponentials of the fits, so that the best items count most."""
    return cast.sums(_likelihoods(cast)) * cast.sums()


def reciprocal_rank(cast: Ballot) -> Floats:
    """One over the rank of each item, added up; of those that fit alike, the first that was stored leads."""
    found, first = np.unique(cast.items, return_index=True)
    order = np.lexsort((found, -cast.fits[first]))
    ranks = np.empty(len(found))
    ranks[order] = np.arange(1, len(found) + 1)
    return cast.sums(1 / ranks[np.searchsorted(found, cast.items)])


def model_2(cast: Ballot) -> Floats:
    """How likely one of a person's items, taken at random, is about the query."""
    return cast.sums(_likelihoods(cast)) / np.maximum(cast.done, 1)


def model_2_by_item(cast: Ballot) -> Floats:
    """How likely an item about the query, one of its people taken at random, leads to a person."""
    _, inverse, people = np.unique(cast.items, return_inverse=True, return_counts=True)
    return cast.sums(_likelihoods(cast) / people[inverse])


def aged_comb_sum(cast: Ballot, half_life_years: float) -> Floats:
    """CombSUM in which an item counts half at some age; one without a date as if it had that age."""
    faded = np.where(np.isinf(cast.ages), 0.5, 0.5 ** (cast.ages / half_life_years))
    return cast.sums(cast.fits * faded)


def with_activity(scores: Floats, cast: Ballot, weight: float) -> Floats:
    """Scores and a share of the logarithm of all that a person did; nothing without any vote."""
    return np.where(cast.sums() > 0, scores + weight * np.log1p(cast.done), 0.0)


def model_1(means: Floats, query: Vectors) -> Floats:
    """How near the query is to what a person writes about altogether.

    Args:
        means: The mean direction of each person's items, of shape [p, dimension]; zeros for nothing.
        query: The query's vector.
    """
    return np.asarray(np.maximum(means @ query, 0), np.float64)


def mean_directions(record: Record, directions: Mapping[int, Vectors]) -> Floats:
    """The mean direction of what shows each person's knowledge, of shape [p, dimension].

    Args:
        record: What everybody did.
        directions: What items are about, by the catalog's numbers of them.
    """
    dimension = len(next(iter(directions.values()), ()))
    means = np.zeros((len(record.numbers), dimension))
    rows = record.activity.rows[record.activity.items]
    for deed in np.flatnonzero(record.shows).tolist():
        if (row := int(rows[deed])) in directions:
            means[record.who[deed]] += directions[row]
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9))


def tag_profiles(record: Record) -> Floats:
    """What share of each person's work carries each tag, some work without any added; shape [p, tags]."""
    deeds = np.flatnonzero(record.shows)
    marked = _tagged(record)[record.activity.items[deeds]]
    shares = np.zeros((len(record.numbers), marked.shape[1]))
    np.add.at(shares, record.who[deeds], marked)
    return shares / (np.bincount(record.who[deeds], minlength=len(record.numbers)) + _OTHER_WORK)[:, None]


def tag_profile(record: Record, profiles: Floats, fits: Mapping[int, float]) -> Floats:
    """How much a person writes under the tags of what was found, rare tags counting more; shape [p]."""
    items = spread(record, fits, _ALL)
    tagged = _tagged(record)
    rarity = np.log((len(tagged) + 1) / (tagged.sum(axis=0) + 1))
    return np.asarray(profiles @ (rarity * (items @ tagged)))


def _tagged(record: Record) -> Floats:
    """Which items carry which tags, of shape [m, tags]."""
    tags = sorted({tag for its in record.activity.tags for tag in its})
    column = {tag: at for at, tag in enumerate(tags)}
    marked = np.zeros((len(record.activity), len(tags)))
    for place, its in enumerate(record.activity.tags):
        marked[place, [column[tag] for tag in its]] = 1
    return marked


def _likelihoods(cast: Ballot) -> Floats:
    return np.exp(_STRETCH * (cast.fits - 1))
