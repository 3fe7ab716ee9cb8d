"""Small line charts with logarithmic axes, as one SVG that reads in light and dark."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 320, 230  # of a panel, in pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 34, 30, 56
_ACROSS = 3
_UNITS = {"s", "ms", "mib", "bytes", "p50", "p95", "p99"}
_COLOURS = ("#2f6f4f", "#b8651b", "#3b6ea8", "#8a4b8f")
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.axis{stroke:#999;stroke-width:1}.grid{stroke:#ddd}"
    "@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}}"
)


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart.

    Attributes:
        title: What is shown, with its unit.
        x: Numbers along the axis, above 0.
        lines: Values at each of them, by the name of the line; above 0.
    """

    title: str
    x: Sequence[float]
    lines: Mapping[str, Sequence[float]]


def draw(panels: Sequence[Panel]) -> str:
    """All panels in one picture, three beside each other."""
    rows = math.ceil(len(panels) / _ACROSS)
    size = f'width="{_WIDTH * _ACROSS}" height="{_HEIGHT * rows}"'
    parts = [
        f'<g transform="translate({_WIDTH * (at % _ACROSS)} {_HEIGHT * (at // _ACROSS)})">{_panel(panel)}</g>'
        for at, panel in enumerate(panels)
    ]
    style = f"<style>{_STYLE}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{style}{"".join(parts)}</svg>\n'


def _panel(panel: Panel) -> str:
    across, up = _Scale(panel.x), _Scale(value for line in panel.lines.values() for value in line)
    parts = [f'<text x="{_LEFT}" y="18" font-weight="600">{escape(panel.title)}</text>']
    parts += _grid(across, up)
    for number, (name, values) in enumerate(panel.lines.items()):
        parts += _line(name, list(zip(panel.x, values, strict=True)), across, up, number)
    return "".join(parts)


class _Scale:
    """Whole powers of ten around some values."""

    def __init__(self, values: Iterable[float]) -> None:
        known = [value for value in values if value > 0]
        self.low, self.high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
        self.high += self.high == self.low

    def at(self, value: float) -> float:
        """From 0 to 1."""
        return (math.log10(value) - self.low) / (self.high - self.low)

    def powers(self) -> range:
        """The exponents of the lines of the grid."""
        return range(self.low, self.high + 1)


def _x(across: _Scale, value: float) -> float:
    return round(_LEFT + across.at(value) * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(up: _Scale, value: float) -> float:
    return round(_HEIGHT - _BOTTOM - up.at(value) * (_HEIGHT - _TOP - _BOTTOM), 1)


def _grid(across: _Scale, up: _Scale) -> Iterator[str]:
    bottom = _HEIGHT - _BOTTOM
    for power in up.powers():
        y = _y(up, 10.0**power)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{10.0**power:,g}</text>'
    for power in across.powers():
        x = _x(across, 10.0**power)
        yield f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{_short(power)}</text>'
    yield f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{bottom}" y2="{bottom}"/>'


def _short(power: int) -> str:
    return {3: "1,000", 4: "10,000", 5: "100,000", 6: "1 million", 7: "10 million"}.get(power, f"1e{power}")


def _line(
    name: str, points: Sequence[tuple[float, float]], across: _Scale, up: _Scale, number: int
) -> Iterator[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    path = " ".join(f"{_x(across, x)},{_y(up, y)}" for x, y in points if y > 0)
    yield f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>'
    for x, y in points:
        yield f'<circle cx="{_x(across, x)}" cy="{_y(up, y)}" r="3" fill="{colour}"/>'
    label = in_words(name)
    at, below = _LEFT + 132 * (number % 2), _HEIGHT - 24 + 14 * (number // 2)
    yield f'<text x="{at}" y="{below}" style="fill:{colour}">{escape(label)}</text>'


def in_words(name: str) -> str:
    """The name of a figure in words: `disk_bytes` is "disk"."""
    words = name.removesuffix("_per_s").split("_")
    return " ".join(word for word in words if word not in _UNITS)
