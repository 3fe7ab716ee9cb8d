"""Reads a community from above: what is asked, what has no answer, what grows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from catalog.gaps import question_key
from catalog.nouns import Item, RequestState, State, Viewer
from catalog.reader import Reader
from search.engine import Engine
from ui.schemas import item_out
from ui.schemas_community import PulseOut, UnansweredOut, asked_day_out, demand_out, growth_out
from ui.schemas_gaps import GapOut, gaps_out
from ui.schemas_requests import requests_out

DAYS = 30
"""In how many days it is counted what is asked."""

_LOOKED_AT = 3  # times as many as are wanted: some were solved without a reply, or are told elsewhere


def read_pulse(engine: Engine, viewer: Viewer, k: int) -> PulseOut:
    """A community from above, as far as a viewer may read it.

    Args:
        engine: The opened library.
        viewer: Who asks.
        k: How many of each kind are wanted at most.
    """
    grown = engine.growth(viewer)
    with engine.catalog.read(viewer) as reader:
        items = reader.items(grown.newest)
        now = datetime.now(UTC)
        return PulseOut(
            days=DAYS,
            asked=[demand_out(one) for one in reader.asked(DAYS, now, k)],
            by_day=[asked_day_out(one) for one in reader.asked_days(DAYS, now)],
            unanswered=_unanswered(reader, grown.unreplied, k),
            growth=growth_out(grown, items, k),
        )


def _unanswered(reader: Reader, unreplied: Sequence[str], k: int) -> UnansweredOut:
    waiting = _waiting(reader, unreplied[: _LOOKED_AT * k])
    requests = requests_out(reader.requests(k, RequestState.OPEN)).requests
    gaps = gaps_out(reader.gaps(_LOOKED_AT * k)).gaps
    return UnansweredOut(
        gaps=_each_once(gaps, {question_key(one.question) for one in requests})[:k],
        requests=requests,
        questions=[item_out(one) for one in waiting][:k],
        questions_in_all=len(unreplied),
    )


def _each_once(gaps: Iterable[GapOut], told: Collection[str]) -> list[GapOut]:
    """Gaps without those that were put to people, nor those that are kept for other communities as well."""
    each: dict[str, GapOut] = {}
    for gap in gaps:
        each.setdefault(question_key(gap.question), gap)
    return [gap for key, gap in each.items() if key not in told]


def _waiting(reader: Reader, ids: Iterable[str]) -> list[Item]:
    """Questions that nobody has called solved or outdated, in their order."""
    wanted = list(ids)
    items = reader.items(wanted)
    found = (items[one] for one in wanted if one in items)
    return [item for item in found if item.state in (State.OPEN, None)]
