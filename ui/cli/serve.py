"""`copse serve`: the web page and the HTTP API."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli import options
from ui.cli.options import Library, Viewer
from ui.early import starting

_HELP = """Serve the web page and the HTTP API until Ctrl-C.

  $ copse serve
  [dim]Copse is at http://127.0.0.1:8501[/dim]

  $ copse serve --host 0.0.0.0 --as guest
  [dim]for everybody on the network, public communities only[/dim]"""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("serve", help=_HELP)
    def run(
        host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
        port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        settings = options.settle(library, viewer, host=host, port=port)
        with starting(settings):
            from ui.serve import serve

        serve(settings)
