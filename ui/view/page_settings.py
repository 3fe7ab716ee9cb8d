"""The page of settings: oneself, members, and the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from typing import TypeVar

import streamlit as st

from catalog.access.members import LONGEST_TOKEN_DAYS
from catalog.nouns import Scope, Standing
from catalog.wishes import Wish
from ui.membership import TOKEN_DAYS
from ui.schemas_members import MembersOut, MeOut, TokensOut, me_out
from ui.schemas_people import PersonShownOut
from ui.service import Overview, Service
from ui.view.page_sources import draw_sources
from ui.view.parts import Surroundings
from ui.view.settings import (
    accounts_view,
    grants_view,
    in_force_view,
    key_view,
    library_view,
    me_view,
    tokens_view,
    wish_kept_view,
)
from ui.view.stage import show
from ui.view.trying import show_trouble, tried

_LONGEST = 320  # characters of an e-mail address
_SCOPES = {Scope.READ: "read", Scope.WRITE: "read and write", Scope.ADMIN: "all that I may do"}
_WHOLE = "The whole library"

Choice = TypeVar("Choice")

_tried = partial(tried, "settings")
_trouble = partial(show_trouble, "settings")


def draw_settings(service: Service, overview: Overview, around: Surroundings) -> None:
    """Draw a tab for each subject that the reader may see."""
    me = me_out(service.viewer())
    decides = me.owner or bool(me.stewards)
    names = ["You", *(["Members", "Sources"] if decides else []), "Library"]
    tabs = dict(zip(names, st.tabs(names), strict=True))
    _trouble()
    with tabs["You"]:
        _oneself(service, me, around)
    if decides:
        with tabs["Members"]:
            _members(service, me, around)
        with tabs["Sources"]:
            draw_sources(service, around)
    with tabs["Library"]:
        show(library_view(overview.status, around), "library")
        if me.owner:
            with st.expander("All settings in force"):
                show(in_force_view(service.settings_in_force().settings), "in-force")


def _oneself(service: Service, me: MeOut, around: Surroundings) -> None:
    mine = service.wishing().mine()
    show(me_view(me, mine, around), "me")
    if mine:
        _wishes(service, mine)
    if me.name != "guest":
        _tokens(service, service.membership().tokens())


def _wishes(service: Service, mine: PersonShownOut) -> None:
    """How the reader wants to be named as somebody to ask."""
    with st.form("wishes", border=False):
        st.markdown("**As somebody to ask**")
        named = st.checkbox("I may be named as somebody to ask", value=not mine.wishes.opted_out)
        paused = st.date_input("Not before", value=mine.wishes.paused_until, min_value=date.today())
        hidden = st.text_input(
            "Never for these topics (separated by commas)", value=", ".join(mine.wishes.hidden_topics)
        )
        veiled = st.checkbox("Show what I wrote without my name", value=mine.wishes.anonymous)
        if st.form_submit_button("Save"):
            _tried(lambda: _wish(service, mine, named, paused, hidden, veiled))
            st.rerun()
    if st.session_state.pop("wish_kept", False):
        show(wish_kept_view(), "wish-kept")


def _wish(
    service: Service, mine: PersonShownOut, named: bool, paused: date | None, hidden: str, veiled: bool
) -> None:
    topics = {part.strip().lower() for part in hidden.split(",") if part.strip()}
    before = set(mine.wishes.hidden_topics)
    wished = Wish(
        opt_out=not named if named == mine.wishes.opted_out else None,
        pause_until=datetime.combine(paused, time(), UTC) if paused else None,
        resume=paused is None and mine.wishes.paused_until is not None,
        hide=tuple(sorted(topics - before)),
        show=tuple(sorted(before - topics)),
        anonymous=veiled if veiled != mine.wishes.anonymous else None,
    )
    service.wishing().wish(str(mine.person_id), wished)
    st.session_state.wish_kept = True


def _tokens(service: Service, tokens: TokensOut) -> None:
    _new_key()
    with st.expander(f"Tokens for programs ({len(tokens.tokens)})"):
        show(tokens_view(tokens.tokens), "tokens")
        with st.form("token", clear_on_submit=True, border=False):
            name = st.text_input("What is it for?", max_chars=200)
            scope = st.selectbox("It may", list(_SCOPES), format_func=lambda one: _SCOPES[one])
            days = st.number_input("Days until it ends", 1, LONGEST_TOKEN_DAYS, TOKEN_DAYS)
            if st.form_submit_button("Make a token"):
                _tried(lambda: _make_token(service, name, scope, int(days)))
                st.rerun()
        living = [one.id for one in tokens.tokens if one.revoked is None]
        if living:
            _choose("End token no.", living, "End it now", lambda one: service.membership().revoke_token(one))


def _new_key() -> None:
    """A new key, until whoever made it says that they have it: nobody can show it again."""
    if key := st.session_state.get("new_key", ""):
        show(key_view(key), "new-key")
        st.button("I have kept it", on_click=lambda: st.session_state.pop("new_key", None))


def _make_token(service: Service, name: str, scope: Scope, days: int) -> None:
    st.session_state.new_key = service.membership().add_token(name, "", scope, days).key


def _members(service: Service, me: MeOut, around: Surroundings) -> None:
    members = service.membership().members()
    show(grants_view(members.grants, around), "grants")
    _grant(service, me, around)
    if members.grants:
        _revoke(service, members, around)
    if me.owner:
        st.markdown("**Who has signed in**")
        show(accounts_view(members.accounts), "accounts")
        _suspend(service, members)


def _grant(service: Service, me: MeOut, around: Surroundings) -> None:
    places = list(around.communities) if me.owner else me.stewards
    with st.form("grant", clear_on_submit=True, border=False):
        st.markdown("**Give somebody a role**")
        who = st.text_input("E-mail address, or group:NAME", max_chars=_LONGEST)
        role = st.selectbox("May be", [one for one in Standing if me.owner or one is not Standing.OWNER])
        place = st.selectbox("In", [*places, *([""] if me.owner else [])], format_func=_named(around))
        if st.form_submit_button("Give"):
            _tried(lambda: service.membership().grant(who, place or "", role))
            st.rerun()


def _revoke(service: Service, members: MembersOut, around: Surroundings) -> None:
    named = _named(around)
    given = {f"{one.grantee}, {one.standing.value} in {named(one.community)}": one for one in members.grants}
    _choose(
        "Take back",
        list(given),
        "Take it back",
        lambda told: service.membership().revoke(given[told].grantee, given[told].community),
    )


def _suspend(service: Service, members: MembersOut) -> None:
    able = {one.email or str(one.id): one.suspended for one in members.accounts}
    inside = [who for who, suspended in able.items() if not suspended]
    outside = [who for who, suspended in able.items() if suspended]
    if inside:
        _choose("Keep out", inside, "Suspend", lambda who: service.membership().suspend(who, suspended=True))
    if outside:
        _choose(
            "Let in again", outside, "Restore", lambda who: service.membership().suspend(who, suspended=False)
        )


def _choose(label: str, choices: Sequence[Choice], button: str, do: Callable[[Choice], object]) -> None:
    """One of several, and a button that does something with it."""
    with st.form(label, border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        chosen = left.selectbox(label, choices)
        if right.form_submit_button(button):
            _tried(lambda: do(chosen))
            st.rerun()


def _named(around: Surroundings) -> Callable[[str], str]:
    return lambda slug: around.communities[slug].name if slug in around.communities else slug or _WHOLE
