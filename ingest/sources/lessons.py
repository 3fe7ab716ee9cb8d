"""A row of a table as an item: its cells, each under its heading, and the people whom it names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from catalog.errors import UnreadableError
from catalog.nouns import Contribution, Item, Kind, Person, Role, State
from ingest.formats.html import html_to_markdown
from ingest.formats.tidy import one_line, tidy
from ingest.sources.dates import parse_date, reads_day_first
from ingest.sources.people import contribute, people
from ingest.sources.records import Cell, Record, Table

OUTDATED = frozenset({"archived", "deprecated", "obsolete", "outdated", "retired", "superseded", "withdrawn"})
HEADINGS = {
    "summary": "Summary",
    "event": "What happened",
    "lesson": "Lesson learned",
    "recommendation": "Recommendation",
}

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w{1,30});")
_STATES = {"open": State.OPEN, "solved": State.SOLVED, "resolved": State.SOLVED, "closed": State.SOLVED}


@dataclass(frozen=True)
class Lessons:
    """Makes items of the rows of one table.

    Attributes:
        source: Name of the source.
        community: Slug of the community.
        path: The table file.
        kind: What the rows are.
        mapping: Field to columns.
        table: The table; its dates are understood column by column.
    """

    source: str
    community: str
    path: Path
    kind: Kind
    mapping: Mapping[str, tuple[str, ...]]
    table: Table

    def items(self) -> Iterator[Item | UnreadableError]:
        """Make an item of each row; rows that are malformed, empty or double become errors."""
        seen: dict[str, int] = {}
        for record in self.table.records:
            item = record if isinstance(record, UnreadableError) else self.item(record)
            if isinstance(record, UnreadableError) or isinstance(item, UnreadableError):
                yield item
            elif (first := seen.setdefault(item.key, record.line)) != record.line:
                yield self._error(record, f"is {item.key} like line {first}; give each row an id of its own")
            else:
                yield item

    def item(self, record: Record) -> Item | UnreadableError:
        """Make an item of one row, or an error where it has neither title nor text."""
        text, solution = self._text(record)
        title = one_line(_markdown(self._first(record, "title"))) or _opening(text)
        if not title:
            return self._error(record, "has neither a title nor a text; it was left out")
        date, published = self._date(record, "date"), self._date(record, "published")
        url = one_line(self._first(record, "url"))
        return Item(
            source=self.source,
            key=one_line(self._first(record, "id")) or _key(title, text),
            kind=self.kind,
            title=title,
            text=text or title,
            community=self.community,
            url=url if re.match(r"https?://\S+$", url) else None,
            created=date or published,
            updated=published if date and published and published > date else None,
            tags=self._tags(record),
            state=self._state(record),
            solution=solution,
            contributions=tuple(self._contributions(record, date or published)),
        )

    def _error(self, record: Record, reason: str) -> UnreadableError:
        return UnreadableError(f"{self.path} line {record.line}", reason)

    def _cells(self, record: Record, name: str) -> list[Cell]:
        return [record.cells[column] for column in self.mapping.get(name, ()) if column in record.cells]

    def _first(self, record: Record, name: str) -> str:
        return next((" ".join(cell) for cell in self._cells(record, name)), "")

    def _text(self, record: Record) -> tuple[str, tuple[int, int] | None]:
        """The cells under their headings, and the span that says what to do."""
        text, spans = "", {}
        for name, heading, body in self._parts(record):
            gap = "\n\n" if text else ""
            text += f"{gap}## {heading}\n\n"
            spans[name] = (len(text), len(text) + len(body))
            text += body
        return text, spans.get("recommendation") or spans.get("lesson")

    def _parts(self, record: Record) -> Iterator[tuple[str, str, str]]:
        for name, heading in HEADINGS.items():
            body = "\n\n".join(filter(None, map(_body, self._cells(record, name))))
            if body:
                yield name, heading, body
        for column in self.mapping.get("section", ()):
            if column in record.cells and (body := _body(record.cells[column])):
                yield f"section {column}", one_line(column), body

    def _date(self, record: Record, name: str) -> datetime | None:
        return parse_date(self._first(record, name), name in self._day_first)

    @cached_property
    def _day_first(self) -> set[str]:
        """The date fields in whose column the day comes first."""
        records = [record for record in self.table.records if isinstance(record, Record)]
        return {
            name
            for name in ("date", "published")
            if reads_day_first(self._first(record, name) for record in records)
        }

    def _tags(self, record: Record) -> tuple[str, ...]:
        found: set[str] = set()
        for cell in self._cells(record, "tags"):
            found.update(cell if len(cell) > 1 else re.split(r"[,;|\n]", _markdown(cell[0])))
        return tuple(sorted({one_line(tag).lower() for tag in found} - {""}))

    def _state(self, record: Record) -> State | None:
        state = self._first(record, "state").casefold()
        if state in OUTDATED:
            return State.OUTDATED
        return _STATES.get(state) if self.kind is Kind.QUESTION else None

    def _contributions(self, record: Record, at: datetime | None) -> list[Contribution]:
        submitters = self._people(record, "submitter", self._first(record, "email"))
        found = contribute(Role.ASKED if self.kind is Kind.QUESTION else Role.AUTHORED, submitters, at)
        found += contribute(Role.AUTHORED, self._people(record, "contributor"), at, besides=found)
        contact_role = Role.EDITED if submitters else Role.AUTHORED
        return found + contribute(contact_role, self._people(record, "contact"), at, besides=found)

    def _people(self, record: Record, name: str, email: str = "") -> list[Person]:
        lines = (line for cell in self._cells(record, name) for line in cell)
        return people("\n".join(lines), self.source, email)


def _body(cell: Cell) -> str:
    if len(cell) == 1:
        return _markdown(cell[0])
    return "\n".join(f"- {one_line(_markdown(text), len(text))}" for text in cell)


def _markdown(text: str) -> str:
    return html_to_markdown(text) if _MARKUP.search(text) else tidy(text)


def _opening(text: str) -> str:
    """A title for a row that has none: how its text begins."""
    first = next((line for line in text.splitlines() if line and not line.startswith("## ")), "")
    return first if len(first) <= 80 else f"{first[:80].rsplit(' ', 1)[0]}…"


def _key(title: str, text: str) -> str:
    digest = hashlib.sha256("\n".join((title, text)).encode())
    return f"row-{digest.hexdigest()[:16]}"
