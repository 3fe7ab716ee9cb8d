"""The web page, served by a real process and driven in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from catalog.settings import Settings
from tests.search.llm_server import falls_silent, serve
from tests.ui.browser import CHROMIUM, serving, visit
from tests.ui.club import make_club

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

expect = sync_api.expect

GREEN = "Why is the water in the rain tank green?"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the library's owner."""
    return make_club(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def owner_url(settings: Settings) -> Iterator[str]:
    """Where the page is that the owner sees."""
    with serving(settings) as url:
        yield url


@pytest.fixture(scope="module")
def guest_url(settings: Settings) -> Iterator[str]:
    """Where the page is that a guest sees."""
    with serving(settings, "--as", "guest") as url:
        yield url


@pytest.fixture
def page(browser: Browser, owner_url: str) -> Iterator[Page]:
    """The page as its owner sees it."""
    with visit(browser, owner_url) as page:
        yield page


@pytest.fixture
def guest_page(browser: Browser, guest_url: str) -> Iterator[Page]:
    """The page as a guest sees it."""
    with visit(browser, guest_url) as page:
        yield page


def _ask(page: Page, question: str) -> None:
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")


def test_the_page_says_what_one_can_ask(page: Page) -> None:
    """An example that was solved here, and how much there is."""
    expect(page.get_by_text("6 practices from 4 people in 2 communities")).to_be_visible()
    page.get_by_role("link", name=GREEN).click()

    expect(page.get_by_label("Question")).to_have_value(GREEN)
    expect(page.locator(".answer")).to_contain_text("Light makes the water in the rain tank green.")


def test_an_answer_comes_with_sources_people_and_past_problems(page: Page) -> None:
    """All from one question, which is in the address."""
    _ask(page, GREEN)

    expect(page.locator(".answer")).to_contain_text("Light makes the water in the rain tank green.")
    expect(page.locator(".experts h3").first).to_have_text("Gwen")
    expect(page.locator(".similar li").first).to_contain_text("✓ solved")
    expect(page.locator(".similar li").first).to_contain_text("Gwen, May 2023")
    assert page.url.endswith("/?q=Why+is+the+water+in+the+rain+tank+green%3F")


def test_past_questions_come_up_while_one_is_typed(page: Page) -> None:
    """From the third word on; keys choose one, which is asked then, and Escape puts them away."""
    box = page.get_by_role("combobox", name="Question")
    offered = page.get_by_role("option")
    box.press_sequentially("the green ")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("water")
    expect(offered.filter(has_text=GREEN)).to_have_count(1)

    box.press("Escape")
    expect(offered).to_have_count(0)
    expect(box).to_have_value("the green water")

    box.press_sequentially(" in")
    expect(offered.filter(has_text=GREEN)).to_have_count(1)
    chosen = next(at for at, text in enumerate(offered.all_inner_texts()) if GREEN in text)
    for _ in range(chosen + 1):
        box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", f"suggestion-{chosen}")
    box.press("Enter")

    expect(box).to_have_value(GREEN)
    expect(box).to_be_focused()
    expect(page.locator(".answer")).to_contain_text("Light makes the water in the rain tank green.")


def test_an_answer_is_copied_with_its_citations(page: Page) -> None:
    """As Markdown; and its address by itself."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _ask(page, GREEN)
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.get_by_text("Copied, with its citations")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")

    page.get_by_role("button", name="Share link").click()
    expect(page.get_by_text("The link is copied")).to_be_visible()

    assert copied.startswith(f"# {GREEN}\n")
    assert "Light makes the water in the rain tank green. [1]" in copied
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_citation_opens_the_passage_with_the_quoted_sentence_marked(page: Page) -> None:
    """In its item, beside which the rest of the thread stands; closing leads back to the answer."""
    _ask(page, GREEN)
    page.get_by_role("link", name="[1]").first.click()
    item = page.get_by_role("dialog")

    expect(item.locator("h1")).to_have_text(GREEN)
    expect(item.locator("mark.quote").first).to_have_text("Light makes the water in the rain tank green.")
    expect(item.locator("mark.quote").first).to_be_in_viewport()
    expect(item.locator("mark.passage").first).to_be_visible()
    expect(item.locator(".thread")).to_contain_text("The water in our rain tank turned green in a week.")

    page.keyboard.press("Escape")
    expect(item).to_have_count(0)
    expect(page.locator(".answer")).to_be_visible()
    expect(page).not_to_have_url(re.compile("item="))


def test_an_address_with_an_open_item_can_be_shared(page: Page, owner_url: str) -> None:
    """It shows the same to whoever may read it."""
    page.goto(f"{owner_url}/?q=shed+roof&item=club/garden/lessons.csv:L1")

    expect(page.get_by_role("dialog").locator("h1")).to_have_text("Shed roof flew off")
    expect(page.locator(".st-key-reply")).to_be_visible()


def test_going_back_goes_back(page: Page) -> None:
    """From an open post to the answer, and to the empty page."""
    _ask(page, GREEN)
    page.get_by_role("link", name="[1]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()

    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_back()
    expect(page.get_by_label("Question")).to_have_value("")
    expect(page.locator(".start")).to_be_visible()


def test_filters_narrow_what_is_found(page: Page) -> None:
    """And are part of the address."""
    _ask(page, "green compost")
    expect(page.locator(".st-key-reply")).to_contain_text("Compost recipe")
    page.get_by_label("Kind").click()
    page.get_by_role("option", name="Question").click()

    expect(page.locator(".st-key-reply")).not_to_contain_text("Compost recipe")
    expect(page).to_have_url(re.compile("kind=question"))


def test_an_unknown_matter_looks_different_from_an_answer(page: Page) -> None:
    """Copse says that it does not know."""
    _ask(page, "zymurgy quokka")

    expect(page.get_by_role("heading", name="We don’t know")).to_be_visible()
    expect(page.locator(".answer")).to_have_count(0)


def test_what_nobody_has_answered_is_offered_to_whoever_comes(page: Page, owner_url: str) -> None:
    """By a link that asks it again."""
    _ask(page, "zymurgy quokka")
    expect(page.get_by_text("kept among the open questions")).to_be_visible()
    page.goto(owner_url)
    page.locator(".gaps").get_by_role("link", name="zymurgy quokka").click()

    expect(page.get_by_label("Question")).to_have_value("zymurgy quokka")
    expect(page.get_by_role("heading", name="We don’t know")).to_be_visible()


def test_a_follow_up_goes_on_with_the_conversation(page: Page) -> None:
    """The address carries it, so that going back goes back; the reader's place is the new answer."""
    _ask(page, GREEN)
    page.get_by_label("Ask a follow-up").fill("And how do we stop it?")
    page.keyboard.press("Enter")
    trail = page.get_by_role("navigation", name="The conversation so far")

    expect(trail.get_by_role("listitem")).to_have_text([GREEN, "And how do we stop it?"])
    expect(page.locator(".completed")).to_have_text(f"Understood as: {GREEN} And how do we stop it?")
    expect(page.locator(".st-key-reply h2").first).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?before=Why\+.*&q=And\+how"))

    page.go_back()
    expect(trail).to_have_count(0)
    expect(page.get_by_label("Question")).to_have_value(GREEN)


def test_a_filter_stays_within_the_conversation(page: Page, owner_url: str) -> None:
    """Which an address shows to whoever opens it."""
    page.goto(f"{owner_url}/?before=Why+is+the+water+green%3F&q=And+how+do+we+stop+it%3F")
    expect(page.locator(".trail")).to_be_visible()
    page.get_by_label("Kind").click()
    page.get_by_role("option", name="Answer").click()

    expect(page).to_have_url(re.compile("before=Why.*kind=answer"))
    expect(page.locator(".trail")).to_be_visible()


def test_a_question_in_the_main_box_begins_another_conversation(page: Page, owner_url: str) -> None:
    """Nothing of the one before is in its address."""
    page.goto(f"{owner_url}/?before=Why+is+the+water+green%3F&q=And+how+do+we+stop+it%3F")
    expect(page.locator(".trail")).to_be_visible()
    _ask(page, GREEN)

    expect(page.locator(".trail")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("before="))


def test_a_draft_is_shown_as_text_until_the_answer_is_there(browser: Browser, settings: Settings) -> None:
    """Nothing that a language model writes becomes a picture or a link; and it is asked once."""
    hostile = "<img src=x onerror=alert(1)> ![](http://evil.example/x.png) [click](http://evil.example)"
    kept = ("Light makes the water in the rain tank green [1]. ", "Paint the rain tank black [1]. ")
    silent = falls_silent(*kept, "Mine has been clear for years [1]. ", f"{hostile} quokka [1]. ")
    with (
        serve(silent) as server,
        serving(settings, COPSE_LLM_URL=server.url, COPSE_LLM_MODEL="tiny") as url,
        visit(browser, url, patient=False) as page,
    ):
        _ask(page, GREEN)
        draft = page.locator(".draft")
        expect(draft.get_by_role("heading")).to_have_text("A draft that is still being checked")
        expect(draft).to_contain_text("img src=x onerror=alert(1)")
        expect(draft).not_to_contain_text("evil.example")
        expect(draft.locator("img, a")).to_have_count(0)

        server.go_on.set()
        expect(page.locator(".answer")).to_contain_text("Worded by tiny; every sentence was checked")
        expect(page.locator(".answer")).to_contain_text("Light makes the water in the rain tank green.")
        expect(page.locator(".answer img, .answer a[href^=http]")).to_have_count(0)
        expect(draft).to_have_count(0)

        page.get_by_role("link", name="[1]").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert len(server.requests) == 1


def test_text_of_a_document_stays_text(page: Page, owner_url: str) -> None:
    """No script runs, no image is fetched, and a link leads to the web only."""
    page.goto(f"{owner_url}/?item=club:garden/compost.md")
    text = page.get_by_role("dialog").locator(".body").first

    expect(text).to_contain_text("a heap")
    expect(text.locator("img, script")).to_have_count(0)
    expect(text.locator("a[href]")).to_have_count(1)
    expect(text.locator("a[href]")).to_have_attribute("rel", "noopener noreferrer nofollow")
    assert "hacked" not in page.title()


def test_a_wrong_address_is_explained(page: Page, owner_url: str) -> None:
    """Without a traceback."""
    page.goto(f"{owner_url}/?item=club:nothing")

    expect(page.get_by_role("alert")).to_contain_text("club:nothing: no such item, or not yours to read")


def test_owner_sees_that_a_community_is_private(page: Page) -> None:
    """By a small lock beside its name."""
    expect(page.locator(".shelves li", has_text="Board").get_by_role("img")).to_be_visible()


def test_guest_sees_nothing_of_a_private_community(guest_page: Page, guest_url: str) -> None:
    """Neither its name, nor its texts, nor one of its items by address."""
    expect(guest_page.get_by_text("5 practices from 4 people in 1 community")).to_be_visible()
    expect(guest_page.get_by_text("Board", exact=True)).to_have_count(0)

    _ask(guest_page, "rent of the meadow in June")
    expect(guest_page.locator(".st-key-reply")).to_be_visible()
    expect(guest_page.locator(".st-key-reply")).not_to_contain_text("Minutes")

    guest_page.goto(f"{guest_url}/?item=club:board/minutes.md")
    expect(guest_page.get_by_role("alert")).to_contain_text("no such item, or not yours to read")


def test_the_page_fits_a_telephone(page: Page) -> None:
    """Nothing is wider than a screen of 380 pixels."""
    page.set_viewport_size({"width": 380, "height": 800})
    _ask(page, GREEN)
    expect(page.locator(".answer")).to_be_visible()

    expect(page.get_by_label("Ask a follow-up")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 380
