"""What stands beside an item, as HTML: what else was written about it, and who can be asked."""

from __future__ import annotations

from ui.beside import Beside
from ui.schemas import ExpertOut, HitOut
from ui.view.parts import Surroundings, about, authors, link, listed, person, section, shown
from ui.view.tags import Html, tag


def beside_view(beside: Beside, around: Surroundings) -> Html:
    """Related items and people to ask; nothing where there are none."""
    related = listed((_related(hit, around) for hit in beside.related), "rows")
    people = listed(map(_asked, beside.experts), "rows folk")
    return tag(
        "div",
        section("Related", related, class_="links") if beside.related else None,
        section("Who to ask", people, class_="experts") if beside.experts else None,
        class_="beside",
    )


def _related(hit: HitOut, around: Surroundings) -> Html:
    return shown(link(hit.item, around, hit.passage), about(hit.item, around, authors(hit.item)))


def _asked(expert: ExpertOut) -> Html:
    return shown(tag("p", person(expert.name, expert.person_id)), tag("p", expert.summary, class_="summary"))
