"""The page Contribute, and the word about what helped, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from catalog.settings import Settings
from tests.ui.browser import CHROMIUM, press, serving, visit
from tests.ui.club import make_club

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

expect = sync_api.expect

BAD: FilePayload = {"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"%PDF nonsense"}
GUIDE: FilePayload = {
    "name": "guide.md",
    "mimeType": "text/markdown",
    "buffer": b"# Fig guide\n\nPrune in winter.\n",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the library's owner."""
    return make_club(tmp_path_factory.mktemp("contribute"))


@pytest.fixture(scope="module")
def url(settings: Settings) -> Iterator[str]:
    """Where the owner's pages are."""
    with serving(settings) as url:
        yield url


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """The page as its owner sees it."""
    with visit(browser, url) as page:
        yield page


def test_a_lesson_is_written_found_judged_and_withdrawn(page: Page) -> None:
    """What is like it comes up meanwhile; HTML in it is text."""
    page.get_by_role("link", name="Contribute").click()
    page.get_by_label("Title").fill("The zymurgic roof <b>flew</b> off")
    page.get_by_label("What happened").fill("A storm took a shed roof sheet.")
    page.get_by_label("What to do").fill('Screw zymurgic sheets down. <img src=x onerror="alert(1)">')
    page.get_by_label("Who wrote it?").fill("Ann Lee")
    page.get_by_label("Who wrote it?").press("Enter")
    expect(page.get_by_role("link", name="Shed roof flew off")).to_be_visible()
    press(page.get_by_role("button", name="Add the lesson"))
    expect(page.get_by_text("Your lesson is there")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("")

    page.get_by_role("link", name="Ask").click()
    page.get_by_label("Question").fill("how are zymurgic sheets screwed down?")
    page.get_by_label("Question").press("Enter")
    expect(page.locator(".answer")).to_contain_text("Screw zymurgic sheets down.")
    expect(page.get_by_role("link", name="Ann Lee").first).to_be_visible()
    page.get_by_role("button", name="It did not").click()
    page.get_by_label("Because …").fill("Which screws?")
    page.get_by_label("Because …").press("Enter")
    expect(page.get_by_role("button", name="✓ It did not")).to_be_visible()

    page.get_by_role("link", name="Community").click()
    expect(page.get_by_text("did not help 1 person")).to_be_visible()
    expect(page.get_by_text("“Which screws?”")).to_be_visible()

    page.get_by_role("link", name="Contribute").click()
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_label("What to do")).to_have_value("Screw zymurgic sheets down.")
    page.get_by_role("button", name="Withdraw …").click()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("You have added nothing yet.")).to_be_visible()


def test_documents_are_uploaded_and_each_is_told(page: Page) -> None:
    """One that is read opens from there and says whether it helped; why another was not read is told."""
    page.get_by_role("link", name="Contribute").click()
    page.get_by_text("Documents", exact=True).click()
    page.locator("input[type=file]").set_input_files([GUIDE, BAD])
    press(page.get_by_role("button", name="Add the documents"))
    expect(page.get_by_text("✓ read")).to_be_visible()
    expect(page.get_by_text("bad.pdf: is damaged")).to_be_visible()
    page.get_by_role("link", name="guide.md").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="It helped").click()
    expect(drawer.get_by_text("Helped 1 of 1 person.")).to_be_visible()


def test_a_guest_is_told_why_they_cannot_write(browser: Browser, settings: Settings) -> None:
    """And what to do; an answer asks them nothing."""
    with (
        serving(settings, "--as", "guest") as url,
        visit(browser, url, at="/?page=contribute") as page,
    ):
        expect(page.get_by_text("You may read here, and not write")).to_be_visible()
        page.goto(f"{url}/?q=Why+is+the+water+in+the+rain+tank+green%3F")
        expect(page.locator(".answer")).to_contain_text("Light makes the water")
        expect(page.get_by_text("Did this answer help?")).to_have_count(0)
