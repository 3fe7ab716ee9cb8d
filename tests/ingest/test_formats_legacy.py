"""Office 97-2003, and what only bears its suffixes."""

from __future__ import annotations

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from tests.ingest.office_files import texts, xlsx

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.doc", "is in the old .doc format; save it as .docx and read that"),
        ("a.XLS", "is in the old .xls format; save it as .xlsx and read that"),
        ("a.ppt", "is in the old .ppt format; save it as .pptx and read that"),
    ],
)
def test_the_reason_says_what_to_save_it_as(name: str, reason: str) -> None:
    """One line that helps."""
    with pytest.raises(UnreadableError) as caught:
        formats.read(_OLE + bytes(100), name)
    assert caught.value.reason == reason


def test_other_data_is_refused() -> None:
    """Nothing is guessed."""
    with pytest.raises(UnreadableError, match=r"is not a \.doc file; give it the suffix of its real format"):
        formats.read(b"hello", "a.doc")


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (b"{\\rtf1 Turn it weekly.}", "a.doc", "Turn it weekly."),
        (b"<html><table><tr><td>a<td>b</table></html>", "a.xls", "| a | b |\n| --- | --- |"),
        (xlsx({"S": texts(1, "a", "b")}), "a.xls", "## S\n\n| a | b |\n| --- | --- |"),
    ],
    ids=["RTF", "web page", "Office Open XML"],
)
def test_newer_formats_are_read_in_spite_of_the_suffix(data: bytes, name: str, text: str) -> None:
    """Many programs export these under an old suffix."""
    assert formats.read(data, name).text == text
