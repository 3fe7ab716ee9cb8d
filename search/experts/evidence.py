"""People ranked by places in the record → experts, with the items that can be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalog.activity import ROLES
from catalog.nouns import Contribution, Item
from catalog.reader import Reader
from search.experts.ranking import Ranked
from search.experts.words import summary, weaknesses
from search.people.record import Record
from search.results import Evidence, Expert


def read_experts(reader: Reader, record: Record, ranked: Sequence[Ranked], topic: str) -> list[Expert]:
    """Read the items that are somebody's evidence.

    Args:
        reader: The viewer's view of the catalog.
        record: What everybody did, in the same view.
        ranked: The people, best first.
        topic: What was asked.
    """
    ids, places = record.activity.ids, record.activity.items
    items = reader.items({ids[places[deed]] for one in ranked for deed in one.deeds.tolist()})
    return [_expert(record, one, items, topic) for one in ranked]


def _expert(record: Record, one: Ranked, items: Mapping[str, Item], topic: str) -> Expert:
    evidence = tuple(_evidence(record, one, items))
    return Expert(
        person=evidence[0].contribution.person,
        score=one.score,
        evidence=evidence,
        summary=summary(record, one, topic),
        weaknesses=weaknesses(record, one),
        about=one.about,
        specific=one.specific,
    )


def _evidence(record: Record, one: Ranked, items: Mapping[str, Item]) -> Iterator[Evidence]:
    activity, number = record.activity, int(record.numbers[one.person])
    for deed, share in zip(one.deeds.tolist(), one.shares.tolist(), strict=True):
        item = items[activity.ids[activity.items[deed]]]
        yield Evidence(item, _contribution(item, number, ROLES[activity.roles[deed]]), share)


def _contribution(item: Item, number: int, role: str) -> Contribution:
    """What somebody did to an item; whoever is anonymous has another number there."""
    did = (one for one in item.contributions if one.role == role)
    return next(one for one in did if one.person.id == number or one.person.anonymous)
