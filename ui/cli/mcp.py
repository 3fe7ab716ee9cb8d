"""`copse mcp`: the tools for a language model's program, over standard input and output."""

from __future__ import annotations

import typer

from ui.cli import options
from ui.cli.options import Library, Viewer

_HELP = """Let a language model's program use Copse: an MCP server on standard input and output.

Such a program starts it and talks to it. Its tools answer questions, search, find people and similar
problems, read items and add lessons; they read and write as the viewer that you name, and as nobody else.

  $ copse mcp --as guest
  [dim]public communities only; it waits for messages until its input ends[/dim]

While `copse serve` runs, the same tools are at /mcp of its address."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("mcp", help=_HELP)
    def run(viewer: Viewer = None, library: Library = None) -> None:
        settings = options.settle(library, viewer)
        from ui.mcp.stdio import serve_stdio

        serve_stdio(settings)
