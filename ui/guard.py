"""Keeps browsers from doing more than they should: other sites out, protective headers on every answer.

The policy lets the page load from its own address only. So even if a text of a document slipped through
as HTML, the browser would fetch nothing from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")

_HOST = re.compile(r"[\w.\-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

# What Streamlit tells everybody about its sessions, and lets programs do with the page.
_CLOSED = ("/_stcore/metrics", "/_stcore/agent")
_ENCRYPTED = {"Strict-Transport-Security": "max-age=31536000"}


def content_policy(host: str) -> str:
    """The Content-Security-Policy of a page served under a host name and port."""
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            # Streamlit compiles its styles and widgets in the browser and loads components from blobs.
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            f"connect-src 'self'{sockets}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


class Guard:
    """Turns away what another web site's page sends, and adds the protective headers to every answer.

    A page of another site may not open the web socket that the pages of Copse talk through: a browser
    tells the page's own address as `Origin`.

    Args:
        app: What is guarded.
        shared: Paths that pages of some other sites may read; whoever asks there is nobody in particular.
        origins: These sites.
        encrypted: Whether people open Copse by https; then browsers shall never try anything else.
    """

    def __init__(
        self,
        app: ASGIApp,
        shared: Collection[str] = (),
        origins: Collection[str] = (),
        *,
        encrypted: bool = False,
    ) -> None:
        self._app = app
        self._shared = frozenset(shared if origins else ())
        self._origins = frozenset(origins)
        self._always = _ALWAYS | (_ENCRYPTED if encrypted else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http" and scope["path"].startswith(_CLOSED):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        shared = scope["type"] == "http" and scope["path"] in self._shared
        welcome = shared and origin in self._origins and scope["method"] == "GET"
        elsewhere = origin is not None and _host_in(origin) != host
        if (elsewhere and not welcome) or (_is_fetched_by_another_site(headers) and not shared):
            await _turn_away(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                _protect(told, self._always, scope["path"], host)
                if shared:
                    _share(told, origin if welcome else None)
            await send(message)

        await self._app(scope, receive, send_guarded)


def _host_in(origin: str) -> str:
    """Host and port of an origin; empty if it is none, as "null" is, which no host is."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _is_fetched_by_another_site(headers: Headers) -> bool:
    """Whether another site's page loads it as a part of itself; that it leads here by a link is fine."""
    mode = headers.get("sec-fetch-mode", "navigate")
    return headers.get("sec-fetch-site") == "cross-site" and mode != "navigate"


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":  # closing before accepting is answered with 403
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
    else:
        await PlainTextResponse("Another site's page may not do this.", 403)(scope, receive, send)


def _share(headers: MutableHeaders, origin: str | None) -> None:
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    headers["Vary"] = "Origin"
    if origin is not None:
        headers["Access-Control-Allow-Origin"] = origin


def _protect(headers: MutableHeaders, always: Mapping[str, str], path: str, host: str) -> None:
    for name, value in always.items():
        headers[name] = value
    headers["Content-Security-Policy"] = content_policy(host)
    if path.startswith(("/api/", "/mcp", "/hooks/")):
        headers["Cache-Control"] = "no-store"
