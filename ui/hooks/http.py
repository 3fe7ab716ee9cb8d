"""The addresses that chats call: `/hooks/slack` and `/hooks/teams`. Each is there if its secret is set.

A chat waits a few seconds for an answer. Slack then takes it later, at an address that comes with the call;
it is used only if it is Slack's own. Teams does not.
"""

from __future__ import annotations

import asyncio
import html
import json
import logging
import re
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from catalog.errors import BusyError, SettingError
from catalog.settings import Settings
from ui.access.credentials import Vouched
from ui.delivery.channel import UndeliveredError
from ui.delivery.posting import as_json, post
from ui.hooks.commands import obey
from ui.hooks.forms import slack_message, teams_message
from ui.hooks.said import Line, Run
from ui.hooks.signatures import RefusedError, Seen, check_fresh, check_slack, check_teams, teams_key
from ui.service import Service

_LOG = logging.getLogger(__name__)

SLACK = "https://hooks.slack.com"
"""Where Slack takes answers later."""

_SLACK_SECONDS, _TEAMS_SECONDS = 2.0, 4.0  # that are waited; Slack gives up after 3, Teams after 5
_LARGEST = 64 * 1024  # bytes of a call
_AT_ONCE = 4  # questions; each holds a thread
_MOST_WAITING = 20
_SLACK_MENTION = re.compile(r"<[@#!][^<>]*>")
_MENTION = re.compile(r"<at\b[^>]*>.*?</at>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


class Hooks:
    """What chats may call.

    Args:
        service: The opened library.
        slack: Where Slack takes answers later.
        slack_seconds: How long Slack is let wait.
        teams_seconds: How long Teams is let wait.

    Raises:
        SettingError: If a chat would read as the owner, or a secret cannot be used.
    """

    def __init__(
        self,
        service: Service,
        slack: str = SLACK,
        slack_seconds: float = _SLACK_SECONDS,
        teams_seconds: float = _TEAMS_SECONDS,
    ) -> None:
        check_hooks(service.settings)
        self._service = service
        self._settings = service.settings
        self._slack_at = slack
        self._slack_seconds = slack_seconds
        self._teams_seconds = teams_seconds
        self._seen = Seen()
        self._running: set[asyncio.Task[Any]] = set()
        self._limit: anyio.CapacityLimiter | None = None

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/hooks/slack", self.slack, methods=["POST"]),
            Route("/hooks/teams", self.teams, methods=["POST"]),
        ]

    async def finish(self) -> None:
        """Wait for what is still being answered."""
        while self._running:
            await asyncio.wait(self._running)

    async def slack(self, request: Request) -> Response:
        """Answer a slash command."""
        secret = _needed(self._settings.slack_secret)
        body, now = await _body(request), time.time()
        try:
            self._seen.take(check_slack(secret, request.headers, body, now), now)
        except RefusedError as error:
            return _refused(error)
        form = parse_qs(body.decode("utf-8", "replace"))
        if "ssl_check" in form:
            return Response()
        text = html.unescape(_SLACK_MENTION.sub(" ", form.get("text", [""])[0]))
        return await self._answer_slack(text, form.get("response_url", [""])[0])

    async def _answer_slack(self, text: str, later: str) -> Response:
        asking = self._ask(self._settings.slack_viewer, text)
        if await _within(asking, self._slack_seconds):
            return JSONResponse(slack_message(asking.result()))
        if origin(later) != self._slack_at:
            return JSONResponse(slack_message(self._too_slow()))
        self._keep(asyncio.create_task(self._send(asking, later)))
        return JSONResponse(slack_message([(Run("Looking …"),)]))

    async def _send(self, asking: asyncio.Task[list[Line]], address: str) -> None:
        body = as_json(slack_message(await asking))
        try:
            await anyio.to_thread.run_sync(post, "Slack", address, body)
        except UndeliveredError as error:
            _LOG.warning("an answer is lost: %s", error)

    async def teams(self, request: Request) -> Response:
        """Answer a message in which the webhook is mentioned."""
        secret = _needed(self._settings.teams_secret)
        body, now = await _body(request), time.time()
        try:
            signature = check_teams(secret, request.headers, body)
            message = _message(body)
            check_fresh(_made(message), now)
            self._seen.take(signature, now)
        except RefusedError as error:
            return _refused(error)
        asking = self._ask(self._settings.teams_viewer, _written(message))
        done = await _within(asking, self._teams_seconds)
        return JSONResponse(teams_message(asking.result() if done else self._too_slow()))

    def _ask(self, viewer: str, text: str) -> asyncio.Task[list[Line]]:
        if len(self._running) >= _MOST_WAITING:
            raise HTTPException(429, str(BusyError("too much is asked at once; try again in a moment")))
        self._limit = self._limit or anyio.CapacityLimiter(_AT_ONCE)
        service = self._service.seen_by(Vouched(viewer))
        asked = anyio.to_thread.run_sync(obey, service, self._settings.public_url, text, limiter=self._limit)
        return self._keep(asyncio.ensure_future(asked))

    def _keep(self, task: asyncio.Task[Any]) -> asyncio.Task[Any]:
        """Hold on to a task: the loop alone would let it be collected."""
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _too_slow(self) -> list[Line]:
        home = self._settings.public_url
        there = [(Run("Ask in Copse", url=home),)] if home else []
        return [(Run("This takes longer than the chat waits. Try again in a moment."),), *there]


def check_hooks(settings: Settings) -> None:
    """Refuse settings with which a chat would show too much, or nothing.

    Raises:
        SettingError: If everybody in a chat would read as the owner, or a secret is none.
    """
    for name, viewer in (("SLACK", settings.slack_viewer), ("TEAMS", settings.teams_viewer)):
        if viewer.strip().lower() == "owner":
            raise SettingError(
                f"COPSE_{name}_VIEWER=owner: everybody in the chat would read every private community; give "
                "'guest', or a reader's e-mail or name"
            )
    try:
        teams_key(settings.teams_secret)
    except RefusedError as error:
        raise SettingError(
            "COPSE_TEAMS_SECRET: give the security token as Teams shows it (base64)"
        ) from error


def origin(url: str) -> str:
    """Scheme, host and port of an address, and whoever is named before them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


async def _within(task: asyncio.Task[Any], seconds: float) -> bool:
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done)


def _needed(secret: str) -> str:
    if not secret:
        raise HTTPException(404)
    return secret


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise HTTPException(413)
    return body


def _refused(error: RefusedError) -> Response:
    return PlainTextResponse(f"Refused: {error}.", 401)


def _message(body: bytes) -> Mapping[str, Any]:
    try:
        message = json.loads(body)
    except ValueError as error:
        raise RefusedError("it is no JSON") from error
    if not isinstance(message, dict):
        raise RefusedError("it is no message")
    return message


def _made(message: Mapping[str, Any]) -> float:
    try:
        return datetime.fromisoformat(str(message["timestamp"])).timestamp()
    except (KeyError, ValueError, OverflowError) as error:
        raise RefusedError("there is no timestamp") from error


def _written(message: Mapping[str, Any]) -> str:
    """What somebody wrote, without the mention and the markup of the chat."""
    bare = _TAG.sub(" ", _MENTION.sub(" ", str(message.get("text", ""))))
    return " ".join(html.unescape(bare).split())
