"""Tables: registers of lessons learned, and lists of questions with their answers.

CSV and TSV files, JSON Lines, JSON arrays and Excel workbooks are read, a row at a time. What the columns
hold is guessed from their names and from the first rows; `copse.toml` can say it. JSON arrays and workbooks
are tables only if their columns are surely those of a register; a workbook's sheets without such columns
are left out.

A row is a lesson, or whatever kind `copse.toml` names. It is a question with its accepted answer if the
table has a column for each, if the kind is `faq`, or if most titles end with a question mark and a text
stands beside them.

A row without an id gets its key from a digest of its title and text, so a change to either makes it another
item.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from catalog.errors import UnreadableError
from catalog.nouns import Community, Item, Kind
from ingest.config import TableConfig, slug
from ingest.sources.protocol import FileKind, Found, Place, Source, Unit
from ingest.sources.shared.complaints import bounded
from ingest.sources.shared.files import fingerprint
from ingest.sources.tables.columns import FIELDS, TEXTS, Columns, guess, holds_pairs
from ingest.sources.tables.faq import Pairs
from ingest.sources.tables.fields import Fields
from ingest.sources.tables.files import is_table, tables
from ingest.sources.tables.lessons import Lessons
from ingest.sources.tables.records import Record, Table
from ingest.sources.tables.seen import Seen
from ingest.tree import Tree

READER_VERSION = "table-3"
_LONG = 40  # characters; a column whose cells are longer on average is text worth reading


class _Rows(Protocol):
    """What makes items of rows."""

    def items(self, record: Record) -> list[Item] | str: ...


@dataclass
class TableSource:
    """One table file, which is one unit.

    Attributes:
        name: Name of the source.
        tree: Where the file lies.
        key: The file.
        community: The community that its rows belong to.
        config: What `copse.toml` says about the table.
    """

    name: str
    tree: Tree
    key: str
    community: Community
    config: TableConfig = field(default_factory=TableConfig)
    kind: str = field(default="table", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=False, init=False)
    in_child: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.location = self.tree.where(self.key)
        self.communities = (self.community,)

    def mapping(self) -> dict[str, tuple[str, ...]]:
        """Tell which columns hold which field; `section` are columns kept under their own names.

        Raises:
            UnreadableError: If the table cannot be read, or has no column of a title or a text.
        """
        found: dict[str, dict[str, None]] = {}
        for _, mapping in self._tables():
            for name, columns in mapping.items():
                found.setdefault(name, {}).update(dict.fromkeys(columns))
        return {name: tuple(found[name]) for name in FIELDS if name in found}

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the file."""
        try:
            content = self.tree.digest(self.key)
        except UnreadableError as error:
            yield error
            return
        config = self.config
        told = [f"{name}={columns!r}" for name, columns in sorted(config.columns.items())]
        kind = f"{config.kind} {config.pairs}"
        digest = fingerprint(READER_VERSION, self.community.slug, kind, *told, content)
        yield Unit(self.key.rpartition("/")[2], digest, self.location)

    def read(self, unit: Unit) -> Iterator[Item | UnreadableError]:
        """Read all rows, in the file's order.

        Raises:
            UnreadableError: If the table cannot be read, or has no column of a title or a text.
        """
        yield from bounded(self._read(), unit.where)

    def _read(self) -> Iterator[Item | UnreadableError]:
        seen = Seen()
        for number, (table, mapping) in enumerate(self._tables()):
            # ids are counted anew on every sheet
            before = f"{slug(table.sheet)}/" if number else ""
            rows = self._rows(table, mapping)
            for record in table.records():
                if isinstance(record, UnreadableError):
                    yield record
                else:
                    yield from _made(rows, record, table, before, seen)

    def _rows(self, table: Table, mapping: Columns) -> _Rows:
        fields = Fields.of(table, mapping, self.name)
        if holds_pairs(mapping):
            return Pairs(self.name, self.community.slug, fields)
        return Lessons(self.name, self.community.slug, self.config.kind or Kind.LESSON, fields)

    def _tables(self) -> Iterator[tuple[Table, dict[str, tuple[str, ...]]]]:
        """The tables whose columns fit, each with its mapping; why the first does not, if none does."""
        found, refused = False, None
        path = self.tree.path(self.key)
        for table in tables(path, self.key, self.location, self.config.columns):
            try:
                mapping = self._mapping(table)
            except UnreadableError as error:
                refused = refused or error
            else:
                found = True
                yield table, mapping
        if refused and not found:
            raise refused

    def _mapping(self, table: Table) -> dict[str, tuple[str, ...]]:
        if not table.columns:  # then what is wrong with its first rows says more
            raise next(iter(table.errors), UnreadableError(self.location, "holds no rows; export it again"))
        told = {name for names in self.config.columns.values() for name in names}
        missing = sorted(told - set(table.columns))
        if missing and (table.complete or table.sheet):
            reason = (
                f"copse.toml names the column {missing[0]!r}, which is not there; {_listed(table.columns)}"
            )
            raise UnreadableError(self.location, reason)
        mapping = self._guess(table)
        if "section" not in self.config.columns and (sections := _sections(table, mapping)):
            mapping["section"] = sections
        if self.config.pairs and not holds_pairs(mapping):
            reason = f"no columns look like a question and its answer; {_listed(table.columns)}"
            raise UnreadableError(self.location, f"{reason}. {self._advice('question')}")
        if not mapping.keys() & {"title", "question", *TEXTS}:
            reason = f"no column looks like a title or a text; {_listed(table.columns)}"
            raise UnreadableError(self.location, f"{reason}. {self._advice('lesson')}")
        return mapping

    def _guess(self, table: Table) -> dict[str, tuple[str, ...]]:
        config = self.config
        may_be_pairs = config.kind in {None, Kind.QUESTION}
        mapping = guess(table.columns, config.columns, pairs=config.pairs if may_be_pairs else None)
        if config.kind is None and _asks(table, mapping):
            return guess(table.columns, config.columns, pairs=True)
        return mapping

    def _advice(self, name: str) -> str:
        example = f'[tables."{self.key.rpartition("/")[2]}".columns], {name} = "a column"'
        return f"Map them in copse.toml: {example}; the fields are {', '.join(FIELDS)}"


@dataclass
class TableKind:
    """Finds tables by their suffix and their columns."""

    name: str = "table"
    about: str = "a register of lessons or a list of questions and answers: CSV, TSV, XLSX, JSON Lines, JSON"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find every file that is a table."""
        return (Found(key, (key,)) for key in keys if is_table(tree, key))

    def open(self, found: Found, place: Place) -> Source:
        """Make the source."""
        (key,) = found.keys
        config = place.config.tables.get(place.tree.root / key, TableConfig())
        return TableSource(place.name, place.tree, key, place.community, config)


KIND: FileKind = TableKind()


def _made(
    rows: _Rows, record: Record, table: Table, before: str, seen: Seen
) -> Iterator[Item | UnreadableError]:
    made = rows.items(record)
    if isinstance(made, str):
        yield UnreadableError(table.place(record.line), made)
        return
    if (first := seen.place(f"{before}{made[0].key}", record.line)) != record.line:
        reason = f"is {made[0].key} like line {first}; give each row an id of its own"
        yield UnreadableError(table.place(record.line), reason)
        return
    yield from (
        replace(one, key=before + one.key, thread=one.thread and before + one.thread) if before else one
        for one in made
    )


def _listed(columns: Sequence[str]) -> str:
    return f"it has {', '.join(map(repr, columns[:30]))}"


def _asks(table: Table, mapping: Columns) -> bool:
    """Whether most titles are questions, and a text beside them answers it."""
    titles = [
        " ".join(one.cells.get(column, ())) for one in table.readable for column in mapping.get("title", ())
    ]
    asked = sum(title.rstrip().endswith("?") for title in titles)
    return "text" in mapping and not mapping.keys() & {"lesson", "event"} and 2 * asked > len(titles)


def _sections(table: Table, mapping: Columns) -> tuple[str, ...]:
    """Columns that nothing is mapped to, but whose cells are long and mostly differ from each other."""
    mapped = {column for columns in mapping.values() for column in columns}
    records = table.readable
    free = [column for column in table.columns if column not in mapped]
    cells = {
        column: [record.cells[column] for record in records if column in record.cells] for column in free
    }
    return tuple(
        column
        for column, filled in cells.items()
        if sum(len("".join(cell)) for cell in filled) > _LONG * len(filled)
        and 2 * len(set(filled)) > len(filled)
    )
