"""The page as a reader has it: a process that serves a library, and a tab of a real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""Arguments by which a Chromium does nothing but what it is asked for."""

_PATIENCE = 120_000  # milliseconds: the machine may have much else to do
_STATE = "data-test-script-state"  # what Streamlit tells of itself
_SETTLED = f'[{_STATE}="notRunning"]'
_NOWHERE = "about:blank"


@contextmanager
def serving(settings: Settings, *options: str, **variables: str) -> Iterator[str]:
    """A process that serves the library, stopped by Ctrl-C."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COPSE_")}
    names = {"COPSE_MODEL": settings.model, "COPSE_LIBRARY": str(settings.library), "COPSE_PORT": "0"}
    command = "from ui.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", command, "serve", *options],
        env=environment | names | variables,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            ended = process.wait(timeout=_PATIENCE / 1000)
        assert ended == 0


def settled(page: Page) -> None:
    """Wait until what was asked for is drawn."""
    page.wait_for_selector(_SETTLED)


def press(button: Locator) -> None:
    """Press a button by the keyboard, as one who types does, when it can be pressed.

    Forms move when a field is left, and a click while they do may be lost.
    """
    from playwright.sync_api import expect

    expect(button).to_be_enabled()
    settled(button.page)
    button.press("Enter")


@contextmanager
def visit(
    browser: Browser, url: str, *others: str, at: str | None = "", patient: bool = True
) -> Iterator[Page]:
    """A tab in which nothing may go wrong.

    Args:
        browser: Where it is opened.
        url: Where what is visited is served.
        others: From it nothing may go but there and to these.
        at: What follows that in the address where it begins; None for where nothing is open yet.
        patient: Whether it is waited, before all that is done and expected, until the page is drawn: a click
            while it is drawn anew may be lost.
    """
    from playwright.sync_api import expect

    page = _tab(browser)
    expect.set_options(timeout=_PATIENCE)
    wrong: list[str] = []
    at_home = (url, url.replace("http", "ws"), "data:", "blob:", *others)
    told: dict[str, Callable[[Any], None]] = {
        "console": lambda message: wrong.append(message.text) if message.type == "error" else None,
        "pageerror": lambda error: wrong.append(str(error)),
        "request": lambda one: None if one.url.startswith(at_home) else wrong.append(one.url),
        "websocket": lambda one: None if one.url.startswith(at_home) else wrong.append(one.url),
    }
    for event, hear in told.items():
        page.on(event, hear)  # type: ignore[call-overload]
    drawing = page.locator(f"[{_STATE}]:not({_SETTLED})")
    if patient:
        page.add_locator_handler(drawing, lambda: settled(page), no_wait_after=True)
    if at is not None:
        page.goto(url + at)
    yield page
    for event, hear in told.items():
        page.remove_listener(event, hear)
    page.remove_locator_handler(drawing)
    _leave(page)
    assert wrong == []


def _tab(browser: Browser) -> Page:
    """A tab as if it were new: one that was left, since a browser need not load twice what it has loaded.

    A tab in which a test has failed was not left, and is not used again.
    """
    left = (page for context in browser.contexts for page in context.pages if page.url == _NOWHERE)
    page = next(left, None) or browser.new_context().new_page()
    page.set_default_timeout(_PATIENCE)
    page.set_viewport_size({"width": 1280, "height": 900})
    return page


def _leave(page: Page) -> None:
    """Close what is open in a tab, and keep nothing of it but what is the same for whoever comes."""
    page.evaluate("() => window.origin === 'null' || localStorage.clear()")
    page.goto(_NOWHERE)
    page.context.clear_cookies()
    page.context.clear_permissions()
