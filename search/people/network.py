"""Who answers whom, and who writes together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from catalog.activity import ROLES, Places
from catalog.nouns import Person, Role
from search.people.record import Record

MOST_NODES = 40
"""People of a network; with more, nobody reads it."""

_TOGETHER = frozenset({Role.AUTHORED, Role.EDITED, Role.SPOKE})
_OPENED = frozenset({Role.ASKED, Role.AUTHORED, Role.SPOKE})
_CROWD = 12  # people on one item from which it no longer says who works with whom

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """A person in a network.

    Attributes:
        person: Who.
        deeds: Answers, texts and talks of theirs about the topic.
        past: Whether they are past.
    """

    person: Person
    deeds: int
    past: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """That one person answered another one, and how often."""

    answerer: int
    asker: int
    answers: int


@dataclass(frozen=True, slots=True)
class Network:
    """Who answers whom about a topic.

    Attributes:
        nodes: The people with the most answers given and got, at most forty, in this order.
        edges: By numbers of people, the most answers first.
        left_out: How many more people answer or are answered.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int


def answers(record: Record, deeds: Places) -> Counter[Pair]:
    """How often one answered another: by places of people, the one who answers first.

    Args:
        record: What everybody did.
        deeds: The deeds that may be answers: what opens a thread is none.
    """
    activity, counted = record.activity, Counter[Pair]()
    items = activity.items[deeds]
    replies = deeds[activity.openers[items] != items]
    openers = activity.openers[activity.items[replies]]
    asked = _people_of(record, np.unique(openers), _OPENED)
    for deed, opener in zip(replies.tolist(), openers.tolist(), strict=True):
        answerer = int(record.who[deed])
        counted.update((answerer, asker) for asker in asked.get(opener, ()) if asker != answerer)
    return counted


def together(record: Record, items: Places) -> Counter[Pair]:
    """How many items two people wrote or edited together: by places of people, the lower one first."""
    groups = _people_of(record, items, _TOGETHER)
    return Counter(
        pair
        for people in groups.values()
        if 1 < len(people) <= _CROWD
        for pair in combinations(sorted(people), 2)
    )


def _people_of(record: Record, items: Places, roles: Iterable[Role]) -> dict[int, set[int]]:
    """The places of those who did something of a kind to items, by item."""
    deeds = record.deeds_on(items)
    deeds = deeds[np.isin(record.activity.roles[deeds], [ROLES.index(role) for role in roles])]
    found: dict[int, set[int]] = {}
    for item, person in zip(record.activity.items[deeds].tolist(), record.who[deeds].tolist(), strict=True):
        found.setdefault(item, set()).add(person)
    return found


def network(record: Record, deeds: Places, topic: Iterable[str], most: int = MOST_NODES) -> Network:
    """Who answers whom by some deeds; only people who may be named for the topic."""
    topic = list(topic)
    pairs = answers(record, deeds)
    named = {place for place in {one for pair in pairs for one in pair} if record.may_be_named(place, topic)}
    pairs = Counter({pair: count for pair, count in pairs.items() if named.issuperset(pair)})
    degree: Counter[int] = Counter()
    for pair, count in pairs.items():
        degree.update(dict.fromkeys(pair, count))
    ranked = sorted(degree, key=lambda place: (-degree[place], record.numbers[place]))
    best = set(ranked[:most])
    shown = {pair: count for pair, count in pairs.items() if best.issuperset(pair)}
    kept = [place for place in ranked[:most] if any(place in pair for pair in shown)]
    given = Counter(record.who[deeds].tolist())
    numbers = record.numbers.tolist()
    edges = [Edge(numbers[one], numbers[other], count) for (one, other), count in shown.items()]
    return Network(
        nodes=tuple(Node(record.people[place], given[place], not record.active[place]) for place in kept),
        edges=tuple(sorted(edges, key=lambda edge: (-edge.answers, edge.answerer, edge.asker))),
        left_out=len(ranked) - len(kept),
    )
