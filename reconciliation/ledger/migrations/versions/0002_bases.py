"""What both sides last agreed on, per entry

A ledger from before kept no values but those of its updates: of each active link, the fields that an update wrote are known, and
the rest becomes known on the first night on which both sides say the same. What differs on that night is asked about, not written.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIELDS = (
    "gardsnummer",
    "bruksnummer",
    "festenummer",
    "seksjonsnummer",
    "boligtype",
    "disposisjonsform",
    "bruksareal",
    "antall_soverom",
    "etasjenummer",
    "er_bofellesskap",
    "manedsleie",
)
"""The fields that an update could hold when this revision was made."""


def upgrade() -> None:
    base = op.create_table(
        "base",
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("kobo_id", AutoString(), nullable=False),
        sa.Column("leverandor_bolig_id", AutoString(), nullable=False),
        sa.Column("agreed", sa.Text(), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "kobo_id", name="pk_base"),
    )
    op.create_index("ix_base_municipality_leverandor_bolig_id", "base", ["municipality", "leverandor_bolig_id"])
    rows = _known(op.get_bind())
    for start in range(0, len(rows), 5_000):
        op.bulk_insert(base, rows[start : start + 5_000])


def _known(connection: sa.Connection) -> list[dict[str, Any]]:
    """The values that updates wrote and the register confirmed, the last one of each field, of entries that are linked still."""
    written = connection.execute(
        sa.text(
            "SELECT l.municipality, l.kobo_id, l.leverandor_bolig_id, i.changes FROM link l JOIN intent i "
            "ON i.municipality = l.municipality AND i.kobo_id = l.kobo_id "
            "WHERE l.ended IS NULL AND i.verb = 'PUT' AND i.state = 'done' ORDER BY i.settled"
        )
    )
    values_by_entry: dict[tuple[str, str, str], dict[str, Any]] = {}
    for municipality, kobo_id, ours, changes in written:
        values = values_by_entry.setdefault((municipality, kobo_id, ours), {})
        values |= {change["field"]: change["new"] for change in json.loads(changes) if change["field"] in FIELDS}
    return [
        {
            "municipality": municipality,
            "kobo_id": kobo_id,
            "leverandor_bolig_id": ours,
            "agreed": json.dumps({name: values[name] for name in FIELDS if name in values}, ensure_ascii=False, separators=(",", ":")),
            "moved": "{}",
        }
        for (municipality, kobo_id, ours), values in values_by_entry.items()
        if values
    ]


def downgrade() -> None:
    op.drop_table("base")
