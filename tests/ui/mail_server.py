"""A mail server on this machine that keeps what it gets, for one test."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class Post:
    """What a server has got, and how it behaves.

    Attributes:
        refuse: Whether it takes no recipient.
        hang_up: Whether it ends every connection in the middle.
        sent: Envelope recipient and message of each mail.
        port: Where it listens.
    """

    refuse: bool = False
    hang_up: bool = False
    sent: list[tuple[str, EmailMessage]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"smtp://127.0.0.1:{self.port}"


class _Handler(socketserver.StreamRequestHandler):
    post: Post

    def handle(self) -> None:
        """Speak as much SMTP as a client needs."""
        self._say("220 ready")
        recipient = ""
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"RCPT":
                recipient = line.split(b"<")[1].split(b">")[0].decode()
                self._say("550 nobody here" if self.post.refuse else "250 yes")
            elif word == b"DATA":
                if self.post.hang_up:
                    return
                self._say("354 go on")
                self._keep(recipient)
                self._say("250 kept")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _keep(self, recipient: str) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        mail = message_from_bytes(b"".join(lines), policy=default)
        if isinstance(mail, EmailMessage):
            self.post.sent.append((recipient, mail))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(post: Post) -> Iterator[Post]:
    """Run a server until the block ends."""
    handler = type("Handler", (_Handler,), {"post": post})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join()
