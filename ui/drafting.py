"""Puts a question on a terminal: that something goes on, then drafts as they arrive, then the reply."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager

from rich.console import Console, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from search.results import Checked, Draft
from ui.schemas import AnswerOut, ReplyOut
from ui.terminal import clean, make_console
from ui.view.draft import Drafted

_BELOW = 4  # rows of the terminal that a draft leaves free
_TITLE = "a draft that is still being checked"


@contextmanager
def waiting() -> Iterator[Callable[[], None]]:
    """Show that something goes on; what it gives ends that before the block does."""
    console = make_console(stderr=True)
    if not console.is_terminal:
        yield lambda: None
        return
    with console.status("looking …", spinner_style="dim") as status:
        yield status.stop


def follow(
    parts: Generator[Draft | Checked | AnswerOut | ReplyOut],
    console: Console | None,
    found: Callable[[], None],
) -> ReplyOut:
    """Follow a question to its reply, and show what a language model writes meanwhile.

    Args:
        parts: What `Service.ask_in_steps` gives; it is closed at the end, whatever happens.
        console: Where drafts are shown, and taken away again; None for nowhere.
        found: Is called before the first one is shown.
    """
    with closing(parts), _drafts(console, found) as show:
        for part in parts:
            if isinstance(part, ReplyOut):
                return part
            if isinstance(part, (Draft, Checked)):
                show(part)
    raise TypeError("a question ends with the reply")


@contextmanager
def _drafts(
    console: Console | None, found: Callable[[], None]
) -> Iterator[Callable[[Draft | Checked], None]]:
    """Give what shows a draft at the end of a terminal; it is taken away when the block ends."""
    if console is None or not console.is_interactive:
        yield lambda _: None
        return
    drafted = Drafted()
    # Nothing else is printed meanwhile, so neither a thread nor other streams need looking after.
    live = Live(
        console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
    )

    def show(part: Draft | Checked) -> None:
        found()
        drafted.add(part)
        live.start()
        live.update(draft(drafted, console), refresh=True)

    try:
        yield show
    finally:
        live.stop()


def draft(drafted: Drafted, console: Console) -> RenderableType:
    """What was written so far, of which only the end is shown where it is longer than the terminal."""
    text = Text()
    for part, holds in drafted.parts():
        text.append(clean(part), style="" if holds else "strike dim")
    rows = text.wrap(console, max(console.width - 2, 1))[-max(console.height - _BELOW, 1) :]
    shown = Text("\n").join(rows)
    return Padding(Text("\n").join([Text(_TITLE, style="dim italic"), shown]), (1, 0, 0, 2), expand=False)
