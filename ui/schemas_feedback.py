"""The JSON forms of what helped. Nobody is told who said it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from catalog.feedback import Helped, Said, Verdict
from ui.schemas import Document, Form


class SaidOut(Document):
    """What the viewer said of an answer or an item, and how many said so too."""

    helped: bool | None = Field(description="Whether it helped; null if the viewer said nothing.")
    reason: str = Field(description="Why; may be empty.")
    people_helped: int = Field(description="How many an item helped; 0 for an answer.")
    people: int = Field(description="Of how many who said something of the item; 0 for an answer.")


class VerdictOut(Form):
    """What readers said of one answer, or of one item."""

    question: str = Field(description="What was asked; empty where it is about an item.")
    item_id: str = Field(description="The item; empty where it is about a whole answer.")
    communities: list[str] = Field(description="Slugs of the communities that were searched, sorted.")
    helped: int = Field(description="How many people it helped.")
    unhelped: int = Field(description="How many it did not help.")
    reasons: list[str] = Field(description="Why, in their words; those whom it did not help come first.")
    last: datetime = Field(description="When the last of them said so, in UTC.")


class FeedbackOut(Document):
    """What readers said, for stewards."""

    answers: list[VerdictOut] = Field(description="Of answers; those that helped the fewest come first.")
    items: list[VerdictOut] = Field(description="Of items; those that helped the fewest come first.")


def said_out(said: Said | None, helped: Helped) -> SaidOut:
    """Show what the viewer said."""
    return SaidOut(
        helped=said.helped if said else None,
        reason=said.reason if said else "",
        people_helped=helped.helped,
        people=helped.of,
    )


def feedback_out(answers: Iterable[Verdict], items: Iterable[Verdict]) -> FeedbackOut:
    """Show what readers said."""
    return FeedbackOut(answers=list(map(_verdict_out, answers)), items=list(map(_verdict_out, items)))


def _verdict_out(one: Verdict) -> VerdictOut:
    return VerdictOut(
        question=one.question,
        item_id=one.item_id,
        communities=list(one.communities),
        helped=one.helped,
        unhelped=one.unhelped,
        reasons=list(one.reasons),
        last=one.last,
    )
