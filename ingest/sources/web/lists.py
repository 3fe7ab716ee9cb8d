"""Lists of web addresses: sitemaps (sitemaps.org) and text files with an address a line."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from catalog.errors import UnreadableError
from ingest.formats.xml_trees import Element, local_name, stream_xml
from ingest.sources.web.page import Fetcher, web_address
from ingest.web import Response
from ingest.web.body import collect
from ingest.web.response import shown

MOST_PAGES = 50_000
"""How many pages of a site are read at the most: as many as one sitemap may list."""

_MOST_SITEMAPS = 500
_DEEPEST = 3  # an index should list no other index, but some do
_MOST_BYTES = 60_000_000  # of an unpacked sitemap; 50 MiB are allowed
_GZIP = b"\x1f\x8b"
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page that a site lists.

    Attributes:
        url: Its address.
        version: When it was last changed, as the site says; empty if it does not.
    """

    url: str
    version: str = ""


def site_pages(fetcher: Fetcher, addresses: Sequence[str]) -> Iterator[Listed | UnreadableError]:
    """The pages that sitemaps list, and those that the sitemaps in them list, each once.

    Yields:
        Pages; an error for each further sitemap that cannot be had or read.

    Raises:
        UnreadableError: If the first sitemap cannot be had.
    """
    waiting = [(address, 1) for address in addresses]
    seen = set(addresses)
    while waiting:
        address, depth = waiting.pop(0)
        try:
            pages, inner = read_list(fetcher.get(address, allow=()))
        except UnreadableError as error:
            if len(seen) == 1:
                raise
            yield UnreadableError(address, error.reason)
            continue
        yield from (page for page in pages if page.url not in seen)
        seen.update(page.url for page in pages)
        if depth < _DEEPEST:
            new = [one for one in dict.fromkeys(inner) if one not in seen][:_MOST_SITEMAPS]
            seen.update(new)
            waiting += [(one, depth + 1) for one in new]


def read_list(response: Response) -> tuple[list[Listed], list[str]]:
    """The pages and the sitemaps that a sitemap, or a text with an address a line, lists.

    Raises:
        UnreadableError: If it is neither.
    """
    where, data = shown(response.url), response.body
    if data.startswith(_GZIP):
        try:
            data = collect([data], _MOST_BYTES, compressed=True)
        except (OverflowError, EOFError, zlib.error) as error:
            raise UnreadableError(where, "is compressed, and damaged or too large when unpacked") from error
    if not data.lstrip().startswith(_XML_STARTS):
        return [Listed(url) for url in addresses_in(data, response.url)], []
    return _sitemap(data.lstrip(), response.url, where)


def addresses_in(data: bytes, where: str) -> list[str]:
    """The web addresses of a text, one a line; `#` begins a remark.

    Raises:
        UnreadableError: If a line is none, or there are none or too many.
    """
    found: dict[str, None] = {}
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        url = web_address(text)
        if not url:
            reason = f"line {number} is no web address; a list of pages has one address a line"
            raise UnreadableError(shown(where), reason)
        found[url] = None
        if len(found) > MOST_PAGES:
            raise UnreadableError(shown(where), f"lists more than {MOST_PAGES:,} pages; split it")
    if not found:
        raise UnreadableError(shown(where), "lists no pages; a list of pages has one address a line")
    return list(found)


def _sitemap(data: bytes, base: str, where: str) -> tuple[list[Listed], list[str]]:
    pages: list[Listed] = []
    inner: list[str] = []
    try:
        for element in stream_xml(io.BytesIO(data), ("{*}url", "{*}sitemap"), where):
            url = web_address(_child(element, "loc"), base)
            if url and local_name(element) == "sitemap":
                inner.append(url)
            elif url:
                pages.append(Listed(url, _child(element, "lastmod")[:100]))
            if len(pages) + len(inner) > MOST_PAGES:
                raise UnreadableError(where, f"lists more than {MOST_PAGES:,} pages, which no sitemap may")
    except etree.XMLSyntaxError as error:
        raise UnreadableError(where, "is damaged; give the address of a sitemap, as in robots.txt") from error
    if not pages and not inner:
        raise UnreadableError(where, "lists no pages; give the address of a sitemap, as in robots.txt")
    return pages, inner


def _child(element: Element, name: str) -> str:
    found = (child for child in element if local_name(child) == name)
    return next(((child.text or "").strip() for child in found), "")
