"""A conversation as HTML: what was asked before, how a follow-up was understood, and where to ask another."""

from __future__ import annotations

from ui.view.parts import Surroundings, go, shown
from ui.view.place import LONGEST_QUESTION, Place
from ui.view.tags import Html, tag

_FIELD = "follow-up"


def trail_view(around: Surroundings, completed: str | None) -> Html:
    """The earlier questions, each a way back to it; nothing where a conversation begins."""
    place = around.place
    earlier = [tag("li", go(one, one.question, class_="earlier")) for one in place.earlier]
    trail = tag(
        "nav",
        tag("ol", *earlier, tag("li", tag("span", place.question), aria_current="page")),
        go(place.asking(""), "Start anew", class_="anew"),
        class_="trail",
        aria_label="The conversation so far",
    )
    return shown(
        trail if earlier else None,
        tag("p", "Understood as: ", tag("span", completed), class_="completed") if completed else None,
    )


def follow_up_view(place: Place) -> Html:
    """A box for a further question; what is hidden in it is the conversation so far."""
    hidden = (
        tag("input", type="hidden", name=name, value=value)
        for name, values in place.following().params().items()
        for value in values
    )
    box = tag(
        "input",
        type="text",
        name="q",
        id=_FIELD,
        maxlength=LONGEST_QUESTION,
        placeholder="And what if …?",
        autocomplete="off",
        required=True,
    )
    return tag(
        "form",
        *hidden,
        tag("label", "Ask a follow-up", for_=_FIELD),
        tag("div", box, tag("button", "Ask", type="submit"), class_="box"),
        class_="follow",
        data_go=True,
    )
