"""Sources on the page of settings, in a real Chromium, with syncs in real processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ui.browser import CHROMIUM, press, serving, visit
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

SOON = 120_000  # milliseconds in which a process has started and read a few files


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of which most has vanished since it was read."""
    folder = tmp_path_factory.mktemp("sources") / "logs"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.md").write_text(f"Log {number}.")
    return folder


@pytest.fixture
def page(browser: Browser, logs: Path) -> Iterator[Page]:
    """The sources, as the owner sees them."""
    settings = make_club(logs.parent)
    ingest_path(settings, logs, Quiet())
    for number in range(4):
        (logs / f"{number}.md").unlink()
    with serving(settings) as url, visit(browser, url, at="/?page=settings") as page:
        page.get_by_role("tab", name="Sources").click()
        yield page


def test_a_source_is_synced_agreed_to_removed_and_added(page: Page, logs: Path) -> None:
    """The page follows by itself; what is asked waits for an answer."""
    source = page.locator(".source").filter(has_text=str(logs))
    expect(source).to_contain_text("6 items")
    page.get_by_role("button", name="Sync now").nth(1).click()

    expect(page.locator(".job")).to_contain_text("4 of 6 things of logs have vanished at once", timeout=SOON)
    page.get_by_role("button", name="Remove them here too").click()
    expect(page.locator(".job")).to_contain_text("4 removed.", timeout=SOON)
    expect(source).to_contain_text("2 items")

    page.get_by_role("button", name="Remove …").nth(1).click()
    page.get_by_role("button", name="Remove it").click()
    expect(source).to_have_count(0)

    page.get_by_text("Add a source").click()
    page.get_by_label("Where does it lie?").fill(str(logs))
    page.keyboard.press("Enter")
    press(page.get_by_role("button", name="Add and read it"))
    expect(source).to_contain_text("2 items", timeout=SOON)
