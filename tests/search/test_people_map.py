"""The map of a library: where items lie, what its parts are called, and what fits some words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from catalog.errors import NotFoundError
from catalog.nouns import Kind
from catalog.settings import read_settings
from catalog.store import Catalog
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from search.people import map as maps
from search.people.layout import lay_out
from search.people.map import sample
from search.people.regions import regions
from tests.build import Put, make_item
from tests.search.records import make_activity

ENCODER = HashEncoder(256)
JUNE = datetime(2025, 6, 1, tzinfo=UTC)


def _items() -> Iterator[Any]:
    """Twelve questions each about mould and compost, the first with an answer; and a private board."""
    for number in range(12):
        for about, rest in (("mould", "on the shed beam"), ("compost", "heap stays cold")):
            yield make_item(
                f"{about}{number}",
                f"{about} {rest} {about} in week {number}",
                kind=Kind.QUESTION,
                title=f"{about.capitalize()} {rest}",
                tags=(about,),
            )
    yield make_item(
        "answer", "Air the shed.", kind=Kind.ANSWER, title="Mould on the shed beam", thread="mould0"
    )
    for number in range(8):
        yield make_item(f"secret{number}", "Swordfish oil on mould.", title="Swordfish", community="board")


@pytest.fixture
def engine(catalog: Catalog, put: Put) -> Iterator[Engine]:
    """A library about mould and compost, with a private board."""
    put(*_items())
    embed_pending(catalog, ENCODER, lambda _done, _total: None)
    with Engine(catalog, read_settings({"library": catalog.folder, "model": ENCODER.location}, {})) as engine:
        yield engine


def guest(engine: Engine) -> Any:
    return engine.catalog.viewer("guest")


def test_a_map_shows_what_opens_a_thread(engine: Engine) -> None:
    """Answers stand for their questions; all lie between -1 and 1."""
    drawn = engine.map(guest(engine)).map
    assert {point.item_id for point in drawn.points} == {
        f"notes:{about}{number}" for about in ("mould", "compost") for number in range(12)
    }
    assert drawn.of == 24
    assert max(abs(value) for point in drawn.points for value in (point.x, point.y)) == 1
    first = drawn.points[0]
    assert (first.title, first.kind, first.community) == ("Mould on the shed beam", Kind.QUESTION, "garden")


def test_parts_of_it_are_named_by_tags(engine: Engine) -> None:
    """Two topics are two parts at least, and each has its name where its items lie."""
    drawn = engine.map(guest(engine)).map
    broad = [region for region in drawn.regions if region.broad]
    assert {region.name for region in broad} == {"mould", "compost"}
    for region in broad:
        near = min(drawn.points, key=lambda point: (point.x - region.x) ** 2 + (point.y - region.y) ** 2)
        assert region.name in near.item_id


def test_it_is_the_same_each_time(engine: Engine) -> None:
    """Also when it is drawn anew."""
    again = Engine(engine.catalog, engine.settings)
    assert engine.map(guest(engine)).map is engine.map(guest(engine)).map
    assert engine.map(guest(engine)).map.points == again.map(guest(engine)).map.points


def test_what_changes_nothing_on_it_costs_no_layout(
    engine: Engine, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as an answer: places are told by what is drawn."""
    before = engine.map(guest(engine)).map
    monkeypatch.setattr(maps, "lay_out", lambda _vectors: pytest.fail("laid out anew"))
    put(make_item("late", "Lime helps.", kind=Kind.ANSWER, title="Mould", thread="mould1"))
    assert engine.map(guest(engine)).map is not before
    assert engine.map(guest(engine)).map.points == before.points


def test_what_is_private_plays_no_part(engine: Engine) -> None:
    """A guest sees the same with and without the board; its readers see it."""
    full = engine.map(engine.catalog.viewer("ada@example.org")).map
    seen = engine.map(guest(engine), "mould")
    with engine.catalog.write() as writer:
        for number in range(8):
            writer.forget_item("notes", f"secret{number}")
    without = engine.map(guest(engine), "mould")
    assert (seen.map.points, seen.map.regions, seen.points, seen.of) == (
        without.map.points,
        without.map.regions,
        without.points,
        without.of,
    )
    assert {point.community for point in full.points} == {"garden", "board"}


def test_what_is_deleted_is_gone_from_the_next_map(engine: Engine) -> None:
    """From its points and from what is found on it."""
    engine.map(guest(engine), "mould")
    with engine.catalog.write() as writer:
        writer.forget_item("notes", "mould3")
    seen = engine.map(guest(engine), "mould")
    assert "notes:mould3" not in {point.item_id for point in (*seen.map.points, *seen.points)}
    assert seen.of == 11


def test_words_are_found_on_it(engine: Engine) -> None:
    """A tag or a few words; what nobody wrote about leads to the nearest topics."""
    found = engine.map(guest(engine), "compost")
    assert ({point.item_id for point in found.points}, found.of) == (
        {f"notes:compost{number}" for number in range(12)},
        12,
    )
    assert engine.map(guest(engine), "cold heap").points
    with pytest.raises(NotFoundError):
        engine.map(guest(engine), "zymurgy quokka")


def test_what_is_not_drawn_is_placed_among_its_like(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many are drawn; whatever fits is shown all the same."""
    monkeypatch.setattr(maps, "MOST_POINTS", 14)
    found = engine.map(guest(engine), "mould")
    drawn = {point.item_id: point for point in found.map.points}
    assert (len(drawn), found.map.of, found.of) == (14, 24, 12)
    of_compost = [(point.x, point.y) for key, point in drawn.items() if "compost" in key]
    of_mould = [(point.x, point.y) for key, point in drawn.items() if "mould" in key]
    for point in found.points:
        to_mould = np.linalg.norm(np.mean(of_mould, axis=0) - (point.x, point.y))
        assert to_mould < np.linalg.norm(np.mean(of_compost, axis=0) - (point.x, point.y))


def test_nothing_is_drawn_without_vectors(catalog: Catalog, put: Put) -> None:
    """Nothing that was read has any yet."""
    put(make_item("one"))
    settings = read_settings({"library": catalog.folder, "model": ENCODER.location}, {})
    with Engine(catalog, settings) as engine:
        drawn = engine.map(engine.catalog.owner()).map
    assert (drawn.points, drawn.regions, drawn.of) == ((), (), 1)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 11, 40])
def test_any_number_of_items_can_be_laid_out(number: int) -> None:
    """Alike ones, too: each has a place."""
    vectors = np.eye(1, 8, dtype=np.float32).repeat(number, axis=0)
    vectors[::2, 1] = 1
    positions = lay_out(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    assert positions.shape == (number, 2)
    assert np.isfinite(positions).all()
    assert (np.abs(positions) <= 1).all()


def test_a_sample_has_some_of_each_community_and_hardly_changes() -> None:
    """However small its share is; another item takes the place of one at most."""
    items = [make_item(f"n{number}") for number in range(500)]
    items += [make_item(f"b{number}", community="board") for number in range(5)]
    activity = make_activity(items)
    chosen = sample(activity, np.arange(505), 100)
    assert len(chosen) == 100
    assert sum(activity.slugs[activity.communities[place]] == "board" for place in chosen) == 5
    fewer = sample(activity, np.delete(np.arange(505), chosen[0]), 100)
    assert len(set(chosen.tolist()) - set(fewer.tolist())) == 1


def test_of_two_parts_of_one_name_the_larger_has_it() -> None:
    """The other one stays without."""
    positions = np.array([[-1.0, 0.0]] * 10 + [[1.0, 0.0]] * 8)
    named = list(regions(positions, lambda _rows: ["water"]))
    assert [(one.name, one.x, one.points, one.broad) for one in named] == [
        ("water", -1.0, 10, True),
        ("water", -1.0, 10, False),
    ]
