"""Sends requests by mail, through the one server that the settings name."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.delivery.channel import Message, UndeliveredError
from ui.guard import LOOPBACK

_PORTS = {"smtp": 587, "smtps": 465}
_SECONDS = 20
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[\w.-]+")
_LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server.

    Attributes:
        host: Its name.
        port: Its port.
        tls: Whether the connection is encrypted from its beginning; else as soon as the server offers it.
        user: Who logs in; empty for nobody.
        password: With what.
        sender: Address from which mails come.
    """

    host: str
    port: int
    tls: bool
    user: str
    password: str
    sender: str

    name = "mail"

    @classmethod
    def of(cls, settings: Settings) -> Mail:
        """The server that the settings name.

        Raises:
            SettingError: If the address of the server or of the sender is none.
        """
        parts, port = _parsed(settings.smtp_url)
        user = unquote(parts.username or "")
        sender = settings.smtp_from or (user if "@" in user else f"copse@{parts.hostname}")
        if not _ADDRESS.fullmatch(sender):
            raise SettingError(
                f"COPSE_SMTP_FROM={sender!r}: give an e-mail address, such as copse@example.org"
            )
        return cls(
            parts.hostname or "",
            port or _PORTS[parts.scheme],
            parts.scheme == "smtps",
            user,
            unquote(parts.password or ""),
            sender,
        )

    def send(self, message: Message) -> None:
        """Send a message; its text goes as plain text."""
        if not message.address:
            raise UndeliveredError("no e-mail address of theirs is known")
        if not _ADDRESS.fullmatch(message.address):
            raise UndeliveredError("their e-mail address cannot be used")
        try:
            written = self._write(message)
            with self._connected() as server:
                server.send_message(written, self.sender, [message.address])
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
            raise UndeliveredError(f"the mail server {self.host} did not take it ({_told(error)})") from error

    def _write(self, message: Message) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address("Copse", addr_spec=self.sender)
        mail["To"] = Address(addr_spec=message.address or "")
        # A header is one line: what somebody asks cannot begin another one.
        mail["Subject"] = f"A question for you: {' '.join(message.question.split())}"[:_LONGEST_SUBJECT]
        mail["Date"] = formatdate()
        mail["Message-ID"] = make_msgid("copse", self.sender.partition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail

    def _connected(self) -> smtplib.SMTP:
        """A connection that is encrypted wherever the server can, and always before a password is sent."""
        context = ssl.create_default_context()
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
        try:
            self._log_in(server, context)
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server.ehlo_or_helo_if_needed()
        encrypted = self.tls
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=context)
            encrypted = True
        if not self.user:
            return
        if not encrypted and self.host not in LOOPBACK:
            raise smtplib.SMTPException("it offers no encryption, and would get the password in the open")
        server.login(self.user, self.password)


def _parsed(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingError(_ADVICE) from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise SettingError(_ADVICE)
    return parts, port


_ADVICE = "COPSE_SMTP_URL: give an address such as smtp://user:password@mail.example.org:587"


def _told(error: Exception) -> str:
    """What went wrong, without what the server said: that may hold the address."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "it refuses the user or the password"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "it refuses the recipient"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answers {error.smtp_code}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the connection ended"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) if isinstance(error, smtplib.SMTPException) else type(error).__name__
