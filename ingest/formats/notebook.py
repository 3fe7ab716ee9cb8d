"""Jupyter notebooks (.ipynb), nbformat 3 and 4."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.headings import heading_title, without_title
from ingest.formats.markdown import clean
from ingest.formats.moments import moment
from ingest.formats.names import people
from ingest.formats.text import decode
from ingest.formats.tidy import escape_tags, legible, one_line, tidy

_LONGEST_OUTPUT: Final = 2000  # characters of one cell's output
_ESCAPE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def read(data: bytes, name: str) -> Document:
    """Read a notebook: its Markdown, its code, and the beginning of what the code printed.

    Raises:
        UnreadableError: If it is no notebook.
    """
    notebook = _load(data, name)
    metadata = _object(notebook.get("metadata"))
    text = tidy("\n\n".join(filter(None, _texts(notebook))))
    title = one_line(str(metadata.get("title") or "")) or heading_title(text)
    return Document(
        text=without_title(text, title) or text,
        title=title,
        authors=people(_authors(metadata)),
        created=moment(metadata.get("date")),
    )


def _load(data: bytes, name: str) -> Mapping[str, Any]:
    try:
        notebook = json.loads(decode(data, name))
    except ValueError as error:
        raise UnreadableError(name, "is no notebook: not valid JSON; save it again") from error
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise UnreadableError(name, "is no notebook: it has no cells; save it again")
    return notebook


def _texts(notebook: Mapping[str, Any]) -> Iterator[str]:
    language = _language(notebook)
    sheets = [notebook, *_objects(notebook.get("worksheets"))]  # of nbformat 3
    for cell in (cell for sheet in sheets for cell in _objects(sheet.get("cells"))):
        source = legible(_joined(cell.get("source", cell.get("input")))).strip("\n")
        match cell.get("cell_type"):
            case "markdown":
                yield clean(source)
            case "heading":
                yield f"{'#' * _level(cell.get('level'))} {one_line(source)}"
            case "code":
                yield _fenced(source, language)
                yield _fenced(_outputs(cell), "text")
            case "raw":
                yield escape_tags(source)


def _language(notebook: Mapping[str, Any]) -> str:
    metadata = _object(notebook.get("metadata"))
    info, kernel = _object(metadata.get("language_info")), _object(metadata.get("kernelspec"))
    name = str(info.get("name") or kernel.get("language") or "")
    return name if re.fullmatch(r"[\w+#-]{1,30}", name) else ""


def _level(value: Any) -> int:
    return min(6, max(1, value)) if isinstance(value, int) else 1


def _outputs(cell: Mapping[str, Any]) -> str:
    text = "\n".join(filter(None, map(_output, _objects(cell.get("outputs")))))
    if len(text) <= _LONGEST_OUTPUT:
        return text
    beginning = text[:_LONGEST_OUTPUT]
    return (beginning.rpartition("\n")[0] or beginning) + "\n…"


def _output(output: Mapping[str, Any]) -> str:
    """Its plain text; HTML and pictures are left out."""
    if output.get("output_type") in ("pyerr", "error"):
        return one_line(f"{output.get('ename')}: {output.get('evalue')}")
    data = _object(output.get("data"))
    text = _joined(output.get("text") or data.get("text/plain"))
    return legible(_ESCAPE.sub("", text[: 4 * _LONGEST_OUTPUT])).strip("\n")


def _fenced(text: str, language: str) -> str:
    if not text.strip():
        return ""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _authors(metadata: Mapping[str, Any]) -> Iterator[str]:
    value = metadata.get("authors") or metadata.get("author") or []
    for author in value if isinstance(value, list) else [value]:
        name, email = (
            (author.get("name"), author.get("email")) if isinstance(author, dict) else (str(author), None)
        )
        yield f"{name} <{email}>" if name and email else str(name or email or "")


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
