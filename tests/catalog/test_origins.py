"""What was added, and whose communities it may describe."""

from __future__ import annotations

from catalog.errors import UnreadableError
from catalog.nouns import Community, Viewer
from catalog.origins import Origin
from catalog.reader_origins import FoundOrigin, FoundSource
from catalog.store import Catalog
from tests.build import BOARD, Put, make_item


def _settled(catalog: Catalog, made: Community, root: str) -> Community:
    with catalog.write() as writer:
        return writer.settle_community(made, root)


def test_who_reads_a_community_is_not_for_a_location_to_change(catalog: Catalog, put: Put) -> None:
    """Neither where others have brought something in, nor where nothing is yet."""
    kept = Community("board", "Board", private=True, readers=frozenset({"ada@example.org"}))
    assert _settled(catalog, Community("board", "board"), "/new") == kept
    put(make_item("minutes", community="board"))
    assert _settled(catalog, Community("board", "board"), "/new") == kept


def test_a_community_of_one_location_is_as_it_says(catalog: Catalog, put: Put) -> None:
    """So that what was private at its place can become public."""
    put(make_item("minutes", community="board"))
    assert _settled(catalog, Community("board", "Our board"), "/notes") == Community("board", "Our board")


def test_a_new_community_is_as_it_says_and_a_shared_one_can_become_private(
    catalog: Catalog, put: Put
) -> None:
    """The safe way is open to whoever adds."""
    put(make_item("water"))
    assert _settled(catalog, Community("shed", "Shed"), "/new") == Community("shed", "Shed")
    garden = _settled(catalog, Community("garden", "garden", private=True), "/new")
    assert garden == Community("garden", "Garden", private=True)


def test_a_steward_knows_what_is_all_theirs(catalog: Catalog, put: Put) -> None:
    """Not what belongs to a further community, nor what has brought nothing yet and names none of theirs."""
    put(make_item("water"))
    notes, empty = Origin("notes", "/notes"), Origin("empty", "https://x.example/", community=BOARD.name)
    with catalog.write() as writer:
        writer.put_origin(notes)
        writer.put_origin(empty)
    steward = Viewer("sam", frozenset({"garden"}), stewards=frozenset({"garden"}))
    found = FoundOrigin(notes, frozenset({"garden"}), (FoundSource("notes", "folder", "/notes", 1),), ())
    with catalog.read(steward) as reader:
        assert reader.origins() == [found]
    put(make_item("minutes", community="board"))
    with catalog.read(steward) as reader:
        assert reader.origins() == []
    with catalog.read(catalog.owner()) as reader:
        assert [one.origin.name for one in reader.origins()] == ["empty", "notes"]


def test_what_could_not_be_read_comes_with_its_location(catalog: Catalog, put: Put) -> None:
    """And with no other one."""
    put(make_item("water"))
    broken = UnreadableError("/notes/x.pdf", "is encrypted")
    with catalog.write() as writer:
        writer.put_origin(Origin("notes", "/notes"))
        writer.put_origin(Origin("shed", "/shed"))
        unit = writer.begin_unit(
            writer.put_source("notes", "folder", "/notes", "/notes"), "x", "/notes/x.pdf"
        )
        writer.finish_unit(unit, "digest", "", set(), [broken])
    with catalog.read(catalog.owner()) as reader:
        told = {
            one.origin.name: [(error.where, error.reason) for error in one.failures]
            for one in reader.origins()
        }
    assert told == {"notes": [("/notes/x.pdf", "is encrypted")], "shed": []}
