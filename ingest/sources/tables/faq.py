"""A row of a table that holds a question and its answer: two items in one thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from catalog.nouns import Contribution, Item, Kind, Role, State
from ingest.formats.tidy import one_line
from ingest.sources.shared.people import contribute
from ingest.sources.tables.fields import Fields, join_parts, key_of, opening
from ingest.sources.tables.records import Record

_LONGEST_TITLE = 200  # characters; a longer question is cut there, and stands whole in the text
_MOST_REMEMBERED = 1_000_000  # questions


@dataclass(frozen=True)
class Pairs:
    """Makes a question and its accepted answer of each row.

    A question without an id that comes again gets a further answer. An answer is the work of whoever the
    table calls its author; a question has one only where a column names who asked.

    Attributes:
        source: Name of the source.
        community: Slug of the community.
        fields: Reads the rows.
    """

    source: str
    community: str
    fields: Fields
    _asked: set[str] = field(default_factory=set)

    def items(self, record: Record) -> list[Item] | str:
        """Make the items of a row; or say why there are none."""
        fields = self.fields
        asked, answer = fields.body(record, "question"), fields.body(record, "answer")
        title = fields.line(record, "title") or opening(asked, _LONGEST_TITLE)
        if not title:
            return "has no question; it was left out"
        given = one_line(fields.first(record, "id"))
        key = given or key_of(title, asked)
        question = self._question(record, key, title, asked, bool(answer))
        if not answer:
            return [question]
        if not given and key in self._asked:
            return [self._answer(record, question, answer, f"{key}-{key_of(answer)}", accepted=False)]
        if len(self._asked) < _MOST_REMEMBERED:
            self._asked.add(key)
        return [question, self._answer(record, question, answer, f"{key}-answer", accepted=True)]

    def _question(self, record: Record, key: str, title: str, asked: str, answered: bool) -> Item:
        fields = self.fields
        created, updated = fields.dates(record)
        told = [("question", "", asked)] if asked and asked != title else []
        text, _ = join_parts(iter([*told, *fields.parts(record)]))
        state = State.SOLVED if answered else State.OPEN
        return Item(
            source=self.source,
            key=key,
            kind=Kind.QUESTION,
            title=title,
            text=text or title,
            community=self.community,
            url=fields.url(record),
            created=created,
            updated=updated,
            tags=fields.tags(record),
            votes=fields.votes(record),
            thread=key,
            state=State.OUTDATED if fields.state(record) is State.OUTDATED else state,
            contributions=tuple(contribute(Role.ASKED, fields.people(record, "asker"), created)),
        )

    def _answer(self, record: Record, question: Item, text: str, key: str, *, accepted: bool) -> Item:
        return Item(
            source=self.source,
            key=key,
            kind=Kind.ANSWER,
            title=question.title,
            text=text,
            community=self.community,
            url=question.url,
            created=question.created,
            updated=question.updated,
            tags=question.tags,
            votes=question.votes,
            thread=question.key,
            state=State.OUTDATED if question.state is State.OUTDATED else None,
            accepted=accepted,
            contributions=tuple(self._authors(record, question.created, accepted)),
        )

    def _authors(self, record: Record, at: datetime | None, accepted: bool) -> list[Contribution]:
        email = self.fields.first(record, "email")
        named = (self.fields.people(record, name, email) for name in ("answerer", "submitter", "contact"))
        role = Role.ACCEPTED if accepted else Role.ANSWERED
        found = contribute(role, next(filter(None, named), []), at)
        return found + contribute(Role.EDITED, self.fields.people(record, "contributor"), at, besides=found)
