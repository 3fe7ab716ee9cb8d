"""`copse tune`: fit the weights of the search to one's own library, if that proves itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

if TYPE_CHECKING:
    from catalog.settings import Settings
    from evals.tune import Tuning

_HELP = """Fit the weights of the search to your own library.

Links to duplicates and related questions, and lessons that cite lessons,
say what a search should find. The older ones choose the weights. The newest
30 % played no part in that, and decide whether they are kept: only if they
find more, and not by chance. Needs at least ten of each, and about a minute.

  $ copse tune
  [dim]learnt from 70 linked questions, tested on 30 newer ones
    dense_weight 0.7 → 0.8
    dense_weight_statement 0.4 stays
  nDCG@10 61.1 → 64.0 (p = 0.012): kept.[/dim]

  $ copse tune --dry-run
  [dim]the same, but nothing is kept[/dim]

  $ copse tune --reset
  [dim]the weights that everybody has again[/dim]"""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("tune", help=_HELP)
    def run(
        since: Annotated[
            str | None, typer.Option(metavar="DATE", help="Test by what came since this year, month or day.")
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Keep nothing.")] = False,
        reset: Annotated[bool, typer.Option("--reset", help="Forget what was kept.")] = False,
        as_json: AsJson = False,
        library: Library = None,
        viewer: Viewer = None,
    ) -> None:
        begin = options.day(since, "--since") if since else None
        if reset:
            _reset(library)
            return
        settings = options.settle(library, viewer)
        found = _tune(settings, begin)
        keep = found.wins and not dry_run
        if keep:
            from catalog.tuned import write_tuned

            write_tuned(settings.library, found.chosen)
        _give(found, keep, as_json)


def _reset(library: Path | None) -> None:
    """Remove what was kept, whatever it is."""
    from catalog.settings import read_settings
    from catalog.tuned import write_tuned

    write_tuned(read_settings({"library": library}, tuned=False).library, {})
    typer.echo("The weights are those of the settings again.")


def _tune(settings: Settings, since: datetime | None) -> Tuning:
    from catalog.store import Catalog
    from evals.tune import tune
    from ui.library import make_viewer
    from ui.progress import make_progress
    from ui.terminal import make_console

    with (
        Catalog.open(settings.library, create=False) as catalog,
        make_progress(make_console(stderr=True)) as progress,
    ):
        progress.look(str(settings.library))
        return tune(catalog, make_viewer(catalog, settings), settings, progress, since)


def _give(found: Tuning, kept: bool, as_json: bool) -> None:
    from ui.schemas_eval import tuning_out
    from ui.summary_eval import show_tuning

    document = tuning_out(found, kept)
    options.give(document, as_json, lambda console: show_tuning(console, document))
