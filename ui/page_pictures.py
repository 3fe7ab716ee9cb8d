"""Pages of documents as pictures, with what is cited marked on them; the last ones are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from catalog.errors import BusyError, NotFoundError, UnreadableError
from catalog.reader import Reader
from catalog.settings import Settings
from ingest.page_picture import CitedPage, draw_page, why_not

Span = tuple[int, int]

_KEPT = 32  # pictures of about 300 KB
_AT_ONCE = 2  # pictures that are drawn side by side
_PATIENCE = 15.0  # seconds to wait for one's turn
_LONGEST = 20_000  # characters of a text that is marked


class PagePictures:
    """Draws pages. Safe to use from several threads.

    Args:
        settings: The settings in force; they bound memory and the size of files.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: OrderedDict[CitedPage, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def draw(self, cited: CitedPage, name: str) -> bytes:
        """A page as PNG.

        Args:
            cited: The page, and what is marked on it.
            name: Id of the item, for messages.

        Raises:
            NotFoundError: If there is no picture of the page.
            BusyError: If too many are drawn already.
        """
        try:
            return self._known(cited) or self._drawn(cited, name)
        except UnreadableError as error:
            raise NotFoundError(f"{name}, page {cited.page}: {error.reason}; read its text") from error

    def _known(self, cited: CitedPage) -> bytes | None:
        """A picture that is kept, as long as its file is where it was."""
        if why_not(cited.path, cited.root):
            return None
        with self._lock:
            if cited in self._kept:
                self._kept.move_to_end(cited)
            return self._kept.get(cited)

    def _drawn(self, cited: CitedPage, name: str) -> bytes:
        if not self._turns.acquire(timeout=_PATIENCE):
            raise BusyError(f"{name}: too many pages are drawn at once; try again in a moment")
        try:
            drawn = draw_page(cited, name, self._settings.parse_megabytes, self._settings.file_megabytes)
        finally:
            self._turns.release()
        with self._lock:
            self._kept[cited] = drawn
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return drawn


def cited_page(reader: Reader, item_id: str, page: int, at: Span | None, quotes: Sequence[Span]) -> CitedPage:
    """A page of an item's file, and what is marked on it.

    Args:
        reader: Reads as whoever asks; drawing takes long, and needs it no more.
        item_id: The item.
        page: Number of the page, from 1.
        at: Characters of the item's text that are marked softly.
        quotes: Characters that are marked strongly.

    Raises:
        NotFoundError: If there is no such item for whoever asks, or it does not come from a file.
    """
    item, file = reader.item(item_id), reader.file_of(item_id)
    if file is None:
        raise NotFoundError(f"{item_id}: it does not come from a file; read its text")

    def text(span: Span) -> str:
        return item.text[span[0] : min(span[1], span[0] + _LONGEST)]

    return CitedPage(
        path=file.location,
        root=file.root,
        digest=file.digest,
        page=page,
        passage=text(at) if at else "",
        quotes=tuple(map(text, quotes)),
    )


def no_picture_because(reader: Reader, item_id: str) -> str | None:
    """Why pages of an item cannot be shown as pictures; empty if they can be, None if it is no PDF."""
    file = reader.file_of(item_id)
    if file is None or not file.location.lower().endswith(".pdf"):
        return None
    return why_not(file.location, file.root)
