"""The shared rule whether a thread asks something, and which replies are only remarks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.nouns import Kind, Role, State
from ingest.sources.shared.threads import (
    Comment,
    asks,
    is_remark,
    opening_kind,
    opening_state,
    reply_kind,
    title_of,
    with_comments,
)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Mould in the shed?", ""),
        ("How do I get rid of moss", ""),
        ("[SOLVED] The pump hums", "It hums."),
        ("", "Hi all, does anybody know a good sieve"),
        ("", "Hello Ann,\nhow can I prune a fig"),
        ("", "The shed is dry. Why does it still smell? :)"),
        ("", "What sort of soil should one use\nhere?"),
        ("", "The beams are white (is this mould?)"),
        ("", "I'm looking for advice on hedges."),
        ("", "堆肥为什么发臭？"),
        ("", "Weiß jemand, wann der Häcksler kommt"),
    ],
)
def test_what_asks(title: str, text: str) -> None:
    """A question mark after three words or more, or the beginning of a question or a request."""
    assert asks(title, text)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("The pump", "It runs again."),
        ("[ANN] Compost 2.0", "What is new? Does anybody know?"),
        ("Meeting", "We meet on Friday.\nAny questions?"),
        ("Meeting", "How are you all? Really?"),
        ("Link", "See https://x.example/?a=what is this?b"),
        ("", "> Why does it smell?\n\nIt is the drain."),
        ("", "`a ? b : c` is valid, and so is\n```\nwhy is this so?\n```"),
        ("", "What we decided is final."),
        ("", ""),
    ],
)
def test_what_asks_nothing(title: str, text: str) -> None:
    """Announcements, polite phrases, and question marks in quotations, code and addresses."""
    assert not asks(title, text)


def test_what_its_source_calls_a_question_is_one() -> None:
    """A mark of the source says more than the words."""
    assert asks("[ANN] Compost 2.0", "It hums.", marked=True)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "thanks a lot, that worked",
        "Thank you Bo, great tip",
        "+1",
        "👍",
        ":tada: :tada:",
        "Great idea!",
        "Same here",
        "ok",
        "Yes, exactly",
        "No problem",
    ],
)
def test_remarks(text: str) -> None:
    """Thanks, agreement and greetings say nothing that anybody would search for."""
    assert is_remark(text)


@pytest.mark.parametrize(
    "text",
    [
        "Use lime.",
        "Yes, with sand",
        "12",
        "Thanks. You have to dig deeper though",
        "ok?",
        "I agree with Ann",
        "Thanks, see https://x.example",
        "`ok`",
        "Great for roses",
    ],
)
def test_no_remarks(text: str) -> None:
    """A few words may be an answer."""
    assert not is_remark(text)


def test_what_the_parts_of_a_thread_are() -> None:
    """A question has answers, a post has posts, and the asker's own additions are no answers."""
    assert (opening_kind(True), opening_kind(False)) == (
        (Kind.QUESTION, Role.ASKED),
        (Kind.POST, Role.AUTHORED),
    )
    assert [
        reply_kind(True),
        reply_kind(True, by_asker=True),
        reply_kind(True, by_asker=True, accepted=True),
        reply_kind(False, by_asker=True),
    ] == [
        (Kind.ANSWER, Role.ANSWERED),
        (Kind.POST, Role.COMMENTED),
        (Kind.ANSWER, Role.ACCEPTED),
        (Kind.POST, Role.AUTHORED),
    ]
    states = [opening_state(True, False), opening_state(True, True), opening_state(False, True)]
    assert states == [State.OPEN, State.SOLVED, None]


def test_comments_are_a_list_below_the_text() -> None:
    """With their day where it is known, and without a name where nobody is known."""
    comments = [Comment("Ann Lee", datetime(2024, 3, 5, tzinfo=UTC), "Yes.\nSo."), Comment("", None, "+1")]
    assert with_comments("Dig.", comments) == "Dig.\n\n## Comments\n\n- Ann Lee (2024-03-05): Yes. So.\n- +1"
    assert with_comments("Dig.", []) == "Dig."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hi all,\n\nthe **shed** is [damp](https://x.example).\nReally.", "the shed is damp."),
        ("Hello Ann, the shed is damp", "the shed is damp"),
        ("```\nx = 1\n```", "x = 1"),
        ("- first\n- second", "first"),
        ("\\# 5 &lt; 6 &amp; :tada:", "# 5 < 6 &"),
        ("Hi Ann!", ""),
        ("👍", ""),
        ("words " * 30, "words " * 19 + "words …"),
    ],
)
def test_a_title_from_a_text(text: str, title: str) -> None:
    """The first line that says something, without greeting and markup, cut between words."""
    assert title_of(text) == title


@given(st.text(alphabet="ab ?.!\n>`<:+*_[]()#-", max_size=400))
def test_any_text_is_understood(text: str) -> None:
    """No text makes the rules fail."""
    assert asks(text, text) in (True, False)
    assert is_remark(text) in (True, False)
    assert len(title_of(text)) <= 122
