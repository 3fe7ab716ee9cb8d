"""The kinds of source on real data, where it is there."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from catalog.errors import UnreadableError
from catalog.nouns import Item, Person, State
from ingest.parser import Parser
from ingest.sources.discover import discover
from ingest.sources.protocol import Record, Source, Unit

pytestmark = [
    pytest.mark.packs,
    pytest.mark.skipif(not os.environ.get("COPSE_PACKS"), reason="COPSE_PACKS names no folder of real data"),
]


def read(source: Source) -> list[Record]:
    """All records of a source, in any order."""

    def unit_records(unit: Unit) -> list[Record]:
        try:
            return list(source.read(unit))
        except UnreadableError as error:
            return [error]

    units = [unit for unit in source.units() if isinstance(unit, Unit)]
    with ThreadPoolExecutor(2) as threads:
        return [record for records in threads.map(unit_records, units) for record in records]


def read_pack(*parts: str) -> list[Record]:
    """All records of a pack that is one source."""
    with Parser(workers=2) as parser, TemporaryDirectory() as scratch:
        (source,) = discover(Path(os.environ["COPSE_PACKS"], *parts), parser, Path(scratch))
        return read(source)


def test_every_nasa_lesson_is_read() -> None:
    """All rows have a text and a date, and all but a few say what to do."""
    items = [record for record in read_pack("lessons", "nasa_llis_lessons.csv") if isinstance(record, Item)]
    assert len(items) == 2102
    assert all(item.text and item.created for item in items)
    assert sum(item.solution is None for item in items) == 14


@pytest.mark.parametrize(
    ("site", "items", "solved"),
    [("beer", 3306, 619), ("quantumcomputing", 1672, 389)],
    ids=lambda one: str(one),
)
def test_every_post_of_a_forum_is_read(site: str, items: int, solved: int) -> None:
    """No row of a real dump is an error, and each accepted answer solves its question."""
    records = read_pack("stackexchange", site)
    found = [record for record in records if isinstance(record, Item)]
    assert (len(records), len(found)) == (items, items)
    assert sum(item.state is State.SOLVED for item in found) == sum(item.accepted for item in found) == solved


def test_every_author_of_a_site_is_declared_by_a_record() -> None:
    """The handles that documents use for their authors are all among those of the author records."""
    records = read_pack("documents", "digitalgov")
    declared = {identity for one in records if isinstance(one, Person) for identity in one.identities}
    authors = [one.person for record in records if isinstance(record, Item) for one in record.contributions]
    kinds = Counter(type(record) for record in records)
    assert kinds[UnreadableError] < 10
    assert kinds[Item] > 2900
    assert len(authors) > 2900
    assert [author.name for author in authors if not author.identities & declared] == []
