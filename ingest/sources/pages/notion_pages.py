"""One page of a Notion export, as Markdown or HTML: title, properties, text, and what it links to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from catalog.nouns import Contribution, Person, Role, State
from ingest import formats
from ingest.formats.fragments import html_to_markdown, parsed
from ingest.formats.moments import moment
from ingest.formats.text import decode
from ingest.formats.tidy import escape_tags, legible, one_line
from ingest.sources.shared.people import contribute, person
from ingest.sources.shared.states import OUTDATED

if TYPE_CHECKING:
    from bs4 import Tag

_NUMBER = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_PROPERTY = re.compile(r"([^:\n#*`>|\[\]-][^:\n]{0,60}): (.*)")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\(([^()\s]{1,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,500})?)\)")
_RELATION = re.compile(r"([^,()]{1,300}) \(([^()\s]{1,1000}\.(?:md|html|csv))\)")
_MOMENT = re.compile(
    r"@?([^@→()]*?\d{4}(?:[/-]\d{1,2}[/-]\d{1,2})?)"
    r"(?:[ ,]+(\d{1,2}:\d{2})(?: ?([AP]M))?)?(?: *\(\w+\))?(?: *→.*)?",
    re.IGNORECASE,
)
_LONGEST_VALUE = 5000  # characters of a property

_CREATED = {"created", "created time", "created at", "date created", "creation date"}
_UPDATED = {"last edited", "last edited time", "last updated", "updated", "updated at", "last modified"}
_AUTHORS = {"created by", "author", "authors", "written by"}
_EDITORS = {"last edited by", "edited by", "editor", "editors", "updated by", "last modified by"}
_TAGS = {"tags", "tag", "topics", "topic", "labels", "label", "category", "categories", "keywords"}
_STATES = {"status", "state"}
_SPOKEN_FOR = _CREATED | _UPDATED | _AUTHORS | _EDITORS | _TAGS
_KNOWN = _SPOKEN_FOR | _STATES


@dataclass(frozen=True)
class Properties:
    """The properties of a page: names, each with its values."""

    values: Mapping[str, Sequence[str]]

    @property
    def created(self) -> datetime | None:
        """When it was made."""
        return self._time(_CREATED)

    @property
    def updated(self) -> datetime | None:
        """When it was last changed."""
        return self._time(_UPDATED)

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, lower case, sorted."""
        return tuple(sorted({one_line(one, 100).lower() for one in self._several(_TAGS)} - {""}))

    @property
    def state(self) -> State | None:
        """Outdated, if its status says so."""
        return State.OUTDATED if {one.lower() for one in self._several(_STATES)} & OUTDATED else None

    def contributions(self, scope: str) -> list[Contribution]:
        """Who made it, and who changed it last."""
        found = contribute(Role.AUTHORED, self._people(_AUTHORS, scope), self.created or self.updated)
        editors = self._people(_EDITORS, scope)
        return found + contribute(Role.EDITED, editors, self.updated or self.created, besides=found)

    def rest(self) -> str:
        """What the other properties say, as a list."""
        lines = (
            f"- {escape_tags(one_line(name, 100))}: {escape_tags(one_line(', '.join(values), 1000))}"
            for name, values in self.values.items()
            if name.casefold() not in _SPOKEN_FOR and any(values)
        )
        return "\n".join(lines)

    def _several(self, names: set[str]) -> Iterator[str]:
        for name, values in self.values.items():
            if name.casefold() in names:
                yield from (part.strip() for value in values for part in value.split(",") if part.strip())

    def _people(self, names: set[str], scope: str) -> list[Person]:
        found = (person(name, scope) for name in self._several(names))
        return list(dict.fromkeys(one for one in found if one))

    def _time(self, names: set[str]) -> datetime | None:
        said = (values for name, values in self.values.items() if name.casefold() in names)
        return next(filter(None, (read_time(value) for values in said for value in values)), None)


@dataclass(frozen=True)
class NotionPage:
    """A page.

    Attributes:
        title: Its title; empty if it has none.
        text: Its text as Markdown, with the properties that say nothing of people, dates and tags before it.
        properties: All its properties.
        addresses: What it links to, as the export writes it.
    """

    title: str
    text: str
    properties: Properties
    addresses: tuple[str, ...]


def read_time(text: str) -> datetime | None:
    """Read a date as Notion writes it: `June 1, 2024 3:04 PM`, `@June 1, 2024`, `2024/06/01 15:04 (UTC)`.

    It is the time where the page was exported, which the export does not tell, so it counts as UTC.
    """
    match = _MOMENT.fullmatch(one_line(text, 100))
    day = moment(match[1].strip(" ,")) if match else None
    if match is None or day is None or not match[2]:
        return day
    with suppress(ValueError):
        clock = datetime.strptime(f"{match[2]} {match[3] or ''}".strip(), "%I:%M %p" if match[3] else "%H:%M")
        return day.replace(hour=clock.hour, minute=clock.minute, tzinfo=UTC)
    return day


def number_in(address: str) -> str:
    """The number of a page in an address; empty if there is none."""
    found = _NUMBER.findall(address.replace("-", "") if "notion." in address else address)
    return str(found[-1]) if found else ""


def read_markdown(data: bytes, where: str, is_row: bool) -> NotionPage:
    """Read a page that was exported as Markdown.

    Args:
        data: The file.
        where: How to name it to a person.
        is_row: Whether it belongs to a database, whose columns are then its properties.

    Raises:
        UnreadableError: If it is not text.
    """
    source = legible(decode(data, where))
    title, rest = "", source.lstrip("\n")
    if rest.startswith("# "):
        heading, _, rest = rest.partition("\n")
        title = one_line(heading[2:])
    values, body = _split_properties(rest.lstrip("\n"), is_row)
    addresses = [match[2] for match in _LINK.finditer(body)]
    properties = {}
    for name, value in values:
        addresses += [match[2] for match in _RELATION.finditer(value)]
        properties[name] = [_RELATION.sub(r"\1", value)]
    said = Properties(properties)
    text = _LINK.sub(_shown, body).strip()
    text = formats.read(text.encode(), "page.md").text if text else ""
    return NotionPage(title, "\n\n".join(filter(None, (said.rest(), text))), said, tuple(addresses))


def _split_properties(text: str, is_row: bool) -> tuple[list[tuple[str, str]], str]:
    """Separate the properties in front of a text; a mere line with a colon is one only in a database."""
    block, _, body = text.partition("\n\n")
    lines = [_PROPERTY.fullmatch(line) for line in block.split("\n")]
    found = [(one_line(match[1], 100), match[2][:_LONGEST_VALUE].strip()) for match in lines if match]
    known = any(name.casefold() in _KNOWN for name, _ in found)
    if len(found) == len(lines) and (is_row or known):
        return found, body
    return [], text


def _shown(match: re.Match[str]) -> str:
    return match[0] if re.match(r"https?://|mailto:", match[2]) else match[1]


def read_html(data: bytes) -> NotionPage:
    """Read a page that was exported as HTML."""
    soup = parsed(data)
    heading = soup.select_one(".page-title") or soup.title
    title = one_line(heading.get_text(" ")) if heading else ""
    properties: dict[str, list[str]] = {}
    for row in soup.select("table.properties tr"):
        name, value = row.select_one("th"), row.select_one("td")
        if name and value:
            properties[one_line(name.get_text(" "), 100)] = _values(value)
    body = soup.select_one(".page-body")
    addresses = tuple(
        str(link["href"]) for link in soup.select("article a[href], .page a[href], .page-body a[href]")
    )
    said = Properties(properties)
    text = html_to_markdown(body.decode_contents()) if body else ""
    return NotionPage(
        title, "\n\n".join(filter(None, (said.rest(), text))), said, tuple(dict.fromkeys(addresses))
    )


def _values(cell: Tag) -> list[str]:
    parts = cell.select(".user, .selected-value, time") or [cell]
    return [text for part in parts if (text := one_line(part.get_text(" "), 1000))]
