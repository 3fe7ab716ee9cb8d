"""Markdown with front matter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.documents import BROKEN_FRONT_MATTER, Document
from ingest.formats.markdown import clean, read


def _read(text: str) -> Document:
    return read(text.encode(), "post.md")


def test_front_matter_describes_the_document() -> None:
    """Title, dates and authors come from the front matter, which stays in meta as it is."""
    document = _read(
        "---\n"
        "title: 'Turning compost &#8211; when?'\n"
        "date: 2015-11-20 11:10:26 -0400\n"
        "lastmod: 2016-01-02\n"
        "authors:\n"
        "  - rflagg\n"
        "  - {name: Ana Lima, email: ana@example.org}\n"
        "draft: false\n"
        "---\n"
        "\n"
        "Turn it weekly.\n"
    )
    assert document == Document(
        text="Turn it weekly.",
        title="Turning compost – when?",
        authors=("rflagg", "Ana Lima <ana@example.org>"),
        created=datetime(2015, 11, 20, 15, 10, 26, tzinfo=UTC),
        updated=datetime(2016, 1, 2, tzinfo=UTC),
        meta={
            "title": "Turning compost &#8211; when?",
            "date": "2015-11-20 11:10:26 -0400",
            "lastmod": "2016-01-02",
            "authors": ["rflagg", {"name": "Ana Lima", "email": "ana@example.org"}],
            "draft": False,
        },
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("author: Ana Lima", ("Ana Lima",)),
        ("author: Ana Lima and Ben Roe", ("Ana Lima", "Ben Roe")),
        ("author: Ana Lima, Ben Roe", ("Ana Lima", "Ben Roe")),
        ("author: Lima, Ana", ("Lima, Ana",)),
        ("authors: [ana, ben, ana]", ("ana", "ben")),
        ("author: {slug: ana}", ("ana",)),
        ("author: admin", ()),
        ("author:", ()),
    ],
)
def test_authors_are_names(written: str, expected: tuple[str, ...]) -> None:
    """Authors may be a string, a list or mappings; placeholders are nobody."""
    assert _read(f"---\n{written}\n---\ntext").authors == expected


def test_the_first_heading_is_the_title_without_front_matter() -> None:
    """A heading at the very start is the title, and no longer part of the text."""
    document = _read("# *Turning* compost\n\nWeekly.\n")
    assert (document.title, document.text) == ("Turning compost", "Weekly.")


def test_a_heading_further_down_stays() -> None:
    """The text keeps a title heading that something precedes."""
    document = _read("Weekly.\n\n# Turning\n\nMore.")
    assert (document.title, document.text) == ("Turning", "Weekly.\n\n# Turning\n\nMore.")


def test_a_heading_other_than_the_title_stays() -> None:
    """Only the title itself is removed."""
    document = _read("---\ntitle: Compost\n---\n# Turning\n\nWeekly.")
    assert (document.title, document.text) == ("Compost", "# Turning\n\nWeekly.")


def test_a_comment_in_code_is_no_title() -> None:
    """A hash inside a code block is not a heading."""
    assert _read("```sh\n# install\n```\n").title is None


def test_broken_front_matter_costs_only_itself() -> None:
    """The text is read; the reason names the line, counted from the beginning of the file."""
    document = _read("---\ntitle: a\n\n\nb: c: d\n---\ntext")
    assert document.text == "text"
    assert _broken(document).startswith("its front matter is broken at line 5 (")


def test_front_matter_cannot_construct_objects() -> None:
    """Tags of YAML that make Python objects are refused."""
    document = _read("---\na: !!python/object/apply:os.system [ls]\n---\ntext")
    assert "broken at line 2" in _broken(document)


def test_front_matter_that_multiplies_is_refused() -> None:
    """Aliases of aliases do not fill the memory."""
    bomb = "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join(['*' + last] * 8)}]\n"
        for last, name in zip("abcde", "bcdef", strict=True)
    )
    assert "holds too many values" in _broken(_read(f"---\n{bomb}---\ntext"))


def _broken(document: Document) -> str:
    """Why the front matter could not be read."""
    return str(document.meta[BROKEN_FRONT_MATTER])


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    """Text between two horizontal rules is text."""
    assert _read("---\nJust a line.\n---\nMore.").text == "---\nJust a line.\n---\nMore."


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("a {{< img src='x.png' >}}b", "a b", id="shortcode"),
        pytest.param("{{% note %}}Keep **me**.{{% /note %}}", "Keep **me**.", id="paired shortcodes"),
        pytest.param(
            "see [the guide]({{< ref 'guide.md' >}}) now", "see the guide now", id="link by shortcode"
        ),
        pytest.param("a<!-- hidden -->b", "ab", id="comment"),
        pytest.param("a<script>alert(1)</script>b", "ab", id="script"),
        pytest.param("use `{{< ref >}}` or `<!-- -->`", "use `{{< ref >}}` or `<!-- -->`", id="inline code"),
        pytest.param("```\n<!-- kept -->\n```", "```\n<!-- kept -->\n```", id="code block"),
        pytest.param("it&#8217;s &lt;b&gt;", "it’s &lt;b&gt;", id="entities"),
        pytest.param(
            '<a href="https://x.org/">x</a> <img src=y alt="pic">', "[x](https://x.org/) pic", id="HTML"
        ),
        pytest.param("## Steps {#steps}", "## Steps", id="anchor"),
    ],
)
def test_what_is_not_text_is_removed(raw: str, expected: str) -> None:
    """Shortcodes, comments, scripts and inline HTML go; their text and all code stay."""
    assert clean(raw) == expected


def test_html_tables_and_nested_lists_become_markdown() -> None:
    """Blocks of HTML are converted up to their own end tag."""
    assert (
        _read(
            "Before.\n<ul><li>a<ul><li>b</li></ul></li></ul>\n\nBetween.\n"
            "<table><tr><th>x</th></tr><tr><td>1</td></tr></table>\nAfter."
        ).text
        == "Before.\n\n- a\n  - b\n\nBetween.\n\n| x |\n| --- |\n| 1 |\n\nAfter."
    )


def test_a_file_that_is_nothing_but_a_heading_keeps_it() -> None:
    """Its title is all that it says."""
    document = read(b"# Turn the compost weekly\n", "tip.md")
    assert (document.title, document.text) == ("Turn the compost weekly", "# Turn the compost weekly")
