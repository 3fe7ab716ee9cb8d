"""Keeps the HTTP API able to answer: how often somebody may ask, how much is worked on at once, for how long.

What is worked on runs in a pool of threads that the pages' files come from, too. So there are fewer places at
work than threads, and a request without a place waits without a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

import anyio
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.errors import NotSignedInError, OverloadedError
from catalog.settings import Settings
from ui.access.arriving import credentials_of
from ui.access.credentials import Bearer, Configured, Credentials, SignedIn
from ui.api_problems import tell, too_large
from ui.guard import LOOPBACK
from ui.problems import TOO_SLOW, ProblemOut, told
from ui.rates import Rates
from ui.service import Service

_WATCHED_AT_ONCE = 64  # streams that tell how jobs go; none of them holds a thread while it waits
_SPARE_THREADS = 24  # for the files of the pages
_FOREVER = 24 * 3600.0
_ASKED = "/ask"

WATCHED = "/events"
"""How the addresses of streams end that only tell how something goes."""

_SLOW = ("/events", "/documents")  # what is watched, and what is uploaded over a slow line

ALWAYS = frozenset({"/health", "/ready", "/metrics"})
"""Addresses that answer however busy the service is."""


class Room:
    """Places at work, and a queue of those who wait for one, the first first.

    Args:
        places: How many there are.
        queue: How many may wait.
    """

    def __init__(self, places: int, queue: int) -> None:
        self._free = asyncio.Semaphore(places)
        self._queue = queue
        self.waiting = 0
        self.working = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place, and hold it.

        Raises:
            OverloadedError: If too many wait.
        """
        if self._free.locked() and self.waiting >= self._queue:
            raise OverloadedError(f"{self.waiting} requests wait already; ask again in a few seconds", 5)
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1
            self._free.release()


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed.

    Attributes:
        rates: How often somebody may ask.
        asking: For questions that are answered, which a language model may hold up.
        work: For all else that takes the processor or a thread.
        watching: For streams that only tell how something goes.
        threads: How many threads the pool should have.
        seconds: How long a request may take; what is watched, far longer.
    """

    rates: Rates
    asking: Room
    work: Room
    watching: Room
    threads: int
    seconds: float

    @classmethod
    def of(cls, settings: Settings, rates: Rates | None = None) -> Limits:
        """Make those that the settings name; the rates are the service's, if they are given."""
        words = settings.llm_seconds if settings.llm_url else 0.0
        return cls(
            rates=rates or Rates(settings.api_rate),
            asking=Room(settings.api_at_once, settings.api_queue),
            work=Room(settings.api_at_once, settings.api_queue),
            watching=Room(_WATCHED_AT_ONCE, 0),
            threads=2 * settings.api_at_once + _SPARE_THREADS,
            seconds=settings.api_seconds + words,
        )

    def room(self, path: str) -> Room:
        """Where a request to an address has its place."""
        if path.endswith(WATCHED):
            return self.watching
        return self.asking if path.startswith(_ASKED) else self.work


async def hold_a_place(request: Request) -> AsyncIterator[None]:
    """Let a request in when there is room, until its response has ended.

    As a dependency it comes behind the body, so whoever sends slowly holds no place meanwhile.
    """
    limits: Limits = request.app.state.limits
    path = request.scope["route"].path
    if path in ALWAYS:
        yield
        return
    _make_threads(limits.threads)
    async with limits.room(path).place():
        yield


def _make_threads(least: int) -> None:
    pool = anyio.to_thread.current_default_thread_limiter()
    if pool.total_tokens < least:
        pool.total_tokens = least


class Deadline:
    """Ends what takes too long: with a problem if the response has not begun, by cutting it off if it has.

    A thread cannot be stopped. So what one still works on keeps its place until it is done, but whoever
    asked has their answer.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seconds = _FOREVER if scope["path"].endswith(_SLOW) else self._seconds
        line = _Line(scope, receive, send)
        ending = anyio.CancelScope()

        async def work() -> None:
            with ending:
                await self._app(scope, receive, line.send)

        task = asyncio.create_task(work())
        try:
            await asyncio.wait({task}, timeout=seconds)
            if not task.done():
                await line.hang_up(
                    told(TOO_SLOW, f"it took longer than {seconds:g} s; ask for less, or again later")
                )
        finally:
            ending.cancel()
        await task


class _Line:
    """The way of a response to whoever asked; it can be hung up, and what comes after that goes nowhere."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._begun = False
        self._closed = False

    async def send(self, message: Message) -> None:
        if self._closed:
            return
        if not self._begun and message.get("status") == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            await self.hang_up(too_large(self._scope["path"]))  # the framework tells it in plain text
            return
        self._begun = True
        await self._send(message)

    async def hang_up(self, problem: ProblemOut) -> None:
        self._closed = True
        if not self._begun:
            await tell(problem)(self._scope, self._receive, self._send)


def credentials_in(rates: Rates, request: Request, settings: Settings) -> Credentials:
    """The credentials of a request. What does not count is counted by where it comes from.

    Args:
        rates: How often somebody may ask.
        request: The request.
        settings: The settings in force.

    Raises:
        BusyError: If it is one too many.
        NotSignedInError: If it brings a token that does not count, or that nobody understands.
        NotAllowedError: If it would change something, and may come from another site's page.
    """
    try:
        return credentials_of(request, settings)
    except NotSignedInError:
        rates.take(request.client.host if request.client else "")
        raise


def seen_in(rates: Rates, service: Service, request: Request) -> Service:
    """The service as whoever sends a request may see it; the request is counted.

    Args:
        rates: How often somebody may ask.
        service: The opened library.
        request: The request.

    Raises:
        BusyError: If it is one too many.
        NotSignedInError: If its credentials do not count.
        NotAllowedError: If it would change something, and may come from another site's page.
    """
    credentials = credentials_in(rates, request, service.settings)
    seen = service.seen_by(credentials)
    count(rates, seen, credentials, request.client.host if request.client else "")
    return seen


def count(rates: Rates, service: Service, credentials: Credentials, address: str) -> None:
    """Count a request for whoever sends it: a member for themselves, all others by where they are.

    A token that does not count is counted like nobody's, so trying many is no way around.

    Args:
        rates: How often somebody may ask.
        service: The service, bound to the credentials.
        credentials: How they show who they are.
        address: Where the request comes from.

    Raises:
        BusyError: If it is one too many.
        NotSignedInError: If the credentials do not count.
    """
    match credentials:
        case Configured() if service.settings.host in LOOPBACK and not service.settings.trusted_proxies:
            return  # whoever is on this machine has it for themselves
        case SignedIn(issuer, subject):
            rates.take(f"{issuer} {subject}")
        case Bearer():
            rates.take(_name(service) or address)
            service.viewer()
        case _:
            rates.take(address)


def _name(service: Service) -> str:
    with suppress(NotSignedInError):
        return f"name {service.viewer().name}"
    return ""
