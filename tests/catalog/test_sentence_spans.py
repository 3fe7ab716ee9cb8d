import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.sentence_spans import sentence_spans


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(["Oil the seal.", "Then close it."], id="full-stop"),
        pytest.param(["Ask Dr. Jones or J. R. Smith.", "He knows."], id="titles-and-initials"),
        pytest.param(["Use oil, e.g. Castrol, i.e. not water.", "It lasts."], id="latin"),
        pytest.param(
            ["See Fig. 3 and No. 5 vs. the old one.", "No.", "It does not."], id="numbers-of-things"
        ),
        pytest.param(["We met on Sept. 14 at 5 p.m. sharp.", "It rained."], id="dates"),
        pytest.param(["Bring nuts, bolts, etc.", "Leave the rest."], id="etc-may-end"),
        pytest.param(
            ["It is made in the U.S. Army depot.", "We buy it in the U.S.", "The rest is ours."],
            id="acronyms",
        ),
        pytest.param(["Version 1.2.3 needs 3.5 bar.", "Node.js does not."], id="decimals-and-versions"),
        pytest.param(["Wait... it moves.", "Wait…", "It moves."], id="ellipsis"),
        pytest.param(["He said “Stop.”", "(It was late.)", "They left."], id="quotes-and-brackets"),
        pytest.param(["Really?!", "Yes!", '"Why?" he asked.'], id="question-and-exclamation"),
        pytest.param(["it failed again.", "then i tried oil."], id="lower-case-writers"),
        pytest.param(["1. Open the tap.", "Q. Why?", "A. Because."], id="labels"),
        pytest.param(["Call `a. B` or [x. Y](http://x. Y).", "Done."], id="code-and-links"),
        pytest.param(["**Note.**", "Mind the *spring.*", "Thanks."], id="emphasis"),
        pytest.param(["Is it\nover two lines?", "Yes."], id="line-break"),
    ],
)
def test_sentences_end_where_people_end_them(sentences: list[str]) -> None:
    """Sentences that are joined by a space are told apart again."""
    assert cut(" ".join(sentences)) == sentences


def test_chinese_and_japanese_full_stops() -> None:
    """They need no space after them."""
    assert cut("检查密封。再试一次！「なぜ？」と聞いた。") == [
        "检查密封。",
        "再试一次！",
        "「なぜ？」",
        "と聞いた。",
    ]


def test_an_empty_line_ends_a_sentence() -> None:
    """Also within a quote."""
    assert cut("no stop\n\nnext") == ["no stop", "next"]
    assert cut("> no stop\n>\n> next") == ["> no stop", ">\n> next"]


def test_a_stretch_of_a_text() -> None:
    """Offsets are those of the whole text."""
    assert sentence_spans("One. Two. Three.", 5, 9) == [(5, 9)]


@given(st.text(st.sampled_from("aB1 .?!…。”)`[]()<>*\n"), max_size=80))
def test_nothing_visible_is_left_out(text: str) -> None:
    """Whatever the text, spans rise without overlap and hold every visible character."""
    at = 0
    for start, end in sentence_spans(text):
        assert text[at:start].strip() == ""
        assert text[start:end].strip() == text[start:end] != ""
        at = end
    assert text[at:].strip() == ""
