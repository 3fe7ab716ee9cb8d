"""The JSON forms of gaps: what was asked and could not be answered. Nobody is told who asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from catalog.gaps import Gap
from ui.schemas import Document, Form, Listed


class GapOut(Form):
    """A question that could not be answered."""

    id: int = Field(description="Its number.")
    question: str = Field(description="What was asked, as it was asked last.")
    communities: list[str] = Field(description="Slugs of the communities that were searched, sorted.")
    times: int = Field(description="How often it was asked.")
    first_asked: datetime = Field(description="When for the first time, in UTC.")
    last_asked: datetime = Field(description="When for the last time, in UTC.")
    confidence: float = Field(description="How strong the evidence was the last time, from 0 to 1.")


class GapsOut(Listed):
    """What was asked and could not be answered."""

    gaps: list[GapOut] = Field(description="The most asked first, then the newest.")


class DroppedGapOut(Document):
    """A gap that was taken away."""

    dropped: GapOut


def gap_out(gap: Gap) -> GapOut:
    """Show a gap."""
    return GapOut(
        id=gap.id,
        question=gap.question,
        communities=list(gap.communities),
        times=gap.times,
        first_asked=gap.first_asked,
        last_asked=gap.last_asked,
        confidence=gap.confidence,
    )


def gaps_out(gaps: Iterable[Gap], after: str | None = None) -> GapsOut:
    """Show gaps; `after` is the cursor of those that come after them."""
    return GapsOut(gaps=[gap_out(gap) for gap in gaps], next=after)
