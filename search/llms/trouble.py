"""Makes errors of what a language model's server says: each tells what happened and what to do next."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from catalog.errors import LanguageModelError, Trouble

_QUOTED = 200  # characters of what a server says that are told


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is, for messages.

    Attributes:
        url: The address of its API.
        model: Its name there.
        key: What must not be told.
    """

    url: str
    model: str
    key: str = ""

    def error(self, kind: Trouble, what: str) -> LanguageModelError:
        """An error that begins with the address and nowhere has the key."""
        message = f"{self.url}: {what}"
        return LanguageModelError(kind, message.replace(self.key, "…") if self.key else message)

    def unreachable(self, reason: object) -> LanguageModelError:
        """Nothing answers."""
        return self.error(
            Trouble.UNREACHABLE,
            f"the language model cannot be reached ({_short(str(reason))}); see that its server runs and "
            "that COPSE_LLM_URL is its address",
        )

    def slow(self) -> LanguageModelError:
        """Its time is over."""
        return self.error(
            Trouble.SLOW,
            "the language model was not done in time; ask again, take a faster model, or give it longer "
            "(COPSE_LLM_SECONDS)",
        )

    def cut_off(self) -> LanguageModelError:
        """The connection ended too early."""
        return self.error(
            Trouble.CUT_OFF, "the language model's answer broke off in the middle; ask again, or see its log"
        )

    def nonsense(self, what: str) -> LanguageModelError:
        """It does not speak the protocol."""
        return self.error(
            Trouble.NONSENSE,
            f"this does not speak the OpenAI protocol ({what}); see that COPSE_LLM_URL is the address of its "
            "API, which mostly ends in /v1",
        )

    def empty(self) -> LanguageModelError:
        """It had nothing to say."""
        return self.error(
            Trouble.EMPTY, "the language model's answer is empty; ask again, or take another model"
        )

    def failed(self, what: str) -> LanguageModelError:
        """Something went wrong on its side."""
        return self.error(
            Trouble.FAILED, f"the language model failed ({_short(what)}); ask again later, or see its log"
        )

    def refusal(self, status: int, body: bytes, headers: Mapping[str, str]) -> Refusal:
        """The error for an HTTP status that is not a success."""
        said = complaint(body)
        told = f"HTTP {status}: {_short(said)}" if said else f"HTTP {status}"
        wait = retry_after(headers.get("retry-after", "")) if status == 429 else None
        if status == 429:
            later = f"in {math.ceil(wait)} seconds" if wait else "later"
            error = self.error(
                Trouble.RATE_LIMITED,
                f"the language model is asked too often, or a quota is used up ({told}); ask again {later}",
            )
        elif status >= 500 or status == 408:
            error = self.failed(told)
        else:
            error = self.error(Trouble.REFUSED, self._refused(status, told, headers))
        return Refusal(error, status, said, wait)

    def _refused(self, status: int, told: str, headers: Mapping[str, str]) -> str:
        if status in (401, 403):
            return (
                f"the language model does not take the key ({told}); set COPSE_LLM_KEY to one that it takes"
            )
        if status == 404:
            return (
                f"there is no model {self.model!r} ({told}); see COPSE_LLM_MODEL, and COPSE_LLM_URL, which "
                "mostly ends in /v1"
            )
        if 300 <= status < 400:
            elsewhere = _short(headers.get("location", "")) or "elsewhere"
            return (
                f"it leads on to {elsewhere} (HTTP {status}), and Copse sends nothing there; set "
                "COPSE_LLM_URL to the address itself"
            )
        return (
            f"the language model refuses the request ({told}); try a smaller COPSE_LLM_CONTEXT, or another "
            "model"
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not a success.

    Attributes:
        error: What is told of it.
        status: Its HTTP status.
        complaint: What the server says.
        wait: Seconds after which it wants to be asked again; None if it does not say.
    """

    error: LanguageModelError
    status: int
    complaint: str
    wait: float | None


def complaint(body: bytes) -> str:
    """What the body of an error says: the message in it, else its beginning."""
    text = body.decode("utf-8", "replace")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return message_of(found) or text


def message_of(found: object) -> str:
    """The message of an error in JSON, as OpenAI, Ollama and FastAPI write it; empty if there is none."""
    for name in ("error", "message", "detail"):
        inner = found.get(name) if isinstance(found, dict) else None
        if inner:
            return inner if isinstance(inner, str) else message_of(inner) or json.dumps(inner)
    return ""


def retry_after(header: str) -> float | None:
    """Seconds in a Retry-After header, which has a number or a date; None if it has neither."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header).astimezone(UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, OverflowError):
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]}…"
