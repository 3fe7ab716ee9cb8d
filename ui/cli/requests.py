"""`copse requests`: put a question to people, and take in what they reply."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import SettingError
from catalog.nouns import RequestState
from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

if TYPE_CHECKING:
    from rich.console import Console

    from ui.requesting import Requesting
    from ui.schemas_requests import RequestShownOut
    from ui.service import Service

_HELP = """Put a question to people who may know, and take in what they reply.

A reply is kept with its question, and the next `copse ask` finds and cites it.

  $ copse requests ask "how do I prune an old fig?"
  $ copse requests list
  $ copse requests answer 3 --as-person "Ann Lee" "In winter, when it sleeps."
  $ copse requests accept 3 1"""

_ASK_HELP = """Put a question to up to three people: those who know most about it, who are around,
and whom few questions went to lately. It goes out by mail or webhook, if the settings name one.

Who asks what is open already joins it: nobody is asked twice.

  $ copse requests ask "how do I prune an old fig?"
  $ copse requests ask "how do I prune an old fig?" --to "Ann Lee" --community allotment"""

_ANSWER_HELP = """Take in a reply. KEY is the request's number, or the key of the link that was sent.

  $ copse requests answer 3 --as-person "Ann Lee" "In winter, when it sleeps."
  $ copse requests answer 3 --as-person 12 --file reply.md
  $ copse requests answer 8kD3… "In winter, when it sleeps."
  [dim]the key says who answers[/dim]"""

_DRAFT_HELP = """Write a request up as Markdown, to be pasted where everybody reads it.

  $ copse requests draft 3 > question.md"""

Key = Annotated[str, typer.Argument(help="The request's number, or the key of the link that was sent.")]
Number = Annotated[int, typer.Argument(help="The request's number.", min=1)]
AsPerson = Annotated[
    str,
    typer.Option("--as-person", metavar="WHO", help="Whose it is, by number or exact name; for the owner."),
]
To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="PERSON", help="Whom to ask, by number or exact name; repeatable."),
]
Limit = Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many to list at most.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True, cls=options.Group, rich_markup_mode="rich")
    app.add_typer(group, name="requests")
    _register_asking(group)
    _register_reading(group)
    _register_answering(group)
    _register_measuring(group)


def _register_asking(group: typer.Typer) -> None:
    @group.command("ask", help=_ASK_HELP)
    def ask(
        question: Annotated[list[str], typer.Argument(help="The question.")],
        to: To = None,
        community: Annotated[
            list[str] | None,
            typer.Option("--community", metavar="NAME", help="Ask in this community only; repeatable."),
        ] = None,
        within: Annotated[
            str | None,
            typer.Option("--in", metavar="NAME", help="Where replies belong, of these communities."),
        ] = None,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_requests import show_made

        with _serving(options.settle(library, viewer)) as service:
            place = next(iter(service.slugs([within]))) if within else None
            document = service.requesting().ask(
                " ".join(question), service.slugs(community or ()), to or (), place
            )
        options.give(document, as_json, lambda console: show_made(console, document))

    @group.command("send", help="Send a request to those who have it not yet, and to further people.")
    def send(
        number: Number, to: To = None, as_json: AsJson = False, viewer: Viewer = None, library: Library = None
    ) -> None:
        from ui.summary_requests import show_made

        with _requesting(options.settle(library, viewer)) as requesting:
            document = requesting.send(number, to or ())
        options.give(document, as_json, lambda console: show_made(console, document))

    @group.command("draft", help=_DRAFT_HELP)
    def draft(key: Key, viewer: Viewer = None, library: Library = None) -> None:
        with _requesting(options.settle(library, viewer)) as requesting:
            sys.stdout.write(requesting.draft(key))


def _register_reading(group: typer.Typer) -> None:
    @group.command("list", help="List requests, the latest first.")
    def list_(
        state: Annotated[RequestState | None, typer.Option(help="Only those that have come so far.")] = None,
        k: Limit = 20,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_requests import show_requests

        with _requesting(options.settle(library, viewer)) as requesting:
            document = requesting.listed(k, state)
        options.give(document, as_json, lambda console: show_requests(console, document))

    @group.command("show", help="Show one request: to whom it went, what was found, and what came back.")
    def show(key: Key, as_json: AsJson = False, viewer: Viewer = None, library: Library = None) -> None:
        from ui.summary_requests import show_request

        with _requesting(options.settle(library, viewer)) as requesting:
            document = requesting.show(key)
        options.give(document, as_json, lambda console: show_request(console, document))


def _register_answering(group: typer.Typer) -> None:
    @group.command("answer", help=_ANSWER_HELP)
    def answer(
        key: Key,
        text: Annotated[list[str] | None, typer.Argument(help="The reply, as Markdown.")] = None,
        file: Annotated[
            Path | None,
            typer.Option("--file", metavar="FILE", help="File that holds it; - for standard input."),
        ] = None,
        as_person: AsPerson = "",
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_requests import show_taken

        reply = _text(" ".join(text or ()), file)
        with _requesting(options.settle(library, viewer)) as requesting:
            document = requesting.answer(key, reply, as_person)
        options.give(document, as_json, lambda console: show_taken(console, document))

    @group.command("accept", help="Say which reply solved it; for who asked, and the owner.")
    def accept(
        key: Key,
        reply: Annotated[int, typer.Argument(help="Number of the reply; show lists them.", min=1)] = 1,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        _decide(options.settle(library, viewer), as_json, lambda requesting: requesting.accept(key, reply))

    @group.command("decline", help="Say that somebody who was asked will not answer.")
    def decline(
        key: Key,
        as_person: AsPerson = "",
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        _decide(
            options.settle(library, viewer), as_json, lambda requesting: requesting.decline(key, as_person)
        )

    @group.command("close", help="Close a request: nobody replies any more; for who asked, and the owner.")
    def close(key: Key, as_json: AsJson = False, viewer: Viewer = None, library: Library = None) -> None:
        _decide(options.settle(library, viewer), as_json, lambda requesting: requesting.close(key))


def _register_measuring(group: typer.Typer) -> None:
    @group.command("exposure", help="Show how evenly people are asked. Only the owner sees it.")
    def exposure(as_json: AsJson = False, library: Library = None) -> None:
        from ui.summary_requests import show_exposure

        settings = options.settle(library)
        if settings.viewer != "owner":
            raise SettingError(f"COPSE_VIEWER={settings.viewer!r}: only the owner sees how people are asked")
        with _requesting(settings) as requesting:
            document = requesting.exposure()
        options.give(document, as_json, lambda console: show_exposure(console, document))

    @group.command("stats", help="Show how many requests were answered, and after how long.")
    def stats(as_json: AsJson = False, viewer: Viewer = None, library: Library = None) -> None:
        from ui.summary_requests import show_stats

        with _requesting(options.settle(library, viewer)) as requesting:
            document = requesting.stats()
        options.give(document, as_json, lambda console: show_stats(console, document))


@contextmanager
def _serving(settings: Settings) -> Iterator[Service]:
    from ui.service import Service

    with closing(Service.open(settings)) as service:
        yield service


@contextmanager
def _requesting(settings: Settings) -> Iterator[Requesting]:
    with _serving(settings) as service:
        yield service.requesting()


def _decide(settings: Settings, as_json: bool, decide: Callable[[Requesting], RequestShownOut]) -> None:
    from ui.summary_requests import show_request

    with _requesting(settings) as requesting:
        document = decide(requesting)

    def show(console: Console) -> None:
        show_request(console, document)

    options.give(document, as_json, show)


def _text(given: str, file: Path | None) -> str:
    """The reply, from the command line or a file."""
    if given and file:
        raise SettingError("TEXT, --file: give one of them")
    if not file:
        return given
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{file}: cannot be read as a text ({error})") from error
