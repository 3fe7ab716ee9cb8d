"""Cursors: where a page begins, and of which list."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from catalog.errors import SettingError
from ui.paging import Page

LETTERS = "abcdefg"


def test_pages_follow_each_other_to_the_end() -> None:
    """Each has what comes after the one before; the last one has no next."""
    pages, cursor = [], None
    while True:
        page = Page.of(["letters"], 3, cursor)
        read = LETTERS[: page.wanted]
        pages.append("".join(page.cut(read)))
        cursor = page.after(read)
        if cursor is None:
            break
    assert pages == ["abc", "def", "g"]


def test_a_full_last_page_has_no_next() -> None:
    """Nobody is sent to an empty page."""
    assert Page.of(["letters"], 7, None).after(LETTERS) is None


def test_a_page_may_begin_behind_something() -> None:
    """What sorts the last one before it, instead of a number."""
    page = Page.of(["items", "created"], 3, None)
    again = Page.of(["items", "created"], 3, page.at(("2024-03-01", "forum:7")))
    assert again.place == ("2024-03-01", "forum:7")


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("?", id="no base64"),
        pytest.param("é", id="not ascii"),
        pytest.param("W10", id="an empty list"),
        pytest.param("bnVsbA", id="null"),
        pytest.param(urlsafe_b64encode(b'["letters", 3]').decode(), id="made up"),
        pytest.param(Page.of(["letters"], 3, None).at((1.5,)), id="a fraction"),  # type: ignore[arg-type]
        pytest.param(Page.of(["letters"], 3, None).at(()), id="no place"),
        pytest.param(Page.of(["digits"], 3, None).at((3,)), id="of another list"),
        pytest.param(Page.of(["letters"], 3, None).at((3,)) + "x" * 2000, id="too long"),
        pytest.param(Page.of(["letters"], 3, None).at((-3,)), id="before the beginning"),
        pytest.param(Page.of(["letters"], 3, None).at((10**30,)), id="beyond all numbers"),
        pytest.param(Page.of(["letters"], 3, None).at(("b",)), id="no number"),
    ],
)
def test_a_cursor_that_is_none_of_the_list_is_refused(cursor: str) -> None:
    """With what to do next."""
    with pytest.raises(SettingError, match="it does not belong to this list; begin again without it"):
        _ = Page.of(["letters"], 3, cursor).start
