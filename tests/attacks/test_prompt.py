"""What a language model is given: whatever members write and askers ask, sources stay data."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest

from catalog.nouns import Passage
from search.answer.prompt import Prompt, write_prompt
from search.sources import Source
from tests.attacks.corpus import ATTACKS, NONCE, TAGS, TURNS, Attack, each
from tests.build import make_item

_QUESTION = "How are the shed vents cut?"
_HONEST = "The shed vents are cut high in each gable."
_TURN_MARKS = re.compile(
    r"<\|[\w ]*\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?think>"
    r"|^\W*(?:human|user|assistant|system|instruction|response):",
    re.IGNORECASE | re.MULTILINE,
)
_OPENING = re.compile(r"[<＜﹤](?=[\s/]*[^\W\d])")


def _source(text: str, title: str = "Shed vents", heading: str = "Roof") -> Source:
    item = make_item("vents", text, title=title)
    return Source(item, Passage(1, item.id, 0, 0, len(text), (heading,), None, text), 0.6, 0.6)


def _asked(attack: Attack) -> Prompt:
    """The attack in every place at once: text, title, headings and question, beside an honest source."""
    hostile = _source(f"{_HONEST} {attack.text}", attack.text, attack.text)
    return write_prompt(f"{_QUESTION} {attack.text}", [_source(_HONEST), hostile], 6_000, NONCE)


@each()
def test_sources_stay_within_their_tags(attack: Attack) -> None:
    """Even if the nonce was guessed: the tags are those of Copse, and as many as there are sources."""
    prompt = _asked(attack)
    told = prompt.messages[1].content
    tags = re.findall(rf"</?(?:source|question)-{NONCE}[^>]*>", told)

    assert len(tags) == 2 * len(prompt.sources) + 2
    assert told.startswith(f"<source-{NONCE} number=1>\nShed vents › Roof\n{_HONEST}\n</source-{NONCE}>\n\n")


@each()
def test_the_rules_are_the_same_whatever_the_sources_say(attack: Attack) -> None:
    """One message of rules and one of data; nobody else has the word."""
    harmless = write_prompt(_QUESTION, [_source(_HONEST)], 6_000, NONCE)
    prompt = _asked(attack)

    assert [one.role for one in prompt.messages] == ["system", "user"]
    assert prompt.messages[0] == harmless.messages[0]


@each()
def test_nothing_that_people_do_not_see_is_told(attack: Attack) -> None:
    """Neither characters without a shape nor those that turn the direction of writing."""
    told = _asked(attack).messages[1].content
    unseen = {one for one in told if unicodedata.category(one) in ("Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp")}

    assert unseen <= {"\n", "\t"}
    assert not re.search("[\u034f\u115f\u1160\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e01ff]", told)


@each((*TAGS, *TURNS))
def test_what_looks_like_a_tag_or_a_turn_is_none(attack: Attack) -> None:
    """In any letters and brackets, and however it was taken apart."""
    told = _asked(attack).messages[1].content
    own = re.compile(rf"</?(?:source|question)-{NONCE}(?: number=\d)?>")
    rest = own.sub("", told)

    assert _TURN_MARKS.search(rest) is None
    assert _OPENING.search(rest) is None


def test_a_nonce_is_drawn_for_every_request() -> None:
    """Whoever has seen one knows nothing of the next."""
    drawn = {write_prompt(_QUESTION, [_source(_HONEST)], 6_000).messages[1].content for _ in range(20)}

    assert len(drawn) == 20


@pytest.mark.parametrize(
    "text",
    [
        "Use a < b and c > d, or List<String> and <username> in <b>bold</b>.",
        "The user: everybody. A system of pumps, e.g. System 7: it works.",
        "Set [1] and [x] as in a[i] << 2.",
        "Add 5 m² of felt at ½ price — “naïve” café, 水。",
        "fn main() -> Result<(), Box<dyn Error>>",
    ],
)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    """What is not dangerous is told word for word."""
    told = write_prompt(_QUESTION, [_source(f"`{text}`")], 6_000, NONCE).messages[1].content

    assert text in told


def test_an_attack_pushes_no_honest_source_out() -> None:
    """However long it is, what fits better comes first and whole."""
    flood = _source("poem " * 40_000)
    prompt = write_prompt(_QUESTION, [_source(_HONEST), *[flood] * 20], 500, NONCE)

    assert len(prompt.messages[1].content) < 3_000
    assert prompt.sources[0].passage.text == _HONEST
    assert replace(prompt.sources[1]) == flood


def test_every_attack_has_a_name_of_its_own() -> None:
    """So that a failure tells which."""
    assert len({one.name for one in ATTACKS}) == len(ATTACKS)
