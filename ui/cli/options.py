"""What commands share: options, dates, the way in which errors are told, and how results are given."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from catalog.errors import CopseError, SettingError
from catalog.settings import Settings, read_settings

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console


LIBRARY = "Library"
NARROW = "Narrow it down"

AsJson = Annotated[bool, typer.Option("--json", help="Give one JSON document instead of text.")]
Library = Annotated[
    Path | None,
    typer.Option("--library", metavar="PATH", help="Folder of the library.", rich_help_panel=LIBRARY),
]
Viewer = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="VIEWER",
        help="Read as 'owner', as 'guest', or as a reader by e-mail or name.",
        rich_help_panel=LIBRARY,
    ),
]

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class Group(TyperGroup):
    """The commands in the order of their registration; errors are told in one line."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        with telling_errors():
            return super().invoke(ctx)


@contextmanager
def telling_errors() -> Iterator[None]:
    """Turn an error that a user can do something about into one line and its exit code."""
    try:
        yield
    except CopseError as error:
        tell(str(error))
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        tell("stopped")
        raise typer.Exit(130) from error


def tell(message: str) -> None:
    """Write one line to standard error, in red where there is colour."""
    from ui.terminal import line, make_console

    console = make_console(stderr=True)
    console.print(f"copse: {line(message)}", style="red", soft_wrap=not console.is_terminal)


def settle(library: Path | None = None, viewer: str | None = None, **options: Any) -> Settings:
    """Settle the settings from what a command was given."""
    return read_settings({"library": library, "viewer": viewer, **options})


def give(document: BaseModel, as_json: bool, show: Callable[[Console], None]) -> None:
    """Print a result: one JSON document, or what `show` makes of it."""
    if as_json:
        sys.stdout.write(document.model_dump_json(indent=2) + "\n")
        sys.stdout.flush()
    else:
        put_out(show)


def put_out(show: Callable[[Console], None]) -> None:
    """Print what `show` makes, at once."""
    from ui.terminal import make_console

    console = make_console()
    with console.capture() as shown:
        show(console)
    # What is piped into a file or another program has no blanks at the ends of its lines.
    sys.stdout.write("\n".join(row.rstrip(" ") for row in shown.get().split("\n")))
    sys.stdout.flush()


def day(text: str, option: str, *, after: bool = False) -> datetime:
    """Read a year, a month or a day: its beginning in UTC, or the beginning of what comes after it.

    Raises:
        SettingError: If it is no date.
    """
    advice = f"{option} {text!r}: give a year, a month or a day, such as 2024, 2024-03 or 2024-03-14"
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise SettingError(advice)
    year, month, number = (int(part) if part else None for part in found.groups())
    try:
        begin = datetime(year or 0, month or 1, number or 1, tzinfo=UTC)
        return _next(begin, month, number) if after else begin
    except (ValueError, OverflowError) as error:
        raise SettingError(advice) from error


def _next(begin: datetime, month: int | None, number: int | None) -> datetime:
    """The beginning of the year, month or day after."""
    if number is not None:
        return datetime.fromordinal(begin.toordinal() + 1).replace(tzinfo=UTC)
    if month is None or month == 12:
        return begin.replace(year=begin.year + 1, month=1)
    return begin.replace(month=begin.month + 1)
