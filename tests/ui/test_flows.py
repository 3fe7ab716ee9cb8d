"""Whatever the pages are for, gone through once in a real Chromium: with the sample, and with a forum's dump.

A tab fails on any error in its console, and on any request to another host.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from catalog.settings import read_settings
from tests.ui.browser import CHROMIUM, press, serving, visit
from tests.ui.club import Quiet
from ui.sync import ingest_path

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Locator, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

expect = sync_api.expect

SOON = 120_000  # milliseconds in which a process has started and read a few files
ROOT = Path(__file__).parents[2]
UNKNOWN = "zymurgy quokka ferries?"
GUIDE: FilePayload = {
    "name": "guide.md",
    "mimeType": "text/markdown",
    "buffer": b"# Fig guide\n\nPrune in winter.\n",
}


PACKS = os.environ.get("COPSE_PACKS", "")


@dataclass(frozen=True, slots=True)
class Library:
    """What is tried with a library.

    Attributes:
        path: What is ingested.
        question: A question that was asked there, and solved.
        typed: What brings it up while it is typed.
        tag: A tag of which is known who answers whom.
    """

    path: Path
    question: str
    typed: str
    tag: str


SAMPLE = Library(
    ROOT / "data" / "sample",
    "Beans and tomatoes growing curled up leaves like ferns",
    "beans tomatoes curled leaves",
    "manure",
)
QUANTUM = Library(
    Path(PACKS, "stackexchange", "quantumcomputing"),
    "What programming languages are available for quantum computers?",
    "programming languages quantum computers",
    "quantum-programming",
)
LIBRARIES = [
    pytest.param(SAMPLE, id="sample"),
    pytest.param(
        QUANTUM,
        id="quantumcomputing",
        marks=[
            pytest.mark.packs,
            pytest.mark.skipif(not PACKS, reason="COPSE_PACKS names no folder of real data"),
        ],
    ),
]


@pytest.fixture(scope="module", params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Library:
    """The library that is tried."""
    library: Library = request.param
    return library


@pytest.fixture(scope="module")
def url(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where its pages are, as its owner sees them."""
    folder = tmp_path_factory.mktemp("flows")
    settings = read_settings({"library": folder / "library", "model": "hash:64"}, {})
    ingest_path(settings, library.path, Quiet())
    with serving(settings) as url:
        yield url


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """One tab for all that is tried."""
    with visit(browser, url, at=None) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield page


def _turn_to(page: Page, name: str) -> None:
    pages = page.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name=name, exact=True).click()
    expect(pages.locator("[aria-current=page]")).to_have_text(name)


def _close(page: Page, drawer: Locator) -> None:
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def test_a_question_is_asked_and_its_answer_used(page: Page, url: str, library: Library) -> None:
    """It comes up while it is typed; people, problems, sources, what helped, the clipboard, a follow-up."""
    page.goto(url)
    page.get_by_label("Question").press_sequentially(library.typed)
    page.get_by_role("option").filter(has_text=library.question).click()
    expect(page.locator(".answer .sentence").first).to_be_visible()
    solved = page.locator(".similar li").filter(has_text=library.question)
    expect(solved).to_contain_text("✓ solved")
    expect(solved.locator(".solution")).to_contain_text("What solved it")
    expect(page.locator(".experts").first.locator(".evidence .title").first).to_be_visible()
    expect(page.locator(".experts .share").first).to_contain_text("%")

    page.get_by_role("button", name="Copy with citations").click()
    expect(page.get_by_text("Copied, with its citations")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"# {library.question}\n")
    page.get_by_role("button", name="Share link").click()
    expect(page.get_by_text("The link is copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url

    page.get_by_role("button", name="It did not").click()
    page.get_by_label("Because …").fill("It is too short.")
    page.get_by_label("Because …").press("Enter")
    expect(page.get_by_role("button", name="✓ It did not")).to_be_visible()

    page.get_by_role("link", name="[1]").first.click()
    item = page.get_by_role("dialog")
    expect(item.locator("mark.quote").first).to_be_in_viewport()
    expect(item.locator(".thread")).to_contain_text(library.question)
    _close(page, item)

    page.get_by_label("Ask a follow-up").fill("And what else?")
    page.keyboard.press("Enter")
    expect(page.locator(".trail li")).to_have_text([library.question, "And what else?"])


def test_a_question_without_an_answer_goes_to_people(page: Page, url: str) -> None:
    """And stands among the requests."""
    page.goto(url)
    page.get_by_label("Question").fill(UNKNOWN)
    page.get_by_label("Question").press("Enter")
    expect(page.get_by_role("heading", name="We don’t know")).to_be_visible()
    page.get_by_role("button", name="Ask people who may know").click()
    page.get_by_role("link", name="See the request").click()
    expect(page.get_by_role("heading", name=UNKNOWN)).to_be_visible()


def test_people_are_found_by_what_they_know(page: Page, url: str, library: Library) -> None:
    """With evidence and a profile; a topic shows who answers whom, and what rests on few is told."""
    page.goto(url)
    _turn_to(page, "People")
    expect(page.get_by_role("complementary", name="Expertise at risk")).to_be_visible()
    page.get_by_label("Who knows about …?").fill(library.typed)
    page.get_by_label("Who knows about …?").press("Enter")
    first = page.locator(".experts h3 a").first
    expect(first).to_be_visible()
    expect(page.locator(".experts .evidence .title").first).to_be_visible()
    name = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()

    _turn_to(page, "Topics")
    page.get_by_label("See a topic from above").fill(library.tag)
    page.get_by_label("See a topic from above").press("Enter")
    expect(page.get_by_role("heading", name="Who answers whom")).to_be_visible()


def test_practices_are_narrowed_read_and_taken_along(page: Page, url: str, library: Library) -> None:
    """By state, kind and tag; an item stands with its thread, related ones and who to ask."""
    page.goto(url)
    _turn_to(page, "Practices")
    page.get_by_role("link", name=re.compile("Solved")).click()
    expect(page).to_have_url(re.compile("state=solved"))
    page.get_by_label("Kind").click()
    page.get_by_role("option", name="Question").click()
    expect(page).to_have_url(re.compile("kind=question.*state=solved"))
    page.get_by_label("Look in the titles").fill(library.question)
    page.get_by_label("Look in the titles").press("Enter")
    title = page.locator(".practices .title").filter(has_text=library.question)
    expect(page.get_by_role("heading", name="1 practice")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="As a table (CSV)").click()
    assert library.question in taken.value.path().read_text("utf-8-sig")

    title.click()
    item = page.get_by_role("dialog")
    expect(item.locator(".thread")).to_be_visible()
    expect(item.locator(".history")).to_be_visible()
    expect(item.locator(".beside")).to_contain_text("Who to ask")
    expect(item.locator(".beside .links .title").first).to_be_visible()
    item.get_by_role("link", name=f"#{library.tag}").click()
    expect(page).to_have_url(re.compile(rf"\?page=practices&tag={library.tag}$"))


def test_members_add_what_they_know(page: Page, url: str, library: Library) -> None:
    """A lesson, beside what was written already; a document."""
    page.goto(url)
    _turn_to(page, "Contribute")
    page.get_by_label("Title").fill("A fig was pruned")
    page.get_by_label("What happened").fill(library.question)
    page.get_by_label("What we learned").fill("Figs bleed.")
    page.get_by_label("What to do").fill("Prune figs in winter.")
    page.get_by_label("Who wrote it?").fill("Ann Lee")
    page.get_by_label("Who wrote it?").press("Enter")
    expect(page.get_by_role("link", name=library.question)).to_be_visible()
    press(page.get_by_role("button", name="Add the lesson"))
    expect(page.get_by_text("Your lesson is there")).to_be_visible()

    page.get_by_text("Documents", exact=True).click()
    page.locator("input[type=file]").set_input_files([GUIDE])
    press(page.get_by_role("button", name="Add the documents"))
    expect(page.get_by_text("✓ read")).to_be_visible(timeout=SOON)


def test_a_source_is_added_and_read(page: Page, url: str, tmp_path: Path) -> None:
    """While the page goes on showing how far it is."""
    (tmp_path / "log.md").write_text("Log of the figs.")
    page.goto(url)
    _turn_to(page, "Settings")
    page.get_by_role("tab", name="Sources").click()
    page.get_by_text("Add a source").click()
    page.get_by_label("Where does it lie?").fill(str(tmp_path))
    page.keyboard.press("Enter")
    press(page.get_by_role("button", name="Add and read it"))
    expect(page.locator(".source").filter(has_text=str(tmp_path))).to_contain_text("1 item", timeout=SOON)


def test_the_community_is_seen_from_above(page: Page, url: str, library: Library) -> None:
    """What is asked, waits and grows; the map is searched, and opened by click and by keyboard."""
    page.request.get(f"{url}/api/v1/ask", params={"q": library.question})
    page.request.get(f"{url}/api/v1/ask", params={"q": UNKNOWN})
    page.goto(url)
    _turn_to(page, "Community")
    for part, question in (("Asked in the last", library.question), ("Waiting for an answer", UNKNOWN)):
        told = page.locator(".pulse section").filter(has_text=part)
        expect(told.get_by_role("link", name=question, exact=True)).to_have_count(1)
    expect(page.get_by_role("heading", name="What grows")).to_be_visible()

    page.get_by_label("Find something on the map").fill(library.tag)
    page.get_by_label("Find something on the map").press("Enter")
    area = page.get_by_role("application")
    expect(area).to_have_attribute("aria-label", re.compile(f"fits? “{library.tag}”"))
    item = page.get_by_role("dialog")
    area.locator(".mark.fits").first.click(force=True)
    expect(item.locator("h1")).to_be_visible()
    _close(page, item)

    area.focus()
    area.press("ArrowRight")
    title = page.locator(".tip b").inner_text()
    area.press("Enter")
    expect(item.locator("h1")).to_have_text(title)
    _close(page, item)


def test_settings_give_roles_and_tokens(page: Page, url: str) -> None:
    """A key is shown once."""
    page.goto(url)
    _turn_to(page, "Settings")
    page.get_by_role("tab", name="Members").click()
    page.get_by_label("E-mail address, or group:NAME").fill("bo@x.example")
    press(page.get_by_role("button", name="Give", exact=True))
    expect(page.get_by_text("bo@x.example", exact=True)).to_be_visible()
    page.get_by_role("tab", name="You").click()
    page.get_by_text("Tokens for programs (0)").click()
    page.get_by_label("What is it for?").fill("report")
    page.keyboard.press("Enter")
    expect(page.locator("code.block")).to_have_text(re.compile("^copse_"))


def test_a_page_of_a_pdf_is_shown_where_it_is_cited(page: Page, url: str, library: Library) -> None:
    """As a picture, beside what is cited from it."""
    if library is not SAMPLE:
        pytest.skip("a forum has no PDFs")
    page.goto(f"{url}/?q=How+do+I+start+the+mower+in+the+machine+shed%3F")
    page.locator(".sources").get_by_role("link", name="The machine shed: machines").click()
    picture = page.get_by_role("dialog").locator("figure img")
    expect(picture).to_have_attribute("alt", re.compile("^Page 1 of The machine shed"))
    page.wait_for_function("picture => picture.naturalWidth > 0", arg=picture.element_handle())
