"""What tests of all packages share: a library in a temporary folder."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection

from catalog import migrate
from catalog.nouns import Item, Span
from catalog.store import Catalog
from catalog.writer import item_digest
from tests.build import BOARD, GARDEN, Put
from tests.ui.browser import CHROMIUM, QUIET

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The programs that tests start, some hundred of them, keep what they have compiled for the next one.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session", autouse=True)
def _migrated_once() -> Iterator[None]:
    """New libraries are copies of the first one: to make its tables takes some thirty milliseconds."""
    run, made = migrate._upgrade, sqlite3.connect(":memory:", check_same_thread=False)

    def copy_or_run(connection: Connection, path: Path) -> None:
        database = connection.connection.driver_connection
        assert isinstance(database, sqlite3.Connection)
        new = not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if new and made.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            made.backup(database)
            return
        run(connection, path)
        if new:
            database.backup(made)

    migrate._upgrade = copy_or_run
    yield
    migrate._upgrade = run
    made.close()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty library with a public community, "garden", and a private one, "board", that Ada reads."""
    with Catalog.open(tmp_path / "library") as catalog:
        with catalog.write() as writer:
            writer.put_community(GARDEN)
            writer.put_community(BOARD)
        yield catalog


@pytest.fixture
def put(catalog: Catalog) -> Put:
    """Stores items in the library."""

    def put_items(*items: Item, spans: Sequence[Span] | None = None) -> None:
        with catalog.write() as writer:
            source_id = writer.put_source("notes", "folder", "/notes", "/notes")
            for item in items:
                unit_id = writer.begin_unit(source_id, item.key, f"/notes/{item.key}")
                whole = [Span(0, len(item.text))]
                writer.put_item(
                    source_id, unit_id, item, whole if spans is None else spans, item_digest(item)
                )
                writer.finish_unit(unit_id, "digest", f"content of {item.key}", {item.key}, [])

    return put_items


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium, for the tests of one file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()
