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

  $ copse ask "why is the water in the rain tank green?"
  [dim]Light gets in: paint the tank black or wrap it. \\[1] Scrub it in March. \\[2]
  \\[1] Green water in tank B · accepted answer · Hollow Lane · 14 May 2024[/dim]

  $ copse ask "how hot must soup be held?" --community kitchen --since 2023
  [dim]the same, from one community and since 2023 only[/dim]

  $ copse ask "who has a key to the shed?" --json | jq .answer.text
  [dim]the answer alone, for a script[/dim]""",
    ),
    _Command(
        "search",
        _search,
        _show_search,
        10,
        """List the items that fit a question, best first.

  $ copse search "battery swollen"
  [dim]1  What to do with a swollen battery  0.71
     question · Repair Café · 3 May 2023 · solved[/dim]

  $ copse search compost --kind lesson --kind document --until 2023
  [dim]lessons and documents written before 2024[/dim]""",
    ),
    _Command(
        "experts",
        _experts,
        _show_experts,
        5,
        """Find the people who know about a topic, each with the evidence.

  $ copse experts "sharpening knives"
  [dim]Tomasz Wrona  2.31
    Answered 4 questions (3 accepted); last in June 2024
    0.92  answered, accepted: Which stone for bread knives?  cafe/forum:41[/dim]

  $ copse experts "gluten free" --community kitchen -k 3
  [dim]the three people of one community who know most[/dim]""",
    ),
    _Command(
        "similar",
        _similar,
        _show_similar,
        5,
        """Find who met a problem before, whether it was solved, and what solved it.

  $ copse similar "the kettle trips the fuse when it is switched on"
  [dim]✓ solved  Kettle trips the breaker
    question · Repair Café · 9 March 2022 · solved
      Measure the element against earth: below 1 MΩ it is damp inside …[/dim]

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
        from ui.library import make_viewer, open_engine

        with open_engine(settings) as engine:
            viewer = make_viewer(engine.catalog, settings)
            with engine.catalog.read(viewer) as reader:
                known = reader.communities()
            filters = replace(filters, communities=options.slugs(communities, known))
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
