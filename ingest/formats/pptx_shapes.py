"""What stands on a slide (ECMA-376 part 1, 19 to 21): shapes, and their text as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ingest.formats.containers import Container
from ingest.formats.drawings import chart_blocks, diagram_items, plain_text, runs_text, table_block
from ingest.formats.markdown_blocks import ListItem, bullets, inline
from ingest.formats.office_open import Relationship, relationships
from ingest.formats.pptx_order import Box
from ingest.formats.xml_trees import Element, local_name

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("dt", "ftr", "sldNum", "hdr")
_BULLETED = ("body", "obj", "")
_SHAPES = ("sp", "pic", "graphicFrame", "cxnSp")
_SAYS_NOTHING = re.compile(
    r"(?:description automatically generated|ai-generated content may be incorrect)\.?", re.IGNORECASE
)
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|bmp|tiff?|svg|emf|wmf)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """A box on a slide.

    Attributes:
        element: Its XML.
        box: Where it lies.
        role: The type of its placeholder; None for what is no placeholder.
    """

    element: Element
    box: Box
    role: str | None


@dataclass
class Slide:
    """Where the parts that belong to a slide are found."""

    container: Container
    links: dict[str, Relationship]
    layout: str
    _cache: dict[str, Element] = field(default_factory=dict)

    def related(self, kind: str) -> Element | None:
        """The root of the first part that the slide relates to in this way."""
        link = next((link for link in self.links.values() if link.kind == kind), None)
        return self.container.xml(link.target) if link and not link.external else None

    @cached_property
    def placeholders(self) -> list[Element]:
        """The placeholders of the layout, and after them those of its master."""
        masters = relationships(self.container, self.layout).values() if self.layout else ()
        master = next((link.target for link in masters if link.kind == "slideMaster"), "")
        roots = [self.container.xml(part) for part in (self.layout, master) if part]
        return [shape for root in roots if root is not None for shape in root.iter("{*}sp") if _place(shape)]

    def model(self, shape: Element) -> list[Element]:
        """The placeholders that a shape takes its position and bullets from, nearest first."""
        own = _place(shape)
        return [other for other in self.placeholders if own and _matches(own, _place(other) or {})]


def shapes(root: Element, slide: Slide) -> list[Shape]:
    """The visible shapes of a slide, groups taken apart, in the order of the file."""
    tree = root.find("{*}cSld/{*}spTree")
    return [] if tree is None else list(_members(tree, slide, None))


def is_title(shape: Shape) -> bool:
    """Whether it is the placeholder of the slide's title."""
    return shape.role in _TITLES


def shape_blocks(shape: Shape, slide: Slide) -> Iterator[str]:
    """The Markdown blocks that a shape shows."""
    element = shape.element
    if local_name(element) == "graphicFrame":
        yield from _frame_blocks(element, slide)
    body = element.find("{*}txBody")
    if body is not None and local_name(element) in ("sp", "cxnSp"):
        yield from _text_blocks(body, shape, slide)
    if local_name(element) == "pic" and (text := _alternative(element)):
        yield f"Picture: {text}"


def notes(slide: Slide) -> str:
    """The speaker's notes."""
    root = slide.related("notesSlide")
    found = root.iter("{*}sp") if root is not None else ()
    bodies = [shape.find("{*}txBody") for shape in found if (_place(shape) or {}).get("type") == "body"]
    texts = [runs_text(line, {}) for body in bodies if body is not None for line in body.iterfind("{*}p")]
    return "\n\n".join(filter(None, texts))


def comments(slide: Slide) -> str:
    """The comments on a slide, both of the old and of the threaded kind, each with who wrote it."""
    authors = _comment_authors(slide)
    items = []
    for comment in _all_comments(slide):
        who = authors.get(comment.get("authorId", ""), "")
        # The old kind is plain text; in the threaded kind, replies are comments of their own.
        old, body = comment.findtext("{*}text"), comment.find("{*}txBody")
        said = inline(old or (plain_text(body) if body is not None else "")).replace("\n", " ")
        if said:
            items.append(ListItem(0, f"{inline(who)}: {said}" if who else said))
    return bullets(items)


def _all_comments(slide: Slide) -> Iterator[Element]:
    root = slide.related("comments")
    yield from root.iter("{*}cm", "{*}reply") if root is not None else ()


def _comment_authors(slide: Slide) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in ("ppt/commentAuthors.xml", "ppt/authors.xml"):
        root = slide.container.xml(part)
        for author in root.iterchildren("*") if root is not None else ():
            found[author.get("id", "")] = author.get("name", "")
    return found


def _members(group: Element, slide: Slide, within: Box | None) -> Iterator[Shape]:
    for element in _resolved(group):
        if _is_hidden(element):
            continue
        if local_name(element) == "grpSp":
            # Members of a group have coordinates of their own: the group is read where it stands.
            yield from _members(element, slide, within or _box(element, slide))
        elif local_name(element) in _SHAPES:
            place = _place(element)
            role = None if place is None else place.get("type", "")
            if role not in _FURNITURE:
                yield Shape(element, within or _box(element, slide), role)


def _resolved(group: Element) -> Iterator[Element]:
    """The children, with the first choice in place of alternatives."""
    for child in group.iterchildren("*"):
        if local_name(child) == "AlternateContent":
            yield from (child[0] if len(child) else child).iterchildren("*")
        else:
            yield child


def _is_hidden(element: Element) -> bool:
    known = element.find("{*}*/{*}cNvPr")
    return known is not None and known.get("hidden") in ("1", "true")


def _place(shape: Element) -> dict[str, str] | None:
    found = shape.find("{*}*/{*}nvPr/{*}ph")
    return None if found is None else dict(found.attrib)


def _matches(own: dict[str, str], other: dict[str, str]) -> bool:
    if own.get("idx") and own.get("idx") == other.get("idx"):
        return True
    kinds = {own.get("type", "obj"), other.get("type", "obj")}
    return len(kinds) == 1 or kinds <= {"title", "ctrTitle"} or kinds <= {"body", "obj", "subTitle"}


def _box(element: Element, slide: Slide) -> Box:
    for candidate in (element, *slide.model(element)):
        frame = candidate.find("{*}spPr/{*}xfrm")
        for found in (frame, candidate.find("{*}xfrm"), candidate.find("{*}grpSpPr/{*}xfrm")):
            if found is not None and (box := _frame_box(found)):
                return box
    return Box(0, 0, 0, 0)


def _frame_box(frame: Element) -> Box | None:
    offset, extent = frame.find("{*}off"), frame.find("{*}ext")
    if offset is None or extent is None:
        return None
    edges = [offset.get("x"), offset.get("y"), extent.get("cx"), extent.get("cy")]
    if not all(re.fullmatch(r"-?\d{1,15}", edge or "") for edge in edges):
        return None
    return Box(*(float(edge) for edge in edges))


def _frame_blocks(element: Element, slide: Slide) -> Iterator[str]:
    found = element.find("{*}graphic/{*}graphicData")
    for content in found.iterchildren("*") if found is not None else ():
        kind = local_name(content)
        if kind == "tbl":
            yield table_block(content, slide.links)
        elif kind == "chart":
            yield from chart_blocks(_part(content, "id", slide))
        elif kind == "relIds":
            yield bullets(diagram_items(_part(content, "dm", slide)))


def _part(element: Element, attribute: str, slide: Slide) -> Element | None:
    """The root of the part that an element points to by the id of a relationship."""
    ids = [value for key, value in element.attrib.items() if key.rpartition("}")[2] == attribute]
    link = next((slide.links[id_] for id_ in ids if id_ in slide.links), None)
    return slide.container.xml(link.target) if link and not link.external else None


def _text_blocks(body: Element, shape: Shape, slide: Slide) -> Iterator[str]:
    """Paragraphs, and runs of bulleted ones as lists."""
    items: list[ListItem] = []
    styles = [shape.element, *slide.model(shape.element)]
    for line in body.iterfind("{*}p"):
        text = runs_text(line, slide.links)
        item = _list_item(line, text, shape.role, styles)
        if item:
            items.append(item)
        elif text:
            yield bullets(items)
            yield text
            items = []
    yield bullets(items)


def _list_item(line: Element, text: str, role: str | None, styles: list[Element]) -> ListItem | None:
    """The item of a list that a paragraph is; None if it has no bullet."""
    own = line.find("{*}pPr")
    level = own.get("lvl", "0") if own is not None else "0"
    depth = int(level) if re.fullmatch(r"\d", level) else 0
    kinds = [own] + [style.find(f"{{*}}txBody/{{*}}lstStyle/{{*}}lvl{depth + 1}pPr") for style in styles]
    bullet = next(filter(None, map(_bullet, kinds)), "")
    if not bullet and (role in _BULLETED or (role is None and depth)):
        bullet = "buChar"
    if bullet in ("buChar", "buBlip", "buAutoNum"):
        return ListItem(depth, text, ordered=bullet == "buAutoNum")
    return None


def _bullet(properties: Element | None) -> str:
    children = properties.iterchildren("*") if properties is not None else ()
    known = ("buNone", "buChar", "buAutoNum", "buBlip")
    return next((local_name(child) for child in children if local_name(child) in known), "")


def _alternative(picture: Element) -> str:
    known = picture.find("{*}nvPicPr/{*}cNvPr")
    text = (known.get("descr") or known.get("title") or "") if known is not None else ""
    text = inline(_SAYS_NOTHING.sub("", text)).replace("\n", " ").strip()
    return "" if _FILE_NAME.fullmatch(text) else text
