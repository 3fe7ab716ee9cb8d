"""OpenDocument texts, spreadsheets and presentations (.odt, .ods, .odp; ISO/IEC 26300, OpenDocument 1.3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.containers import Container
from ingest.formats.headings import heading_title, without_title
from ingest.formats.markdown_blocks import join_pages, paragraphs
from ingest.formats.moments import moment
from ingest.formats.names import people, plausible_title
from ingest.formats.opendocument_sheets import Sheets
from ingest.formats.opendocument_slides import slide_texts
from ingest.formats.opendocument_text import Writer
from ingest.formats.sheets import sheet_markdown
from ingest.formats.tidy import one_line
from ingest.formats.xml_trees import Element, local_name

_CONTENT = "content.xml"
_Reading = tuple[str, tuple[int, ...]]


def read(data: bytes, name: str) -> Document:
    """Read a document: headings, lists, tables, notes, links and comments; a slide is a page.

    Raises:
        UnreadableError: If it is no OpenDocument file, is protected or breaks a limit.
    """
    container = Container(data, name)
    if _CONTENT not in container:
        suffix = PurePath(name).suffix.lower()
        raise UnreadableError(name, f"is not a {suffix} file, or damaged; save it again")
    _refuse_protected(container, name)
    kind = container.read("mimetype")[:100].decode("ascii", "replace").strip()
    reading = next((reader for part, reader in _READERS.items() if part in kind), _text)
    text, pages = reading(container, name)
    meta = _properties(container)
    title = plausible_title(meta.get("title")) or (heading_title(text) if reading is _text else None)
    return Document(
        text=without_title(text, title) if reading is _text else text,
        title=title,
        authors=people(filter(None, (meta.get("initial-creator") or meta.get("creator"),))),
        created=moment(meta.get("creation-date")),
        updated=moment(meta.get("date")),
        pages=pages,
        meta={**meta},
    )


def _text(container: Container, name: str) -> _Reading:
    writer = Writer(_trees(container))
    return paragraphs(writer.document(_body(container, name))), ()


def _slides(container: Container, name: str) -> _Reading:
    return join_pages(slide_texts(_body(container, name), _trees(container)))


def _sheets(container: Container, name: str) -> _Reading:
    with container.open(_CONTENT) as file:
        sheets = [sheet_markdown(title, rows) for title, rows in Sheets(file, name)]
    return paragraphs(sheets), ()


_READERS: dict[str, Callable[[Container, str], _Reading]] = {
    "spreadsheet": _sheets,
    "presentation": _slides,
    "graphics": _slides,
}


def _trees(container: Container) -> list[Element]:
    """Where styles are defined."""
    roots = (container.xml(part) for part in ("styles.xml", _CONTENT))
    return [root for root in roots if root is not None]


def _body(container: Container, name: str) -> Element:
    root = container.xml(_CONTENT)
    body = root.find("{*}body") if root is not None else None
    if body is None or not len(body):
        raise UnreadableError(name, "has no content, or is damaged; save it again")
    return body[0]


def _refuse_protected(container: Container, name: str) -> None:
    manifest = container.xml("META-INF/manifest.xml")
    if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
        raise UnreadableError(name, "is password-protected; save it without a password")


def _properties(container: Container) -> dict[str, str]:
    root = container.xml("meta.xml")
    found = root.iterfind("{*}meta/*") if root is not None else ()
    entries = ((local_name(entry), one_line(entry.text or "")) for entry in found)
    return {key: value for key, value in entries if value and key != "user-defined"}
