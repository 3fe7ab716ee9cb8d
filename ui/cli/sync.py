"""`copse sync`: bring the library in step with all that was added to it, once or again and again."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.cli import options
from ui.cli.ingest import STOPPED, Yes, exit_code, give
from ui.cli.options import AsJson, Library

if TYPE_CHECKING:
    from ui.progress import IngestProgress
    from ui.sync import IngestReport

_HELP = """Bring the library in step with everything that was added to it (`copse source list`).

What has not changed is not read again. What is deleted at a source goes here too; if suddenly more than a
fifth is gone, you are asked first. What cannot be read is listed, tried again later, and stops nothing else.

  $ copse sync
  [dim]everything, once[/dim]

  $ copse sync forum --full
  [dim]one of them, listed completely, so that deletions on a live site are seen at once[/dim]

  $ copse sync --watch --every 1h
  [dim]folders as soon as a file changes, all else every hour, until Ctrl-C[/dim]

  $ copse sync --json
  [dim]a JSON object on each line: what happens, and a report at the end[/dim]"""

_PERIOD = re.compile(r"(\d+)\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("sync", help=_HELP)
    def run(
        names: Annotated[
            list[str] | None,
            typer.Argument(help="What to sync; everything if not given.", show_default=False),
        ] = None,
        watch: Annotated[
            bool, typer.Option("--watch", help="Go on: sync a folder whenever something changes in it.")
        ] = False,
        every: Annotated[
            str | None, typer.Option(metavar="PERIOD", help="Go on: sync all else every 30m, 1h, 1d.")
        ] = None,
        full: Annotated[
            bool, typer.Option("--full", help="List live sites completely, so that deletions are seen.")
        ] = False,
        yes: Yes = False,
        as_json: AsJson = False,
        library: Library = None,
    ) -> None:
        settings = options.settle(library)
        seconds = period(every) if every else None
        if watch or seconds:
            from ui.cli.watch import go_on

            go_on(settings, names or [], watch=watch, every=seconds, yes=yes, as_json=as_json)
        else:
            run_once(settings, names or [], full=full, yes=yes, as_json=as_json)


def period(text: str) -> int:
    """Read a period of time, in seconds.

    Raises:
        SettingError: If it is none.
    """
    found = _PERIOD.fullmatch(text.strip().lower())
    if found is None or int(found[1]) == 0:
        raise SettingError(f"--every {text}: give a number and a unit, such as 30m, 1h or 1d")
    return int(found[1]) * _SECONDS[found[2]]


def run_once(settings: Settings, names: Sequence[str], *, full: bool, yes: bool, as_json: bool) -> None:
    """Sync what is named, or everything, and end with the exit code.

    Raises:
        NotFoundError: If nothing with such a name was added.
    """
    try:
        with make_progress(as_json) as progress:
            report = _sync(settings, names, progress, full, yes)
    except KeyboardInterrupt as error:
        options.tell(STOPPED)
        raise typer.Exit(130) from error
    if as_json:
        tell_report(report)
    else:
        give(settings, report, as_json)
    raise typer.Exit(exit_code(report))


def make_progress(as_json: bool) -> IngestProgress:
    """What shows how far a sync has come: bars or lines for people, JSON lines for programs."""
    from ui.progress import JsonLines
    from ui.progress import make_progress as make_shown
    from ui.terminal import make_console

    return JsonLines(write_line) if as_json else make_shown(make_console(stderr=True))


def write_line(text: str) -> None:
    """Write a line of JSON at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell_report(report: IngestReport) -> None:
    """Write the report as the last line."""
    from ui.schemas import report_out

    write_line('{"event":"report",' + report_out(report).model_dump_json()[1:])


def _sync(
    settings: Settings, names: Sequence[str], progress: IngestProgress, full: bool, yes: bool
) -> IngestReport:
    progress.look("what was added")
    from ui.cli.confirm import make_confirm
    from ui.sync import open_syncer

    with open_syncer(settings) as syncer:
        origins = syncer.named(names)
        confirm = make_confirm(progress, yes)
        report = syncer.sync(origins, progress, confirm=confirm, full=full, index=progress.index)
        syncer.index(progress.index)
    return report
