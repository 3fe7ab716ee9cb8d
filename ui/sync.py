"""Keeps a library in step with its origins: the paths and web addresses that were added to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from catalog.errors import CopseError, LibraryError, SettingError, SourceError
from catalog.nouns import Community, Span
from catalog.origins import Origin
from catalog.settings import Settings
from catalog.store import Catalog
from ingest.config import slug
from ingest.documents import PagedItem
from ingest.near import link_copies
from ingest.origins import open_origin
from ingest.parser import Parser
from ingest.passages import split
from ingest.pipeline import Confirm, Progress, Report, Split, Stored, ingest, keep
from ingest.sources.discover import Settle, slug_path
from ingest.sources.folder import FolderSource
from ingest.sources.kinds import file_kind
from ingest.sources.protocol import LiveSource, Record, Source, Unit
from ingest.sources.tables.source import TableSource
from ingest.sources.uploads import open_uploads
from ingest.uploads import KIND as UPLOADS
from search.embed import Embedding
from search.encoder import Encoder, begin_to_load, open_encoder

if TYPE_CHECKING:
    from search.indexes import Indexes

_COMPLETE_EVERY = timedelta(days=1)  # only a complete listing of a live source shows what was deleted there


class SyncProgress(Progress, Protocol):
    """Somebody who wants to know how far a sync has come."""

    def look(self, origin: str) -> None:
        """An origin is being looked through for sources."""
        ...

    def embedded(self, done: int, total: int) -> None:
        """So many passages are embedded, of how many."""
        ...


@dataclass(slots=True)
class IngestReport:
    """What syncing some origins did.

    Attributes:
        sources: One report a source.
        embedded: Passages that were embedded.
        columns: Which columns hold which field, by source, for the tables that were read.
        left_out: How many files are of no kind that is read, by suffix.
        errors: Why whole origins could not be synced.
    """

    sources: list[Report] = field(default_factory=list)
    embedded: int = 0
    columns: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    errors: list[CopseError] = field(default_factory=list)

    def add(self, other: IngestReport) -> None:
        """Take in what syncing other origins did."""
        self.sources += other.sources
        self.embedded += other.embedded
        self.columns |= other.columns
        self.left_out.update(other.left_out)
        self.errors += other.errors


def make_origin(
    location: str,
    *,
    name: str | None = None,
    kind: str = "",
    community: str | None = None,
    private: bool = False,
    options: Mapping[str, str] | None = None,
) -> Origin:
    """Describe a path or a web address that somebody wants to add.

    Raises:
        SettingError: If the kind or an option does not fit it.
    """
    live = location.startswith(("http://", "https://"))
    place = location if live else str(Path(location).absolute())
    made = _name_of_address(place) if live else slug_path(Path(place).name)
    origin = Origin(slug_path(name) if name else made, place, kind, community or "", private, options or {})
    if live:
        from ingest.live_origins import kind_of  # whoever reads files need not speak HTTP

        return replace(origin, kind=kind_of(origin).name)
    if kind:
        file_kind(kind)
    if options:
        raise SettingError(f"--option {next(iter(options))}: only web addresses have options")
    return origin


def _name_of_address(address: str) -> str:
    """The host as it is, and a short name of each part of the path."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2].replace(":", "-")
    return "/".join([host, *(slug(part) for part in parts.path.split("/") if part)])


class Syncer:
    """Syncs origins into one library; get one from `open_syncer`."""

    def __init__(self, settings: Settings, catalog: Catalog, parser: Parser, encoder: Encoder) -> None:
        self._settings = settings
        self._catalog = catalog
        self._parser = parser
        self._encoder = encoder
        self._indexes: Indexes | None = None
        self._loading: Thread | None = None
        self._indexed = catalog.generation()

    def busy(self) -> bool:
        """Whether another process is ingesting into this library."""
        try:
            with self._catalog.ingesting():
                return False
        except LibraryError:
            return True

    def origins(self) -> list[Origin]:
        """What was added to the library, by name."""
        with self._catalog.write() as writer:
            return writer.origins()

    def named(self, names: Sequence[str]) -> list[Origin]:
        """What was added under these names, or from these locations; everything if there are none.

        Raises:
            NotFoundError: If nothing was added under one of the names.
            SettingError: If nothing was added at all.
        """
        with self._catalog.write() as writer:
            found = [writer.origin(name) for name in names] or writer.origins()
        if not found:
            raise SettingError("nothing was added yet: copse source add FOLDER, or copse ingest FOLDER")
        return found

    def known(self, origin: Origin, *, renamed: bool) -> Origin:
        """An origin as it was added before, with what is said of it now.

        Args:
            origin: What is said now.
            renamed: Whether its name was given, and not made of its location.
        """
        before = next((one for one in self.origins() if one.location == origin.location), None)
        if before is None:
            return origin
        return replace(
            before,
            name=origin.name if renamed else before.name,
            kind=origin.kind or before.kind,
            community=origin.community or before.community,
            private=origin.private or before.private,
            options={**before.options, **origin.options},
        )

    def sync(
        self,
        origins: Sequence[Origin],
        progress: SyncProgress,
        *,
        confirm: Confirm = keep,
        full: bool = False,
        afresh: bool = False,
        index: Callable[[], None] | None = None,
    ) -> IngestReport:
        """Bring the library in step with origins; one that fails does not stop the others.

        What is new is embedded as soon as it is stored, beside the reading of what comes next. Where that
        takes longer, the indexes are brought up to date beside it, as far as they need no vectors.

        Args:
            origins: What to sync; those that can be opened are remembered.
            progress: Is told how far it has come.
            confirm: Is asked before suddenly much is removed.
            full: List live sources completely, so that deletions there are seen.
            afresh: Read everything, even where nothing has changed.
            index: Is called before that; without it, indexes are left alone.
        """
        report = IngestReport()
        with Embedding(self._catalog, self._encoder) as embedding:
            for origin in origins:
                progress.look(origin.name)
                try:
                    self._sync(origin, report, progress, confirm, embedding.follow, full, afresh)
                except (SourceError, SettingError) as error:
                    report.errors.append(error)
                    self._remember(origin, problem=str(error))
                link_copies(self._catalog)
            if index and embedding.is_behind():
                index()
                with suppress(CopseError):  # told when the vectors are there, and it is tried again
                    self._catch_up()
            report.embedded = embedding.finish(progress.embedded)
        return report

    def index(self, begin: Callable[[], None]) -> None:
        """Bring the indexes up to date with what was synced, so that the next question need not wait.

        Args:
            begin: Is called first, if there is anything to do.
        """
        generation = self._catalog.generation()
        if generation == self._indexed:
            return
        begin()
        self._catch_up()
        self._indexes = None  # whoever watches folders holds no memory for them
        self._indexed = generation

    def _catch_up(self) -> None:
        if self._indexes:
            self._indexes.catch_up()
            return
        from search.indexes import Indexes  # most syncs find nothing new

        self._indexes = Indexes(self._catalog)

    def _sync(
        self,
        origin: Origin,
        report: IngestReport,
        progress: SyncProgress,
        confirm: Confirm,
        stored: Stored,
        full: bool,
        afresh: bool,
    ) -> None:
        now = datetime.now(UTC)
        complete = full or afresh or origin.complete is None or now - origin.complete > _COMPLETE_EVERY
        with self._open(origin, full=complete) as sources:
            self._remember(origin)
            reports = ingest(
                self._catalog,
                sources,
                _splitter(self._encoder, self._settings.passage_tokens),
                root=origin.location,
                progress=progress,
                split_name=f"{self._settings.passage_tokens} tokens",
                afresh=afresh,
                read=self._read,
                confirm=confirm,
                stored=stored,
            )
            report.sources += reports
            report.columns |= _columns(sources, reports)
            report.left_out.update(_left_out(sources))
        if not any(one.error for one in reports):
            listed = all(not isinstance(source, LiveSource) or source.complete for source in sources)
            self._remember(replace(origin, problem="", complete=now if listed else origin.complete))

    def _read(self, source: Source, unit: Unit) -> Iterator[Record]:
        """Read a unit; the model loads beside the first one, of which something will be embedded."""
        self._loading = self._loading or begin_to_load(self._encoder)
        return self._parser.read(source, unit)

    def _open(self, origin: Origin, *, full: bool) -> AbstractContextManager[list[Source]]:
        if origin.kind != UPLOADS:
            return open_origin(origin, self._parser, full=full, settle=self._settler(origin))
        if origin.community not in self._catalog.owner().communities:
            raise SourceError(f"{origin.name}: the community is gone; `copse source remove {origin.name}`")
        return nullcontext([open_uploads(origin, self._settings.library, self._parser)])

    def _settler(self, origin: Origin) -> Settle:
        """Who may read a community that others share is not for an origin to change."""

        @cache  # asked for every folder, answered from all items of the community
        def settle(made: Community) -> Community:
            with self._catalog.write() as writer:
                return writer.settle_community(made, origin.location)

        return settle

    def _remember(self, origin: Origin, problem: str = "") -> None:
        """Store an origin, or what is new about it; one that never could be opened is not stored."""
        with self._catalog.write() as writer:
            if not problem:
                writer.put_origin(origin)
            elif any(one.location == origin.location for one in writer.origins()):
                writer.put_origin(replace(origin, problem=problem))


@contextmanager
def open_syncer(settings: Settings) -> Iterator[Syncer]:
    """Open a library, made if it is not there, for syncing.

    Raises:
        LibraryError: If it cannot be opened.
        ModelError: If the embedding model cannot be opened.
    """
    encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens, much=True)
    limits = (settings.parse_seconds, settings.parse_megabytes, settings.file_megabytes)
    with (
        Catalog.open(settings.library) as catalog,
        Parser(seconds=limits[0], megabytes=limits[1], file_megabytes=limits[2]) as parser,
    ):
        yield Syncer(settings, catalog, parser, encoder)


def _columns(
    sources: Sequence[Source], reports: Sequence[Report]
) -> dict[str, Mapping[str, tuple[str, ...]]]:
    """How the tables that were read now were understood; one that cannot be read is in its report."""
    read = {report.source for report in reports if report.read and not report.failures}
    tables = [source for source in sources if isinstance(source, TableSource) and source.name in read]
    return {table.name: table.mapping() for table in tables}


def _left_out(sources: Sequence[Source]) -> Counter[str]:
    folders = [source for source in sources if isinstance(source, FolderSource)]
    return sum((folder.left_out for folder in folders), Counter())


def _splitter(encoder: Encoder, limit: int) -> Split:
    def split_item(paged: PagedItem) -> Sequence[Span]:
        return split(paged.item, paged.pages, paged.times, count_tokens=encoder.count_tokens, limit=limit)

    return split_item


def ingest_path(
    settings: Settings, path: Path, progress: SyncProgress, *, afresh: bool = False, **said: Any
) -> IngestReport:
    """Bring the library in step with one path, then embed what is new.

    Args:
        settings: The settings in force.
        path: A folder or a file.
        progress: Is told how far it has come.
        afresh: Read everything, even where nothing has changed.
        said: What is said about it, as for `make_origin`.

    Raises:
        SourceError: If the path is missing, or its name is taken by another path's source.
        SettingError: If a `copse.toml` cannot be used.
    """
    with open_syncer(settings) as syncer:
        origin = syncer.known(make_origin(str(path), **said), renamed=bool(said.get("name")))
        report = syncer.sync([origin], progress, afresh=afresh)
    if report.errors:
        raise report.errors[0]
    return report
