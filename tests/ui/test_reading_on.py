"""Where the focus goes when a question was asked in a view: the script of the views, in a tab of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.ui.browser import CHROMIUM
from ui.view import stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

expect = sync_api.expect

FORM = '<form class="follow"><input name="q" id="follow-up"></form>'
OLD = f'<div data-answers="Why?"><h2>Light</h2>{FORM}</div>'
NEW = f'<div data-answers="And how?"><h2>Paint</h2>{FORM}</div>'
BESIDE = "<aside><h2>People who know</h2></aside>"

LOAD = """async (script) => {
  const view = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  window.draw = (id, data) => {
    const parentElement = document.getElementById(id);
    view.default({ data, parentElement, setTriggerValue: () => {} });
  };
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Two views beside each other, of which the first shows an answer; a follow-up was asked in it."""
    page = browser.new_page()
    page.set_content(
        "".join(f'<div id="{id_}"><div class="copse"></div></div>' for id_ in ("first", "beside"))
    )
    page.evaluate(LOAD, stage.SCRIPT)
    _draw(page, "first", OLD)
    page.locator("#follow-up").fill(" And  how? ")
    page.locator("#follow-up").press("Enter")
    yield page
    page.close()


def _draw(page: Page, view: str, *html: str) -> None:
    """Draw a view, several times before anything else happens if there are several."""
    page.evaluate("([view, html]) => html.forEach((one) => draw(view, one))", [view, html])


def test_an_answer_that_is_drawn_twice_at_once_is_read_from_its_beginning(page: Page) -> None:
    """The heading that stays has the focus."""
    _draw(page, "first", NEW, NEW.replace("Paint", "Paint it"))

    expect(page.get_by_role("heading", name="Paint it")).to_be_focused()


def test_what_is_still_drawn_of_the_answer_before_takes_no_focus(page: Page) -> None:
    """Neither what stands beside it, nor the answer itself."""
    _draw(page, "beside", BESIDE)
    _draw(page, "first", OLD.replace("Light", "Light makes it"))
    _draw(page, "first", NEW)

    expect(page.get_by_role("heading", name="Paint")).to_be_focused()


def test_an_answer_that_is_hidden_at_first_waits(page: Page) -> None:
    """Until it is shown."""
    page.locator("#first").evaluate("view => (view.hidden = true)")
    _draw(page, "first", NEW)
    page.locator("#first").evaluate("view => (view.hidden = false)")

    expect(page.get_by_role("heading", name="Paint")).to_be_focused()


def test_whoever_has_read_on_elsewhere_stays_there(page: Page) -> None:
    """The answer takes the focus once."""
    _draw(page, "first", NEW)
    expect(page.get_by_role("heading", name="Paint")).to_be_focused()
    page.locator("#follow-up").focus()
    _draw(page, "first", NEW.replace("Paint", "Paint it"))

    expect(page.locator("#follow-up")).to_be_focused()
