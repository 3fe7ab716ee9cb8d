"""The tables of the catalog. Only `catalog` knows them, and only it writes SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Timestamp(TypeDecorator[datetime]):
    """An aware datetime, stored as whole seconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Turn a datetime into seconds."""
        return None if value is None else int(value.timestamp())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn seconds into a datetime."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


# SQLite gives autoincrement only to a column of exactly this type.
_Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", _Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, **options: Any) -> Column[int]:
    return Column(name, _Id, ForeignKey(f"{target}.id", ondelete="CASCADE"), nullable=False, **options)


# One row each for "generation" and whatever else describes the catalog as a whole.
state = Table(
    "state", metadata, Column("key", String, primary_key=True), Column("value", BigInteger, nullable=False)
)

communities = Table(
    "communities",
    metadata,
    _id(),
    Column("slug", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("private", Boolean, nullable=False),
)

community_readers = Table(
    "community_readers",
    metadata,
    _ref("community_id", "communities", primary_key=True),
    Column("reader", String, primary_key=True),
)

sources = Table(
    "sources",
    metadata,
    _id(),
    Column("name", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("location", String, nullable=False),
    Column("root", String, nullable=False),  # the path that was ingested and in which the source was found
)

units = Table(
    "units",
    metadata,
    _id(),
    _ref("source_id", "sources"),
    Column("key", String, nullable=False),
    Column("digest", String, nullable=False),  # empty while its items are still being written
    Column("content", String, nullable=False),
    Column("location", String, nullable=False),
    UniqueConstraint("source_id", "key"),
)

failures = Table(
    "failures",
    metadata,
    _id(),
    _ref("unit_id", "units", index=True),
    Column("location", String, nullable=False),
    Column("reason", Text, nullable=False),
)

items = Table(
    "items",
    metadata,
    _id(),
    _ref("source_id", "sources"),
    _ref("unit_id", "units", index=True),
    _ref("community_id", "communities", index=True),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("url", Text),
    Column("created", Timestamp, index=True),
    Column("updated", Timestamp),
    Column("thread", String, nullable=False),
    Column("votes", Integer),
    Column("state", String),
    Column("accepted", Boolean, nullable=False),
    Column("solution_start", Integer),
    Column("solution_end", Integer),
    Column("digest", String, nullable=False),
    UniqueConstraint("source_id", "key"),
    Index("ix_items_thread", "source_id", "thread"),
    sqlite_autoincrement=True,
)

item_tags = Table(
    "item_tags",
    metadata,
    _ref("item_id", "items", primary_key=True),
    Column("tag", String, primary_key=True, index=True),
)

# Items that somebody asked to forget: they stay forgotten when their source is read again.
forgotten = Table(
    "forgotten",
    metadata,
    _ref("source_id", "sources", primary_key=True),
    Column("key", String, primary_key=True),
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    # The unit whose author record declares the person; its name for them stands.
    Column("unit_id", _Id, ForeignKey("units.id", ondelete="SET NULL"), index=True),
    sqlite_autoincrement=True,
)

identities = Table(
    "identities",
    metadata,
    Column("kind", String, primary_key=True),
    Column("scope", String, primary_key=True),
    Column("value", String, primary_key=True),
    _ref("person_id", "people", index=True),
)

contributions = Table(
    "contributions",
    metadata,
    _ref("item_id", "items", primary_key=True),
    _ref("person_id", "people", primary_key=True, index=True),
    Column("role", String, primary_key=True),
    Column("at", Timestamp),
)

passages = Table(
    "passages",
    metadata,
    _id(),
    _ref("item_id", "items", index=True),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("heading", JSON, nullable=False),
    Column("page", Integer),
    Column("digest", String, nullable=False),  # of what is embedded: title, headings, text
    Column("generation", BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,  # an id is never used again: the indexes know passages by it
)

removed_passages = Table(
    "removed_passages",
    metadata,
    Column("passage_id", _Id, primary_key=True, autoincrement=False),
    Column("generation", BigInteger, nullable=False, index=True),
)

models = Table(
    "models",
    metadata,
    _id(),
    Column("name", String, nullable=False, unique=True),
    Column("location", String, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("serving", Boolean, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    _ref("passage_id", "passages", primary_key=True),
    _ref("model_id", "models", primary_key=True),
    Column("generation", BigInteger, nullable=False, index=True),
    Column("vector", LargeBinary, nullable=False),  # float16, little-endian, unit length
)
