"""The YAML front matter of a Markdown file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from catalog.errors import UnreadableError
from ingest.formats.tidy import json_value

_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)

_ADVICE = "correct the YAML, or close it with a line of three dashes"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's safe loader, with dates left as the file writes them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def split_front_matter(text: str, name: str) -> tuple[dict[str, Any], str]:
    """Separate the YAML front matter from the body; without front matter it is empty.

    Raises:
        UnreadableError: If the front matter is broken; the reason names the line.
    """
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    first_line = text.count("\n", 0, match.start(1)) + 1
    values = _load(match[1], name, first_line)
    if values is None:
        return {}, text[match.end() :]
    if not isinstance(values, Mapping):
        return {}, text
    try:
        meta: dict[str, Any] = json_value(values)
    except ValueError as error:
        raise UnreadableError(name, f"its front matter {error}; shorten it") from error
    return meta, text[match.end() :]


def _load(front: str, name: str, first_line: int) -> object:
    try:
        return yaml.load(front, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        reason = f"its front matter is broken at line {line} ({error.problem}); {_ADVICE}"
        raise UnreadableError(name, reason) from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        reason = f"its front matter, from line {first_line}, is broken; {_ADVICE}"
        raise UnreadableError(name, reason) from error
