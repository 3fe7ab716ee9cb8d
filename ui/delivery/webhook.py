"""Posts requests as JSON to the one address that the settings name, such as that of a chat."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.delivery.channel import Message
from ui.delivery.posting import as_json, post


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that takes JSON.

    Attributes:
        url: The address.
        key: With what the bytes are signed; empty for nothing.
    """

    url: str
    key: str = ""

    name = "webhook"

    @classmethod
    def of(cls, settings: Settings) -> Webhook:
        """The address that the settings name.

        Raises:
            SettingError: If it is none.
        """
        try:
            parts = urlsplit(settings.webhook_url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise SettingError("COPSE_WEBHOOK_URL: give an address such as https://chat.example.org/hooks/…")
        return cls(settings.webhook_url, settings.webhook_key)

    def send(self, message: Message) -> None:
        """Post a message; nobody's address and no personal link is in it, because others read it too."""
        document = {
            "event": "request",
            "request": message.request,
            "question": message.question,
            "person": message.name,
            "link": message.link,
            "text": message.public_text,
        }
        body = as_json(document)
        signed = hmac.new(self.key.encode(), body, hashlib.sha256).hexdigest() if self.key else ""
        post("the webhook", self.url, body, {"X-Copse-Signature": f"sha256={signed}"} if signed else None)
