"""Opening a library, its generation, its locks, and the viewers it makes."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Table, column, inspect, select
from sqlalchemy.exc import OperationalError

from catalog.errors import LibraryError, OverloadedError
from catalog.migrate import newest
from catalog.nouns import Viewer
from catalog.schema import metadata
from catalog.store import Catalog
from tests.build import Put, make_item, make_library_at


def _without_numbers(table: Table) -> bool:
    return table.dialect_options["sqlite"]["with_rowid"] is False


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """A library that began as the oldest one."""
    folder = tmp_path_factory.mktemp("migrated")
    make_library_at(folder, "0001")
    with Catalog.open(folder) as catalog:
        yield catalog


def test_a_new_library_has_every_table(catalog: Catalog) -> None:
    """Those of the schema, and one for its revision."""
    assert set(inspect(catalog.engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_an_old_library_has_the_tables_and_indexes_of_a_new_one(catalog: Catalog, migrated: Catalog) -> None:
    """A new one is made as the schema says, and an old one by all migrations."""
    query = "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_autoindex_%'"
    with migrated.engine.connect() as old, catalog.engine.connect() as new:
        made, wanted = ({tuple(row) for row in one.exec_driver_sql(query)} for one in (old, new))
    assert made == wanted


@pytest.mark.parametrize("table", [*filter(_without_numbers, metadata.tables.values())])
def test_small_rows_are_kept_once(migrated: Catalog, table: Table) -> None:
    """Migrations make tables that are their own index where the schema wants that: rows have no number."""
    with migrated.engine.connect() as db, pytest.raises(OperationalError, match="no such column: rowid"):
        db.execute(select(column("rowid")).select_from(table))


def test_the_newest_revision_is_told_without_alembic() -> None:
    """By the name of the last migration; alembic says the same."""
    config = Config()
    config.set_main_option("script_location", str(files("catalog") / "migrations"))
    config.set_main_option("path_separator", "os")

    assert newest() == ScriptDirectory.from_config(config).get_current_head()


def test_the_database_writes_ahead(catalog: Catalog) -> None:
    """Readers are not stopped by a writer: the journal is a write-ahead log."""
    with catalog.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_opening_a_missing_library_says_how_to_make_one(tmp_path: Path) -> None:
    """Only ingesting makes a library; asking does not."""
    with pytest.raises(LibraryError, match="no library here yet; `copse ingest PATH` makes one"):
        Catalog.open(tmp_path / "nowhere", create=False)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A damaged library is named, not overwritten."""
    (tmp_path / "catalog.db").write_text("not a database" * 100)
    with pytest.raises(LibraryError, match="cannot be used as a library"):
        Catalog.open(tmp_path)
    assert (tmp_path / "catalog.db").read_text().startswith("not a database")


def test_a_library_of_a_newer_copse_is_refused(tmp_path: Path) -> None:
    """Tables that this version does not know are left alone."""
    Catalog.open(tmp_path).close()
    with sqlite3.connect(tmp_path / "catalog.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(LibraryError, match="written by a newer Copse"):
        Catalog.open(tmp_path)


def test_every_change_moves_the_generation_once(catalog: Catalog, put: Put) -> None:
    """A transaction of changes moves it by one, however many there are."""
    before = catalog.generation()
    put(make_item("a"), make_item("b"))
    assert catalog.generation() == before + 1


def test_reading_does_not_move_the_generation(catalog: Catalog) -> None:
    """Looking at units and sources in a write transaction changes nothing."""
    before = catalog.generation()
    with catalog.write() as writer:
        assert writer.sources() == []
    assert catalog.generation() == before


def test_a_failing_transaction_leaves_nothing(catalog: Catalog) -> None:
    """All changes of a transaction happen, or none."""
    before = catalog.generation()
    with pytest.raises(RuntimeError), catalog.write() as writer:
        writer.put_source("notes", "folder", "/notes", "/notes")
        raise RuntimeError
    with catalog.write() as writer:
        assert writer.sources() == []
    assert catalog.generation() == before


def test_viewers_read_public_communities_and_those_that_list_them(catalog: Catalog) -> None:
    """A reader is known by e-mail or name, in any case; the owner reads all there is."""
    assert catalog.viewer("guest") == Viewer("guest", frozenset({"garden"}))
    assert catalog.viewer("ada@example.org").communities == {"garden", "board"}
    assert catalog.viewer(" ADA@example.org").communities == {"garden", "board"}
    every = frozenset({"garden", "board"})
    assert catalog.owner() == Viewer("owner", every, every, every, owner=True)


def _hold(
    folder: Path, holding: multiprocessing.synchronize.Event, done: multiprocessing.synchronize.Event
) -> None:
    with Catalog.open(folder) as catalog, catalog.ingesting():
        holding.set()
        done.wait(60)


def test_too_many_who_read_at_once_are_told_so(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections are few; whoever waited long for one may try again, and nothing is broken."""
    monkeypatch.setattr(catalog.engine.pool, "_timeout", 0.01)
    with ExitStack() as others, pytest.raises(OverloadedError, match="ask again in a few seconds"):
        while True:
            others.enter_context(catalog.read(Viewer("guest", frozenset())))
    assert catalog.generation() == 1


def test_two_processes_do_not_ingest_at_once(catalog: Catalog) -> None:
    """The second is told; the lock goes with the process that holds it."""
    context = multiprocessing.get_context("spawn")
    holding, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(catalog.folder, holding, done))
    other.start()
    try:
        assert holding.wait(60)
        with pytest.raises(LibraryError, match="another ingest is running"), catalog.ingesting():
            pass
    finally:
        done.set()
        other.join(60)
    with catalog.ingesting():
        pass
