"""Whoever looks at the page: the library as they may see it, or the way in."""

from __future__ import annotations

import streamlit as st

from catalog.errors import NotSignedInError
from catalog.nouns import Viewer
from ui.access.credentials import Nobody, SignedIn
from ui.access.door import door_of
from ui.access.login import FAILED, enter_at
from ui.access.visiting import visitor
from ui.limits import count
from ui.service import Service
from ui.view.place import Place
from ui.view.sign_in import kept_out_view, sign_in_view, visitor_view
from ui.view.stage import show
from ui.view.tags import Html

_SEEN = "seen_by"


class Asker:
    """A visitor of the page, as of this run.

    Args:
        service: The opened library.
    """

    def __init__(self, service: Service) -> None:
        self._credentials = visitor(service.settings)
        self._door = door_of(service.settings)
        self.service = service.seen_by(self._credentials)

    def count(self) -> None:
        """Count that a page is drawn for them, as a request of theirs to the HTTP API is.

        Raises:
            BusyError: If it is one too many.
        """
        count(self.service.rates, self.service, self._credentials, st.context.ip_address or "")

    def may_enter(self, place: Place) -> bool:
        """Whether they may see the page; if not, the way in is shown instead, or why there is none for them.

        Raises:
            NotSignedInError: If nobody can sign in here.
        """
        try:
            _forget(self.service.viewer())
        except NotSignedInError as error:
            st.session_state.clear()
            if self._door is None:
                raise
            self._show_way_in(place, str(error))
            return False
        if self._has_failed:
            self._show_way_in(place, "")
        return not self._has_failed

    def view(self, place: Place) -> Html:
        """Who is signed in, for the head of the page."""
        if isinstance(self._credentials, SignedIn):
            return visitor_view(self._credentials.name, "")
        return visitor_view("", enter_at(place.href) if self._door else "")

    @property
    def _has_failed(self) -> bool:
        """Whether they come from a sign-in that did not work."""
        return isinstance(self._credentials, Nobody) and FAILED in st.query_params

    def _show_way_in(self, place: Place, reason: str) -> None:
        if isinstance(self._credentials, SignedIn):
            show(kept_out_view(self._credentials.name, reason), "entrance")
        elif self._door:
            guests = self.service.settings.guests == "yes"
            way_in = enter_at(place.href), self._door.sign_in.name
            show(sign_in_view(*way_in, failed=self._has_failed, guests=guests), "entrance")


def _forget(viewer: Viewer) -> None:
    """Forget what was kept from earlier runs for somebody else, or when more could be read."""
    before: Viewer = st.session_state.get(_SEEN, viewer)
    if before.name != viewer.name or not before.communities <= viewer.communities:
        st.session_state.clear()
    st.session_state[_SEEN] = viewer
