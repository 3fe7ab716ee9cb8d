"""`copse ask`, `search`, `experts` and `similar`: four ways to put one question, with the same options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.nouns import Filters, Kind
from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import NARROW, AsJson, Library, Viewer

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from catalog.nouns import Viewer as Reader
    from search.engine import Engine

Run = Callable[["Engine", "Reader", str, Filters, int], "BaseModel"]
Show = Callable[["Console", Any, dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class _Command:
    """One way to put a question.

    Attributes:
        name: Name of the command.
        run: Asks the engine, and gives the document.
        show: Prints the document.
        k: How many results there are if nobody says.
        help: What it does, with examples.
    """

    name: str
    run: Run
    show: Show
    k: int
    help: str


def _ask(engine: Engine, viewer: Reader, question: str, filters: Filters, k: int) -> BaseModel:
    from ui.schemas import reply_out

    return reply_out(engine.ask(viewer, question, filters, k))


def _search(engine: Engine, viewer: Reader, question: str, filters: Filters, k: int) -> BaseModel:
    from ui.schemas import hits_out

    return hits_out(question, engine.search(viewer, question, filters, k))


def _experts(engine: Engine, viewer: Reader, question: str, filters: Filters, k: int) -> BaseModel:
    from ui.schemas import experts_out

    return experts_out(question, engine.experts(viewer, question, filters, k))


def _similar(engine: Engine, viewer: Reader, question: str, filters: Filters, k: int) -> BaseModel:
    from ui.schemas import similar_problems_out

    return similar_problems_out(question, engine.similar(viewer, question, filters, k))


def _show_ask(console: Console, document: Any, names: dict[str, str]) -> None:
    from ui.terminal import show_reply

    show_reply(console, document, names)


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
        "ask",
        _ask,
        _show_ask,
        5,
        """Answer a question: cited sentences, the people who know, who met this before.

When the evidence is thin it says so, and names the people to ask.

  $ copse ask "why is there a bird's nest of thread underneath?"
  [dim]When the mess is underneath, look on top. \\[1] …
  \\[1] Bird's nest of thread underneath when I sew on the Fennimore
      accepted answer · Millbrook Repair Café · 6 February 2022[/dim]

  $ copse ask "how hot is soup held?" --community "Harbour Street Kitchen"
  [dim]from one community only; --since and --until narrow the time[/dim]

  $ copse ask "how do we fasten shed roofs?" --json | jq -r .answer.text
  [dim]the answer alone, for a script[/dim]""",
    ),
    _Command(
        "search",
        _search,
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
        _experts,
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
        _similar,
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
        question: Annotated[list[str], typer.Argument(help="Words or a question.", show_default=False)],
        k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many of each to show.")] = command.k,
        as_json: AsJson = False,
        community: Annotated[
            list[str] | None,
            typer.Option(help="Slug or name; repeat it for several.", rich_help_panel=NARROW),
        ] = None,
        kind: Annotated[
            list[Kind] | None, typer.Option(help="Repeat it for several.", rich_help_panel=NARROW)
        ] = None,
        tag: Annotated[
            list[str] | None, typer.Option(help="Repeat it for several.", rich_help_panel=NARROW)
        ] = None,
        since: Annotated[
            str | None,
            typer.Option(metavar="DATE", help="A year, month or day, included.", rich_help_panel=NARROW),
        ] = None,
        until: Annotated[
            str | None,
            typer.Option(metavar="DATE", help="A year, month or day, included.", rich_help_panel=NARROW),
        ] = None,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        settings = options.settle(library, viewer)
        filters = Filters(
            kinds=frozenset(kind or ()),
            tags=frozenset(" ".join(one.lower().split()) for one in tag or ()),
            since=options.day(since, "--since") if since else None,
            until=options.day(until, "--until", after=True) if until else None,
        )
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
    with _thinking():
        from ui.library import make_viewer, open_engine, resolve_communities

        with open_engine(settings) as engine:
            viewer = make_viewer(engine.catalog, settings)
            with engine.catalog.read(viewer) as reader:
                known = reader.communities()
            filters = replace(filters, communities=resolve_communities(communities, known))
            document = command.run(engine, viewer, question, filters, k)
    names = {community.slug: community.name for community in known}
    options.give(document, as_json, lambda console: command.show(console, document, names))


@contextmanager
def _thinking() -> Iterator[None]:
    """Show that something goes on while the model is loaded."""
    from ui.terminal import make_console

    console = make_console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status("looking …", spinner_style="dim"):
        yield
