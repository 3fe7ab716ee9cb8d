"""Stores what sources give, many records at a time: people, and items with all that belongs to them.

Every table gets one statement for all records, not one for each: what SQLAlchemy and SQLite do around a
statement takes longer than a row. What is new needs no looking for what was there before.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.embedding_text import embedding_text
from catalog.nouns import Item, Person, Span
from catalog.people import PeopleBook
from catalog.schema import (
    communities,
    contributions,
    item_tags,
    items,
    links,
    passages,
    removed_passages,
    votes,
)

_T = TypeVar("_T")
_Rows = list[dict[str, Any]]

_CHUNK = 500  # parameters in one statement
_DIGEST_BYTES = 16  # of a passage


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item that is new or has changed.

    Attributes:
        unit_id: The unit that holds it.
        item: The item.
        spans: Its passages.
        digest: The digest of all that is stored of it.
    """

    unit_id: int
    item: Item
    spans: Sequence[Span]
    digest: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A person whom a unit declares: their names in other places come together in them.

    Attributes:
        unit_id: The unit.
        person: The person.
    """

    unit_id: int
    person: Person


def put_records(
    db: Connection, generation: Callable[[], int], source_id: int, records: Sequence[NewItem | Declared]
) -> None:
    """Store records of a source as if one came after the other.

    Passages whose embedded text is unchanged keep their number and with it their vectors.

    Args:
        db: A connection in a transaction.
        generation: Gives the generation of this transaction's changes.
        source_id: The source.
        records: Items and people.
    """
    for run in _without_doubles(records):
        book = PeopleBook(db)
        book.look_up(person for record in run for person in _people(record))
        done = _roles(book, run)
        new = [record for record in run if isinstance(record, NewItem)]
        if new:
            _put_items(db, generation(), source_id, new, done)


def _without_doubles(records: Sequence[NewItem | Declared]) -> Iterator[list[NewItem | Declared]]:
    """Runs of records in which no item comes twice."""
    run: list[NewItem | Declared] = []
    seen: set[str] = set()
    for record in records:
        if isinstance(record, NewItem):
            if record.item.key in seen:
                yield run
                run, seen = [], set()
            seen.add(record.item.key)
        run.append(record)
    yield run


def _people(record: NewItem | Declared) -> Iterator[Person]:
    if isinstance(record, Declared):
        yield record.person
    else:
        yield from (contribution.person for contribution in record.item.contributions)


def _roles(book: PeopleBook, records: Iterable[NewItem | Declared]) -> list[_Rows]:
    """Resolve the people of all records in their order, and give the contributions to each item."""
    done: list[_Rows] = []
    for record in records:
        if isinstance(record, Declared):
            book.resolve(record.person, declared_by=record.unit_id)
            continue
        rows: dict[tuple[int, str], dict[str, Any]] = {}
        for one in record.item.contributions:
            person_id, role = book.resolve(one.person), one.role.value
            rows.setdefault((person_id, role), {"person_id": person_id, "role": role, "at": one.at})
        done.append(list(rows.values()))
    return done


def _put_items(
    db: Connection, generation: int, source_id: int, new: Sequence[NewItem], done: Sequence[_Rows]
) -> None:
    keys = [record.item.key for record in new]
    known = set(_numbers(db, source_id, keys).values())
    _put_rows(db, {"source_id": source_id, "generation": generation}, new)
    numbers = _numbers(db, source_id, keys)
    stored = [(numbers[record.item.key], record) for record in new]
    _put_parts(db, stored, done, known)
    _put_passages(db, generation, stored, known)


def _put_rows(db: Connection, common: dict[str, Any], new: Sequence[NewItem]) -> None:
    places = _communities(db, {record.item.community for record in new})
    statement = upsert(items)
    values = {column.name: statement.excluded[column.name] for column in items.c if column.name != "id"}
    statement = statement.on_conflict_do_update(index_elements=["source_id", "key"], set_=values)
    rows = [common | _item_row(one) | {"community_id": places.get(one.item.community)} for one in new]
    db.execute(statement, rows)


def _communities(db: Connection, slugs: Iterable[str]) -> dict[str, int]:
    query = select(communities.c.slug, communities.c.id).where(communities.c.slug.in_(list(slugs)))
    return {row.slug: row.id for row in db.execute(query)}


def _numbers(db: Connection, source_id: int, keys: Sequence[str]) -> dict[str, int]:
    """Numbers of the stored items among these, by key."""
    query = select(items.c.key, items.c.id).where(items.c.source_id == source_id)
    return {
        key: number
        for chunk in _chunks(keys)
        for key, number in db.execute(query.where(items.c.key.in_(chunk)))
    }


def _item_row(record: NewItem) -> dict[str, Any]:
    item = record.item
    start, end = item.solution or (None, None)
    return {
        "unit_id": record.unit_id,
        "key": item.key,
        "kind": item.kind.value,
        "title": item.title,
        "text": item.text,
        "url": item.url,
        "created": item.created,
        "updated": item.updated,
        "thread": item.thread or item.key,
        "votes": item.votes,
        "state": item.state.value if item.state else None,
        "accepted": item.accepted,
        "solution_start": start,
        "solution_end": end,
        "digest": record.digest,
    }


def _put_parts(
    db: Connection, stored: Sequence[tuple[int, NewItem]], done: Sequence[_Rows], known: set[int]
) -> None:
    """Store tags, contributions, links and votes of items, in the place of those that they had."""
    rows: dict[Table, _Rows] = {item_tags: [], contributions: [], links: [], votes: []}
    for (number, record), roles in zip(stored, done, strict=True):
        mine, item = {"item_id": number}, record.item
        rows[item_tags] += [mine | {"tag": tag} for tag in sorted(set(item.tags))]
        rows[contributions] += [mine | role for role in roles]
        pointers = sorted({(link.kind.value, link.key) for link in item.links if link.key != item.key})
        rows[links] += [mine | {"kind": kind, "key": key} for kind, key in pointers]
        days = sorted({voted.day: voted.value for voted in item.voted}.items())
        rows[votes] += [mine | {"day": day, "value": value} for day, value in days]
    for table, values in rows.items():
        for chunk in _chunks(sorted(known)):
            db.execute(delete(table).where(table.c.item_id.in_(chunk)))
        if values:
            db.execute(insert(table), values)


def _put_passages(
    db: Connection, generation: int, stored: Sequence[tuple[int, NewItem]], known: set[int]
) -> None:
    before = _stored_passages(db, known)
    kept: _Rows = []
    new: _Rows = []
    for number, record in stored:
        mine = before.get(number, {})
        for ordinal, span in enumerate(record.spans):
            row = _passage_row(number, record.item, ordinal, span) | {"generation": generation}
            if mine.get(row["digest"]):
                kept.append(row | {"row": mine[row["digest"]].pop()})
            else:
                new.append(row)
    if kept:
        db.execute(update(passages).where(passages.c.id == bindparam("row")), kept)
    remove_passages(db, generation, [one for mine in before.values() for ids in mine.values() for one in ids])
    if new:
        db.execute(insert(passages), new)


def _stored_passages(db: Connection, item_ids: Iterable[int]) -> Mapping[int, dict[bytes, list[int]]]:
    """Numbers of the passages of items, by item and digest, the highest first."""
    found: dict[int, dict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
    query = select(passages.c.item_id, passages.c.digest, passages.c.id).order_by(passages.c.id.desc())
    for chunk in _chunks(sorted(item_ids)):
        for item_id, digest, number in db.execute(query.where(passages.c.item_id.in_(chunk))):
            found[item_id][digest].append(number)
    return found


def _passage_row(item_id: int, item: Item, ordinal: int, span: Span) -> dict[str, Any]:
    embedded = embedding_text(item.title, span.heading, item.text[span.start : span.end])
    return {
        "item_id": item_id,
        "ordinal": ordinal,
        "start": span.start,
        "end": span.end,
        "heading": list(span.heading),
        "page": span.page,
        "seconds": span.seconds,
        "digest": hashlib.sha256(embedded.encode()).digest()[:_DIGEST_BYTES],
    }


def remove_passages(db: Connection, generation: int, ids: Sequence[int]) -> None:
    """Remove passages, and tell the indexes of it.

    Args:
        db: A connection in a transaction.
        generation: The generation of this transaction's changes.
        ids: Their numbers.
    """
    for chunk in _chunks(ids):
        rows = [{"passage_id": passage_id, "generation": generation} for passage_id in chunk]
        db.execute(insert(removed_passages), rows)
        db.execute(delete(passages).where(passages.c.id.in_(chunk)))


def _chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Cut a list so that no statement has more parameters than a database takes."""
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
