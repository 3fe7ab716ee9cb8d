"""`copse show`, `status` and `settings`: look at an item, at the library, at what is set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

if TYPE_CHECKING:
    from rich.console import Console


_SHOW_HELP = """Show an item with its thread: the question, the accepted answer, the others.

  $ copse show allotment/forum:1184
  [dim]the question and all its answers, whichever of them is named[/dim]

  $ copse show allotment:handbook/watering.md | less
  [dim]a document; what is piped has no colours[/dim]"""

_STATUS_HELP = """Show what the library holds, and what could not be read.

  $ copse status
  [dim]Model     all-MiniLM-L6-v2@53aa51172d14
  Embedded  100% of 1,204 passages[/dim]

  $ copse status --failures
  [dim]each file or row that could not be read, with the reason[/dim]

  $ copse status --as guest
  [dim]what somebody sees who reads public communities only[/dim]"""

_SETTINGS_HELP = """Show every setting, its value and where that comes from.

  $ copse settings
  [dim]port = 8501  default[/dim]

  $ COPSE_PORT=8600 copse settings --json
  [dim]as JSON; environment variables are read by every command[/dim]"""


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command("show", help=_SHOW_HELP)
    def show(
        item: Annotated[str, typer.Argument(help="An item's id, as every result shows it.")],
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        _show_item(options.settle(library, viewer), item, as_json)

    @app.command("status", help=_STATUS_HELP)
    def status(
        failures: Annotated[bool, typer.Option("--failures", help="List what could not be read.")] = False,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        _show_status(options.settle(library, viewer), failures, as_json)

    @app.command("settings", help=_SETTINGS_HELP)
    def settings(as_json: AsJson = False, viewer: Viewer = None, library: Library = None) -> None:
        _show_settings(library, viewer, as_json)


def _show_item(settings: Settings, item_id: str, as_json: bool) -> None:
    from catalog.store import Catalog
    from ui.library import make_viewer
    from ui.opened import open_thread
    from ui.terminal import show_thread

    with (
        Catalog.open(settings.library, create=False) as catalog,
        catalog.read(make_viewer(catalog, settings)) as reader,
    ):
        document = open_thread(reader, item_id)
        names = {community.slug: community.name for community in reader.communities()}
    options.give(document, as_json, lambda console: show_thread(console, document, names))


def _show_status(settings: Settings, failures: bool, as_json: bool) -> None:
    from catalog.store import Catalog
    from ui.library import make_viewer
    from ui.schemas import status_out
    from ui.summary import show_status

    with Catalog.open(settings.library, create=False) as catalog:
        viewer = make_viewer(catalog, settings)
        with catalog.read(viewer) as reader:
            status = reader.status()
            communities = reader.communities()
    document = status_out(status, communities, library=settings.library, viewer=viewer.name)

    def show(console: Console) -> None:
        show_status(console, document, failures=failures)

    options.give(document, as_json, show)


def _show_settings(library: Path | None, viewer: str | None, as_json: bool) -> None:
    from ui.settings_told import settings_out
    from ui.summary import show_settings

    document = settings_out(options.settle(library, viewer), {"library": library, "viewer": viewer})
    options.give(document, as_json, lambda console: show_settings(console, document.settings))
