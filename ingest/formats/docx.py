"""Word documents (.docx)."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile

import mammoth
from lxml import etree

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.headings import heading_title, without_title
from ingest.formats.html import html_to_markdown
from ingest.formats.moments import moment
from ingest.formats.names import people, plausible_title, split_people
from ingest.formats.tidy import one_line

_CORE = "docProps/core.xml"
_BODY = "word/document.xml"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_UNPACKED = 512 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
comment-reference =>
"""


def read(data: bytes, name: str) -> Document:
    """Read a Word document: headings, lists, tables and links as Markdown, images as their alt text.

    Raises:
        UnreadableError: If it is no Word document, is protected, or unpacks to too much.
    """
    if data.startswith(_OLE):
        raise UnreadableError(
            name, "is password-protected or an old .doc; save it as .docx without a password"
        )
    properties = _properties(data, name)
    pictures = mammoth.images.img_element(_no_picture)
    html = mammoth.convert_to_html(_with_equations(data), style_map=_STYLES, convert_image=pictures).value
    text = html_to_markdown(html).replace(" ↑", "")
    title = plausible_title(properties.get("title")) or heading_title(text)
    return Document(
        text=without_title(text, title),
        title=title,
        authors=people(split_people(properties.get("creator", ""))),
        created=moment(properties.get("created")),
        updated=moment(properties.get("modified")),
        meta=dict(properties),
    )


def _with_equations(data: bytes) -> BytesIO:
    """Return the file with its equations as runs of plain text, which mammoth keeps."""
    with ZipFile(BytesIO(data)) as archive:
        if _BODY not in archive.namelist() or b":oMath" not in (body := archive.read(_BODY)):
            return BytesIO(data)
        copy = BytesIO()
        with ZipFile(copy, "w") as changed:
            for entry in archive.namelist():
                changed.writestr(entry, _plain_equations(body) if entry == _BODY else archive.read(entry))
    return BytesIO(copy.getvalue())


def _plain_equations(xml: bytes) -> bytes:
    root = etree.fromstring(xml, _safe_parser())
    for equation in root.iter(f"{_MATH}oMath"):
        text = "".join(equation.itertext(f"{_MATH}t"))
        run = etree.SubElement(equation.getparent(), f"{_WORD}r")
        etree.SubElement(run, f"{_WORD}t").text = text
        equation.addprevious(run)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _safe_parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, recover=True)


def _no_picture(image: object) -> dict[str, str]:
    """Give images no source, so that none is unpacked or embedded; mammoth adds the alt text."""
    del image
    return {}


def _properties(data: bytes, name: str) -> dict[str, str]:
    """The core properties (ECMA-376 part 2, 11): title, creator, created, modified and so on."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > _MOST_UNPACKED:
                raise UnreadableError(
                    name, f"unpacks to {unpacked >> 20:,} MB; remove its pictures, or split it"
                )
            core = archive.read(_CORE) if _CORE in archive.namelist() else b""
    except BadZipFile as error:
        raise UnreadableError(name, "is not a Word document, or damaged; save it again as .docx") from error
    return _core_properties(core) if core.strip() else {}


def _core_properties(xml: bytes) -> dict[str, str]:
    root = etree.fromstring(xml, _safe_parser())
    if root is None:
        return {}
    entries = ((etree.QName(entry).localname, one_line(entry.text or "")) for entry in root.iterchildren("*"))
    return {key: value for key, value in entries if value}
