"""Office 97-2003 (.doc, .xls, .ppt): refused with advice, unless another format bears the suffix."""

from __future__ import annotations

import re
from pathlib import PurePath

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats import docx, html, pptx, rtf, xlsx
from ingest.formats.ole import SIGNATURE, refusal

_READERS = {".doc": docx.read, ".xls": xlsx.read, ".ppt": pptx.read}
_WEB_PAGE = re.compile(rb"\s*(?:<!doctype\s+html|<html|<head|<body|<table|<meta)\b", re.IGNORECASE)


def read(data: bytes, name: str) -> Document:
    """Read what programs save under an old suffix but in a newer format: RTF, a web page, Office Open XML.

    Raises:
        UnreadableError: If it is really of the old format; the reason says what to save it as.
    """
    suffix = PurePath(name).suffix.lower()
    if data.startswith(SIGNATURE):
        raise refusal(data, name)
    if data.startswith(b"PK"):
        return _READERS[suffix](data, name)
    if data.startswith(b"{\\rtf"):
        return rtf.read(data, name)
    if _WEB_PAGE.match(data.removeprefix(b"\xef\xbb\xbf")):
        return html.read(data, name)
    raise UnreadableError(name, f"is not a {suffix} file; give it the suffix of its real format")
