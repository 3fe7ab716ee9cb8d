"""Posts requests as JSON to the one address that the settings name, such as that of a chat."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.delivery.channel import Message, UndeliveredError

_SECONDS = 15


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
        body = json.dumps(document, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "copse"}
        if self.key:
            signature = hmac.new(self.key.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Copse-Signature"] = f"sha256={signature}"
        try:
            # Neither redirects nor proxies of the environment: it goes to this address and nowhere else.
            with httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
                status = client.post(self.url, content=body, headers=headers).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UndeliveredError(f"the webhook cannot be reached ({type(error).__name__})") from error
        if not 200 <= status < 300:
            raise UndeliveredError(f"the webhook answers {status}")
