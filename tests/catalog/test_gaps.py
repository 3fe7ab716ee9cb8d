"""Questions that stayed without an answer: counted, closed, and seen by those who could have asked them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from catalog import gaps
from catalog.errors import NotFoundError
from catalog.gaps import Gap, close_gap, forget_gap, read_gaps, record_gap
from catalog.nouns import Community, Viewer
from catalog.schema import metadata
from catalog.store import Catalog
from tests.build import Put, make_item, make_library_at

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
FIG = "How do I prune an old fig?"
RENT = "When does the rent rise?"


def ask(
    catalog: Catalog, who: str, question: str, communities: Collection[str] = (), at: datetime = MARCH
) -> None:
    record_gap(catalog, viewer(catalog, who), question, communities, 0.1, at)


def viewer(catalog: Catalog, who: str) -> Viewer:
    return catalog.owner() if who == "owner" else catalog.viewer(who)


def seen(catalog: Catalog, who: str) -> list[str]:
    return [gap.question for gap in read_gaps(catalog, viewer(catalog, who))]


def close(catalog: Catalog, who: str, question: str, communities: Collection[str] = ()) -> int:
    return close_gap(catalog, viewer(catalog, who), question, communities)


# --- recording ---


def test_a_question_is_kept_with_what_was_searched(catalog: Catalog) -> None:
    """On one line, as it was asked; not narrowed down, it was asked in all that the viewer may read."""
    ask(catalog, "ada@example.org", "How do I\n  prune an old fig?")
    assert read_gaps(catalog, catalog.owner()) == [Gap(1, FIG, ("board", "garden"), 1, MARCH, MARCH, 0.1)]


def test_the_same_words_count_up(catalog: Catalog) -> None:
    """Whatever their case, punctuation and spacing, and in whichever order they are stored."""
    ask(catalog, "guest", FIG, at=APRIL)
    ask(catalog, "guest", "how do i prune an “old” FIG", at=MARCH)
    [gap] = read_gaps(catalog, catalog.owner())
    assert (gap.times, gap.first_asked, gap.last_asked) == (2, MARCH, APRIL)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "How do I split a string in C++?", "How do I split a string in C#?", id="signs of a name"
        ),
        pytest.param("What is E1-04?", "What is E1-05?", id="error codes"),
        pytest.param("???", "…", id="no words"),
    ],
)
def test_other_words_are_another_question(catalog: Catalog, one: str, other: str) -> None:
    """Only what stands around words is ignored."""
    ask(catalog, "guest", one)
    ask(catalog, "guest", other)
    assert sorted(seen(catalog, "guest")) == sorted([one, other])


def test_the_same_words_elsewhere_are_another_gap(catalog: Catalog) -> None:
    """What the garden does not know, the board may."""
    ask(catalog, "ada@example.org", FIG, ["garden"])
    ask(catalog, "ada@example.org", FIG, ["board"])
    assert [gap.communities for gap in read_gaps(catalog, catalog.owner())] == [("board",), ("garden",)]


def test_the_most_asked_come_first_then_the_newest(catalog: Catalog) -> None:
    """As many as are wanted."""
    for question, at in [("old", MARCH), ("new", APRIL), ("often", MARCH), ("often", MARCH)]:
        ask(catalog, "guest", question, at=at)
    assert seen(catalog, "guest") == ["often", "new", "old"]
    assert [gap.question for gap in read_gaps(catalog, catalog.owner(), limit=1)] == ["often"]


def test_gaps_leave_the_generation_alone(catalog: Catalog) -> None:
    """Nothing that is searched changes."""
    before = catalog.generation()
    ask(catalog, "guest", FIG)
    ask(catalog, "guest", RENT)
    assert close(catalog, "guest", FIG) == 1
    forget_gap(catalog, catalog.owner(), 2)
    assert catalog.generation() == before


def test_nothing_searched_is_nothing_missing(catalog: Catalog) -> None:
    """A viewer who may read nothing, or narrows a question to what they may not read, leaves no gap."""
    record_gap(catalog, Viewer("nobody", frozenset()), FIG, (), 0.0, MARCH)
    ask(catalog, "guest", FIG, ["board"])
    assert seen(catalog, "owner") == []


def test_what_cannot_be_stored_is_left_out(catalog: Catalog) -> None:
    """Half a character, and more than anybody reads."""
    ask(catalog, "guest", "fig \ud800 " + "tree " * 9_000)
    [gap] = read_gaps(catalog, catalog.owner())
    assert gap.question.startswith("fig ? tree tree")
    assert len(gap.question) == 1_000


def test_there_are_only_so_many(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked once, and long ago, goes first."""
    monkeypatch.setattr(gaps, "_MOST", 2)
    for question, at in [("often", MARCH), ("often", MARCH), ("old", MARCH), ("new", APRIL)]:
        ask(catalog, "guest", question, at=at)
    assert seen(catalog, "owner") == ["often", "new"]


# --- who sees them ---


def test_a_gap_of_a_private_community_is_seen_by_its_readers(catalog: Catalog) -> None:
    """Also where public ones were searched with it; what was asked in public is seen by all."""
    ask(catalog, "ada@example.org", RENT)
    ask(catalog, "ada@example.org", "Who has the key?", ["board"])
    ask(catalog, "ada@example.org", FIG, ["garden"])
    assert seen(catalog, "guest") == [FIG]
    assert seen(catalog, "ada@example.org") == [FIG, "Who has the key?", RENT]
    assert seen(catalog, "owner") == [FIG, "Who has the key?", RENT]
    assert read_gaps(catalog, Viewer("nobody", frozenset())) == []


def test_what_a_community_is_now_decides(catalog: Catalog) -> None:
    """Not what it was when the question was asked."""
    ask(catalog, "ada@example.org", RENT, ["board"])
    ask(catalog, "guest", FIG)
    with catalog.write() as writer:
        writer.put_community(Community("board", "Board"))
        writer.put_community(Community("garden", "Garden", private=True))
    assert seen(catalog, "guest") == [RENT]


def test_only_the_owner_sees_gaps_of_a_private_community_that_is_gone(catalog: Catalog, put: Put) -> None:
    """Nobody is known to be its reader any more; one that was public is as good as not searched."""
    with catalog.write() as writer:
        writer.put_community(Community("kitchen", "Kitchen"))
    ask(catalog, "guest", FIG, ["garden", "kitchen"])
    ask(catalog, "ada@example.org", RENT, ["board", "garden"])
    put(make_item("a"))
    with catalog.write() as writer:  # communities without items go with the next source that is removed
        writer.remove_source(writer.put_source("other", "folder", "/other", "/other"))
    assert catalog.owner().communities == {"garden"}
    assert seen(catalog, "guest") == [FIG]
    assert seen(catalog, "ada@example.org") == [FIG]
    assert seen(catalog, "owner") == [RENT, FIG]


def test_gaps_can_be_looked_up_by_their_words(catalog: Catalog) -> None:
    """Within what the viewer may see."""
    ask(catalog, "guest", FIG)
    ask(catalog, "ada@example.org", RENT)
    assert [gap.id for gap in read_gaps(catalog, catalog.viewer("guest"), question=FIG.upper())] == [1]
    assert read_gaps(catalog, catalog.viewer("guest"), question=RENT) == []


# --- closing and forgetting ---


@pytest.mark.parametrize(
    ("asked_in", "answered_in", "closed"),
    [
        pytest.param(["garden"], ["garden"], 1, id="the same"),
        pytest.param(["garden"], ["garden", "kitchen"], 1, id="and a public one"),
        pytest.param(["garden"], ["board", "garden"], 0, id="and a private one"),
        pytest.param(["board"], ["board", "garden"], 1, id="a private and a public one"),
        pytest.param(["garden", "kitchen"], ["garden"], 0, id="only in a part"),
        pytest.param(["garden"], ["kitchen"], 0, id="elsewhere"),
    ],
)
def test_an_answer_closes_a_gap_if_all_who_see_it_find_the_answer(
    catalog: Catalog, asked_in: list[str], answered_in: list[str], closed: int
) -> None:
    """What Ada finds on the board does not help a guest, who goes on seeing that the garden lacks it."""
    with catalog.write() as writer:
        writer.put_community(Community("kitchen", "Kitchen"))
    ask(catalog, "ada@example.org", FIG, asked_in)
    ask(catalog, "ada@example.org", RENT, asked_in)
    assert close(catalog, "ada@example.org", "how do I prune an old fig", answered_in) == closed
    assert seen(catalog, "owner") == [RENT, FIG][: 2 - closed]


def test_a_guest_closes_nothing_that_they_do_not_see(catalog: Catalog) -> None:
    """The board's question stays open, whatever the garden answers."""
    ask(catalog, "ada@example.org", FIG)
    assert close(catalog, "guest", FIG) == 0
    assert seen(catalog, "ada@example.org") == [FIG]


def test_a_gap_is_taken_away_by_its_number(catalog: Catalog) -> None:
    """By those who see it; a hidden one looks like one that does not exist."""
    ask(catalog, "ada@example.org", RENT)
    with pytest.raises(NotFoundError, match="1: no such gap; `copse gaps` shows each one's number"):
        forget_gap(catalog, catalog.viewer("guest"), 1)
    with pytest.raises(NotFoundError, match="2: no such gap"):
        forget_gap(catalog, catalog.owner(), 2)
    assert forget_gap(catalog, catalog.viewer("ada@example.org"), 1).question == RENT
    assert seen(catalog, "owner") == []


# --- others at work ---


def _ask_often(folder: Path, times: int) -> None:
    with Catalog.open(folder) as catalog:
        for _ in range(times):
            ask(catalog, "guest", FIG)


def test_two_processes_record_at_once(catalog: Catalog) -> None:
    """Every asking counts."""
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_ask_often, args=(catalog.folder, 20)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join(60)
    assert [other.exitcode for other in others] == [0, 0]
    assert [gap.times for gap in read_gaps(catalog, catalog.owner())] == [40]


def test_threads_record_at_once(catalog: Catalog) -> None:
    """As those of a serving process do."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ask(catalog, "guest", FIG), range(40)))
    assert [gap.times for gap in read_gaps(catalog, catalog.owner())] == [40]


def test_recording_waits_for_an_ingest(catalog: Catalog) -> None:
    """It holds the ingest lock all the while, and the database for a transaction at a time."""
    with ThreadPoolExecutor(1) as pool, catalog.ingesting():
        with catalog.write() as writer:
            writer.put_community(Community("kitchen", "Kitchen"))
            asked = pool.submit(ask, catalog, "guest", FIG)
            assert read_gaps(catalog, catalog.owner()) == []  # reading waits for nobody
        asked.result(30)
        assert seen(catalog, "guest") == [FIG]


# --- the table ---


# The bands of sketches, which `test_store` looks for.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    """Column by column, in the oldest library; SQLite keeps anything in a column, whatever its type."""
    make_library_at(tmp_path, "0001")
    with Catalog.open(tmp_path) as catalog, catalog.engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": False}), metadata
        )
    assert differences == []


def test_a_library_from_before_gaps_gets_the_table(tmp_path: Path) -> None:
    """What it holds stays."""
    make_library_at(
        tmp_path, "0002", "INSERT INTO communities (slug, name, private) VALUES ('board', 'Board', 1)"
    )
    with Catalog.open(tmp_path) as catalog:
        ask(catalog, "owner", RENT)
        assert [gap.communities for gap in read_gaps(catalog, catalog.owner())] == [("board",)]
