"""Tables of small rows that are found by all they hold are kept in the order of their keys.

SQLite then keeps them once, and not once by number and once more as an index: a third of the disk of a
passage's tags, votes, people and bands.

Revision: 0008, after 0007.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = ("item_tags", "votes", "contributions", "sketch_bands")


def upgrade() -> None:
    for name in _TABLES:
        with op.batch_alter_table(name, recreate="always", table_kwargs={"sqlite_with_rowid": False}):
            pass  # the table is copied as it is
