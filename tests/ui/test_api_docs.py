"""The reference of the API, held to its description."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ui.described import DESCRIPTION, OPERATIONS
from ui.problems import NOT_READY, PROBLEMS, REQUEST, TOO_LARGE, TOO_SLOW, UNEXPECTED
from ui.reference_page import reference_page
from ui.reference_text import MARK, reference

_DOCS = Path(__file__).parents[2] / "docs"
_API = (_DOCS / "api.md").read_text(encoding="utf-8")


def test_the_reference_is_what_the_description_says() -> None:
    """If it is not: `python -m ui.reference` brings it up to date."""
    _, mark, rest = _API.partition(MARK)

    assert (mark, rest) == (MARK, f"\n\n{reference(DESCRIPTION)}")


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_address_is_in_the_reference(name: str) -> None:
    """With whatever it takes."""
    method, path, operation = OPERATIONS[name]
    found = re.search(rf"^### `{method} {re.escape(path)}`$(.*?)(?=^##|\Z)", _API, re.MULTILINE | re.DOTALL)

    assert found
    assert [
        one["name"] for one in operation.get("parameters", ()) if f"| `{one['name']}` |" not in found[1]
    ] == []


def test_every_error_is_listed() -> None:
    """Those that every face has, and those of HTTP alone."""
    told = (_DOCS / "errors.md").read_text(encoding="utf-8")
    alone = (REQUEST, TOO_LARGE, TOO_SLOW, NOT_READY, UNEXPECTED)

    assert [one.name for one in (*PROBLEMS.values(), *alone) if f"`{one.name}`" not in told] == []


def test_the_reference_is_served_as_a_page_that_loads_nothing() -> None:
    """No script, no style and no picture from anywhere; links stay within it."""
    page = reference_page(DESCRIPTION)

    assert re.findall(r"<(script|link|img|iframe)\b|@import|url\(", page) == []
    assert {found for found in re.findall(r'href="([^"]*)"', page) if not found.startswith("#")} == set()
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(re.findall(r'id="([^"]*)"', page))
    assert "<h3" in page
