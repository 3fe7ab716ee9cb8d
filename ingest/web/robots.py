"""What a site wants robots to read: its robots.txt (RFC 9309)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import httpx
from protego import Protego

from catalog.errors import TransientError, UnreadableError
from ingest.web.client import AGENT, WebClient
from ingest.web.hosts import plain
from ingest.web.response import shown

_MOST_BYTES = 500 * 1024  # RFC 9309, 2.5: what is read of a robots.txt at the least
_REFUSED = range(400, 500)


@dataclass
class Robots:
    """Asks each site once for its robots.txt, and holds the client to it.

    Attributes:
        client: The client, which is slowed down for a site that asks for it.
    """

    client: WebClient
    _rules: dict[str, Protego | TransientError | None] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def check(self, url: str) -> None:
        """Make sure that a page may be read.

        A site without a robots.txt may be read (any 4xx); one whose robots.txt cannot be had now is not
        read now (RFC 9309, 2.3.1).

        Raises:
            TransientError: If the site's robots.txt cannot be had now.
            UnreadableError: If the site does not want robots to read the page.
        """
        rules = self._rules_of(url)
        if rules is not None and not rules.can_fetch(url, AGENT):
            raise UnreadableError(shown(url), "is not to be read by robots, says the site's robots.txt")

    def sitemaps(self, url: str) -> list[str]:
        """The sitemaps that the robots.txt of this address's site lists.

        Raises:
            TransientError: If the site's robots.txt cannot be had now.
            UnreadableError: If the site's host is not allowed.
        """
        rules = self._rules_of(url)
        return list(rules.sitemaps) if rules else []

    def _rules_of(self, url: str) -> Protego | None:
        site = httpx.URL(url).join("/robots.txt")
        with self._lock:
            if str(site) not in self._rules:
                self._rules[str(site)] = self._fetched(site)
            rules = self._rules[str(site)]
        if isinstance(rules, TransientError):
            raise rules
        return rules

    def _fetched(self, site: httpx.URL) -> Protego | TransientError | None:
        """The rules of a site, None if it has none, or why they cannot be had now."""
        try:
            response = self.client.get(str(site), allow=_REFUSED)
        except TransientError as error:
            reason = f"does not say now what robots may read: {error.reason}"
            return TransientError(shown(str(site)), reason, error.wait)
        if response.status in _REFUSED:
            return None
        rules = Protego.parse(response.body[:_MOST_BYTES].decode("utf-8", "replace"))
        delay = rules.crawl_delay(AGENT)
        if delay:
            self.client.pace.slow_down(plain(site.host), delay)
        return rules
