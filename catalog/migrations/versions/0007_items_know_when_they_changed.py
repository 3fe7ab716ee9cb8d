"""The generation in which each item last changed, and an index that tells what a viewer may read.

Both indexes hold numbers only, and reading them touches no item's text. Items that are there already count
as changed before everything else.

Revision: 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("items", sa.Column("generation", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_items_generation", "items", ["generation"])
    op.create_index("ix_items_gate", "items", ["id", "community_id"])
