"""A draft of a language model, while it is checked."""

from __future__ import annotations

from search.results import Checked, Draft
from ui.view.draft import Drafted, draft_view

FAULT = "its sources do not say so"


def _drafted(*events: Draft | Checked) -> Drafted:
    drafted = Drafted()
    for event in events:
        drafted.add(event)
    return drafted


def test_a_draft_is_text() -> None:
    """Neither Markdown nor HTML; and it says that it is not the answer."""
    html = draft_view(_drafted(Draft("<img src=x onerror=alert(1)> "), Draft("![](http://evil.example)")))

    assert "<p>&lt;img src=x onerror=alert(1)&gt; ![](http://evil.example)</p>" in html
    assert "A draft that is still being checked" in html


def test_what_no_source_bears_out_is_struck_through() -> None:
    """From the sentence before to its own end, citations included; what is not checked yet stands."""
    drafted = _drafted(
        Draft("Paint it [1]. It is **purple** [2]. And"),
        Checked("Paint it."),
        Checked("It is purple.", FAULT),
        Draft(" so on"),
    )

    assert list(drafted.parts()) == [
        ("Paint it [1].", True),
        (" It is **purple** [2].", False),
        (" And so on", True),
    ]
    assert "<s> It is **purple** [2].</s>" in draft_view(drafted)


def test_a_number_of_a_citation_is_no_number_of_the_sentence() -> None:
    """Else the end of a sentence is looked for in the wrong place."""
    drafted = _drafted(Draft("Paint [1] 1 tank. And"), Checked("Paint 1 tank."))

    assert list(drafted.parts()) == [("Paint [1] 1 tank.", True), (" And", True)]


def test_a_sentence_that_is_not_found_leaves_the_draft_as_it_is() -> None:
    """The answer will replace it anyway."""
    drafted = _drafted(Draft("Paint it."), Checked("Something else.", FAULT))

    assert list(drafted.parts()) == [("Paint it.", True)]
