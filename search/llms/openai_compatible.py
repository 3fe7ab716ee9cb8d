"""Any server that speaks the OpenAI protocol; its package is imported when something is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from search.llms.dialect import Dialect
from search.llms.discreet import without
from search.llms.in_time import in_time
from search.llms.message import Message
from search.llms.reply import open_reply, read_models
from search.llms.trouble import Endpoint, Refusal

if TYPE_CHECKING:
    import httpx2
    import openai

_CONNECT_SECONDS = 10.0
_CHARACTERS_A_TOKEN = 8  # more than any language needs; for servers that do not count tokens
_ERROR_BYTES = 16_384  # read of an error's body
_COMPLAINTS = (400, 422)  # statuses of a request that is not liked as it is
_SENT = frozenset(
    ("host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent")
)


class OpenAIModel:
    """A model behind an OpenAI-compatible endpoint. Fulfils `LanguageModel`.

    It sends messages, the model's name and the key to its address and to nowhere else: no tools, no
    redirects, no headers about this machine, nothing from the environment but a proxy.

    Args:
        url: The address of the API, such as "http://localhost:11434/v1".
        model: The model's name there.
        key: Its key; empty for none.

    Attributes:
        name: The model's name.
        dialect: What the server was found to take of the protocol.
        streamed: Whether the last answer came piece by piece; None before the first.
    """

    def __init__(self, url: str, model: str, key: str = "") -> None:
        self.name = model
        self.dialect = Dialect()
        self.streamed: bool | None = None
        self.endpoint = Endpoint(url, model, key)

    def stream(self, messages: Sequence[Message], *, max_tokens: int, deadline: float) -> Iterator[str]:
        """Ask, and give the answer's text as it arrives.

        Args:
            messages: What is said.
            max_tokens: Longest answer.
            deadline: Moment of `time.monotonic` by which the answer must be complete.

        Raises:
            LanguageModelError: If there is no answer, or its end does not arrive in time.
        """
        return self.ask(messages, max_tokens=max_tokens, deadline=deadline)

    def ask(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        deadline: float,
        extra: Mapping[str, Any] | None = None,
    ) -> Iterator[str]:
        """The same with more in the body of the request."""
        import openai  # noqa: F401 - here, so that no thread is left behind in the middle of an import

        if deadline <= time.monotonic():
            raise self.endpoint.slow()

        def produce(stop: threading.Event) -> Iterator[str]:
            return self._pieces(messages, max_tokens, deadline, extra or {}, stop)

        said, characters = False, _CHARACTERS_A_TOKEN * max_tokens
        with closing(in_time(produce, deadline, self.endpoint.slow)) as pieces:
            # A server that repeats the key must not tell it to whoever asks.
            for piece in without(pieces, self.endpoint.key):
                said = said or bool(piece.strip())
                yield piece[:characters]
                characters -= len(piece)
                if characters <= 0:
                    break
        if not said:
            raise self.endpoint.empty()

    def models(self, *, deadline: float) -> list[str]:
        """Names of the models that the server lists.

        Raises:
            LanguageModelError: If it lists none.
        """
        import openai

        def produce(stop: threading.Event) -> Iterator[str]:
            stream = openai.Stream[Any]
            try:
                with (
                    self._sending(deadline) as client,
                    client.get("/models", cast_to=object, stream=True, stream_cls=stream) as got,
                ):
                    yield from read_models(self._arriving(got.response, deadline, stop), self.endpoint)
            except _RefusedError as error:
                raise error.refusal.error from None

        return list(in_time(produce, deadline, self.endpoint.slow))

    def _pieces(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        deadline: float,
        extra: Mapping[str, Any],
        stop: threading.Event,
    ) -> Iterator[str]:
        """Ask in the form that the server takes; after a refusal that can be helped, once more."""
        dialect, waited = self.dialect, False
        while True:
            body = {**dialect.request(messages, max_tokens), **extra}
            try:
                yield from self._send(body, deadline, stop)
            except _RefusedError as error:
                refusal, other = error.refusal, None
                if refusal.status in _COMPLAINTS:
                    other = dialect.adapted(refusal.complaint, messages)
                if other is None and (waited or not _wait(refusal, deadline, stop)):
                    raise refusal.error from None
                dialect, waited = other or dialect, waited or other is None
            else:
                self.dialect = dialect
                return

    def _send(self, body: Mapping[str, Any], deadline: float, stop: threading.Event) -> Iterator[str]:
        import openai

        sent = {"model": self.name, **body}
        # A stream whatever is asked for, because the package reads anything else to its end, however far off.
        stream = openai.Stream[Any]
        with (
            self._sending(deadline) as client,
            client.post(
                "/chat/completions", cast_to=object, body=sent, stream=True, stream_cls=stream
            ) as got,
        ):
            reply = open_reply(self._arriving(got.response, deadline, stop), self.endpoint)
            self.streamed = reply.streamed
            yield from reply.pieces

    def _arriving(self, response: httpx2.Response, deadline: float, stop: threading.Event) -> Iterator[bytes]:
        import httpx2

        try:
            for chunk in response.iter_bytes():
                if stop.is_set() or time.monotonic() > deadline:
                    raise self.endpoint.slow()
                yield chunk
        except httpx2.TimeoutException as error:
            raise self.endpoint.slow() from error
        except httpx2.HTTPError as error:
            raise self.endpoint.cut_off() from error

    @contextmanager
    def _sending(self, deadline: float) -> Iterator[openai.OpenAI]:
        """A client whose errors are ours."""
        import httpx2
        import openai

        try:
            with self._client(deadline - time.monotonic()) as client:
                yield client
        except openai.APIConnectionError as error:
            cause = error.__cause__
            if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError):
                raise self.endpoint.unreachable(cause or error) from error
            if isinstance(error, openai.APITimeoutError):
                raise self.endpoint.slow() from error
            raise self.endpoint.cut_off() from error
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self.endpoint.nonsense(str(error)) from error

    def _client(self, seconds: float) -> openai.OpenAI:
        import openai

        seconds = max(seconds, 0.001)
        timeout = openai.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        hooks: dict[str, list[Callable[..., Any]]] = {
            "request": [self._leave_out],
            "response": [self._refuse],
        }
        # What is not given here would be taken from the environment.
        return openai.OpenAI(
            api_key=self.endpoint.key or "none",
            admin_api_key="",
            organization="",
            project="",
            webhook_secret="",
            base_url=self.endpoint.url,
            max_retries=0,
            timeout=timeout,
            http_client=openai.DefaultHttpxClient(timeout=timeout, follow_redirects=False, event_hooks=hooks),
        )

    def _leave_out(self, request: httpx2.Request) -> None:
        """Take out of a request what is nobody's business: the package tells much of this machine."""
        for name in set(request.headers) - _SENT:
            del request.headers[name]
        request.headers["user-agent"] = "copse"
        if self.endpoint.key:
            request.headers["authorization"] = f"Bearer {self.endpoint.key}"

    def _refuse(self, response: httpx2.Response) -> None:
        """Raise what is not a success, before the package would read all of its body."""
        import httpx2

        if response.is_success:
            return
        body = b""
        with suppress(httpx2.HTTPError):  # the status tells enough
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) >= _ERROR_BYTES:
                    break
        raise _RefusedError(self.endpoint.refusal(response.status_code, body, response.headers))


class _RefusedError(Exception):
    """An answer that is not a success; it may be tried otherwise."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status)
        self.refusal = refusal


def _wait(refusal: Refusal, deadline: float, stop: threading.Event) -> bool:
    """Wait for as long as the server wants; False if it does not say, or that is too long."""
    if refusal.wait is None or refusal.wait >= deadline - time.monotonic():
        return False
    return not stop.wait(refusal.wait)
