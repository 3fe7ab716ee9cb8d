"""Files that are dropped on a page: only whoever may add them to the library sends any.

Streamlit keeps them in memory before the page sees them, as many as come, from everybody who looks at a page.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog.errors import CopseError, NotAllowedError
from ui.api_problems import answer_error
from ui.limits import Limits, count, credentials_in
from ui.service import Service

PATH = "/_stcore/upload_file"
"""Where Streamlit takes files."""


class DroppedFiles:
    """Stands before the address where Streamlit takes files.

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
        """Handle one request; nothing of a file is read before it is clear who sends it."""
        if scope["type"] == "http" and scope["method"] == "PUT" and scope["path"].startswith(PATH):
            try:
                await run_in_threadpool(self._check, Request(scope))
            except CopseError as error:
                await answer_error(error, PATH)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, request: Request) -> None:
        rates, address = self._limits.rates, request.client.host if request.client else ""
        credentials = credentials_in(rates, request, self._service.settings)
        service = self._service.seen_by(credentials)
        count(rates, service, credentials, address)
        viewer = service.viewer()
        if not viewer.owner and not viewer.contributes:
            raise NotAllowedError("you may read here, and not write; ask a steward to make you a contributor")
