"""How long one waits in a browser: for the first page, and for an answer after Enter.

`python -m bench.pages [FOLDER] [QUESTION] [TIMES]`. FOLDER is what is asked: `data/sample` if nothing is
given. The server is warm, each browser is a new one: nothing is in its cache. The first page counts as there
when the question box takes what is typed; an answer, when all that belongs to it stands on the page. Medians,
and the best.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import expect, sync_playwright

from catalog.settings import read_settings
from tests.ui.browser import CHROMIUM, QUIET, serving
from tests.ui.club import Quiet
from ui.sync import ingest_path
from ui.view.place import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

_FOLDER, _QUESTION, _TIMES = "data/sample", "Can we leave an e-bike battery on charge overnight?", "5"
_FURTHER = " And why?"  # so that no answer is one that was kept


def main(arguments: list[str]) -> None:
    """Make a library, serve it, and print how long the first page and answers take."""
    folder, question, times = (*arguments, *(_FOLDER, _QUESTION, _TIMES)[len(arguments) :])
    with TemporaryDirectory() as place, sync_playwright() as playwright:
        settings = read_settings({"library": Path(place) / "library"}, {})
        ingest_path(settings, Path(folder), Quiet())
        with serving(settings) as url:
            _visit(playwright, url, question)  # warms the server up
            waits = [_visit(playwright, url, question) for _ in range(int(times))]
    for name, seconds in zip(
        ("first page", "first answer", "next answer"), zip(*waits, strict=True), strict=True
    ):
        print(f"{name:<14} {median(seconds):>6.2f} s  (best {min(seconds):.2f} s)")


def _visit(playwright: Playwright, url: str, question: str) -> tuple[float, float, float]:
    """Seconds until a new browser shows the first page, an answer, and another one."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
    page = browser.new_page()
    begin = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.get_by_label("Question").fill(question)
    opened = time.perf_counter() - begin
    waits = opened, _ask(page, question), _ask(page, question + _FURTHER)
    browser.close()
    return waits


def _ask(page: Page, question: str) -> float:
    page.get_by_label("Question").fill(question)
    begin = time.perf_counter()
    page.get_by_label("Question").press("Enter")
    expect(page.locator(f'[data-link="{Place(question=question).href}"]')).to_be_visible()
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(sys.argv[1:])
