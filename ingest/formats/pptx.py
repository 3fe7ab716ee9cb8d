"""PowerPoint presentations (.pptx): a slide is a page."""

from __future__ import annotations

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.containers import Container
from ingest.formats.markdown_blocks import heading, join_pages, paragraphs
from ingest.formats.names import plausible_title
from ingest.formats.office_open import Relationship, main_part, properties, relationships
from ingest.formats.pptx_order import in_reading_order
from ingest.formats.pptx_shapes import Slide, comments, is_title, notes, shape_blocks, shapes
from ingest.formats.tidy import one_line, tidy

MOST_SLIDES = 5000
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read(data: bytes, name: str) -> Document:
    """Read a presentation: titles, texts, tables, charts, alt texts, notes and comments, slide by slide.

    A hidden slide counts as a page but has no text; `meta["hidden_slides"]` lists their numbers.

    Raises:
        UnreadableError: If it is no presentation, is protected, breaks a limit or has no text.
    """
    container = Container(data, name)
    parts = _slide_parts(container, name)
    slides = [_slide(container, part, number) for number, part in enumerate(parts, start=1)]
    text, pages = join_pages([body for _, body, _ in slides])
    if not text:
        raise UnreadableError(name, "has no text on its slides (pictures only?); run OCR on a PDF of it")
    facts = properties(container)
    hidden = [number for number, (_, _, shown) in enumerate(slides, start=1) if not shown]
    return Document(
        text=text,
        title=plausible_title(facts.title) or next((title for title, _, _ in slides if title), None),
        authors=facts.authors,
        created=facts.created,
        updated=facts.updated,
        pages=pages,
        meta={**facts.meta, "hidden_slides": hidden} if hidden else {**facts.meta},
    )


def _slide_parts(container: Container, name: str) -> list[str]:
    """The parts of the slides in the order of the presentation."""
    main = main_part(container, "ppt/presentation.xml")
    root, links = container.xml(main), relationships(container, main)
    if root is None or not root.tag.endswith("}presentation"):
        raise UnreadableError(name, "is not a presentation, or damaged; save it again as .pptx")
    ids = [entry.get(_RELATED, "") for entry in root.iterfind("{*}sldIdLst/{*}sldId")]
    if len(ids) > MOST_SLIDES:
        raise UnreadableError(name, f"has {len(ids):,} slides, more than {MOST_SLIDES:,}; split it")
    return [links[id_].target for id_ in ids if id_ in links]


def _slide(container: Container, part: str, number: int) -> tuple[str, str, bool]:
    """The title of a slide, its text as Markdown, and whether it is shown."""
    root = container.xml(part)
    if root is None or root.get("show") in ("0", "false"):
        return "", "", root is None
    links = relationships(container, part)
    slide = Slide(container, links, _layout(links))
    found = shapes(root, slide)
    titles = [shape for shape in found if is_title(shape)]
    title = one_line(" ".join(block for shape in titles for block in shape_blocks(shape, slide)))
    body = [
        block
        for shape in in_reading_order([shape for shape in found if not is_title(shape)])
        for block in shape_blocks(shape, slide)
    ]
    spoken = [heading(3, "Notes"), spoken_text] if (spoken_text := notes(slide)) else []
    said = [heading(3, "Comments"), comment_text] if (comment_text := comments(slide)) else []
    if not (title or body or spoken or said):
        return "", "", True
    return title, tidy(paragraphs([heading(2, title or f"Slide {number}"), *body, *spoken, *said])), True


def _layout(links: dict[str, Relationship]) -> str:
    return next((link.target for link in links.values() if link.kind == "slideLayout"), "")
