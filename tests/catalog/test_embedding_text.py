import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.embedding_text import embedding_text, plain, plain_text


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        pytest.param("no  marks\nat all", "no marks at all", id="white-space"),
        pytest.param("**a** *b* __c__ _d_ ***e*** ~~f~~", "a b c d e f", id="emphasis"),
        pytest.param(
            "snake_case, 2 * 3 * 4, *args, **kwargs",
            "snake_case, 2 * 3 * 4, *args, **kwargs",
            id="no-emphasis",
        ),
        pytest.param("run `a_b * c_d` or ``x ` y``", "run a_b * c_d or x ` y", id="code"),
        pytest.param('[text](http://x.org/a_(b) "title") and [more][ref]', "text and more", id="links"),
        pytest.param("[gone]() [sic](an aside)", "gone [sic](an aside)", id="brackets-that-are-no-link"),
        pytest.param("![a pump](pump.png)", "a pump", id="image"),
        pytest.param("[![a pump](pump.png)](http://x.org)", "a pump", id="linked-image"),
        pytest.param(
            "<https://x.org/_a_> or https://x.org/_b_",
            "https://x.org/_a_ or https://x.org/_b_",
            id="addresses",
        ),
        pytest.param("<b>bold</b><br>next<!-- hidden -->", "bold next", id="html"),
        pytest.param("ssh <username>, List<String>", "ssh <username>, List<String>", id="placeholders-stay"),
        pytest.param("R&amp;D, &lt;b&gt;, `&amp;`", "R&D, <b>, &amp;", id="entities-but-not-in-code"),
        pytest.param(r"\*not bold\* C:\dir", r"*not bold* C:\dir", id="escapes"),
        pytest.param("proved[^1]", "proved", id="footnote"),
        pytest.param(
            "&#xE000;7&#xE001; \ue0000\ue001 `x`",
            "\ue0007\ue001 \ue0000\ue001 x",
            id="private-use-characters",
        ),
    ],
)
def test_inline_markdown_becomes_readable(markdown: str, expected: str) -> None:
    """People read words, not marks."""
    assert plain(markdown) == expected


def test_blocks_become_lines() -> None:
    """Each block, table row and line of code is a line; rules, fences and reference addresses go."""
    markdown = """\
## Fit *it*

- [x] Oil the **seal**
  well.

| part | size |
|------|------|
| a\\|b | 3   |

```py
x = a_b * c_d
```

> Quoted
> - twice

---
[ref]: http://x.org "Title"
"""
    assert plain_text(markdown) == (
        "Fit it\nOil the seal well.\npart; size\na|b; 3\nx = a_b * c_d\nQuoted\ntwice"
    )


def test_embedding_text_leads_with_title_and_headings() -> None:
    """Title, heading path and text stand on lines of their own."""
    assert embedding_text("Pumps", ["Care", "Seals"], "Oil **them**.") == "Pumps\nCare > Seals\nOil them."


def test_embedding_text_says_nothing_twice() -> None:
    """A heading like the title is left out of the path, and headings in the path out of the text."""
    text = "# Pumps\n\n## Seals\n\nOil them.\n\n## Valves\n\nDo not."
    assert embedding_text("Pumps", ["PUMPS", "Seals"], text) == "Pumps\nSeals\nOil them.\nValves\nDo not."


def test_embedding_text_without_title_or_heading() -> None:
    """What is missing leaves no empty line."""
    assert embedding_text("", (), "Oil them.") == "Oil them."


@given(st.text(st.sampled_from("ab *_~`[]()!<>&;#\\\n|-\ue000\ue001" + "0"), max_size=60))
def test_any_text_becomes_one_line(markdown: str) -> None:
    """No text makes it fail, and no line break is left."""
    assert "\n" not in plain(markdown)
    plain_text(markdown)


@pytest.mark.parametrize("mark", ["[", "[a](", "**a ", "<!--", "<a ", "![a", '[a](b "', "[a]: b ("])
def test_hostile_repetition_is_harmless(mark: str) -> None:
    """A mark that is opened ten thousand times and never closed is text like any other."""
    assert plain(mark * 10_000) == (mark * 10_000).strip()
