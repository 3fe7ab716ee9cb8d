"""What has become of an item, and what stands beside it, as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.nouns import Contribution, Item, Role
from tests.build import make_item, make_person
from tests.ui.club import make_club
from ui.beside import Beside
from ui.schemas import item_out
from ui.service import Service
from ui.view.beside import beside_view
from ui.view.history import history_view
from ui.view.parts import Surroundings
from ui.view.place import Place

MARCH, MAY = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 5, 2, tzinfo=UTC)


def _history(item: Item) -> str | None:
    return history_view(item_out(item))


def test_who_wrote_and_changed_an_item_is_told_in_order() -> None:
    """The oldest first; a change by somebody unknown is told without a name."""
    gwen = Contribution(replace(make_person("Gwen"), id=7), Role.AUTHORED)
    colm = Contribution(replace(make_person("Colm"), id=8), Role.EDITED, MARCH)
    written = datetime(2024, 1, 3, tzinfo=UTC)
    item = make_item("beds", created=written, updated=MAY, contributions=(colm, gwen))

    def name(name: str, number: int) -> str:
        return f'<a href="?page=people&amp;person={number}" target="_self" data-go class="who">{name}</a>'

    assert _history(item) == (
        '<section class="history"><h2 class="label">History</h2><ul class="events">'
        '<li><p class="facts"><span>3 January 2024</span><span>wrote</span>'
        f"<span>{name('Gwen', 7)}</span></p></li>"
        '<li><p class="facts"><span>1 March 2025</span><span>edited</span>'
        f"<span>{name('Colm', 8)}</span></p></li>"
        '<li><p class="facts"><span>2 May 2025</span><span>last changed</span></p></li>'
        "</ul></section>"
    )


def test_an_item_that_was_only_written_has_no_history() -> None:
    """Its head says that already."""
    assert _history(make_item("beds", author="Gwen")) is None
    assert _history(make_item("beds", created=MARCH, updated=MARCH)) is None


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The club's library, as a guest sees it."""
    folder: Path = tmp_path_factory.mktemp("beside")
    service = Service.open(replace(make_club(folder), viewer="guest"))
    yield service
    service.close()


def test_what_is_beside_an_item_is_of_other_threads(service: Service) -> None:
    """Nothing of its own, and nothing that the viewer may not read."""
    beside = service.beside("club/garden/forum:1")
    threads = [hit.item.thread_id for hit in beside.related]

    assert "club/garden/forum:1" not in threads
    assert len(set(threads)) == len(threads) > 0
    assert {hit.item.community for hit in beside.related} == {"garden"}
    assert "Gwen" in [expert.name for expert in beside.experts]


def test_related_items_open_and_people_lead_to_their_profiles(service: Service) -> None:
    """At the place where the reader is."""
    html = beside_view(service.beside("club/garden/forum:1"), Surroundings(Place(question="green?"), {}))

    assert 'href="?q=green%3F&amp;item=club' in html
    assert 'class="who">Gwen</a>' in html


def test_nothing_beside_is_nothing_to_show() -> None:
    """No empty headings."""
    assert beside_view(Beside(), Surroundings(Place(), {})) == '<div class="beside"></div>'
