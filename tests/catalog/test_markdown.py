import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.markdown import BlockKind, blocks, cells

SAMPLE = """\
Pumps {#pumps}
=====

Check the seal
first.
## Steps ##
- Drain it.
  Wait a minute.
- [x] Open it.

  Mind the spring.

| tool | size |
|------|-----:|
| key  | 12   |

```sh
# not a heading

make
```
> Said by
> the maker.
***
    indented code
"""


def shown(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, text[block.start : block.end]) for block in blocks(text)]


def test_every_kind_of_block_is_found() -> None:
    """Blocks come in order, each with its lines and without the white space around it."""
    assert shown(SAMPLE) == [
        ("heading", "Pumps {#pumps}\n====="),
        ("paragraph", "Check the seal\nfirst."),
        ("heading", "## Steps ##"),
        ("item", "- Drain it.\n  Wait a minute."),
        ("item", "- [x] Open it."),
        ("paragraph", "Mind the spring."),
        ("table", "| tool | size |\n|------|-----:|\n| key  | 12   |"),
        ("code", "```sh\n# not a heading\n\nmake\n```"),
        ("quote", "> Said by\n> the maker."),
        ("rule", "***"),
        ("code", "indented code"),
    ]


def test_headings_have_a_level_and_a_title() -> None:
    """The marks of a heading, and the anchor after it, are no part of its title."""
    found = [(block.level, block.title) for block in blocks(SAMPLE) if block.kind is BlockKind.HEADING]
    assert found == [(1, "Pumps"), (2, "Steps")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("C#\n#hashtag", [("paragraph", "C#\n#hashtag")], id="hash-without-space-is-text"),
        pytest.param("in\n1998. The", [("paragraph", "in\n1998. The")], id="year-at-line-start-is-text"),
        pytest.param("so:\n1. A", [("paragraph", "so:"), ("item", "1. A")], id="list-after-text"),
        pytest.param("- a\n2. b", [("item", "- a"), ("item", "2. b")], id="item-after-item"),
        pytest.param(
            "a\nb\n---", [("paragraph", "a\nb"), ("rule", "---")], id="rule-under-two-lines-is-no-heading"
        ),
        pytest.param("```\n# a", [("code", "```\n# a")], id="unclosed-fence-runs-to-the-end"),
        pytest.param(
            "~~~\n```\n~~~\nb", [("code", "~~~\n```\n~~~"), ("paragraph", "b")], id="fence-in-fence"
        ),
        pytest.param("a | b", [("paragraph", "a | b")], id="bar-without-delimiter-row-is-text"),
        pytest.param("> a\n\n> b", [("quote", "> a"), ("quote", "> b")], id="two-quotes"),
        pytest.param(" \n\t\n", [], id="white-space-only"),
    ],
)
def test_unclear_lines(text: str, expected: list[tuple[str, str]]) -> None:
    """Lines that look like something else are read as people mean them."""
    assert shown(text) == expected


def test_cells_of_a_row() -> None:
    """Outer bars are optional, and an escaped bar is part of a cell."""
    assert cells("| a | b \\| c |  |") == ["a", "b \\| c", ""]
    assert cells("a|b") == ["a", "b"]


@given(st.text(st.sampled_from("ab #>-=*|`~1.[x]\n\t"), max_size=80))
def test_nothing_visible_is_left_out(text: str) -> None:
    """Whatever the text, blocks rise without overlap and hold every visible character."""
    found = blocks(text)
    at = 0
    for block in found:
        assert text[at : block.start].strip() == ""
        assert text[block.start : block.end].strip() == text[block.start : block.end] != ""
        at = block.end
    assert text[at:].strip() == ""
