"""A page full of attacks in a real Chromium: nothing is fetched from elsewhere, and no script runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from catalog.settings import Settings, read_settings
from tests.attacks.corpus import EVIL, EXFILTRATION, HIDDEN, KEY, UNICODE
from tests.search.llm_server import says, serve
from tests.ui.browser import CHROMIUM, serving, visit
from tests.ui.club import Quiet
from ui.sync import ingest_path
from ui.view.place import Page as Where

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

expect = sync_api.expect

ASKED = "How are the shed vents cut?"
HONEST = "The shed vents are cut high in each gable."
_TITLE = "Shed vents <img src=https://evil.example/x.png onerror=document.title='hacked'>"
_CLUB = "![c](https://evil.example/c.png) <script>alert(2)</script>"
_TAG = "[t](https://evil.example/t) <iframe src=https://evil.example>"
_NEVER = (
    "iframe, object, embed, a[href^='javascript'], a[href^='data:']",
    f"script[src*='{EVIL}'], img[src*='{EVIL}'], link[href*='{EVIL}']",
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A library whose every name is hostile, and a document with every attack that is for a browser."""
    folder = tmp_path_factory.mktemp("attacked")
    attacks = "\n\n".join(one.text for one in (*EXFILTRATION, *UNICODE, *HIDDEN))
    head = f'---\ntitle: "{_TITLE}"\nauthors: ["<script>alert(1)</script>"]\ntags: ["{_TAG}"]\n---\n\n'
    (folder / "club").mkdir()
    (folder / "club" / "copse.toml").write_text(f"[community]\nname = '{_CLUB}'\nslug = 'club'\n")
    (folder / "club" / "vents.md").write_text(f"{head}{HONEST}\n", encoding="utf-8")
    (folder / "club" / "attacks.md").write_text(f"{head}{attacks}\n", encoding="utf-8")
    settings = read_settings({"library": folder / "library", "model": "hash:64"}, {})
    ingest_path(settings, folder / "club", Quiet())
    return settings


@pytest.fixture(scope="module")
def url(settings: Settings) -> Iterator[str]:
    """Where its pages are, as its owner sees them; the language model there obeys every attack."""
    obeyed = says(f"{HONEST} [1]\n", *(f"{one.obeyed} [1]\n" for one in EXFILTRATION[:6]))
    variables = {
        "COPSE_LLM_MODEL": "tiny",
        "COPSE_LLM_KEY": KEY,
        "COPSE_ANSWER_THRESHOLD": "0",
        "COPSE_PARTIAL_THRESHOLD": "0",
    }
    with serve(obeyed) as server, serving(settings, COPSE_LLM_URL=server.url, **variables) as url:
        yield url


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """One tab for all of them, which may open nothing; `visit` fails on every request to another host."""
    opened: list[str] = []
    with visit(browser, url, at=None) as page:
        page.on("dialog", lambda dialog: opened.append(dialog.message))
        page.on("popup", lambda popup: opened.append(popup.url))
        yield page
    assert opened == []


def test_a_page_full_of_attacks_fetches_nothing_and_runs_nothing(page: Page, url: str) -> None:
    """In the draft, the answer and the opened post."""
    page.goto(url)
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
    for link in item.locator(f"a[href^=http][href*='{EVIL}']").all():
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"

    assert "hacked" not in page.title()
    assert KEY not in page.content()


def test_names_are_shown_as_they_were_written(page: Page, url: str) -> None:
    """Of an item, its author, its community and its tag."""
    page.goto(f"{url}/?page=practices")
    first = page.locator(".practices .rows > li").first
    for text in (_TITLE, "script>alert(1)</script", _CLUB, f"#{_TAG}"):
        expect(first).to_contain_text(text)


@pytest.mark.parametrize(
    "place",
    [
        *({"page": where.value} for where in Where),
        {"q": ASKED},
        {"person": "1"},
        {"topic": "vents"},
        {"page": "people", "topic": "vents"},
        {"page": "community", "topic": "vents", "item": "club:vents.md"},
        {"page": "practices", "tag": _TAG, "title": "<img src=x onerror=alert(3)>"},
        {"person": "<img src=x onerror=alert(4)>"},
    ],
    ids=lambda place: "-".join(name if name != "page" else value for name, value in place.items()),
)
def test_no_name_is_more_than_text_on_any_page(page: Page, url: str, place: dict[str, str]) -> None:
    """Of an item, an author, a community or a tag, nor what an address says."""
    page.goto(f"{url}/?{urlencode(place)}")
    page.wait_for_selector(".masthead")
    page.wait_for_selector('[data-test-script-state="notRunning"]')
    for never in _NEVER:
        expect(page.locator(never)).to_have_count(0)
    assert "hacked" not in page.title()
