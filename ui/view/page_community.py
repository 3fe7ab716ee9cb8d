"""The page of the community: what is asked, what has no answer, what grows, and a map of it all."""

from __future__ import annotations

import streamlit as st

from catalog.errors import NotFoundError
from ui.schemas_community import MapOut
from ui.service import Overview, Service
from ui.view.community import community_head, pulse_view
from ui.view.feedback import draw_verdicts
from ui.view.map import map_data, map_found, map_head, map_regions, no_map, nothing_fits
from ui.view.parts import Surroundings
from ui.view.pictures import draw_asked
from ui.view.stage import kept, show, show_map

_LISTED = 8  # of each kind


def draw_community(service: Service, overview: Overview, around: Surroundings) -> None:  # noqa: ARG001
    """Draw the map, and what is asked, unanswered and growing below it."""
    show(community_head(), "view")
    picture = st.container()
    pulse = service.pulse(_LISTED)
    show(pulse_view(pulse, around), "pulse")
    draw_verdicts(service, around)
    draw_asked("How much is asked", pulse.by_day)
    with picture:
        _map(service, around)


def _map(service: Service, around: Surroundings) -> None:
    text = around.place.topic
    state = (text, service.generation(), service.viewer())
    try:
        with st.spinner("Drawing the map …"):
            drawn = kept("drawn", state, lambda: service.map(text))
    except NotFoundError as error:
        drawn = kept("drawn", ("", *state[1:]), service.map)
        _picture(drawn, around)
        show(nothing_fits(text, error.near, around), "nothing")
        return
    _picture(drawn, around)


def _picture(drawn: MapOut, around: Surroundings) -> None:
    if not drawn.points:
        show(no_map(drawn), "map-head")
        return
    show(map_head(drawn, around), "map-head")
    show_map(map_data(drawn, around), "map")
    show(map_found(drawn, around) or map_regions(drawn, around), "map-words")
