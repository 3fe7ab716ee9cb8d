"""What tests of all packages share: a library in a temporary folder."""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from sqlalchemy import Connection

from catalog import migrate
from catalog.store import Catalog
from ingest.bounded import child_environment
from ingest.parser import CHILD, Parser, _Child
from tests.build import BOARD, GARDEN, Put, putting
from tests.ui.browser import CHROMIUM, QUIET

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# No test is about time: how long an example takes says how much else the machine has to do.
hypothesis.settings.register_profile(
    "patient", hypothesis.settings(), deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")

_TEST = "PYTEST_CURRENT_TEST"  # the variable by which pytest tells which one runs

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


@pytest.fixture(scope="session", autouse=True)
def _readers_stay() -> Iterator[None]:
    """Processes that read files serve one parser after the other: starting one takes a fifth of a second."""
    take, close, idle = Parser._take, Parser.close, defaultdict[tuple[str, ...], list[_Child]](list)

    def place(parser: Parser) -> list[_Child]:
        """Those that were started as this parser would start its own: folder and environment count, too."""
        environment = {*child_environment().items()} - {(_TEST, os.environ.get(_TEST, ""))}
        return idle[(*parser._command, str(Path.cwd()), *map("=".join, sorted(environment)))]

    def take_spare(parser: Parser) -> _Child:
        with parser._lock:
            if not parser._closed and not parser._idle and (spare := place(parser)):
                parser._idle.append(spare.pop())
        return take(parser)

    def close_sparing(parser: Parser) -> None:
        if parser._command[: len(CHILD)] == [*CHILD]:
            with parser._lock:
                place(parser).extend(parser._idle)
                parser._idle.clear()
        close(parser)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Parser, "_take", take_spare)
        patched.setattr(Parser, "close", close_sparing)
        yield
    for spare in idle.values():
        for child in spare:
            child.dispose()


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
    return putting(catalog)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium, for the tests of one file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()
