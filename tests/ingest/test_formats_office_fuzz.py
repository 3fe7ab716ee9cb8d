"""Damaged office files: a document or a reason comes out, nothing else."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.errors import UnreadableError
from ingest import formats
from ingest.documents import Document
from tests.ingest.office_files import (
    cell,
    epub,
    line,
    open_document,
    pptx,
    row,
    shape,
    shared,
    slide,
    styles,
    texts,
    xlsx,
)

_ROWS = texts(1, "a", "b") + row(2, cell("A2", "45365.5", style=1), cell("B2", 0, "s"))
_NOTE = '<text:note text:id="1"><text:note-body><text:p>n</text:p></text:note-body></text:note>'
_CELL = '<table:table-cell table:number-columns-repeated="3"><text:p>1</text:p></table:table-cell>'
_FRAME = '<draw:frame svg:x="1cm"><draw:text-box><text:p>T</text:p></draw:text-box></draw:frame>'
_FILES = {
    "a.pptx": pptx(slide(shape(line("T"), role="title"), shape(line("b") + line("c", 1), at=(5, 5)))),
    "a.xlsx": xlsx({"S": _ROWS}, more={**styles("yyyy-mm-dd"), **shared("<t>x</t>")}),
    "a.odt": open_document("text", f'<text:h text:outline-level="1">H</text:h><text:p>x{_NOTE}</text:p>'),
    "a.ods": open_document(
        "spreadsheet", f'<table:table table:name="S"><table:table-row>{_CELL}</table:table-row></table:table>'
    ),
    "a.odp": open_document("presentation", f"<draw:page>{_FRAME}</draw:page>"),
    "a.epub": epub([("a.xhtml", "<h1>x</h1><p>y</p>")], titles={"a.xhtml": "x"}),
    "a.rtf": rb"{\rtf1\ansi{\fonttbl{\f1\fcharset128 G;}}{\info{\title T}{\creatim\yr2024\mo3}}\f1 \'93\'fa"
    rb"\u8364?{\listtext\'b7}\ilvl1 x\par\trowd\intbl a\cell b\cell\row{\field{\*\fldinst HYPERLINK x}"
    rb"{\fldrslt y}}}",
}
_PLACE = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 9), st.binary(max_size=8))
_PLACES = st.lists(_PLACE, max_size=4)


def _damaged(data: bytes, places: list[tuple[float, int, bytes]]) -> bytes:
    """The data with some stretches replaced: where (as a share), how many bytes, by what."""
    for share, length, piece in places:
        at = int(share * len(data))
        data = data[:at] + piece + data[at + length :]
    return data


def _damaged_inside(data: bytes, which: float, places: list[tuple[float, int, bytes]]) -> bytes:
    """The container with one of its parts damaged."""
    file = BytesIO()
    with ZipFile(BytesIO(data)) as archive, ZipFile(file, "w") as copy:
        names = archive.namelist()
        victim = names[int(which * len(names))]
        for name in names:
            content = archive.read(name)
            copy.writestr(name, _damaged(content, places) if name == victim else content)
    return file.getvalue()


def _read(data: bytes, name: str) -> None:
    try:
        assert isinstance(formats.read(data, name), Document)
    except UnreadableError as error:
        assert error.reason  # noqa: PT017 - a reason is one of the two right outcomes


@pytest.mark.parametrize("name", _FILES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(places=_PLACES)
def test_any_damage_to_a_file_has_a_reason(name: str, places: list[tuple[float, int, bytes]]) -> None:
    """Whatever byte is wrong."""
    _read(_damaged(_FILES[name], places), name)


@pytest.mark.parametrize("name", [name for name in _FILES if name != "a.rtf"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(which=st.floats(0, 1, exclude_max=True), places=_PLACES)
def test_any_damage_to_a_part_has_a_reason(
    name: str, which: float, places: list[tuple[float, int, bytes]]
) -> None:
    """Whatever is wrong with the XML inside."""
    _read(_damaged_inside(_FILES[name], which, places), name)
