"""reStructuredText, as docutils and Sphinx write it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from docutils import nodes
from docutils.core import publish_doctree, publish_from_doctree

from ingest.documents import Document
from ingest.formats.fragments import html_to_markdown
from ingest.formats.headings import without_title
from ingest.formats.moments import moment
from ingest.formats.names import people, split_people
from ingest.formats.rst_sphinx import register_unknown
from ingest.formats.text import decode_bounded
from ingest.formats.text import read as read_as_text
from ingest.formats.tidy import legible, one_line

_LONGEST: Final = 1_000_000  # characters; docutils takes half a minute for them
_LONGEST_LINE: Final = 20_000  # docutils' patterns take quadratic time in it
# What docutils itself raises on some malformed files.
_MISTAKES: Final = (AttributeError, AssertionError, LookupError, RecursionError, TypeError, ValueError)
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w.-]+\w")

_SETTINGS: Final[dict[str, Any]] = {
    "_disable_config": True,
    "embed_stylesheet": False,
    "file_insertion_enabled": False,
    "halt_level": 6,
    "initial_header_level": 2,
    "input_encoding": "unicode",
    "line_length_limit": _LONGEST_LINE,
    "math_output": "LaTeX",
    "output_encoding": "unicode",
    "raw_enabled": False,
    "report_level": 5,
    "smart_quotes": False,
    "stylesheet_path": "",
    "syntax_highlight": "none",
    "warning_stream": False,
}


def read(data: bytes, name: str) -> Document:
    """Read reStructuredText; its bibliographic fields give authors and date.

    What docutils cannot parse stays as its source. A file that is too long for docutils, or makes it fail,
    is read as plain text.

    Raises:
        UnreadableError: If it is not text.
    """
    source = legible(decode_bounded(data, name))
    if len(source) > _LONGEST or any(len(line) > _LONGEST_LINE for line in source.split("\n")):
        return read_as_text(data, name)
    try:
        return _read(source)
    except _MISTAKES:
        return read_as_text(data, name)


def _read(source: str) -> Document:
    tree = _parse(source)
    fields = _fields(tree)
    html = publish_from_doctree(tree, writer="html5", settings_overrides=_SETTINGS)
    title = one_line(tree.get("title", "")) or None
    return Document(
        text=without_title(html_to_markdown(html), title),
        title=title,
        authors=_authors(fields),
        created=_date(fields),
        meta=fields,
    )


def _parse(source: str) -> nodes.document:
    register_unknown(source)
    tree = publish_doctree(source, settings_overrides=_SETTINGS)
    for message in list(tree.findall(nodes.system_message)):
        _unwrap(message)
    for literal in tree.findall(nodes.literal):
        literal["classes"].append("code")  # so that the writer makes it <code>
    return tree


def _unwrap(message: nodes.system_message) -> None:
    """Replace the message about a construct by the source of the construct."""
    if message.parent is not None:
        sources = [child for child in message.children if isinstance(child, nodes.literal_block)]
        message.parent.replace(message, sources)


def _fields(tree: nodes.document) -> dict[str, str]:
    """Take the bibliographic fields out of the tree."""
    found: dict[str, str] = {}
    for info in list(tree.findall(nodes.docinfo)):
        for node in info.children:
            if isinstance(node, nodes.field):
                name, value = (one_line(child.astext()) for child in node.children[:2])
            elif isinstance(node, nodes.authors):
                name, value = "authors", "; ".join(child.astext() for child in node.children)
            else:
                name, value = node.tagname, node.astext()
            found.setdefault(name.casefold(), one_line(value, 2000))
        info.parent.remove(info)
    return found


def _authors(fields: dict[str, str]) -> tuple[str, ...]:
    names = people(split_people(fields.get("authors") or fields.get("author", "")))
    contact = _ADDRESS.search(fields.get("contact", ""))
    if contact and len(names) == 1 and "@" not in names[0]:
        return (f"{names[0]} <{contact[0]}>",)
    return names


def _date(fields: dict[str, str]) -> datetime | None:
    return moment(fields.get("date") or fields.get("created"))
