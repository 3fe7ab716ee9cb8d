"""The options that narrow down a question, which several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.nouns import Filters, Kind
from ui.cli import options
from ui.cli.options import NARROW

Words = Annotated[list[str], typer.Argument(help="Words or a question.", show_default=False)]
Count = Annotated[int, typer.Option("-k", min=1, max=100, help="How many of each to show.")]
Communities = Annotated[
    list[str] | None,
    typer.Option("--community", help="Slug or name; repeat it for several.", rich_help_panel=NARROW),
]
Kinds = Annotated[
    list[Kind] | None, typer.Option("--kind", help="Repeat it for several.", rich_help_panel=NARROW)
]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", help="Repeat it for several.", rich_help_panel=NARROW)
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="A year, month or day, included.", rich_help_panel=NARROW),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="A year, month or day, included.", rich_help_panel=NARROW),
]


def narrowed(kinds: Kinds, tags: Tags, since: Since, until: Until) -> Filters:
    """Make the filters; communities are added when the library is open and tells which there are.

    Raises:
        SettingError: If a date is none.
    """
    return Filters(
        kinds=frozenset(kinds or ()),
        tags=frozenset(" ".join(one.lower().split()) for one in tags or ()),
        since=options.day(since, "--since") if since else None,
        until=options.day(until, "--until", after=True) if until else None,
    )
