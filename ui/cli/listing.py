"""`copse list`: what there is to read, one after the other."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.nouns import Filters, Order, State
from catalog.settings import Settings
from ui.cli import options
from ui.cli.narrowing import Communities, Kinds, Since, Tags, Until, narrowed
from ui.cli.options import NARROW, AsJson, Library, Viewer

if TYPE_CHECKING:
    from ui.service import Service

_HELP = """List what there is to read: questions, posts, documents and lessons, the newest first.

Answers stand in the thread of their question; --kind answer lists them.

  $ copse list --state solved --sort useful -k 5
  [dim]the five solved questions with the most votes[/dim]

  $ copse list --kind lesson --since 2024 --csv > lessons.csv
  [dim]all lessons since 2024, for a spreadsheet[/dim]"""

_Titled = Annotated[str, typer.Option("--title", help="Words of the title.", rich_help_panel=NARROW)]
_InState = Annotated[
    State | None, typer.Option("--state", help="How far it has come.", rich_help_panel=NARROW)
]
_Sorted = Annotated[Order, typer.Option("--sort", help="What comes first; useful is by votes.")]
_Many = Annotated[int, typer.Option("-k", min=1, max=1000, help="How many to list at most.")]
_AsTable = Annotated[bool, typer.Option("--csv", help="All of them as a table, without any formula.")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be listed, and how."""

    filters: Filters
    communities: list[str]
    state: State | None
    title: str
    sort: Order
    k: int
    as_table: bool
    as_json: bool


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("list", help=_HELP)
    def list_items(
        sort: _Sorted = Order.NEWEST,
        k: _Many = 20,
        csv: _AsTable = False,
        as_json: AsJson = False,
        title: _Titled = "",
        state: _InState = None,
        community: Communities = None,
        kind: Kinds = None,
        tag: Tags = None,
        since: Since = None,
        until: Until = None,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        filters = narrowed(kind, tag, since, until)
        wanted = _Wanted(filters, community or [], state, title, sort, k, csv, as_json)
        _open(options.settle(library, viewer), wanted)


def _open(settings: Settings, wanted: _Wanted) -> None:
    from ui.service import Service

    with closing(Service.open(settings)) as service:
        _list(service, wanted)


def _list(service: Service, wanted: _Wanted) -> None:
    """Print the items, or the table."""
    from catalog.reader_browse import Browsed
    from ui.summary_items import show_items

    filters = replace(wanted.filters, communities=service.slugs(wanted.communities))
    browsed = Browsed(filters, wanted.state, wanted.title, wanted.sort)
    if wanted.as_table:
        sys.stdout.write(service.table(browsed).replace("\r\n", "\n"))
        return
    listing, names = service.browse(browsed, wanted.k), service.names()
    options.give(listing, wanted.as_json, lambda console: show_items(console, listing, names))
