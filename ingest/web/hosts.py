"""Which hosts may be asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from catalog.errors import SettingError

_WEB_PORTS = (80, 443)


@dataclass(frozen=True, slots=True)
class _Rule:
    host: str
    below: bool  # whether it stands for the hosts below it, not for itself
    port: int | None


class Hosts:
    """A set of hosts, as an operator writes them.

    Args:
        entries: `forum.example.org`, `*.example.org` (every host below it, not itself), each with a port
            if it is not one of the web's own: `forum.example.org:8080`, `[::1]:8080`.

    Raises:
        SettingError: If an entry is no host.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._rules = frozenset(_rule(entry) for entry in entries)

    def admits(self, host: str, port: int) -> bool:
        """Whether this host may be asked at this port; an entry without a port means 80 and 443."""
        return any(_same(rule, host) and _port_fits(rule, port) for rule in self._rules)

    def names(self, host: str, port: int) -> bool:
        """Whether this host is meant; an entry without a port means every port."""
        return any(_same(rule, host) and rule.port in (None, port) for rule in self._rules)


def plain(host: str) -> str:
    """A host name as it is compared: lower case, without the dot that may end it."""
    return host.lower().rstrip(".")


def _rule(entry: str) -> _Rule:
    text = entry.strip()
    below = text.startswith("*.")
    name = text[2:] if below else text
    if name.count(":") > 1 and not name.startswith("["):
        name = f"[{name}]"  # an IPv6 address as people write it
    try:
        url = httpx.URL(f"http://{name}")
    except httpx.InvalidURL as error:
        raise SettingError(f"{entry!r} is no host; write it as forum.example.org") from error
    if not url.host or url.userinfo or url.raw_path != b"/" or "*" in name:
        raise SettingError(f"{entry!r} is no host; write it as forum.example.org or *.example.org")
    return _Rule(plain(url.raw_host.decode("ascii")), below, url.port)


def _same(rule: _Rule, host: str) -> bool:
    asked = plain(host)
    return asked.endswith(f".{rule.host}") if rule.below else asked == rule.host


def _port_fits(rule: _Rule, port: int) -> bool:
    return port in _WEB_PORTS if rule.port is None else port == rule.port
