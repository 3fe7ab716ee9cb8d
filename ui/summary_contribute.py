"""Shows on a terminal what somebody wrote and uploaded."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ui.schemas_contribute import ContributionsOut, UploadOut, UploadState, WithdrawnOut, WrittenOut
from ui.summary import make_table
from ui.terminal import date, line


def show_written(console: Console, written: WrittenOut) -> None:
    """Print what became of it, and how to change it."""
    console.print(f"Kept as {line(written.item_id)}; the next question finds it.")
    console.print(f"To change it: copse contribute edit {line(written.item_id)}", style="dim")


def show_withdrawn(console: Console, withdrawn: WithdrawnOut) -> None:
    """Print what is gone."""
    console.print(f"Withdrew “{line(withdrawn.title)}”.")


def show_upload(console: Console, upload: UploadOut) -> None:
    """Print what became of a document."""
    if upload.state is UploadState.FAILED:
        console.print(Text(line(upload.told), style="red"))
    else:
        console.print(f"Kept as {line(upload.item_id)}. {upload.told}", soft_wrap=True)


def show_contributions(console: Console, contributions: ContributionsOut) -> None:
    """Print a line for each item."""
    if not contributions.items:
        console.print("Nothing was written here yet. Begin with: copse contribute template > lesson.md")
        return
    table = make_table("Id", "What", "Title", "Community", "Written")
    for one in contributions.items:
        table.add_row(
            Text(line(one.id)),
            one.kind.value,
            Text(line(one.title)),
            Text(line(one.community)),
            date(one.created or one.updated),
        )
    console.print(table)
