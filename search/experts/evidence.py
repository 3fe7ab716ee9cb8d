"""People ranked by places in the record → experts, with the items that can be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from catalog.activity import ROLES
from catalog.nouns import Contribution, Item
from catalog.reader import Reader
from search.experts.ranking import Ranked
from search.experts.words import summary, weaknesses
from search.people.record import Record, hides
from search.results import Evidence, Expert


def read_experts(reader: Reader, record: Record, ranked: Sequence[Ranked], topic: str) -> list[Expert]:
    """Read the items that are somebody's evidence.

    The record may be as of a little before, or after, what the viewer sees now. So everything is looked up
    there, and what has gone meanwhile, or somebody no longer wishes to be told, is left out.

    Args:
        reader: The viewer's view of the catalog.
        record: What everybody did.
        ranked: The people, best first.
        topic: What was asked.
    """
    ids, places = record.activity.ids, record.activity.items
    there = [one for one in _there(reader, record, ranked) if len(one.deeds)]
    items = reader.items({ids[place] for one in there for place in places[one.deeds].tolist()})
    found = (_expert(record, one, items, topic) for one in there)
    return [one for one in found if one is not None]


def _there(reader: Reader, record: Record, ranked: Sequence[Ranked]) -> Iterator[Ranked]:
    """The people without what they did to items that the viewer may not read any more."""
    parts = [part for one in ranked for part in (one.deeds, one.told)]
    deeds = np.concatenate([np.empty(0, np.int64), *parts])
    rows = record.activity.rows[record.activity.items[deeds]]
    gone = deeds[~np.isin(rows, reader.readable_items(np.unique(rows).tolist()))]
    for one in ranked:
        yield one.without(gone) if len(gone) else one


def _expert(record: Record, one: Ranked, items: Mapping[str, Item], topic: str) -> Expert | None:
    evidence = tuple(_evidence(record, one, items, topic))
    if not evidence or not len(one.told):
        return None
    return Expert(
        person=evidence[0].contribution.person,
        score=sum(part.share for part in evidence),
        evidence=evidence,
        summary=summary(record, one, topic),
        weaknesses=weaknesses(record, one),
        about=one.about,
        specific=one.specific,
    )


def _evidence(record: Record, one: Ranked, items: Mapping[str, Item], topic: str) -> Iterator[Evidence]:
    activity, number = record.activity, int(record.numbers[one.person])
    for deed, share in zip(one.deeds.tolist(), one.shares.tolist(), strict=True):
        item = items.get(activity.ids[activity.items[deed]])
        did = item and _contribution(item, number, ROLES[activity.roles[deed]])
        if item and did and _may_be_told(did, topic, item):
            yield Evidence(item, did, share)


def _contribution(item: Item, number: int, role: str) -> Contribution | None:
    """What somebody did to an item; whoever is anonymous has another number there."""
    did = (one for one in item.contributions if one.role == role)
    return next((one for one in did if one.person.id == number or one.person.anonymous), None)


def _may_be_told(did: Contribution, topic: str, item: Item) -> bool:
    person = did.person
    return person.suggestible and not did.disputed and not hides(person, [topic, *item.tags])
