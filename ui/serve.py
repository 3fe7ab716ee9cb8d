"""`copse serve`: the web page, the HTTP API and the MCP server, in one process, on one port."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp

from catalog.errors import CopseError, SettingError
from catalog.settings import Settings
from ui.access.addresses import address, public_origin
from ui.access.door import door_of
from ui.access.login import Login, login_secrets
from ui.access.sign_in import sign_in_of
from ui.api import PREFIX, make_api
from ui.embed.http import SCRIPT, SIMILAR, Embed
from ui.guard import LOOPBACK, Guard
from ui.heaps import share_heaps
from ui.hooks.http import Hooks
from ui.mcp.http import McpOverHttp
from ui.sent_files import SentFiles
from ui.service import Service, serve_from
from ui.view.theme import THEME

# Streamlit puts the script's folder first on the import path, so the script lies alone in its folder.
_SCRIPT = Path(__file__).parent / "page" / "ask.py"
_LONGEST_LINE = 65536  # bytes of a header
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
    "server.enableAgentApi": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.showEmailPrompt": False,
    # Who somebody is comes from nowhere else than from Copse's own sign-in.
    "secrets.files": [],
    "server.trustedUserHeaders": {},
    **THEME,
}
"""Streamlit's own options; these win over any configuration file."""


def build_app(settings: Settings) -> ASGIApp:
    """Open the library and make the application that serves it.

    Raises:
        SettingError: If the sign-in cannot be used.
        LibraryError: If there is no library, or it cannot be opened.
    """
    from streamlit.starlette import App
    from streamlit.web.bootstrap import load_config_options

    load_config_options({**STREAMLIT, "server.maxUploadSize": settings.file_megabytes})
    service = Service.open(settings)
    try:
        door = door_of(settings)
    except CopseError:
        service.close()
        raise
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
        secrets=login_secrets(door.sign_in, door.issuer, door.secret) if door else None,
        lifespan=lifespan,
        routes=[Mount(PREFIX, api), *mcp.routes(), *hooks.routes(), *embed.routes()],
        middleware=[
            *host_check(settings.host, known_as(settings)),
            Middleware(Guard, (SCRIPT, SIMILAR), embed.origins, encrypted=_is_encrypted(settings)),
            *([Middleware(Login, door=door)] if door else []),
            Middleware(SentFiles, service=service, limits=limits),
        ],
    )


def known_as(settings: Settings) -> str:
    """The address by which somebody else, such as a proxy, may bring requests here.

    Where everybody would be the owner, it is none.
    """
    return public_origin(settings) if settings.oidc_issuer or settings.viewer != "owner" else ""


def _is_encrypted(settings: Settings) -> bool:
    return public_origin(settings).startswith("https://")


def serve(settings: Settings) -> None:
    """Serve until Ctrl-C or a termination signal.

    Raises:
        SettingError: If the address may not or cannot be used.
        LibraryError: If there is no library, or it cannot be opened.
    """
    check_host(settings)
    share_heaps()
    # The cookies of somebody in many groups are longer than a web socket may begin with otherwise.
    os.environ.setdefault("WEBSOCKETS_MAX_LINE_LENGTH", str(_LONGEST_LINE))
    with _listen(settings.host, settings.port) as listener:
        settings = replace(settings, port=listener.getsockname()[1])
        config = server_config(build_app(settings), settings)
        with _stopping_quietly():
            _Server(config, address(settings)).run(sockets=[listener])
    print("Copse has stopped", file=sys.stderr)


def server_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How an application is served. Only proxies that the settings name are believed whom they bring."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )


def check_host(settings: Settings) -> None:
    """Refuse to show everything to everybody on the network.

    Raises:
        SettingError: If the address is open to others, and they would read as the library's owner; or if
            half a sign-in is set.
    """
    if settings.host not in LOOPBACK and settings.viewer == "owner" and not settings.oidc_issuer:
        raise SettingError(
            f"host {settings.host}: whoever reaches this address would read as the library's owner, private "
            "communities included; serve with `--as guest` for the public ones only, or set up a sign-in "
            "(docs/sign-in.md)"
        )
    # Addresses that are none, and half a sign-in, are told before anything slow happens.
    public_origin(settings)
    sign_in_of(settings)


def host_check(host: str, public: str = "") -> list[Middleware]:
    """On loopback, only names of this machine: else any web site could be read through a rebound name.

    Args:
        host: The address that is listened on.
        public: Scheme and host under which somebody else, such as a proxy, brings requests here.
    """
    if host not in LOOPBACK:
        return []
    named = urlsplit(public).hostname
    allowed = [*LOOPBACK, "[::1]", *([named] if named else [])]
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
