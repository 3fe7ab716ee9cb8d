"""Feeds in the formats that sites write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.errors import UnreadableError
from ingest.sources.web.entries import Entry, entries

BASE = "https://garden.example/feed/"
MAY = datetime(2024, 5, 2, 8, 30, tzinfo=UTC)
JUNE = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Garden</title><managingEditor>ed@garden.example (Ed Itor)</managingEditor>
<item>
  <media:title>A picture</media:title>
  <title>Rain &amp;amp; tanks &lt;b&gt;now&lt;/b&gt;</title>
  <link>/rain</link>
  <guid isPermaLink="false">post-7</guid>
  <dc:creator>Ann Lee</dc:creator>
  <pubDate>Thu, 02 May 2024 10:30:00 +0200</pubDate>
  <category>Water</category><category>Tanks</category>
  <description>Short.</description>
  <content:encoded><![CDATA[<p>Long.</p>]]></content:encoded>
</item>
<item><guid>https://garden.example/soil</guid><description>Only a beginning …</description></item>
</channel></rss>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://garden.example/"><title>Garden</title></channel>
<item rdf:about="https://garden.example/rain"><title>Rain</title><link>https://garden.example/rain</link>
<description>It rains.</description><dc:creator>Ann Lee</dc:creator><dc:date>2024-05-02T08:30:00Z</dc:date>
<dc:subject>Water</dc:subject></item></rdf:RDF>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Garden</title><author><name>Ed Itor</name></author>
<entry><id>tag:garden.example,2024:7</id><title type="html">Rain &amp;amp; tanks</title>
<link rel="replies" href="/rain/replies"/><link href="/rain"/>
<published>2024-05-02T08:30:00Z</published><updated>2024-06-01T12:00:00Z</updated>
<category term="Water"/><author><name>Ann Lee</name><email>ann@garden.example</email></author>
<author><name>Bo Chan</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Long.</p></div></content></entry>
<entry><id>tag:garden.example,2024:8</id><title>5 &lt; 6</title><summary type="text">1 &lt; 2</summary>
<updated>2024-06-01T12:00:00Z</updated></entry></feed>"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Garden", "authors": [{"name": "Ed Itor"}],
"items": [
 {"id": "7", "url": "/rain", "title": "Rain", "content_html": "<p>Long.</p>", "tags": ["Water"],
  "date_published": "2024-05-02T08:30:00Z", "date_modified": "2024-06-01T12:00:00Z",
  "authors": [{"name": "Ann Lee"}]},
 {"id": "8", "content_text": "1 < 2\\n\\nTwo."}, {"id": "9", "summary": "Short."}, "no item"]}"""


def read(feed: str) -> list[Entry]:
    """The entries of a feed."""
    return entries(feed.encode(), BASE, "feed")


def test_rss_2() -> None:
    """The whole text counts before the description; what belongs to a picture is left out."""
    assert read(RSS) == [
        Entry(
            key="post-7",
            url="https://garden.example/rain",
            title="Rain & tanks now",
            body="<p>Long.</p>",
            whole=True,
            authors=("Ann Lee",),
            created=MAY,
            tags=("tanks", "water"),
        ),
        Entry(
            key="https://garden.example/soil",
            url="https://garden.example/soil",
            title="",
            body="Only a beginning …",
            whole=False,
            authors=("Ed Itor",),
        ),
    ]


def test_rss_1() -> None:
    """Its items stand beside the channel, not in it."""
    (entry,) = read(RDF)
    expected = ("https://garden.example/rain", "Rain", "It rains.", False, ("Ann Lee",), MAY, ("water",))
    assert (
        entry.url,
        entry.title,
        entry.body,
        entry.whole,
        entry.authors,
        entry.created,
        entry.tags,
    ) == expected


def test_atom() -> None:
    """Texts may be plain, HTML or XHTML; an entry without authors has those of the feed."""
    first, second = read(ATOM)
    assert (first.key, first.url) == ("tag:garden.example,2024:7", "https://garden.example/rain")
    assert (first.title, first.authors) == ("Rain & tanks", ("Ann Lee", "Bo Chan"))
    assert (first.created, first.updated, first.tags) == (MAY, JUNE, ("water",))
    assert first.body == '<div xmlns="http://www.w3.org/1999/xhtml"><p>Long.</p></div>'
    assert second == Entry(
        key="tag:garden.example,2024:8",
        url="",
        title="5 < 6",
        body="1 &lt; 2",
        whole=False,
        authors=("Ed Itor",),
        created=JUNE,
        updated=JUNE,
    )


def test_json_feed() -> None:
    """Plain text becomes paragraphs; an item without authors has those of the feed."""
    assert read(JSON) == [
        Entry(
            key="7",
            url="https://garden.example/rain",
            title="Rain",
            body="<p>Long.</p>",
            whole=True,
            authors=("Ann Lee",),
            created=MAY,
            updated=JUNE,
            tags=("water",),
        ),
        Entry("8", "", "", "<p>1 &lt; 2</p><p>Two.</p>", whole=True, authors=("Ed Itor",)),
        Entry("9", "", "", "<p>Short.</p>", whole=False, authors=("Ed Itor",)),
    ]


def test_a_feed_that_is_not_quite_xml_is_read() -> None:
    """As careless programs write it: an unknown entity, a bare ampersand, no end."""
    feed = "\n<rss><channel><item><title>Fish&nbsp;& chips</title><link>/a</link></item><item><title>B"
    assert [entry.title.replace(" ", "") for entry in read(feed)] == ["Fishchips"]


def test_an_empty_feed_is_a_feed() -> None:
    """A site may have published nothing yet."""
    assert read("<rss><channel><title>Garden</title></channel></rss>") == []


@pytest.mark.parametrize("link", ["javascript:alert(1)//", "file:///etc/passwd", "data:text/html,/x"])
def test_a_link_to_anything_but_the_web_is_none(link: str) -> None:
    """The entry is known by its identifier."""
    (entry,) = read(f"<rss><channel><item><guid>7</guid><link>{link}</link></item></channel></rss>")
    assert (entry.key, entry.url) == ("7", "")


BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("feed", "reason"),
    [
        ("<html><body>Hi</body></html>", "is no feed"),
        ("Hi", "is no feed"),
        ("", "is no feed"),
        ('{"items": []}', "is no feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": {}}', "is no feed"),
        ('{"a":' * 100_000, "its JSON is damaged"),
        (f"{BOMB}<rss><channel><item><title>&b;</title></item></channel></rss>", "declares XML entities"),
        ("<rss>" + "<a>" * 1000, "nested too deeply"),
    ],
    ids=["page", "text", "nothing", "json", "json items", "deep json", "entities", "deep xml"],
)
def test_what_is_no_feed_is_refused(feed: str, reason: str) -> None:
    """With a reason."""
    with pytest.raises(UnreadableError, match=reason):
        read(feed)
