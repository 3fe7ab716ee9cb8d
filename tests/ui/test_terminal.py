"""What is shown on a terminal: clean lines, excerpts, and results made of literal values."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from catalog.nouns import Contribution, Item, Kind, LinkKind, Passage, Person, Role, State
from search.results import (
    Answer,
    Citation,
    Differences,
    Evidence,
    Expert,
    Hit,
    Reply,
    Sentence,
    SimilarProblem,
    Solution,
)
from ui import schemas, terminal

_NAMES = {"garden": "Garden Club"}
_GWEN = Person("Gwen", id=2)
_QUESTION = Item(
    "forum",
    "1",
    Kind.QUESTION,
    "Green water",
    "Our tank is green.",
    "garden",
    created=datetime(2023, 5, 1, tzinfo=UTC),
    thread="1",
    state=State.SOLVED,
)
_ANSWER = Item(
    "forum",
    "2",
    Kind.ANSWER,
    "Green water",
    "Paint it black.",
    "garden",
    created=datetime(2023, 5, 2, tzinfo=UTC),
    thread="1",
    accepted=True,
    contributions=(Contribution(_GWEN, Role.ACCEPTED, datetime(2023, 5, 2, tzinfo=UTC)),),
)
_MANUAL = Item("docs", "tanks.pdf", Kind.DOCUMENT, "Tanks", "Scrub it.", "garden", state=State.OUTDATED)


def _passage(item: Item, page: int | None = None, heading: tuple[str, ...] = ()) -> Passage:
    return Passage(1, item.id, 0, 0, len(item.text), heading, page, item.text)


def _reply(*, answered: bool) -> schemas.ReplyOut:
    citation = Citation(1, _ANSWER, _passage(_ANSWER), ((0, 15),))
    answer = Answer("Why green?", (Sentence("Paint it black.", (1,)),), (citation,), 0.9)
    abstention = Answer("Why green?", (), (), 0.1, "What was found here does not answer this.")
    return schemas.reply_out(
        Reply(
            answer if answered else abstention,
            (Expert(_GWEN, 0.8, (Evidence(_ANSWER, _ANSWER.contributions[0], 0.8),), "Answered 1 question"),),
            (SimilarProblem(_QUESTION, _passage(_QUESTION), 0.7, Solution(_ANSWER, 0, 15), solved=True),),
            (Hit(_MANUAL, _passage(_MANUAL, 3, ("Tanks", "Cleaning")), 0.5, 0.5, 0.5),),
        )
    )


def _shown(show: Callable[[Console], None], *, width: int = 80, colour: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, markup=False, highlight=False, emoji=False, force_terminal=colour
    )
    show(console)
    return "\n".join(row.rstrip() for row in out.getvalue().split("\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("\x1b[31mred\x1b[0m", "red", id="colour"),
        pytest.param("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link", id="hyperlink"),
        pytest.param("\x1b]0;title\x07text", "text", id="title of the window"),
        pytest.param("a\x9b2Jb", "ab", id="C1 sequence"),
        pytest.param("a\rb\x08c\x00d", "abcd", id="carriage return, backspace, NUL"),
        pytest.param("a\u202eb\u2066c\u2069", "abc", id="turning the direction"),
        pytest.param("a\tb\nc", "a\tb\nc", id="tab and line feed stay"),
        pytest.param("[bold]x[/bold] :smile:", "[bold]x[/bold] :smile:", id="markup stays as text"),
        pytest.param("Café ☕ 水", "Café ☕ 水", id="letters stay"),
    ],
)
def test_clean_takes_out_what_a_terminal_obeys(text: str, expected: str) -> None:
    """Sequences go as a whole; everything readable stays."""
    assert terminal.clean(text) == expected


def test_a_long_unfinished_sequence_costs_no_time() -> None:
    """Hostile text cannot make cleaning slow."""
    assert terminal.clean("\x1b[" * 50_000) == ""
    assert terminal.clean("\x1b]" * 50_000) == ""


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        pytest.param("## Lesson\n\nUse **screws**.", "Use screws.", id="headings go"),
        pytest.param("- one\n- two", "one; two", id="list items"),
        pytest.param("word " * 100, "word " * 43 + "…", id="cut between words"),
    ],
)
def test_excerpt_is_one_readable_line(markdown: str, expected: str) -> None:
    """Markdown becomes plain text of limited length."""
    assert terminal.excerpt(markdown) == expected


def test_a_reply_shows_the_answer_first() -> None:
    """Answer, sources, people, past problems, practices; each in its own words."""
    shown = _shown(lambda console: terminal.show_reply(console, _reply(answered=True), _NAMES))

    assert shown == (
        "\n"
        "  Paint it black. [1]\n"
        "\n"
        " [1] Green water\n"
        "     accepted answer · Garden Club · 2 May 2023\n"
        "     forum:2\n"
        "\n"
        "People who know\n"
        "\n"
        "  Gwen\n"
        "    Answered 1 question\n"
        "    answered, accepted: Green water  forum:2\n"
        "\n"
        "Related problems\n"
        "\n"
        "  ✓ solved  Green water\n"
        "  question · Garden Club · 1 May 2023\n"
        "    Paint it black.\n"
        "    — Gwen, 2 May 2023\n"
        "  forum:1\n"
        "\n"
        "Related practices\n"
        "\n"
        "  Tanks\n"
        "  document · Cleaning · page 3 · Garden Club · outdated\n"
        "  docs:tanks.pdf\n"
    )


def _similar(**values: Any) -> str:
    solution = Solution(_ANSWER, 0, 15)
    problem = SimilarProblem(_QUESTION, _passage(_QUESTION), 0.7, solution, solved=True)
    out = schemas.similar_out(replace(problem, **values))
    return _shown(lambda console: terminal.show_similar(console, [out], _NAMES))


def test_a_problem_that_is_likely_the_same_is_called_so() -> None:
    """Below that it is related."""
    assert "Same problem, met before" in _similar(same=True)
    assert "Related problems" in _similar()


def test_a_similar_problem_tells_what_differs_and_who_asked_again() -> None:
    """In a line each."""
    differing = Differences(asked=("Qt 6",), found=("Qt 5.12", "Leeds"))
    shown = _similar(differences=differing, asked_again=(_QUESTION,))
    assert "only there: Qt 5.12, Leeds · only in yours: Qt 6\n" in shown
    assert "asked again Green water · forum:1\n" in shown


def test_what_did_not_surely_solve_a_problem_says_so() -> None:
    """A best answer with its votes, an outdated problem, and one that nobody answered."""
    tentative = Solution(replace(_ANSWER, accepted=False, votes=3), 0, 15)
    outdated = replace(_QUESTION, state=State.OUTDATED)
    assert "— best answer so far: Gwen, 2 May 2023, 3 votes" in _similar(solution=tentative, solved=False)
    assert "! outdated  Green water" in _similar(item=outdated)
    assert "— what was done then: Gwen, 2 May 2023" in _similar(item=outdated)
    assert "Nobody has answered this yet." in _similar(solution=None, solved=False)


def test_an_abstention_leads_to_people_and_near_misses() -> None:
    """No answer, but its reason, and what may help instead in the order of its use."""
    shown = _shown(lambda console: terminal.show_reply(console, _reply(answered=False), _NAMES))
    order = [
        "We don't know.",
        "does not answer this.",
        "People who may know",
        "Near misses",
        "Related problems",
    ]

    assert [shown.index(part) for part in order] == sorted(shown.index(part) for part in order)
    assert "Related practices" not in shown


def test_an_abstention_without_anything_near_says_so() -> None:
    """Where nobody has written about it, silence would look like a fault."""
    abstention = Answer("Why green?", (), (), 0.0, "What was found here does not answer this.")
    reply = schemas.reply_out(Reply(abstention, (), (), ()))

    assert _shown(lambda console: terminal.show_reply(console, reply, {})) == (
        "\n  We don't know.\n  What was found here does not answer this.\n"
        "  Nobody has written about it either, as far as you may read.\n"
        '\n  Ask people: copse requests ask "…"\n'
    )


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Long titles wrap."""
    long = schemas.item_out(Item("forum", "9", Kind.POST, "A very long title " * 12, "x", "garden"))
    hit = schemas.HitOut(
        item=long,
        passage=schemas.PassageOut(heading=["Heading " * 20], page=None, start=0, end=1, text="word " * 80),
        score=0.5,
        meaning=0.5,
        words=0.5,
    )
    shown = _shown(lambda console: terminal.show_hits(console, [hit], _NAMES), width=width)

    assert max(len(row) for row in shown.split("\n")) <= width


def test_a_document_cannot_colour_the_terminal() -> None:
    """Neither by escapes, nor by markup, nor by entities that become characters when Markdown is read."""
    text = "# Head\x1b[2J\n\nA &#8238;turned&#27; [red]word[/red] `\x1b[31mcode`\n\n[x](https://a.example)"
    item = schemas.item_out(Item("docs", "a", Kind.DOCUMENT, "\x1b[1mT", text, "garden"), with_text=True)
    thread = schemas.ThreadOut(item=item, thread=[item])
    shown = _shown(lambda console: terminal.show_thread(console, thread, _NAMES))

    assert not {"\x1b", "\u202e"} & set(shown)
    assert "[red]word[/red]" in shown
    assert "x (https://a.example)" in shown


def test_addresses_are_written_out_and_no_link_is_hidden() -> None:
    """A terminal's own hyperlinks would hide where they lead."""
    item = schemas.item_out(
        Item("docs", "a", Kind.DOCUMENT, "T", "[x](https://a.example)", "garden"), with_text=True
    )
    shown = _shown(
        lambda console: terminal.show_thread(console, schemas.ThreadOut(item=item, thread=[item]), _NAMES),
        colour=True,
    )

    assert "\x1b]8" not in shown
    assert "https://a.example" in shown


def test_people_without_evidence_to_show_are_few_words() -> None:
    """Nobody is an answer too."""
    assert _shown(lambda console: terminal.show_people(console, [])) == (
        "  Nobody has written about this, as far as you may read.\n"
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, ""), (0, "at 0:00"), (754, "at 12:34"), (3723, "at 1:02:03")],
    ids=["not spoken", "beginning", "minutes", "hours"],
)
def test_a_moment_of_a_recording_is_told_as_clocks_show_it(seconds: int | None, told: str) -> None:
    """Hours only where there are some."""
    assert terminal.moment(seconds) == told


def test_a_hit_tells_when_it_was_said_and_where_else_it_stands() -> None:
    """The place of the passage, and the id of each copy."""
    spoken = replace(_passage(_MANUAL), seconds=754)
    out = schemas.hit_out(Hit(_MANUAL, spoken, 0.5, 0.5, 0.5, (_ANSWER,)))
    text = _shown(lambda console: terminal.show_hits(console, [out], _NAMES))

    assert "document · at 12:34 · Garden Club · outdated" in text
    assert "also in Garden Club · forum:2" in text


def test_an_item_is_shown_with_what_it_points_to() -> None:
    """How, the title, and the id that shows it."""
    out = schemas.thread_out(_QUESTION, [_QUESTION], [(LinkKind.DUPLICATE, _MANUAL)], [_ANSWER])
    text = _shown(lambda console: terminal.show_thread(console, out, _NAMES))

    assert "Linked\n\n  asked before: Tanks\n  docs:tanks.pdf" in text
    assert text.rstrip().endswith("also in Garden Club · forum:2")
