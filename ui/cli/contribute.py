"""`copse contribute`: write a lesson, a post or a question, and change or withdraw it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import SettingError, SourceError
from catalog.nouns import Kind
from catalog.settings import Settings
from ui.cli import options
from ui.cli.options import AsJson, Library, Viewer

if TYPE_CHECKING:
    from ui.contributing import Contributing
    from ui.service import Service

_PATIENCE = 10.0  # seconds between two words about a sync that others wait for

_HELP = """Write what you know: a lesson, a post or a question. The next question finds it.

  $ copse contribute template > lesson.md
  [dim]a lesson to fill in: what happened, what we learned, what to do[/dim]

  $ copse contribute lesson --file lesson.md --community allotment
  $ copse contribute list"""

_LESSON_HELP = """Write a lesson: what happened, what we learned, and what to do.

The text comes from --file or from standard input. Front matter may give title, community and tags.

  $ copse contribute lesson --file lesson.md --community allotment --tag roofs"""

_POST_HELP = """Write a post. The text comes from --file or from standard input, as for a lesson.

  $ echo "We meet at the shed at nine." | copse contribute post --title "Work day" --community allotment"""

_QUESTION_HELP = """Write a question, without asking anybody in particular; `copse requests ask` does that.

  $ copse contribute question --title "Which pear for clay?" --community allotment"""

_EDIT_HELP = """Change what you wrote: what is not given stays. Stewards can change what others wrote.

  $ copse contribute edit written:lesson-5f0c8b6a7d12 --file lesson.md"""

_WITHDRAW_HELP = """Take away what you wrote, for good. It is gone in the very next question.

  $ copse contribute withdraw written:lesson-5f0c8b6a7d12 --yes"""

_UPLOAD_HELP = """Upload documents: each is kept in the library, and read at once or after a sync that runs.

  $ copse contribute upload guide.pdf --community allotment"""

Id = Annotated[str, typer.Argument(help="The item's id; `copse contribute list` shows it.")]
Title = Annotated[str | None, typer.Option(help="Its title.")]
TextFile = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="Markdown file that holds it; - for standard input."),
]
Place = Annotated[str | None, typer.Option(metavar="NAME", help="The community that it is for.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A topic; repeatable.")]
Author = Annotated[
    str,
    typer.Option(metavar="WHO", help="Who wrote it, by name or number; only the owner says so."),
]


@dataclass(frozen=True, slots=True)
class _Given:
    """What was given of an item, by the command line or a file."""

    title: str | None
    text: str | None
    community: str | None
    tags: list[str] | None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True, cls=options.Group, rich_markup_mode="rich")
    app.add_typer(group, name="contribute")
    for kind, told in ((Kind.LESSON, _LESSON_HELP), (Kind.POST, _POST_HELP), (Kind.QUESTION, _QUESTION_HELP)):
        _register_writing(group, kind, told)
    _register_changing(group)
    _register_looking(group)


def _register_writing(group: typer.Typer, kind: Kind, told: str) -> None:
    @group.command(kind.value, help=told)
    def write(
        title: Title = None,
        file: TextFile = None,
        community: Place = None,
        tag: Tags = None,
        author: Author = "",
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_contribute import show_written

        given = _read(file, title, community, tag)
        with _serving(options.settle(library, viewer)) as service:
            place = _place(service, given.community)
            document = service.contributing().write(
                kind, place, given.title or "", given.text or "", given.tags or (), author
            )
        options.give(document, as_json, lambda console: show_written(console, document))


def _register_changing(group: typer.Typer) -> None:
    @group.command("edit", help=_EDIT_HELP)
    def edit(
        item_id: Id,
        title: Title = None,
        file: TextFile = None,
        tag: Tags = None,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_contribute import show_written

        given = _read(file, title, None, tag) if file else _Given(title, None, None, tag)
        with _contributing(options.settle(library, viewer)) as contributing:
            document = contributing.edit(item_id, given.title, given.text, given.tags)
        options.give(document, as_json, lambda console: show_written(console, document))

    @group.command("withdraw", help=_WITHDRAW_HELP)
    def withdraw(
        item_id: Id,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.cli.confirm import ask
        from ui.summary_contribute import show_withdrawn

        if not yes:
            ask(f"This takes {item_id} out of the library for good.", "nothing was withdrawn")
        with _contributing(options.settle(library, viewer)) as contributing:
            document = contributing.withdraw(item_id)
        options.give(document, as_json, lambda console: show_withdrawn(console, document))


def _register_looking(group: typer.Typer) -> None:
    @group.command("list", help="List what you wrote and uploaded; for the owner, all that was.")
    def list_(
        k: Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many to list at most.")] = 20,
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        from ui.summary_contribute import show_contributions

        with _contributing(options.settle(library, viewer)) as contributing:
            document = contributing.mine(k)
        options.give(document, as_json, lambda console: show_contributions(console, document))

    @group.command("upload", help=_UPLOAD_HELP)
    def upload(
        files: Annotated[list[Path], typer.Argument(help="Documents of any kind that is read.")],
        community: Place = None,
        author: Author = "",
        as_json: AsJson = False,
        viewer: Viewer = None,
        library: Library = None,
    ) -> None:
        failed = False
        with _serving(options.settle(library, viewer)) as service:
            place = _place(service, community)
            for file in files:
                failed |= _upload(service, place, file, author, as_json)
        if failed:
            raise typer.Exit(SourceError.exit_code)

    @group.command("template", help="Print a lesson to fill in.")
    def template() -> None:
        from catalog.lessons import Lesson

        blank = Lesson("What did you do, and what came of it?", "Why was that?", "What should others do?")
        sys.stdout.write(f"---\ntitle: \ncommunity: \ntags: []\n---\n\n{blank.text}\n")


def _upload(service: Service, place: str, file: Path, author: str, as_json: bool) -> bool:
    """Upload a document and wait until it is read; whether it could not be."""
    from ui.schemas_contribute import UploadState
    from ui.summary_contribute import show_upload

    contributing = service.contributing()
    try:
        with file.open("rb") as content:
            taken = contributing.upload(place, file.name, content, author)
    except OSError as error:
        raise SettingError(f"{file}: cannot be read ({error.strerror})") from error
    told = contributing.upload_state(taken.item_id, 1)
    while told.state not in (UploadState.READ, UploadState.FAILED):
        if told.state is UploadState.WAITING:
            options.tell(f"{told.name}: {told.told}")
        told = contributing.settled(taken.item_id, _PATIENCE)
    options.give(told, as_json, lambda console: show_upload(console, told))
    return told.state is UploadState.FAILED


@contextmanager
def _serving(settings: Settings) -> Iterator[Service]:
    from ui.service import Service

    with closing(Service.open(settings)) as service:
        yield service


@contextmanager
def _contributing(settings: Settings) -> Iterator[Contributing]:
    with _serving(settings) as service:
        yield service.contributing()


def _place(service: Service, given: str | None) -> str:
    """Slug of the community that is meant: the only one that can be, if none is named."""
    viewer = service.viewer()
    if given:
        return next(iter(service.slugs([given])))
    if len(viewer.contributes) == 1:
        return next(iter(viewer.contributes))
    names = ", ".join(sorted(viewer.contributes)) or "none"
    raise SettingError(f"--community: say which one it is for; those in which you may write: {names}")


def _read(file: Path | None, title: str | None, community: str | None, tags: list[str] | None) -> _Given:
    """What a file or standard input says, under what the command line says."""
    from ingest.formats.markdown import read

    data, name = _bytes(file)
    said = read(data, name) if data.strip() else None
    meta = {str(key).lower(): value for key, value in said.meta.items()} if said else {}
    own = meta.get("tags")
    listed = own if isinstance(own, list) else str(own or "").split(",")
    return _Given(
        title or (said.title if said else None),
        said.text if said else None,
        community or (str(meta["community"]) if meta.get("community") else None),
        tags or list(map(str, listed)) if own or tags else None,
    )


def _bytes(file: Path | None) -> tuple[bytes, str]:
    if file is None and sys.stdin.isatty():
        return b"", "standard input"
    try:
        if file is None or str(file) == "-":
            return sys.stdin.buffer.read(), "standard input"
        return file.read_bytes(), str(file)
    except OSError as error:
        raise SettingError(f"{file}: cannot be read ({error.strerror})") from error
