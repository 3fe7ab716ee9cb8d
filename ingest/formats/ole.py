"""The container of Office 97-2003 and of protected files (MS-CFB): recognised, and refused with advice."""

from __future__ import annotations

from pathlib import PurePath

from catalog.errors import UnreadableError

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of every such file."""

_PROTECTED = "EncryptedPackage".encode("utf-16-le")  # MS-OFFCRYPTO, 1.3: where a locked .docx lies
_NEWER = {
    ".doc": ".docx",
    ".dot": ".docx",
    ".xls": ".xlsx",
    ".xlt": ".xlsx",
    ".ppt": ".pptx",
    ".pps": ".pptx",
}


def refusal(data: bytes, name: str) -> UnreadableError:
    """Say why a file in this container is not read, and what to save it as."""
    suffix = PurePath(name).suffix.lower()
    newer = _NEWER.get(suffix, suffix)
    if _PROTECTED in data:
        return UnreadableError(name, f"is password-protected; save it as {newer} without a password")
    if suffix in _NEWER:
        return UnreadableError(name, f"is in the old {suffix} format; save it as {newer} and read that")
    return UnreadableError(
        name, f"is password-protected or of an old format; save it as {newer} without a password"
    )
