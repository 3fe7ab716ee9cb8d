"""The JSON forms of an answer that is still being written."""

from __future__ import annotations

from pydantic import BaseModel, Field


class DraftOut(BaseModel):
    """A piece of what a language model is writing, which nobody has checked yet; plain text."""

    text: str = Field(description="Comes right behind the draft before it.")


class CheckedOut(BaseModel):
    """A sentence of the draft that was checked."""

    text: str = Field(description="The sentence, without its citations.")
    fault: str | None = Field(description="Why it is left out; null if its sources bear it out.")
