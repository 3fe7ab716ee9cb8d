"""Jupyter notebooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.notebook import read


def _read(notebook: dict[str, Any]) -> Document:
    return read(json.dumps(notebook).encode(), "a.ipynb")


def test_a_notebook_is_its_markdown_its_code_and_what_it_printed() -> None:
    """Pictures and HTML among the outputs are left out."""
    picture = {"output_type": "display_data", "data": {"image/png": "AAAA", "text/html": "<b>"}}
    notebook = {
        "metadata": {"kernelspec": {"language": "python"}, "authors": [{"name": "Ann Lee"}]},
        "cells": [
            {"cell_type": "markdown", "source": ["# Heat\n", "Of a heap."]},
            {"cell_type": "code", "source": "heat()", "outputs": [{"text": "60\n"}, picture]},
        ],
    }
    assert _read(notebook) == Document(
        text="Of a heap.\n\n```python\nheat()\n```\n\n```text\n60\n```", title="Heat", authors=("Ann Lee",)
    )


def test_the_older_format_is_read() -> None:
    """Cells lay in worksheets, code in `input`, headings in cells of their own."""
    cells = [{"cell_type": "heading", "level": 2, "source": "Heat"}, {"cell_type": "code", "input": "heat()"}]
    assert _read({"nbformat": 3, "worksheets": [{"cells": cells}]}).text == "## Heat\n\n```\nheat()\n```"


def test_long_outputs_are_cut() -> None:
    """The beginning is enough."""
    outputs = [{"text": "line\n" * 1000}]
    text = _read({"cells": [{"cell_type": "code", "source": "", "outputs": outputs}]}).text
    assert text == "```text\n" + "line\n" * 400 + "…\n```"


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"a": 1}'])
def test_other_json_is_no_notebook(data: bytes) -> None:
    """The reason says what is missing."""
    with pytest.raises(UnreadableError, match=r"a\.ipynb: is no notebook"):
        read(data, "a.ipynb")
