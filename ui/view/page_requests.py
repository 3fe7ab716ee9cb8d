"""The pages of requests: all of them, and one that can be answered, accepted, declined and closed here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import streamlit as st

from catalog.errors import NotFoundError
from catalog.nouns import RequestState
from ui.schemas import ItemOut, ReplyOut
from ui.schemas_requests import RequestMadeOut, RequestOut
from ui.service import Overview, Service
from ui.view.parts import Surroundings
from ui.view.requests import made_view, no_request, request_view, requests_view
from ui.view.stage import show
from ui.view.trying import show_trouble, tried

_LISTED = 100
_LONGEST_REPLY = 50_000  # characters
_LONGEST_NAME = 200
_WANTING = "The question can be written up and put to up to three people who may know."
_NOT_NEEDED = f"Not what you needed? {_WANTING}"

_tried = partial(tried, "request")
_trouble = partial(show_trouble, "request")


def draw_requests(service: Service, _overview: Overview, around: Surroundings) -> None:
    """Draw one request if the address names one, else all."""
    if around.place.request:
        _request(service, around)
    else:
        show(requests_view(service.requesting().listed(_LISTED).requests, around), "view")


def _request(service: Service, around: Surroundings) -> None:
    key = around.place.request
    try:
        one = service.requesting().show(key)
    except NotFoundError:
        show(no_request(key), "trouble")
        return
    replies = {item.id: item for item in _items(service, (reply.item_id for reply in one.replies))}
    show(request_view(one, list(_items(service, one.found)), replies, around), "view")
    _trouble()
    if one.state is not RequestState.CLOSED:
        _answer(service, key, around)
        _decide(service, key, one)
    with st.expander("The write-up, for a forum"):
        st.code(service.requesting().draft(key), language=None, wrap_lines=True)


def _items(service: Service, ids: Iterable[str]) -> Iterable[ItemOut]:
    """Those of some items that are there."""
    for item_id in ids:
        try:
            yield service.item(item_id).shown.item
        except NotFoundError:
            continue


def _answer(service: Service, key: str, around: Surroundings) -> None:
    """A form for a reply; the owner says whose it is, anybody else is known by name or link."""
    names = around.owner and key.isdigit()
    with st.form("answer", border=False, clear_on_submit=False):
        st.text_area("What do you know about it?", key="reply_text", max_chars=_LONGEST_REPLY, height=160)
        if names:
            st.text_input("Who answers? (name or number)", key="reply_by", max_chars=_LONGEST_NAME)
        st.form_submit_button(
            "Answer", type="primary", on_click=lambda: _tried(lambda: _take(service, key, names=names))
        )


def _take(service: Service, key: str, *, names: bool) -> None:
    person = st.session_state.reply_by if names else ""
    service.requesting().answer(key, st.session_state.reply_text, person)
    st.session_state.reply_text = ""


def _decide(service: Service, key: str, one: RequestOut) -> None:
    """Buttons for who asked, who was asked, and the owner; who may press which is decided below."""
    asking = service.requesting()
    with st.container(horizontal=True):
        for reply in one.replies:
            if not reply.accepted:
                st.button(
                    f"Accept reply {reply.number}",
                    key=f"accept-{reply.number}",
                    on_click=lambda number=reply.number: _tried(lambda: asking.accept(key, number)),
                )
        if not key.isdigit():
            st.button("Not mine to answer", on_click=lambda: _tried(lambda: asking.decline(key)))
        st.button("Close it", on_click=lambda: _tried(lambda: asking.close(key)))


# --- from an answer ---


def offer_request(service: Service, around: Surroundings, reply: ReplyOut, *, wanting: bool) -> None:
    """A way to put the question to people, and what became of it: plainly where the answer is wanting."""
    place = around.place
    question = reply.answer.completed or place.question
    made: tuple[str, RequestMadeOut] | None = st.session_state.get("request_made")
    _trouble()
    if made and made[0] == question:
        show(made_view(made[1]), "made")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="offer"):
        st.caption(_WANTING if wanting else _NOT_NEEDED)
        st.button(
            "Ask people who may know",
            type="primary" if wanting else "secondary",
            on_click=lambda: _tried(lambda: _put(service, question, frozenset(place.communities))),
        )


def _put(service: Service, question: str, communities: frozenset[str]) -> None:
    st.session_state.request_made = (question, service.requesting().ask(question, communities))
