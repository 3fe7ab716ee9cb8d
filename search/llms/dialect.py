"""What a server takes of the OpenAI protocol: servers differ, and tell so by refusing a request.

The request starts as most servers want it. What one complains about is changed, and it is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from search.llms.message import Message


@dataclass(frozen=True, slots=True)
class Dialect:
    """The form of a request.

    Attributes:
        stream: Whether the answer is asked for piece by piece.
        temperature: Whether a temperature may be given; some models have but one.
        limit: The parameter that bounds the answer's length.
        system_role: Whether there may be messages of the system; else their text begins the user's first.
    """

    stream: bool = True
    temperature: bool = True
    limit: str = "max_tokens"
    system_role: bool = True

    def request(self, messages: Sequence[Message], max_tokens: int) -> dict[str, Any]:
        """The body of a request, but for the model's name. It never offers a tool."""
        said = messages if self.system_role else merge_system(messages)
        body: dict[str, Any] = {
            "messages": [{"role": message.role, "content": message.content} for message in said],
            "stream": self.stream,
            self.limit: max_tokens,
        }
        return body | ({"temperature": 0} if self.temperature else {})

    def adapted(self, complaint: str, messages: Sequence[Message]) -> Dialect | None:
        """The form to try next after a refusal (HTTP 400 or 422); None if there is nothing to change.

        Args:
            complaint: What the server says.
            messages: What was refused.
        """
        spoke = any(message.role == "system" for message in messages)
        said = complaint.lower()
        changes: Mapping[str, tuple[bool, Any]] = {
            "limit": (
                self.limit == "max_tokens" and "max_completion_tokens" in said,
                "max_completion_tokens",
            ),
            "temperature": (self.temperature and "temperature" in said, False),
            "stream": (self.stream and "stream" in said, False),
            # Last, and whatever is said: each chat template complains of the role in its own words.
            "system_role": (self.system_role and spoke, False),
        }
        for name, (wanted, value) in changes.items():
            if wanted:
                changed: dict[str, Any] = {name: value}
                return replace(self, **changed)
        return None


def merge_system(messages: Sequence[Message]) -> list[Message]:
    """Put what the system says at the beginning of the user's first message."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    others = [message for message in messages if message.role != "system"]
    if not system:
        return others
    if not others or others[0].role != "user":
        return [Message("user", system), *others]
    return [Message("user", f"{system}\n\n{others[0].content}"), *others[1:]]
