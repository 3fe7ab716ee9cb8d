"""DrawingML, which slides and charts are made of: text, tables, charts, diagrams (ECMA-376 part 1, 21)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.formats.markdown_blocks import ListItem, inline, linked, table
from ingest.formats.office_open import Relationship
from ingest.formats.xml_trees import Element, local_name

_BREAKS = {"br": "\n", "tab": "\t"}
_SILENT = ("Fallback", "pPr", "rPr", "endParaRPr")
_MOST_POINTS = 500
_MOST_SERIES = 30


def runs_text(paragraph: Element, links: Mapping[str, Relationship]) -> str:
    """The text of a paragraph as Markdown, with its links to the web."""
    return linked(_pieces(paragraph, links, ""))


def plain_text(element: Element) -> str:
    """All the text inside an element, a line for each paragraph."""
    lines = list(element.iter("{*}p")) or [element]
    return "\n".join("".join(text for text, _ in _pieces(line, {}, "")) for line in lines)


def table_block(element: Element, links: Mapping[str, Relationship]) -> str:
    """A table; a merged cell's text stands in its first cell."""
    return table(
        [[_cell(cell, links) for cell in row.iterfind("{*}tc")] for row in element.iterfind("{*}tr")]
    )


def chart_blocks(root: Element | None) -> Iterator[str]:
    """The title of a chart, and its values as they were last drawn, a row for each category."""
    if root is None:
        return
    title = root.find("{*}chart/{*}title")
    if title is not None and (text := inline(plain_text(title))):
        yield f"Chart: {text}"
    series = list(root.iter("{*}ser"))[:_MOST_SERIES]
    columns = [_series(one) for one in series]
    labels = next((_points(one.find("{*}cat")) for one in series if one.find("{*}cat") is not None), {})
    rows = sorted({at for _, values in columns for at in values} | set(labels))[:_MOST_POINTS]
    body = [[labels.get(at, ""), *(values.get(at, "") for _, values in columns)] for at in rows]
    yield table([["", *(name for name, _ in columns)], *body] if body else [])


def diagram_items(root: Element | None) -> list[ListItem]:
    """The texts of a diagram (SmartArt), in the order of its data."""
    points = root.iterfind("{*}ptLst/{*}pt") if root is not None else ()
    texts = [inline(plain_text(point.find("{*}t"))) for point in points if point.find("{*}t") is not None]
    return [ListItem(0, text.replace("\n", " ")) for text in texts if text]


def _pieces(element: Element, links: Mapping[str, Relationship], address: str) -> Iterator[tuple[str, str]]:
    for child in element.iterchildren("*"):
        kind = local_name(child)
        if kind == "t":
            yield child.text or "", address
        elif kind in _BREAKS:
            yield _BREAKS[kind], address
        elif kind == "r":
            yield from _pieces(child, links, _address(child, links))
        elif kind not in _SILENT and child.get("type") != "slidenum":
            yield from _pieces(child, links, address)


def _address(run: Element, links: Mapping[str, Relationship]) -> str:
    click = run.find("{*}rPr/{*}hlinkClick")
    ids = click.attrib.values() if click is not None else ()
    return next((links[id_].target for id_ in ids if id_ in links and links[id_].external), "")


def _cell(cell: Element, links: Mapping[str, Relationship]) -> str:
    if cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true"):
        return ""
    return " ".join(filter(None, (runs_text(line, links) for line in cell.iterfind("{*}txBody/{*}p"))))


def _series(element: Element) -> tuple[str, dict[int, str]]:
    name = " ".join(_points(element.find("{*}tx")).values())
    values = element.find("{*}val")
    return name, _points(values if values is not None else element.find("{*}yVal"))


def _points(element: Element | None) -> dict[int, str]:
    """The cached values by their index."""
    found: dict[int, str] = {}
    for point in element.iter("{*}pt") if element is not None else ():
        at = point.get("idx", "")
        if at.isdecimal() and len(at) < 7:
            found[int(at)] = inline(point.findtext("{*}v") or "")
    return found
