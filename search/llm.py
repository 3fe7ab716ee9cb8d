"""The language model, which words answers if the settings name one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from catalog.errors import LanguageModelError, SettingError
from catalog.settings import Settings
from search.llms.message import Message
from search.llms.openai_compatible import OpenAIModel
from search.llms.probe import Probe, try_model

__all__ = [
    "LanguageModel",
    "LanguageModelError",
    "Message",
    "OpenAIModel",
    "Probe",
    "open_llm",
    "probe",
]


class LanguageModel(Protocol):
    """Continues a conversation. `stream` may be called by several threads.

    Attributes:
        name: Identity: what is remembered of one model is not mixed with another's.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    def stream(self, messages: Sequence[Message], *, max_tokens: int, deadline: float) -> Iterator[str]:
        """The text of the next turn, in pieces, as they arrive.

        Args:
            messages: The conversation so far.
            max_tokens: Longest text; what is longer is cut.
            deadline: Moment of `time.monotonic` by which it must be complete.

        Raises:
            LanguageModelError: While it is read: if there is no answer, or its end is not there in time.
        """
        ...


def open_llm(settings: Settings) -> LanguageModel | None:
    """The model that the settings name; None if they name none. Nothing is sent until it is used.

    Raises:
        SettingError: If the settings name it so that it cannot be used.
    """
    return _open(settings)


def probe(settings: Settings) -> Probe | None:
    """Try the model that the settings name; None if they name none. Nothing of the library is sent.

    Raises:
        SettingError: If the settings name it so that it cannot be used.
    """
    model = _open(settings)
    return try_model(model, settings.llm_seconds) if model else None


def _open(settings: Settings) -> OpenAIModel | None:
    url = settings.llm_url.strip().rstrip("/").removesuffix("/chat/completions")
    if not url:
        return None
    if not _is_address(url):
        raise SettingError(
            "COPSE_LLM_URL: give the http or https address of an API, such as http://localhost:11434/v1, "
            "with the key, if there is one, in COPSE_LLM_KEY"
        )
    if not settings.llm_model.strip():
        raise SettingError(f"COPSE_LLM_MODEL: give the name of a model that {url} has")
    if not (settings.llm_key.isascii() and settings.llm_key.isprintable()):
        raise SettingError("COPSE_LLM_KEY: a key has printable ASCII characters only; copy it again")
    return OpenAIModel(url, settings.llm_model.strip(), settings.llm_key.strip())


def _is_address(url: str) -> bool:
    """Whether it is an address of the web, and nothing secret is in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    known = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return known and not ("@" in parts.netloc or parts.query or parts.fragment)
