"""The tables of the catalog. Only `catalog` knows them, and only it writes SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Float,
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
    false,
    func,
    literal_column,
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

# Paths and web addresses that were added, so that one command brings all of them up to date.
origins = Table(
    "origins",
    metadata,
    _id(),
    Column("name", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),  # empty where it is found out anew each time
    Column("location", String, nullable=False, unique=True),
    Column("community", String, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("options", JSON, nullable=False),
    Column("complete", Timestamp),  # when all of it was last listed
    Column("problem", Text, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    _id(),
    Column("name", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("location", String, nullable=False),
    Column("root", String, nullable=False),  # the path that was ingested and in which the source was found
    Column("cursor", Text, nullable=False, server_default=""),  # how far a live source was listed
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
    Column("attempts", Integer, nullable=False, server_default="0"),  # failed ones in a row
    Column("retry_at", Timestamp),  # when a unit that failed is tried again
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
    # In which anything about it last changed: its passages, its place in a group of copies, whatever.
    Column("generation", BigInteger, nullable=False, server_default="0", index=True),
    UniqueConstraint("source_id", "key"),
    Index("ix_items_thread", "source_id", "thread"),
    Index("ix_items_gate", "id", "community_id"),  # who may read an item is told without reading its text
    sqlite_autoincrement=True,
)

item_tags = Table(
    "item_tags",
    metadata,
    _ref("item_id", "items", primary_key=True),
    Column("tag", String, primary_key=True, index=True),
    sqlite_with_rowid=False,
)

links = Table(
    "links",
    metadata,
    _ref("item_id", "items", primary_key=True),
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),  # of an item of the same source
)

votes = Table(
    "votes",
    metadata,
    _ref("item_id", "items", primary_key=True),
    Column("day", Timestamp, primary_key=True),
    Column("value", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What tells near-identical items: a MinHash signature. Items with an equal band of it are candidates.
sketches = Table(
    "sketches",
    metadata,
    _ref("item_id", "items", primary_key=True),
    Column("digest", String, nullable=False),  # the beginning of the item's, as it was when this was made
    Column("signature", LargeBinary, nullable=False),
)

BANDS = 16  # of four of 64 values: they find 99.9 % of the pairs that share 0.8 of their shingles
BAND_BYTES = 4


def band(signature: ColumnElement[bytes], number: int) -> ColumnElement[bytes]:
    """A band of a signature; without parameters, by which SQLite would not know its index."""
    start, length = (literal_column(f"{place}", Integer) for place in (number * BAND_BYTES + 1, BAND_BYTES))
    return func.substr(signature, start, length)


for number in range(BANDS):
    Index(f"ix_sketches_band_{number}", band(sketches.c.signature, number))

# Near-identical items share a group, which has the number of its leader: all others are like that one.
copies = Table(
    "copies",
    metadata,
    _ref("item_id", "items", primary_key=True),
    Column("group_id", _Id, nullable=False, index=True),
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
    Column("bot", Boolean, nullable=False, server_default=false()),
    # What they wish: not to be suggested, ever or until a time.
    Column("opted_out", Boolean, nullable=False, server_default=false()),
    Column("paused_until", Timestamp),
    # Not to be shown by name; and whether they have left.
    Column("anonymous", Boolean, nullable=False, server_default=false()),
    Column("departed", Boolean, nullable=False, server_default=false()),
    # What a source tells apart is a row of its own; the number of the one with which it is one person.
    Column("merged_id", _Id, index=True),
    sqlite_autoincrement=True,
)

hidden_topics = Table(
    "hidden_topics",
    metadata,
    _ref("person_id", "people", primary_key=True),
    Column("topic", String, primary_key=True),
)

# What somebody did to an item, and is no evidence of what they know. By names and not by numbers, so that it
# holds for an item that goes and comes back.
disputes = Table(
    "disputes",
    metadata,
    _ref("person_id", "people", primary_key=True),
    Column("source", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Timestamp, nullable=False),
)

# Who decided what about whom; never changed, and it outlives the people whom it names.
audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", Timestamp, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("person_id", _Id, index=True),  # no reference: the line stays when the person goes
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Pairs that a steward, or the undoing of a merge, has said to be two people; the lower number first.
distinct_people = Table(
    "distinct_people",
    metadata,
    _ref("person_id", "people", primary_key=True),
    _ref("other_id", "people", primary_key=True, index=True),
)

# Which merge made a row of people part of another's person; without it, they are two again.
merges = Table(
    "merges",
    metadata,
    _id(),
    _ref("person_id", "people", index=True),  # the one that stayed
    _ref("other_id", "people", unique=True),  # the one that became part of it
    Column("reason", String, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("at", Timestamp, nullable=False),
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
    sqlite_with_rowid=False,
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
    Column("seconds", Integer),
    Column("digest", LargeBinary, nullable=False),  # of what is embedded: title, headings, text
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

# Questions that were put to people; who may see one follows from its scope, as with gaps.
requests = Table(
    "requests",
    metadata,
    _id(),
    Column("question", Text, nullable=False),
    Column("key", Text, nullable=False),  # its words, by which it is known again
    Column("scope", JSON, nullable=False),  # slugs of the communities that were searched, sorted
    Column("private", Boolean, nullable=False),  # whether one of these was
    Column("community", String, nullable=False),  # slug of the one to which replies belong
    Column("asked_by", String, nullable=False),  # name of the viewer, without the domain of an address
    Column("asker_id", _Id),  # the asker's row of people, if they are known
    Column("asked_at", Timestamp, nullable=False),
    Column("times", Integer, nullable=False),  # how often it was asked while it was open
    Column("state", String, nullable=False, index=True),
    Column("token", String, nullable=False, unique=True),  # who has it is the asker
    Column("found", JSON, nullable=False),  # ids of the items that were found already
    Column("suggested", JSON, nullable=False),  # numbers of the people who fitted, best first
    Column("answered_at", Timestamp),  # when the first reply came
    sqlite_autoincrement=True,
)

# To whom a request goes.
request_people = Table(
    "request_people",
    metadata,
    _ref("request_id", "requests", primary_key=True),
    _ref("person_id", "people", primary_key=True, index=True),
    Column("why", Text, nullable=False),
    Column("token", String, nullable=False, unique=True),  # who has it is the person
    Column("asked_at", Timestamp, nullable=False),
    Column("sent_at", Timestamp),
    Column("how", String, nullable=False),
    Column("trouble", Text, nullable=False),  # why it could not be sent
    Column("declined_at", Timestamp),
    Column("answered_at", Timestamp),
)

request_replies = Table(
    "request_replies",
    metadata,
    _ref("request_id", "requests", primary_key=True),
    Column("number", Integer, primary_key=True),
    _ref("person_id", "people", index=True),
    Column("at", Timestamp, nullable=False),
    Column("accepted", Boolean, nullable=False),
)

# Questions that could not be answered; who may see one follows from the communities that were searched.
gaps = Table(
    "gaps",
    metadata,
    _id(),
    Column("question", Text, nullable=False),  # as it was asked last
    Column("key", Text, nullable=False),  # its words, by which it is known again
    Column("scope", JSON, nullable=False),  # slugs of the communities that were searched, sorted
    Column("private", Boolean, nullable=False),  # whether one of these was, when it was asked last
    Column("first_asked", Timestamp, nullable=False),
    Column("last_asked", Timestamp, nullable=False),
    Column("times", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    UniqueConstraint("key", "scope"),
    sqlite_autoincrement=True,  # a number that somebody was shown never means another gap
)

# Who has signed in, as the provider names them.
accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("issuer", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("email", String, nullable=False, index=True),  # lower case; empty where it is not verified
    Column("name", String, nullable=False),
    Column("groups", JSON, nullable=False),  # as of the last sign-in, sorted
    Column("suspended", Boolean, nullable=False),
    Column("first_seen", Timestamp, nullable=False),
    Column("last_seen", Timestamp, nullable=False),
    UniqueConstraint("issuer", "subject"),
)

# What members may do; a community's own configuration adds readers in `community_readers`.
grants = Table(
    "grants",
    metadata,
    _id(),
    Column("grantee", String, nullable=False),  # an e-mail address in lower case, or "group:" and its name
    Column("community", String, nullable=False),  # its slug; empty for the whole library
    Column("standing", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Timestamp, nullable=False),
    UniqueConstraint("grantee", "community"),
)

# Keys for programs; what is stored tells nobody the key.
tokens = Table(
    "tokens",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),  # SHA-256, hexadecimal: the key is long and random
    Column("acts_as", String, nullable=False),  # an e-mail address in lower case, "owner" or "guest"
    Column("scope", String, nullable=False),
    Column("by", String, nullable=False),
    Column("created", Timestamp, nullable=False),
    Column("expires", Timestamp, nullable=False),
    Column("used", Timestamp),
    Column("revoked", Timestamp),
    sqlite_autoincrement=True,
)

# What readers said of an answer or an item. Who may see it follows from the scope, as with gaps.
feedback = Table(
    "feedback",
    metadata,
    _id(),
    Column("at", Timestamp, nullable=False),
    Column(
        "by", String, nullable=False
    ),  # a hash of the viewer's name: to change one's mind, not to be known
    Column("question", Text, nullable=False),
    Column("key", Text, nullable=False),  # its words, by which it is known again
    Column("scope", JSON, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("source", String, nullable=False),  # of the item; empty where it is about the whole answer
    Column("item_key", String, nullable=False),
    Column("helped", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("by", "key", "source", "item_key"),
    sqlite_autoincrement=True,
)

# How often something was asked on a day, without who asked it. Who may see it follows from the scope.
asked = Table(
    "asked",
    metadata,
    Column("key", Text, primary_key=True),  # its words, by which it is known again
    Column("scope_key", Text, primary_key=True),  # the slugs joined
    Column("day", Timestamp, primary_key=True),  # midnight, UTC
    Column("question", Text, nullable=False),
    Column("scope", JSON, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("times", Integer, nullable=False),
    Column("answered", Boolean, nullable=False),
    Index("ix_asked_day", "day"),
)
