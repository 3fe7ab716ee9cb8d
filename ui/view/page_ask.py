"""The page that answers: a question box, filters beside it, and what Copse has to say."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from search.results import Checked, Draft
from ui.schemas import ReplyOut
from ui.service import Overview, Service
from ui.view.ask_box import ask_box_view
from ui.view.draft import Drafted, draft_view
from ui.view.narrowing import draw_filters, fill_widgets, filters_of
from ui.view.page_requests import offer_request
from ui.view.parts import Surroundings
from ui.view.place import Place
from ui.view.reply import reply_view
from ui.view.stage import kept, show
from ui.view.start import start_view

_RESULTS = 5  # people and problems that are shown
_GAPS = 5  # open questions
_EXAMPLE = "how do we keep slugs off the lettuce?"


def draw_ask(service: Service, overview: Overview, around: Surroundings) -> None:
    """Draw the box, and the reply or what can be asked."""
    place = around.place
    fill_widgets(place, overview)
    draw_filters(overview)
    show(ask_box_view(place, _example(overview)), "question")
    if place.question:
        draft = st.empty()
        with st.spinner("Reading what people wrote …"):
            reply = _reply(service, place, draft)
        wanting = reply.answer.abstained or reply.answer.partial
        if wanting:
            offer_request(service, around, reply, wanting=True)
        show(reply_view(reply, around), "view")
        draft.empty()
        if not wanting:
            offer_request(service, around, reply, wanting=False)
    else:
        show(start_view(overview, service.gaps(_GAPS).gaps, around), "view")


def _reply(service: Service, place: Place, draft: DeltaGenerator) -> ReplyOut:
    """The reply, kept while the question, the filters and the library stay the same."""
    state = (place.closed(), service.generation(), service.viewer())
    return kept("reply", state, lambda: _ask_in_steps(service, place, draft))


def _ask_in_steps(service: Service, place: Place, draft: DeltaGenerator) -> ReplyOut:
    """Ask, and show what a language model writes meanwhile, if there is one."""
    drafted = Drafted()
    for event in service.ask_in_steps(place.question, filters_of(service, place), _RESULTS, place.before):
        if isinstance(event, Draft | Checked):
            drafted.add(event)
            draft.html(draft_view(drafted))
        elif isinstance(event, ReplyOut):
            return event
    raise AssertionError("whoever asks gets a reply")


def _example(overview: Overview) -> str:
    return next((title for title in overview.examples if title.endswith("?")), _EXAMPLE)
