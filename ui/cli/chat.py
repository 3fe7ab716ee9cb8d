"""`copse chat`: a conversation on the terminal, in which follow-ups lean on what was asked before."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import typer

from catalog.errors import LanguageModelError, QuestionError
from catalog.nouns import Filters
from ui.cli import options
from ui.cli.narrowing import Communities, Count, Kinds, Since, Tags, Until, narrowed
from ui.cli.options import Library, Viewer
from ui.early import starting

if TYPE_CHECKING:
    from rich.console import Console

    from ui.schemas import ReplyOut
    from ui.service import Service

_HELP = """Ask one question after the other: a follow-up leans on what was asked before.

Below each answer stands a line for each source. /sources lists those of the last answer in full, /new
begins anew, an empty line or Ctrl-D ends.

  $ copse chat
  [dim]> how hot is soup held?
  Soup is never held in it: soup stays in Doris at dial 1 with the lid down. \\[1]
  > and for how long?
  understood as: how hot is soup held? and for how long?
  > /sources[/dim]

  $ copse chat --community "Harbour Street Kitchen" < questions.txt
  [dim]a question on each line, from one community only[/dim]"""

_HINT = (
    "A follow-up leans on what was asked before.",
    "/new begins anew, /sources lists the sources, an empty line ends.",
)
_COMMANDS = "there are /new, which begins anew, and /sources, which lists the sources of the last answer"
_PROMPT = "> "


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=_HELP)
    def chat(
        k: Count = 5,
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
        with starting(settings):
            from ui.drafting import waiting

            with waiting():
                from ui.service import Service

                service = Service.open(settings)
        with closing(service):
            _Chat(service, replace(filters, communities=service.slugs(community or ())), k).run()


@dataclass(slots=True)
class _Chat:
    """A conversation.

    Attributes:
        service: The library that is asked.
        filters: What every question is narrowed to.
        k: How many people and problems are wanted.
        before: What was asked so far, the oldest first.
        last: The reply to the last question.
    """

    service: Service
    filters: Filters
    k: int
    before: list[str] = field(default_factory=list)
    last: ReplyOut | None = None

    def run(self) -> None:
        """Answer until nothing more is asked."""
        if sys.stdin.isatty():
            sys.stderr.writelines(f"{line}\n" for line in _HINT)
        for asked in _lines():
            if asked.startswith("/") and len(asked.split()) == 1:
                self._obey(asked)
            else:
                self._answer(asked)

    def _obey(self, command: str) -> None:
        if command == "/new":
            self.before, self.last = [], None
            options.put_out(_show_beginning)
        elif command == "/sources":
            options.put_out(self._show_sources)
        else:
            options.tell(f"{command}: {_COMMANDS}")

    def _answer(self, question: str) -> None:
        """Answer a question; one that cannot be searched is told, and ends nothing."""
        from ui.drafting import follow, waiting
        from ui.terminal import make_console

        try:
            with waiting() as found:
                parts = self.service.ask_in_steps(question, self.filters, self.k, self.before)
                self.last = follow(parts, make_console(), found)
        except (QuestionError, LanguageModelError) as error:
            options.tell(str(error))
            return
        self.before.append(question)
        options.put_out(self._show_reply)

    def _show_reply(self, console: Console) -> None:
        from ui.terminal import show_brief_reply

        if self.last:
            show_brief_reply(console, self.last, self.service.names())

    def _show_sources(self, console: Console) -> None:
        from ui.terminal import show_sources

        if self.last and self.last.answer.citations:
            show_sources(console, self.last.answer, self.service.names())
        else:
            console.print("\n  There are no sources: nothing was answered yet.")


def _show_beginning(console: Console) -> None:
    console.print("\n  Begun anew: the next question leans on nothing.")


def _lines() -> Iterator[str]:
    """What is asked, line by line: up to an empty line on a terminal, else all there is."""
    if sys.stdin.isatty():
        with suppress(ImportError):  # where there is none, a line is typed without arrow keys
            import readline  # noqa: F401 - `input` uses it
        while asked := _typed():
            yield asked
    else:
        yield from filter(None, map(str.strip, sys.stdin))


def _typed() -> str:
    sys.stdout.write("\n")
    try:
        return input(_PROMPT).strip()
    except EOFError:
        sys.stdout.write("\n")
        return ""
