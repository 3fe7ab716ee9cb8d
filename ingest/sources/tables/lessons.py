"""A row of a table as an item: its cells, each under its heading, and the people whom it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catalog.nouns import Contribution, Item, Kind, Role, State
from ingest.formats.tidy import one_line
from ingest.sources.shared.people import contribute
from ingest.sources.tables.fields import Fields, join_parts, key_of, opening
from ingest.sources.tables.records import Record


@dataclass(frozen=True)
class Lessons:
    """Makes items of rows.

    Attributes:
        source: Name of the source.
        community: Slug of the community.
        kind: What the rows are.
        fields: Reads them.
    """

    source: str
    community: str
    kind: Kind
    fields: Fields

    def items(self, record: Record) -> list[Item] | str:
        """Make the item of a row; or say why there is none."""
        fields = self.fields
        text, spans = join_parts(fields.parts(record))
        told = text if spans.keys() - {"organization"} else ""
        title = fields.line(record, "title") or opening(told)
        if not title:
            return "has neither a title nor a text; it was left out"
        created, updated = fields.dates(record)
        item = Item(
            source=self.source,
            key=one_line(fields.first(record, "id")) or key_of(title, text),
            kind=self.kind,
            title=title,
            text=text if told else "\n\n".join(filter(None, [title, text])),
            community=self.community,
            url=fields.url(record),
            created=created,
            updated=updated,
            tags=fields.tags(record),
            votes=fields.votes(record),
            state=self._state(record),
            solution=spans.get("recommendation") or spans.get("lesson"),
            contributions=tuple(self._contributions(record, created)),
        )
        return [item]

    def _state(self, record: Record) -> State | None:
        state = self.fields.state(record)
        return state if self.kind is Kind.QUESTION or state is State.OUTDATED else None

    def _contributions(self, record: Record, at: datetime | None) -> list[Contribution]:
        fields = self.fields
        submitters = fields.people(record, "submitter", fields.first(record, "email"))
        asked = self.kind is Kind.QUESTION
        found = contribute(Role.ASKED, fields.people(record, "asker"), at) if asked else []
        found += contribute(Role.ASKED if asked else Role.AUTHORED, submitters, at, besides=found)
        found += contribute(Role.AUTHORED, fields.people(record, "contributor"), at, besides=found)
        contact_role = Role.EDITED if submitters else Role.AUTHORED
        return found + contribute(contact_role, fields.people(record, "contact"), at, besides=found)
