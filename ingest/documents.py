"""What reading one file gives, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalog.nouns import Item

BROKEN_FRONT_MATTER = "broken front matter"
"""Key of `Document.meta` under which a reader says why the front matter could not be read."""


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file as Markdown, and what the file says about itself.

    Attributes:
        text: Body as Markdown, without front matter.
        title: The title the file gives itself; None where it gives none.
        authors: Names or handles of its authors, in its order.
        created: When it was written, in UTC, if it says so.
        updated: When it was last changed, in UTC, if it says so.
        pages: Offset in `text` at which each page begins, rising from 0; empty for formats without pages.
        speakers: Names of those who speak in it, in the order of their first words.
        times: Offset in `text` and second of the recording at which each paragraph begins, rising; empty for
            what was not spoken.
        meta: Front matter or document properties as the file has them (JSON values only).
    """

    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    created: datetime | None = None
    updated: datetime | None = None
    pages: tuple[int, ...] = ()
    speakers: tuple[str, ...] = ()
    times: tuple[tuple[int, int], ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PagedItem:
    """An item from a file with pages or from a recording.

    Attributes:
        item: The item.
        pages: Offset in its text at which each page begins.
        times: Offset in its text and second of the recording at which each paragraph begins.
    """

    item: Item
    pages: tuple[int, ...] = ()
    times: tuple[tuple[int, int], ...] = ()
