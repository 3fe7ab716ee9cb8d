"""Tell the people and titles in a file's properties from what software left there."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.formats.tidy import one_line

_NOT_A_TITLE = re.compile(
    r"""microsoft\ (?:word|powerpoint|excel)\b.*
    | \(?(?:untitled|anonymous|document|presentation|slide|title|none|null|unknown)[\s\d_()-]*
    | (?:table\ of\ )?contents | abstract
    | .*\.(?:docx?|pptx?|xlsx?|pdf|tex|dvi|indd|qxd|rtf|odt|txt|html?)   # the name of a file
    | \S+\.[a-z]{2,8} | (?:file|https?):.*
    | .{0,2} | [\W\d_]*""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT_A_PERSON = re.compile(
    r"""(?:(?:microsoft(?:\ office)?|windows|default)\s*)?(?:user|admin|administrator|owner)
    | \(?(?:unknown|anonymous|unspecified)\)? | root | author | none | null
    | python-docx | microsoft(?:\ office)?
    | [\W\d_]*""",
    re.IGNORECASE | re.VERBOSE,
)


def plausible_title(text: str | None) -> str | None:
    """Return the title, unless it is a file name, a placeholder or nothing that can be read."""
    title = one_line(text or "")
    return None if _NOT_A_TITLE.fullmatch(title) else title


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of people among these, each once, in their order."""
    cleaned = (one_line(name, 200) for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if not _NOT_A_PERSON.fullmatch(name)))


def split_people(text: str) -> list[str]:
    """Split a list of names written as one text; "Last, First" stays one name."""
    names: list[str] = []
    for part in re.split(r"\s*;\s*|\s+(?:and|&)\s+", one_line(text, 5000)):
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        names += pieces if len(pieces) > 1 and _are_names(pieces) else [part]
    return [name for name in names if name]


def _are_names(pieces: list[str]) -> bool:
    """Whether each piece is a full name, or each is a handle such as `jdoe`."""
    return all(" " in piece for piece in pieces) or all(
        piece.islower() and " " not in piece for piece in pieces
    )
