"""`copse ingest`: bring the library in step with folders and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import CopseError, SettingError, SourceError
from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library

if TYPE_CHECKING:
    from rich.console import Console

    from ui.library import IngestReport
    from ui.schemas import ReportOut

_STOPPED = "stopped; nothing is lost, and the same command continues where this one was"

_HELP = """Read folders and files into the library, and keep it in step with them.

Forum dumps (Posts.xml), tables of lessons (CSV, JSON Lines) and documents are found by themselves. What
has not changed is not read again; what has vanished is removed. A folder's copse.toml says whose it is.

  $ copse ingest ~/allotment
  [dim]allotment            38 files  41 new or changed
  allotment/forum       1 file   112 new or changed[/dim]

  $ copse ingest minutes.pdf --community "Board" --private
  [dim]one file, for the readers of a private community[/dim]

  $ copse ingest ~/allotment ~/kitchen --json
  [dim]two folders, the report as JSON; exit code 4 if anything could not be read[/dim]"""


@dataclass(slots=True)
class _Outcome:
    """What became of all paths."""

    report: IngestReport
    errors: list[CopseError] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """4 if anything could not be read, else 0."""
        unread = any(source.failures or source.error for source in self.report.sources)
        return SourceError.exit_code if unread or self.errors else 0


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("ingest", help=_HELP)
    def run(
        paths: Annotated[list[Path], typer.Argument(help="Folders or files.", show_default=False)],
        name: Annotated[
            str | None, typer.Option(help="What to call the source, instead of the path's last part.")
        ] = None,
        community: Annotated[
            str | None, typer.Option(help="Community of what no copse.toml assigns to one.")
        ] = None,
        private: Annotated[
            bool, typer.Option("--private", help="Keep it to the community's readers.")
        ] = False,
        afresh: Annotated[bool, typer.Option("--afresh", help="Read unchanged files again too.")] = False,
        as_json: AsJson = False,
        library: Library = None,
    ) -> None:
        if name and len(paths) > 1:
            raise SettingError("--name: names the source of one path; ingest the paths one at a time")
        settings = options.settle(library)
        try:
            outcome = _ingest(settings, paths, name, community, private, afresh)
        except KeyboardInterrupt as error:
            options.tell(_STOPPED)
            raise typer.Exit(130) from error
        _give(settings, outcome, as_json)
        raise typer.Exit(outcome.exit_code)


def _ingest(
    settings: Settings,
    paths: list[Path],
    name: str | None,
    community: str | None,
    private: bool,
    afresh: bool,
) -> _Outcome:
    """Ingest one path after the other; one that fails does not stop the others."""
    from ui.progress import make_progress
    from ui.terminal import make_console

    with make_progress(make_console(stderr=True)) as progress:
        progress.look(str(paths[0]))
        from ui.library import IngestReport, ingest_path

        outcome = _Outcome(IngestReport())
        for path in paths:
            progress.look(str(path))
            try:
                report = ingest_path(
                    settings,
                    path,
                    progress=progress,
                    on_embedded=progress.embedded,
                    name=name,
                    community=community,
                    private=private,
                    afresh=afresh,
                )
            except (SourceError, SettingError) as error:
                outcome.errors.append(error)
            else:
                _add(outcome.report, report)
    return outcome


def _add(whole: IngestReport, part: IngestReport) -> None:
    whole.sources += part.sources
    whole.embedded += part.embedded
    whole.columns |= part.columns
    whole.left_out.update(part.left_out)


def _give(settings: Settings, outcome: _Outcome, as_json: bool) -> None:
    from ui.schemas import report_out
    from ui.summary import show_report

    errors = [str(error) for error in outcome.errors]
    document = report_out(outcome.report, errors)
    stored = {} if as_json else _stored(settings)

    def show(console: Console) -> None:
        show_report(console, _without_errors(document), stored)

    options.give(document, as_json, show)
    for error in [*errors, *(source.error for source in document.sources if source.error)]:
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
