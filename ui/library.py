"""Opens a library for a face: the settings, the engine, and the one place where a viewer is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import NotFoundError
from catalog.nouns import Community, Item, Span, Viewer
from catalog.settings import Settings
from catalog.store import Catalog
from ingest.parser import Parser
from ingest.passages import split
from ingest.pipeline import Progress, Report, ingest
from ingest.sources.discover import discover
from ingest.sources.folder import FolderSource
from ingest.sources.table import TableSource
from search.embed import embed_pending
from search.encoder import Encoder, open_encoder
from search.engine import Engine


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """Open an existing library for questions.

    Raises:
        LibraryError: If there is none, or it cannot be opened.
    """
    with Catalog.open(settings.library, create=False) as catalog:
        yield Engine(catalog, settings)


def make_viewer(catalog: Catalog, settings: Settings) -> Viewer:
    """Make the viewer that the settings name: the owner, a guest, or a reader of private communities."""
    return catalog.owner() if settings.viewer == "owner" else catalog.viewer(settings.viewer)


def resolve_communities(wanted: Collection[str], readable: Sequence[Community]) -> frozenset[str]:
    """Slugs of the communities that are named by slug or by name, in any case.

    Raises:
        NotFoundError: If there is no such community among the readable ones.
    """
    known = {community.name.casefold(): community.slug for community in readable}
    known |= {community.slug.casefold(): community.slug for community in readable}
    for name in wanted:
        if name.strip().casefold() not in known:
            listed = ", ".join(f"{one.slug} ({one.name})" for one in readable) or "none"
            raise NotFoundError(f"{name}: no such community; those that you may read: {listed}")
    return frozenset(known[name.strip().casefold()] for name in wanted)


@dataclass(slots=True)
class IngestReport:
    """What ingesting some paths did.

    Attributes:
        sources: One report a source.
        embedded: Passages that were embedded.
        columns: Which columns hold which field, by source, for the tables that were read.
        left_out: How many files are of no kind that is read, by suffix.
    """

    sources: list[Report] = field(default_factory=list)
    embedded: int = 0
    columns: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def ingest_path(
    settings: Settings,
    path: Path,
    *,
    progress: Progress,
    on_embedded: Callable[[int, int], None],
    name: str | None = None,
    community: str | None = None,
    private: bool = False,
    afresh: bool = False,
) -> IngestReport:
    """Bring the library in step with a path, then embed what is new.

    Args:
        settings: The settings in force.
        path: A folder or a file.
        progress: Is told how far reading has come.
        on_embedded: Is told how many passages are embedded, of how many.
        name: What to call the source, instead of the path's last part.
        community: The community that items belong to where no `copse.toml` says so.
        private: Whether that community is private.
        afresh: Read everything, even where nothing has changed.

    Raises:
        SourceError: If the path is missing, or its name is taken by another path's source.
    """
    limits = (settings.parse_seconds, settings.parse_megabytes, settings.file_megabytes)
    encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens)
    with (
        Catalog.open(settings.library) as catalog,
        Parser(seconds=limits[0], megabytes=limits[1], file_megabytes=limits[2]) as parser,
    ):
        sources = discover(path, parser, community=community, private=private, name=name)
        reports = ingest(
            catalog,
            sources,
            _splitter(encoder, settings.passage_tokens),
            root=str(path.resolve()),
            progress=progress,
            split_name=f"{settings.passage_tokens} tokens",
            afresh=afresh,
        )
        embedded = embed_pending(catalog, encoder, on_embedded)
    return IngestReport(reports, embedded, _columns(sources, reports), _left_out(sources))


def _columns(
    sources: Sequence[object], reports: Sequence[Report]
) -> dict[str, Mapping[str, tuple[str, ...]]]:
    """How the tables that were read now were understood; one that cannot be read is in its report."""
    read = {report.source for report in reports if report.read and not report.failures}
    tables = [source for source in sources if isinstance(source, TableSource) and source.name in read]
    return {table.name: table.mapping() for table in tables}


def _left_out(sources: Sequence[object]) -> Counter[str]:
    folders = [source for source in sources if isinstance(source, FolderSource)]
    return sum((folder.left_out for folder in folders), Counter())


def _splitter(encoder: Encoder, limit: int) -> Callable[[Item, Sequence[int]], Sequence[Span]]:
    def split_item(item: Item, pages: Sequence[int]) -> Sequence[Span]:
        return split(item, pages, count_tokens=encoder.count_tokens, limit=limit)

    return split_item
