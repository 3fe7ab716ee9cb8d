"""`copse feedback`: which answers and items helped, for stewards."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

_HELP = """List what readers said of answers and items: how many they helped, how many not, and why.

Those that helped the fewest come first. Nobody is told who said it, and it changes no ranking.
For stewards, as far as they may read what was searched.

  $ copse feedback
  [dim]How do I prune an old fig?    1    3    It is about pears.[/dim]"""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("feedback", help=_HELP)
    def run(
        k: Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many to list at most.")] = 20,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.service import Service
        from ui.summary_feedback import show_feedback

        with closing(Service.open(options.settle(library, viewer))) as service:
            document = service.feedback().summary(k)
        options.give(document, as_json, lambda console: show_feedback(console, document))
