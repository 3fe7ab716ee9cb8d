"""Asks whether an answer, or an item, helped. Whoever may not write in its community is not asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

import streamlit as st

from catalog.feedback import LONGEST_REASON
from ui.schemas import ItemOut, ReplyOut
from ui.schemas_feedback import SaidOut
from ui.service import Service
from ui.view.parts import Surroundings, counted
from ui.view.stage import show
from ui.view.trying import show_trouble, tried
from ui.view.verdicts import verdicts_view

_LISTED = 8  # answers, and items, that did not help

Say = Callable[[bool, str], object]
"""Keeps whether it helped, and why."""

_tried = partial(tried, "feedback")


def draw_feedback(service: Service, around: Surroundings, reply: ReplyOut) -> None:
    """Ask below an answer; where there is none, its question is kept as a gap anyway."""
    telling, narrowed = service.feedback(), frozenset(around.place.communities)
    if reply.answer.abstained or not telling.may_say(narrowed):
        return
    question = reply.answer.completed or around.place.question

    def say(helped: bool, reason: str) -> object:
        return telling.about_answer(question, narrowed, helped=helped, reason=reason)

    _draw("answer", question, "Did this answer help?", telling.said(question), say)


def draw_item_feedback(service: Service, item: ItemOut) -> None:
    """Ask below an item, and tell how many it helped."""
    telling = service.feedback()
    said = telling.said(item_id=item.id)
    told = (
        f"Helped {said.people_helped:,} of {counted(said.people, 'person', 'people')}." if said.people else ""
    )
    if not telling.may_say({item.community}):
        if told:
            st.caption(told)
        return

    def say(helped: bool, reason: str) -> object:
        return telling.about_item(item.id, helped=helped, reason=reason)

    _draw("item", item.id, told or "Did this help?", said, say)


def draw_verdicts(service: Service, around: Surroundings) -> None:
    """Show stewards what did not help, beside what has no answer."""
    viewer = service.viewer()
    if not viewer.owner and not viewer.stewards:
        return
    said = service.feedback().summary(_LISTED)
    items = [(one, service.item(one.item_id).shown.item) for one in said.items]
    if view := verdicts_view(said.answers, items, around):
        show(view, "verdicts")


def _draw(where: str, about: str, told: str, said: SaidOut, say: Say) -> None:
    """Two buttons, of which the one that was pressed has a tick, and then a line for the reason."""
    key = f"{where}-{hashlib.sha256(about.encode()).hexdigest()[:12]}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"feedback-{where}"):
        st.caption(told)
        for helped, label in ((True, "It helped"), (False, "It did not")):
            st.button(
                f"✓ {label}" if said.helped is helped else label,
                key=f"{key}-{helped}",
                on_click=lambda helped=helped: _tried(lambda: say(helped, said.reason)),
            )
    if said.helped is not None:
        _draw_reason(key, said.helped, said.reason, say)
    show_trouble("feedback")


def _draw_reason(key: str, helped: bool, reason: str, say: Say) -> None:
    name = f"{key}-because"
    st.text_input(
        "Because …",
        value=reason,
        key=name,
        max_chars=LONGEST_REASON,
        placeholder="What made the difference?" if helped else "What was wrong, or missing?",
        on_change=lambda: _tried(lambda: say(helped, st.session_state[name])),
    )
    st.caption("Kept without your name; stewards of the community read it. It changes no ranking.")
