"""The command line: a file for each group of commands.

Nothing heavy is imported before a command needs it, so that help appears at once.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Annotated, Any

import typer

from ui.cli.commands import Commands
from ui.cli.options import Group

__all__ = ["app", "main"]

_HELP = """Ask your community of practice: cited answers, the people who know, who met this before.

[bold]Read what there is, then ask[/bold]

  $ copse ingest ~/allotment
  $ copse ask "why is the water in the rain tank green?"
  $ copse serve

Nothing leaves this machine but to a language model that you set, and nothing is fetched but from
web addresses that you add."""


class _Program(Group):
    """The program: a group of all commands, none of which is made before it is needed."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": Commands()})


app = typer.Typer(
    name="copse",
    help=_HELP,
    cls=_Program,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"copse {version('copse')}")
        raise typer.Exit


@app.callback()
def _callback(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show which Copse this is, and end."
        ),
    ] = False,
) -> None:
    return


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A character that a terminal cannot show, or a byte that is none, is no error.
            stream.reconfigure(errors="replace")
    # Else the first form that is filled in searches all installed packages for plugins.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    with contextlib.suppress(BrokenPipeError):
        app()
