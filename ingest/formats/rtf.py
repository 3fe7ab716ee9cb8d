"""Rich Text Format (.rtf): headings, lists, tables, links, notes and comments (RTF specification 1.9.1)."""

from __future__ import annotations

import re

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.headings import heading_title, without_title
from ingest.formats.markdown_blocks import paragraphs
from ingest.formats.moments import moment
from ingest.formats.names import people, plausible_title, split_people
from ingest.formats.rtf_blocks import Blocks
from ingest.formats.rtf_reader import Reader
from ingest.formats.tidy import one_line

_BEGINNING = re.compile(rb"\s*\{\\rtf")


def read(data: bytes, name: str) -> Document:
    """Read a Rich Text file.

    Raises:
        UnreadableError: If it is none, or is nested too deeply.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not _BEGINNING.match(data):
        raise UnreadableError(name, "is not a .rtf file; give it the suffix of its real format")
    blocks = Blocks()
    info = Reader(blocks, name).read(data)
    text = paragraphs(blocks.finish())
    title = plausible_title(info.get("title")) or heading_title(text)
    return Document(
        text=without_title(text, title),
        title=title,
        authors=people(split_people(info.get("author", ""))),
        created=moment(info.get("creatim")),
        updated=moment(info.get("revtim")),
        meta={key: one_line(value) for key, value in info.items() if value.strip()},
    )
