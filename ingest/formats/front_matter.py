"""The YAML front matter of a Markdown file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from catalog.errors import UnreadableError
from ingest.documents import BROKEN_FRONT_MATTER
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

    Of front matter that is broken, only the reason is kept, under `BROKEN_FRONT_MATTER`.
    """
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    first_line = text.count("\n", 0, match.start(1)) + 1
    body = text[match.end() :]
    try:
        values = _load(match[1], name, first_line)
        if values is None:
            return {}, body
        if not isinstance(values, Mapping):
            return {}, text
        return dict(json_value(values)), body
    except UnreadableError as error:
        return {BROKEN_FRONT_MATTER: error.reason}, body
    except ValueError as error:
        return {BROKEN_FRONT_MATTER: f"its front matter {error}; shorten it"}, body


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
