"""AsciiDoc."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.documents import Document
from ingest.formats.asciidoc import read


def _text(source: str) -> str:
    return read(source.encode(), "a.adoc").text


def test_the_header_says_what_the_document_is() -> None:
    """Title, author line, revision line and attributes."""
    source = (
        "= Compost\nAnn Lee <ann@x.example>; Bob Ray\nv1.0, 2024-03-14\n:tool: Fork\n:toc:\n\nA {tool}.\n"
    )
    assert read(source.encode(), "a.adoc") == Document(
        text="A Fork.",
        title="Compost",
        authors=("Ann Lee <ann@x.example>", "Bob Ray"),
        created=datetime(2024, 3, 14, tzinfo=UTC),
        meta={"author": "Ann Lee <ann@x.example>; Bob Ray", "revdate": "2024-03-14", "tool": "Fork"},
    )


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        ("== Heat", "## Heat"),
        ("Heat\n----\n\nHot.", "## Heat\n\nHot."),
        ("*bold* `a*b*` <b>", "**bold** `a*b*` &lt;b>"),
        ("See <<x,the part>>, xref:y.adoc[that] and https://x.example[Site^].", None),
        ("NOTE: Careful.", "**Note:** Careful."),
        ("[TIP]\n====\nTurn it.\n====", "**Tip:**\n\nTurn it."),
        ("* a\n** b\n. one", "- a\n   - b\n1. one"),
        ("Heap:: A pile", "- **Heap**: A pile"),
        ("[source,python]\n----\nrun()\n----", "```python\nrun()\n```"),
        ("A\n// no\ninclude::b.adoc[]\nB", "A\nB"),
        ("image::x.png[A heap,200]", "A heap"),
        ("|===\n|A |B\n\n|1\n|2\n|===", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
        ('[cols="2*"]\n|===\n|A\n|B\n2+|1\n|===', "| A | B |\n| --- | --- |\n| 1 |  |"),
        ("|===\nno cells\n|===\nend", "end"),
        (",===\na,b\n1,2\n,===", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ],
)
def test_asciidoc_becomes_markdown(source: str, markdown: str | None) -> None:
    """What has no meaning in Markdown goes, its text stays."""
    assert _text(source) == (markdown or "See the part, that and [Site](https://x.example).")
