"""`copse community`: what is asked, what has no answer, and what grows."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

_HELP = """See the community from above: what is asked, what has no answer, and what grows.

Questions are counted for 30 days back; nobody is told who asked. What grows is told as of the newest
contribution. The page of the same name also has a map of all that is written.

  $ copse community
  [dim]Asked in the last 30 days
    4×  How do I prune an old fig?  no answer yet[/dim]

  $ copse community -k 3 --json"""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("community", help=_HELP)
    def run(
        k: Annotated[
            int, typer.Option("-k", min=1, max=1_000, help="How many of each kind to list at most.")
        ] = 8,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        _see(options.settle(library, viewer), k, as_json)


def _see(settings: Settings, k: int, as_json: bool) -> None:
    from ui.drafting import waiting

    with waiting():
        from ui.service import Service
        from ui.summary_community import show_pulse

        with closing(Service.open(settings)) as service:
            document = service.pulse(k)
    options.give(document, as_json, lambda console: show_pulse(console, document))
