"""Reads what the pages about people and topics are made of, and keeps it while the library stays as it is."""

from __future__ import annotations

import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from catalog.activity import ROLES, Activity, Bools, Places
from catalog.errors import CopseError, NotFoundError
from catalog.ledger import Ledger
from catalog.nouns import Filters
from catalog.reader import Reader
from catalog.reader_activity import Sight
from catalog.reader_people import PersonSummary
from catalog.store import Catalog
from search.people.clusters import divided
from search.people.naming import MOST_TERMS, Vocabulary, join_terms, telling_terms
from search.people.profile import Best, Profile, Written, best_deeds, make_profile, written_by
from search.people.record import Record, admitted, make_record, moment
from search.people.topics import (
    Subject,
    Topic,
    found_subject,
    measure,
    nearest_names,
    nearest_tags,
    tag_subject,
    tag_subjects,
)

_KEPT = 4  # records, each for all who are told the same
_KEPT_DEEDS = 2_000_000  # of all these together; each takes some forty bytes
_FEW = 5_000  # changed items that are read while an asker waits
_TAGGED = 0.5  # of a community's items that have tags, so that these are its topics
_LEAST_CLUSTERED = 20  # items of a community that are put in groups
_SAMPLE = 5000  # titles with which those of a topic are compared
_READ = 2000  # of a person's newest items are put in topics

_LOG = logging.getLogger(__name__)

Find = Callable[[], Mapping[int, float]]
_Key = tuple[Sight, date]


@dataclass(slots=True)
class _Kept:
    """A record, and the topics of the library once somebody has asked for them.

    Topics also follow from vectors, so they are those of one generation.
    """

    record: Record
    ledger: Ledger
    subjects: list[Subject] | None = None
    topics: list[Topic] | None = None
    vocabularies: dict[frozenset[str], Vocabulary] = field(default_factory=dict)


class Study:
    """What everybody did, read once for all viewers, and kept in step with the library.

    Each viewer gets the part of it that they may read; all who are told the same share one.
    Safe to use from several threads. A pause of somebody ends in it on the day after.

    Args:
        catalog: The library's catalog.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._ledger: Ledger | None = None
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._beside: threading.Thread | None = None

    def record(self, reader: Reader, *, waits: bool = True) -> Record:
        """What everybody did, as far as the viewer may read it.

        Args:
            reader: The viewer's view of the catalog.
            waits: Whether it has to show all that has changed. Else, where much has, it may be as of a little
                before, while a thread reads it: what is told from it has to be looked up in the catalog.
        """
        return self._of(reader, waits=waits).record

    def catch_up(self) -> None:
        """Bring what everybody did in step with the catalog now, so that nobody waits for it later."""
        with self._reading, self._catalog.feed() as feed:
            self._ledger = feed.ledger(self._ledger)

    def subjects(self, reader: Reader, model: str | None) -> list[Subject]:
        """The topics of the library before anything is counted."""
        kept = self._of(reader)
        if kept.subjects is None:
            kept.subjects = [*tag_subjects(kept.record.activity), *_clusters(reader, kept.record, model)]
        return kept.subjects

    def topics(self, reader: Reader, model: str | None) -> list[Topic]:
        """The topics of the library, those with the most items first."""
        kept = self._of(reader)
        if kept.topics is None:
            measured = [measure(kept.record, subject) for subject in self.subjects(reader, model)]
            kept.topics = sorted(measured, key=lambda topic: (-topic.items, topic.name))
        return kept.topics

    def profile(self, reader: Reader, who: str, model: str | None) -> Profile:
        """One person, by number or exact name.

        Raises:
            NotFoundError: If there is nobody, or are several, among those whom the viewer may read.
        """
        summary = reader.person(who)
        record = self.record(reader)
        place = record.place_of(summary.person.id)
        if place is None or not record.named[place]:
            return make_profile(record, summary, place, None, ())
        deeds = written_by(record, place)
        best = list(_best(reader, record, best_deeds(record, deeds)))
        return make_profile(record, summary, place, self._written(reader, summary, deeds, model), best)

    def subject(
        self, reader: Reader, text: str, filters: Filters, model: str | None, find: Find
    ) -> tuple[Record, Subject]:
        """The subject that a text names: a tag, or the items that fit its words.

        Args:
            reader: The viewer's view of the catalog.
            text: A tag or a few words.
            filters: What to narrow it to.
            model: The model that made the vectors.
            find: Gives the scores of the items that fit, by id.

        Raises:
            NotFoundError: If nobody has written about it; it names the nearest topics.
        """
        record = self.record(reader)
        among = admitted(record.activity, filters)
        subject = tag_subject(record.activity, text, among)
        if subject is None:
            scores = find()
            subject = found_subject(record.activity, text, scores, among)
        if subject is None:
            names = [one.name for one in self.subjects(reader, model)]
            near = dict.fromkeys([*nearest_names(text, names), *nearest_tags(record.activity, scores)])
            raise NotFoundError(_nobody(text, list(near), names), (list(near) or names)[:MOST_TERMS])
        return record, subject

    def _written(self, reader: Reader, summary: PersonSummary, deeds: Places, model: str | None) -> Written:
        record = self.record(reader)
        rows = record.activity.rows[record.activity.items[deeds[:_READ]]]
        titles, tags = reader.titles(rows.tolist()), record.activity.tags
        vectors = reader.item_vectors(rows.tolist(), model) if model else {}
        return Written(
            deeds=deeds[:_READ],
            vectors=_matrix(rows, vectors),
            titles=[titles.get(row, "") for row in rows.tolist()],
            among=self._vocabulary(reader, frozenset(summary.communities)),
            tags=Counter(dict(zip(tags.names, tags.counts().tolist(), strict=True))),
        )

    def _vocabulary(self, reader: Reader, slugs: frozenset[str]) -> Vocabulary:
        kept = self._of(reader)
        if slugs not in kept.vocabularies:
            kept.vocabularies[slugs] = _vocabulary(reader, kept.record, slugs)
        return kept.vocabularies[slugs]

    def _of(self, reader: Reader, *, waits: bool = True) -> _Kept:
        now = datetime.now(UTC)
        ledger = self._caught_up(reader.generation, waits=waits)
        told = ledger.persons.told
        sight = reader.sight(told.numbers[told.anonymous].tolist())
        with self._lock:
            kept = self._kept.get((sight, now.date()))
        if kept is not None and kept.ledger is ledger:
            return kept
        same = kept is not None and kept.ledger.activity is ledger.activity
        record = kept.record if kept is not None and same else _seen(ledger, sight, now)
        return self._keep((sight, now.date()), _Kept(record, ledger))

    def _keep(self, key: _Key, kept: _Kept) -> _Kept:
        """Keep a record beside the others of the same state of the library, as far as there is room."""
        with self._lock:
            if kept.ledger is self._ledger:
                activity = kept.ledger.activity
                current = ((one, its) for one, its in self._kept.items() if its.ledger.activity is activity)
                self._kept = OrderedDict(current)
                self._kept[key] = kept
                self._kept.move_to_end(key)
                while len(self._kept) > 1 and not self._has_room():
                    self._kept.popitem(last=False)
        return kept

    def _has_room(self) -> bool:
        deeds = sum(len(kept.record.who) for kept in self._kept.values())
        return len(self._kept) <= _KEPT and deeds <= _KEPT_DEEDS

    def _caught_up(self, generation: int, *, waits: bool) -> Ledger:
        """What everybody did, as of a generation; of an earlier one, if nobody has to wait."""
        ledger = self._ledger
        if ledger is not None and (ledger.generation >= generation or (not waits and self._is_much(ledger))):
            return ledger
        with self._reading:
            if self._ledger is None or self._ledger.generation < generation:
                with self._catalog.feed() as feed:
                    self._ledger = feed.ledger(self._ledger)
            return self._ledger

    def _is_much(self, ledger: Ledger) -> bool:
        """Whether an asker would have to wait long for what has changed; then a thread begins to read it."""
        with self._catalog.feed() as feed:
            if not feed.has_changed_more_items(ledger.generation, _FEW):
                return False
        with self._lock:
            if self._beside is None or not self._beside.is_alive():
                beside = threading.Thread(target=self._catch_up_quietly, name="copse-people", daemon=True)
                self._beside = beside
                self._beside.start()
        return True

    def _catch_up_quietly(self) -> None:
        try:
            self.catch_up()
        except CopseError as error:
            _LOG.warning("what people did lately is not known yet: %s", error)


def _seen(ledger: Ledger, sight: Sight, now: datetime) -> Record:
    """What those see who may read some communities, and know the names of some who are anonymous."""
    slugs, owns, own = sight
    people = ledger.persons.at(now)
    activity = ledger.activity.within(slugs).inheriting()
    return make_record(activity, people if owns else people.veiled(own), now)


def _nobody(text: str, near: Sequence[str], names: Sequence[str]) -> str:
    """That nobody has written about something, and what there is instead."""
    said = f"{text}: nobody has written about it"
    if near:
        return f"{said}; the nearest topics: {', '.join(near[:MOST_TERMS])}"
    return f"{said}; the largest topics: {', '.join(names[:MOST_TERMS])}" if names else said


def _best(reader: Reader, record: Record, deeds: Sequence[int]) -> Iterator[Best]:
    activity = record.activity
    items = reader.items(activity.ids[activity.items[deed]] for deed in deeds)
    for deed in deeds:
        if (item_id := activity.ids[activity.items[deed]]) in items:
            role = ROLES[activity.roles[deed]]
            yield Best(items[item_id], role, moment(float(activity.times[deed])))


def _matrix(rows: Places, vectors: Mapping[int, npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Vectors as the rows of a matrix; zeros for what has none."""
    dimension = len(next(iter(vectors.values()), ()))
    matrix = np.zeros((len(rows), dimension), np.float32)
    for at, row in enumerate(rows.tolist()):
        if row in vectors:
            matrix[at] = vectors[row]
    return matrix


def _vocabulary(reader: Reader, record: Record, slugs: frozenset[str]) -> Vocabulary:
    """The titles of some communities: one of each thread, evenly taken where there are very many."""
    activity = record.activity
    inside = np.array([slug in slugs for slug in activity.slugs], bool)[activity.communities]
    opens = activity.openers == np.arange(len(activity))
    rows = activity.rows[inside & opens]
    rows = rows[:: max(1, len(rows) // _SAMPLE)]
    return Vocabulary(reader.titles(rows.tolist()).values())


def _clusters(reader: Reader, record: Record, model: str | None) -> Iterator[Subject]:
    """Topics of the communities whose items have no tags, by what the items are about."""
    activity = record.activity
    tagged = activity.tags.many > 0
    for slug, inside in sorted(_communities(activity), key=itemgetter(0)):
        places = np.flatnonzero(inside & ~tagged)
        few_tags = tagged[inside].mean() < _TAGGED
        if model and few_tags and len(places) >= _LEAST_CLUSTERED:
            yield from _divided(reader, record, places, slug, model)


def _communities(activity: Activity) -> Iterator[tuple[str, Bools]]:
    """Each community of which there is something, and which items belong to it."""
    for code in np.unique(activity.communities).tolist():
        yield activity.slugs[code], activity.communities == code


def _divided(reader: Reader, record: Record, places: Places, slug: str, model: str) -> Iterator[Subject]:
    activity = record.activity
    rows = activity.rows[places]
    vectors = _matrix(rows, reader.item_vectors(rows.tolist(), model))
    embedded = np.flatnonzero(np.any(vectors, axis=1)) if vectors.size else np.empty(0, np.int64)
    among = _vocabulary(reader, record, frozenset({slug}))
    for group in divided(vectors[embedded]):
        mine = places[embedded[group]]
        openers = activity.rows[np.unique(activity.openers[mine])]
        terms = telling_terms(list(reader.titles(openers.tolist()).values()), among)
        if terms:
            yield Subject(join_terms(terms), tuple(terms[2:MOST_TERMS]), False, mine)
