"""From a web address to a readable page: fetched politely, parsed in a bounded child process."""

from __future__ import annotations

import codecs
import mimetypes
import re
import tempfile
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import httpx

from catalog.errors import TransientError, UnreadableError
from ingest.documents import Document
from ingest.formats import supported
from ingest.sources.protocol import DocumentParser
from ingest.sources.web.facts import Facts, facts
from ingest.web import Response, Robots, Validators, WebClient
from ingest.web.response import shown

WITHDRAWN = frozenset({401, 403, 404, 410})
"""The statuses of a page that is not there (any more), or not for everybody."""

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/markdown": ".md",
}
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined"})  # slow, or no encodings of text
_LONGEST_ADDRESS = 2000
_PATIENCE = 5  # pages in a row that cannot be had, before a site is left alone


@dataclass
class Fetcher:
    """Gets the pages of a source as its sites' robots.txt allow; safe to use from several threads.

    Attributes:
        web: The client.
        parser: What reads the pages.
    """

    web: WebClient
    parser: DocumentParser
    robots: Robots = field(init=False)
    _failed: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self.robots = Robots(self.web)

    def get(self, url: str, known: Validators | None = None, allow: Collection[int] = WITHDRAWN) -> Response:
        """Get a page.

        Args:
            url: Its address.
            known: What tells the version that is known already; a status of 304 says that it is the newest.
            allow: Statuses besides 2xx that are answers.

        Raises:
            TransientError: If it cannot be had now.
            UnreadableError: If it may not be asked for, or cannot be read.
        """
        if self._failed >= _PATIENCE:
            reason = f"was not asked for, as {_PATIENCE} pages in a row could not be had; sync again later"
            raise TransientError(shown(url), reason)
        headers = known.headers if known else {}
        try:
            response = self.web.get(
                url, headers=headers, allow={*allow, *([304] if headers else [])}, check=self.robots.check
            )
        except TransientError:
            with self._lock:
                self._failed += 1
            raise
        self._failed = 0
        return response

    def document(self, response: Response, where: str) -> tuple[Document, Facts]:
        """Read a page that was fetched.

        Raises:
            UnreadableError: If it cannot be read.
        """
        suffix = _suffix(response, where)
        document = self.parsed(_with_charset(response) if suffix == ".html" else response.body, suffix, where)
        return document, facts(_text(response)) if suffix == ".html" else Facts()

    def parsed(self, data: bytes, suffix: str, where: str) -> Document:
        """Read some bytes in a child process.

        Args:
            data: The bytes of a file.
            suffix: What its name would end with: `.html`.
            where: How messages name it.

        Raises:
            UnreadableError: If they cannot be read.
        """
        with tempfile.TemporaryDirectory(prefix="copse-") as folder:
            path = Path(folder, f"page{suffix}")
            path.write_bytes(data)
            try:
                return self.parser.parse(path, path.name)
            except UnreadableError as error:
                raise UnreadableError(where, error.reason) from error


def web_address(text: str, base: str = "") -> str:
    """A web address in one spelling, without its fragment; empty for what is none.

    Args:
        text: The address as somebody wrote it.
        base: The address of what it is written in.
    """
    written = text.strip()
    if not 0 < len(written) < _LONGEST_ADDRESS:
        return ""
    try:
        url = httpx.URL(base).join(written) if base else httpx.URL(written)
        usable = url.scheme in ("http", "https") and url.host and not url.userinfo
        return str(url.copy_with(fragment=None)) if usable else ""
    except (httpx.InvalidURL, ValueError):
        return ""


def key_of(response: Response, found: Facts) -> str:
    """What a page is known by: its canonical address, or the one that it was found at in the end.

    A canonical address on another host is not believed; nor is the front page, which some sites' templates
    name on every page.
    """
    asked, named = httpx.URL(response.url), web_address(found.canonical, response.url)
    canonical = httpx.URL(named or response.url)
    front = canonical.raw_path == b"/" and asked.raw_path != b"/"
    return response.url if front or canonical.host != asked.host else str(canonical)


def _suffix(response: Response, where: str) -> str:
    """What the name of a file with this content would end with."""
    kind = response.content_type
    if kind in _SUFFIXES:
        return _SUFFIXES[kind]
    named = PurePosixPath(httpx.URL(response.url).path)
    if kind in _VAGUE and supported(named):
        return named.suffix.lower()
    if kind in _VAGUE:
        return ".html" if b"<html" in response.body[:1000].lower() else ".txt"
    guessed = mimetypes.guess_extension(kind) or named.suffix.lower()
    if not supported(PurePosixPath(f"page{guessed}")):
        raise UnreadableError(where, f"is of the kind {kind[:80]}, which is not read")
    return guessed


def _charset(response: Response) -> str:
    """The name of the encoding that the server gives; empty if it gives none that is known."""
    found = _CHARSET.search(response.headers.get("content-type", ""))
    return _known(found[1]) if found else ""


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return ""
    return "" if found in _NO_CHARSETS else found


def _with_charset(response: Response) -> bytes:
    """The page, in which its encoding is declared if only the server said it."""
    charset = _charset(response)
    if not charset or _DECLARED.search(response.body[:4096]):
        return response.body
    return f'<meta charset="{charset}">'.encode() + response.body


def _text(response: Response) -> str:
    declared = _DECLARED.search(response.body[:4096])
    charset = _charset(response) or (_known(declared[1].decode("ascii")) if declared else "")
    try:
        return response.body.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return response.body.decode("utf-8", "replace")
