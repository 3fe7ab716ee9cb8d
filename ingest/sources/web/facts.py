"""What a web page says about itself besides its meta tags: canonical address, JSON-LD, authors, times.

The page is searched, not parsed: whatever it holds, this takes time in proportion to its length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import islice
from typing import Any

from ingest.formats.moments import moment
from ingest.formats.tidy import one_line

_TAG = re.compile(r"<(link|time|a|span|div|p|address)\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_JSON_LD = re.compile(r"<script\b[^<>]{0,500}application/ld\+json[^<>]{0,500}>", re.IGNORECASE)
_TEXT = re.compile(r"[^<>]{0,300}")
_NAME = re.compile(r"itemprop=[\"']?name[\"']?[^<>]{0,500}>([^<>]{1,200})<", re.IGNORECASE)

_MOST_CHARACTERS = 3_000_000
_MOST_BLOCKS, _LONGEST_BLOCK = 20, 200_000
_MOST_NODES = 500
_MOST_TAGS = 20_000
_MOST_AUTHORS = 20
_WRITTEN = re.compile(r"(?:Article|Posting|Report|HowTo|Guide|Recipe|Review|Course|Book|CreativeWork)$")
_PUBLISHED = re.compile(r"datepublished|pubdate|published|entry-date|dt-published", re.IGNORECASE)
_CHANGED = re.compile(r"datemodified|updated|dt-updated", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page says about itself.

    Attributes:
        canonical: The address that it wants to be known by, as it writes it; empty if it gives none.
        authors: Names of its authors.
        created: When it was published.
        updated: When it was last changed.
    """

    canonical: str = ""
    authors: tuple[str, ...] = ()
    created: datetime | None = None
    updated: datetime | None = None


def facts(page: str) -> Facts:
    """Find what a page says about itself; JSON-LD counts before marks in its text."""
    page = page[:_MOST_CHARACTERS]
    tags = [(found, _attributes(found[2])) for found in islice(_TAG.finditer(page), _MOST_TAGS)]
    written = next(_written(page), {})
    authors = _names(written.get("author")) or _marked_authors(page, tags)
    return Facts(
        canonical=_canonical(tags),
        authors=tuple(dict.fromkeys(authors))[:_MOST_AUTHORS],
        created=moment(written.get("datePublished")) or _time(tags, _PUBLISHED),
        updated=moment(written.get("dateModified")) or _time(tags, _CHANGED),
    )


_Tags = list[tuple[re.Match[str], dict[str, str]]]


def _attributes(text: str) -> dict[str, str]:
    found = _ATTRIBUTE.finditer(text)
    return {one[1].lower(): unescape(one[2] or one[3] or one[4] or "").strip() for one in found}


def _canonical(tags: _Tags) -> str:
    links = (one for tag, one in tags if tag[1].lower() == "link")
    found = (one.get("href", "") for one in links if "canonical" in one.get("rel", "").lower().split())
    return next(found, "")


def _written(page: str) -> Iterator[Mapping[str, Any]]:
    """The objects of JSON-LD that stand for something written; those for a whole page come last."""
    nodes = [node for block in _blocks(page) for node in _nodes(block)]
    yield from (node for node in nodes if any(_WRITTEN.search(kind) for kind in _kinds(node)))
    yield from (node for node in nodes if "WebPage" in _kinds(node))


def _blocks(page: str) -> Iterator[Any]:
    for count, start in enumerate(_JSON_LD.finditer(page)):
        end = page.find("</script", start.end(), start.end() + _LONGEST_BLOCK)
        if count >= _MOST_BLOCKS or end < 0:
            return
        try:
            yield json.loads(page[start.end() : end])
        except (ValueError, RecursionError):
            continue


def _nodes(block: Any) -> Iterator[Mapping[str, Any]]:
    """The objects at the top of a block: one, a list, or a graph of them."""
    listed = block.get("@graph", [block]) if isinstance(block, dict) else block
    yield from (
        node for node in (listed if isinstance(listed, list) else [])[:_MOST_NODES] if isinstance(node, dict)
    )


def _kinds(node: Mapping[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])]


def _names(author: Any) -> list[str]:
    """The names of people in a value of JSON-LD; organisations are none."""
    listed = (author if isinstance(author, list) else [author])[:_MOST_AUTHORS]
    found = [one.get("name") if isinstance(one, dict) and _is_person(one) else one for one in listed]
    names = [one_line(unescape(one), 200) for one in found if isinstance(one, str)]
    return [name for name in names if name and "://" not in name]


def _is_person(author: Mapping[str, Any]) -> bool:
    return "Organization" not in _kinds(author)


def _marked_authors(page: str, tags: _Tags) -> list[str]:
    """What stands in elements that are marked as the author's."""
    marked = (
        (tag, one) for tag, one in tags if "author" in f"{one.get('itemprop')} {one.get('rel')}".lower()
    )
    names = [_name_in(page, tag, one) for tag, one in islice(marked, _MOST_AUTHORS)]
    return [name for name in (one_line(unescape(name), 200) for name in names) if name]


def _name_in(page: str, tag: re.Match[str], attributes: dict[str, str]) -> str:
    inner = _NAME.search(page, tag.end(), tag.end() + 2000) if "itemprop" in attributes else None
    return inner[1] if inner else _text_after(page, tag)


def _text_after(page: str, tag: re.Match[str]) -> str:
    found = _TEXT.match(page, tag.end())
    return found[0] if found else ""


def _time(tags: _Tags, mark: re.Pattern[str]) -> datetime | None:
    times = [(tag[2], one) for tag, one in tags if tag[1].lower() == "time"]
    return next(filter(None, (moment(one.get("datetime")) for text, one in times if mark.search(text))), None)
