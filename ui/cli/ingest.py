"""`copse ingest`: bring the library in step with folders and files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.errors import SettingError, SourceError
from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library
from ui.early import starting

if TYPE_CHECKING:
    from rich.console import Console

    from ui.schemas import ReportOut
    from ui.sync import IngestReport

STOPPED = "stopped; nothing is lost, and the same command continues where this one was"

Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Remove what has vanished, even if it is suddenly much.")
]

_HELP = """Read folders and files into the library, and keep it in step with them.

Forums, chats, mailboxes, wikis, tables of lessons, documents and archives of them are found by themselves
(`copse source kinds` lists what is read). What has not changed is not read again; what has vanished is
removed. A folder's copse.toml says whose it is. Afterwards `copse sync` does the same for all at once.

  $ copse ingest ~/allotment
  [dim]allotment            38 files  41 new or changed
  allotment/forum       1 file   112 new or changed[/dim]

  $ copse ingest minutes.pdf --community "Board" --private
  [dim]one file, for the readers of a private community[/dim]

  $ copse ingest ~/allotment ~/kitchen --json
  [dim]two folders, the report as JSON; exit code 4 if anything could not be read[/dim]"""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("ingest", help=_HELP)
    def run(
        paths: Annotated[list[Path], typer.Argument(help="Folders or files.", show_default=False)],
        name: Annotated[
            str | None, typer.Option(help="What to call the source, instead of the path's last part.")
        ] = None,
        kind: Annotated[
            str, typer.Option(help="Read it as this kind of source only; found out if not given.")
        ] = "",
        community: Annotated[
            str | None, typer.Option(help="Community of what no copse.toml assigns to one.")
        ] = None,
        private: Annotated[
            bool, typer.Option("--private", help="Keep it to the community's readers.")
        ] = False,
        afresh: Annotated[bool, typer.Option("--afresh", help="Read unchanged files again too.")] = False,
        yes: Yes = False,
        as_json: AsJson = False,
        library: Library = None,
    ) -> None:
        if name and len(paths) > 1:
            raise SettingError("--name: names the source of one path; ingest the paths one at a time")
        settings = options.settle(library)
        said = {"name": name, "kind": kind, "community": community, "private": private}
        try:
            report = _ingest(settings, paths, said, afresh, yes)
        except KeyboardInterrupt as error:
            options.tell(STOPPED)
            raise typer.Exit(130) from error
        give(settings, report, as_json)
        raise typer.Exit(exit_code(report))


def exit_code(report: IngestReport) -> int:
    """4 if anything could not be read, else 0."""
    unread = any(source.failures or source.error for source in report.sources)
    return SourceError.exit_code if unread or report.errors else 0


def _ingest(
    settings: Settings, paths: list[Path], said: Mapping[str, Any], afresh: bool, yes: bool
) -> IngestReport:
    """Ingest one path after the other; one that fails does not stop the others."""
    from ui.cli.confirm import make_confirm
    from ui.progress import make_progress
    from ui.terminal import make_console

    with make_progress(make_console(stderr=True)) as progress:
        progress.look(str(paths[0]))
        new = not (settings.library / "catalog.db").exists()  # then all that is read is embedded
        with starting(settings, much=True) if new else nullcontext():
            from ui.sync import IngestReport, make_origin, open_syncer

        report = IngestReport()
        with open_syncer(settings) as syncer:
            for path in paths:
                origin = syncer.known(make_origin(str(path), **said), renamed=bool(said["name"]))
                confirm = make_confirm(progress, yes)
                part = syncer.sync([origin], progress, confirm=confirm, afresh=afresh, index=progress.index)
                report.add(part)
            syncer.index(progress.index)
    return report


def give(settings: Settings, report: IngestReport, as_json: bool) -> None:
    """Print what an ingest or a sync did, and why something failed as a whole."""
    from ui.schemas import report_out
    from ui.summary import show_report

    document = report_out(report)
    stored = {} if as_json else _stored(settings)

    def show(console: Console) -> None:
        show_report(console, _without_errors(document), stored)

    options.give(document, as_json, show)
    for error in [*document.errors, *(source.error for source in document.sources if source.error)]:
        options.tell(error)


def _without_errors(document: ReportOut) -> ReportOut:
    """The part of a report that goes to standard output: whole sources that failed are told apart."""
    sources = [source for source in document.sources if source.error is None]
    return document.model_copy(update={"sources": sources})


def _stored(settings: Settings) -> dict[str, int]:
    """Number of items that the library now holds, by source."""
    from catalog.store import Catalog

    if not (settings.library / "catalog.db").exists():
        return {}
    with Catalog.open(settings.library, create=False) as catalog, catalog.read(catalog.owner()) as reader:
        return {source.name: source.items for source in reader.status().sources}
