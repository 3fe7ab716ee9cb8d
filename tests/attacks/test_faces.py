"""Every face with every attack: nothing that documents or a language model write does anything.

Only what Copse resolved itself can be clicked: the citations, the titles of items, and the original of an
item that was ingested with its address.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console

from search.results import Checked, Draft, Sentence
from tests.attacks.corpus import EVIL, EXFILTRATION, HIDDEN, UNICODE, Attack, each
from tests.ui.replies import NAMES, hostile, make_reply
from ui.markdown import reply_markdown
from ui.schemas import AnswerOut, ReplyOut
from ui.terminal import show_brief_reply, show_reply
from ui.terminal_markdown import InertMarkdown
from ui.view.draft import Drafted, draft_view
from ui.view.parts import Surroundings
from ui.view.place import Place
from ui.view.rendered import render
from ui.view.reply import reply_view
from ui.view.tags import join

ORIGINAL = "https://club.example/paint?a=1&b=%282%29"
"""The one address on the web that the reply's items have."""

_AROUND = Surroundings(Place(question="green"), {})
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")
_UNSEEN = re.compile("[\U000e0000-\U000e01ef]")
_INERT = frozenset(
    [
        "a",
        "aside",
        "b",
        "button",
        "code",
        "div",
        "em",
        "form",
        "h1",
        "h2",
        "h3",
        "input",
        "label",
        "li",
        "mark",
        "nav",
        "ol",
        "p",
        "pre",
        "s",
        "section",
        "span",
        "strong",
        "svg",
        "title",
        "path",
        "ul",
        "br",
        "details",
        "summary",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "h4",
        "h5",
        "h6",
        "hr",
    ]
)


def _replies(attack: Attack) -> Iterator[ReplyOut]:
    """The attack in every field of a reply: worded by a model, and quoted."""
    worded = hostile(f"{attack.text} {attack.obeyed}")
    yield worded
    yield worded.model_copy(update={"answer": worded.answer.model_copy(update={"model": None})})


def _printed(show: object, *what: object) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, markup=False, highlight=False)
    if callable(show):
        show(console, *what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@each((*EXFILTRATION, *UNICODE))
def test_a_terminal_does_nothing_of_it(attack: Attack) -> None:
    """No sequence but those of colours, no hyperlink, nothing that turns or hides the writing."""
    for reply in _replies(attack):
        for told in (
            _printed(show_reply, reply, NAMES),
            _printed(show_brief_reply, reply, NAMES),
            _printed(lambda console, text: console.print(InertMarkdown(text)), attack.text),
        ):
            rest = re.sub(r"\x1b\[[0-9;]*m", "", told)
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", rest)
            assert not _DIRECTION.search(rest)
            assert not _UNSEEN.search(rest)


def _tokens(markdown: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        yield token
        yield from token.children or ()


@each((*EXFILTRATION, *UNICODE, *HIDDEN))
def test_markdown_for_a_wiki_has_no_image_and_no_link_of_theirs(attack: Attack) -> None:
    """Nor HTML; and what readers turn into links by themselves is code."""
    for reply in _replies(attack):
        tokens = list(_tokens(reply_markdown(reply, NAMES)))
        text = " ".join(token.content for token in tokens if token.type == "text")

        assert {token.attrs["href"] for token in tokens if token.type == "link_open"} == {ORIGINAL}
        assert {token.type for token in tokens}.isdisjoint({"image", "html_inline", "html_block"})
        assert not re.search(rf"(?:https?:|www\.|@){EVIL}|https?://", text)
        assert not _UNSEEN.search(text)


@each((*EXFILTRATION, *UNICODE, *HIDDEN))
def test_the_page_can_be_clicked_only_where_copse_leads(attack: Attack) -> None:
    """Every link of a reply leads to an item within the page; nothing in it loads or runs."""
    for reply in _replies(attack):
        html = join(reply_view(reply, _AROUND))
        soup = BeautifulSoup(html, "html.parser")

        assert {tag.name for tag in soup.find_all(True)} <= _INERT
        assert all(str(link.get("href", "?")).startswith("?") for link in soup.find_all("a"))
        assert not soup.find_all(src=True)
        assert not any(name.startswith("on") for tag in soup.find_all(True) for name in tag.attrs)
        assert not _DIRECTION.search(html)
        assert not _UNSEEN.search(html)


@each((*EXFILTRATION, *UNICODE, *HIDDEN))
def test_an_open_post_loads_and_runs_nothing(attack: Attack) -> None:
    """Its links to the web stay, because a reader has opened it; they tell nobody where the reader was."""
    soup = BeautifulSoup(str(render(attack.text)), "html.parser")

    assert {tag.name for tag in soup.find_all(True)} <= _INERT
    assert not soup.find_all(src=True)
    for link in soup.find_all("a", href=True):
        assert str(link["href"]).startswith(("https://", "http://", "mailto:"))
        assert link["rel"] == ["noopener", "noreferrer", "nofollow"]
    assert not _DIRECTION.search(str(soup))


@each(EXFILTRATION)
def test_a_draft_is_text(attack: Attack) -> None:
    """Also what is struck through."""
    drafted = Drafted()
    drafted.add(Draft(attack.obeyed))
    drafted.add(Checked(attack.obeyed, "its sources do not say so"))
    soup = BeautifulSoup(str(draft_view(drafted)), "html.parser")

    assert {tag.name for tag in soup.find_all(True)} <= {"section", "h2", "p", "s"}


@each((*EXFILTRATION, *UNICODE))
def test_json_is_data(attack: Attack) -> None:
    """What was written comes through as a string, and every form stays valid."""
    for reply in _replies(attack):
        read = json.loads(reply.model_dump_json())

        assert ReplyOut.model_validate(read) == reply
        assert read["answer"]["sentences"][0]["text"] == reply.answer.sentences[0].text


def test_a_number_of_no_source_leads_nowhere() -> None:
    """Fake citations are text; a reply links the sources that it has."""
    reply = make_reply(sentences=(Sentence("Pirates rule. [99] [1](x)", (1,)),), disagreements=())
    soup = BeautifulSoup(join(reply_view(reply, _AROUND)), "html.parser")
    chips = [link.get_text() for link in soup.select(".sentence a")]

    assert chips == ["[1]"]


@pytest.mark.parametrize("field", ["reason", "completed"])
def test_what_is_told_about_an_answer_is_text(field: str) -> None:
    """Whatever an asker or a server writes."""
    answer: AnswerOut = make_reply(**{field: "<img src=//evil.example> [x](//evil.example)"}).answer
    html = join(reply_view(make_reply().model_copy(update={"answer": answer}), _AROUND))

    assert "<img" not in html
    assert "&lt;img src=//evil.example&gt;" in html
