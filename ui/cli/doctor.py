"""`copse doctor`: look whether all that answers depend on is well."""

from __future__ import annotations

import typer

from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

_HELP = """Look whether all is well: the library, the models, the indexes.

What is not well is told with what to do next. If a language model is set, it is
asked two small questions; nothing of the library is sent. The exit code is 1 if
something is broken.

  $ copse doctor
  [dim]✓ library         1,204 items in 3 communities, in ~/.local/share/copse
  ✓ embedded        100% of 4,310 passages
  ✓ indexes         up to date with generation 27
  ✓ embedding model all-MiniLM-L6-v2@53aa51172d14: 384 dimensions
  ✓ language model  none is set; answers are quoted[/dim]

  $ copse doctor --json
  [dim]the same as JSON[/dim]"""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("doctor", help=_HELP)
    def run(as_json: AsJson = False, viewer: Viewer = None, library: Library = None) -> None:
        settings = options.settle(library, viewer)
        from ui.doctor import examine
        from ui.summary_doctor import show_checks

        document = examine(settings)
        options.give(document, as_json, lambda console: show_checks(console, document))
        if not document.healthy:
            raise typer.Exit(1)
