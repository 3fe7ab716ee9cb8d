"""A client of the HTTP API, for programs: `Copse`, and `AsyncCopse` for those that do several things at once.

What comes back are the forms of `ui.schemas`; what goes wrong is raised as the errors that Copse itself has::

    with Copse("https://copse.example.org", token="copse_…") as copse:
        print(copse.ask("Why is the water in the rain tank green?").answer.text)
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, Unpack

import httpx
from pydantic import ValidationError

from catalog.errors import BusyError, CopseError, LanguageModelError, Trouble
from ui import client_calls as calls
from ui.client_calls import Call, Form, Item, Listing, Narrowing, Page
from ui.problems import PROBLEMS, ProblemOut
from ui.schemas import AnswerOut, ReplyOut
from ui.schemas_draft import CheckedOut, DraftOut

ADDRESS = "http://127.0.0.1:8501"
_PREFIX = "/api/v1"
_SECONDS = 120.0  # a language model may take its time

_P = ParamSpec("_P")

Part = DraftOut | CheckedOut | AnswerOut | ReplyOut
_PARTS: dict[str, type[Part]] = {
    "draft": DraftOut,
    "checked": CheckedOut,
    "answer": AnswerOut,
    "reply": ReplyOut,
}
_KINDS = {problem.name: kind for kind, problem in PROBLEMS.items()}


class RefusedError(CopseError):
    """The service does not take a request, or cannot answer it, for a reason that has no error of its own.

    Args:
        problem: What it said.
    """

    def __init__(self, problem: ProblemOut) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class UnreachableError(CopseError):
    """Nothing answers at the address, or not as Copse does."""


class _Client:
    """What both clients share: the address, and how requests are made and answers understood."""

    def __init__(self, address: str = ADDRESS, token: str = "", *, seconds: float = _SECONDS) -> None:
        self.address = address.rstrip("/")
        self._options: dict[str, Any] = {
            "base_url": self.address + _PREFIX,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "timeout": seconds,
        }

    @staticmethod
    def _request(call: Call[Any]) -> dict[str, Any]:
        request: dict[str, Any] = {"method": call.method, "url": call.path, "params": call.given()}
        if call.body is not None:
            request["json"] = call.body
        if call.files:
            request["files"] = {field: (file.name, file.read_bytes()) for field, file in call.files.items()}
        return request

    def _understood(self, call: Call[Form], response: httpx.Response) -> Form:
        if response.is_error:
            raise self._told(response)
        return self._read(call.form, response.content)

    def _read(self, form: type[Form], content: bytes | str) -> Form:
        try:
            # A newer Copse may say more than this one knows.
            return form.model_validate_json(content, extra="ignore")
        except ValidationError as error:
            raise UnreachableError(f"{self.address} answers, but not as Copse does: {error}") from error

    def _told(self, response: httpx.Response) -> CopseError:
        """The error that a response tells."""
        try:
            problem = ProblemOut.model_validate_json(response.content)
        except ValidationError:
            status = f"{response.status_code} {response.reason_phrase}"
            told = f"{self.address} answers {status}, but not as Copse does; is it the right address?"
            return UnreachableError(told)
        return _error(problem, response.headers.get("retry-after", ""))

    def _part(self, name: str, data: str) -> Part | None:
        """An event of a stream; None for one that this client does not know."""
        if name == "error":
            raise _error(ProblemOut.model_validate_json(data))
        return self._read(_PARTS[name], data) if name in _PARTS else None

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            told = str(error) or type(error).__name__
            raise UnreachableError(
                f"{self.address}: nothing answers there ({told}); is `copse serve` running?"
            ) from error


def _error(problem: ProblemOut, wait: str = "") -> CopseError:
    """The error of a problem's name."""
    kind = _KINDS.get(problem.name)
    if kind is None:
        return RefusedError(problem)
    if issubclass(kind, LanguageModelError):
        return kind(Trouble.FAILED, problem.detail)
    if issubclass(kind, BusyError):
        return kind(problem.detail, float(wait) if wait.isdigit() else 1.0)
    return kind(problem.detail)


def _parts_of(line: str, event: dict[str, str]) -> tuple[str, str] | None:
    """Take in a line of a stream of events; give the event that it ends."""
    if not line:
        ended = (event.get("event", ""), event.get("data", ""))
        event.clear()
        return ended if ended[1] else None
    field, _, value = line.partition(":")
    event[field] = event.get(field, "") + value.removeprefix(" ")
    return None


# --- what is done at once ---


def _now(make: Callable[_P, Call[Form]]) -> Callable[Concatenate[Copse, _P], Form]:
    @functools.wraps(make)
    def method(self: Copse, /, *args: _P.args, **named: _P.kwargs) -> Form:
        return self.send(make(*args, **named))

    return method


def _each(make: Callable[_P, Listing[Page, Item]]) -> Callable[Concatenate[Copse, _P], Iterator[Item]]:
    @functools.wraps(make)
    def method(self: Copse, /, *args: _P.args, **named: _P.kwargs) -> Iterator[Item]:
        listing, cursor = make(*args, **named), None
        while True:
            page = self.send(listing.at(cursor))
            yield from listing.items(page)
            cursor = page.next
            if cursor is None:
                return

    return method


class Copse(_Client):
    """A Copse that is served somewhere.

    Args:
        address: Where it is served.
        token: Who asks; `copse tokens add` makes one. Empty where the service knows everybody without.
        seconds: How long to wait for each part of an answer.
    """

    def __init__(self, address: str = ADDRESS, token: str = "", *, seconds: float = _SECONDS) -> None:
        super().__init__(address, token, seconds=seconds)
        self._http = httpx.Client(**self._options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def send(self, call: Call[Form]) -> Form:
        """Send a call, and give what comes back.

        Raises:
            CopseError: What went wrong, as the error of its kind.
        """
        with self._reaching():
            response = self._http.request(**self._request(call))
        return self._understood(call, response)

    def ask_in_steps(
        self, question: str, *, before: Sequence[str] = (), k: int = 5, **narrowed: Unpack[Narrowing]
    ) -> Iterator[Part]:
        """Answer a question, and give each part of the reply as soon as it is there; the last one is all.

        Raises:
            CopseError: What went wrong, as the error of its kind.
        """
        call = calls.ask(question, before=before, k=k, **narrowed)
        event: dict[str, str] = {}
        with self._reaching(), self._http.stream("GET", "/ask/stream", params=call.given()) as response:
            if response.is_error:
                response.read()
                raise self._told(response)
            for line in response.iter_lines():
                ended = _parts_of(line, event)
                if ended and (part := self._part(*ended)) is not None:
                    yield part

    ask = _now(calls.ask)
    search = _now(calls.search)
    experts = _now(calls.experts)
    similar = _now(calls.similar)
    item = _now(calls.item)
    items = _each(calls.items)
    write = _now(calls.write)
    withdraw = _now(calls.withdraw)
    upload = _now(calls.upload)
    uploaded = _now(calls.uploaded)
    say = _now(calls.say)
    people = _each(calls.people)
    person = _now(calls.person)
    topic = _now(calls.topic)
    topics = _each(calls.topics)
    risks = _each(calls.risks)
    status = _now(calls.status)
    communities = _now(calls.communities)
    gaps = _each(calls.gaps)
    requests = _each(calls.requests)
    request = _now(calls.request)
    request_stats = _now(calls.request_stats)
    put_to_people = _now(calls.put_to_people)
    answer = _now(calls.answer)
    accept = _now(calls.accept)
    decline = _now(calls.decline)
    close_request = _now(calls.close_request)
    me = _now(calls.me)
    sources = _now(calls.sources)
    add_source = _now(calls.add_source)
    sync = _now(calls.sync)
    job = _now(calls.job)


# --- the same, asynchronously ---


def _soon(
    make: Callable[_P, Call[Form]],
) -> Callable[Concatenate[AsyncCopse, _P], Coroutine[Any, Any, Form]]:
    @functools.wraps(make)
    async def method(self: AsyncCopse, /, *args: _P.args, **named: _P.kwargs) -> Form:
        return await self.send(make(*args, **named))

    return method


def _each_soon(
    make: Callable[_P, Listing[Page, Item]],
) -> Callable[Concatenate[AsyncCopse, _P], AsyncIterator[Item]]:
    @functools.wraps(make)
    async def method(self: AsyncCopse, /, *args: _P.args, **named: _P.kwargs) -> AsyncIterator[Item]:
        listing, cursor = make(*args, **named), None
        while True:
            page = await self.send(listing.at(cursor))
            for item in listing.items(page):
                yield item
            cursor = page.next
            if cursor is None:
                return

    return method


class AsyncCopse(_Client):
    """`Copse` for asynchronous programs.

    Args:
        address: Where it is served.
        token: Who asks; `copse tokens add` makes one. Empty where the service knows everybody without.
        seconds: How long to wait for each part of an answer.
    """

    def __init__(self, address: str = ADDRESS, token: str = "", *, seconds: float = _SECONDS) -> None:
        super().__init__(address, token, seconds=seconds)
        self._http = httpx.AsyncClient(**self._options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def send(self, call: Call[Form]) -> Form:
        """Send a call, and give what comes back.

        Raises:
            CopseError: What went wrong, as the error of its kind.
        """
        with self._reaching():
            response = await self._http.request(**self._request(call))
        return self._understood(call, response)

    async def ask_in_steps(
        self, question: str, *, before: Sequence[str] = (), k: int = 5, **narrowed: Unpack[Narrowing]
    ) -> AsyncIterator[Part]:
        """Answer a question, and give each part of the reply as soon as it is there; the last one is all.

        Raises:
            CopseError: What went wrong, as the error of its kind.
        """
        call = calls.ask(question, before=before, k=k, **narrowed)
        event: dict[str, str] = {}
        with self._reaching():
            async with self._http.stream("GET", "/ask/stream", params=call.given()) as response:
                if response.is_error:
                    await response.aread()
                    raise self._told(response)
                async for line in response.aiter_lines():
                    ended = _parts_of(line, event)
                    if ended and (part := self._part(*ended)) is not None:
                        yield part

    ask = _soon(calls.ask)
    search = _soon(calls.search)
    experts = _soon(calls.experts)
    similar = _soon(calls.similar)
    item = _soon(calls.item)
    items = _each_soon(calls.items)
    write = _soon(calls.write)
    withdraw = _soon(calls.withdraw)
    upload = _soon(calls.upload)
    uploaded = _soon(calls.uploaded)
    say = _soon(calls.say)
    people = _each_soon(calls.people)
    person = _soon(calls.person)
    topic = _soon(calls.topic)
    topics = _each_soon(calls.topics)
    risks = _each_soon(calls.risks)
    status = _soon(calls.status)
    communities = _soon(calls.communities)
    gaps = _each_soon(calls.gaps)
    requests = _each_soon(calls.requests)
    request = _soon(calls.request)
    request_stats = _soon(calls.request_stats)
    put_to_people = _soon(calls.put_to_people)
    answer = _soon(calls.answer)
    accept = _soon(calls.accept)
    decline = _soon(calls.decline)
    close_request = _soon(calls.close_request)
    me = _soon(calls.me)
    sources = _soon(calls.sources)
    add_source = _soon(calls.add_source)
    sync = _soon(calls.sync)
    job = _soon(calls.job)
