"""The entries of a feed: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.x."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape
from itertools import islice
from typing import Any

from lxml import etree

from catalog.errors import UnreadableError
from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.formats.xml_trees import Element, local_name, stream_xml
from ingest.sources.web.page import web_address

MOST_ENTRIES = 10_000

_OTHERS = ("search.yahoo.com/mrss", "itunes", "google", "spotify", "podcast")
"""Namespaces whose titles, texts and authors are those of pictures and sounds."""
_WHOLE = 1000  # characters of a description that is most likely all there is to read
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_MAIL_AND_NAME = re.compile(r"\S+@\S+\s*\((.{1,200})\)")
_MOST_VALUES = 50  # authors or topics of an entry


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed.

    Attributes:
        key: Its identifier in the feed.
        url: Address of its page; empty if it has none.
        title: Its title.
        body: Its text as HTML.
        whole: Whether `body` is all of its text, not just its beginning.
        authors: Names of its authors.
        created: When it was published.
        updated: When it was last changed.
        tags: Its topics.
    """

    key: str
    url: str
    title: str
    body: str
    whole: bool
    authors: tuple[str, ...] = ()
    created: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()


def entries(data: bytes, base: str, where: str) -> list[Entry]:
    """Read a feed.

    Args:
        data: The feed.
        base: Its address, to which its links may be relative.
        where: How messages name it.

    Raises:
        UnreadableError: If it is no feed.
    """
    data = data.lstrip()
    found = _json_entries(data, base, where) if data.startswith(b"{") else _xml_entries(data, base, where)
    try:
        unique = {entry.key: entry for entry in islice(found, MOST_ENTRIES) if entry.key}
    except etree.XMLSyntaxError as error:
        raise UnreadableError(where, "is no feed; its XML is damaged") from error
    return list(unique.values())


def _json_entries(data: bytes, base: str, where: str) -> Iterator[Entry]:
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(where, "is no feed; its JSON is damaged") from error
    if "jsonfeed.org" not in str(feed.get("version")) or not isinstance(feed.get("items"), list):
        raise UnreadableError(where, "is no feed: a JSON Feed names its version and has items")
    yield from (_json_entry(item, feed, base) for item in feed["items"] if isinstance(item, dict))


def _json_entry(item: dict[str, Any], feed: dict[str, Any], base: str) -> Entry:
    url = web_address(str(item.get("url") or ""), base)
    body = str(item.get("content_html") or "") or _paragraphs(str(item.get("content_text") or ""))
    return Entry(
        key=one_line(str(item.get("id") or "")) or url,
        url=url,
        title=one_line(str(item.get("title") or "")),
        body=body or _paragraphs(str(item.get("summary") or "")),
        whole=bool(body),
        authors=_json_authors(item) or _json_authors(feed),
        created=moment(item.get("date_published")),
        updated=moment(item.get("date_modified")),
        tags=_topics(item["tags"]) if isinstance(item.get("tags"), list) else (),
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part.strip())


def _json_authors(said: dict[str, Any]) -> tuple[str, ...]:
    listed = said.get("authors") or [said.get("author")]
    authors = listed[:_MOST_VALUES] if isinstance(listed, list) else []
    names = (one.get("name") for one in authors if isinstance(one, dict))
    return tuple(filter(None, (one_line(name, 200) for name in names if isinstance(name, str))))


def _xml_entries(data: bytes, base: str, where: str) -> Iterator[Entry]:
    of_feed: tuple[str, ...] | None = None
    for element in stream_xml(io.BytesIO(data), ("{*}item", "{*}entry", "{*}channel", "{*}feed"), where):
        if local_name(element) in ("channel", "feed"):
            of_feed = of_feed or ()
            continue
        if of_feed is None:
            of_feed = _xml_authors(element.getparent())
        yield _xml_entry(element, of_feed, base)
    if of_feed is None:
        raise UnreadableError(where, "is no feed; give the address of an RSS, Atom or JSON feed")


def _xml_entry(element: Element, of_feed: tuple[str, ...], base: str) -> Entry:
    url = _link(element, base)
    content = _html(element, "encoded") or _html(element, "content")
    short = _html(element, "description", "summary")
    created = _first(element, "published", "pubDate", "issued", "created", "date")
    return Entry(
        key=one_line(_first(element, "id", "guid")) or url,
        url=url,
        title=one_line(unescape(_TAGS.sub("", _html(element, "title")))),
        body=content or short,
        whole=bool(content) or len(_TAGS.sub("", short)) >= _WHOLE,
        authors=_xml_authors(element) or of_feed,
        created=moment(created) or moment(_first(element, "updated", "modified")),
        updated=moment(_first(element, "updated", "modified")),
        tags=_topics([one.get("term") or one.text for one in _children(element, "category", "subject")]),
    )


def _children(element: Element, *names: str) -> list[Element]:
    """The children of these names, in the order of the names; those of pictures and sounds are left out."""
    usual = [child for child in element if not any(other in _namespace(child) for other in _OTHERS)]
    return [child for name in names for child in usual if local_name(child) == name]


def _namespace(element: Element) -> str:
    return element.tag.rpartition("}")[0].lower() if isinstance(element.tag, str) else ""


def _first(element: Element, *names: str) -> str:
    found = ("".join(child.itertext()).strip() for child in _children(element, *names))
    return next(filter(None, found), "")


def _html(element: Element, *names: str) -> str:
    """The first of these children that says something, as HTML."""
    return next(filter(None, map(_as_html, _children(element, *names))), "")


def _as_html(element: Element) -> str:
    kind = element.get("type", "html")
    if kind == "xhtml":
        return "".join(etree.tostring(child, encoding="unicode") for child in element).strip()
    text = "".join(element.itertext()).strip()
    return escape(text) if kind in ("text", "text/plain") else text


def _link(element: Element, base: str) -> str:
    """The address of an entry's page: its link, or a `guid` that is one."""
    links = _children(element, "link")
    usual = [one for one in links if one.get("rel", "alternate") == "alternate"]
    written = [one.get("href") or (one.text or "").strip() for one in usual]
    written += [one.text or "" for one in _children(element, "guid") if one.get("isPermaLink") != "false"]
    return next((web_address(text, base) for text in written if text and ("/" in text)), "")


def _xml_authors(element: Element | None) -> tuple[str, ...]:
    if element is None:
        return ()
    marked = _children(element, "author", "creator", "managingEditor")[:_MOST_VALUES]
    names = (_first(one, "name") or (one.text or "") for one in marked)
    return tuple(dict.fromkeys(filter(None, map(_name, names))))


def _name(text: str) -> str:
    """A name without the address that RSS wants before it."""
    found = _MAIL_AND_NAME.fullmatch(text.strip())
    return one_line(found[1] if found else text, 200)


def _topics(values: Sequence[Any]) -> tuple[str, ...]:
    topics = (one_line(value, 60).lower() for value in values[:_MOST_VALUES] if isinstance(value, str))
    return tuple(sorted(set(topics) - {""}))
