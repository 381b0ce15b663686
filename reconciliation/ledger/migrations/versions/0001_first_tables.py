"""The ledger's first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("leverandor_bolig_id", AutoString(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "leverandor_bolig_id", "as_of", name="pk_absence"),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", AutoString(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("verb", AutoString(), nullable=False),
        sa.Column("kobo_id", AutoString(), nullable=True),
        sa.Column("leverandor_bolig_id", AutoString(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("request_id", AutoString(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("body_hash", AutoString(), nullable=True),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
    )
    op.create_index("ix_call_at", "call", ["at"])
    op.create_index("ix_call_run_id", "call", ["run_id"])

    op.create_table(
        "decision",
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("decision_id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("other", AutoString(), nullable=True),
        sa.Column("field", AutoString(), nullable=True),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("value", AutoString(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("decided_by", AutoString(), nullable=False),
        sa.Column("decided", UTCDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("superseded", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("municipality", "decision_id", name="pk_decision"),
    )
    op.create_index("ix_decision_municipality_kind_subject", "decision", ["municipality", "kind", "subject"])

    op.create_table(
        "deviation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("identity", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("owner", AutoString(), nullable=True),
        sa.Column("source_key", AutoString(), nullable=True),
        sa.Column("file", AutoString(), nullable=True),
        sa.Column("sheet", AutoString(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("heading", AutoString(), nullable=True),
        sa.Column("rule", AutoString(), nullable=False),
        sa.Column("severity", AutoString(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("last_seen", sa.Date(), nullable=False),
        sa.Column("fixed", sa.Date(), nullable=True),
        sa.Column("times_returned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deviation"),
        sa.UniqueConstraint("municipality", "identity", name="uq_deviation_municipality_identity"),
    )
    op.create_index("ix_deviation_municipality_source_fixed", "deviation", ["municipality", "source", "fixed"])

    op.create_table(
        "intent",
        sa.Column("request_id", AutoString(), nullable=False),
        sa.Column("run_id", AutoString(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("leverandor_bolig_id", AutoString(), nullable=False),
        sa.Column("kobo_id", AutoString(), nullable=True),
        sa.Column("verb", AutoString(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_hash", AutoString(), nullable=True),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("intended", UTCDateTime(), nullable=False),
        sa.Column("settled", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name="pk_intent"),
    )
    op.create_index(
        "ix_intent_open",
        "intent",
        ["municipality"],
        sqlite_where=sa.text("state IN ('intent', 'unknown')"),
        postgresql_where=sa.text("state IN ('intent', 'unknown')"),
    )
    op.create_index("ix_intent_run_id_state", "intent", ["run_id", "state"])

    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("leverandor_bolig_id", AutoString(), nullable=False),
        sa.Column("kobo_id", AutoString(), nullable=False),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("run_id", AutoString(), nullable=True),
        sa.Column("made", UTCDateTime(), nullable=False),
        sa.Column("ended", UTCDateTime(), nullable=True),
        sa.Column("ended_by", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
    )
    op.create_index(
        "uq_link_dwelling",
        "link",
        ["municipality", "leverandor_bolig_id"],
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index(
        "uq_link_entry",
        "link",
        ["municipality", "kobo_id"],
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )

    op.create_table(
        "lock",
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("holder", AutoString(), nullable=False),
        sa.Column("token", AutoString(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("expires", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", name="pk_lock"),
    )
    op.create_table(
        "membership",
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("source_key", AutoString(), nullable=False),
        sa.Column("leverandor_bolig_id", AutoString(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.Column("last_seen", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "source", "source_key", name="pk_membership"),
    )
    op.create_index("ix_membership_municipality_leverandor_bolig_id", "membership", ["municipality", "leverandor_bolig_id"])

    op.create_table(
        "plan",
        sa.Column("run_id", AutoString(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("refusals", sa.Text(), nullable=False),
        sa.Column("register_verdict", AutoString(), nullable=False),
        sa.Column("made", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_plan"),
    )
    op.create_index("ix_plan_municipality", "plan", ["municipality"])

    op.create_table(
        "plan_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", AutoString(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("dwelling_class", AutoString(), nullable=False),
        sa.Column("leverandor_bolig_id", AutoString(), nullable=True),
        sa.Column("kobo_id", AutoString(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("match_key", AutoString(), nullable=True),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("held", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_plan_item"),
    )
    op.create_index("ix_plan_item_municipality_leverandor_bolig_id_id", "plan_item", ["municipality", "leverandor_bolig_id", "id"])
    op.create_index("ix_plan_item_run_id", "plan_item", ["run_id"])

    op.create_table(
        "run",
        sa.Column("run_id", AutoString(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("apply_mode", AutoString(), nullable=False),
        sa.Column("started", UTCDateTime(), nullable=False),
        sa.Column("finished", UTCDateTime(), nullable=True),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("seconds", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name="pk_run"),
    )
    op.create_index("ix_run_municipality_as_of", "run", ["municipality", "as_of"])

    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("run_id", AutoString(), nullable=False),
        sa.Column("category", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("owner", AutoString(), nullable=False),
        sa.Column("in_scope", sa.Integer(), nullable=False),
        sa.Column("in_register", sa.Integer(), nullable=False),
        sa.Column("in_sync", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Text(), nullable=False),
        sa.Column("register_seen", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
        sa.UniqueConstraint(
            "municipality", "as_of", "category", "source", "owner", name="uq_snapshot_municipality_as_of_category_source_owner"
        ),
    )
    op.create_table(
        "source_reading",
        sa.Column("run_id", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=True),
        sa.Column("rejected", sa.Integer(), nullable=True),
        sa.Column("out_of_scope", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "source", name="pk_source_reading"),
    )
    op.create_index("ix_source_reading_municipality_source_verdict", "source_reading", ["municipality", "source", "verdict"])


def downgrade() -> None:

    op.drop_table("source_reading")
    op.drop_table("snapshot")

    op.drop_table("run")

    op.drop_table("plan_item")

    op.drop_table("plan")

    op.drop_table("membership")
    op.drop_table("lock")

    op.drop_table("link")

    op.drop_table("intent")

    op.drop_table("deviation")

    op.drop_table("decision")

    op.drop_table("call")
    op.drop_table("absence")
