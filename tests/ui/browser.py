"""The page as a reader has it: a process that serves a library, and a tab of a real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""Arguments by which a Chromium does nothing but what it is asked for."""

_PATIENCE = 15_000  # milliseconds


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def serving(settings: Settings, *options: str, **variables: str) -> Iterator[str]:
    """A process that serves the library, stopped by Ctrl-C."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COPSE_")}
    command = "from ui.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--port", str(_free_port()), *options],
        env=environment | {"COPSE_MODEL": settings.model, "COPSE_LIBRARY": str(settings.library)} | variables,
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
            ended = process.wait(timeout=20)
        assert ended == 0


def settled(page: Page) -> None:
    """Wait until what was asked for is drawn: a click while a page is drawn anew may be lost."""
    page.wait_for_selector('[data-test-script-state="notRunning"]')


@contextmanager
def visit(browser: Browser, url: str, *others: str) -> Iterator[Page]:
    """A tab in which nothing may go wrong, and from which nothing may go but to these others."""
    from playwright.sync_api import expect

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)
    wrong: list[str] = []
    at_home = (url, url.replace("http", "ws"), "data:", "blob:", *others)
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda one: None if one.url.startswith(at_home) else wrong.append(one.url))
    page.on("websocket", lambda one: None if one.url.startswith(at_home) else wrong.append(one.url))
    page.goto(url)
    yield page
    page.close()
    assert wrong == []
