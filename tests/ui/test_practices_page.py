"""The page of practices, and pages of a PDF, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from catalog.settings import Settings
from tests.ingest.pdf_files import make_pdf, put_lines
from tests.ui.browser import CHROMIUM, serving, visit
from tests.ui.club import Quiet, make_club
from ui.sync import ingest_path

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

expect = sync_api.expect

TANK = "Paint the rain tank black."


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The club's library, with a PDF."""
    folder = tmp_path_factory.mktemp("practices")
    settings = make_club(folder)
    (folder / "club" / "garden" / "tank.pdf").write_bytes(make_pdf(put_lines((20, 700, TANK))))
    ingest_path(settings, folder / "club", Quiet())
    return settings


@pytest.fixture(scope="module")
def url(settings: Settings) -> Iterator[str]:
    """Where the page is that the owner sees."""
    with serving(settings) as url:
        yield url


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """The page as its owner sees it."""
    with visit(browser, url) as page:
        yield page


def test_practices_are_narrowed_opened_and_taken_along(page: Page) -> None:
    """By state and by words of the title; a tag leads to what has it; all of it is in the address."""
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Practices").click()
    titles = page.locator(".practices .title")
    expect(titles.first).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="As a table (CSV)").click()
    assert taken.value.suggested_filename == "copse-items.csv"
    assert taken.value.path().read_text("utf-8-sig").startswith("id,kind,title,")

    page.get_by_role("link", name=re.compile("Solved")).click()
    expect(titles).to_have_text(["Why is the water in the rain tank green?"])
    titles.first.click()
    item = page.get_by_role("dialog")
    expect(item.locator(".beside")).to_contain_text("Who to ask")
    item.get_by_role("link", name="#water").click()
    expect(page).to_have_url(re.compile(r"\?page=practices&tag=water$"))

    page.goto(page.url.partition("?")[0] + "?page=practices&title=compost")
    expect(titles).to_have_text(["Compost recipe"])


def test_a_cited_page_is_shown_as_long_as_its_file_is_there(page: Page, url: str, settings: Settings) -> None:
    """As a picture that whoever does not see it is told; then the text stands in its place."""
    address = f"{url}/?item={quote('club:garden/tank.pdf')}&at=0-26&quote=0-26"
    page.goto(address)
    item = page.get_by_role("dialog")
    picture = item.locator("figure").get_by_role("img")
    expect(picture).to_have_attribute("alt", f"Page 1 of Tank. Marked on it: {TANK}")
    expect(item.locator("blockquote")).to_have_text(TANK)
    page.wait_for_function("picture => picture.naturalWidth === 1100", arg=picture.element_handle())

    (Path(settings.library).parent / "club" / "garden" / "tank.pdf").unlink()
    page.goto(address)
    expect(item).to_contain_text("The page cannot be shown: the file is not where it was read any more.")
    expect(item.locator("mark.quote")).to_have_text(TANK)
