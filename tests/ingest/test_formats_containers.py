"""Zip containers: what could hurt is refused before it is unpacked."""

from __future__ import annotations

import warnings
from io import BytesIO
from zipfile import ZipFile

import pytest

from catalog.errors import UnreadableError
from ingest.formats import containers
from ingest.formats.containers import Container
from tests.ingest.office_files import zipped


def _refusal(data: bytes, name: str = "a.docx") -> str:
    with pytest.raises(UnreadableError) as caught:
        Container(data, name)
    return caught.value.reason


def test_parts_are_found_whatever_their_case() -> None:
    """Programs write names with other cases and slashes than the links to them have."""
    container = Container(zipped({"Word\\Document.xml": "<a>x</a>"}), "a.docx")
    assert ("word/document.xml" in container, container.read("/word/document.XML")) == (True, b"<a>x</a>")


def test_a_missing_part_is_empty() -> None:
    """Nothing to read is no error; what must be there is the reader's business."""
    container = Container(zipped({"a.xml": "<a/>"}), "a.docx")
    assert (container.read("b.xml"), container.open("b.xml").read(), container.xml("b.xml")) == (
        b"",
        b"",
        None,
    )


def test_other_files_are_refused() -> None:
    """The reason names what the suffix promised."""
    assert _refusal(b"hello") == "is not a .docx file, or damaged; save it again"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """Nothing real shrinks a thousand times."""
    bomb = zipped({"word/document.xml": bytes(64 << 20)})
    assert _refusal(bomb).startswith("unpacks to 64 MB, 1,0")


def test_too_much_to_unpack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The container's own listing says how large it gets."""
    monkeypatch.setattr(containers, "_ALWAYS_FINE", 0)
    monkeypatch.setattr(containers, "MOST_UNPACKED", 1 << 20)
    data = zipped({"a": bytes(range(256)) * 8192, "b": bytes(1)})
    monkeypatch.setattr(containers, "MOST_EXPANSION", 10_000)
    assert _refusal(data) == "unpacks to 2 MB, more than 1; split it"


def test_a_part_that_is_too_large_for_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can still be streamed."""
    monkeypatch.setattr(containers, "MOST_IN_MEMORY", 10)
    container = Container(zipped({"a": "x" * 11}), "a.docx")
    with pytest.raises(UnreadableError, match="has a part of"):
        container.read("a")
    assert container.open("a").read() == b"x" * 11


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing can be a bomb too."""
    monkeypatch.setattr(containers, "MOST_PARTS", 1)
    assert _refusal(zipped({"a": "", "b": ""})) == "holds 2 parts, more than 1; split it"


def test_two_parts_of_one_name_are_refused() -> None:
    """Two programs could read two different documents."""
    file = BytesIO()
    with warnings.catch_warnings(), ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("word/document.xml", "<a/>")
        archive.writestr("Word/document.xml", "<b/>")
    assert _refusal(file.getvalue()) == "holds 2 parts named 'word/document.xml'; save it again"


def test_encrypted_parts_are_refused() -> None:
    """A zip program can set a password, too."""
    data = bytearray(zipped({"a": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert _refusal(bytes(data)) == "is password-protected; save it without a password"


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ('<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>', "declares XML entities, which are never expanded"),
        ("<a>" * 300 + "</a>" * 300, "is nested too deeply or has far too long texts"),
        (f"<a>{'x' * 10_100_000}</a>", "is nested too deeply or has far too long texts"),
    ],
    ids=["entities", "deep", "long"],
)
def test_hostile_xml_is_refused(xml: str, reason: str) -> None:
    """Entities are not expanded, and depth and length have limits."""
    container = Container(zipped({"a.xml": xml, "b": bytes(range(256)) * 300}), "a.docx")
    with pytest.raises(UnreadableError, match=reason):
        container.xml("a.xml")


def test_a_wrong_character_does_not_spoil_a_part() -> None:
    """Careless programs write control characters."""
    container = Container(zipped({"a.xml": "<a>x&#1;y</a>"}), "a.docx")
    root = container.xml("a.xml")
    assert root is not None
    assert "".join(root.itertext()) == "xy"


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.docx", "is password-protected or of an old format; save it as .docx without a password"),
        (
            "EncryptedPackage".encode("utf-16-le"),
            "a.pptx",
            "is password-protected; save it as .pptx without a password",
        ),
    ],
    ids=["unknown", "password"],
)
def test_protected_files_say_so(data: bytes, name: str, reason: str) -> None:
    """Office keeps protected files in its old container."""
    assert _refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data, name) == reason
