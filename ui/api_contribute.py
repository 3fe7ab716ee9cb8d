"""Contributing over HTTP: writing, changing and withdrawing a post, a lesson or a question; uploading.

Who may do what is decided below (`catalog.written`). Bodies must be declared as JSON, which no form of
another site can; a document, which one can send, is turned away by `ui.guard.Guard` if it comes from there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, File, Query, UploadFile
from pydantic import Field, StringConstraints

from catalog.nouns import Kind
from ui.api_parameters import AS_JSON, Body, Count, ItemId, Serving
from ui.contributing import LONGEST_TAG, LONGEST_TEXT, LONGEST_TITLE, MOST_TAGS
from ui.schemas_contribute import ContributionsOut, UploadOut, WithdrawnOut, WrittenOut

OVERHEAD = 1 << 16
"""Bytes of a form around its document."""

_PATIENCE = 5.0  # seconds

Title = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_TITLE,
        description="Its title.",
        examples=["Fleece keeps leatherjackets off"],
    ),
]
Text = Annotated[
    str,
    Field(
        max_length=LONGEST_TEXT,
        description="Markdown; a lesson's has the heading “What to do”; a question needs none.",
        examples=["## What happened\n\nThey ate the leeks.\n\n## What to do\n\nCover the bed in August."],
    ),
]
Tags = Annotated[
    list[Annotated[str, StringConstraints(max_length=LONGEST_TAG)]],
    Field(max_length=MOST_TAGS, description="Topics.", examples=[["leatherjackets"]]),
]
Author = Annotated[str, Query(max_length=200, description="Who brings it; only the owner may say so.")]
Place = Annotated[
    str,
    Query(
        max_length=200,
        description="Slug or name of the community that it is for.",
        examples=["hollow-lane-allotments"],
    ),
]


class WrittenKind(StrEnum):
    """What can be written here."""

    LESSON = "lesson"
    POST = "post"
    QUESTION = "question"


class WriteIn(Body):
    """What somebody writes."""

    kind: WrittenKind = Field(description="What it is to be.", examples=["lesson"])
    community: str = Field(
        max_length=200,
        description="Slug or name of the community that it is for.",
        examples=["hollow-lane-allotments"],
    )
    title: Title
    text: Text = ""
    tags: Tags = Field(default=[])
    author: str = Field(
        default="",
        max_length=200,
        description="Number or name of who wrote it; only the owner may say so.",
        examples=["Gwen Pritchard"],
    )


class EditIn(Body):
    """What changes; what is null stays."""

    title: Title | None = Field(default=None, description="Its title.", examples=["Fleece keeps them off"])
    text: Text | None = Field(default=None, description="Markdown.")
    tags: Tags | None = Field(default=None, description="Topics.")


router = APIRouter()


@router.post("/items", status_code=201, dependencies=AS_JSON)
def write(service: Serving, body: WriteIn) -> WrittenOut:
    """Write a lesson, a post or a question; the next question finds it."""
    place = next(iter(service.slugs([body.community])))
    kind = Kind(body.kind.value)
    return service.contributing().write(kind, place, body.title, body.text, body.tags, body.author)


@router.patch("/items", dependencies=AS_JSON)
def edit(service: Serving, item_id: ItemId, body: EditIn) -> WrittenOut:
    """Change what was written here: one's own, or what one is a steward of."""
    return service.contributing().edit(item_id, body.title, body.text, body.tags)


@router.delete("/items")
def withdraw(service: Serving, item_id: ItemId) -> WithdrawnOut:
    """Withdraw what was written here, for good."""
    return service.contributing().withdraw(item_id)


@router.get("/contributions")
def contributions(service: Serving, k: Count = 20) -> ContributionsOut:
    """List what the viewer wrote and uploaded here; for the owner, all that was."""
    return service.contributing().mine(k)


def documents(most: int) -> APIRouter:
    """The addresses of uploads, which may send larger bodies than the others.

    Args:
        most: Bytes of a body.
    """
    uploads = APIRouter(prefix="/documents", max_body_size=most)
    uploads.post("", status_code=201)(upload)
    uploads.get("")(uploaded)
    return uploads


def upload(
    service: Serving,
    file: Annotated[
        UploadFile, File(description="The document.", examples=["# Leeks\n\nLeeks want company."])
    ],
    community: Place,
    author: Author = "",
) -> UploadOut:
    """Upload a document; what has not been read after a few seconds can be asked for later."""
    place = next(iter(service.slugs([community])))
    taken = service.contributing().upload(place, file.filename or "", file.file, author)
    return service.contributing().settled(taken.item_id, _PATIENCE)


def uploaded(service: Serving, item_id: ItemId) -> UploadOut:
    """Tell how far a document has come that the viewer uploaded."""
    return service.contributing().settled(item_id, 0)
