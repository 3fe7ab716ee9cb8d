"""The pages of topics: all of them, and one from above."""

from __future__ import annotations

import streamlit as st

from catalog.errors import NotFoundError
from ui.schemas_topics import LandscapeOut
from ui.service import Overview, Service
from ui.view.narrowing import draw_filters, fill_widgets, filters_of
from ui.view.parts import Surroundings
from ui.view.pictures import draw_activity, draw_network, draw_people, draw_risks
from ui.view.stage import kept, show
from ui.view.topics import (
    nobody_wrote,
    topic_experts,
    topic_head,
    topic_people,
    topics_head,
    topics_view,
)

_TO_ASK = 3  # people
_FRAGILE = 15  # topics of which a picture is drawn


def draw_topics(service: Service, overview: Overview, around: Surroundings) -> None:
    """Draw one topic if the address names one, else all."""
    if around.place.topic:
        _topic(service, overview, around)
    else:
        _topics(service, around)


def _topics(service: Service, around: Surroundings) -> None:
    topics = service.topics().topics
    show(topics_head(topics, around), "view")
    if topics:
        fragile = sorted(topics, key=lambda one: one.effective)[:_FRAGILE]
        with st.expander(f"The {len(fragile)} topics that rest on the fewest people"):
            draw_risks("On how many people they rest", fragile)
        show(topics_view(topics), "rest")


def _topic(service: Service, overview: Overview, around: Surroundings) -> None:
    place = around.place
    fill_widgets(place, overview)
    draw_filters(overview)
    state = (place.closed(), service.generation(), service.viewer())
    try:
        with st.spinner("Looking at it from above …"):
            seen = kept(
                "seen", state, lambda: service.topic(place.topic, filters_of(service, place), _TO_ASK)
            )
    except NotFoundError as error:
        show(nobody_wrote(place.topic, error.near), "trouble")
        return
    show(topic_head(seen, around), "view")
    left, right = st.columns([2, 1], gap="large")
    with left:
        _pictures(seen)
    with right:
        show(topic_experts(seen, around), "experts")


def _pictures(seen: LandscapeOut) -> None:
    draw_people("What they gave, and what was to be expected", seen)
    show(topic_people(seen), "people")
    draw_network("Who answers whom", seen.network)
    draw_activity("What was written when", seen.timeline)
