"""`copse serve`: the web page, the HTTP API and the MCP server, in one process, on one port."""

from __future__ import annotations

import errno
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.api import PREFIX, make_api
from ui.embed.http import SCRIPT, SIMILAR, Embed
from ui.guard import LOOPBACK, Guard
from ui.hooks.http import Hooks
from ui.mcp.http import McpOverHttp
from ui.service import Service, serve_from
from ui.view.theme import THEME

# Streamlit puts the script's folder first on the import path, so the script lies alone in its folder.
_SCRIPT = Path(__file__).parent / "page" / "ask.py"
_STOP_SECONDS = 3  # time that open connections get to end

STREAMLIT: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    "logger.level": "warning",
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 1,
    "server.showEmailPrompt": False,
    **THEME,
}
"""Streamlit's own options; these win over any configuration file."""


def build_app(settings: Settings) -> ASGIApp:
    """Open the library and make the application that serves it.

    Raises:
        LibraryError: If there is no library, or it cannot be opened.
    """
    from streamlit.starlette import App
    from streamlit.web.bootstrap import load_config_options

    load_config_options(STREAMLIT)
    service = Service.open(settings)
    serve_from(service)
    api = make_api(service)
    limits = api.state.limits
    mcp, hooks, embed = McpOverHttp(service, limits), Hooks(service), Embed(service, limits)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        service.warm_up()
        async with mcp.running():
            yield
        service.close()

    return App(
        _SCRIPT,
        lifespan=lifespan,
        routes=[Mount(PREFIX, api), mcp.route(), *hooks.routes(), *embed.routes()],
        middleware=[*host_check(settings.host), Middleware(Guard, (SCRIPT, SIMILAR), embed.origins)],
    )


def serve(settings: Settings) -> None:
    """Serve until Ctrl-C or a termination signal.

    Raises:
        SettingError: If the address may not or cannot be used.
        LibraryError: If there is no library, or it cannot be opened.
    """
    check_host(settings)
    with _listen(settings.host, settings.port) as listener:
        config = uvicorn.Config(
            build_app(settings),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        with _stopping_quietly():
            _Server(config, address(settings)).run(sockets=[listener])
    print("Copse has stopped", file=sys.stderr)


def check_host(settings: Settings) -> None:
    """Refuse to show everything to everybody on the network.

    Raises:
        SettingError: If the address is open to others, and they would read as the library's owner.
    """
    if settings.host not in LOOPBACK and settings.viewer == "owner":
        raise SettingError(
            f"host {settings.host}: whoever reaches this address would read as the library's owner, private "
            "communities included; serve with `--as guest` for the public ones only"
        )


def address(settings: Settings) -> str:
    """The address that people open in a browser."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def host_check(host: str) -> list[Middleware]:
    """On loopback, only names of this machine: else any web site could be read through a rebound name."""
    if host not in LOOPBACK:
        return []
    allowed = [*LOOPBACK, "[::1]"]
    return [Middleware(TrustedHostMiddleware, allowed_hosts=allowed, www_redirect=False)]


def _listen(host: str, port: int) -> socket.socket:
    """Take the port, before anything slow happens."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(place[:2], family=family, backlog=128)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "it is in use already" if taken else error.strerror or str(error)
        raise SettingError(
            f"host {host}, port {port}: cannot listen there ({reason}); "
            f"give another port with `--port`, such as {port % 65535 + 1}"
        ) from error


class _Server(uvicorn.Server):
    """A server that says when it can be used."""

    def __init__(self, config: uvicorn.Config, where: str) -> None:
        super().__init__(config)
        self._where = where

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the address."""
        await super().startup(sockets=sockets)
        print(f"Copse is at {self._where} — Ctrl-C stops it", flush=True)


@contextmanager
def _stopping_quietly() -> Iterator[None]:
    """Let a signal that stopped the server end there: the server raises it again when it has stopped."""

    def ignore(_number: int, _frame: FrameType | None) -> None:
        """Stopping was what the signal asked for."""

    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, ignore) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
