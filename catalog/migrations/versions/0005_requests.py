"""Questions that were put to people, to whom they went, and what came back.

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# SQLite gives autoincrement only to a column of exactly this type.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asker_id", _ID, nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("suggested", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("token", name=op.f("uq_requests_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_requests_state"), "requests", ["state"])
    op.create_table(
        "request_people",
        sa.Column("request_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("declined_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        _reference("request_people", "request_id", "requests"),
        _reference("request_people", "person_id", "people"),
        sa.PrimaryKeyConstraint("request_id", "person_id", name=op.f("pk_request_people")),
        sa.UniqueConstraint("token", name=op.f("uq_request_people_token")),
    )
    op.create_index(op.f("ix_request_people_person_id"), "request_people", ["person_id"])
    op.create_table(
        "request_replies",
        sa.Column("request_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        _reference("request_replies", "request_id", "requests"),
        _reference("request_replies", "person_id", "people"),
        sa.PrimaryKeyConstraint("request_id", "number", name=op.f("pk_request_replies")),
    )
    op.create_index(op.f("ix_request_replies_person_id"), "request_replies", ["person_id"])


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
