"""The pages of a site, as its sitemap lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import httpx

from catalog.errors import SettingError, UnreadableError
from ingest.sources.protocol import LivePlace, LiveSource
from ingest.sources.web.lists import Listed, site_pages
from ingest.sources.web.page import Fetcher, web_address
from ingest.sources.web.pages import PagesSource


class SitemapKind:
    """A site that lists its pages for robots."""

    name = "sitemap"
    about = "all pages of a site, by its sitemap (or by its address alone: robots.txt names the sitemap)"
    options: Mapping[str, str] = {"under": "only pages whose address begins with this"}

    def recognises(self, address: str) -> bool:
        """A sitemap is called so."""
        name = PurePosixPath(httpx.URL(address).path).name.lower() if web_address(address) else ""
        return "sitemap" in name and name.endswith((".xml", ".xml.gz", ".txt"))

    def hosts(self, address: str, options: Mapping[str, str]) -> tuple[str, ...]:
        """None but its own."""
        del address, options
        return ()

    def open(self, place: LivePlace) -> LiveSource:
        """Make the source.

        Raises:
            SettingError: If the address or the option is no web address.
        """
        under = place.options.get("under", "")
        for address in filter(None, (place.address, under)):
            if not web_address(address):
                raise SettingError(f"{address}: is no web address; write it as https://example.org/")
        fetcher = Fetcher(place.web, place.parser)
        return PagesSource(place, self.name, lambda: _listed(fetcher, place.address, under), fetcher)


def _listed(fetcher: Fetcher, address: str, under: str) -> Iterator[Listed | UnreadableError]:
    """The pages of a site; of each host that may not be asked just one, which will say so."""
    elsewhere: set[bytes] = set()
    for page in site_pages(fetcher, _sitemaps(fetcher, web_address(address))):
        if isinstance(page, UnreadableError):
            yield page
        elif page.url.startswith(under):
            host = httpx.URL(page.url).netloc
            if host not in elsewhere:
                yield page
            if not fetcher.web.admits(page.url):
                elsewhere.add(host)


def _sitemaps(fetcher: Fetcher, address: str) -> list[str]:
    """The sitemap, or those of the site whose front page this is."""
    url = httpx.URL(address)
    if url.raw_path != b"/":
        return [address]
    named = filter(None, (web_address(one, address) for one in fetcher.robots.sitemaps(address)))
    return list(dict.fromkeys(named)) or [str(url.join("/sitemap.xml"))]


KIND = SitemapKind()
