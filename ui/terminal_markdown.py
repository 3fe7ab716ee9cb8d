"""Markdown of a document on a terminal. It is apart because what reads Markdown takes long to load."""

from __future__ import annotations

from typing import ClassVar

from rich.markdown import Heading, Markdown

from ui.terminal import clean


class _Heading(Heading):
    LEVEL_ALIGN: ClassVar = dict.fromkeys(Heading.LEVEL_ALIGN, "left")


class InertMarkdown(Markdown):
    """Markdown of a document: headings to the left, addresses written out, nothing that a terminal obeys."""

    elements: ClassVar = Markdown.elements | {"heading_open": _Heading}

    def __init__(self, markup: str) -> None:
        super().__init__(clean(markup), hyperlinks=False, code_theme="ansi_dark")
        for token in self.parsed:
            # Entities such as &#8238; only become characters when Markdown is read.
            for part in (token, *(token.children or ())):
                part.content = clean(part.content)
