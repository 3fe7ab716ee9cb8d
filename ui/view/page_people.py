"""The pages of people: who there is, who knows about something, and one person."""

from __future__ import annotations

import streamlit as st

from catalog.errors import NotFoundError
from ui.service import Overview, Service
from ui.view.narrowing import draw_filters, fill_widgets, filters_of
from ui.view.parts import Surroundings
from ui.view.people import people_view, who_knows_view
from ui.view.pictures import draw_activity
from ui.view.profile import nobody_called, profile_best, profile_head, profile_people, profile_topics
from ui.view.stage import kept, show

_LISTED = 200  # people
_EXPERTS = 10


def draw_people(service: Service, overview: Overview, around: Surroundings) -> None:
    """Draw what the address asks for."""
    if around.place.person:
        _profile(service, around)
    elif around.place.topic:
        _who_knows(service, overview, around)
    else:
        _everybody(service, overview, around)


def _everybody(service: Service, overview: Overview, around: Surroundings) -> None:
    people = service.people(around.place.name, _LISTED).people
    example = overview.tags[0] if overview.tags else ""
    show(people_view(people, _LISTED, service.risks(), around, example), "view")


def _who_knows(service: Service, overview: Overview, around: Surroundings) -> None:
    place = around.place
    fill_widgets(place, overview)
    draw_filters(overview)
    state = (place.closed(), service.generation(), service.viewer())
    with st.spinner("Looking who wrote about it …"):
        found = kept(
            "experts", state, lambda: service.experts(place.topic, filters_of(service, place), _EXPERTS)
        )
    show(who_knows_view(found.experts, around), "view")


def _profile(service: Service, around: Surroundings) -> None:
    try:
        profile = service.profile(around.place.person)
    except NotFoundError as error:
        show(nobody_called(around.place.person, error.near), "trouble")
        return
    show(profile_head(profile, around), "view")
    left, right = st.columns([2, 1], gap="large")
    with left:
        show(profile_topics(profile), "topics")
        draw_activity("What they did when", profile.timeline)
        show(profile_best(profile, around), "best")
    with right:
        show(profile_people(profile), "with")
