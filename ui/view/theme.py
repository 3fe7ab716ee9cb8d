"""Colours and type of the page, as Streamlit's options: the same quiet theme by day and by night."""

from __future__ import annotations

LIGHT = {
    "primaryColor": "#2f6650",
    "backgroundColor": "#fbfaf7",
    "secondaryBackgroundColor": "#f3f1ea",
    "textColor": "#20261f",
    "linkColor": "#2f6650",
    "borderColor": "#e0dccf",
    "codeBackgroundColor": "#f3f1ea",
    "greenTextColor": "#2f6650",
    "greenBackgroundColor": "#e3eee6",
    "yellowTextColor": "#7d5a0b",
    "yellowBackgroundColor": "#f8ebc4",
}
DARK = {
    "primaryColor": "#3d8163",
    "backgroundColor": "#161a18",
    "secondaryBackgroundColor": "#1e2421",
    "textColor": "#e5e4dc",
    "linkColor": "#93c4ab",
    "borderColor": "#333b37",
    "codeBackgroundColor": "#1e2421",
    "greenTextColor": "#a5d3bb",
    "greenBackgroundColor": "#20362c",
    "yellowTextColor": "#ecc873",
    "yellowBackgroundColor": "#473a17",
}
_BOTH: dict[str, str | bool] = {
    "theme.font": "sans-serif",
    "theme.headingFont": "serif",
    "theme.baseRadius": "8px",
    "theme.showWidgetBorder": True,
    "theme.linkUnderline": False,
}

THEME: dict[str, str | bool] = {
    **_BOTH,
    **{f"theme.light.{name}": value for name, value in LIGHT.items()},
    **{f"theme.light.sidebar.{name}": LIGHT[name] for name in ("primaryColor", "borderColor")},
    **{f"theme.dark.{name}": value for name, value in DARK.items()},
    **{f"theme.dark.sidebar.{name}": DARK[name] for name in ("primaryColor", "borderColor")},
}
