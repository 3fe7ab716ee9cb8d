"""From a question to a reply, over a real library with a readable fake model."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog.errors import QuestionError
from catalog.nouns import Contribution, Filters, Item, Kind, Person, Role, Span, State, Viewer
from catalog.settings import read_settings
from catalog.store import Catalog
from catalog.wishes import Wish
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from tests.build import BOARD, GARDEN, Put, make_item, make_person, putting

ENCODER = HashEncoder(256)


def by(name: str, role: Role) -> tuple[Contribution, ...]:
    """One contribution."""
    return (Contribution(make_person(name), role, datetime(2025, 6, 1, tzinfo=UTC)),)


QUESTION = make_item(
    "q1",
    "White fluff grows on the beams of my shed every winter. What can I do?",
    kind=Kind.QUESTION,
    title="White fluff on the shed beams",
    state=State.SOLVED,
    votes=5,
    contributions=by("Lotte", Role.ASKED),
)
ACCEPTED = make_item(
    "a1",
    "The fluff on the beams is ordinary mould. Cut two vents into the shed, one high in each gable.",
    kind=Kind.ANSWER,
    title=QUESTION.title,
    thread="q1",
    accepted=True,
    votes=4,
    contributions=by("Colm", Role.ACCEPTED),
)
RIVAL = make_item(
    "a2",
    "Paint the beams of the shed with lime wash and the white fluff stays away.",
    kind=Kind.ANSWER,
    title=QUESTION.title,
    thread="q1",
    votes=7,
    contributions=by("Bert", Role.ANSWERED),
)
OPEN = make_item(
    "q2",
    "Grey fluff on the beams in the hut. Is it dangerous?",
    kind=Kind.QUESTION,
    title="Grey fluff on beams of the hut",
    state=State.OPEN,
    contributions=by("Sandra", Role.ASKED),
)
LESSON = make_item(
    "l1",
    "## What happened\n\nThe shed roof blew off in a storm.\n\n## What to do\n\nScrew sheets every 30 cm.",
    kind=Kind.LESSON,
    title="Shed roof lost in a storm",
    solution=(69, 95),
    tags=("shed", "storm"),
    contributions=by("Colm", Role.AUTHORED),
)
OFF_TOPIC = make_item(
    "d1",
    "Courgettes are collected on Monday evening.",
    title="Surplus",
    contributions=by("Ines", Role.AUTHORED),
)
SECRET = make_item(
    "s1",
    "The beams of the shed are treated against white fluff with swordfish oil.",
    title="White fluff on beams: swordfish oil",
    kind=Kind.POST,
    community="board",
    tags=("swordfish",),
    contributions=by("Agent Swordfish", Role.AUTHORED),
)
ITEMS = (QUESTION, ACCEPTED, RIVAL, OPEN, LESSON, OFF_TOPIC)
ASKED = "What can I do about white fluff on the beams of my shed?"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the public items and the private one, embedded, with its indexes."""
    folder = tmp_path_factory.mktemp("prepared")
    with Catalog.open(folder) as catalog:
        with catalog.write() as writer:
            writer.put_community(GARDEN)
            writer.put_community(BOARD)
        putting(catalog)(*ITEMS, SECRET)
        embed(catalog)
        with Engine(catalog, read_settings({"library": folder, "model": ENCODER.location}, {})):
            return folder


@pytest.fixture
def engine(prepared: Path, catalog: Catalog) -> Iterator[Engine]:
    """A copy of that."""
    with (
        closing(sqlite3.connect(prepared / "catalog.db")) as made,
        closing(sqlite3.connect(catalog.folder / "catalog.db")) as copy,
    ):
        made.backup(copy)
    shutil.copytree(prepared / "indexes", catalog.folder / "indexes")
    with Engine(catalog, read_settings({"library": catalog.folder, "model": ENCODER.location}, {})) as engine:
        yield engine


def embed(catalog: Catalog) -> int:
    return embed_pending(catalog, ENCODER, lambda _done, _total: None)


@pytest.fixture
def guest(catalog: Catalog) -> Viewer:
    return catalog.viewer("guest")


def test_words_find_what_is_not_embedded_yet(catalog: Catalog, put: Put, guest: Viewer) -> None:
    """An ingest that was stopped before its first vector leaves a library that answers."""
    put(*ITEMS)
    settings = read_settings({"library": catalog.folder, "model": ENCODER.location}, {})
    engine = Engine(catalog, settings)
    assert engine.search(guest, ASKED)[0].item.thread_id == "notes:q1"
    assert engine.ask(guest, ASKED).answer.question == ASKED


def test_an_answer_quotes_the_accepted_answer_and_cites_it(engine: Engine, guest: Viewer) -> None:
    """Word for word, and the citation's spans are where the words stand."""
    answer = engine.ask(guest, ASKED).answer
    [citation] = [citation for citation in answer.citations if citation.item.id == "notes:a1"]
    quoted = [citation.item.text[start:end] for start, end in citation.spans]
    assert quoted
    assert set(quoted) <= {sentence.text for sentence in answer.sentences}
    for start, end in citation.spans:
        assert citation.passage.start <= start < end <= citation.passage.end


def test_every_sentence_has_a_citation_that_exists(engine: Engine, guest: Viewer) -> None:
    """Numbers run from 1, and each sentence names one of them."""
    answer = engine.ask(guest, ASKED).answer
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 1 <= len(answer.sentences) <= 5
    assert all(
        sentence.citations and set(sentence.citations) <= set(numbers) for sentence in answer.sentences
    )


def test_thin_evidence_means_no_answer(engine: Engine, guest: Viewer) -> None:
    """It says so, and cites nothing."""
    answer = engine.ask(guest, "Which visa do I need for a journey to Canada?").answer
    assert answer.abstained
    assert (answer.sentences, answer.citations) == ((), ())
    assert answer.reason


def test_experts_are_those_who_answered(engine: Engine, guest: Viewer) -> None:
    """The askers of the questions found are not among them, and the accepted answer counts most."""
    names = [expert.person.name for expert in engine.experts(guest, ASKED)]
    assert names[:2] == ["Colm", "Bert"]
    assert {"Lotte", "Sandra"}.isdisjoint(names)


def test_similar_problems_come_with_what_solved_them(engine: Engine, guest: Viewer) -> None:
    """The solved one first; the accepted answer, and the recommendation of a lesson."""
    found = engine.similar(guest, "White fluff on shed beams after a storm")
    by_key = {problem.item.key: problem for problem in found}
    assert found[0].item.key == "q1"
    solution = by_key["q1"].solution
    assert solution is not None
    assert (by_key["q1"].solved, solution.item.key) == (True, "a1")
    assert (by_key["q2"].solved, by_key["q2"].solution) == (False, None)
    lesson = by_key["l1"].solution
    assert lesson is not None
    assert lesson.text == "Screw sheets every 30 cm."


def test_search_gives_each_item_once_best_first(engine: Engine, guest: Viewer) -> None:
    """Scores fall, and lie between 0 and 1."""
    hits = engine.search(guest, ASKED)
    assert len({hit.item.id for hit in hits}) == len(hits)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert {hit.item.key for hit in hits[:3]} <= {"q1", "a1", "a2"}


@pytest.mark.parametrize("question", ["", "   ", "?!", "\x00\n", "🍅🍅"])
def test_a_question_without_words_is_refused(engine: Engine, guest: Viewer, question: str) -> None:
    """With a hint at what to ask instead."""
    with pytest.raises(QuestionError, match="nothing to search for"):
        engine.ask(guest, question)


def test_a_question_that_is_far_too_long_is_refused(engine: Engine, guest: Viewer) -> None:
    """It says how long it may be."""
    with pytest.raises(QuestionError, match="100,000 is the most"):
        engine.search(guest, "shed " * 30_000)


def test_filters_hold_for_every_part_of_a_reply(engine: Engine, catalog: Catalog) -> None:
    """Lessons only: nothing else is searched."""
    lessons = Filters(kinds=frozenset({Kind.LESSON}))
    reply = engine.ask(catalog.owner(), ASKED, lessons)
    assert {hit.item.kind for hit in reply.practices} <= {Kind.LESSON}
    assert {problem.item.kind for problem in reply.similar} <= {Kind.LESSON}
    assert {expert.person.name for expert in reply.experts} <= {"Colm"}


def test_a_thread_brings_along_only_answers_of_the_time_asked_for(
    engine: Engine, put: Put, guest: Viewer
) -> None:
    """The question is old enough; the answer that was written later is neither quoted nor evidence."""
    put(replace(ACCEPTED, created=datetime(2026, 1, 1, tzinfo=UTC)))
    reply = engine.ask(guest, ASKED, Filters(until=datetime(2025, 12, 31, tzinfo=UTC)))
    assert "notes:a1" not in [citation.item.id for citation in reply.answer.citations]
    assert [evidence.item.key for expert in reply.experts for evidence in expert.evidence].count("a1") == 0


# --- the gate ---

FACES: dict[str, Callable[[Engine, Viewer, str], Any]] = {
    "search": lambda engine, viewer, words: engine.search(viewer, words),
    "similar": lambda engine, viewer, words: engine.similar(viewer, words),
    "experts": lambda engine, viewer, words: engine.experts(viewer, words),
    "ask": lambda engine, viewer, words: engine.ask(viewer, words),
}
QUESTIONS = [ASKED, "swordfish oil", "Agent Swordfish", "shed"]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("face", FACES)
def test_private_items_change_nothing_for_others(
    engine: Engine, catalog: Catalog, guest: Viewer, face: str, question: str
) -> None:
    """Hits, sentences, evidence, counts and scores are the same without the private item."""
    with_secret = FACES[face](engine, guest, question)
    with catalog.write() as writer:
        writer.forget_item("notes", "s1")
    without = FACES[face](engine, guest, question)
    words = repr(with_secret).lower().replace(question.lower(), "")
    assert "swordfish" not in words
    assert _timeless(with_secret) == _timeless(without)


def _timeless(result: Any) -> Any:
    """A result whose shares of evidence, which fade by the second, are rounded."""
    if isinstance(result, list):
        return [_timeless(one) for one in result]
    if hasattr(result, "experts"):
        return replace(result, experts=tuple(_timeless(list(result.experts))))
    if hasattr(result, "evidence"):
        faded = tuple(replace(evidence, share=round(evidence.share, 6)) for evidence in result.evidence)
        return replace(result, evidence=faded, score=round(result.score, 6))
    return result


def test_a_reader_of_the_private_community_finds_it(engine: Engine, catalog: Catalog) -> None:
    """The gate opens for those whom it lists."""
    reader = catalog.viewer("ada@example.org")
    assert "notes:s1" in [hit.item.id for hit in engine.search(reader, "swordfish oil")]


# --- in step with the catalog ---


def test_a_deleted_item_is_gone_from_the_very_next_reply(
    engine: Engine, catalog: Catalog, guest: Viewer
) -> None:
    """From hits, answers, experts' evidence and similar problems alike."""
    assert "notes:a1" in repr(engine.ask(guest, ASKED))
    with catalog.write() as writer:
        writer.forget_item("notes", "a1")
        writer.forget_item("notes", "l1")
    for face in FACES.values():
        after = repr(face(engine, guest, ASKED))
        assert "key='a1'" not in after
        assert "Colm" not in after


def test_a_changed_item_is_found_by_its_new_words(
    engine: Engine, catalog: Catalog, put: Put, guest: Viewer
) -> None:
    """And not by the old ones."""
    put(replace(OFF_TOPIC, text="Pumpkins are weighed on Friday."))
    embed(catalog)
    assert engine.search(guest, "pumpkins friday")[0].item.key == "d1"
    assert all("Courgettes" not in hit.passage.text for hit in engine.search(guest, "courgettes monday"))


def test_an_item_that_moves_to_a_private_community_is_hidden_at_once(
    engine: Engine, put: Put, guest: Viewer
) -> None:
    """Its passages stay the same; only who may read them changes."""
    put(replace(RIVAL, community="board"))
    assert "lime wash" not in repr(engine.ask(guest, ASKED))


def test_a_community_that_becomes_private_is_hidden_at_once(engine: Engine, catalog: Catalog) -> None:
    """Also from the statistics of words: its passages move to a shard of their own."""
    with catalog.write() as writer:
        writer.put_community(replace(catalog_community(catalog, "garden"), private=True))
    assert engine.search(catalog.viewer("guest"), ASKED) == []
    assert engine.search(catalog.owner(), ASKED)[0].item.key == "q1"


def catalog_community(catalog: Catalog, slug: str) -> Any:
    with catalog.read(catalog.owner()) as reader:
        return next(community for community in reader.communities() if community.slug == slug)


def test_deleted_indexes_are_built_again_with_the_same_results(
    engine: Engine, catalog: Catalog, put: Put, guest: Viewer
) -> None:
    """They are derived: the catalog is the only truth."""
    put(make_item("later", "Shed beams need air."), replace(OFF_TOPIC, text="Nothing about beams."))
    with catalog.write() as writer:
        writer.forget_item("notes", "q2")
    embed(catalog)
    before = engine.search(guest, ASKED)
    shutil.rmtree(catalog.folder / "indexes")
    rebuilt = Engine(catalog, engine.settings)
    assert rebuilt.search(guest, ASKED) == before


@pytest.mark.parametrize(
    "damaged", ["dense/vectors.faiss", "dense/index.json", "lexical/index.json", "columns/index.json"]
)
def test_a_damaged_index_is_built_again(
    engine: Engine, catalog: Catalog, guest: Viewer, damaged: str
) -> None:
    """A truncated file is noticed and costs nothing but the time to build the index."""
    before = engine.search(guest, ASKED)
    (catalog.folder / "indexes" / damaged).write_bytes(b"\x00broken")
    assert Engine(catalog, engine.settings).search(guest, ASKED) == before


def test_passages_are_found_by_words_before_they_are_embedded(
    engine: Engine, put: Put, guest: Viewer
) -> None:
    """A library is searchable while its vectors are still being made."""
    put(make_item("fresh", "Rhubarb wants shade.", title="Rhubarb"))
    hit = engine.search(guest, "rhubarb shade")[0]
    assert (hit.item.key, hit.meaning) == ("fresh", 0.0)
    assert hit.words > 0


def test_a_new_model_serves_once_its_vectors_are_complete(
    engine: Engine, catalog: Catalog, guest: Viewer
) -> None:
    """Until then the old vectors answer; then they go."""
    other = HashEncoder(32)
    seen: list[str] = []

    def look(done: int, total: int) -> None:
        with catalog.feed() as feed:
            seen.extend(model.name for model in feed.models() if model.serving)
        assert engine.search(guest, ASKED)[0].item.key == "q1"

    assert embed_pending(catalog, other, look) == 7
    assert set(seen) == {ENCODER.name}
    with catalog.feed() as feed:
        assert [(model.name, model.serving) for model in feed.models()] == [(other.name, True)]
    assert engine.search(guest, ASKED)[0].item.key == "q1"


def test_embedding_continues_where_it_was(catalog: Catalog, put: Put) -> None:
    """What has a vector is not embedded again."""
    put(*ITEMS)
    assert embed(catalog) == 6
    put(make_item("new", "Something new."))
    assert embed(catalog) == 1
    assert embed(catalog) == 0


def test_among_posts_that_fit_alike_votes_decide(catalog: Catalog, put: Put, tmp_path: Path) -> None:
    """But no number of votes makes up for not fitting."""
    put(
        make_item("few", "Slugs eat the lettuce.", title="Slugs", votes=1),
        make_item("many", "Slugs eat the lettuce.", title="Slugs", votes=30),
        make_item("famous", "Bees swarm in May.", title="Bees", votes=9000),
    )
    embed(catalog)
    settings = read_settings({"library": tmp_path, "model": ENCODER.location}, {})
    ranked = Engine(catalog, settings).rank(catalog.owner(), "Slugs eat lettuce")
    assert [item_id for item_id, _ in ranked] == ["notes:many", "notes:few", "notes:famous"]


# --- exact under filters ---


def test_a_filter_that_leaves_one_per_cent_is_exact(catalog: Catalog, put: Put, tmp_path: Path) -> None:
    """Recall@10 is 1.0 against comparing the question with every passage that passes the filter."""
    generator = np.random.default_rng(7)
    words = [f"word{number:03}" for number in range(300)]

    def made(key: str, passages: int, *tags: str) -> Item:
        return make_item(key, " ".join(generator.choice(words, 12 * passages)), tags=tags)

    rare = [made(f"rare{number}", 1, "rare") for number in range(20)]
    put(*rare)
    long = len(rare[0].text)
    spans = [Span(start, start + long) for start in range(0, 20 * (long + 1), long + 1)]
    put(*(made(f"common{number}", 20) for number in range(99)), spans=spans)
    embed(catalog)
    only_meaning = {"dense_weight": 1.0, "dense_weight_statement": 1.0}
    settings = read_settings({"library": tmp_path, "model": ENCODER.location, **only_meaning}, {})
    engine = Engine(catalog, settings)
    for _ in range(20):
        question = " ".join(generator.choice(words, 6))
        found = engine.search(catalog.owner(), question, Filters(tags=frozenset({"rare"})), k=10)
        texts = [f"{item.title}\n{item.text}" for item in rare]
        assert len(found) == 10
        assert {hit.item.key for hit in found} <= {item.key for item in rare}
        exact = np.maximum(ENCODER.encode(texts) @ ENCODER.encode([question])[0], 0)
        tenth = np.sort(exact)[-10]
        assert all(hit.score >= tenth - 0.002 for hit in found)  # vectors are kept in float16


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param(Wish(opt_out=True), id="opted out"),
        pytest.param(Wish(pause_until=datetime(2999, 1, 1, tzinfo=UTC)), id="paused"),
        pytest.param(Wish(hide=("fluff",)), id="hidden topic"),
    ],
)
def test_who_does_not_want_to_be_named_is_not(engine: Engine, guest: Viewer, wish: Wish) -> None:
    """Neither as an expert nor in a reply, from the next question on; their answer is still cited."""
    named = engine.experts(guest, ASKED)
    best = named[0].person
    with engine.catalog.write() as writer:
        writer.put_wish(best.id, wish)
    reply = engine.ask(guest, ASKED, k=len(named) - 1)
    assert [expert.person for expert in engine.experts(guest, ASKED)] == [one.person for one in named[1:]]
    assert [expert.person for expert in reply.experts] == [one.person for one in named[1:]]
    written = [c.person.name for one in reply.answer.citations for c in one.item.contributions]
    assert best.name in written


def test_a_program_is_never_an_expert(engine: Engine, guest: Viewer, put: Put) -> None:
    """Its posts are found like others."""
    robot = Person("tips-bot", make_person("tips-bot").identities, bot=True)
    put(
        make_item(
            "bot",
            "White fluff on the beams of my shed: brush it off.",
            contributions=(Contribution(robot, Role.AUTHORED),),
        )
    )
    assert "tips-bot" not in [expert.person.name for expert in engine.experts(guest, ASKED, k=100)]
    assert "notes:bot" in [hit.item.id for hit in engine.search(guest, ASKED)]


# --- languages ---

GERMAN = make_item(
    "g1",
    "Unsere Pumpen verlieren seit dem Winter Öl, und die Dichtungen sind neu. Was kann man da machen?",
    kind=Kind.QUESTION,
    title="Öl tropft aus den Pumpen",
)
ENGLISH = make_item(
    "e1",
    "Since the winter our pumps have been leaking oil, and the seals are new. What can we do about it?",
    kind=Kind.QUESTION,
    title="Oil drips from the pumps",
)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Warum hat meine Pumpe eine neue Dichtung?", "notes:g1"),
        ("Which pump has a seal that leaks?", "notes:e1"),
    ],
)
def test_each_language_is_found_by_its_own_stems(
    catalog: Catalog, put: Put, guest: Viewer, asked: str, first: str
) -> None:
    """The question shares no word with the item as it stands: only the stems are the same."""
    put(GERMAN, ENGLISH, *ITEMS)
    embed(catalog)
    settings = read_settings({"library": catalog.folder, "model": ENCODER.location, "dense_weight": 0.0}, {})
    problems = Engine(catalog, settings).similar(guest, asked)
    assert [problem.item.id for problem in problems] == [first]


# --- questions that are none, and odd ones ---

FOUR = ("search", "similar", "experts", "ask")


@pytest.mark.parametrize("function", FOUR)
@pytest.mark.parametrize("question", ["", " \n\t", "\x00\x1b", "🙂🙃", "?!", "a" * 100_001])
def test_what_is_no_question_is_refused_with_advice(
    engine: Engine, guest: Viewer, function: str, question: str
) -> None:
    """Nothing to search for, or far too much."""
    with pytest.raises(QuestionError, match=r"ask a question in words|leave out logs and quotes"):
        getattr(engine, function)(guest, question)


@pytest.mark.parametrize("function", FOUR)
@pytest.mark.parametrize(
    "question",
    [
        "a",
        "white\x00fluff\x1b[31m on\u202e beams",
        "\udce4white fluff",
        "white fluff 🙂" * 7_000,
        '"fluff" AND (beams:* OR title:[a TO z]) -shed~2^9',
        "'; DROP TABLE items; --",
        "白い綿毛",
    ],
)
def test_odd_questions_find_what_there_is(
    engine: Engine, guest: Viewer, function: str, question: str
) -> None:
    """Control characters, half characters, 98,000 characters, another program's language: all are words."""
    assert getattr(engine, function)(guest, question) is not None


def test_warming_up_loads_all_and_leaves_no_trace(engine: Engine, guest: Viewer) -> None:
    """The indexes are there, and nobody has asked anything."""
    assert not engine.is_loaded()

    engine.warm_up(guest)

    assert engine.is_loaded()
    with engine.catalog.read(guest) as reader:
        assert reader.gaps(10) == []


def test_what_takes_long_to_load_is_loaded_when_it_is_needed() -> None:
    """Not for opening a library: the model's library, and what only groups items."""
    program = (
        "import sys, search.engine\n"
        "print(sorted({'torch', 'sentence_transformers', 'sklearn', 'networkx'} & sys.modules.keys()))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
