"""The page of settings: what it says of a reader, and what it does in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from catalog.access.grants import Grant
from catalog.nouns import Standing
from catalog.settings import Settings
from catalog.store import Catalog
from tests.ui.browser import CHROMIUM, press, serving, visit
from tests.ui.club import make_club
from ui.schemas import CommunityOut
from ui.schemas_members import MeOut, grant_out
from ui.schemas_people import person_shown_out
from ui.view.parts import Surroundings
from ui.view.place import Page as Where
from ui.view.place import Place
from ui.view.settings import grants_view, key_view, me_view

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

GARDEN = CommunityOut(slug="garden", name="Garden Club", private=False, items={})
AROUND = Surroundings(Place(Where.SETTINGS), {"garden": GARDEN})
MARCH = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("contributes", "stewards", "told"),
    [([], [], "read"), (["garden"], [], "read and write"), (["garden"], ["garden"], "read, write, decide")],
)
def test_readers_see_what_they_may_do(contributes: list[str], stewards: list[str], told: str) -> None:
    """In each community."""
    me = MeOut(name="bo@x.example", owner=False, reads=["garden"], contributes=contributes, stewards=stewards)
    shown = me_view(me, None, AROUND)
    assert "bo@x.example</h2><p" in shown
    assert f"<span>{told}" in shown


def test_nothing_that_was_typed_becomes_html() -> None:
    """Neither who was given something, nor a key."""
    grant = Grant("group:<b>crew</b>", "garden", Standing.READER, "owner", MARCH)
    assert "<b>group:&lt;b&gt;crew&lt;/b&gt;</b>" in grants_view([grant_out(grant)], AROUND)
    assert '<code class="block">&lt;i&gt;</code>' in key_view("<i>")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the library's owner."""
    return make_club(tmp_path_factory.mktemp("settings"))


@pytest.fixture
def page(browser: Browser, settings: Settings) -> Iterator[Page]:
    """The page as the owner sees it."""
    with serving(settings) as url, visit(browser, url, at="/?page=settings") as page:
        yield page


@pytest.mark.browser
@in_browser
def test_the_owner_gives_a_role_and_makes_a_token(page: Page, settings: Settings) -> None:
    """What cannot be is told; a key is shown once."""
    page.get_by_role("tab", name="Members").click()
    page.get_by_label("E-mail address, or group:NAME").fill("Bo")
    press(page.get_by_role("button", name="Give", exact=True))
    expect(page.get_by_role("alert")).to_contain_text("give an e-mail address, or group:NAME")
    page.get_by_label("E-mail address, or group:NAME").fill("bo@x.example")
    press(page.get_by_role("button", name="Give", exact=True))
    expect(page.get_by_text("bo@x.example", exact=True)).to_be_visible()

    page.get_by_role("tab", name="You").click()
    page.get_by_text("Tokens for programs (0)").click()
    page.get_by_label("What is it for?").fill("report")
    page.keyboard.press("Enter")
    expect(page.locator("code.block")).to_have_text(re.compile("^copse_"))
    page.get_by_role("button", name="I have kept it").click()
    expect(page.locator("code.block")).to_have_count(0)

    with Catalog.open(settings.library) as catalog, catalog.members(catalog.owner()) as members:
        assert [one.grantee for one in members.grants()] == ["bo@x.example"]
        assert [(one.name, one.acts_as) for one in members.tokens()] == [("report", "owner")]


@pytest.mark.browser
@in_browser
def test_a_member_says_how_they_want_to_be_asked(browser: Browser, settings: Settings) -> None:
    """And is not suggested from the very next question on."""
    with (
        serving(settings, "--as", "colm@example.org") as url,
        visit(browser, url, at="/?page=settings") as page,
    ):
        page.get_by_text("I may be named as somebody to ask").click()
        page.get_by_label("Never for these topics").fill("sheds, roofs")
        press(page.get_by_role("button", name="Save"))
        expect(page.get_by_text("Saved. It holds from the next question on.")).to_be_visible()
    with Catalog.open(settings.library) as catalog, catalog.read(catalog.owner()) as reader:
        wished = person_shown_out(reader.person("Colm")).wishes
        assert (wished.opted_out, wished.hidden_topics) == (True, ["roofs", "sheds"])
