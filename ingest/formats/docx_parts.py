"""Word files, part by part, made ready for mammoth: safe, without pictures, with nothing that it would drop.

mammoth reads XML with entities, and loses equations, simple fields and the names of those who comment.
"""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

from lxml import etree

from ingest.formats.containers import Container
from ingest.formats.markdown_blocks import ListItem, inline
from ingest.formats.xml_trees import Element, local_name

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WRAPPERS = tuple(f"{_WORD}{name}" for name in ("fldSimple", "bdo", "dir"))
_UNUSED = (
    "customxml/",
    "docprops/",
    "word/theme/",
    "word/media/",
    "word/header",
    "word/footer",
    "word/embeddings/",
)


def for_mammoth(container: Container) -> BytesIO:
    """Write a copy of the file that holds only the XML that mammoth needs.

    Raises:
        UnreadableError: If a part is too large, too deep, or declares entities.
    """
    copy = BytesIO()
    with ZipFile(copy, "w", ZIP_STORED) as archive:
        for part in container.parts:
            plain = part.casefold()
            if not plain.endswith((".xml", ".rels")) or plain.startswith(_UNUSED):
                continue
            root = container.xml(part)
            if root is not None:
                _prepare(root)
                xml = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
                archive.writestr(part, xml)
    copy.seek(0)
    return copy


def comments(container: Container) -> list[ListItem]:
    """The comments, each with who wrote it."""
    root = container.xml("word/comments.xml")
    items = []
    for comment in root.iterfind(f"{_WORD}comment") if root is not None else ():
        said = " ".join(filter(None, (inline(_text(line)) for line in comment.iter(f"{_WORD}p"))))
        who = inline(comment.get(f"{_WORD}author", ""))
        if said:
            items.append(ListItem(0, f"{who}: {said}" if who else said))
    return items


def _text(line: Element) -> str:
    pieces = line.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br")
    return "".join(piece.text or "" if local_name(piece) == "t" else " " for piece in pieces)


def _prepare(root: Element) -> None:
    """Turn equations into runs of plain text, and put the content of simple fields in their place."""
    for equation in list(root.iter(f"{_MATH}oMath")):
        run = etree.Element(f"{_WORD}r")
        etree.SubElement(run, f"{_WORD}t").text = "".join(equation.itertext(f"{_MATH}t"))
        equation.addprevious(run)
    for paragraph in list(root.iter(f"{_MATH}oMathPara")):
        for run in paragraph.findall(f"{_WORD}r"):
            paragraph.addprevious(run)
    for wrapper in list(root.iter(*_WRAPPERS)):
        for child in list(wrapper):
            wrapper.addprevious(child)
    for line_break in root.iter(f"{_WORD}cr"):
        line_break.tag = f"{_WORD}br"
    for run in list(root.iter(f"{_WORD}r")):
        if _is_hidden(run):
            run.getparent().remove(run)


def _is_hidden(run: Element) -> bool:
    hidden = run.find(f"{_WORD}rPr/{_WORD}vanish")
    return hidden is not None and hidden.get(f"{_WORD}val", "true") not in ("false", "0", "off")
