"""Who saw which shielded case at the desk, and when

An older ledger did not keep it: what was seen before this revision is only in that time's log.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shielded_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("who", AutoString(), nullable=False),
        sa.Column("page", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shielded_view"),
    )
    op.create_index("ix_shielded_view_municipality_subject", "shielded_view", ["municipality", "subject"])
    op.create_index("ix_shielded_view_municipality_at", "shielded_view", ["municipality", "at"])


def downgrade() -> None:
    op.drop_table("shielded_view")
