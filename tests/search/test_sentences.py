import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.markdown import BlockKind
from search.sentences import Candidate, needs_context, placed_sentences, sentences


def texts(markdown: str) -> list[str]:
    return [candidate.text for candidate in sentences(markdown)]


def test_sentences_of_a_paragraph() -> None:
    """Each sentence is a candidate: its span in the original, and its plain text."""
    assert sentences("# Seals\n\nOil the **seal**. Is it [dry](http://x.org)?", start=100) == [
        Candidate(109, 126, "Oil the seal.", BlockKind.PARAGRAPH),
        Candidate(127, 153, "Is it dry?", BlockKind.PARAGRAPH),
    ]


def test_questions_are_marked() -> None:
    """A question asks, even when it is quoted."""
    found = sentences("Is it dry? It is. He asked “Why?”")
    assert [candidate.is_question for candidate in found] == [True, False, True]


def test_a_short_list_item_is_one_candidate() -> None:
    """Its mark and its check box are left out."""
    assert texts("1. Open it. Wait.\n- [x] Close it.\n-") == ["Open it. Wait.", "Close it."]


def test_a_long_list_item_is_quoted_by_the_sentence() -> None:
    """Nobody quotes three hundred characters."""
    long = "word " * 60 + "ends here."
    assert texts(f"- {long} Then stop.") == [long, "Then stop."]


def test_rows_of_a_table_carry_the_names_of_their_columns() -> None:
    """A row is quoted with its header; empty cells are left out."""
    table = "| part | size |\n|---|---|\n| **seal** | 3 |\n| ring | |"
    assert sentences(table) == [
        Candidate(26, 42, "part: seal; size: 3", BlockKind.TABLE),
        Candidate(43, 53, "part: ring", BlockKind.TABLE),
    ]


def test_short_code_is_quoted_whole() -> None:
    """With its line breaks, without its fences."""
    assert texts("```sh\nmake a_b\nmake c\n```") == ["make a_b\nmake c"]


def test_long_code_is_not_quoted() -> None:
    """More than 800 characters of code are no quotation."""
    assert texts("```\n" + "x = 1\n" * 200 + "```") == []


def test_headings_are_not_quoted() -> None:
    """Neither real ones, nor lines in bold, nor those in a list, nor rules and reference addresses."""
    markdown = "# A\n\nB\n---\n\n**Step one:**\n\n- ### Excel\n\n***\n\n[ref]: http://x.org"
    assert texts(markdown) == []


def test_a_warning_in_bold_is_quoted() -> None:
    """Bold with a full stop is a sentence."""
    assert texts("**Never open it hot.**") == ["Never open it hot."]


def test_emphasis_over_several_sentences_leaves_no_marks() -> None:
    """A mark that is closed in another sentence is dropped."""
    assert texts("Please **wait. Then** open it.\n\n_It is. It was._") == [
        "Please wait.",
        "Then open it.",
        "It is.",
        "It was.",
    ]


def test_quotes_lose_their_marks() -> None:
    """Also at line breaks and before the items of a quoted list."""
    assert texts("> Oil the\n> seal.\n>\n> - Wait.") == ["Oil the seal.", "Wait."]


@pytest.mark.parametrize(
    "sentence",
    [
        "It failed again.",
        "However, the seal held.",
        "“This is why,” he said.",
        "As a result, the pump stopped.",
        "In this way we saved a day.",
        "Do the following:",
        "**Tools:**",
    ],
)
def test_sentences_that_lean_on_others(sentence: str) -> None:
    """They point back, or lead in to what follows."""
    assert needs_context(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Oil the seal first.",
        "Instead of water, use oil.",
        "Because oil is thin, the seal leaks.",
        "In the shop, pumps are cheap.",
        "Itemise the parts.",
        "",
    ],
)
def test_sentences_that_stand_alone(sentence: str) -> None:
    """They can be quoted as they are."""
    assert not needs_context(sentence)


@given(st.text(st.sampled_from("aB1 .?。*_`[]()<>#|-\n"), max_size=80), st.integers(0, 1000))
def test_spans_rise_within_the_text(text: str, start: int) -> None:
    """Whatever the text, spans do not overlap and each holds something to read."""
    at = start
    for candidate in sentences(text, start):
        assert at <= candidate.start < candidate.end <= start + len(text)
        assert candidate.text.strip() == candidate.text != ""
        assert text[candidate.start - start : candidate.end - start].strip() != ""
        at = candidate.end


def test_of_a_long_text_only_some_stretches_are_looked_at() -> None:
    """What stands side by side keeps neighbouring places; what is passed over parts others."""
    text = "One is.\n\nTwo is.\n\nThree is. Four is.\n\nFive is.\n\n# Six\n\nSeven is."
    spans = [(text.index(word), text.index(word) + 4) for word in ("Two", "Five", "Seven")]
    placed = placed_sentences(text, spans, brief=0)
    assert {place: one.text for place, one in placed.candidates.items()} == {
        1: "Two is.",
        3: "Five is.",
        4: "Seven is.",
    }
    assert placed.count == 5


def test_a_brief_text_is_counted_as_a_whole() -> None:
    """There, places tell how near the end a sentence stands."""
    text = "One is.\n\nTwo is. Three is.\n\nFour is."
    placed = placed_sentences(text, [(text.index("Four"), len(text))], brief=4)
    assert {place: one.text for place, one in placed.candidates.items()} == {3: "Four is."}
    assert placed.count == 4
