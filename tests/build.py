"""Short ways to make nouns, for the tests of all packages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from catalog.nouns import Community, Contribution, Identity, IdentityKind, Item, Kind, Person, Role, Span
from catalog.store import Catalog
from catalog.writer import item_digest

GARDEN = Community("garden", "Garden")
BOARD = Community("board", "Board", private=True, readers=frozenset({"Ada@Example.org"}))


class Put(Protocol):
    """Stores items, one passage each unless spans are given, as a source named "notes" would."""

    def __call__(self, *items: Item, spans: Sequence[Span] | None = None) -> None:
        """Store the items."""
        ...


def putting(catalog: Catalog) -> Put:
    """What stores items in a library."""

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


def make_person(name: str, *, email: str | None = None, scope: str = "notes") -> Person:
    """A person as a source names them: by a handle, and an e-mail address where one is known."""
    identities = {Identity(IdentityKind.HANDLE, scope, name.casefold())}
    if email:
        identities.add(Identity(IdentityKind.EMAIL, "", email))
    return Person(name, frozenset(identities))


def make_item(key: str, text: str = "Water in the evening.", **values: Any) -> Item:
    """An item of the source "notes"; everything but its key and text has a default."""
    author = values.pop("author", None)
    defaults: dict[str, Any] = {
        "source": "notes",
        "kind": Kind.DOCUMENT,
        "title": key.capitalize(),
        "community": "garden",
        "created": datetime(2025, 6, 1, tzinfo=UTC),
    }
    if author:
        defaults["contributions"] = (Contribution(make_person(author), Role.AUTHORED),)
    return Item(key=key, text=text, **(defaults | values))


def make_library_at(folder: Path, revision: str, *statements: str) -> None:
    """Make a library as an older Copse left it, with what these statements put into it."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "catalog" / "migrations"))
    config.set_main_option("path_separator", "os")
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{folder / 'catalog.db'}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
