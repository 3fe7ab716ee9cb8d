"""The way in, and who is signed in."""

from __future__ import annotations

from ui.view.sign_in import kept_out_view, sign_in_view, visitor_view


def test_the_way_in_is_one_button_with_the_name_of_the_provider() -> None:
    """It is named as people call it."""
    shown = sign_in_view("/sign-in?to=%3Fq%3Dx", "your club account")

    assert '<a href="/sign-in?to=%3Fq%3Dx" target="_self" class="button">' in shown
    assert "Sign in with your club account" in shown
    assert "alert" not in shown


def test_a_sign_in_that_did_not_work_is_told() -> None:
    """Where the next can be tried."""
    assert 'role="alert">That sign-in did not work' in sign_in_view("/sign-in", "", failed=True)


def test_guests_may_go_on_without() -> None:
    """Where the settings let them."""
    assert "Go on without</a>" in sign_in_view("/sign-in", "", guests=True)
    assert "Go on without" not in sign_in_view("/sign-in", "")


def test_whoever_is_kept_out_is_told_why_and_can_sign_out() -> None:
    """What somebody calls themselves is text."""
    shown = kept_out_view("<b>Ada</b>", "your account is suspended; ask the owner of the library")

    assert "You are signed in as &lt;b&gt;Ada&lt;/b&gt;." in shown
    assert "Your account is suspended; ask the owner of the library." in shown
    assert 'href="/auth/logout"' in shown


def test_the_head_of_a_page_tells_who_is_signed_in() -> None:
    """With the way out, the way in for a guest, or nothing where nobody can sign in."""
    assert "Ada</span>" in visitor_view("Ada", "")
    assert "Sign out</a>" in visitor_view("Ada", "")
    assert "Sign in</a>" in visitor_view("", "/sign-in")
    assert visitor_view("", "") == ""
