"""Brings a database to the newest revision; alembic is loaded only if there are older tables."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from catalog.errors import LibraryError
from catalog.schema import metadata


def migrate(engine: Engine, path: Path) -> None:
    """Bring the tables to the newest revision; an unchanged library is only looked at.

    Raises:
        LibraryError: If the database was written by a newer Copse.
        DatabaseError: If it is locked, damaged, or cannot be written.
    """
    with engine.connect() as connection:
        if _revision(connection) != newest():
            _upgrade(connection, path)


def newest() -> str:
    """The newest revision: the number that begins the last migration's name."""
    versions = (files("catalog") / "migrations" / "versions").iterdir()
    return max(file.name for file in versions if file.name.endswith(".py")).partition("_")[0]


def _revision(connection: Connection) -> str | None:
    """The database's revision; None if it is new."""
    try:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except OperationalError as error:
        if "no such table" not in str(error.orig):
            raise
        return None
    return None if found is None else str(found)


def _upgrade(connection: Connection, path: Path) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    if _revision(connection) is None:  # nobody else has made it meanwhile
        _make(connection)
    else:
        _migrate(connection, path)
    connection.exec_driver_sql("COMMIT")


def _make(connection: Connection) -> None:
    """Make the tables of a new library as all migrations would: to load those takes longer."""
    metadata.create_all(connection, checkfirst=False)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": newest()})


def _migrate(connection: Connection, path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    with as_file(files("catalog") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            message = f"{path}: was written by a newer Copse; update Copse to open it"
            raise LibraryError(message) from error
