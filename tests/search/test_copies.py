"""Near-identical items show as one in results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalog.copies import Sketch
from catalog.nouns import Filters, Kind
from catalog.settings import read_settings
from catalog.store import Catalog
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from tests.build import Put, make_item, make_person

ENCODER = HashEncoder(256)
TEXT = "Cut the apple tree in winter, when it has no leaves."
ASKED = "When do I cut the apple tree?"
GWEN = replace(make_person("Gwen"), id=1)
JUNE = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.fixture
def engine(catalog: Catalog, put: Put) -> Iterator[Engine]:
    """A public post, two public copies and a private one of it, and a document of another text."""
    put(
        make_item("a", TEXT, title="Apple", author="Gwen"),
        make_item("b", TEXT, title="Apple", kind=Kind.POST, author="Gwen"),
        make_item("c", TEXT, title="Apple", author="Colm"),
        make_item("d", TEXT, title="Apple", community="board"),
        make_item("pear", "Cut the pear tree in March.", title="Pear"),
    )
    with catalog.write() as writer:
        writer.put_sketches([Sketch(item) for item in writer.unsketched(writer.unlinked()[0])])
        for number in (2, 3, 4):
            writer.join_copies(number, 1)
    embed_pending(catalog, ENCODER, lambda _done, _total: None)
    with Engine(catalog, read_settings({"library": catalog.folder, "model": ENCODER.location}, {})) as engine:
        yield engine


def test_copies_show_as_one_hit(engine: Engine) -> None:
    """With the others that the viewer may read; the place that is left over goes to something else."""
    hits = engine.search(engine.catalog.viewer("guest"), ASKED, k=2)

    assert [(hit.item.key, [copy.key for copy in hit.also_in]) for hit in hits] == [
        ("a", ["b", "c"]),
        ("pear", []),
    ]


def test_who_may_read_a_private_copy_is_told_of_it(engine: Engine) -> None:
    """It is one more place where the text stands."""
    [hit] = engine.search(engine.catalog.viewer("ada@example.org"), ASKED, k=1)

    assert {hit.item.key, *(copy.key for copy in hit.also_in)} == {"a", "b", "c", "d"}


def test_filters_decide_which_copy_is_shown(engine: Engine) -> None:
    """Before copies become one."""
    posts = Filters(kinds=frozenset({Kind.POST}))
    [hit] = engine.search(engine.catalog.viewer("guest"), ASKED, posts)

    assert (hit.item.key, [copy.key for copy in hit.also_in]) == ("b", ["a", "c"])


def test_a_reply_cites_one_of_the_copies(engine: Engine) -> None:
    """The source, the past problems and the practices name the others."""
    reply = engine.ask(engine.catalog.viewer("guest"), ASKED)
    told = {one.item.key: [copy.key for copy in one.also_in] for one in reply.answer.citations}

    assert told["a"] == ["b", "c"]
    assert not {"b", "c"} & set(told)
    assert [problem.item.key for problem in reply.similar] == ["b"]
    assert [copy.key for copy in reply.similar[0].also_in] == ["a", "c"]
    assert [hit.item.key for hit in reply.practices] == ["a", "pear"]


def test_whoever_posted_a_copy_is_an_expert_too(engine: Engine) -> None:
    """But a text that one person posted twice counts once."""
    experts = engine.experts(engine.catalog.viewer("guest"), ASKED)

    assert {expert.person.name: len(expert.evidence) for expert in experts} == {"Gwen": 1, "Colm": 1}
