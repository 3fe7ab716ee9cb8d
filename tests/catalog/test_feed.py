"""What the indexes are told of items: what has changed, and how things stand now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalog.copies import Sketch
from catalog.feed_items import FeedItem, FeedItems
from catalog.nouns import Kind, Span
from catalog.store import Catalog
from catalog.writer import Writer
from tests.build import Put, make_item, make_library_at

HOE = make_item(
    "hoe", "Sharpen it. Oil it.", tags=("tools",), votes=3, created=datetime(2025, 6, 1, tzinfo=UTC)
)
RAKE = make_item("rake", "Rakes too.", kind=Kind.ANSWER, thread="hoe", created=None)


@pytest.fixture
def stored(catalog: Catalog, put: Put) -> int:
    """Two items, of which one has two passages; the generation."""
    put(HOE, spans=[Span(0, 11), Span(12, 19)])
    put(RAKE)
    return catalog.generation()


def _changed(catalog: Catalog, since: int) -> list[int]:
    with catalog.feed() as feed:
        return feed.item_numbers(since)


def test_items_are_told_with_their_tags_and_passages(catalog: Catalog, stored: int) -> None:
    """By number; what nobody knows is None or 0, and what is not there is left out."""
    june = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp())
    with catalog.feed() as feed:
        assert feed.items([2, 1, 7]) == FeedItems(
            [
                FeedItem(1, 1, 1, "hoe", "hoe", "document", june, 3, 0),
                FeedItem(2, 1, 1, "rake", "hoe", "answer", None, 0, 0),
            ],
            [(1, "tools")],
            [(1, 1, 0), (1, 2, 1), (2, 3, 0)],
        )
        assert feed.source_names() == {1: "notes"}


def test_passages_of_a_private_community_come_together(catalog: Catalog, put: Put) -> None:
    """After the public ones, in whichever order they were stored: an index has them in few parts then."""
    put(make_item("plan", community="board"), make_item("hoe"), make_item("budget", community="board"))
    with catalog.feed() as feed:
        told = [(passage.id, passage.community) for passage in feed.changed(0)]
        assert told == [(2, "garden"), (1, "board"), (3, "board")]
        assert [item.id for item in feed.changed_items(0)] == [2, 1, 3]


def test_a_new_item_has_changed(catalog: Catalog, stored: int, put: Put) -> None:
    """And nothing else has."""
    put(make_item("new"))
    assert _changed(catalog, stored) == [3]
    assert _changed(catalog, -1) == [1, 2, 3]


def test_an_item_of_which_only_the_votes_changed_has_changed(catalog: Catalog, stored: int, put: Put) -> None:
    """Its passages stay what they are."""
    put(replace(RAKE, votes=1))
    assert _changed(catalog, stored) == [2]


def _rename(writer: Writer) -> None:
    writer.rename_unit(2, "fork", "/notes/fork")


def _join(writer: Writer) -> None:
    writer.put_sketches([Sketch(one) for one in writer.unsketched(writer.unlinked()[0])])
    writer.join_copies(2, 1)


@pytest.mark.parametrize(("change", "items"), [(_rename, [2]), (_join, [1, 2])], ids=["renamed", "grouped"])
def test_an_item_that_stands_otherwise_has_changed(
    catalog: Catalog, stored: int, change: Callable[[Writer], None], items: list[int]
) -> None:
    """A new key, or a place in a group of copies."""
    with catalog.write() as writer:
        change(writer)
    assert _changed(catalog, stored) == items


def test_an_item_that_leaves_its_group_has_changed(catalog: Catalog, stored: int) -> None:
    """When it is sketched anew, and when the leader of its group is gone."""
    put_into_a_group = _join
    with catalog.write() as writer:
        put_into_a_group(writer)
    grouped = catalog.generation()
    with catalog.write() as writer:
        writer.forget_item("notes", "hoe")
    with catalog.write() as writer:
        assert [one.id for one in writer.unsketched(writer.unlinked()[0])] == [2]
    assert _changed(catalog, grouped) == [2]


def test_items_of_an_older_library_count_as_there_from_the_start(catalog: Catalog) -> None:
    """A library that an older Copse left has items that changed in no generation that is known."""
    folder = catalog.folder.parent / "older"
    make_library_at(
        folder,
        "0006",
        "INSERT INTO communities (slug, name, private) VALUES ('garden', 'Garden', 0)",
        "INSERT INTO sources (name, kind, location, root) VALUES ('notes', 'folder', '/n', '/n')",
        "INSERT INTO units (source_id, key, digest, content, location) VALUES (1, 'hoe', '', '', '')",
        "INSERT INTO items (source_id, unit_id, community_id, key, kind, title, text, thread, accepted,"
        " digest) VALUES (1, 1, 1, 'hoe', 'document', 'Hoe', 'Sharpen it.', 'hoe', 0, '')",
    )
    with Catalog.open(folder) as older:
        assert (_changed(older, -1), _changed(older, 0)) == ([1], [])
