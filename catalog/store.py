"""The catalog: one database that holds the truth, and the doors into it.

- `Catalog.read(viewer)` gives what a viewer may read; there is no other way to content.
- `Catalog.write()` is one transaction of changes; it moves the generation once if anything changed.
- `Catalog.feed()` is for the indexes alone: they are built from everything, and asked through a viewer.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from catalog.access.entrance import Entrance
from catalog.access.members import Members
from catalog.asked import AskedWriter
from catalog.errors import LibraryError, OverloadedError
from catalog.feed import Feed
from catalog.feedback import FeedbackWriter
from catalog.gaps import GapWriter
from catalog.migrate import migrate
from catalog.nouns import Viewer
from catalog.reader import Reader
from catalog.requests import RequestWriter
from catalog.schema import state
from catalog.vectors import VectorWriter
from catalog.writer import Writer
from catalog.written import OwnWriter

_BUSY_SECONDS = 30
_CACHE_KIB = 8 << 10  # of each connection, of which fifteen may read; the system keeps what is read, too
_WRITING_KIB = 64 << 10  # what a batch writes lies in many places
_GENERATION = select(state.c.value).where(state.c.key == "generation")


class Catalog:
    """A library's catalog.

    Args:
        engine: An engine whose database is migrated; use `Catalog.open` to get one.
        folder: The library's folder.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    @classmethod
    def open(cls, folder: Path, *, create: bool = True) -> Catalog:
        """Open the library in a folder, bringing its tables up to date.

        Args:
            folder: The library's folder.
            create: Make a new library if there is none.

        Raises:
            LibraryError: If there is none to open, or it is locked, damaged or from a newer Copse.
        """
        path = folder / "catalog.db"
        if not create and not path.exists():
            raise LibraryError(f"{folder}: no library here yet; `copse ingest PATH` makes one")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(f"{folder}: cannot make the library's folder: {error.strerror}") from error
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _configure_sqlite)
        try:
            migrate(engine, path)
        except BaseException as error:
            engine.dispose()
            if isinstance(error, DatabaseError):
                raise _library_error(path, error) from error
            raise
        return cls(engine, folder)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def generation(self) -> int:
        """The number that every change of the catalog moves up."""
        with self._connect() as connection:
            return _generation(connection)

    def owner(self) -> Viewer:
        """The viewer who may do everything: whoever owns the library's files."""
        return self.entrance().owner()

    def viewer(self, name: str) -> Viewer:
        """The viewer for a reader's e-mail or name: public communities, and private ones that list it."""
        return self.entrance().reader(name)

    def entrance(self, now: datetime | None = None) -> Entrance:
        """What makes viewers; only `ui.access.gate` and tests ask it."""
        return Entrance(self._connect, self._transaction, now or datetime.now(UTC))

    @contextmanager
    def members(self, viewer: Viewer, now: datetime | None = None) -> Iterator[Members]:
        """Open one transaction about who may do what, as far as a viewer decides about it."""
        with self._transaction() as connection:
            yield Members(connection, viewer, now or datetime.now(UTC))

    @contextmanager
    def read(self, viewer: Viewer) -> Iterator[Reader]:
        """Open one consistent view of what a viewer may read."""
        with self._connect() as connection:
            yield Reader(connection, viewer, _generation(connection))

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """Open one transaction of changes: all of them happen, or none."""
        with self._transaction() as connection:
            yield Writer(connection)

    @contextmanager
    def write_vectors(self) -> Iterator[VectorWriter]:
        """Open one transaction that stores vectors."""
        with self._transaction() as connection:
            yield VectorWriter(connection)

    @contextmanager
    def write_gaps(self, viewer: Viewer) -> Iterator[GapWriter]:
        """Open one transaction that changes what a viewer's questions left open."""
        with self._transaction() as connection:
            yield GapWriter(connection, viewer)

    @contextmanager
    def write_asked(self, patience: float | None = None) -> Iterator[AskedWriter]:
        """Open one transaction that counts questions.

        Args:
            patience: Seconds for which to wait for somebody else who writes; None for as long as usual.
        """
        with self._transaction(patience) as connection:
            yield AskedWriter(connection)

    @contextmanager
    def write_requests(self, viewer: Viewer, now: datetime | None = None) -> Iterator[RequestWriter]:
        """Open one transaction that changes a viewer's requests."""
        viewer.check_writes()
        with self._transaction() as connection:
            yield RequestWriter(connection, viewer, now or datetime.now(UTC))

    @contextmanager
    def write_feedback(self, viewer: Viewer, now: datetime | None = None) -> Iterator[FeedbackWriter]:
        """Open one transaction in which a viewer says what helped."""
        with self._transaction() as connection:
            yield FeedbackWriter(connection, viewer, now or datetime.now(UTC))

    @contextmanager
    def write_own(self, viewer: Viewer, now: datetime | None = None) -> Iterator[OwnWriter]:
        """Open one transaction that changes what a viewer writes here."""
        with self._transaction() as connection:
            yield OwnWriter(connection, viewer, now or datetime.now(UTC))

    @contextmanager
    def feed(self) -> Iterator[Feed]:
        """Open one consistent view of everything, for building indexes; never for answering a viewer."""
        with self._connect() as connection:
            yield Feed(connection)

    @contextmanager
    def ingesting(self) -> Iterator[None]:
        """Hold the library's ingest lock, which the operating system frees when a process dies.

        Raises:
            LibraryError: If another process is ingesting into this library.
        """
        with self._lock_file() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                message = f"{self.folder}: another ingest is running in this library; wait for it to end"
                raise LibraryError(message) from error
            yield

    def _lock_file(self) -> TextIO:
        path = self.folder / "ingest.lock"
        try:
            return path.open("w")
        except OSError as error:
            raise LibraryError(
                f"{path}: cannot be written ({error.strerror}); see whose folder it is, and whether "
                "there is room"
            ) from error

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._mapped_errors(), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                _roll_back(connection)

    @contextmanager
    def _transaction(self, patience: float | None = None) -> Iterator[Connection]:
        with self._mapped_errors(), self.engine.connect() as connection, _with_room(connection):
            # Taking the write lock at the start: a transaction that first reads and then writes would
            # fail at once, without waiting, when another process wrote in between.
            with _waiting(connection, patience):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                _roll_back(connection)
                raise
            connection.exec_driver_sql("COMMIT")

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise _library_error(self.folder, error) from error
        except PoolTimeoutError as error:
            raise OverloadedError(
                "too many read the library at once; ask again in a few seconds", 5
            ) from error


def _roll_back(connection: Connection) -> None:
    """Undo a transaction, unless SQLite has done so by itself, as where the disk is full."""
    dbapi: Any = connection.connection.driver_connection
    if dbapi.in_transaction:
        connection.exec_driver_sql("ROLLBACK")


def _configure_sqlite(connection: Any, _record: object) -> None:
    """Leave transactions to the catalog, and set what SQLite does not by default."""
    connection.isolation_level = None
    cache = f"cache_size=-{_CACHE_KIB}"
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", cache):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _with_room(connection: Connection) -> Iterator[None]:
    """Let a connection keep more than those that read do; they are used again."""
    connection.exec_driver_sql(f"PRAGMA cache_size=-{_WRITING_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KIB}")


@contextmanager
def _waiting(connection: Connection, seconds: float | None) -> Iterator[None]:
    """Wait for a lock for other than the usual time; connections are used again."""
    if seconds is None:
        yield
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={round(1000 * seconds)}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={1000 * _BUSY_SECONDS}")


def _generation(connection: Connection) -> int:
    return connection.scalar(_GENERATION) or 0


def _library_error(path: Path, error: DatabaseError) -> LibraryError:
    reason = str(error.orig)
    if isinstance(error, OperationalError) and "locked" in reason:
        return LibraryError(f"{path}: the library is locked by another process; try again when it has ended")
    if isinstance(error.orig, sqlite3.OperationalError) and "full" in reason:
        return LibraryError(
            f"{path}: the disk is full; free some room and run the command again, nothing is lost"
        )
    if isinstance(error.orig, sqlite3.OperationalError) and "I/O" in reason:
        return LibraryError(
            f"{path}: cannot be read or written ({reason}); see whether the disk is full or failing, then "
            "run the command again: what was stored before is there"
        )
    return LibraryError(f"{path}: cannot be used as a library ({reason})")
