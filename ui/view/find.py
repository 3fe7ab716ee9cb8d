"""Boxes in which somebody says what they look for; what is typed becomes part of the address."""

from __future__ import annotations

from ui.view.parts import shown
from ui.view.place import LONGEST_QUESTION, Place
from ui.view.tags import Html, tag


def find_view(
    place: Place, field: str, label: str, *, value: str = "", placeholder: str = "", must: bool = True
) -> Html:
    """A box with a button.

    Args:
        place: Where it leads, but for what is typed.
        field: Name of the parameter that is typed.
        label: What stands above it.
        value: What stands in it.
        placeholder: An example.
        must: Whether something has to be typed.
    """
    hidden = (
        tag("input", type="hidden", name=name, value=one)
        for name, values in place.params().items()
        if name != field
        for one in values
    )
    box = tag(
        "input",
        type="text",
        name=field,
        id=f"find-{field}",
        maxlength=LONGEST_QUESTION,
        value=value,
        placeholder=placeholder or None,
        autocomplete="off",
        required=must,
    )
    return tag(
        "form",
        shown(*hidden),
        tag("label", label, for_=f"find-{field}"),
        tag("div", box, tag("button", "Find", type="submit"), class_="box"),
        class_="follow find",
        role="search",
        data_go=True,
        data_answers=value,
    )
