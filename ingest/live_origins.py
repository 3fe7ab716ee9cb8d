"""Opens a web address that was added to a library; whoever reads files does not need what speaks HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from catalog.errors import SettingError
from catalog.nouns import Community
from catalog.origins import Origin
from ingest.config import slug
from ingest.sources.discover import Settle
from ingest.sources.live_kinds import ANY, LIVE_KINDS, live_kind
from ingest.sources.protocol import DocumentParser, LiveKind, LivePlace, Source
from ingest.web.client import Limits, WebClient

COMMON_OPTIONS = {
    "allow": "Other hosts that may be asked, separated by commas: `*.example.org` (or --allow).",
    "allow_internal": "Hosts of your own network that may be asked (or --allow-internal).",
    "interval": "Seconds between two requests to a host.",
}
"""What can be chosen for every web address."""


@contextmanager
def open_live(origin: Origin, parser: DocumentParser, full: bool, settle: Settle) -> Iterator[Source]:
    """Open an address, as `ingest.origins.open_origin` opens whatever was added."""
    kind = kind_of(origin)
    with _client(origin) as web:
        name = origin.community or urlsplit(origin.location).hostname or origin.name
        community = settle(Community(slug(name), name, origin.private))
        place = LivePlace(origin.name, origin.location, community, web, parser, origin.options)
        source = kind.open(place)
        source.complete = full
        yield source


def kind_of(origin: Origin) -> LiveKind:
    """The kind of a web address: the one that was chosen, or that recognises it, or else a page of the web.

    Raises:
        SettingError: If there is no such kind, or an option is not known.
    """
    recognised = [kind for kind in LIVE_KINDS if kind.recognises(origin.location)]
    kind = live_kind(origin.kind) if origin.kind else next(iter(recognised), ANY)
    allowed = {**COMMON_OPTIONS, **kind.options}
    for name in origin.options:
        if name not in allowed:
            listed = ", ".join(allowed)
            raise SettingError(f"--option {name}: is not known for {kind.name}; there are: {listed}")
    return kind


def _client(origin: Origin) -> WebClient:
    address = urlsplit(origin.location)
    internal = _listed(origin, "allow_internal")
    hosts = [address.netloc.rpartition("@")[2], *_listed(origin, "allow"), *internal]
    hosts += kind_of(origin).hosts(origin.location, origin.options)
    interval = origin.options.get("interval", "1")
    try:
        limits = Limits(interval_seconds=max(0.0, float(interval)))
    except ValueError as error:
        raise SettingError(f"--option interval={interval}: give seconds, such as 0.5") from error
    return WebClient(hosts, internal, limits=limits, key_variable=origin.options.get("key"))


def _listed(origin: Origin, option: str) -> list[str]:
    return [host.strip() for host in origin.options.get(option, "").split(",") if host.strip()]
