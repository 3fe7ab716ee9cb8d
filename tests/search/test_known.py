"""Tokens by a table of words: the same ones as the tokenizer gives for the whole text."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from search.encoders import known
from search.encoders.folder import DEFAULT_MODEL, find_model
from search.encoders.known import KnownTokens
from search.encoders.tokens import read_tokenizer

TEXTS = [
    "",
    " \n ",
    "The pump leaks, doesn't it? It's 3.5 bar (50 psi).",
    "Naïve café: ½ of the résumés… “quoted” — İstanbul, ΣΑΣ",
    "漢字 and a漢b, नमस्ते, กขฃ, ☃ \U0001f600",
    "e\u0301 \u0301e a \u0301 b\u200bc \ufeff d\u2028e\u3000f\xa0g",
    "control\x0bcharacters\x1c and \x85 are\x00 no\x07 space\ufffd",
    "[CLS] a [SEP]b[MASK] [UNKNOWN] c[PAD",
    "x" * 120 + " and " + "ä" * 50,
    "snake_case --flag=value C:\\temp\\*.log https://example.org/a?b=c#d",
]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return read_tokenizer(find_model(DEFAULT_MODEL).path / "tokenizer.json")


def _told(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    return [encoding.ids for encoding in tokenizer.encode_batch(texts)]


def test_tokens_are_those_of_the_whole_text(tokenizer: Tokenizer) -> None:
    """Accents, other scripts, control characters, special tokens and endless words; asked twice."""
    tokens = KnownTokens(tokenizer)
    expected = _told(tokenizer, TEXTS)
    assert tokens.ids(TEXTS, 512) == expected
    assert tokens.ids(TEXTS, 512) == expected
    assert tokens.counts(TEXTS) == [len(ids) for ids in expected]


def test_a_long_text_keeps_its_beginning_and_what_ends_it(tokenizer: Tokenizer) -> None:
    """It is counted as a whole."""
    tokens = KnownTokens(tokenizer)
    whole = _told(tokenizer, ["the pump leaks"])[0]
    assert tokens.ids(["the pump leaks"], 4) == [[*whole[:3], whole[-1]]]
    assert tokens.counts(["the pump leaks"]) == [len(whole)]


def test_a_full_table_begins_anew(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was let go of is tokenised again."""
    monkeypatch.setattr(known, "_MOST_KNOWN", 3)
    tokens = KnownTokens(tokenizer)
    assert [tokens.ids([text], 512)[0] for text in TEXTS] == _told(tokenizer, TEXTS)


def test_another_tokenizer_is_given_whole_texts() -> None:
    """It may make something else of a word, depending on what stands beside it."""
    tokenizer = Tokenizer(WordLevel({"oil": 0, "pump": 1, "(": 2, "?": 3}, "?"))
    tokenizer.pre_tokenizer = Whitespace()
    tokens = KnownTokens(tokenizer)
    assert tokens.ids(["oil (pump", "((pump oil"], 3) == [[0, 2, 1], [3, 1, 0]]
    assert tokens.counts(["oil (pump"]) == [3]
