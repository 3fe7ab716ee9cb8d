"""Writing items: passages keep their number while their text stays, and what goes is gone."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from catalog.embedding_text import embedding_text
from catalog.errors import NotFoundError, UnreadableError
from catalog.nouns import Community, Filters, Item, Span
from catalog.records import NewItem
from catalog.store import Catalog
from catalog.units import ClosedUnit
from catalog.writer import item_digest
from tests.build import Put, make_item, make_library_at

JUNE = datetime(2025, 6, 1, tzinfo=UTC)


def _passages(catalog: Catalog, key: str) -> list[tuple[int, str]]:
    with catalog.read(catalog.owner()) as reader:
        return [(passage.id, passage.text) for passage in reader.passages_of(f"notes:{key}")]


def test_a_passage_is_the_exact_span_of_its_item(catalog: Catalog, put: Put) -> None:
    """Also where characters take several bytes."""
    text = "Äpfel – früh.\n\nBirnen später: 🍐."
    put(make_item("a", text), spans=[Span(0, 13), Span(15, len(text), ("Obst",), 2)])
    with catalog.read(catalog.owner()) as reader:
        first, second = reader.passages_of("notes:a")
    assert (first.text, first.heading, first.page) == ("Äpfel – früh.", (), None)
    assert (second.text, second.heading, second.page) == ("Birnen später: 🍐.", ("Obst",), 2)


def test_unchanged_passages_of_a_changed_item_keep_their_number(catalog: Catalog, put: Put) -> None:
    """Their vectors stay valid; only the changed passage is new."""
    put(make_item("a", "One. Two."), spans=[Span(0, 4), Span(5, 9)])
    [(one, _), (two, _)] = _passages(catalog, "a")
    put(make_item("a", "One. New."), spans=[Span(0, 4), Span(5, 9)])
    [(first, _), (second, text)] = _passages(catalog, "a")
    assert first == one
    assert second > two
    assert text == "New."


def test_a_passage_number_is_never_used_again(catalog: Catalog, put: Put) -> None:
    """The indexes know passages by number: a new one must not look like a removed one."""
    put(make_item("a"))
    [(old, _)] = _passages(catalog, "a")
    with catalog.write() as writer:
        writer.forget_item("notes", "a")
    put(make_item("b"))
    [(new, _)] = _passages(catalog, "b")
    assert new > old


def test_items_that_a_unit_no_longer_holds_are_removed(catalog: Catalog) -> None:
    """A row that vanished from a table vanishes here, and is told to the indexes."""
    first, second = make_item("1"), make_item("2")
    before = catalog.generation()
    with catalog.write() as writer:
        source_id = writer.put_source("notes", "table", "/t.csv", "/t.csv")
        unit_id = writer.begin_unit(source_id, "t.csv", "/t.csv")
        for item in (first, second):
            writer.put_item(source_id, unit_id, item, [Span(0, 5)], item_digest(item))
        assert writer.finish_unit(unit_id, "v1", "c", {"1", "2"}, []) == 0
    [(gone, _)] = _passages(catalog, "2")
    with catalog.write() as writer:
        assert writer.finish_unit(unit_id, "v2", "c", {"1"}, []) == 1
    assert _passages(catalog, "2") == []
    with catalog.feed() as feed:
        assert feed.removed(before) == [gone]


def test_records_are_stored_as_if_one_came_after_the_other(catalog: Catalog) -> None:
    """An item that comes twice is stored as it came last; what did not change in between stays."""
    with catalog.write() as writer:
        source_id = writer.put_source("notes", "table", "/t.csv", "/t.csv")
        unit_id = writer.begin_unit(source_id, "t.csv", "/t.csv")
        versions = [make_item("a", "One. Two."), make_item("b", "Beans."), make_item("a", "One. New.")]
        spans = [Span(0, 4), Span(5, 9)]
        writer.put_records(source_id, [NewItem(unit_id, item, spans, item_digest(item)) for item in versions])
    assert _passages(catalog, "a") == [(1, "One."), (5, "New.")]


def test_a_renamed_unit_keeps_its_item_and_passages(catalog: Catalog, put: Put) -> None:
    """The item has a new key, the passage its old number."""
    put(make_item("old.md"))
    before = _passages(catalog, "old.md")
    with catalog.write() as writer:
        source_id = writer.put_source("notes", "folder", "/notes", "/notes")
        writer.rename_unit(writer.units(source_id)["old.md"].id, "new.md", "/notes/new.md")
    assert _passages(catalog, "old.md") == []
    assert _passages(catalog, "new.md") == before


def test_failures_of_a_unit_are_kept_until_it_is_read_again(catalog: Catalog) -> None:
    """A broken file leaves its stored items alone."""
    with catalog.write() as writer:
        source_id = writer.put_source("notes", "folder", "/notes", "/notes")
        unit_id = writer.begin_unit(source_id, "a.pdf", "/notes/a.pdf")
        broken = UnreadableError("/notes/a.pdf", "is encrypted")
        writer.close_units([ClosedUnit(unit_id, "v1", "c", [broken], retry_at=JUNE)])
        assert list(map(str, writer.failures(source_id)[unit_id])) == ["/notes/a.pdf: is encrypted"]
        writer.finish_unit(unit_id, "v2", "c", set(), [])
        assert writer.failures(source_id) == {}


def test_a_forgotten_item_is_gone_and_stays_known_as_forgotten(catalog: Catalog, put: Put) -> None:
    """So that its source does not bring it back."""
    put(make_item("a"), make_item("b"))
    with catalog.write() as writer:
        writer.forget_item("notes", "a")
        source_id = writer.put_source("notes", "folder", "/notes", "/notes")
        assert writer.forgotten(source_id) == {"a"}
    with catalog.read(catalog.owner()) as reader:
        assert list(reader.items(["notes:a", "notes:b"])) == ["notes:b"]


def test_forgetting_what_is_not_there_is_an_error(catalog: Catalog) -> None:
    """It names the item, and says where to find ids."""
    with (
        pytest.raises(NotFoundError, match="notes:zzz: no such item; `copse search`"),
        catalog.write() as writer,
    ):
        writer.forget_item("notes", "zzz")


def test_removing_a_source_removes_everything_of_it(catalog: Catalog, put: Put) -> None:
    """Items, passages, units, people."""
    put(make_item("a", author="Mara"), make_item("b"))
    with catalog.write() as writer:
        [source] = writer.sources()
        assert writer.remove_source(source.id) == 2
        assert writer.sources() == []
    with catalog.read(catalog.owner()) as reader:
        assert reader.passage_ids(Filters()).tolist() == []
    with catalog.engine.connect() as connection:
        for table in ("items", "passages", "units", "people", "identities", "contributions", "item_tags"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0  # noqa: S608


def test_storing_the_same_community_and_source_again_changes_nothing(catalog: Catalog, put: Put) -> None:
    """An unchanged re-ingest moves no generation."""
    put(make_item("a"))
    before = catalog.generation()
    with catalog.write() as writer:
        writer.put_community(
            Community("board", "Board", private=True, readers=frozenset({"ada@example.org"}))
        )
        writer.put_source("notes", "folder", "/notes", "/notes")
    assert catalog.generation() == before


def test_a_community_can_become_private(catalog: Catalog) -> None:
    """From then on, only its readers read it."""
    with catalog.write() as writer:
        writer.put_community(Community("garden", "Garden", private=True, readers=frozenset({"bo"})))
    assert catalog.viewer("guest").communities == frozenset()
    assert catalog.viewer("Bo").communities == {"garden"}


@pytest.mark.parametrize(
    "other",
    [
        make_item("a", "Other."),
        make_item("a", title="Other"),
        make_item("a", tags=("compost",)),
        make_item("a", votes=3),
        make_item("a", author="Mara"),
        make_item("a", community="board"),
    ],
    ids=["text", "title", "tags", "votes", "author", "community"],
)
def test_the_digest_of_an_item_covers(other: Item) -> None:
    """Whatever is stored of an item changes its digest."""
    assert item_digest(other) != item_digest(make_item("a"))
    assert item_digest(make_item("a"), "150 tokens") != item_digest(make_item("a"), "200 tokens")


def test_vectors_of_passages_that_are_gone_are_not_stored(catalog: Catalog, put: Put) -> None:
    """A file may be deleted while its passages are being embedded."""
    put(make_item("a"))
    [(passage_id, _)] = _passages(catalog, "a")
    with catalog.write_vectors() as vectors:
        model = vectors.put_model("m@1", "m", 2)
        array = np.array([[1, 0], [0, 1]], dtype=np.float32)
        assert vectors.put_vectors(model, [passage_id, 999], array) == 1
    with catalog.feed() as feed:
        assert feed.vector_ids(model).tolist() == [passage_id]
        assert feed.vectors(model, feed.vector_ids(model)).tolist() == [[1.0, 0.0]]


def test_passages_of_an_older_library_are_known_again(tmp_path: Path) -> None:
    """Their digests were longer: what is stored again keeps its number and its vector."""
    digest = hashlib.sha256(embedding_text("A", (), "Water.").encode()).hexdigest()
    make_library_at(
        tmp_path,
        "0008",
        "INSERT INTO communities (slug, name, private) VALUES ('garden', 'Garden', 0)",
        "INSERT INTO sources (name, kind, location, root) VALUES ('notes', 'folder', '/n', '/n')",
        "INSERT INTO units (source_id, key, digest, content, location) VALUES (1, 'a', '', '', '')",
        "INSERT INTO items (source_id, unit_id, community_id, key, kind, title, text, thread, accepted,"
        " digest) VALUES (1, 1, 1, 'a', 'document', 'A', 'Water.', 'a', 0, '')",
        'INSERT INTO passages (id, item_id, ordinal, start, "end", heading, digest, generation)'
        " VALUES (7, 1, 0, 0, 6, '[]', 'DIGEST', 1)".replace("DIGEST", digest),
        "INSERT INTO models (name, location, dimension, serving) VALUES ('m', 'm', 1, 1)",
        "INSERT INTO vectors (passage_id, model_id, generation, vector) VALUES (7, 1, 1, x'0000')",
    )
    with Catalog.open(tmp_path) as older:
        item = make_item("a", "Water.", tags=("can",))
        with older.write() as writer:
            writer.put_item(1, 1, item, [Span(0, 6)], item_digest(item))
        with older.feed() as feed:
            assert _passages(older, "a") == [(7, "Water.")]
            assert feed.pending("m") == []
