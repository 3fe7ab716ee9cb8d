"""`copse gaps`: what was asked and not answered."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

_HELP = """List what was asked and not answered, because nobody has written about it.

A question goes from the list when it is answered. Nobody is told who asked.
What was asked in a private community is shown to its readers only.

  $ copse gaps
  [dim]3    How do I prune an old fig?    allotment    2 March 2026    4[/dim]

  $ copse gaps --drop 3
  [dim]no gap: somebody was only trying things out[/dim]"""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("gaps", help=_HELP)
    def run(
        k: Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many to list at most.")] = 20,
        drop: Annotated[
            int | None,
            typer.Option("--drop", metavar="ID", help="Take one away, by its number."),
        ] = None,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        settings = options.settle(library, viewer)
        if drop is None:
            _list(settings, k, as_json)
        else:
            _drop(settings, drop, as_json)


def _list(settings: Settings, k: int, as_json: bool) -> None:
    from catalog.store import Catalog
    from ui.library import make_viewer
    from ui.schemas_gaps import gaps_out
    from ui.summary_gaps import show_gaps

    with (
        Catalog.open(settings.library, create=False) as catalog,
        catalog.read(make_viewer(catalog, settings)) as reader,
    ):
        document = gaps_out(reader.gaps(k))
    options.give(document, as_json, lambda console: show_gaps(console, document))


def _drop(settings: Settings, number: int, as_json: bool) -> None:
    from catalog.gaps import forget_gap
    from catalog.store import Catalog
    from ui.schemas_gaps import DroppedGapOut, gap_out
    from ui.summary_gaps import show_dropped

    if settings.viewer != "owner":
        raise SettingError(f"reading as {settings.viewer!r}: only the owner takes questions from the list")
    with Catalog.open(settings.library, create=False) as catalog:
        document = DroppedGapOut(dropped=gap_out(forget_gap(catalog, catalog.owner(), number)))
    options.give(document, as_json, lambda console: show_dropped(console, document))
