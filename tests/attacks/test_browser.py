"""A page full of attacks in a real Chromium: nothing is fetched from elsewhere, and no script runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from catalog.settings import Settings, read_settings
from tests.attacks.corpus import EVIL, EXFILTRATION, HIDDEN, KEY, UNICODE
from tests.search.llm_server import says, serve
from tests.ui.browser import CHROMIUM, serving, visit
from tests.ui.club import Quiet
from ui.sync import ingest_path

if TYPE_CHECKING:
    from playwright.sync_api import Browser

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

expect = sync_api.expect

ASKED = "How are the shed vents cut?"
HONEST = "The shed vents are cut high in each gable."
_TITLE = "Shed vents <img src=https://evil.example/x.png onerror=document.title='hacked'>"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A library with a hostile title and author, and a document with every attack that is for a browser."""
    folder = tmp_path_factory.mktemp("attacked")
    attacks = "\n\n".join(one.text for one in (*EXFILTRATION, *UNICODE, *HIDDEN))
    head = f'---\ntitle: "{_TITLE}"\nauthors: ["<script>alert(1)</script>"]\n---\n\n'
    (folder / "club").mkdir()
    (folder / "club" / "vents.md").write_text(f"{head}{HONEST}\n", encoding="utf-8")
    (folder / "club" / "attacks.md").write_text(f"{head}{attacks}\n", encoding="utf-8")
    settings = read_settings({"library": folder / "library", "model": "hash:64"}, {})
    ingest_path(settings, folder / "club", Quiet())
    return settings


def test_a_page_full_of_attacks_fetches_nothing_and_runs_nothing(
    browser: Browser, settings: Settings
) -> None:
    """In the draft, the answer and the opened post; `visit` fails on every request to another host."""
    obeyed = says(f"{HONEST} [1]\n", *(f"{one.obeyed} [1]\n" for one in EXFILTRATION[:6]))
    variables = {
        "COPSE_LLM_MODEL": "tiny",
        "COPSE_LLM_KEY": KEY,
        "COPSE_ANSWER_THRESHOLD": "0",
        "COPSE_PARTIAL_THRESHOLD": "0",
    }
    with (
        serve(obeyed) as server,
        serving(settings, COPSE_LLM_URL=server.url, **variables) as url,
        visit(browser, url) as page,
    ):
        opened: list[str] = []
        page.on("dialog", lambda dialog: opened.append(dialog.message))
        page.on("popup", lambda popup: opened.append(popup.url))
        page.get_by_label("Question").fill(ASKED)
        page.keyboard.press("Enter")
        answer = page.locator(".answer")
        expect(answer).to_contain_text(HONEST)
        expect(
            page.locator(f".st-key-reply a[href*='{EVIL}'], .st-key-reply img, .st-key-reply iframe")
        ).to_have_count(0)

        page.goto(f"{url}/?item=club:attacks.md")
        item = page.get_by_role("dialog")
        expect(item.locator("h1")).to_contain_text("Shed vents <img src=")
        text = item.locator(".body").first
        expect(text).to_contain_text("click here")
        expect(text.locator("img, script, iframe, form, meta, link, style, object")).to_have_count(0)
        expect(item.locator("a[href^=javascript], a[href^=data]")).to_have_count(0)
        for link in item.locator(f"a[href*='{EVIL}']").all():
            assert link.get_attribute("rel") == "noopener noreferrer nofollow"

        assert "hacked" not in page.title()
        assert opened == []
        assert KEY not in page.content()
