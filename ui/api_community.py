"""A community from above over HTTP: what is asked, what has no answer, what grows, and its map."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from ui.api_parameters import LONGEST_QUESTION, Count, Serving
from ui.schemas_community import MapOut, PulseOut

router = APIRouter()

Wanted = Annotated[
    str,
    Query(
        max_length=LONGEST_QUESTION,
        description="A tag, or a few words; what fits is told besides. Nothing is looked for if it is empty.",
        examples=["slugs"],
    ),
]


@router.get("/community")
def community(service: Serving, k: Count = 10) -> PulseOut:
    """Tell what is asked, what has no answer, and what grows."""
    return service.pulse(k)


@router.get("/map")
def picture(service: Serving, q: Wanted = "") -> MapOut:
    """Give a map of the library, on which what is about the same lies close together, and what fits words."""
    return service.map(q)
