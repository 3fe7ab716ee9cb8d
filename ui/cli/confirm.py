"""Asks before something is removed from the library."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from catalog.errors import SettingError
from ui.cli.options import tell

if TYPE_CHECKING:
    from ingest.pipeline import Confirm
    from ui.progress import IngestProgress


def ask(question: str, refused: str) -> None:
    """Ask on a terminal whether to go on, and end if not; elsewhere nobody can answer.

    Args:
        question: What will happen.
        refused: What to say when it shall not.

    Raises:
        SettingError: If nobody can answer.
    """
    if not sys.stdin.isatty():
        raise SettingError(f"{question} Nobody can be asked here: add --yes if that is meant")
    typer.echo(question, err=True)
    if not typer.confirm("Go on?", err=True):
        tell(refused)
        raise typer.Exit(1)


def make_confirm(progress: IngestProgress, yes: bool) -> Confirm:
    """Make what answers whether so much may be removed: yes, the user on a terminal, or else no.

    Args:
        progress: It makes room for the question.
        yes: Whether the user has agreed already.
    """

    def confirm(source: str, gone: int, total: int) -> bool:
        if yes:
            return True
        what = f"{source}: {gone:,} of {total:,} have vanished at once"
        if not sys.stdin.isatty():
            tell(f"{what}; they were kept. If that is meant, run it again with --yes")
            return False
        with progress.aside():
            typer.echo(f"{what}.", err=True)
            return typer.confirm("Remove them here too?", err=True)

    return confirm
