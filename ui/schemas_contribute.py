"""The JSON forms of what members write and upload here."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import Field

from catalog.nouns import Item
from ui.schemas import Document, ItemOut, item_out

if TYPE_CHECKING:
    from ui.uploads import Upload


class UploadState(StrEnum):
    """How far an upload has come."""

    STORED = "stored"  # it waits for those before it
    WAITING = "waiting"  # another sync is running
    READING = "reading"
    EMBEDDING = "embedding"
    READ = "read"
    FAILED = "failed"


_TOLD = {
    UploadState.STORED: "It is kept, and is read after those before it.",
    UploadState.WAITING: "It is kept. Another sync is running; it is read as soon as that has ended.",
    UploadState.READING: "It is being read.",
    UploadState.EMBEDDING: "{} of {} passages are ready.",
    UploadState.READ: "It is read; the next question finds it.",
    UploadState.FAILED: "It could not be read, and was taken away.",
}


class WrittenOut(Document):
    """What somebody wrote, as it stands in the library now."""

    item_id: str = Field(description="The item's id.")
    item: ItemOut = Field(description="The item, with its text.")


class WithdrawnOut(Document):
    """What was taken away for good."""

    item_id: str = Field(description="Id of the item that is gone.")
    title: str = Field(description="Its title.")


class UploadOut(Document):
    """A document that somebody uploaded."""

    item_id: str = Field(description="Id of the item that it becomes.")
    name: str = Field(description="The name that it got; with a number where the name was taken.")
    community: str = Field(description="Slug of its community.")
    state: UploadState = Field(description="How far it has come.")
    done: int = Field(description="Passages that are embedded, while they are.")
    total: int = Field(description="Of how many.")
    told: str = Field(description="The same in words; what to do where it could not be read.")


class ContributionsOut(Document):
    """What the viewer wrote and uploaded here; for the owner, all that was."""

    items: list[ItemOut] = Field(description="The latest first.")


def written_out(item: Item) -> WrittenOut:
    """Show what somebody wrote."""
    return WrittenOut(item_id=item.id, item=item_out(item, with_text=True))


def upload_out(upload: Upload) -> UploadOut:
    """Show how far an upload has come."""
    return UploadOut(
        item_id=upload.item_id,
        name=upload.name,
        community=upload.community,
        state=upload.state,
        done=upload.done,
        total=upload.total,
        told=upload.problem or _TOLD[upload.state].format(upload.done, upload.total),
    )


def contributions_out(items: Iterable[Item]) -> ContributionsOut:
    """Show what somebody contributed."""
    return ContributionsOut(items=[item_out(item) for item in items])
