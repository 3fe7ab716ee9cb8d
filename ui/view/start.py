"""What the page says before anything is asked, and when something is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.nouns import Kind
from ui.schemas import CommunityOut
from ui.schemas_gaps import GapOut
from ui.service import Overview
from ui.view.parts import Surroundings, community, counted, go, listed, section, shown
from ui.view.tags import Child, Html, join, tag

_KINDS = (Kind.DOCUMENT, Kind.LESSON, Kind.QUESTION, Kind.ANSWER, Kind.POST)


def start_view(overview: Overview, gaps: Sequence[GapOut], around: Surroundings) -> Html:
    """What can be asked, and of whom."""
    return tag(
        "div",
        tag(
            "p",
            "Ask as you would ask a colleague. You get a short answer in which every sentence names its "
            "source, the people who know, and who met the same problem before. "
            "Where nobody has written about it, Copse says so.",
            class_="lead",
        ),
        _examples(overview.examples, around),
        _gaps(gaps, around),
        _library(overview, around),
        class_="start",
    )


def _examples(examples: Sequence[str], around: Surroundings) -> Html:
    if not examples:
        return Html("")
    return section(
        "Solved here lately", listed((_ask(title, title, around) for title in examples), "examples")
    )


def _gaps(gaps: Sequence[GapOut], around: Surroundings) -> Html:
    """What was asked in vain; asking again finds out whether somebody has written about it since."""
    if not gaps:
        return Html("")
    rows = (_ask(gap.question, _open_question(gap), around) for gap in gaps)
    return section("Nobody has answered these yet", listed(rows, "examples"), class_="gaps")


def _open_question(gap: GapOut) -> Html:
    often = tag("span", f"asked {gap.times:,} times", class_="often") if gap.times > 1 else None
    return tag("span", join([gap.question, often], " "))


def _ask(question: str, told: Child, around: Surroundings) -> Html:
    """A row that asks a question."""
    return go(around.place.asking(question), told, tag("span", "→", aria_hidden="true", class_="arrow"))


def _library(overview: Overview, around: Surroundings) -> Html:
    shelves = [one for one in overview.status.communities if sum(one.items.values())]
    practices = sum(sum(one.items.values()) for one in shelves)
    if not practices:
        return tag(
            "p", "There is nothing to read here yet: ", tag("code", "copse ingest PATH"), " brings it in."
        )
    total = (
        f"{counted(practices, 'practice')} from {counted(overview.status.people, 'person', 'people')} "
        f"in {counted(len(shelves), 'community', 'communities')}"
    )
    return section(total, listed((_shelf(one, around) for one in shelves), "shelves"))


def _shelf(one: CommunityOut, around: Surroundings) -> Html:
    counts = [tag("span", counted(one.items[kind], kind.value)) for kind in _KINDS if one.items.get(kind)]
    return shown(tag("b", community(one.slug, around)), tag("span", join(counts, " · "), class_="counts"))


def trouble_view(message: str) -> Html:
    """What went wrong, in one quiet card."""
    return tag(
        "div",
        tag("section", tag("h2", "That did not work"), tag("p", message), class_="unknown"),
        class_="trouble",
        role="alert",
    )
