"""Groups of near-identical items, and who may see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from catalog.copies import Sketch
from catalog.store import Catalog
from tests.build import Put, make_item

ALIKE = b"alike..." * 8  # a signature


def _group(catalog: Catalog, *pairs: tuple[int, int]) -> None:
    with catalog.write() as writer:
        writer.put_sketches([Sketch(item) for item in writer.unsketched(writer.unlinked()[0])])
        for item_id, other_id in pairs:
            writer.join_copies(item_id, other_id)


def _copies(catalog: Catalog, viewer: str, *keys: str) -> dict[str, tuple[str, ...]]:
    with catalog.read(catalog.viewer(viewer)) as reader:
        return reader.copies([f"notes:{key}" for key in keys])


def test_each_item_of_a_group_knows_the_others(catalog: Catalog, put: Put) -> None:
    """The oldest first; an item without copies is left out."""
    put(make_item("a"), make_item("b"), make_item("c"), make_item("other"))
    _group(catalog, (2, 1), (3, 1))

    assert _copies(catalog, "guest", "b", "other") == {"notes:b": ("notes:a", "notes:c")}


def test_a_private_copy_is_known_to_its_readers_only(catalog: Catalog, put: Put) -> None:
    """Not even that there is one."""
    put(make_item("a"), make_item("b", community="board"))
    _group(catalog, (2, 1))

    assert _copies(catalog, "ada@example.org", "a", "b") == {"notes:a": ("notes:b",), "notes:b": ("notes:a",)}
    assert _copies(catalog, "guest", "a", "b") == {}


def test_an_item_that_changed_leaves_its_group(catalog: Catalog, put: Put) -> None:
    """The others stay together."""
    put(make_item("a"), make_item("b"), make_item("c"))
    _group(catalog, (2, 1), (3, 1))
    put(make_item("c", "Something else."))
    _group(catalog)

    assert _copies(catalog, "guest", "a", "c") == {"notes:a": ("notes:b",)}


def test_a_group_is_looked_at_again_when_its_leader_is_gone(catalog: Catalog, put: Put) -> None:
    """All were like the leader, and need not be like each other."""
    put(make_item("a"), make_item("b"), make_item("c"))
    _group(catalog, (2, 1), (3, 1))
    with catalog.write() as writer:
        writer.forget_item("notes", "a")
        assert [item.title for item in writer.unsketched(writer.unlinked()[0])] == ["B", "C"]

    assert _copies(catalog, "guest", "b", "c") == {}


def test_only_the_leader_of_a_group_is_a_candidate(catalog: Catalog, put: Put) -> None:
    """So a group never becomes a chain."""
    put(make_item("a"), make_item("b"), make_item("c"))
    with catalog.write() as writer:
        first, second, third = (Sketch(item, ALIKE) for item in writer.unsketched(writer.unlinked()[0]))
        writer.put_sketches([first, second, third])
        assert writer.copy_candidates(third, 9) == {1: ALIKE, 2: ALIKE}
        writer.join_copies(2, 1)
        assert writer.copy_candidates(third, 9) == {1: ALIKE}


def test_items_with_a_band_in_common_are_candidates(catalog: Catalog, put: Put) -> None:
    """The same four bytes at the same place; what has no signature is like nothing."""
    signatures = [b"." * 64, b"-" * 60 + b"....", b"x..." + b"+" * 60, b"....", b"", b""]
    put(*(make_item(key) for key in "abcdef"))
    with catalog.write() as writer:
        sketched = zip(writer.unsketched(writer.unlinked()[0]), signatures, strict=True)
        made = [Sketch(item, signature) for item, signature in sketched]
        writer.put_sketches(made)

        assert writer.with_candidates([one.item.id for one in made]) == {1, 2, 4}
        assert writer.copy_candidates(made[0], 9) == {2: signatures[1], 4: signatures[3]}
        assert writer.copy_candidates(made[2], 9) == {}


def test_candidates_are_looked_up_in_indexes(catalog: Catalog, put: Put) -> None:
    """Whatever statement it is: none of them goes through all items."""
    put(make_item("a"), make_item("b"))
    asked: list[tuple[str, Any]] = []
    with catalog.write() as writer:
        one, other = (Sketch(item, ALIKE) for item in writer.unsketched(writer.unlinked()[0]))
        writer.put_sketches([one, other])
        listener = "before_cursor_execute", lambda *given: asked.append(given[2:4])
        event.listen(catalog.engine, *listener)
        writer.with_candidates([1, 2])
        writer.copy_candidates(one, 9)
        event.remove(catalog.engine, *listener)

    with catalog.engine.connect() as db:
        plans = [db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in asked]
    assert [sum("ix_sketches_band_" in step.detail for step in plan) for plan in plans] == [16, 16]
    assert not [step.detail for plan in plans for step in plan if "SCAN" in step.detail]
