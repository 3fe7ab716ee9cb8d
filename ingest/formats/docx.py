"""Word documents (.docx)."""

from __future__ import annotations

import mammoth

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.containers import Container
from ingest.formats.docx_parts import comments, for_mammoth
from ingest.formats.fragments import html_to_markdown
from ingest.formats.headings import heading_title, without_title
from ingest.formats.html_tables import flatten_tables
from ingest.formats.markdown_blocks import bullets, heading, paragraphs
from ingest.formats.names import plausible_title
from ingest.formats.office_open import main_part, properties

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
comment-reference => !
"""


def read(data: bytes, name: str) -> Document:
    """Read a Word document: headings, lists, tables and links as Markdown, images as their alt text.

    Notes and comments follow at the end. Deleted text, headers and footers are left out.

    Raises:
        UnreadableError: If it is no Word document, is protected, or unpacks to too much.
    """
    container = Container(data, name)
    if main_part(container, "word/document.xml") not in container:
        raise UnreadableError(name, "is not a Word document, or damaged; save it again as .docx")
    facts = properties(container)
    text = paragraphs([_body(container), *_comments(container)])
    title = plausible_title(facts.title) or heading_title(text)
    return Document(
        text=without_title(text, title),
        title=title,
        authors=facts.authors,
        created=facts.created,
        updated=facts.updated,
        meta={**facts.meta},
    )


def _body(container: Container) -> str:
    pictures = mammoth.images.img_element(_no_picture)
    html = mammoth.convert_to_html(
        for_mammoth(container), style_map=_STYLES, convert_image=pictures, external_file_access=False
    ).value
    # mammoth ends each note with an arrow that leads back to its mark.
    return html_to_markdown(flatten_tables(html)).replace(" ↑", "")


def _comments(container: Container) -> list[str]:
    said = comments(container)
    return [heading(2, "Comments"), bullets(said)] if said else []


def _no_picture(image: object) -> dict[str, str]:
    """Give images no source, so that none is unpacked or embedded; mammoth adds the alt text."""
    del image
    return {}
