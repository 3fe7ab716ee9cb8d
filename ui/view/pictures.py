"""Charts on the page, each under a heading with the sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ui.schemas_community import AskedDayOut
from ui.schemas_topics import LandscapeOut, NetworkOut, TimelineOut, TopicOut
from ui.view.tags import tag
from ui.view.theme import DARK, LIGHT

if TYPE_CHECKING:
    import altair as alt

    from ui.charts import Look

# What draws is imported where something is drawn: it takes a while, and most visits are questions.


def draw_activity(title: str, timeline: TimelineOut) -> None:
    """What was done over the years."""
    from ui.charts import activity_chart

    if timeline.periods:
        _draw(title, activity_chart(timeline, _look()))


def draw_people(title: str, seen: LandscapeOut) -> None:
    """The people of a topic: what they gave, and what was to be expected."""
    from ui.charts import people_chart

    if seen.specific or seen.busy or seen.past:
        _draw(title, people_chart(seen, _look()))


def draw_network(title: str, network: NetworkOut) -> None:
    """Who answers whom."""
    from ui.charts import network_chart

    if network.edges:
        _draw(title, network_chart(network, _look()))


def draw_risks(title: str, topics: Sequence[TopicOut]) -> None:
    """On how many people topics rest."""
    from ui.charts import risk_chart

    _draw(title, risk_chart(topics, _look()))


def draw_asked(title: str, days: Sequence[AskedDayOut]) -> None:
    """How much was asked each day; one day alone makes no picture."""
    from ui.charts import asked_chart

    if sum(one.times > 0 for one in days) > 1:
        _draw(title, asked_chart(days, _look()))


def _look() -> Look:
    """The colours of the page as the reader has it, by day or by night."""
    from ui.charts import Look

    colours = DARK if st.context.theme.type == "dark" else LIGHT
    return Look(colours["textColor"], colours["borderColor"], colours["backgroundColor"])


def _draw(title: str, chart: alt.LayerChart) -> None:
    told = tag("figcaption", chart.description)
    st.html(tag("div", tag("h2", title, class_="side"), told, class_="picture"))
    st.altair_chart(chart, theme=None, width="stretch")
