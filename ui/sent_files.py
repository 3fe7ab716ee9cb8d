"""Files that are sent: nothing of one is read before it is clear that whoever sends it may write somewhere.

Streamlit keeps those that are dropped on a page in memory, from everybody who looks at it; the API has read
a whole body before it asks who sends it.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog.errors import CopseError, NotAllowedError
from ui.api import PREFIX
from ui.api_problems import answer_error
from ui.limits import Limits, seen_in
from ui.service import Service

DROPPED = "/_stcore/upload_file"
"""Where Streamlit takes what is dropped on a page."""

_TAKEN = (("PUT", DROPPED), ("POST", f"{PREFIX}/documents"))


class SentFiles:
    """Stands before the addresses that take files.

    Args:
        app: What comes behind it.
        service: The opened library.
        limits: How often somebody may send one.
    """

    def __init__(self, app: ASGIApp, service: Service, limits: Limits) -> None:
        self._app = app
        self._service = service
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and _takes(scope["method"], scope["path"]):
            try:
                await run_in_threadpool(self._check, Request(scope))
            except CopseError as error:
                await answer_error(error, "a file that is sent")(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, request: Request) -> None:
        viewer = seen_in(self._limits.rates, self._service, request).viewer()
        if not viewer.owner and not viewer.contributes:
            raise NotAllowedError("you may read here, and not write; ask a steward to make you a contributor")


def _takes(method: str, path: str) -> bool:
    return any(method == one and path.startswith(where) for one, where in _TAKEN)
