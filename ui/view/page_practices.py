"""The page of practices: everything that there is to read, narrowed and sorted."""

from __future__ import annotations

from catalog.errors import SettingError
from catalog.reader_browse import Browsed
from ui.schemas_items import ItemsOut
from ui.service import Overview, Service
from ui.view.narrowing import draw_filters, fill_widgets, filters_of
from ui.view.parts import Surroundings
from ui.view.place import Place
from ui.view.practices import practices_view
from ui.view.stage import show

_LISTED = 30


def draw_practices(service: Service, overview: Overview, around: Surroundings) -> None:
    """Draw what narrows the list beside it, and the list."""
    fill_widgets(around.place, overview)
    draw_filters(overview)
    show(practices_view(_listing(service, around.place), around), "view")


def _listing(service: Service, place: Place) -> ItemsOut:
    """The list where the address says; from its beginning if the list is another one by now."""
    browsed = Browsed(filters_of(service, place), place.state, place.title, place.order)
    try:
        return service.browse(browsed, _LISTED, place.cursor or None)
    except SettingError:
        return service.browse(browsed, _LISTED)
