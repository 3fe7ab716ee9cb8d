"""The web page: a row of pages, the one where the reader is, and an item that lies open over it."""

from __future__ import annotations

import streamlit as st

from catalog.errors import CopseError, NotFoundError
from ui.beside import Beside
from ui.problems import line_of
from ui.service import Opened, Overview, Service, current
from ui.view.asker import Asker
from ui.view.beside import beside_view
from ui.view.feedback import draw_item_feedback
from ui.view.item import item_view
from ui.view.nav import NAMES, nav_view
from ui.view.page_ask import draw_ask
from ui.view.page_community import draw_community
from ui.view.page_contribute import draw_contribute, offer_change
from ui.view.page_people import draw_people
from ui.view.page_practices import draw_practices
from ui.view.page_requests import draw_requests
from ui.view.page_settings import draw_settings
from ui.view.page_topics import draw_topics
from ui.view.parts import Surroundings, kind_of
from ui.view.place import Page, Place
from ui.view.stage import begin, go_to, here, kept, show
from ui.view.start import trouble_view

_DRAWN = {
    Page.ASK: draw_ask,
    Page.PRACTICES: draw_practices,
    Page.PEOPLE: draw_people,
    Page.TOPICS: draw_topics,
    Page.COMMUNITY: draw_community,
    Page.CONTRIBUTE: draw_contribute,
    Page.REQUESTS: draw_requests,
    Page.SETTINGS: draw_settings,
}


def draw() -> None:
    """Draw the page, once for each time that something on it has changed."""
    place = here()
    begin(_title(place))
    try:
        asker = Asker(current())
        asker.count()
        if asker.may_enter(place):
            _draw(asker, place)
    except CopseError as error:
        show(trouble_view(line_of(error)), "trouble")


def _title(place: Place) -> str:
    """What a tab is called."""
    page = "" if place.page is Page.ASK else NAMES.get(place.page, "")
    return " · ".join(filter(None, (place.question, place.topic, page, "Copse")))


def _draw(asker: Asker, place: Place) -> None:
    service = asker.service
    overview = service.overview()
    around = _around(service, place, overview)
    show(nav_view(place, asker.view(place)), "pages")
    opened = _opened(service, place)
    _DRAWN.get(place.page, draw_ask)(service, overview, around)
    if opened:
        _drawer(service, opened, around)


def _around(service: Service, place: Place, overview: Overview) -> Surroundings:
    return Surroundings(
        place,
        {one.slug: one for one in overview.status.communities},
        owner=service.viewer().owner,
        keeps_gaps=service.settings.record_gaps == "yes",
    )


def _opened(service: Service, place: Place) -> Opened | None:
    """The item that lies open; that there is none like it is said above the page."""
    try:
        return service.item(place.item) if place.item else None
    except NotFoundError as error:
        show(trouble_view(str(error)), "no-item")
        return None


def _drawer(service: Service, opened: Opened, around: Surroundings) -> None:
    """Lay an item over the right of the page."""
    # Never a text of a document: the title of a drawer is Markdown.
    title = kind_of(opened.shown.item).capitalize()

    @st.dialog(title, width="medium", position="right", on_dismiss=_close)
    def drawer() -> None:
        # A drawer runs alone when something in it is clicked; what was opened concerns the whole page.
        followed = show(item_view(opened, around), "drawer")
        draw_item_feedback(service, opened.shown.item)
        followed |= offer_change(service, opened.shown.item)
        if show(beside_view(_beside(service, opened.shown.item.id), around), "beside") or followed:
            st.rerun()

    drawer()


def _beside(service: Service, item_id: str) -> Beside:
    """What stands beside an item, kept while the library stays the same."""
    state = (item_id, service.generation(), service.viewer())
    return kept("beside", state, lambda: service.beside(item_id))


def _close() -> None:
    go_to(here().closed())
