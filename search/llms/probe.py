"""Tries a language model and says what it can do."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace

from catalog.errors import LanguageModelError, Trouble
from search.llms.message import Message
from search.llms.openai_compatible import OpenAIModel

_MAX_TOKENS = 512  # those that a model spends on thinking count, too
_ASKED = (
    Message("system", "You answer in JSON."),
    Message("user", 'Which colour does the sky have? Answer with {"colour": "..."} and nothing else.'),
)
_SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string"}},
    "required": ["colour"],
    "additionalProperties": False,
}
_IN_JSON = {
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "sky", "strict": True, "schema": _SCHEMA},
    }
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What trying a language model came to.

    Attributes:
        reachable: Whether a server answers at the address.
        model_known: Whether the server has the model.
        streaming: Whether the answer comes piece by piece.
        json_schema: Whether an answer can be held to a JSON schema.
        system_role: Whether there may be messages of the system.
        seconds: How long one answer took; 0 if there was none.
        problem: What is the matter and what to do next; empty if the model answers.
    """

    reachable: bool = False
    model_known: bool = False
    streaming: bool = False
    json_schema: bool = False
    system_role: bool = False
    seconds: float = 0.0
    problem: str = ""


def try_model(model: OpenAIModel, seconds: float) -> Probe:
    """Ask a model two small questions; nothing of the library is sent.

    Args:
        model: The model.
        seconds: How long each answer may take.
    """
    begin = time.monotonic()
    try:
        _ask(model, seconds, begin)
    except LanguageModelError as error:
        return _failed(model, error, seconds)
    took = time.monotonic() - begin
    return Probe(
        reachable=True,
        model_known=True,
        streaming=bool(model.streamed),
        system_role=model.dialect.system_role,
        json_schema=_keeps_to_schema(model, seconds),
        seconds=took,
    )


def _ask(model: OpenAIModel, seconds: float, begin: float, **extra: object) -> str:
    deadline = begin + seconds
    return "".join(model.ask(_ASKED, max_tokens=_MAX_TOKENS, deadline=deadline, extra=extra))


def _keeps_to_schema(model: OpenAIModel, seconds: float) -> bool:
    try:
        found = json.loads(_ask(model, seconds, time.monotonic(), **_IN_JSON))
    except (LanguageModelError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and set(found) == {"colour"}


def _failed(model: OpenAIModel, error: LanguageModelError, seconds: float) -> Probe:
    """What can still be said of a model that does not answer."""
    probe = Probe(reachable=error.kind is not Trouble.UNREACHABLE, problem=str(error))
    if not probe.reachable:
        return probe
    try:
        names = model.models(deadline=time.monotonic() + seconds)
    except LanguageModelError:
        return probe
    known = model.name in names
    if known or error.kind is not Trouble.REFUSED or not names:
        return replace(probe, model_known=known)
    listed = ", ".join(sorted(names)[:10]) + (", …" if len(names) > 10 else "")
    return replace(probe, problem=f"{error}; it has {listed}")
