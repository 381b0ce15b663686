"""Which part of its plan an item belongs to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan_item", sa.Column("part", AutoString(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("plan_item") as table:
        table.drop_column("part")
