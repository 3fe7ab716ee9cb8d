"""MCP over HTTP, at `/mcp` of the process that serves the pages and the API.

Every request stands alone: it brings its own token, and the server remembers nothing between two of them. So
there is no session that somebody else could take over, and a token that was taken back is out at once.
`ui.guard.Guard` turns away what another site's page sends; the check of host names, what comes through a name
that was bound anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from catalog.errors import CopseError
from ui.access.arriving import credentials_of
from ui.access.credentials import Nobody
from ui.access.sign_in import sign_in_of
from ui.api_problems import answer_error
from ui.limits import Deadline, Limits, seen_in
from ui.service import Service

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
_RESOURCE = "oauth-protected-resource"
_LARGEST_REQUEST = 256 * 1024  # bytes; a lesson is the largest that anybody sends


class McpOverHttp:
    """The MCP server as an address of the application that serves everything else.

    Args:
        service: The opened library.
        limits: How often and how much at once, together with the API.

    Raises:
        SettingError: If the settings name half of a provider where people sign in.
    """

    def __init__(self, service: Service, limits: Limits) -> None:
        self._service = service
        self._limits = limits
        self._sign_in = sign_in_of(service.settings)
        self._wanted = asyncio.Event()
        self._open = asyncio.Event()
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What has to be entered before the first request, and left after the last; once."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._run)
            yield
            tasks.cancel_scope.cancel()

    async def _run(self) -> None:
        """Load the protocol when somebody first speaks it: half a second, and 24 MB, that most never need."""
        await self._wanted.wait()
        self._manager = await anyio.to_thread.run_sync(self._load)
        async with self._manager.run():
            self._open.set()
            await anyio.sleep_forever()

    def _load(self) -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from ui.mcp.server import make_server

        return StreamableHTTPSessionManager(
            make_server(self._bind, self._limits.work.place),
            json_response=True,
            stateless=True,
            max_request_body_size=_LARGEST_REQUEST,
        )

    def routes(self) -> list[Route]:
        """Its address, and where clients look for a way to get a token."""
        return [
            Route(PATH, endpoint=Deadline(self, self._limits.seconds)),
            Route("/.well-known/{rest:path}", self._tell),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; one that nobody may make does not get as far as the protocol."""
        if scope["method"] != "POST":  # there is no stream to open and no session to end
            await PlainTextResponse("Only POST.", 405, {"Allow": "POST"})(scope, receive, send)
            return
        try:
            await anyio.to_thread.run_sync(self._let_in, Request(scope))
        except CopseError as error:
            await self._refuse(error)(scope, receive, send)
            return
        self._wanted.set()
        await self._open.wait()
        if self._manager is not None:
            await self._manager.handle_request(scope, receive, send)

    def _refuse(self, error: CopseError) -> Response:
        answer = answer_error(error, PATH)
        if self._sign_in is not None and "www-authenticate" in answer.headers:
            where = f"{self._sign_in.origin}/.well-known/{_RESOURCE}{PATH}"
            answer.headers["www-authenticate"] = f'Bearer resource_metadata="{where}"'
        return answer

    async def _tell(self, request: Request) -> Response:
        """Tell who gives tokens (RFC 9728), if anybody but Copse itself does."""
        if self._sign_in is None or request.path_params["rest"] not in (_RESOURCE, _RESOURCE + PATH):
            return PlainTextResponse("Nothing.", 404)
        return JSONResponse(
            {
                "resource": self._sign_in.origin + PATH,
                "authorization_servers": [self._sign_in.issuer],
                "scopes_supported": self._sign_in.scopes.split(),
                "bearer_methods_supported": ["header"],
            }
        )

    def _let_in(self, request: Request) -> None:
        seen_in(self._limits.rates, self._service, request).viewer()

    def _bind(self, request: Request | None) -> Service:
        asker = Nobody() if request is None else credentials_of(request, self._service.settings)
        return self._service.seen_by(asker)
