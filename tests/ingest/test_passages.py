from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.embedding_text import embedding_text
from catalog.nouns import Item, Kind, Span
from ingest.passages import split


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def post(text: str, title: str = "Pumps") -> Item:
    return Item("forum", "1", Kind.POST, title, text, "workshop")


def cut(text: str, limit: int, title: str = "Pumps") -> list[str]:
    return [
        text[span.start : span.end]
        for span in split(post(text, title), count_tokens=count_words, limit=limit)
    ]


def words(count: int, word: str = "oil") -> str:
    return " ".join([word] * (count - 1) + [f"{word}."])


def test_a_short_post_is_one_passage() -> None:
    """Even with headings, as long as it fits; its heading is what its sections share."""
    text = "# Care\n\n## Oil\n\nOften.\n\n## Water\n\nNever.\n"
    assert split(post(text), count_tokens=count_words) == (Span(0, 40, ("Care",)),)


@pytest.mark.parametrize("text", ["", " \n\n\t"])
def test_no_text_no_passages(text: str) -> None:
    """Nothing to read, nothing to cite."""
    assert split(post(text), count_tokens=count_words) == ()


def test_sections_are_not_mixed() -> None:
    """A heading starts a passage, which knows the headings above it."""
    text = f"{words(9)}\n\n# Care\n\n{words(9)}\n\nSeals\n-----\n\n{words(9)}"
    spans = split(post(text), count_tokens=count_words, limit=20)
    assert [(text[span.start : span.end], span.heading) for span in spans] == [
        (words(9), ()),
        (f"# Care\n\n{words(9)}", ("Care",)),
        (f"Seals\n-----\n\n{words(9)}", ("Care", "Seals")),
    ]


def test_tiny_sections_share_a_passage() -> None:
    """Neighbours that fill no more than half of the limit together; the heading is what they share."""
    text = f"# Care\n\n{words(30)}\n\n## Oil\n\nOften.\n\n## Water\n\nNever.\n\n## Air\n\n{words(30)}"
    spans = split(post(text), count_tokens=count_words, limit=40)
    assert [(text[span.start : span.end], span.heading) for span in spans] == [
        (f"# Care\n\n{words(30)}", ("Care",)),
        ("## Oil\n\nOften.\n\n## Water\n\nNever.", ("Care",)),
        (f"## Air\n\n{words(30)}", ("Care", "Air")),
    ]


def test_blocks_of_a_section_are_packed() -> None:
    """As many as fit, and none is cut that fits by itself."""
    text = f"{words(10)}\n\n{words(8)}\n\n- {words(9)}\n- {words(9)}\n"
    assert cut(text, limit=21) == [f"{words(10)}\n\n{words(8)}", f"- {words(9)}\n- {words(9)}"]


def test_title_and_headings_count() -> None:
    """Two paragraphs that fit under a short title are two passages under a long one."""
    text = f"{words(20)}\n\n{words(20)}"
    assert cut(text, limit=42, title="Oil") == [text]
    assert cut(text, limit=42, title="How to oil") == [words(20), words(20)]


def test_the_tokens_around_every_text_count_once() -> None:
    """A model that adds two tokens to each text has room for as many blocks as the passage is long."""
    text = "oil.\n\n" * 10
    assert (
        len(split(post(text), count_tokens=lambda texts: [n + 2 for n in count_words(texts)], limit=13)) == 1
    )


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    """And packed with what stands beside it."""
    text = " ".join(words(6, word) for word in ("Oil", "Air", "Gas")) + " " + words(12, "Fog")
    assert cut(text, limit=15) == [f"{words(6, 'Oil')} {words(6, 'Air')}", words(6, "Gas"), words(12, "Fog")]


def test_a_long_sentence_is_cut_between_words() -> None:
    """Where there is no better place."""
    assert cut(words(80), limit=31) == [" ".join(["oil"] * 30), " ".join(["oil"] * 30), words(20)]


def test_a_long_word_is_cut() -> None:
    """A word counts a token for every 20 characters at least, so that no passage is endless."""
    text = "x" * 1000
    assert [len(piece) for piece in cut(text, limit=21)] == [320, 320, 360]


def test_code_is_cut_between_lines() -> None:
    """And its text is left as it is."""
    lines = [f"x{n} = {n}" for n in range(20)]
    text = "```\n" + "\n".join(lines) + "\n```"
    assert cut(text, limit=32) == ["```\n" + "\n".join(lines[:10]), "\n".join(lines[10:]) + "\n```"]


def test_a_table_stays_together_if_it_fits() -> None:
    """Else it is cut between its rows."""
    rows = ["| part | size |", "|------|------|"] + [f"| seal | {n} |" for n in range(10)]
    table = "\n".join(rows)
    assert cut(f"{words(40)}\n\n{table}", limit=50) == [words(40), table]
    assert all(line in rows for piece in cut(table, limit=20) for line in piece.split("\n"))


def test_a_heading_stays_with_the_text_below_it() -> None:
    """Headings without text join the next section; one at the very end joins the text above."""
    text = f"{words(19)}\n\n# Care\n\n## Seals\n\n{words(18)}\n\n# End"
    assert cut(text, limit=22) == [words(19), f"# Care\n\n## Seals\n\n{words(18)}\n\n# End"]


def test_a_small_tail_joins_the_passage_before() -> None:
    """If that exceeds the limit by no more than a quarter."""
    assert cut(f"{words(38)}\n\n{words(9)}", limit=40) == [f"{words(38)}\n\n{words(9)}"]
    assert cut(f"{words(38)}\n\n{words(15)}", limit=40) == [words(38), words(15)]


def test_pages_are_not_mixed() -> None:
    """A passage has the page of its first character, and takes in nothing that begins on another."""
    text = "One.\n\nTwo.\n\nThree."
    assert split(post(text), (0, 6, 12), count_tokens=count_words) == (
        Span(0, 4, (), 1),
        Span(6, 10, (), 2),
        Span(12, 18, (), 3),
    )


def test_a_block_across_pages_has_the_page_it_begins_on() -> None:
    """A paragraph that fits is not cut at the end of a page."""
    assert split(post("One goes on."), (0, 4), count_tokens=count_words) == (Span(0, 12, (), 1),)


def test_a_title_longer_than_the_limit_leaves_room_for_text() -> None:
    """Half of the limit is kept for the text."""
    assert cut(f"{words(9)}\n\n{words(9)}", limit=20, title=words(50)) == [words(9), words(9)]


def test_tokens_are_counted_in_few_calls() -> None:
    """A tokeniser is fast only on many texts at once."""
    calls = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return count_words(texts)

    split(post(f"# A\n\n{words(50)}\n\n" * 100), count_tokens=count, limit=20)
    assert len(calls) < 10


MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# Care",
            "## Seals",
            "Oil it. Wait.",
            "oil " * 30,
            "- one\n- two",
            "```\nx\n\ny\n```",
            "> said",
            "x" * 300,
            "|a|b|\n|-|-|\n|c|d|",
            "---",
            "",
            "  ",
            "Title\n===",
            "#",
            "\ta",
            "漢字。",
        ]
    ),
    max_size=12,
).flatmap(lambda parts: st.sampled_from(["\n\n", "\n"]).map(lambda between: between.join(parts)))


@given(MARKDOWN | st.text(max_size=200), st.integers(4, 40), st.lists(st.integers(0, 300), max_size=3))
def test_every_visible_character_is_in_exactly_one_passage(text: str, limit: int, starts: list[int]) -> None:
    """Whatever the text, spans rise without overlap, are trimmed, and leave out nothing but white space."""
    at = 0
    for span in split(post(text), (0, *sorted(starts)), count_tokens=count_words, limit=limit):
        assert text[at : span.start].strip() == ""
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""
        at = span.end
    assert text[at:].strip() == ""


@given(
    st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=5), min_size=1, max_size=5),
    st.integers(16, 60),
)
def test_passages_fit_the_limit(sections: list[list[int]], limit: int) -> None:
    """With title and headings, and but for a tail, which may add a quarter."""
    text = "\n\n".join(
        f"# Part {n}\n\n" + "\n\n".join(map(words, blocks)) for n, blocks in enumerate(sections)
    )
    for span in split(post(text), count_tokens=count_words, limit=limit):
        embedded = embedding_text("Pumps", span.heading, text[span.start : span.end])
        assert len(embedded.split()) <= limit + limit // 4
