"""An item opened: its thread, what it points to, and where else it stands."""

from __future__ import annotations

from catalog.copies import Sketch
from catalog.nouns import Link, LinkKind
from catalog.store import Catalog
from tests.build import Put, make_item
from ui.opened import open_thread


def test_links_lead_to_what_the_viewer_may_read(catalog: Catalog, put: Put) -> None:
    """Each other item once, by what says most."""
    links = (
        Link(LinkKind.MENTION, "b"),
        Link(LinkKind.DUPLICATE, "b"),
        Link(LinkKind.RELATED, "secret"),
        Link(LinkKind.RELATED, "gone"),
    )
    put(make_item("a", links=links), make_item("b"), make_item("secret", community="board"))
    with catalog.read(catalog.viewer("guest")) as reader:
        found = open_thread(reader, "notes:a").links

    assert [(link.kind, link.item.id) for link in found] == [(LinkKind.DUPLICATE, "notes:b")]


def test_copies_are_those_that_the_viewer_may_read(catalog: Catalog, put: Put) -> None:
    """A private one is not told."""
    put(make_item("a"), make_item("b"), make_item("secret", community="board"))
    with catalog.write() as writer:
        writer.put_sketches([Sketch(item) for item in writer.unsketched(writer.unlinked()[0])])
        for number in (2, 3):
            writer.join_copies(number, 1)
    with catalog.read(catalog.viewer("guest")) as reader:
        assert [item.id for item in open_thread(reader, "notes:a").also_in] == ["notes:b"]
