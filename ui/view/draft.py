"""What a language model is writing, shown while it is checked: plain text, whatever it may contain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from search.results import Checked, Draft
from ui.view.tags import Html, join, tag

_CITATION = re.compile(r"\[\d{1,3}\]")
_AFTER = re.compile(
    r"(?:\s*\[\d{1,3}\]|[^\w\s\[<!]|!(?!\[))*"
)  # a sentence's end, and the citations behind it


@dataclass(slots=True)
class Drafted:
    """A draft, as far as it has been written and checked.

    Attributes:
        text: All that has been written.
        checked: Where in it each sentence ends that was checked, and whether its sources bear it out.
    """

    text: str = ""
    checked: list[tuple[int, bool]] = field(default_factory=list)

    def add(self, event: Draft | Checked) -> None:
        """Take in what has happened."""
        if isinstance(event, Draft):
            self.text += event.text
            return
        start = self.checked[-1][0] if self.checked else 0
        end = _end_of(event.text, self.text, start)
        if end is not None:
            self.checked.append((end, event.fault is None))

    def parts(self) -> Iterable[tuple[str, bool]]:
        """The text in pieces, each with whether it may still stand."""
        start = 0
        for end, holds in self.checked:
            yield self.text[start:end], holds
            start = end
        yield self.text[start:], True


def _end_of(sentence: str, text: str, start: int) -> int | None:
    """Where a sentence ends in what was written; None if it is not found.

    A checked sentence is what was written without its markup and citations, so its letters are looked for
    one after the other, with anything between them.
    """
    marks = [found.span() for found in _CITATION.finditer(text, start)]
    at = start
    for letter in filter(str.isalnum, sentence):
        at = text.find(letter, at)
        while inside := next((end for first, end in marks if first <= at < end), None):
            at = text.find(letter, inside)
        if at < 0:
            return None
        at += 1
    after = _AFTER.match(text, at)
    return after.end() if after else at


def draft_view(drafted: Drafted) -> Html:
    """A draft; what its sources do not bear out is struck through."""
    parts = (part if holds else tag("s", part) for part, holds in drafted.parts())
    return tag(
        "section",
        tag("h2", "A draft that is still being checked"),
        tag("p", join(parts)),
        class_="draft",
        aria_busy="true",
    )
