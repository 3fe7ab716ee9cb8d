"""Origins to sync, links, votes, retries, near-identical items; merges and wishes of people.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite gives autoincrement only to a column of exactly this type.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "origins",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("complete", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origins")),
        sa.UniqueConstraint("location", name=op.f("uq_origins_location")),
        sa.UniqueConstraint("name", name=op.f("uq_origins_name")),
    )
    op.create_table(
        "copies",
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("group_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_copies_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_copies")),
    )
    op.create_index(op.f("ix_copies_group_id"), "copies", ["group_id"], unique=False)
    op.create_table(
        "distinct_people",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("other_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"], ["people.id"], name=op.f("fk_distinct_people_other_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_distinct_people_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "other_id", name=op.f("pk_distinct_people")),
    )
    op.create_index(op.f("ix_distinct_people_other_id"), "distinct_people", ["other_id"], unique=False)
    op.create_table(
        "hidden_topics",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_hidden_topics_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_hidden_topics")),
    )
    op.create_table(
        "links",
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_links_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "kind", "key", name=op.f("pk_links")),
    )
    op.create_table(
        "merges",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("other_id", _ID, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"], ["people.id"], name=op.f("fk_merges_other_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_merges_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
        sa.UniqueConstraint("other_id", name=op.f("uq_merges_other_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_merges_person_id"), "merges", ["person_id"], unique=False)
    op.create_table(
        "sketch_bands",
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_sketch_bands_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "band", name=op.f("pk_sketch_bands")),
    )
    op.create_index("ix_sketch_bands_hash", "sketch_bands", ["hash"], unique=False)
    op.create_table(
        "sketches",
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_sketches_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_sketches")),
    )
    op.create_table(
        "votes",
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_votes_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "day", name=op.f("pk_votes")),
    )
    op.add_column("passages", sa.Column("seconds", sa.Integer(), nullable=True))
    op.add_column("people", sa.Column("bot", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("people", sa.Column("opted_out", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("people", sa.Column("paused_until", sa.BigInteger(), nullable=True))
    op.add_column("people", sa.Column("merged_id", _ID, nullable=True))
    op.create_index(op.f("ix_people_merged_id"), "people", ["merged_id"], unique=False)
    op.add_column("sources", sa.Column("cursor", sa.Text(), server_default="", nullable=False))
    op.add_column("units", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("units", sa.Column("retry_at", sa.BigInteger(), nullable=True))
