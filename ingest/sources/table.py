"""Tables of lessons learned: CSV and JSON Lines files, a lesson a row.

A row without an id gets its key from a digest of its title and text, so a change to either makes it another
item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Community, Item
from ingest.config import TableConfig
from ingest.sources.columns import FIELDS, guess
from ingest.sources.files import file_hash, fingerprint
from ingest.sources.lessons import HEADINGS, Lessons
from ingest.sources.protocol import Unit
from ingest.sources.records import Record, Table, read_table

READER_VERSION = "table-1"
_LONG = 40  # characters; a column whose cells are longer on average is text worth reading


@dataclass
class TableSource:
    """One table file, which is one unit.

    Attributes:
        name: Name of the source.
        path: The file.
        community: The community that its rows belong to.
        config: What `copse.toml` says about the table.
    """

    name: str
    path: Path
    community: Community
    config: TableConfig = field(default_factory=TableConfig)
    kind: str = field(default="table", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.location = str(self.path)
        self.communities = (self.community,)

    def mapping(self) -> dict[str, tuple[str, ...]]:
        """Tell which columns hold which field; `section` are columns kept under their own names.

        Raises:
            UnreadableError: If the table cannot be read, or has no column of a title or a text.
        """
        return self._mapping(read_table(self.path))

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the file.

        Raises:
            SourceError: If it is not there any more.
        """
        if not self.path.exists():
            raise SourceError(
                f"{self.path}: is not there any more; ingest its new place, or remove the source"
            )
        try:
            content = file_hash(self.path, str(self.path))
        except UnreadableError as error:
            yield error
            return
        told = [f"{name}={columns!r}" for name, columns in sorted(self.config.columns.items())]
        digest = fingerprint(READER_VERSION, self.community.slug, self.config.kind, *told, content)
        yield Unit(self.path.name, digest, str(self.path), content)

    def read(self, unit: Unit) -> Iterator[Item | UnreadableError]:  # noqa: ARG002 - there is only one unit
        """Read all rows, in the file's order.

        Raises:
            UnreadableError: If the table cannot be read, or has no column of a title or a text.
        """
        table = read_table(self.path)
        lessons = Lessons(
            self.name, self.community.slug, self.path, self.config.kind, self._mapping(table), table
        )
        yield from lessons.items()

    def _mapping(self, table: Table) -> dict[str, tuple[str, ...]]:
        missing = sorted(
            {name for names in self.config.columns.values() for name in names} - set(table.columns)
        )
        if missing:
            raise UnreadableError(
                str(self.path),
                f"copse.toml names the column {missing[0]!r}, which is not there; {_listed(table.columns)}",
            )
        mapping = guess(table.columns, self.config.columns)
        if "section" not in self.config.columns and (sections := _sections(table, mapping)):
            mapping["section"] = sections
        if not mapping.keys() & {"title", "section", *HEADINGS}:
            reason = f"no column looks like a title or a text; {_listed(table.columns)}. {self._advice()}"
            raise UnreadableError(str(self.path), reason)
        return mapping

    def _advice(self) -> str:
        example = f'[tables."{self.path.name}".columns], lesson = "a column"'
        return f"Map them in copse.toml: {example}; the fields are {', '.join(FIELDS)}"


def _listed(columns: Sequence[str]) -> str:
    return f"it has {', '.join(map(repr, columns[:30]))}"


def _sections(table: Table, mapping: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Columns that nothing is mapped to, but whose cells are long and mostly differ from each other."""
    mapped = {column for columns in mapping.values() for column in columns}
    records = [record for record in table.records if isinstance(record, Record)]
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
