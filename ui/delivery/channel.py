"""What a channel is, and which ones the settings name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from catalog.settings import Settings


@dataclass(frozen=True, slots=True)
class Message:
    """A request to one person, ready to be sent.

    Attributes:
        request: Number of the request.
        question: What is asked.
        name: Whom it goes to, as others see them.
        address: Their e-mail address, if one is known. It goes nowhere but to the mail server.
        text: The write-up for them, with their own link.
        public_text: The write-up for a place that others read too, with a link that shows only.
        link: Address that shows the request; empty if there is no public one.
    """

    request: int
    question: str
    name: str
    address: str | None
    text: str
    public_text: str
    link: str


class UndeliveredError(Exception):
    """A message could not be sent; the text says why, in one line without addresses and keys."""


class Channel(Protocol):
    """Sends messages.

    Attributes:
        name: What it is called.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    def send(self, message: Message) -> None:
        """Send a message.

        Raises:
            UndeliveredError: If it cannot be sent, now or to this person.
        """
        ...


def open_channels(settings: Settings) -> list[Channel]:
    """The channels that the settings name; none is a choice too.

    Raises:
        SettingError: If an address is none.
    """
    channels: list[Channel] = []
    if settings.smtp_url:
        from ui.delivery.mail import Mail

        channels.append(Mail.of(settings))
    if settings.webhook_url:
        from ui.delivery.webhook import Webhook

        channels.append(Webhook.of(settings))
    return channels
