"""The pages of people, topics and requests, served by a real process and driven in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.ui.browser import CHROMIUM, press, serving, visit
from tests.ui.club import make_club

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

expect = sync_api.expect


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page is that the owner sees."""
    with serving(make_club(tmp_path_factory.mktemp("people"))) as url:
        yield url


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """A tab of its owner's, in which nothing is open yet."""
    with visit(browser, url, at=None) as page:
        yield page


def test_the_row_of_pages_leads_to_each_and_back(page: Page, url: str) -> None:
    """Without loading anew; the address says where one is."""
    page.goto(url)
    pages = page.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name="People").click()
    expect(page.get_by_text("4 people")).to_be_visible()
    expect(pages.locator("[aria-current=page]")).to_have_text("People")
    pages.get_by_role("link", name="Topics").click()
    expect(page.get_by_label("See a topic from above")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/\?page=topics$"))

    page.go_back()
    expect(page.get_by_text("4 people")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Question")).to_be_visible()


def test_who_knows_leads_to_evidence_and_to_a_profile(page: Page, url: str) -> None:
    """By keyboard; shares are told in per cents."""
    page.goto(f"{url}/?page=people")
    box = page.get_by_label("Who knows about …?")
    box.fill("green water in the rain tank")
    box.press("Enter")
    expect(page.locator(".experts h3").first).to_have_text("Gwen")
    expect(page.locator(".experts .share").first).to_contain_text("%")
    expect(page).to_have_url(re.compile("page=people&topic=green"))

    page.locator(".experts h3").first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Gwen")).to_be_visible()
    expect(page).to_have_title("People · Copse")


def test_a_profile_shows_what_was_done_when_and_opens_the_best(page: Page, url: str) -> None:
    """Its picture says in words what it shows."""
    page.goto(f"{url}/?page=people&person=Colm")
    expect(page.get_by_text("1 text, in February 2022.")).to_be_visible()
    expect(page.locator("figcaption")).to_contain_text("answers and texts: 1")
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()

    page.locator(".best").get_by_role("link", name="Shed roof flew off").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("h1")).to_have_text("Shed roof flew off")
    drawer.get_by_role("link", name="Colm").first.click()
    expect(drawer).to_have_count(0)
    expect(page.get_by_role("heading", name="Colm")).to_be_visible()


def test_a_topic_shows_who_answers_whom(page: Page, url: str) -> None:
    """And whom to ask."""
    page.goto(f"{url}/?topic=water")
    expect(page.get_by_role("heading", name="water", exact=True)).to_be_visible()
    expect(page.get_by_text("Gwen answered Ines most often")).to_be_visible()
    expect(page.locator(".experts h3").first).to_have_text("Gwen")


def test_whoever_and_whatever_is_unknown_leads_to_the_nearest(page: Page, url: str) -> None:
    """By links, without a traceback."""
    page.goto(f"{url}/?page=people&person=Gwenn")
    page.get_by_role("alert").get_by_role("link", name="Gwen", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("Several people are called “Gwen”.")
    page.get_by_role("alert").get_by_role("link", name="no. 1").click()
    expect(page.get_by_role("heading", name="Gwen")).to_be_visible()

    page.goto(f"{url}/?page=topics&topic=zymurgy+quokka")
    expect(page.get_by_role("alert")).to_contain_text("There is nothing about “zymurgy quokka”")


@pytest.mark.parametrize("address", ["?page=people", "?person=1", "?topic=water", "?page=people&topic=water"])
def test_the_pages_fit_a_telephone(page: Page, url: str, address: str) -> None:
    """Nothing is wider than a screen of 380 pixels."""
    page.set_viewport_size({"width": 380, "height": 800})
    page.goto(f"{url}/{address}")
    expect(page.get_by_text("Gwen").first).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_question_is_put_to_people_and_answered(page: Page, url: str) -> None:
    """From an answer that is none to a reply that stays."""
    page.goto(f"{url}/?q=How+do+I+screw+zymurgy+sheets+down%3F")
    page.get_by_role("button", name="Ask people who may know").click()
    page.get_by_role("link", name="See the request").click()
    expect(page.get_by_role("heading", name="How do I screw zymurgy sheets down?")).to_be_visible()

    page.goto(f"{url}/?page=requests&request=1")
    page.get_by_label("What do you know about it?").fill("With **long** screws.")
    page.get_by_label("Who answers?").fill("Colm")
    press(page.get_by_role("button", name="Answer"))
    expect(page.locator(".replies")).to_contain_text("With long screws.")
    page.get_by_role("button", name="Accept reply 1").click()
    expect(page.locator(".replies")).to_contain_text("✓ accepted")


def test_an_unknown_request_leads_to_all(page: Page, url: str) -> None:
    """Whether it never was, or is not the reader's to see."""
    page.goto(f"{url}/?request=999")
    expect(page.get_by_role("alert")).to_contain_text("There is no request “999” that you may see.")


def test_the_community_is_seen_from_above(page: Page, url: str) -> None:
    """What waits leads to what was written; the map is walked by keyboard, and opens what is chosen."""
    page.goto(f"{url}/?page=community")
    expect(page.get_by_role("heading", name="Waiting for an answer")).to_be_visible()
    area = page.get_by_role("application", name="Map of")
    expect(area.locator(".mark")).not_to_have_count(0)
    area.focus()
    area.press("ArrowRight")
    title = page.locator(".tip b").text_content()
    area.press("Enter")
    expect(page.get_by_role("dialog").locator("h1")).to_have_text(title or "")
    expect(page).to_have_url(re.compile("page=community&item="))


def test_words_stand_out_on_the_map(page: Page, url: str) -> None:
    """What fits is listed, too; a click opens it; what nobody wrote about is said, on a telephone as well."""
    page.goto(f"{url}/?page=community")
    box = page.get_by_label("Find something on the map")
    box.fill("water")
    box.press("Enter")
    expect(page.locator(".mark.fits")).to_have_count(1)
    expect(page.get_by_role("heading", name="1 practice about “water”")).to_be_visible()
    page.locator(".mark.fits").click()
    expect(page.get_by_role("dialog").locator("h1")).to_have_text("Why is the water in the rain tank green?")

    page.set_viewport_size({"width": 380, "height": 800})
    page.goto(f"{url}/?page=community&topic=zymurgy+quokka")
    expect(page.get_by_role("alert")).to_contain_text("Nobody has written about “zymurgy quokka”")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
