"""`copse search`, `experts` and `similar`: what there is, who knows, who met it before."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from catalog.nouns import Filters
from catalog.settings import Settings
from ui.cli import options
from ui.cli.narrowing import Communities, Count, Kinds, Since, Tags, Until, Words, narrowed
from ui.cli.options import AsJson, Library, Viewer
from ui.early import starting

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from ui.service import Service

Run = Callable[["Service", str, Filters, int], "BaseModel"]
Show = Callable[["Console", Any, dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class _Command:
    """One way to put a question.

    Attributes:
        name: Name of the command.
        run: Asks the library, and gives the document.
        show: Prints the document.
        k: How many results there are if nobody says.
        help: What it does, with examples.
    """

    name: str
    run: Run
    show: Show
    k: int
    help: str


def _show_search(console: Console, document: Any, names: dict[str, str]) -> None:
    from ui.terminal import show_hits

    show_hits(console, document.hits, names)


def _show_experts(console: Console, document: Any, names: dict[str, str]) -> None:  # noqa: ARG001 - one form
    from ui.terminal import show_people

    show_people(console, document.experts)


def _show_similar(console: Console, document: Any, names: dict[str, str]) -> None:
    from ui.terminal import show_similar

    show_similar(console, document.similar, names)


_COMMANDS = (
    _Command(
        "search",
        lambda service, *asked: service.search(*asked),
        _show_search,
        10,
        """List the items that fit a question, best first.

  $ copse search "swollen battery"
  [dim]1 Charging batteries at the hall  0.42
  document · Millbrook Repair Café · 14 March 2022 · outdated[/dim]

  $ copse search compost --kind lesson --kind document --until 2023
  [dim]lessons and documents written before 2024[/dim]""",
    ),
    _Command(
        "experts",
        lambda service, *asked: service.experts(*asked),
        _show_experts,
        5,
        """Find the people who know about a topic, each with the evidence.

The number beside a piece of evidence is its share of the person's score.

  $ copse experts "sharpening knives"
  [dim]Tomasz Wrona  0.22
  Answered 2 questions (1 accepted), commented on 2 items; last in November 2024
  0.12  answered, accepted: knives wont cut a tomato  kitchen/forum:28[/dim]

  $ copse experts "gluten free" --community harbour-street-kitchen -k 3
  [dim]the three people of one community who know most[/dim]""",
    ),
    _Command(
        "similar",
        lambda service, *asked: service.similar(*asked),
        _show_similar,
        5,
        """Find who met a problem before, whether it was solved, and what solved it.

  $ copse similar "thread jams below the needle after five stitches"
  [dim]✓ solved  Bird's nest of thread underneath when I sew on the Fennimore
    … When the mess is underneath, look on top …
    — Fatima Zahrani, 6 February 2022[/dim]

  $ copse similar "late blight on tomatoes" --tag tomatoes
  [dim]only problems that carry the tag[/dim]""",
    ),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in _COMMANDS:
        _add(app, command)


def _add(app: typer.Typer, command: _Command) -> None:
    @app.command(command.name, help=command.help)
    def run(
        question: Words,
        k: Count = command.k,
        as_json: AsJson = False,
        community: Communities = None,
        kind: Kinds = None,
        tag: Tags = None,
        since: Since = None,
        until: Until = None,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        settings = options.settle(library, viewer)
        filters = narrowed(kind, tag, since, until)
        _put(command, settings, " ".join(question), filters, community or [], k, as_json)


def _put(
    command: _Command,
    settings: Settings,
    question: str,
    filters: Filters,
    communities: list[str],
    k: int,
    as_json: bool,
) -> None:
    """Put a question to the library, and print what it says."""
    with starting(settings):
        from ui.drafting import waiting

        with waiting():
            from ui.service import Service

            with closing(Service.open(settings)) as service:
                filters = replace(filters, communities=service.slugs(communities))
                document = command.run(service, question, filters, k)
                names = service.names()
    options.give(document, as_json, lambda console: command.show(console, document, names))
