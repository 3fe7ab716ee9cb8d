"""`copse ask`: put a question, or a follow-up, and print the reply."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import SettingError
from catalog.nouns import Filters
from catalog.settings import Settings
from ui.cli import options
from ui.cli.narrowing import Communities, Count, Kinds, Since, Tags, Until, Words, narrowed
from ui.cli.options import AsJson, Library, Viewer
from ui.early import starting

if TYPE_CHECKING:
    from rich.console import Console

    from ui.schemas import ReplyOut

_HELP = """Answer a question: cited sentences, the people who know, who met this before.

When the evidence is thin it says so, and names the people to ask.

  $ copse ask "why is there a bird's nest of thread underneath?"
  [dim]When the mess is underneath, look on top. \\[1] …
  \\[1] Bird's nest of thread underneath when I sew on the Fennimore
      accepted answer · Millbrook Repair Café · 6 February 2022[/dim]

  $ copse ask "and how do I keep it away?" --after "why is there a bird's nest of thread underneath?"
  [dim]a follow-up; copse chat keeps what was asked before by itself[/dim]

  $ copse ask "how hot is soup held?" --community "Harbour Street Kitchen"
  [dim]from one community only; --since and --until narrow the time[/dim]

  $ copse ask "how do we fasten shed roofs?" --markdown > roofs.md
  [dim]with links to the originals, for a wiki or a ticket[/dim]

  $ copse ask "how do we fasten shed roofs?" --json | jq -r .answer.text
  [dim]the answer alone, for a script[/dim]"""

After = Annotated[
    list[str] | None,
    typer.Option("--after", metavar="QUESTION", help="What was asked before; repeat it, the oldest first."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=_HELP)
    def ask(
        question: Words,
        after: After = None,
        k: Count = 5,
        as_json: AsJson = False,
        as_markdown: Annotated[
            bool, typer.Option("--markdown", help="Give Markdown instead of text.")
        ] = False,
        community: Communities = None,
        kind: Kinds = None,
        tag: Tags = None,
        since: Since = None,
        until: Until = None,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        if as_json and as_markdown:
            raise SettingError("--json, --markdown: give one of them")
        settings = options.settle(library, viewer)
        filters = narrowed(kind, tag, since, until)
        plain = as_json or as_markdown
        reply, names = _put(
            settings, " ".join(question), filters, community or (), k, after or (), plain=plain
        )
        if as_markdown:
            _give_markdown(reply, names)
        else:
            options.give(reply, as_json, lambda console: _show(console, reply, names))


def _put(
    settings: Settings,
    question: str,
    filters: Filters,
    communities: Sequence[str],
    k: int,
    before: Sequence[str],
    *,
    plain: bool,
) -> tuple[ReplyOut, dict[str, str]]:
    """Put a question to the library; gives the reply, and the communities' names.

    Args:
        settings: The settings in force.
        question: What is asked.
        filters: What to narrow it to, but for communities.
        communities: Slugs or names of the communities to narrow it to.
        k: How many people and problems are wanted.
        before: What was asked before, the oldest first.
        plain: Whether no draft is shown: what is printed is for a program or a file.
    """
    with starting(settings):
        from ui.drafting import follow, waiting
        from ui.terminal import make_console

        with waiting() as found:
            from ui.service import Service

            with closing(Service.open(settings)) as service:
                filters = replace(filters, communities=service.slugs(communities))
                parts = service.ask_in_steps(question, filters, k, before)
                return follow(parts, None if plain else make_console(), found), service.names()


def _show(console: Console, reply: ReplyOut, names: dict[str, str]) -> None:
    from ui.terminal import show_reply

    show_reply(console, reply, names)


def _give_markdown(reply: ReplyOut, names: dict[str, str]) -> None:
    from ui.markdown import reply_markdown

    sys.stdout.write(reply_markdown(reply, names))
    sys.stdout.flush()
