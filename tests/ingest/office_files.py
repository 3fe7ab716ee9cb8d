"""Small office files and e-books, written part by part so that odd ones can be made too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SLIDES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    f' xmlns:r="{_DOCUMENT}"'
)
_OPEN_DOCUMENT = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in [
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("style", "style"),
        ("draw", "drawing"),
        ("presentation", "presentation"),
        ("meta", "meta"),
        ("svg", "svg-compatible"),
    ]
)
_OPEN_DOCUMENT += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'

CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>On heaps</dc:title><dc:creator>Ana Lima; Ben Roe</dc:creator>"
    "<dcterms:created>2024-03-14T09:00:00Z</dcterms:created>"
    "<dcterms:modified>2024-03-15T00:00:00Z</dcterms:modified></cp:coreProperties>"
)
"""The properties of a file by Ana Lima and Ben Roe."""


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip container with these parts."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def relations(*links: tuple[str, str, str]) -> str:
    """A part of relationships: id, kind and target of each; a target on the web is external."""
    web = ' TargetMode="External"'
    entries = "".join(
        f'<Relationship Id="{id_}" Type="{_DOCUMENT}/{kind}" Target="{target}"'
        f"{web if target.startswith('http') else ''}/>"
        for id_, kind, target in links
    )
    return f'<Relationships xmlns="{_RELATIONSHIPS}">{entries}</Relationships>'


def shape(text: str, *, role: str = "", at: tuple[int, int] | None = None, more: str = "") -> str:
    """A shape of a slide: paragraphs as XML, the role of a placeholder, its left upper corner."""
    place = f'<p:ph type="{role}"/>' if role else ""
    frame = f'<a:xfrm><a:off x="{at[0]}" y="{at[1]}"/><a:ext cx="100" cy="100"/></a:xfrm>' if at else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"{more}/><p:cNvSpPr/><p:nvPr>{place}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{frame}</p:spPr><p:txBody>{text}</p:txBody></p:sp>"
    )


def line(text: str, level: int = 0, inside: str = "") -> str:
    """A paragraph of a slide."""
    return f'<a:p><a:pPr lvl="{level}">{inside}</a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'


def slide(*shapes: str, attributes: str = "") -> str:
    """A slide."""
    return f"<p:sld {_SLIDES}{attributes}><p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld></p:sld>"


def pptx(*slides: str, more: Mapping[str, str] | None = None) -> bytes:
    """A presentation."""
    numbers = range(1, len(slides) + 1)
    ids = "".join(f'<p:sldId id="{255 + number}" r:id="s{number}"/>' for number in numbers)
    parts = {
        "_rels/.rels": relations(("d", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {_SLIDES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"s{number}", "slide", f"slides/slide{number}.xml") for number in numbers)
        ),
        **{f"ppt/slides/slide{number}.xml": text for number, text in zip(numbers, slides, strict=True)},
    }
    return zipped({**parts, **(more or {})})


def notes(text: str) -> str:
    """The page of notes of a slide."""
    shapes = shape(line("1"), role="sldNum") + shape(line(text), role="body")
    return f"<p:notes {_SLIDES}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:notes>"


def cell(at: str, value: object, kind: str = "n", style: int = 0) -> str:
    """A cell of a workbook; kind `t` is a text of its own."""
    if kind == "t":
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{at}" t="{kind}" s="{style}"><v>{value}</v></c>'


def row(number: int, *cells: str) -> str:
    """A row of a sheet."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def texts(number: int, *values: str) -> str:
    """A row of texts, from column A on."""
    return row(number, *(cell(f"{chr(65 + at)}{number}", value, "t") for at, value in enumerate(values)))


def xlsx(sheets: Mapping[str, str], *, more: Mapping[str, str] | None = None, state: str = "") -> bytes:
    """A workbook: the rows (XML) of each sheet; `state` is that of the last one."""
    entries, links = "", [("st", "styles", "styles.xml"), ("ss", "sharedStrings", "sharedStrings.xml")]
    parts: dict[str, str] = {}
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        hidden = f' state="{state}"' if state and number == len(sheets) else ""
        entries += f'<sheet name="{name}" sheetId="{number}" r:id="w{number}"{hidden}/>'
        links.append((f"w{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>'
            if "<sheetData>" not in rows
            else f'<worksheet xmlns="{_SPREADSHEET}">{rows}</worksheet>'
        )
    workbook = f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_DOCUMENT}"><sheets>{entries}</sheets></workbook>'
    main = {"_rels/.rels": relations(("d", "officeDocument", "xl/workbook.xml")), "xl/workbook.xml": workbook}
    return zipped({**main, "xl/_rels/workbook.xml.rels": relations(*links), **parts, **(more or {})})


def styles(*codes: str) -> dict[str, str]:
    """The part of a workbook with these number formats; they are the styles 1, 2 and so on."""
    formats = "".join(f'<numFmt numFmtId="{164 + at}" formatCode="{code}"/>' for at, code in enumerate(codes))
    cells = "".join(f'<xf numFmtId="{164 + at}"/>' for at in range(len(codes)))
    text = f'<numFmts>{formats}</numFmts><cellXfs><xf numFmtId="0"/>{cells}</cellXfs>'
    return {"xl/styles.xml": f'<styleSheet xmlns="{_SPREADSHEET}">{text}</styleSheet>'}


def shared(*entries: str) -> dict[str, str]:
    """The part of a workbook with these shared texts (XML)."""
    items = "".join(f"<si>{entry}</si>" for entry in entries)
    return {"xl/sharedStrings.xml": f'<sst xmlns="{_SPREADSHEET}">{items}</sst>'}


def open_document(kind: str, body: str, *, styled: str = "", more: Mapping[str, str] | None = None) -> bytes:
    """An OpenDocument file of a kind (text, spreadsheet, presentation) by Ana Lima."""
    styling = f"<office:automatic-styles>{styled}</office:automatic-styles>"
    content = f"{styling}<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    meta = (
        "<office:meta><dc:title>On heaps</dc:title><meta:initial-creator>Ana Lima</meta:initial-creator>"
        "<meta:creation-date>2024-03-14T09:00:00</meta:creation-date><dc:date>2024-03-15</dc:date></office:meta>"
    )
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"<office:document-content {_OPEN_DOCUMENT}>{content}</office:document-content>",
        "meta.xml": f"<office:document-meta {_OPEN_DOCUMENT}>{meta}</office:document-meta>",
    }
    return zipped({**parts, **(more or {})})


def epub(
    chapters: Sequence[tuple[str, str]],
    *,
    titles: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
) -> bytes:
    """A book: name and body (HTML) of each chapter, and the titles that its contents give to names."""
    items = "".join(
        f'<item id="c{at}" href="{name}" media-type="application/xhtml+xml"/>'
        for at, (name, _) in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{at}"/>' for at in range(len(chapters)))
    links = "".join(f'<li><a href="{name}#top">{title}</a></li>' for name, title in (titles or {}).items())
    nav = '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        '<dc:title>On heaps</dc:title><dc:creator id="a">Ana Lima</dc:creator>'
        '<dc:creator id="i">Ida Ink</dc:creator><meta refines="#i" property="role">ill</meta>'
        "<dc:date>2024-03-14</dc:date>"
        '<meta property="dcterms:modified">2024-03-15T00:00:00Z</meta></metadata>'
        f"<manifest>{nav}{items}</manifest><spine>{spine}<itemref idref='nav'/></spine></package>"
    )
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
    parts = {
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<rootfiles><rootfile full-path="book/package.opf"/></rootfiles></container>'
        ),
        "book/package.opf": package,
        "book/nav.xhtml": page.format(f"<nav><ol>{links}</ol></nav>"),
        **{f"book/{name.replace('%20', ' ')}": page.format(body) for name, body in chapters},
    }
    return zipped({**parts, **(more or {})})
