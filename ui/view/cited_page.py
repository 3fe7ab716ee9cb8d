"""A cited page of a PDF as HTML: what is cited from it, and the page as a picture on which it is marked."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from ui.schemas import ItemOut, PassageOut
from ui.terminal import excerpt
from ui.view.parts import title_of
from ui.view.place import Span
from ui.view.rendered import render, render_sentence
from ui.view.tags import Html, tag

PICTURE = "/api/v1/page-picture"
"""Where the browser gets the picture, as whoever looks at the page may see it."""

_TOLD = 400  # characters of what is marked, for whoever does not see the picture


def cited_page_view(item: ItemOut, passage: PassageOut, quotes: Sequence[Span]) -> Html:
    """The page of a passage beside what is cited from it.

    Args:
        item: The item, with its text.
        passage: The passage; it has a page.
        quotes: Sentences of it that are quoted, as characters of the item's text.
    """
    text = item.text or ""
    quoted = [text[start:end] for start, end in quotes]
    cited = [tag("p", render_sentence(one)) for one in quoted] or [render(passage.text)]
    address = _address(item, passage, quotes)
    marked = excerpt(" ".join(quoted) or passage.text, _TOLD)
    told = f"Page {passage.page} of {title_of(item)}. Marked on it: {marked}"
    return tag(
        "figure",
        tag("blockquote", *cited, class_="prose body"),
        tag(
            "a",
            tag("img", src=address, alt=told),
            href=address,
            target="_blank",
            rel="noopener",
            aria_label=f"Page {passage.page} as a picture, in a new tab",
        ),
        class_="cited-page",
    )


def _address(item: ItemOut, passage: PassageOut, quotes: Sequence[Span]) -> str:
    asked = {
        "id": item.id,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "quote": [f"{start}-{end}" for start, end in quotes],
    }
    return f"{PICTURE}?{urlencode(asked, doseq=True)}"
