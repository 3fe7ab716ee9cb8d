"""The one gate: whatever a viewer asks the catalog, nothing of a community they may not read comes back."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event

from catalog.asked import Tally
from catalog.copies import Sketch
from catalog.errors import NotFoundError
from catalog.feedback import Said
from catalog.gaps import record_gap
from catalog.nouns import Community, Contribution, Filters, Kind, Person, Role, Span, State, Viewer, Votes
from catalog.origins import Origin
from catalog.reader import Reader
from catalog.reader_browse import Browsed
from catalog.requests import Addressee, NewRequest
from catalog.store import Catalog
from catalog.units import ClosedUnit
from catalog.written import Draft
from tests.build import Put, make_item, make_person

HIDDEN = "swordfish"
JUNE = datetime(2025, 6, 1, tzinfo=UTC)

# How to call every public method of a reader, whatever it needs. A new method must be added here.
CALLS: dict[str, Callable[[Reader, list[int]], Any]] = {
    "communities": lambda reader, _: reader.communities(),
    "passage_ids": lambda reader, _: reader.passage_ids(Filters()).tolist(),
    "places": lambda reader, ids: reader.places(ids),
    "numbered_communities": lambda reader, _: reader.numbered_communities(),
    "readable_items": lambda reader, _: reader.readable_items(range(1, 9)).tolist(),
    "readable_passages": lambda reader, ids: reader.readable_passages(ids).tolist(),
    "passages": lambda reader, ids: reader.passages(ids),
    "passages_of": lambda reader, _: reader.passages_of("notes:secret"),
    "passages_of_all": lambda reader, _: reader.passages_of_all(["notes:open", "notes:secret"]),
    "item": lambda reader, _: _or_none(reader, "notes:secret"),
    "items": lambda reader, _: reader.items(["notes:open", "notes:secret"]),
    "each_item": lambda reader, _: list(reader.each_item()),
    "copies": lambda reader, _: reader.copies(["notes:open", "notes:copy", "notes:secret"]),
    "votes": lambda reader, _: reader.votes(["notes:open", "notes:secret"]),
    "threads": lambda reader, _: reader.threads(["notes:open", "notes:secret"]),
    "vectors": lambda reader, ids: {key: row.tolist() for key, row in reader.vectors(ids, "m@1").items()},
    "tags": lambda reader, _: reader.tags(),
    "gaps": lambda reader, _: reader.gaps(),
    "asked": lambda reader, _: reader.asked(30, JUNE),
    "asked_days": lambda reader, _: reader.asked_days(30, JUNE),
    "origins": lambda reader, _: reader.origins(),
    "status": lambda reader, _: reader.status(),
    "people": lambda reader, _: reader.people(),
    "person": lambda reader, _: _person_or_none(reader, f"{HIDDEN}7"),
    "matches": lambda reader, _: reader.matches(),
    "merges": lambda reader, _: reader.merges(),
    "decisions": lambda reader, _: reader.decisions(),
    "sight": lambda reader, _: reader.sight(range(1, 9)),
    "titles": lambda reader, _: reader.titles(range(1, 9)),
    "item_vectors": lambda reader, _: {
        key: row.tolist() for key, row in reader.item_vectors(range(1, 9), "m@1").items()
    },
    "requests": lambda reader, _: reader.requests(),
    "request": lambda reader, _: _request_or_none(reader, "2"),
    "candidates": lambda reader, _: reader.candidates(
        [Person("", id=number) for number in range(1, 5)], ["garden"], JUNE
    ),
    "exposure": lambda reader, _: reader.exposure(),
    "browse": lambda reader, _: reader.browse(Browsed()).items,
    "counted": lambda reader, _: reader.counted(Browsed()),
    "file_of": lambda reader, _: reader.file_of("notes:secret"),
    "oneself": lambda reader, _: reader.oneself(),
    "written": lambda reader, _: reader.written(),
    "changeable": lambda reader, _: [reader.changeable(one.id) for one in reader.written()],
    "helped": lambda reader, _: reader.helped("notes:secret"),
    "said": lambda reader, _: reader.said(item_id="notes:secret"),
    "verdicts": lambda reader, _: reader.verdicts(),
    "item_verdicts": lambda reader, _: reader.item_verdicts(),
}


# What not even one who may read everything is told, but the owner.
OWNER_ONLY = {"decisions", "exposure", "origins", "verdicts", "item_verdicts"}


def _or_none(reader: Reader, item_id: str) -> Any:
    try:
        return reader.item(item_id)
    except NotFoundError:
        return None


def _request_or_none(reader: Reader, key: str) -> Any:
    try:
        return reader.request(key)
    except NotFoundError:
        return None


def _person_or_none(reader: Reader, who: str) -> Any:
    try:
        return reader.person(who)
    except NotFoundError:
        return None


@pytest.fixture
def passage_ids(catalog: Catalog, put: Put) -> list[int]:
    """A public and a private item, embedded, and a gap of each; the numbers of their passages."""
    by_mara = (Contribution(make_person("Mara"), Role.AUTHORED),)
    by_secret = (
        Contribution(make_person(f"Agent {HIDDEN}", email="agent@x.example"), Role.AUTHORED),
        Contribution(make_person(f"{HIDDEN}7", email="agent@x.example"), Role.EDITED),
        Contribution(make_person(f"Agent {HIDDEN}", scope="forum"), Role.COMMENTED),
    )
    put(
        make_item("open", tags=("water",), contributions=by_mara),
        make_item(
            "secret",
            f"The {HIDDEN}.",
            community="board",
            title=HIDDEN,
            tags=(HIDDEN,),
            contributions=by_secret,
            voted=(Votes(JUNE, 3),),
        ),
        make_item("copy", tags=("water",), contributions=by_mara),
    )
    with catalog.write() as writer:
        writer.put_sketches([Sketch(one) for one in writer.unsketched(writer.unlinked()[0])])
        for number in (2, 3):
            writer.join_copies(number, 1)
        writer.note("owner", "forget", detail=HIDDEN)
        writer.put_origin(Origin(HIDDEN, "/notes", community="board"))
    with catalog.read(catalog.owner()) as reader:
        ids = [int(passage_id) for passage_id in reader.passage_ids(Filters())]
    with catalog.write_vectors() as vectors:
        model = vectors.put_model("m@1", "m", 2)
        vectors.put_vectors(model, ids, np.eye(3, 2, dtype=np.float32))
    for who, question, number in [("guest", "Is rain soft?", 1), ("ada@example.org", f"Who is {HIDDEN}?", 2)]:
        new = NewRequest(question, (), "garden", (), (Addressee(number, "knows"),), (number,))
        with catalog.write_requests(catalog.viewer(who), JUNE) as asking:
            asking.open(new, 20)
    tally = Tally(catalog)
    for who, question in [("guest", "Is rain soft?"), ("ada@example.org", f"Who is {HIDDEN}?")]:
        tally.count(catalog.viewer(who), question, (), True, JUNE)
    record_gap(catalog, catalog.viewer("guest"), "Is rain water soft?", (), 0.1, JUNE)
    record_gap(catalog, catalog.viewer("ada@example.org"), f"Who is {HIDDEN}?", (), 0.1, JUNE)
    _write_and_judge(catalog)
    return ids


def _write_and_judge(catalog: Catalog) -> None:
    """Ada writes for the board, and says what helped her."""
    ada = replace(catalog.viewer("ada@example.org"), contributes=frozenset({"board"}))
    with catalog.write_own(ada, JUNE) as writing:
        writing.write(Draft(Kind.POST, "board", HIDDEN, HIDDEN), lambda item: [Span(0, len(item.text))], "")
    with catalog.write_feedback(ada, JUNE) as telling:
        telling.about_answer(f"Who is {HIDDEN}?", (), Said(False, HIDDEN))
        telling.about_item("notes:secret", Said(True, HIDDEN))


def test_every_public_method_is_covered() -> None:
    """A read function that is not tested against the gate fails here."""
    methods = {name for name, _ in inspect.getmembers(Reader, inspect.isfunction) if not name.startswith("_")}
    assert methods == set(CALLS)


@pytest.mark.parametrize("method", CALLS)
def test_nothing_private_comes_back(method: str, catalog: Catalog, passage_ids: list[int]) -> None:
    """Neither text nor name, tag, count or number: a guest sees what there is without the private item."""
    with catalog.read(catalog.viewer("guest")) as reader:
        seen = CALLS[method](reader, passage_ids)
    reads_all = catalog.owner() if method in OWNER_ONLY else catalog.viewer("ada@example.org")
    with catalog.read(reads_all) as reader:
        full = CALLS[method](reader, passage_ids)
    with catalog.write() as writer:
        writer.forget_item("notes", "secret")
    with catalog.read(catalog.viewer("guest")) as reader:
        without = CALLS[method](reader, passage_ids)
    assert HIDDEN not in repr(seen)
    assert seen == without
    assert full != seen


def test_a_viewer_without_communities_sees_nothing(catalog: Catalog, passage_ids: list[int]) -> None:
    """The default is to deny."""
    with catalog.read(Viewer("nobody", frozenset())) as reader:
        assert reader.passage_ids(Filters()).tolist() == []
        assert reader.passages(passage_ids) == {}
        assert reader.communities() == []


def test_failures_are_shown_only_to_those_who_read_everything(catalog: Catalog) -> None:
    """The name of a file that could not be read may betray a private community."""
    from catalog.errors import UnreadableError

    with catalog.write() as writer:
        source_id = writer.put_source("notes", "folder", "/notes", "/notes")
        unit_id = writer.begin_unit(source_id, "x.pdf", "/notes/x.pdf")
        broken = UnreadableError("/notes/x.pdf", "is encrypted")
        writer.close_units([ClosedUnit(unit_id, "v", "c", [broken], retry_at=JUNE)])
    with catalog.read(catalog.owner()) as reader:
        assert [error.where for error in reader.status().failures] == ["/notes/x.pdf"]
    with catalog.read(catalog.viewer("guest")) as reader:
        assert reader.status().failures == ()


def test_an_item_comes_back_as_it_was_stored(catalog: Catalog, put: Put) -> None:
    """All fields, with people under their numbers and without their addresses."""
    stored = make_item(
        "a",
        kind=Kind.LESSON,
        url="https://x.example/a",
        updated=datetime(2025, 7, 1, tzinfo=UTC),
        tags=("soil", "water"),
        votes=4,
        state=State.OUTDATED,
        solution=(0, 5),
        contributions=(
            Contribution(
                make_person("Mara", email="m@x.example"), Role.AUTHORED, datetime(2025, 6, 2, tzinfo=UTC)
            ),
        ),
    )
    put(stored)
    with catalog.read(catalog.owner()) as reader:
        item = reader.item("notes:a")
    [contribution] = item.contributions
    assert (contribution.person.name, contribution.role, contribution.at) == (
        "Mara",
        Role.AUTHORED,
        datetime(2025, 6, 2, tzinfo=UTC),
    )
    assert contribution.person.identities == frozenset()
    assert replace(item, contributions=()) == replace(stored, contributions=(), thread="a")


FILTERS = [
    ("community", Filters(communities=frozenset({"board"})), ["c"]),
    ("kind", Filters(kinds=frozenset({Kind.QUESTION})), ["b"]),
    ("tag", Filters(tags=frozenset({"water"})), ["a", "c"]),
    ("since", Filters(since=datetime(2025, 1, 1, tzinfo=UTC)), ["b", "c"]),
    ("until", Filters(until=datetime(2025, 1, 1, tzinfo=UTC)), ["a"]),
    ("all", Filters(tags=frozenset({"water"}), since=datetime(2025, 1, 1, tzinfo=UTC)), ["c"]),
]


@pytest.mark.parametrize(("filters", "keys"), [f[1:] for f in FILTERS], ids=[f[0] for f in FILTERS])
def test_filters_narrow_by(catalog: Catalog, put: Put, filters: Filters, keys: list[str]) -> None:
    """Each filter alone, and together."""
    put(
        make_item("a", tags=("water",), created=datetime(2024, 5, 1, tzinfo=UTC)),
        make_item("b", kind=Kind.QUESTION, created=datetime(2025, 1, 1, tzinfo=UTC)),
        make_item("c", community="board", tags=("water",), created=datetime(2025, 5, 1, tzinfo=UTC)),
    )
    with catalog.read(catalog.owner()) as reader:
        places = reader.places(reader.passage_ids(filters).tolist())
    assert sorted(place.item_id for place in places.values()) == [f"notes:{key}" for key in keys]


def test_a_thread_has_its_posts_oldest_first(catalog: Catalog, put: Put) -> None:
    """The question and its answers, by when they were written."""
    put(
        make_item("q", kind=Kind.QUESTION, thread="q", created=datetime(2025, 1, 1, tzinfo=UTC)),
        make_item("late", kind=Kind.ANSWER, thread="q", created=datetime(2025, 3, 1, tzinfo=UTC)),
        make_item("early", kind=Kind.ANSWER, thread="q", created=datetime(2025, 2, 1, tzinfo=UTC)),
    )
    with catalog.read(catalog.owner()) as reader:
        [thread] = reader.threads(["notes:q"]).values()
    assert [item.key for item in thread] == ["q", "early", "late"]


def test_what_a_view_has_read_it_does_not_read_again(catalog: Catalog, put: Put) -> None:
    """Nothing changes within a view, so items, their passages and their copies are read once."""
    put(
        make_item("q", kind=Kind.QUESTION, thread="q"),
        make_item("a", kind=Kind.ANSWER, thread="q", author="Mara"),
    )
    statements: list[str] = []
    event.listen(catalog.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    with catalog.read(catalog.owner()) as reader:
        [thread] = reader.threads(["notes:q"]).values()
        passages = reader.passages_of_all(["notes:q", "notes:a"])
        reader.copies(["notes:q", "notes:a"])
        read = len(statements)
        assert reader.items(["notes:a", "notes:q"]) == {item.id: item for item in thread}
        assert reader.passages([1, 2]) == {1: passages["notes:q"][0], 2: passages["notes:a"][0]}
        assert reader.copies(["notes:a"]) == {}
    assert statements[read:] == ["ROLLBACK"]


def test_what_is_deleted_is_gone_from_the_next_view(catalog: Catalog, put: Put) -> None:
    """What one view has read, another reads anew."""
    put(make_item("q"))
    with catalog.read(catalog.owner()) as reader:
        assert list(reader.items(["notes:q"])) == ["notes:q"]
        with catalog.write() as writer:
            writer.forget_item("notes", "q")
        assert list(reader.items(["notes:q"])) == ["notes:q"]
    with catalog.read(catalog.owner()) as reader:
        assert reader.items(["notes:q"]) == {}


def test_status_counts_what_there_is(catalog: Catalog, passage_ids: list[int]) -> None:
    """By community and kind, with sources and how much is embedded."""
    with catalog.read(catalog.owner()) as reader:
        status = reader.status()
    assert status.items == {
        ("board", "document"): 1,
        ("board", "post"): 1,
        ("garden", "document"): 2,
    }
    assert (status.people, status.passages, status.embedded, status.model) == (4, 4, 3, "m@1")
    assert [(source.name, source.items) for source in status.sources] == [("notes", 3), ("written", 1)]


def test_readers_of_communities_are_listed(catalog: Catalog) -> None:
    """In lower case, as they are compared."""
    with catalog.read(catalog.owner()) as reader:
        assert reader.communities() == [
            Community("board", "Board", private=True, readers=frozenset({"ada@example.org"})),
            Community("garden", "Garden"),
        ]
