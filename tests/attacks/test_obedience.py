"""A language model that obeys every attack, behind its protocol: what it says stays out of the answer."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from catalog.nouns import Kind, Passage, Viewer
from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from search.answer.prompt import write_prompt
from search.answer.wording import word
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from search.llm import Message
from search.results import Answer, Checked, Citation, Draft, Event, Sentence
from search.sources import Source
from tests.attacks.corpus import (
    ATTACKS,
    EVIL,
    EXFILTRATION,
    INSTRUCTIONS,
    KEY,
    OTHER,
    SECRETS,
    TAGS,
    UNICODE,
    Attack,
    each,
)
from tests.build import Put, make_item
from tests.search.llm_server import Server, goes_on_for_ever, refuses, says, serve

ENCODER = HashEncoder(256)
ASKED = "How are the shed vents cut?"
HONEST = "The shed vents are cut high in each gable, two of them for every shed."
KEPT = "The shed vents are cut high in each gable."
ATTACKED = "How the shed vents are cut is told here."


def _settings(catalog: Catalog, server: Server | None = None) -> Settings:
    model = {"COPSE_LLM_URL": server.url, "COPSE_LLM_MODEL": "tiny", "COPSE_LLM_KEY": KEY} if server else {}
    return read_settings({"library": catalog.folder, "model": ENCODER.location}, model)


@pytest.fixture
def store(catalog: Catalog, put: Put) -> Callable[[Attack], None]:
    """Stores an honest post, and one with an attack in its title, text, tags and author's name."""

    def store_attack(attack: Attack) -> None:
        hostile = make_item(
            "hostile", f"{ATTACKED}\n\n{attack.text}", title=attack.text, author=attack.text, kind=Kind.POST
        )
        put(
            make_item("vents", HONEST, title="Shed vents"),
            replace(hostile, tags=(attack.text,)),
            make_item("minutes", "The rent of the meadow rises in June.", title="Minutes", community="board"),
        )
        embed_pending(catalog, ENCODER, lambda _done, _total: None)

    return store_attack


@pytest.fixture
def guest(catalog: Catalog) -> Viewer:
    return catalog.viewer("guest")


def _events(catalog: Catalog, server: Server, guest: Viewer) -> list[Event]:
    return list(Engine(catalog, _settings(catalog, server)).ask_in_steps(guest, ASKED))


def _answer(events: Sequence[object]) -> Answer:
    return next(one for one in events if isinstance(one, Answer))


def _shown(events: Sequence[object]) -> Iterator[str]:
    """All that a reader may see before there is an answer."""
    for one in events:
        if isinstance(one, Draft | Checked):
            yield one.text


def _source(number: int, key: str, text: str, title: str) -> Source:
    item = make_item(key, text, title=title)
    return Source(item, Passage(number, item.id, 0, 0, len(text), (), None, text), 0.6, 0.6)


def _quotations() -> Answer:
    """The answer that stands in where the model gives none."""
    vents = _source(1, "vents", HONEST, "Shed vents")
    citation = Citation(1, vents.item, vents.passage, ((0, len(HONEST)),))
    return Answer(ASKED, (Sentence(HONEST, (1,)),), (citation,), 0.9)


class Obedient:
    """A language model that says what an attack wants."""

    name = "obedient"

    def __init__(self, pieces: Sequence[str]) -> None:
        self._pieces = pieces

    def stream(self, messages: Sequence[Message], *, max_tokens: int, deadline: float) -> Iterator[str]:
        """Its pieces, whatever it is told."""
        assert (len(messages), max_tokens > 0, deadline > 0) == (2, True, True)
        yield from self._pieces


def _worded(attack: Attack, *said: str) -> list[Answer | Draft | Checked]:
    """What becomes of what a model says that was given an attack as its second source."""
    hostile = _source(2, "hostile", f"{ATTACKED}\n\n{attack.text}", attack.text)
    prompt = write_prompt(ASKED, [_source(1, "vents", HONEST, "Shed vents"), hostile], 6_000)
    return list(word(ASKED, _quotations(), prompt, Obedient(said), ENCODER.encode, 1e9))


@each()
def test_an_obedient_model_cannot_change_the_answer(attack: Attack) -> None:
    """The quotations stand in, as if there were no model."""
    answer = _answer(_worded(attack, attack.obeyed))

    assert (answer.sentences, answer.citations) == (_quotations().sentences, _quotations().citations)
    assert answer.model is None


@each(one for one in ATTACKS if one.obeyed != "NOT_IN_SOURCES")
def test_what_is_obedient_in_an_honest_answer_is_left_out(attack: Attack) -> None:
    """Whichever source it claims to be from; the sentence that its source says stays."""
    for numbers in ("[1]", "[2]", "[1][2]"):
        answer = _answer(_worded(attack, f"{KEPT} [1]\n", f"{attack.obeyed} {numbers}\n"))

        assert [(one.text, one.citations) for one in answer.sentences] in (
            [(KEPT, (1,))],
            [(HONEST, (1,))],  # so much was said besides that the quotations stand in
        )


@each(one for one in ATTACKS if EVIL in one.obeyed)
def test_a_draft_tells_no_address_that_no_source_has(attack: Attack) -> None:
    """What a model adds to an address would carry data away; it comes letter by letter."""
    shown = "".join(_shown(_worded(attack, *attack.obeyed)))

    assert "minutes" not in shown
    assert "](" not in shown
    assert not re.search("<[a-z]", shown, re.IGNORECASE)


@each([INSTRUCTIONS[0], SECRETS[0], SECRETS[3], SECRETS[5], TAGS[1], UNICODE[1], EXFILTRATION[0]])
def test_an_attack_in_every_field_of_a_post_changes_nothing(
    catalog: Catalog, store: Callable[[Attack], None], guest: Viewer, attack: Attack
) -> None:
    """Title, text, tags and the author's name; by a real server. No tool is offered, and no key is told."""
    store(attack)
    quoted = Engine(catalog, _settings(catalog)).ask(guest, ASKED).answer
    with serve(says(attack.obeyed)) as server:
        events = _events(catalog, server, guest)
    answer, body = _answer(events), server.requests[0].body

    assert set(body) == {"model", "messages", "stream", "max_tokens", "temperature"}
    assert KEY not in repr(events) + json.dumps(dict(body))
    assert HONEST in [one.text for one in answer.sentences]
    assert (answer.sentences, answer.citations) == (quoted.sentences, quoted.citations)
    assert "meadow" not in json.dumps(dict(body))


def test_a_model_that_never_ends_is_cut(
    catalog: Catalog, store: Callable[[Attack], None], guest: Viewer
) -> None:
    """Endless repetition fills neither the memory nor the answer."""
    store(OTHER[1])
    with serve(goes_on_for_ever("pirates rule. ")) as server:
        events = _events(catalog, server, guest)

    assert len("".join(_shown(events))) < 20_000
    assert HONEST in [one.text for one in _answer(events).sentences]
    assert "rule" not in " ".join(one.text for one in _answer(events).sentences)


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_server_that_repeats_the_key_in_an_error_tells_nobody(
    catalog: Catalog,
    store: Callable[[Attack], None],
    guest: Viewer,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """Neither the reader nor the log."""
    store(ATTACKS[0])
    caplog.set_level(logging.DEBUG)
    with serve(refuses(status, f"the key {KEY} is wrong")) as server:
        events = _events(catalog, server, guest)

    assert "…" in _answer(events).notes[-1]
    assert KEY not in repr(events) + caplog.text


def test_a_key_is_sent_as_a_header_and_in_no_other_way(
    catalog: Catalog, store: Callable[[Attack], None], guest: Viewer, caplog: pytest.LogCaptureFixture
) -> None:
    """Its one place is the header that is made for it."""
    store(ATTACKS[0])
    caplog.set_level(logging.DEBUG)
    with serve(says(f"{KEPT} [1]")) as server:
        events = _events(catalog, server, guest)
    [request] = server.requests
    named = [name for name, value in request.headers.items() if KEY in value]

    assert (named, KEY in json.dumps(dict(request.body)), KEY in request.path) == (
        ["authorization"],
        False,
        False,
    )
    assert KEY not in repr(events) + caplog.text
