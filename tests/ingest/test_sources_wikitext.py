"""Wikitext as Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources.mediawiki.wikitext import read_wikitext, title_of_link

TABLE = """{| class="wikitable"
|+ Tanks
! Kind !! style="width:2em" | Litres
|-
| Small || 200
|-
| [[Large tank|Large]]
with a lid
| 1000
{| class="inner"
| nested
|}
|}"""


@pytest.mark.parametrize(
    ("wikitext", "markdown"),
    [
        ("== Head ''er'' ==\nText.", "## Head er\n\nText."),
        ("'''a''' ''b'' '''''c'''''", "**a** *b* ***c***"),
        ("* a\n** b\n# c\n#: d", "- a\n   - b\n1. c\n   d"),
        ("; term : what it is", "**term**\n\nwhat it is"),
        ("see [[Rain tank#Lid|the lid]]s and [[:Category:Water]]", "see the lids and Category:Water"),
        ("[https://x.example/a?b=1 text] and [https://x.example]",
         "[text](https://x.example/a?b=1) and <https://x.example>"),
        ("[[File:a.png|thumb|200px|A [[tank]]]]Text [[Image:b.png|thumb]]", "A tank Text"),
        (" code <u>one\n code two\nText", "```\ncode one\ncode two\n```\n\nText"),
        ('<syntaxhighlight lang="python">a = "[[b]]"</syntaxhighlight>', '```python\na = "[[b]]"\n```'),
        ("a <nowiki>''[[b]]''</nowiki> <code>x|y</code>", "a ''[[b]]'' `x|y`"),
        ("a<ref name=x>[http://y b]</ref><ref name=x /><!-- c -->.", "a."),
        ("{{Stub}} Text __TOC__", "Text"),
        ("{{convert|5|km}} and {{quote|text=no|1=yes}}", "5 km and yes"),
        ("{{Infobox\n| volume = 200 {{unit|l}}\n| image = a.png\n}}Text", "- volume: 200 l\n\nText"),
        ("{{#if: x | then | else}} {{{1|default}}} {{!}}", "then default |"),
        ("a &lt;script&gt; <span style='x'>b</span> <br> c", "a &lt;script> b\nc"),
        (TABLE, "**Tanks**\n\n| Kind | Litres |\n| --- | --- |\n| Small | 200 |"
         "\n| Large with a lid | 1000 nested |"),
        ("{{open [[a|b", "{{open [[a|b"),
        ("a]] b}} |c", "a]] b}} |c"),
    ],
)  # fmt: skip
def test_markup_becomes_markdown(wikitext: str, markdown: str) -> None:
    """What MediaWiki would show as text, in its order."""
    assert read_wikitext(wikitext).markdown == markdown


def test_links_and_categories_are_gathered() -> None:
    """Each once, with the names that the wiki itself gives its namespaces."""
    found = read_wikitext("[[a]] [[A#b|c]] [[Kategorie:Water|*]] {{x|[[d_e]]}}", {"kategorie": 14})
    assert (found.links, found.categories) == (("A", "D e"), ("Water",))


def test_titles_are_written_as_mediawiki_does() -> None:
    """Underscores are spaces, and the first letter is upper case."""
    assert title_of_link(":rain_tank &amp; co#Lid") == "Rain tank & co"


MARKUP = (
    "{{",
    "}}",
    "[[",
    "]]",
    "{|",
    "|}",
    "|-",
    "|",
    "!!",
    "\n",
    "'''",
    "==",
    "*",
    "#",
    ":",
    " ",
    "a",
    "=",
)
TAGS = ("<ref>", "</ref>", "<pre>", "</pre>", "<nowiki>", "<!--", "-->", "<br>", "\ue000", "1", "\ue001")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(MARKUP + TAGS), max_size=60))
def test_any_markup_gives_text(pieces: list[str]) -> None:
    """Nothing fails, and nothing that this reader put aside shows."""
    assert "\ue000" not in read_wikitext("".join(pieces)).markdown
