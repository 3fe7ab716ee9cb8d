"""Every page, looked through by axe-core in a real Chromium: nothing serious may be found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.ui.browser import CHROMIUM, serving, visit
from tests.ui.club import make_club
from ui.view.place import Page as Where

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parents[1] / "oidc" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci --prefix tests/oidc"),
]

_LOOK = """async (rules) => {
  const found = await axe.run({exclude: ['[data-testid=stDecoration]']}, rules ? {runOnly: rules} : {});
  return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => one.id + ': ' + one.nodes.slice(0, 3)
      .map(node => node.target.flat().join(' ') + ' ' + node.failureSummary).join(' | '));
}"""
STATES = {
    **{where.value: {"page": where.value} for where in Where},
    "an answer": {"q": "Why is the water in the rain tank green?"},
    "no answer": {"q": "When does the ferry to Crete leave?"},
    "an item": {"item": "club/garden/forum:1"},
    "a profile": {"person": "1"},
    "a topic": {"topic": "water"},
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the pages are that the owner sees."""
    with serving(make_club(tmp_path_factory.mktemp("axe"))) as url:
        yield url


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """One tab for all of them."""
    with visit(browser, url, at=None) as page:
        yield page


def _found(page: Page, address: str, rules: list[str] | None = None) -> list[str]:
    page.goto(address)
    page.wait_for_selector(".masthead")
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(_LOOK, rules))


@pytest.mark.parametrize("state", STATES)
def test_nothing_serious_is_found(page: Page, url: str, state: str) -> None:
    """By day."""
    assert _found(page, f"{url}/?{urlencode(STATES[state])}") == []


@pytest.mark.parametrize("state", ["contribute", "ask", "an answer", "practices", "community"])
def test_by_night_everything_can_be_read(page: Page, url: str, state: str) -> None:
    """Contrast is what changes."""
    page.emulate_media(color_scheme="dark")
    assert _found(page, f"{url}/?{urlencode(STATES[state])}", ["color-contrast"]) == []
    page.emulate_media(color_scheme="light")
