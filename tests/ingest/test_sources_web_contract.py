"""Feeds, sitemaps and lists of pages do what every kind of source must do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from catalog.nouns import Community, Link, LinkKind
from ingest.parser import Parser
from ingest.sources.protocol import LiveKind, LivePlace, Source
from ingest.sources.web import feed, pages, sitemap
from tests.ingest.contract import SourceContract
from tests.ingest.servers import Reply, Server, client_of, serving

PLOTS = Community("plots", "Plots", private=True, readers=frozenset({"ada@example.org"}))
SITE = "http://127.0.0.1"  # as its canonical addresses have it: they do not know the port of these tests


def article(name: str, text: str, author: str) -> Reply:
    """A page by somebody, of the second of May."""
    head = f"""<title>All about {name}</title><meta name="author" content="{author}">
    <meta name="date" content="2024-05-02"><link rel="canonical" href="{SITE}/{name}">"""
    return Reply(f"<html><head>{head}</head><body><main><p>{text}</p></main></body></html>")


class WebContract(SourceContract):
    """Four pages of a private community, served by a server on this machine."""

    names: ClassVar[set[str]] = {"Ann Lee", "Bo Chan"}
    edited: ClassVar[str] = f"{SITE}/hens"
    deleted: ClassVar[str] = f"{SITE}/bees"
    secret: ClassVar[str] = f"{SITE}/rain"
    link: ClassVar[tuple[str, Link] | None] = (f"{SITE}/rain", Link(LinkKind.MENTION, f"{SITE}/soil"))
    kind: ClassVar[LiveKind]
    path: ClassVar[str]
    server: Server

    @pytest.fixture(autouse=True)
    def _serve(self) -> Iterator[None]:
        with serving({}) as self.server:
            yield

    def write(self, at: Path) -> None:
        """Publish the site."""
        del at
        self.server.routes |= {
            "/rain": article("rain", f'See <a href="{SITE}/soil">soil</a>.', "Ann Lee"),
            "/soil": article("soil", "Dig.", "Ann Lee"),
            "/hens": article("hens", "Feed.", "Bo Chan"),
            "/bees": article("bees", "Watch.", "Bo Chan"),
            self.path: Reply(self.listing("rain", "soil", "hens", "bees")),
        }

    def change(self, at: Path) -> None:
        """Edit one page and delete another."""
        del at
        self.server.routes |= {
            "/hens": article("hens", "Feed them well.", "Bo Chan"),
            "/bees": Reply(status=404),
            self.path: Reply(self.listing("rain", "soil", "hens", changed="hens")),
        }

    def listing(self, *names: str, changed: str = "") -> str:
        """The list of the pages."""
        raise NotImplementedError

    def sources(self, at: Path, parser: Parser, scratch: Path) -> list[Source]:
        """Open the site."""
        del at, scratch
        web = client_of(self.server)
        return [self.kind.open(LivePlace("web", self.server.url + self.path, PLOTS, web, parser))]


class TestPages(WebContract):
    """A text with an address a line."""

    kind: ClassVar[LiveKind] = pages.KIND
    path: ClassVar[str] = "/list.txt"

    def listing(self, *names: str, changed: str = "") -> str:
        """The list of the pages."""
        del changed
        return "\n".join(f"{self.server.url}/{name}" for name in names)


class TestSitemap(WebContract):
    """A sitemap with dates."""

    kind: ClassVar[LiveKind] = sitemap.KIND
    path: ClassVar[str] = "/sitemap.xml"

    def listing(self, *names: str, changed: str = "") -> str:
        """The sitemap."""
        days = ((name, "2024-06-01" if name == changed else "2024-05-02") for name in names)
        listed = (
            f"<url><loc>{self.server.url}/{name}</loc><lastmod>{day}</lastmod></url>" for name, day in days
        )
        return f"<urlset>{''.join(listed)}</urlset>"


class TestFeed(WebContract):
    """A feed with the beginnings of its entries."""

    kind: ClassVar[LiveKind] = feed.KIND
    path: ClassVar[str] = "/feed"

    def listing(self, *names: str, changed: str = "") -> str:
        """The feed."""
        listed = (
            f"<item><guid isPermaLink='false'>{SITE}/{name}</guid><link>/{name}</link>"
            f"<description>All about {'them' if name == changed else name} …</description></item>"
            for name in names
        )
        return f"<rss><channel>{''.join(listed)}</channel></rss>"
