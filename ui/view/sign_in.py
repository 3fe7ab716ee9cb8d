"""What visitors see who have not signed in, or may not enter; and who is signed in, in the head of a page."""

from __future__ import annotations

from ui.access.login import LEAVE
from ui.view.parts import go
from ui.view.place import Place
from ui.view.tags import Html, tag

_FAILED = "That sign-in did not work, or was broken off. Nothing has happened; try again."


def sign_in_view(href: str, provider: str, *, failed: bool = False, guests: bool = False) -> Html:
    """The way in, and what is inside.

    Args:
        href: The address that leads to the provider.
        provider: What people call it; empty if it has no name.
        failed: Whether somebody has just tried in vain.
        guests: Whether one can go on without.
    """
    return _alone(
        tag(
            "p",
            "What your communities have written, by question: cited answers, the people who know, and who "
            "met the same problem before.",
            class_="lead",
        ),
        tag("p", _FAILED, class_="warning", role="alert") if failed else None,
        _button(href, f"Sign in with {provider}" if provider else "Sign in"),
        tag("p", go(Place(), "Go on without", class_="onward"), class_="instead") if guests else None,
    )


def kept_out_view(name: str, reason: str) -> Html:
    """For somebody who is signed in, but may not enter.

    Args:
        name: What they are called.
        reason: Why.
    """
    return _alone(
        tag("p", f"You are signed in as {name}.", class_="lead"),
        tag("p", reason[:1].upper() + reason[1:] + ".", class_="warning", role="alert"),
        _button(LEAVE, "Sign out"),
    )


def visitor_view(name: str, enter: str) -> Html:
    """Who is signed in, with the way out; the way in for a guest; nothing where nobody can sign in.

    Args:
        name: What they are called; empty if nobody is signed in.
        enter: The address that leads to the provider; empty if there is none.
    """
    if name:
        shown = tag("span", name, class_="name-of", title=f"Signed in as {name}")
        return _small(shown, _link(LEAVE, "Sign out"))
    return _small(_link(enter, "Sign in")) if enter else Html("")


def _alone(*parts: object) -> Html:
    return tag("div", tag("h1", "Copse", class_="wordmark"), *parts, class_="entrance")


def _button(href: str, text: str) -> Html:
    return tag("a", text, href=href, target="_self", class_="button")


def _link(href: str, text: str) -> Html:
    return tag("a", text, href=href, target="_self", class_="onward")


def _small(*parts: Html) -> Html:
    return tag("p", *parts, class_="visitor")
