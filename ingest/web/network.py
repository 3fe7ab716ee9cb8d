"""Connections to checked addresses only, none of which may outlast its request's deadline.

A name is resolved here, once per connection; every address it has is checked, and the connection goes to
a checked address, not to the name. So neither a redirect nor a name server that changes its answer can
lead to an internal address.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore

from catalog.errors import UnreadableError
from ingest.web.addresses import may_connect
from ingest.web.hosts import Hosts

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host and port; raises OSError if there are none."""

_MOST_TRIED = 4  # addresses of one host
_DEADLINE: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Let no connection of this thread be waited for longer than this, in all."""
    token = _DEADLINE.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def system_addresses(host: str, port: int) -> list[str]:
    """The addresses that the operating system knows for a host.

    Raises:
        OSError: If there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedNetwork(httpcore.NetworkBackend):
    """Opens connections for httpcore, to public addresses, and to intranet hosts that were allowed.

    Args:
        internal: Hosts whose address may be an internal one.
        resolve: Gives the addresses of a host.
    """

    def __init__(self, internal: Hosts, resolve: Resolver = system_addresses) -> None:
        self._internal = internal
        self._resolve = resolve
        self._tcp = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            UnreadableError: If one of its addresses is forbidden.
            httpcore.ConnectError: If none answers.
            httpcore.ConnectTimeout: If none answers in time.
        """
        failure: Exception = httpcore.ConnectError("has no address")
        for address in self._checked(host, port)[:_MOST_TRIED]:
            try:
                return _TimedStream(
                    self._tcp.connect_tcp(address, port, _left(timeout), local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"its name cannot be resolved ({error})") from error
        internal = self._internal.names(host, port)
        for address in addresses:
            if not may_connect(address, internal=internal):
                raise UnreadableError(
                    host,
                    f"has the internal address {address}, which is never asked; if it is an intranet host"
                    f" that you trust, allow it with `--allow-internal {host}`",
                )
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """A connection on which every wait ends at the deadline, so that no server can drip bytes for ever."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float:
    left = min(timeout or float("inf"), _DEADLINE.get() - time.monotonic())
    if left <= 0:
        raise httpcore.ReadTimeout("took too long")
    return min(left, 3600.0)  # a socket cannot wait for infinity
