"""An item as HTML, with the passage that an address names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from catalog.nouns import Contribution, Item, Kind, LinkKind, Role, State
from tests.build import make_item, make_person
from ui.schemas import CommunityOut, PassageOut, thread_out
from ui.service import Opened
from ui.view.item import item_view, window
from ui.view.parts import Surroundings
from ui.view.place import Place, Span

GARDEN = CommunityOut(slug="garden", name="Garden", private=False, items={})


def _shown(
    item: Item,
    *thread: Item,
    at: Span | None = None,
    quotes: Iterable[Span] = (),
    passages: Iterable[Span] = (),
    owner: bool = False,
    no_picture: str | None = None,
) -> str:
    pieces = tuple(
        PassageOut(heading=["Care"], page=2, start=start, end=end, text=item.text[start:end])
        for start, end in passages
    )
    around = Surroundings(Place(item=item.id, at=at, quotes=tuple(quotes)), {"garden": GARDEN}, owner)
    return item_view(Opened(thread_out(item, thread or [item]), pieces, no_picture), around)


def test_the_passage_is_marked_and_its_place_told() -> None:
    """The heading above it and its page, and the quoted sentence."""
    html = _shown(make_item("beds", "Weed. Water."), at=(0, 12), quotes=[(6, 12)], passages=[(0, 12)])

    assert '<p class="where">Care, page 2</p>' in html
    assert '<mark class="quote" id="cited">Water.</mark>' in html


def test_nothing_is_marked_if_the_text_has_changed_since() -> None:
    """Then the characters of the address mean others."""
    html = _shown(make_item("beds", "Weed. Water."), at=(0, 9), quotes=[(6, 9)], passages=[(0, 12)])

    assert "<mark" not in html


def test_a_cited_page_of_a_pdf_is_shown_with_what_is_quoted_from_it() -> None:
    """The picture says the same to whoever does not see it; the text is folded away."""
    item = make_item("beds.pdf", "Weed. Water.")
    html = _shown(item, at=(0, 12), quotes=[(6, 12)], passages=[(0, 12)], no_picture="")

    address = "/api/v1/page-picture?id=notes%3Abeds.pdf&amp;page=2&amp;start=0&amp;end=12&amp;quote=6-12"
    assert (
        '<figure class="cited-page"><blockquote class="prose body"><p>Water.</p></blockquote>'
        f'<a href="{address}" target="_blank" rel="noopener" aria-label="Page 2 as a picture, in a new tab">'
        f'<img src="{address}" alt="Page 2 of Beds.pdf. Marked on it: Water."></a></figure>'
        '<details class="as-text"><summary>The whole text</summary>'
    ) in html
    assert '<mark class="quote" id="cited">Water.</mark>' in html


def test_where_the_file_has_gone_its_text_stands() -> None:
    """With the reason; nothing is said of a document that has no pages to show."""
    values: dict[str, Any] = {"at": (0, 12), "passages": [(0, 12)]}
    gone = _shown(make_item("beds.pdf", "Weed. Water."), no_picture="the file has gone", **values)

    assert "The page cannot be shown: the file has gone. This is its text." in gone
    assert "<img" not in gone
    assert "cannot be shown" not in _shown(make_item("beds.pptx", "Weed. Water."), **values)


def test_a_tag_leads_to_all_practices_that_have_it() -> None:
    """And the item has an address that can be passed on, with what is marked in it."""
    html = _shown(make_item("beds", "Weed. Water.", tags=("clay soil",)), at=(0, 12), quotes=[(6, 12)])

    assert (
        '<p class="tags"><a href="?page=practices&amp;tag=clay+soil" target="_self" data-go class="topic">'
        "#clay soil</a></p>"
    ) in html
    assert 'data-link="?item=notes%3Abeds&amp;at=0-12&amp;quote=6-12"' in html


def test_an_accepted_answer_says_so() -> None:
    """Unless it does not hold any more."""
    answer = make_item("a", kind=Kind.ANSWER, accepted=True)

    assert "✓ accepted" in _shown(answer)
    assert "✓ accepted" not in _shown(make_item("b", kind=Kind.ANSWER, accepted=True, state=State.OUTDATED))


def test_the_accepted_answer_comes_first_in_the_thread() -> None:
    """After the question, before the others."""
    question = make_item("q", "Why?", kind=Kind.QUESTION, thread="q")
    answers = [
        make_item(key, f"Because {key}.", kind=Kind.ANSWER, thread="q", accepted=key == "b") for key in "abc"
    ]
    html = _shown(answers[0], question, *answers)

    rest = html[html.index("The rest of the thread") :]
    assert rest.index("Why?") < rest.index("Because b.") < rest.index("Because c.")
    assert "Because a." not in rest


def test_an_answer_in_an_outdated_thread_carries_a_warning() -> None:
    """It is the question that a community marks."""
    question = make_item("q", "Why?", kind=Kind.QUESTION, thread="q", state=State.OUTDATED)
    answer = make_item("a", "Because.", kind=Kind.ANSWER, thread="q")

    assert "This thread is marked as outdated" in _shown(answer, question, answer)
    assert "Marked as outdated" in _shown(question, question, answer)
    assert "outdated" not in _shown(make_item("other"))


@pytest.mark.parametrize(("owner", "told"), [(True, True), (False, False)], ids=["owner", "guest"])
def test_only_the_owner_is_told_where_a_file_lies(owner: bool, told: bool) -> None:
    """A path says something about somebody's machine."""
    html = _shown(make_item("beds", url="/home/gwen/beds.md"), owner=owner)

    assert ("/home/gwen" in html) is told


def test_texts_of_documents_are_escaped() -> None:
    """Titles, names and tags are text."""
    person = Contribution(make_person("<b>Gwen</b>"), Role.AUTHORED)
    html = _shown(make_item("beds", title="<i>Beds</i>", tags=("<u>",), contributions=(person,)))

    assert not any(element in html for element in ("<i>", "<b>", "<u>"))


def test_of_a_very_long_text_the_part_around_the_passage_is_shown() -> None:
    """Cut between paragraphs, and said so."""
    text = "\n\n".join(f"Paragraph {number:06d}." for number in range(30_000))
    place = text.index("Paragraph 020000.")
    start, end = window(text, place)
    html = _shown(make_item("long", text), at=(place, place + 17), passages=[(place, place + 17)])

    assert text[start:].startswith("Paragraph")
    assert text[:end].endswith(".")
    assert end - start <= 200_000
    assert '<mark class="passage" id="cited">Paragraph 020000.</mark>' in html
    assert f"of {len(text):,} are shown here." in html


def test_what_an_item_points_to_and_its_copies_are_linked() -> None:
    """They open like any other item."""
    item, older, copy = make_item("beds"), make_item("older"), make_item("copy")
    shown = thread_out(item, [item], [(LinkKind.DUPLICATE, older)], [copy])
    html = item_view(Opened(shown, ()), Surroundings(Place(item=item.id), {"garden": GARDEN}))

    assert 'href="?item=notes%3Acopy"' in html[html.index("Also in ") : html.index("Linked")]
    assert 'href="?item=notes%3Aolder"' in html[html.index("Linked") :]
    assert "asked before" in html
