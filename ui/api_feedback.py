"""Over HTTP: saying what helped, and summing up for stewards. Nobody is told who said it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from catalog.errors import QuestionError
from catalog.feedback import LONGEST_REASON
from ui.api_parameters import AS_JSON, LONGEST_QUESTION, Body, Count, Serving
from ui.schemas_feedback import FeedbackOut, SaidOut

Slug = Annotated[str, StringConstraints(max_length=200)]


class FeedbackIn(Body):
    """Whether an answer, or an item, helped: one of the two is named."""

    question: str = Field(
        default="",
        max_length=LONGEST_QUESTION,
        description="What was asked.",
        examples=["Are slug nematodes worth the money?"],
    )
    communities: list[Slug] = Field(
        default=[], max_length=50, description="Slugs or names to which the question was narrowed."
    )
    item: str = Field(default="", max_length=2000, description="Id of the item that it is about instead.")
    helped: bool = Field(description="Whether it helped.", examples=[False])
    reason: str = Field(
        default="",
        max_length=LONGEST_REASON,
        description="Why, in a line.",
        examples=["It does not say what they cost."],
    )


router = APIRouter(prefix="/feedback")


@router.post("", dependencies=AS_JSON)
def say(service: Serving, body: FeedbackIn) -> SaidOut:
    """Say whether an answer or an item helped; saying it again changes it."""
    if bool(body.question) == bool(body.item):
        raise QuestionError("question, item: name one of them, and not both")
    telling = service.feedback()
    if body.item:
        return telling.about_item(body.item, helped=body.helped, reason=body.reason)
    places = service.slugs(body.communities)
    return telling.about_answer(body.question, places, helped=body.helped, reason=body.reason)


@router.get("")
def feedback(service: Serving, k: Count = 20) -> FeedbackOut:
    """Sum up for stewards what readers said of answers and items."""
    return service.feedback().summary(k)
