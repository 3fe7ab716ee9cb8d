"""What looking after a library found, as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ui.schemas import Document, Form


class CheckOut(Form):
    """One thing that was looked at."""

    name: str = Field(description="What was looked at.")
    state: Literal["ok", "warning", "broken"] = Field(
        description="`warning` works, but not as well as it could."
    )
    found: str = Field(description="What was found.")
    advice: str = Field(default="", description="What to do next; empty where all is well.")


class ModelProbeOut(Form):
    """What the language model can do."""

    reachable: bool = Field(description="Whether a server answers at the address.")
    model_known: bool = Field(description="Whether the server has the model.")
    streaming: bool = Field(description="Whether an answer comes piece by piece.")
    json_schema: bool = Field(description="Whether an answer can be held to a JSON schema.")
    system_role: bool = Field(description="Whether there may be messages of the system.")
    seconds: float = Field(description="How long one short answer took.")


class DoctorOut(Document):
    """All that was looked at."""

    healthy: bool = Field(description="Whether nothing is broken.")
    checks: list[CheckOut]
    language_model: ModelProbeOut | None = Field(description="Null if none is set.")
