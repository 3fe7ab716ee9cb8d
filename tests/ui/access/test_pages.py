"""Sign-in on the page, in a real Chromium, at a real provider."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from catalog.settings import Settings
from catalog.store import Catalog
from tests.oidc.provider import COOKIE_SECRET, Provider
from tests.ui.browser import CHROMIUM, visit
from ui.access.session import COOKIE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

expect = sync_api.expect


@pytest.fixture
def page(browser: Browser, url: str, provider: Provider) -> Iterator[Page]:
    """The page as somebody sees it who has not signed in."""
    with visit(browser, url, provider.issuer) as page:
        yield page


def _sign_in(page: Page, who: str) -> None:
    page.get_by_role("link", name="Sign in with your club account").click()
    page.get_by_label("Name").fill(who)
    page.get_by_role("button", name="Enter").click()


def test_one_signs_in_where_one_was_and_out_again(page: Page, url: str) -> None:
    """Nothing is shown before; what a group of Dee's may read is there after, and gone when she has left."""
    page.goto(f"{url}/?page=people")
    expect(page.get_by_role("heading", name="Copse")).to_be_visible()
    expect(page.get_by_role("navigation", name="Pages")).to_have_count(0)

    _sign_in(page, "dee")  # who is in so many groups that her cookies are larger than most headers
    expect(page.get_by_text("4 people")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/\?page=people$"))
    expect(page.locator(".visitor")).to_contain_text("Dee")
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.locator(".shelves")).to_contain_text("Board")

    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("link", name="Sign in with your club account")).to_be_visible()
    expect(page.locator(".shelves")).to_have_count(0)


def test_whoever_is_suspended_is_out_in_the_next_run(page: Page, url: str, settings: Settings) -> None:
    """With what they were reading, and a way to sign out."""
    _sign_in(page, "cy")
    expect(page.locator(".visitor")).to_contain_text("Cy")
    with Catalog.open(settings.library) as catalog, catalog.members(catalog.owner()) as members:
        members.suspend("cy@example.org")

    page.get_by_role("link", name="People", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Your account is suspended; ask the owner of the library.")
    expect(page.get_by_text("4 people")).to_have_count(0)
    expect(page.get_by_role("link", name="Sign out")).to_be_visible()


def test_a_sign_in_that_was_broken_off_says_so(page: Page) -> None:
    """And offers another."""
    _sign_in(page, "nobody")
    expect(page.get_by_role("alert")).to_contain_text("That sign-in did not work")
    expect(page.get_by_role("link", name="Sign in with your club account")).to_be_visible()


def test_a_session_ends_after_its_hours(
    browser: Browser, url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a browser still sends its cookie."""
    claims = {"iss": provider.issuer, "sub": "ada", "aud": "copse", "origin": url, "is_logged_in": True}
    now = TimestampSigner(COOKIE_SECRET).get_timestamp()
    seen = []
    for hours in (11, 13):
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _, hours=hours: now - hours * 3600)
        signed = str(URLSafeTimedSerializer(COOKIE_SECRET, salt=COOKIE).dumps(json.dumps(claims)))
        with visit(browser, url, at=None) as page:
            page.context.add_cookies([{"name": COOKIE, "value": signed, "url": url}])
            page.goto(url)
            expect(page.locator(".wordmark")).to_be_visible()
            seen.append(page.locator(".visitor").count())
    assert seen == [1, 0]
