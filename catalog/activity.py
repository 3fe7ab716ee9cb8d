"""Who did what, for all people at once: columns of numbers, a few bytes for each item and each deed.

Objects for all of them would take hundreds of megabytes where columns take some tens, and columns are counted
in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.nouns import Kind, Person, Role

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.signedinteger[Any]]
Bools = npt.NDArray[np.bool_]

ROLES = tuple(Role)
"""Roles in the order of the numbers that stand for them."""

KINDS = tuple(Kind)
"""Kinds in the order of the numbers that stand for them."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Short texts as one run of bytes: a text takes its bytes, and eight more.

    Attributes:
        run: The bytes of all, in UTF-8.
        starts: Where each text begins [m].
        ends: Where it ends [m].
    """

    run: bytes
    starts: Places
    ends: Places

    @classmethod
    def of(cls, texts: Sequence[bytes]) -> Texts:
        """Texts that are given as bytes, in UTF-8."""
        return cls.cut(b"".join(texts), np.fromiter(map(len, texts), np.int32, len(texts)))

    @classmethod
    def cut(cls, run: bytes, lengths: Places) -> Texts:
        """Texts that stand one after the other."""
        ends = np.cumsum(lengths, dtype=np.int32)
        return cls(run, ends - lengths, ends)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, place: int) -> str:
        return self.run[self.starts[place] : self.ends[place]].decode()

    def __iter__(self) -> Iterator[str]:
        return (self[place] for place in range(len(self)))

    def take(self, places: Places | Bools) -> Texts:
        """Some of the texts."""
        return Texts(self.run, self.starts[places], self.ends[places])

    def without(self, hidden: Bools) -> Texts:
        """The same texts, but nothing in place of some."""
        return Texts(self.run, self.starts, np.where(hidden, self.starts, self.ends))

    def joined(self, others: Texts) -> Texts:
        """These texts, and others after them."""
        starts, ends = others.starts + len(self.run), others.ends + len(self.run)
        return Texts(
            self.run + others.run,
            np.concatenate([self.starts, starts.astype(np.int32)]),
            np.concatenate([self.ends, ends.astype(np.int32)]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """The tags of items, each as a number.

    Attributes:
        names: What the numbers stand for; sorted, so that tags that are sorted by number are by name.
        codes: Numbers of tags, item by item, sorted.
        starts: Where each item's begin [m]; what has the same tags as another may point to the other's.
        ends: Where they end [m].
    """

    names: tuple[str, ...]
    codes: Places
    starts: Places
    ends: Places

    @classmethod
    def of(cls, tags: Sequence[Iterable[str]]) -> Tags:
        """The tags of some items, given by name."""
        names = tuple(sorted({tag for its in tags for tag in its}))
        number = {name: code for code, name in enumerate(names)}
        codes = [sorted({number[tag] for tag in its}) for its in tags]
        ends = np.cumsum([len(its) for its in codes], dtype=np.int32)
        starts = ends - np.array([len(its) for its in codes], np.int32)
        return cls(names, np.array([code for its in codes for code in its], np.int32), starts, ends)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, place: int) -> tuple[str, ...]:
        return tuple(self.names[code] for code in self.codes[self.starts[place] : self.ends[place]])

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return (self[place] for place in range(len(self)))

    @property
    def many(self) -> Places:
        """How many tags each item has [m]."""
        return self.ends - self.starts

    def take(self, places: Places | Bools) -> Tags:
        """The tags of some of the items."""
        return Tags(self.names, self.codes, self.starts[places], self.ends[places])

    def only(self, shown: Bools) -> Tags:
        """The tags of some items, as if there were no others."""
        lengths = self.many[shown]
        codes = self.codes[spans(self.starts[shown], self.ends[shown])]
        used = np.bincount(codes, minlength=len(self.names)) > 0
        number = np.cumsum(used, dtype=np.int32) - 1
        ends = np.cumsum(lengths, dtype=np.int32)
        names = tuple(name for name, there in zip(self.names, used.tolist(), strict=True) if there)
        return Tags(names, number[codes], ends - lengths, ends)

    def joined(self, others: Tags) -> Tags:
        """The tags of these items, and of others after them."""
        names = tuple(sorted({*self.names, *others.names}))
        number = {name: code for code, name in enumerate(names)}
        codes, starts, ends = [], [], []
        for part, before in ((self, 0), (others, len(self.codes))):
            renamed = np.array([number[name] for name in part.names], np.int32)
            codes.append(renamed[part.codes])
            starts.append((part.starts + before).astype(np.int32))
            ends.append((part.ends + before).astype(np.int32))
        return Tags(names, *map(np.concatenate, (codes, starts, ends)))

    def counts(self, places: Places | None = None) -> Places:
        """How many of some items carry each tag [names]; of all, if None."""
        its = self if places is None else self.take(places)
        return np.bincount(self.codes[spans(its.starts, its.ends)], minlength=len(self.names))

    def carrying(self, wanted: Iterable[str]) -> Bools:
        """Which items carry one of some tags [m]."""
        chosen = np.isin(np.array(self.names, object), list(wanted)) if self.names else np.zeros(0, bool)
        before = np.concatenate([[0], np.cumsum(chosen[self.codes])])
        return np.asarray(before[self.ends] > before[self.starts])

    def inherited(self, openers: Places) -> Tags:
        """Each item's tags, and those of the item that opened its thread: an answer is about its question.

        Args:
            openers: The place of that item [m].
        """
        starts, ends = self.starts[openers], self.ends[openers]
        both = np.flatnonzero((openers != np.arange(len(openers))) & (self.many > 0))
        others = both[~self._same(both, openers[both])]
        if not len(others):
            return Tags(self.names, self.codes, starts, ends)
        lengths, codes = self._united(others, openers[others])
        ends[others] = len(self.codes) + np.cumsum(lengths)
        starts[others] = ends[others] - lengths
        return Tags(self.names, np.concatenate([self.codes, codes]), starts, ends)

    def _same(self, places: Places, others: Places) -> Bools:
        """Which of some items have the same tags as those beside them; all of the first have some."""
        same = self.many[places] == self.many[others]
        one, other = self.take(places[same]), self.take(others[same])
        differs = self.codes[spans(one.starts, one.ends)] != self.codes[spans(other.starts, other.ends)]
        first = np.cumsum(one.many) - one.many
        same[same] = ~np.logical_or.reduceat(differs, first) if len(first) else same[same]
        return np.asarray(same)

    def _united(self, places: Places, others: Places) -> tuple[Places, Places]:
        """The tags that some items have together with those beside them: how many each, and their numbers."""
        parts = [self.take(places), self.take(others)]
        owners = np.concatenate([np.repeat(np.arange(len(part)), part.many) for part in parts])
        codes = np.concatenate([self.codes[spans(part.starts, part.ends)] for part in parts])
        keys = np.sort(owners * len(self.names) + codes)
        keys = keys[np.diff(keys, prepend=-1) > 0]
        lengths = np.bincount(keys // len(self.names), minlength=len(places)).astype(np.int32)
        return lengths, (keys % len(self.names)).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """People as columns; a person's *place* is the number of their row here.

    Attributes:
        numbers: The catalog's numbers of them [p], rising.
        names: Their names; empty for who is not to be known.
        suggestible: Who wishes to be named as somebody to ask [p].
        anonymous: Who wishes to be shown without a name [p].
        departed: Who has left [p].
        hidden: The topics for which some do not want to be named, by their numbers.
    """

    numbers: Places
    names: Texts
    suggestible: Bools
    anonymous: Bools
    departed: Bools
    hidden: Mapping[int, frozenset[str]]

    @classmethod
    def of(cls, people: Iterable[Person]) -> People:
        """People given one by one; programs are left out."""
        told = sorted((person for person in people if not person.bot), key=lambda person: person.id)
        return cls(
            np.array([person.id for person in told], np.int32),
            Texts.of([person.name.encode() for person in told]),
            np.array([person.suggestible for person in told], bool),
            np.array([person.anonymous for person in told], bool),
            np.array([person.departed for person in told], bool),
            {person.id: person.hidden_topics for person in told if person.hidden_topics},
        )

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, place: int) -> Person:
        number = int(self.numbers[place])
        return Person(
            self.names[place],
            id=number,
            suggestible=bool(self.suggestible[place]),
            hidden_topics=self.hidden.get(number, frozenset()),
            anonymous=bool(self.anonymous[place]),
            departed=bool(self.departed[place]),
        )

    def __iter__(self) -> Iterator[Person]:
        return (self[place] for place in range(len(self)))

    @property
    def shy(self) -> Bools:
        """Who hides any topic [p]."""
        return np.isin(self.numbers, list(self.hidden))

    def take(self, places: Places | Bools) -> People:
        """Some of the people."""
        return People(
            numbers=self.numbers[places],
            names=self.names.take(places),
            suggestible=self.suggestible[places],
            anonymous=self.anonymous[places],
            departed=self.departed[places],
            hidden=self.hidden,
        )

    def veiled(self, known: Iterable[int]) -> People:
        """The same without the names of who is anonymous, but for some whose numbers are given."""
        hidden = self.anonymous & ~np.isin(self.numbers, list(known))
        return replace(self, names=self.names.without(hidden)) if hidden.any() else self


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """Who did what to which items, as columns; programs are left out.

    Items, in the order in which they were stored; their *place* is the number of their row here:

    Attributes:
        rows: The catalog's numbers of the items [m], rising.
        ids: Their ids.
        kinds: What they are, as a place in `KINDS` [m].
        communities: Their communities, as a place in `slugs` [m].
        slugs: Slugs of communities.
        tags: Their tags, and those of the item that opened their thread.
        openers: Place of the item that opened the thread [m]; its own, if that one is not there.
        originals: Place of the first of its near-identical items [m]; its own, if it has none.
        created: When they were written, in seconds since 1970 [m]; NaN where nobody knows.
        votes: Up-votes minus down-votes [m]; 0 where there are none.
        persons: Of each deed, the number of the person who did it [n].
        items: The place of the item [n], rising.
        roles: What they did, as a place in `ROLES` [n].
        times: When, in seconds since 1970 [n]: of the deed, else of the item; NaN where nobody knows.
        disputed: Whether it is no evidence of what they know [n].
    """

    rows: Places
    ids: Texts
    kinds: Places
    communities: Places
    slugs: tuple[str, ...]
    tags: Tags
    openers: Places
    originals: Places
    created: Floats
    votes: Places
    persons: Places
    items: Places
    roles: Places
    times: Floats
    disputed: Bools

    def __len__(self) -> int:
        return len(self.rows)

    def places_of(self, rows: Places) -> tuple[Places, Bools]:
        """The places of those of some items that are there, and which these are.

        Args:
            rows: The catalog's numbers of the items [k].
        """
        places = np.searchsorted(self.rows, rows)
        there = np.append(self.rows, -1)[places] == rows
        return places[there], there

    def within(self, slugs: frozenset[str]) -> Activity:
        """What is left of it for one who may read only some communities.

        Args:
            slugs: The communities; nothing of any other plays a part in what is told.
        """
        readable = np.array([slug in slugs for slug in self.slugs], bool)
        shown = readable[self.communities] if len(self) else np.zeros(0, bool)
        return self if shown.all() else self._only(shown)

    def _only(self, shown: Bools) -> Activity:
        place = np.cumsum(shown, dtype=np.int32) - 1
        openers = np.where(shown[self.openers], self.openers, np.arange(len(self)))[shown]
        deeds = shown[self.items]
        return Activity(
            rows=self.rows[shown],
            ids=self.ids.take(shown),
            kinds=self.kinds[shown],
            communities=self.communities[shown],
            slugs=self.slugs,
            tags=self.tags.only(shown),
            openers=place[openers],
            originals=_originals(self.originals, shown, place),
            created=self.created[shown],
            votes=self.votes[shown],
            persons=self.persons[deeds],
            items=place[self.items[deeds]],
            roles=self.roles[deeds],
            times=self.times[deeds],
            disputed=self.disputed[deeds],
        )

    def inheriting(self) -> Activity:
        """The same where each item has also the tags of the one that opened its thread."""
        return replace(self, tags=self.tags.inherited(self.openers))


def _originals(originals: Places, shown: Bools, place: Places) -> Places:
    """The first of near-identical items that is shown, for each that is; places among what is shown."""
    own = originals[shown]
    lost = np.flatnonzero(~shown[own])
    found = place[own]
    _, first, inverse = np.unique(own[lost], return_index=True, return_inverse=True)
    found[lost] = lost[first][inverse]
    return np.asarray(found)


def spans(starts: Places, ends: Places) -> Places:
    """All places from each start up to the end beside it, one span after the other."""
    lengths = ends - starts
    last = np.cumsum(lengths)
    total = int(last[-1]) if len(last) else 0
    return np.asarray(np.arange(total) + np.repeat(starts - (last - lengths), lengths))
