"""Signatures take a byte a value, and their bands are indexes of them; digests of passages take 16 bytes.

The bands had a table and an index of it, 16 rows for each item, and were half of all that is kept beside
texts and vectors. SQLite gives what is freed to what comes next; only VACUUM makes the file smaller.

Revision: 0009, after 0008.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    database: Any = op.get_bind().connection.driver_connection
    database.create_function("short_digest", 1, _short_digest)
    database.create_function("short_signature", 1, _short_signature)
    op.drop_table("sketch_bands")
    op.rename_table("sketches", "old_sketches")
    op.create_table(
        "sketches",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_sketches_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_sketches")),
    )
    op.execute(
        "INSERT INTO sketches SELECT item_id, substr(digest, 1, 16), short_signature(signature)"
        " FROM old_sketches ORDER BY item_id"
    )
    op.drop_table("old_sketches")
    for band in range(16):
        op.execute(f"CREATE INDEX ix_sketches_band_{band} ON sketches (substr(signature, {4 * band + 1}, 4))")
    # The table is not made anew, which would take the vectors along; SQLite keeps bytes in any column.
    op.execute("UPDATE passages SET digest = short_digest(digest)")


def _short_digest(digest: str) -> bytes:
    return bytes.fromhex(digest)[:16]


def _short_signature(signature: bytes) -> bytes:
    """The same as `ingest.minhash` makes of the values."""
    values = np.frombuffer(signature, "<u4") * np.uint32(0x9E3779B1) >> np.uint32(24)
    return values.astype(np.uint8).tobytes()
