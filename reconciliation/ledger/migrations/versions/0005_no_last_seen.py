"""The night a key or a deviation was last seen is kept no longer

Nothing read it, and it made an unchanged night rewrite a row per key and per deviation: that one went is known from the night's own
tables (a key) and from `fixed` (a deviation).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("membership", "deviation")


def upgrade() -> None:
    for name in _TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column("last_seen")


def downgrade() -> None:
    for name in _TABLES:
        op.add_column(name, sa.Column("last_seen", sa.Date(), nullable=True))
        op.execute(sa.text(f"UPDATE {name} SET last_seen = first_seen"))  # noqa: S608 - a name of this file
        with op.batch_alter_table(name) as table:
            table.alter_column("last_seen", existing_type=sa.Date(), nullable=False)
