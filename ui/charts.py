"""Pictures of people and topics, as Altair charts made of what the faces show anyway.

They can be read without seeing colours: whatever has a colour has a form, a filling or a place, too, and
a label where it stands. Their data is inline, nothing is loaded, and each carries a sentence that says
what it shows (`ui/charts_told.py`). Colours are those of Okabe and Ito (Color Universal Design, 2008).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import networkx as nx

from search.people.timeline import Step
from search.people.topics import RESTS_ON_ONE, Risk
from ui.charts_labels import Dot, place_labels, radius
from ui.charts_told import (
    GROUPS,
    activity_told,
    asked_told,
    group_of,
    network_told,
    people_told,
    period_told,
    risks_told,
    total,
)
from ui.schemas_community import AskedDayOut
from ui.schemas_topics import LandscapeOut, NetworkOut, TimelineOut, TopicOut, TopicPersonOut

_BLUE, _ORANGE, _GREY = "#0072B2", "#E69F00", "#999999"
_COLOURS = [_BLUE, _ORANGE, _GREY]
_UNITS: Mapping[Step, Any] = {
    Step.MONTH: "utcyearmonth",
    Step.QUARTER: "utcyearquarter",
    Step.YEAR: "utcyear",
}
_KINDS = ("in particular", "as about much else", "past")
_RESTS = {Risk.NOBODY: "nobody active", Risk.ONE: "one active person", Risk.NONE: "several"}
_ANSWERED, _UNANSWERED = "with an answer", "no answer yet"
_LONGEST_NAME = 24  # characters of a label
_ROW = 22  # pixels of a line of a picture with names
_FONT = "Source Sans, sans-serif"  # that of the page
_SEED = 7  # of the layout, so that a network looks the same each time
_ARROW_AT = 0.62  # of an edge's length, where its arrow stands
_APART = 1.6  # how far people stand from each other, for `spring_layout`
_CROWD, _LOOSENED = 6, 15  # people of a group that is loosened, and in how many rounds
_FULL = 0.75  # share of a group's square that is filled, so that names have room
_WIDER = 1.4  # how many times as wide as high a network is
_MOST_TOPICS = 30
_EDGE = 1.15  # the largest coordinate of a network
_SIZES = [60, 700]  # square pixels of the smallest and the largest circle
_NARROW = 400  # pixels

_NAMES = alt.Axis(labelLimit=220, ticks=False, offset=10, domain=False)

_Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of what is written and drawn, for the page on which a picture stands.

    Attributes:
        ink: Colour of letters and lines.
        quiet: Colour of what stands behind: grids and axes.
        paper: Colour of the page, for what covers a line.
    """

    ink: str
    quiet: str
    paper: str


LIGHT = Look(ink="#1f2328", quiet="#c8ccd1", paper="#ffffff")
DARK = Look(ink="#e6e8eb", quiet="#555c66", paper="#0e1117")


def activity_chart(timeline: TimelineOut, look: Look = LIGHT, height: int = 180) -> alt.LayerChart:
    """What was done over the years: columns of answers and texts, questions, and comments and edits."""
    unit = _UNITS[timeline.step]
    when = alt.X("start:T", timeUnit=unit, title=None)
    columns = _chart(_periods(timeline)).mark_bar(stroke=look.ink, strokeWidth=0.8)
    columns = columns.encode(
        x=when,
        y=alt.Y("count:Q", title="contributions", axis=alt.Axis(tickMinStep=1, format="d")),
        order=alt.Order("order:Q"),
        # Dark, light and empty: they are told apart without colours, in the legend too.
        color=_scaled(alt.Color, "group", GROUPS, [_BLUE, _ORANGE, "transparent"], title=None),
        tooltip=[alt.Tooltip(f"{name}:N") for name in ("when", "group", "count")],
    )
    peak = _chart(_peak(timeline)).mark_text(dy=-7, color=look.ink)
    peak = peak.encode(x=when, y="count:Q", text="told:N")
    return _finish([columns, peak], activity_told(timeline), look, height)


def _periods(timeline: TimelineOut) -> _Rows:
    rows: _Rows = []
    for period in timeline.periods:
        counts = dict.fromkeys(GROUPS, 0)
        for role, count in period.roles.items():
            counts[group_of(role)] += count
        told = {"start": period.start.isoformat(), "when": period_told(period, timeline.step)}
        rows += [
            {**told, "group": group, "order": GROUPS.index(group), "count": count}
            for group, count in counts.items()
            if count
        ]
    return rows


def _peak(timeline: TimelineOut) -> _Rows:
    if not timeline.periods:
        return []
    most = max(timeline.periods, key=total)
    return [{"start": most.start.isoformat(), "count": total(most), "told": str(total(most))}]


def people_chart(seen: LandscapeOut, look: Look = LIGHT) -> alt.LayerChart:
    """The people of a topic, a line each: what they gave against what was to be expected.

    A diamond stands for somebody who knows the topic in particular, a circle for somebody who writes about
    it as about much else, a cross for somebody who is past; a stroke stands for what was to be expected.
    """
    rows = [row for kind, people in _by_kind(seen).items() for row in map(_row(kind), people)]
    names = [row["label"] for row in rows]
    data = _chart(rows)
    place = alt.Y("label:N", sort=names, title=None, axis=_NAMES)
    given = alt.X("contributions:Q", title="answers and texts", axis=alt.Axis(tickMinStep=1))
    kind: Mapping[str, Any] = {"title": None, "sort": list(_KINDS)}
    between = data.mark_rule(color=look.quiet, strokeWidth=2).encode(x=given, x2="expected:Q", y=place)
    expected = data.mark_tick(color=look.ink, thickness=2, size=12).encode(x="expected:Q", y=place)
    points = data.mark_point(size=110, filled=True, opacity=1, stroke=look.ink, strokeWidth=1).encode(
        x=given,
        y=place,
        shape=_scaled(alt.Shape, "kind", _KINDS, ["diamond", "circle", "cross"], **kind),
        color=_scaled(alt.Color, "kind", _KINDS, _COLOURS, **kind),
        tooltip=[alt.Tooltip("why:N", title="why")],
    )
    counts = data.mark_text(align="left", dx=9, color=look.ink).encode(x=given, y=place, text="told:N")
    layers = [between, expected, points, counts]
    return _finish(layers, people_told(seen), look, _ROW * max(len(rows), 1))


def _by_kind(seen: LandscapeOut) -> dict[str, list[TopicPersonOut]]:
    return dict(zip(_KINDS, (seen.specific, seen.busy, seen.past), strict=True))


def _row(kind: str) -> Any:
    def make(one: TopicPersonOut) -> dict[str, Any]:
        return {
            "label": _label(one.name, one.person_id),
            "kind": kind,
            "contributions": one.contributions,
            "expected": round(one.expected, 2),
            "told": f"{one.contributions} of {one.of}",
            "why": one.why,
        }

    return make


def _label(name: str, number: int) -> str:
    """A name as it stands in a picture, where every label has to be another one."""
    return f"{_short(name)} ({number})"


def _short(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def network_chart(network: NetworkOut, look: Look = LIGHT, height: int = 460) -> alt.LayerChart:
    """Who answers whom: an arrow from whoever answers, the wider the more often.

    The larger a circle, the more answers and texts; a square is somebody who is past.
    """
    places = _layout(network)
    edges, nodes = _edges(network, places), _nodes(network, places, height)
    across, along = (alt.Scale(domain=[-_EDGE, _EDGE]), alt.Scale(domain=[-_EDGE, _EDGE]))
    x = alt.X("x:Q", axis=None, scale=across)
    y = alt.Y("y:Q", axis=None, scale=along)
    width = alt.StrokeWidth("answers:Q", scale=alt.Scale(range=[1, 6], domainMin=1), legend=None)
    arcs = _chart(edges).mark_rule(color=look.ink, opacity=0.35)
    arcs = arcs.encode(x=x, y=y, x2="x2:Q", y2="y2:Q", strokeWidth=width, tooltip="told:N")
    heads = _chart(edges).mark_point(shape="triangle", filled=True, color=look.ink, size=45, opacity=0.7)
    heads = heads.encode(
        x=alt.X("xm:Q", axis=None, scale=across),
        y=alt.Y("ym:Q", axis=None, scale=along),
        angle=alt.Angle("angle:Q", scale=alt.Scale(domain=[0, 360], range=[0, 360])),
    )
    past = ("active", "past")
    dots = (
        _chart(nodes)
        .mark_point(filled=True, opacity=1, stroke=look.ink, strokeWidth=1)
        .encode(
            x=x,
            y=y,
            size=alt.Size("contributions:Q", scale=alt.Scale(range=_SIZES, domainMin=0), legend=None),
            shape=_scaled(alt.Shape, "state", past, ["circle", "square"], title=None),
            color=_scaled(alt.Color, "state", past, [_BLUE, _GREY], title=None),
            tooltip=[alt.Tooltip(f"{name}:N") for name in ("name", "contributions", "state")],
        )
    )
    names = _chart(nodes).mark_text(color=look.ink, stroke=None, fontSize=11)
    names = names.encode(
        x=x,
        y=alt.Y("label_y:Q", axis=None, scale=along),
        text="label:N",
        opacity=alt.condition("datum.least <= width", alt.value(1), alt.value(0)),
    )
    return _finish([arcs, heads, dots, names], network_told(network), look, height)


def _layout(network: NetworkOut) -> dict[int, tuple[float, float]]:
    """Where people stand, between -1 and 1: those who answer each other often stand close.

    Groups that have nothing to do with each other are laid out each by itself and put side by side, in
    lines: forces between them would press each into a point.
    """
    graph = nx.Graph()
    graph.add_nodes_from(node.person_id for node in network.nodes)
    for edge in network.edges:
        before = graph.get_edge_data(edge.answerer, edge.asker, {"weight": 0})["weight"]
        graph.add_edge(edge.answerer, edge.asker, weight=before + edge.answers)
    groups = sorted(nx.connected_components(graph), key=lambda group: (-len(group), min(group)))
    sizes = [math.sqrt(len(group)) for group in groups]
    places: dict[int, tuple[float, float]] = {}
    for group, size, (left, top) in zip(groups, sizes, _in_lines(sizes), strict=True):
        within = graph.subgraph(sorted(group))
        for number, (x, y) in _laid_out(within).items():
            places[number] = left + size / 2 * (1 + _FULL * x), top + size / 2 * (1 + _FULL * y)
    return _within_one(places)


def _laid_out(group: Any) -> Mapping[int, tuple[float, float]]:
    """Kamada and Kawai's layout, which keeps a crowd around one person apart, loosened by forces."""
    begun = nx.kamada_kawai_layout(group, weight=None)
    apart = _APART / math.sqrt(len(group))
    if len(group) < _CROWD:
        return dict(begun)
    return dict(nx.spring_layout(group, pos=begun, k=apart, iterations=_LOOSENED, weight=None, seed=_SEED))


def _in_lines(sizes: Sequence[float]) -> list[tuple[float, float]]:
    """Corners of squares of some sizes, the largest first, in lines that make a picture wider than high."""
    width = max([*sizes[:1], math.sqrt(_WIDER * sum(size * size for size in sizes))])
    corners, left, top, high = [], 0.0, 0.0, 0.0
    for size in sizes:
        if left and left + size > width:
            left, top, high = 0.0, top + high, 0.0
        corners.append((left, top))
        left, high = left + size, max(high, size)
    return corners


def _within_one(places: Mapping[int, tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """The same places, moved and stretched to lie between -1 and 1."""
    scaled = []
    for axis in (0, 1):
        values = [place[axis] for place in places.values()]
        middle = (max(values) + min(values)) / 2 if values else 0.0
        half = (max(values) - min(values)) / 2 if values else 1.0
        scaled.append([round((value - middle) / (half or 1.0), 4) for value in values])
    return dict(zip(places, zip(*scaled, strict=True), strict=True))


def _edges(network: NetworkOut, places: Mapping[int, tuple[float, float]]) -> _Rows:
    names = {node.person_id: node.name for node in network.nodes}
    rows: _Rows = []
    for edge in network.edges:
        (x, y), (x2, y2) = places[edge.answerer], places[edge.asker]
        rows.append(
            {
                "x": x,
                "y": y,
                "x2": x2,
                "y2": y2,
                "xm": x + _ARROW_AT * (x2 - x),
                "ym": y + _ARROW_AT * (y2 - y),
                "angle": math.degrees(math.atan2(_WIDER * (x2 - x), y2 - y)) % 360,
                "answers": edge.answers,
                "told": f"{names[edge.answerer]} → {names[edge.asker]}: {edge.answers}",
            }
        )
    return rows


def _nodes(network: NetworkOut, places: Mapping[int, tuple[float, float]], height: int) -> _Rows:
    most = max((node.contributions for node in network.nodes), default=0) or 1
    smallest, largest = _SIZES
    dots = [
        Dot(
            *places[node.person_id],
            radius(smallest + (largest - smallest) * node.contributions / most),
            _short(node.name),
        )
        for node in network.nodes
    ]
    return [
        {
            "x": places[node.person_id][0],
            "y": places[node.person_id][1],
            "name": node.name,
            "label": _short(node.name),
            "contributions": node.contributions,
            "state": "past" if node.past else "active",
            "label_y": round(label.y, 4),
            "least": label.least,
        }
        for node, label in zip(network.nodes, place_labels(dots, height, _EDGE), strict=True)
    ]


def risk_chart(topics: Sequence[TopicOut], look: Look = LIGHT) -> alt.LayerChart:
    """On how many active people each topic rests; left of the dashed line it is one, or nobody.

    Args:
        topics: The topics, at most thirty of which are drawn.
        look: The colours of the page.
    """
    rows = [_risk_row(topic) for topic in topics[:_MOST_TOPICS]]
    data = _chart(rows)
    kinds = list(_RESTS.values())
    kind: Mapping[str, Any] = {"title": "rests on", "sort": kinds}
    place = alt.Y("topic:N", sort=[row["topic"] for row in rows], title=None, axis=_NAMES)
    people = alt.X(
        "effective:Q",
        title="active people, in effect",
        scale=alt.Scale(domainMin=0),
        axis=alt.Axis(grid=True),
    )
    limit = _chart([{"effective": RESTS_ON_ONE}]).mark_rule(color=look.ink, strokeDash=[4, 3])
    points = data.mark_point(size=110, filled=True, opacity=1, stroke=look.ink, strokeWidth=1).encode(
        x=people,
        y=place,
        shape=_scaled(alt.Shape, "rests", kinds, ["cross", "triangle-up", "circle"], **kind),
        color=_scaled(alt.Color, "rests", kinds, [_GREY, _ORANGE, _BLUE], **kind),
        tooltip=[alt.Tooltip("told:N", title="why")],
    )
    labels = data.mark_text(align="left", dx=10, color=look.ink).encode(x=people, y=place, text="who:N")
    layers = [limit.encode(x="effective:Q"), points, labels]
    return _finish(layers, risks_told(topics[:_MOST_TOPICS]), look, _ROW * max(len(rows), 1))


def _risk_row(topic: TopicOut) -> dict[str, Any]:
    first = topic.holders[0] if topic.holders else None
    name = _short(first.person.name) if first and first.person else "one person"
    who = f"{name}, {first.contributions} of {topic.contributions}" if first else "nobody"
    return {
        "topic": topic.name,
        "effective": round(topic.effective, 2),
        "rests": _RESTS[topic.risk],
        "who": who if topic.risk is not Risk.NONE else f"{topic.active} active",
        "told": topic.risk_told,
    }


def asked_chart(days: Sequence[AskedDayOut], look: Look = LIGHT, height: int = 130) -> alt.LayerChart:
    """How much was asked each day: columns of questions with an answer, and of those without."""
    rows = [
        {"day": one.day.isoformat(), "what": what, "order": order, "questions": count}
        for one in days
        for order, (what, count) in enumerate(
            [(_ANSWERED, one.times - one.unanswered), (_UNANSWERED, one.unanswered)]
        )
    ]
    kinds = [_ANSWERED, _UNANSWERED]
    columns = _chart(rows).mark_bar(stroke=look.ink, strokeWidth=0.8)
    columns = columns.encode(
        x=alt.X("day:T", timeUnit="utcyearmonthdate", title=None, axis=alt.Axis(format="%-d %b")),
        y=alt.Y("questions:Q", title="questions", axis=alt.Axis(tickMinStep=1, format="d")),
        order=alt.Order("order:Q"),
        # Full and empty: they are told apart without colours.
        color=_scaled(alt.Color, "what", kinds, [_BLUE, "transparent"], title=None),
        tooltip=[alt.Tooltip(f"{name}:N") for name in ("day", "what", "questions")],
    )
    return _finish([columns], asked_told(days), look, height)


def _chart(rows: _Rows) -> alt.Chart:
    """A chart of rows that stand in it: without a frame of data, and without anything to load."""
    return alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]


def _scaled(channel: Any, field: str, values: Sequence[str], drawn: Sequence[Any], **options: Any) -> Any:
    scale = alt.Scale(domain=list(values), range=list(drawn))
    # In a narrow picture one below the other: what goes beyond its edge is cut off.
    columns = alt.ExprRef(f"width < {_NARROW} ? 1 : {len(values)}")
    legend = alt.Legend(orient="top", symbolSize=110, columns=columns)
    return channel(f"{field}:N", scale=scale, legend=legend, **options)


def _finish(layers: list[alt.Chart], told: str, look: Look, height: int) -> alt.LayerChart:
    """Lay charts over each other, and give them their size, its sentence and the colours of its page."""
    finished: alt.LayerChart = (
        alt.LayerChart(layer=layers)
        .properties(
            width="container",
            height=height,
            description=told,
            background="transparent",
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=look.ink,
            titleColor=look.ink,
            titleFontWeight="normal",
            domainColor=look.quiet,
            tickColor=look.quiet,
            gridColor=look.quiet,
            gridOpacity=0.5,
            grid=False,
        )
        .configure_axisY(grid=False)
        .configure_legend(
            labelColor=look.ink, titleColor=look.ink, symbolStrokeColor=look.ink, symbolStrokeWidth=1
        )
        .configure_text(color=look.ink)
    )
    return finished
