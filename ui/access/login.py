"""What is done around Streamlit's login: where it leads back to, safer cookies, and lines in the audit.

Streamlit has three addresses: `/auth/login` leads to the provider, `/oauth2callback` takes who comes back,
and `/auth/logout` ends it. State, nonce and PKCE are made and checked there, by Authlib.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.access.door import Door
from ui.access.session import COOKIE
from ui.access.sign_in import CALLBACK, SignIn

if TYPE_CHECKING:
    from ui.access.issuer import Issuer

ENTER = "/sign-in"
LEAVE = "/auth/logout"
FAILED = "sign-in"
"""Parameter of the page to which a sign-in leads that did not work."""

_LOGIN = "/auth/login"
_FAILED = f"/?{FAILED}=failed"
_PROVIDER = "default"  # Streamlit's name for the only one
_PLACE = "copse_place"
_PLACE_SECONDS = 900
_LONGEST_PLACE = 3000  # characters
_AGE = re.compile(r"max-age=[1-9]\d*", re.IGNORECASE)
_SELECT = "select_account"
_BASIC = "client_secret_basic"


def login_secrets(sign_in: SignIn, issuer: Issuer, secret: str) -> dict[str, Any]:
    """What Streamlit's login wants to know, in the form of its `secrets.toml`; it stays in memory."""
    about = issuer.about
    client: dict[str, str] = {"scope": sign_in.scopes, "code_challenge_method": "S256"}
    # Whoever shares a computer is asked who they are; a provider that cannot ask that asks for the password.
    client["prompt"] = _SELECT if _SELECT in about.get("prompt_values_supported", [_SELECT]) else "login"
    if _BASIC not in about.get("token_endpoint_auth_methods_supported", [_BASIC]):
        client |= {"token_endpoint_auth_method": "client_secret_post"}
    return {
        "auth": {
            "redirect_uri": sign_in.redirect_uri,
            "cookie_secret": secret,
            "client_id": sign_in.client_id,
            "client_secret": sign_in.client_secret,
            "server_metadata_url": sign_in.discovery,
            "client_kwargs": client,
        }
    }


def enter_at(place: str) -> str:
    """The address that leads to the provider, and back to a place of the page."""
    return f"{ENTER}?{urlencode({'to': place})}" if place.strip("?") else ENTER


class Login:
    """Stands before Streamlit's login.

    Args:
        app: What comes behind it.
        door: Where people sign in.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, path = Request(scope), scope["path"]
        if path == ENTER:
            await self._enter(request)(scope, receive, send)
        elif path == _LOGIN:
            await self._lead(request, receive, send)
        elif path == LEAVE:
            await self._leave(request, receive, send)
        elif path == CALLBACK and not {"code", "error"} & request.query_params.keys():
            await RedirectResponse("/", 303)(scope, receive, send)  # from signing out at the provider
        elif path == CALLBACK:
            await self._come_back(request, receive, send)
        else:
            await self._app(scope, receive, self._careful(send))

    def _careful(self, send: Send) -> Send:
        """Send with safer cookies."""

        async def send_carefully(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [self._header(*header) for header in message["headers"]]}
            await send(message)

        return send_carefully

    def _header(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        if name.lower() != b"set-cookie":
            return name, value
        cookie = value.decode("latin-1")
        if cookie.startswith(COOKIE):
            cookie = _AGE.sub(f"Max-Age={round(self._door.sign_in.hours * 3600)}", cookie)
        if self._door.sign_in.encrypted and "; secure" not in cookie.lower():
            cookie += "; Secure"
        return name, cookie.encode("latin-1")

    def _enter(self, request: Request) -> Response:
        """Lead to the provider, and remember where in the page somebody was."""
        from streamlit.user_info import generate_login_redirect_url

        place = request.query_params.get("to", "")[:_LONGEST_PLACE]
        if request.headers.get("host", "") != self._door.sign_in.origin.partition("://")[2]:
            # The cookies of a sign-in belong to the name that the provider leads back to.
            return RedirectResponse(self._door.sign_in.origin + enter_at(place), 303)
        response = RedirectResponse(generate_login_redirect_url(_PROVIDER), 303)
        secure = self._door.sign_in.encrypted
        kept = urlencode({"to": place})
        response.set_cookie(_PLACE, kept, _PLACE_SECONDS, httponly=True, samesite="lax", secure=secure)
        return response

    async def _lead(self, request: Request, receive: Receive, send: Send) -> None:
        """Lead to the provider; back to the page if it cannot be reached now."""
        careful = self._careful(send)

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.BAD_REQUEST:
                headers = MutableHeaders(raw=list(message["headers"]))
                headers["location"] = _FAILED
                message = {**message, "status": HTTPStatus.SEE_OTHER, "headers": headers.raw}
                await run_in_threadpool(self._door.entered, {})
            await careful(message)

        await self._app(request.scope, receive, send_on)

    async def _leave(self, request: Request, receive: Receive, send: Send) -> None:
        """End the session, unless the page of another site asks for it."""
        if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            await RedirectResponse("/", 303)(request.scope, receive, send)
            return
        await run_in_threadpool(self._door.leave, request.cookies)
        await self._app(request.scope, receive, self._careful(send))

    async def _come_back(self, request: Request, receive: Receive, send: Send) -> None:
        """Lead whoever has signed in to where they were, and tell whoever has not that it did not work."""
        careful = self._careful(send)

        async def send_back(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message["headers"]))
                cookies = _set_cookies(headers)
                await run_in_threadpool(self._door.entered, cookies)
                entered = self._door.session(cookies) is not None
                headers["location"] = _place(request.cookies) if entered else _FAILED
                headers.append("set-cookie", f"{_PLACE}=; HttpOnly; Max-Age=0; Path=/; SameSite=lax")
                message = {**message, "headers": headers.raw}
            await careful(message)

        await self._app(request.scope, receive, send_back)


def _set_cookies(headers: Headers) -> dict[str, str]:
    """The cookies that an answer sets."""
    found: dict[str, str] = {}
    for line in headers.getlist("set-cookie"):
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(line).items() if morsel.value}
        except CookieError:
            continue
    return found


def _place(cookies: Mapping[str, str]) -> str:
    """Where somebody was in the page before they signed in; never an address elsewhere."""
    to = parse_qs(cookies.get(_PLACE, "").strip('"')).get("to", [""])[0]
    params = parse_qs(to.removeprefix("?"))
    return f"/?{urlencode(params, doseq=True)}" if params else "/"
