"""Whatever a site sends, reading it ends with a result or with one clear error."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import UnreadableError
from ingest.sources.web.entries import entries
from ingest.sources.web.facts import facts
from ingest.sources.web.lists import read_list
from ingest.sources.web.page import web_address
from ingest.web import Response

SYNTAX = """
    <rss> </rss> <channel> <item> </item> <title> </title> <link> <link/> <guid> <description> <![CDATA[ ]]>
    <feed> <entry> </entry> <id> <author> <name> <content type="xhtml"> <urlset> <url> </url> <loc> </loc>
    <sitemapindex> <sitemap> <lastmod> <?xml version="1.0"?> <!DOCTYPE <!ENTITY &amp; &nbsp; &# <!-- --> http://a/
    { } [ ] "version":"https://jsonfeed.org/version/1", "items":[ "id": "tags": null 1e999 , : <script
    type="application/ld+json"> </script> {"@type":"Article", "author": "@graph": <a rel=author>
    <time datetime=
    itemprop="author" itemprop="name" xmlns="x" xmlns:a="y" <a:b> \ufeff \x00 é 2024-05-02 http://[ ://
"""
PIECES = st.sampled_from(SYNTAX.split())
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)
BODIES = TEXTS.map(str.encode) | TEXTS.map(lambda text: text.encode("utf-16")) | st.binary(max_size=50)


@given(BODIES)
def test_a_feed_is_read_or_refused(body: bytes) -> None:
    """Every entry has a key."""
    with suppress(UnreadableError):
        assert all(entry.key for entry in entries(body, "http://a.example/feed", "feed"))


@given(BODIES)
def test_a_list_is_read_or_refused(body: bytes) -> None:
    """Every page has an address of the web."""
    with suppress(UnreadableError):
        pages, _ = read_list(Response("http://a.example/sitemap.xml", 200, {}, body))
        assert all(page.url.startswith(("http://", "https://")) for page in pages)


@given(TEXTS)
def test_facts_are_found_or_not(page: str) -> None:
    """Every author has a name."""
    assert all(author.strip() for author in facts(page).authors)


@given(TEXTS, TEXTS)
def test_an_address_has_one_spelling(text: str, base: str) -> None:
    """What is an address stays what it is."""
    for address in (web_address(text), web_address(text, web_address(base))):
        assert web_address(address) == address
