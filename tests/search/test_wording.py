"""What becomes of what a language model writes: citations, thoughts, checks, and the quotations instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from catalog.errors import LanguageModelError, Trouble
from catalog.nouns import Passage
from search.answer.prompt import write_prompt
from search.answer.wording import Resolver, word
from search.encoder import HashEncoder
from search.llm import Message
from search.results import Answer, Checked, Citation, Draft, Sentence
from search.sources import Source
from tests.build import make_item

ENCODER = HashEncoder(256)
ASKED = "How are the shed vents cut?"
HIGH = "The shed vents are cut high in each gable."
COLM = "Colm cut them in 1998 with the long saw."
MESH = "Wire mesh keeps the birds out of the vents."


class Scripted:
    """A language model that says what it is told to say, and fails at last if it has to."""

    name = "scripted"

    def __init__(self, pieces: Sequence[str], trouble: LanguageModelError | None = None) -> None:
        self._pieces, self._trouble = pieces, trouble

    def stream(self, messages: Sequence[Message], *, max_tokens: int, deadline: float) -> Iterator[str]:
        """Its pieces, one after the other."""
        assert (len(messages), max_tokens > 0, deadline > 0) == (2, True, True)
        yield from self._pieces
        if self._trouble:
            raise self._trouble


def source(number: int, text: str) -> Source:
    item = make_item(f"post{number}", text, title="Shed vents")
    return Source(item, Passage(number, item.id, 0, 0, len(text), (), None, text), 0.6, 0.6)


SOURCES = (source(1, f"{HIGH} {COLM}"), source(2, MESH))
QUOTED = Answer(
    ASKED,
    (Sentence(MESH, (1,)),),
    (Citation(1, SOURCES[1].item, SOURCES[1].passage, ((0, len(MESH)),)),),
    0.9,
)


def events(*pieces: str, trouble: LanguageModelError | None = None) -> list[Draft | Checked | Answer]:
    model = Scripted(pieces, trouble)
    return list(word(ASKED, QUOTED, write_prompt(ASKED, SOURCES, 6_000), model, ENCODER.encode, 1e9))


def answer(*pieces: str, trouble: LanguageModelError | None = None) -> Answer:
    """What is shown at last."""
    last = events(*pieces, trouble=trouble)[-1]
    assert isinstance(last, Answer)
    return last


def told(reply: Answer) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.citations) for one in reply.sentences]


# --- citations ---


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("So it is [1].", "So it is [1]."),
        ("So it is [1, 2].", "So it is [1][2]."),
        ("So it is [1-2].", "So it is [1][2]."),
        ("So it is [Source 2].", "So it is [2]."),
        ("So it is [^1] 【2】.", "So it is [1] [2]."),
        ("So it is [1†lines].", "So it is [1]."),
        ("So it is [99][0].", "So it is ."),
        ("So it is [1, 99].", "So it is [1]."),
        ("a[i] stays.", "a[i] stays."),
        ("It breaks off [1", "It breaks off "),
    ],
)
def test_only_citations_of_known_sources_are_read(written: str, read: str) -> None:
    """In whatever form, and however the text is cut."""
    whole, pieces = Resolver(2), Resolver(2)

    assert whole.feed(written) + whole.finish() == read
    assert "".join(map(pieces.feed, written)) + pieces.finish() == read


def test_sources_are_numbered_in_the_order_of_the_sentences() -> None:
    """And each leads to the sentence that bears it out."""
    reply = answer(f"{MESH} [2] {COLM} [1]")

    assert told(reply) == [(MESH, (1,)), (COLM, (2,))]
    assert [(one.number, one.item.key) for one in reply.citations] == [(1, "post2"), (2, "post1")]
    [(start, end)] = reply.citations[1].spans
    assert reply.citations[1].item.text[start:end] == COLM


def test_a_sentence_without_a_citation_gets_that_of_its_source() -> None:
    """If one bears it out."""
    assert told(answer(f"{MESH} {HIGH}")) == [(MESH, (1,)), (HIGH, (2,))]


def test_a_citation_of_another_source_is_no_support() -> None:
    """The quotations stand in."""
    assert told(answer(f"{COLM} [2]")) == told(QUOTED)


# --- what counts ---


def test_what_no_source_says_is_left_out_and_told() -> None:
    """With its reason while it is checked, and a note below the answer."""
    happened = events(f"{HIGH} [1]\n", "Colm cut them in 1989 with the long saw. [1]\n")
    reply = happened[-1]

    assert [one for one in happened if isinstance(one, Checked)] == [
        Checked(HIGH),
        Checked("Colm cut them in 1989 with the long saw.", "a number is not in what it cites"),
    ]
    assert isinstance(reply, Answer)
    assert (told(reply), reply.model) == ([(HIGH, (1,))], "scripted")
    assert reply.notes == (
        "1 of the 2 sentences of the language model are left out: their sources do not say so.",
    )


def test_if_most_is_unsupported_the_quotations_stand_in() -> None:
    """And nothing of the model's is shown."""
    reply = answer(f"{HIGH} [1]\n", "Goats eat brambles. [1]\n", "Sheep eat nettles. [1]\n")

    assert (told(reply), reply.model) == (told(QUOTED), None)
    assert reply.notes == (
        "The sources do not bear out 2 of the 3 sentences of the language model. "
        "These are quotations instead.",
    )


def test_markup_is_taken_off() -> None:
    """Lists, emphasis and links are no part of an answer."""
    assert told(answer(f"- **{HIGH}** [1]\n- [{MESH}](https://evil.example/x) [2]\n")) == [
        (HIGH, (1,)),
        (MESH, (2,)),
    ]


def test_the_same_sentence_counts_once() -> None:
    """However often it is written."""
    assert told(answer(*[f"{HIGH} [1]\n"] * 5)) == [(HIGH, (1,))]


def test_thoughts_are_no_part_of_an_answer() -> None:
    """Also where only their end is marked, and where all of it comes at once."""
    assert told(answer(f"<think>Goats?</think>{HIGH} [1]")) == [(HIGH, (1,))]
    assert told(answer("<think>Goats? Sheep?</think>", f"{HIGH} [1]")) == [(HIGH, (1,))]
    assert told(answer("Goats eat brambles. [1] Or sheep? ", f"</think>{HIGH} [1]")) == [(HIGH, (1,))]


# --- what a model may do instead ---


def test_a_model_that_finds_no_answer_makes_the_evidence_thin() -> None:
    """Whatever it writes besides."""
    reply = answer("NOT_IN_", "SOURCES")

    assert (told(reply), reply.partial) == (told(QUOTED), True)
    assert reply.reason is not None
    assert "found no answer in the sources" in reply.reason


@pytest.mark.parametrize(
    ("pieces", "note"),
    [
        ((), "The language model wrote nothing."),
        (("The shed vents are cut",), "The language model wrote no whole sentence."),
    ],
    ids=["nothing", "half a sentence"],
)
def test_a_model_that_writes_no_sentence_is_told(pieces: tuple[str, ...], note: str) -> None:
    """Half a sentence is none, though its source says it."""
    reply = answer(*pieces)

    assert (told(reply), reply.notes) == (told(QUOTED), (f"{note} These are quotations instead.",))


def test_a_last_line_that_breaks_off_is_left_out() -> None:
    """What was written before stays, and no sentence counts as unsupported."""
    reply = answer(f"{HIGH} [1]\n", "Colm cut them in 1998")

    assert (told(reply), reply.notes) == ([(HIGH, (1,))], ())


def test_a_model_that_fails_leaves_the_quotations() -> None:
    """Even if it had begun well."""
    reply = answer(f"{HIGH} [1]\n", trouble=LanguageModelError(Trouble.SLOW, "It is slow."))

    assert (told(reply), reply.notes) == (told(QUOTED), ("It is slow. These are quotations instead.",))


def test_a_draft_is_shown_by_the_word_without_strange_addresses() -> None:
    """A word is shown when it is whole, for only then it is known to be no address."""
    drafts = [
        one.text for one in events("See ht", "tps://evil.exam", "ple/?q=1 now") if isinstance(one, Draft)
    ]

    assert drafts == ["See ", "… ", "now"]
