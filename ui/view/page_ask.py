"""The page that answers: a question box, filters beside it, and what Copse has to say."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from search.results import Checked, Draft
from ui.schemas import ReplyOut
from ui.service import Overview, Service
from ui.view.ask_box import ask_box_view
from ui.view.draft import Drafted, draft_view
from ui.view.feedback import draw_feedback
from ui.view.narrowing import draw_filters, fill_widgets, filters_of
from ui.view.page_requests import offer_request
from ui.view.parts import Surroundings
from ui.view.place import Place
from ui.view.reply import reply_view
from ui.view.stage import kept, show
from ui.view.start import start_view

_RESULTS = 5  # people and problems that are shown
_WIDTHS = (1, 0.52)  # of what is said, and of who knows
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
        with st.container(key="reply"):
            _draw_reply(service, around, reply)
        draft.empty()
    else:
        show(start_view(overview, service.gaps(_GAPS).gaps, around), "view")


def _draw_reply(service: Service, around: Surroundings, reply: ReplyOut) -> None:
    """What is said beside who knows; without an answer one below the other.

    On a narrow screen, too, the people come before what else was written (`chrome.css`).
    """
    answer, parts = reply.answer, reply_view(reply, around)
    if answer.abstained:
        main, beside, below = st.container(), st.container(), st.container()
    else:
        main, beside = st.columns(_WIDTHS, gap="medium")
        below = main
    with main:
        show(parts.first, "first")
        draw_feedback(service, around, reply)
        offer_request(service, around, reply, wanting=answer.abstained or answer.partial)
    with beside, st.container(key="people"):
        show(parts.people, "who-knows")
    with below, st.container(key="besides"):
        show(parts.second, "what-else")


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
