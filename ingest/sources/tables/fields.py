"""The fields of a record: its cells as text, dates, tags and people."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from catalog.nouns import Person, State
from ingest.formats.fragments import html_to_markdown
from ingest.formats.tidy import one_line, tidy
from ingest.sources.shared.dates import parse_date, reads_day_first
from ingest.sources.shared.people import people
from ingest.sources.shared.states import OUTDATED
from ingest.sources.tables.columns import Columns
from ingest.sources.tables.records import Cell, Record, Table

HEADINGS = {
    "text": "",
    "summary": "Summary",
    "event": "What happened",
    "lesson": "Lesson learned",
    "recommendation": "Recommendation",
}
"""What stands above the text of a field."""

_STATES = {"open": State.OPEN, "solved": State.SOLVED, "resolved": State.SOLVED, "closed": State.SOLVED}
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w{1,30});")
_DATES = ("date", "published")


@dataclass(frozen=True)
class Fields:
    """Reads the fields of a table's records.

    Attributes:
        scope: Name of the source, within which a name stands for one person.
        mapping: Field to columns.
        day_first: The fields in whose column a date begins with its day.
    """

    scope: str
    mapping: Columns
    day_first: frozenset[str] = frozenset()

    @classmethod
    def of(cls, table: Table, mapping: Columns, scope: str) -> Fields:
        """Make a reader; how dates are written shows in the table's first rows, column by column."""
        plain = cls(scope, mapping)
        found = (name for name in _DATES if reads_day_first(plain.first(one, name) for one in table.readable))
        return cls(scope, mapping, frozenset(found))

    def cells(self, record: Record, name: str) -> list[Cell]:
        """The cells of a field that are not empty."""
        return [record.cells[column] for column in self.mapping.get(name, ()) if column in record.cells]

    def first(self, record: Record, name: str) -> str:
        """The first cell of a field; empty if there is none."""
        return next((" ".join(cell) for cell in self.cells(record, name)), "")

    def line(self, record: Record, name: str) -> str:
        """The first cell of a field as a line of plain text."""
        return one_line(markdown(self.first(record, name)))

    def body(self, record: Record, name: str) -> str:
        """All cells of a field as Markdown."""
        return "\n\n".join(filter(None, map(_body, self.cells(record, name))))

    def parts(self, record: Record) -> Iterator[tuple[str, str, str]]:
        """The texts of a record: field, heading and Markdown; the organisation stands last."""
        for name, heading in HEADINGS.items():
            if body := self.body(record, name):
                yield name, heading, body
        for column in self.mapping.get("section", ()):
            if column in record.cells and (body := _body(record.cells[column])):
                yield "section", one_line(column), body
        if organisation := self.line(record, "organization"):
            yield "organization", "Organisation", organisation

    def dates(self, record: Record) -> tuple[datetime | None, datetime | None]:
        """When a record was written, and when it was changed or published after that."""
        date, published = (parse_date(self.first(record, name), name in self.day_first) for name in _DATES)
        return date or published, published if date and published and published > date else None

    def tags(self, record: Record) -> tuple[str, ...]:
        """Its tags, from lists and from cells that hold several."""
        found: set[str] = set()
        for cell in self.cells(record, "tags"):
            found.update(cell if len(cell) > 1 else re.split(r"[,;|\n]", markdown(cell[0])))
        return tuple(sorted({one_line(tag).lower() for tag in found} - {""}))

    def url(self, record: Record) -> str | None:
        """Its web address."""
        url = one_line(self.first(record, "url"))
        return url if re.match(r"https?://\S+$", url) else None

    def state(self, record: Record) -> State | None:
        """The state that it names."""
        state = self.first(record, "state").casefold()
        return State.OUTDATED if state in OUTDATED else _STATES.get(state)

    def votes(self, record: Record) -> int | None:
        """Its votes; None if it has none."""
        return votes_of(self.first(record, "votes"))

    def people(self, record: Record, name: str, email: str = "") -> list[Person]:
        """The people whom a field names."""
        lines = [line for cell in self.cells(record, name) for line in cell]
        return people("\n".join(lines), self.scope, email) if lines or email else []


def markdown(text: str) -> str:
    """A cell as Markdown: HTML is converted, other text stays."""
    return html_to_markdown(text) if _MARKUP.search(text) else tidy(text)


def join_parts(parts: Iterator[tuple[str, str, str]]) -> tuple[str, dict[str, tuple[int, int]]]:
    """Set texts under their headings; the spans of the fields come with them."""
    text, spans = "", {}
    for name, heading, body in parts:
        text += ("\n\n" if text else "") + (f"## {heading}\n\n" if heading else "")
        spans[name] = (len(text), len(text) + len(body))
        text += body
    return text, spans


def opening(text: str, limit: int = 80) -> str:
    """A title for what has none: how its text begins."""
    first = next((line for line in text.splitlines() if line and not line.startswith("## ")), "")
    return first if len(first) <= limit else f"{first[:limit].rsplit(' ', 1)[0]}…"


def votes_of(cell: str) -> int | None:
    """A number of votes such as `12`, `-3` or `1,204`; None for anything else."""
    number = re.fullmatch(r"([+-]?\d{1,3}(?:,?\d{3}){0,2})(?:\.0+)?", cell.strip())
    return int(number[1].replace(",", "")) if number else None


def key_of(*texts: str) -> str:
    """A key for what has no id: it depends on what it says, not on its place."""
    return f"row-{hashlib.sha256(chr(10).join(texts).encode()).hexdigest()[:16]}"


def _body(cell: Cell) -> str:
    if len(cell) == 1:
        return markdown(cell[0])
    return "\n".join(f"- {one_line(markdown(text), len(text))}" for text in cell)
