"""What stewards see of what readers said: the answers and items that did not help, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ui.schemas import ItemOut
from ui.schemas_feedback import VerdictOut
from ui.view.parts import Surroundings, community, counted, day, facts, go, link, listed, section, shown
from ui.view.place import Place
from ui.view.tags import Child, Html, join, tag

_REASONS = 3
_LONGEST = 300  # characters of a reason


def verdicts_view(
    answers: Sequence[VerdictOut], items: Sequence[tuple[VerdictOut, ItemOut]], around: Surroundings
) -> Html:
    """The answers and items that did not help somebody; nothing where all did.

    Args:
        answers: What was said of answers.
        items: What was said of items, each with the item.
        around: Where the reader is.
    """
    rows = [
        _row(go(_asked(one), one.question, class_="title"), one, around) for one in answers if one.unhelped
    ]
    rows += [_row(link(item, around), one, around) for one, item in items if one.unhelped]
    if not rows:
        return Html("")
    told = "Only stewards see this. Nobody is told who said it, and no ranking changes with it."
    return tag(
        "div",
        section("What did not help", listed(rows, "rows tight"), tag("p", told, class_="none")),
        class_="wide",
    )


def _asked(one: VerdictOut) -> Place:
    return Place(question=one.question, communities=tuple(one.communities))


def _row(title: Child, one: VerdictOut, around: Surroundings) -> Html:
    helped = f"helped {counted(one.helped, 'person', 'people')}" if one.helped else ""
    places = join((community(slug, around) for slug in one.communities), ", ")
    return shown(
        title,
        facts(f"did not help {counted(one.unhelped, 'person', 'people')}", helped, places, day(one.last)),
        *_because(one.reasons),
    )


def _because(reasons: Iterable[str]) -> list[Html]:
    return [tag("p", f"“{reason[:_LONGEST]}”", class_="summary") for reason in list(reasons)[:_REASONS]]
