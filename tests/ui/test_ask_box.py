"""The question box as HTML, and the buttons that take an answer along."""

from __future__ import annotations

from catalog.nouns import Kind
from ui.api import PREFIX
from ui.view.ask_box import SIMILAR, ask_box_view
from ui.view.place import Place
from ui.view.share import share_view


def test_a_question_is_asked_within_the_bounds_of_the_place() -> None:
    """And begins a conversation; what comes up while it is typed keeps to the same bounds."""
    place = Place(question="why & how?", before=("what?",), kinds=(Kind.LESSON,), item="club:1")

    assert ask_box_view(place, "why is it green?") == (
        '<form class="ask" role="search" data-go>'
        '<input type="hidden" name="kind" value="lesson">'
        '<div class="box">'
        '<input type="text" name="q" id="question" value="why &amp; how?" maxlength="2000" '
        'placeholder="Ask a question, such as: why is it green?" autocomplete="off" role="combobox" '
        'aria-label="Question" aria-autocomplete="list" aria-expanded="false" aria-controls="suggestions" '
        'data-suggest="/api/v1/similar?typing=true&amp;k=5&amp;kind=lesson&amp;q=">'
        '<button type="submit">Ask</button></div>'
        '<ul id="suggestions" role="listbox" aria-label="Asked before" hidden></ul>'
        '<p class="unseen" role="status" aria-live="polite"></p>'
        "</form>"
    )


def test_suggestions_come_from_the_api_of_the_same_address() -> None:
    """The page loads nothing from elsewhere."""
    assert f"{PREFIX}/similar" == SIMILAR


def test_an_answer_can_be_taken_along() -> None:
    """As Markdown with its sources, and as an address."""
    assert share_view(Place(question="green?"), "# green?\n\n“Paint” it.\n") == (
        '<div class="share-row">'
        '<button type="button" data-done="Copied, with its citations" class="quiet" '
        'data-copy="# green?\n\n“Paint” it.\n">Copy with citations</button>'
        '<button type="button" data-done="The link is copied" class="quiet" data-link="?q=green%3F">'
        "Share link</button>"
        '<span role="status" aria-live="polite" class="said"></span></div>'
    )


def test_what_has_no_citations_says_so() -> None:
    """There is still a question, and people to ask."""
    html = share_view(Place(question="green?"), "# green?\n", cited=False)

    assert 'data-done="Copied" class="quiet" data-copy="# green?\n">Copy as Markdown</button>' in html


def test_without_an_answer_there_is_the_address() -> None:
    """There is nothing else to take along."""
    assert "data-copy" not in share_view(Place(question="green?"))
