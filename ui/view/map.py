"""The map of a library as what its script draws, and in words: what is written about, and what fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ui.schemas_community import MapOut, PointOut, RegionOut
from ui.view.find import find_view
from ui.view.parts import Surroundings, counted, facts, go, listed, section, shown
from ui.view.place import topic_of
from ui.view.tags import Html, tag

_FORMS = 8  # communities that have a form and a colour of their own
_MORE = "further communities"
_LISTED = 12  # items that fit, which are listed beside the picture


def map_data(drawn: MapOut, around: Surroundings) -> Mapping[str, Any]:
    """What the script of the map draws: texts and numbers, no HTML."""
    fits = {point.id for point in drawn.found}
    further = [point for point in drawn.found if point.id not in {one.id for one in drawn.points}]
    points = [*drawn.points, *further]
    names = _communities(points)
    return {
        "label": _label(drawn),
        "address": around.place.closed().href,
        "asked": drawn.asked,
        "drawn": f"{len(drawn.points)} {drawn.points[:1]} {drawn.points[-1:]}",
        "communities": [_name(slug, around) for slug in names[:_FORMS]]
        + ([_MORE] if len(names) > _FORMS else []),
        "points": [_point(point, names, fits, around) for point in points],
        "regions": [{"name": one.name, "x": one.x, "y": one.y, "broad": one.broad} for one in drawn.regions],
    }


def _point(
    point: PointOut, names: Sequence[str], fits: set[str], around: Surroundings
) -> dict[str, str | float | bool]:
    return {
        "id": point.id,
        "title": " ".join(point.title.split()) or point.id,
        "about": f"{point.kind.value}, {_name(point.community, around)}",
        "x": point.x,
        "y": point.y,
        "place": min(names.index(point.community), _FORMS),
        "fits": point.id in fits,
    }


def _communities(points: Sequence[PointOut]) -> list[str]:
    """Slugs, of the largest community first."""
    counts = Counter(point.community for point in points)
    return sorted(counts, key=lambda slug: (-counts[slug], slug))


def _name(slug: str, around: Surroundings) -> str:
    known = around.communities.get(slug)
    return " ".join(known.name.split()) if known else slug


def _label(drawn: MapOut) -> str:
    found = f", {counted(drawn.found_of, 'fits', 'fit')} “{drawn.asked}”" if drawn.asked else ""
    return f"Map of {counted(len(drawn.points), 'practice')}{found}"


def map_head(drawn: MapOut, around: Surroundings) -> Html:
    """What the map is, and a box in which something can be looked for on it."""
    example = next((one.name.partition(",")[0] for one in drawn.regions), "")
    sampled = "" if len(drawn.points) == drawn.of else f" {len(drawn.points):,} of {drawn.of:,} are drawn."
    told = (
        "Each mark is a question, a post, a document or a lesson; what is about the same lies close "
        f"together. Click one to read it.{sampled}"
    )
    return tag(
        "div",
        find_view(
            around.place.about(""),
            "topic",
            "Find something on the map",
            value=around.place.topic,
            placeholder=f"A tag or a few words, such as: {example}" if example else "A tag or a few words",
            must=False,
        ),
        tag("p", told, class_="summary"),
        class_="spread",
    )


def map_found(drawn: MapOut, around: Surroundings) -> Html:
    """What fits the words looked for, as a list of links."""
    if not drawn.asked:
        return Html("")
    rows = (_found(point, around) for point in drawn.found[:_LISTED])
    more = drawn.found_of - min(len(drawn.found), _LISTED)
    onward = go(topic_of(drawn.asked), "This topic from above", class_="onward")
    found = section(
        f"{counted(drawn.found_of, 'practice')} about “{drawn.asked}”",
        listed(rows, "rows tight beside-each-other"),
        tag("p", f"{more:,} more are marked on the map.", class_="none") if more > 0 else None,
        tag("p", onward),
        class_="fitting",
    )
    return tag("div", found, data_answers=drawn.asked)


def _found(point: PointOut, around: Surroundings) -> Html:
    title = " ".join(point.title.split()) or point.id
    return shown(
        go(around.place.opening(point.id), title, class_="title"),
        facts(point.kind.value, _name(point.community, around)),
    )


def map_regions(drawn: MapOut, around: Surroundings) -> Html:
    """The parts of the map in words: the same as what is written on it, for whoever does not see it."""
    broad = [one for one in drawn.regions if one.broad]
    if not broad:
        return Html("")
    rows = listed((_region(one, around) for one in broad), "near")
    return section("What is written about", rows, class_="regions")


def _region(one: RegionOut, around: Surroundings) -> Html:
    return go(
        around.place.about(one.name.replace(",", "")),
        one.name,
        tag("span", f" {one.points:,}", class_="often"),
        class_="topic",
    )


def no_map(drawn: MapOut) -> Html:
    """That there is nothing to draw, and why."""
    why = (
        "What was read is not embedded yet: the map appears when the next ingest has done so."
        if drawn.of
        else "There is nothing to draw yet. What is ingested here, or written, appears as a map."
    )
    return tag("p", why, class_="none")


def nothing_fits(text: str, near: Sequence[str], around: Surroundings) -> Html:
    """That nobody has written about what was looked for on the map."""
    links = (go(around.place.about(name), name, class_="topic") for name in near)
    return tag(
        "section",
        tag("p", f"Nobody has written about “{text}”.", " Near it, or among the largest:" if near else ""),
        listed(links, "near") if near else None,
        class_="unknown",
        role="alert",
    )
