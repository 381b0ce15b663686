"""What became of each dwelling of the stock

A ledger from before kept neither category nor tenure. When a dwelling came is known from its keys, and that it left from its link where
it had one; its tenure from what was agreed on with Kobo, or from what its deletion took away. The rest becomes known on the first
night after this: until then the category is null, and a dwelling without a link counts as still in the stock.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    movement = op.create_table(
        "movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", AutoString(), nullable=False),
        sa.Column("run_id", AutoString(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("leverandor_bolig_id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("category", AutoString(), nullable=True),
        sa.Column("tenure", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_movement"),
    )
    op.create_index("ix_movement_municipality_leverandor_bolig_id_id", "movement", ["municipality", "leverandor_bolig_id", "id"])
    rows = _known(op.get_bind())
    for start in range(0, len(rows), 5_000):
        op.bulk_insert(movement, rows[start : start + 5_000])


def _known(connection: sa.Connection) -> list[dict[str, Any]]:
    """A row for each dwelling that ever had a key, on the night it was first seen; another where its link ended by a retirement."""
    source_began = {
        (municipality, source): _date(first)
        for municipality, source, first in connection.execute(
            sa.text("SELECT municipality, source, MIN(first_seen) FROM membership GROUP BY municipality, source")
        )
    }
    began: dict[str, date] = {}
    for (municipality, _), first in source_began.items():
        began[municipality] = min(first, began.get(municipality, first))
    rejected = {
        (municipality, source, key)
        for municipality, source, key, first in connection.execute(
            sa.text(
                "SELECT municipality, source, source_key, first_seen FROM deviation WHERE severity = 'error' AND source_key IS NOT NULL"
            )
        )
        if _date(first) <= source_began.get((municipality, source), date.max)
    }
    keys: dict[tuple[str, str], list[tuple[str, str, date]]] = {}
    for municipality, ours, source, key, first in connection.execute(
        sa.text("SELECT municipality, leverandor_bolig_id, source, source_key, first_seen FROM membership")
    ):
        keys.setdefault((municipality, ours), []).append((source, key, _date(first)))
    tenure, left = _tenures(connection), _left(connection)
    rows = []
    for (municipality, ours), keys_of_dwelling in keys.items():
        came = min(first for _, _, first in keys_of_dwelling)
        kind = "new"
        if came == began[municipality]:
            kind = "opening"
        elif all(first == source_began[municipality, source] for source, _, first in keys_of_dwelling):
            kind = "first_read"
        elif any((municipality, source, key) in rejected for source, key, _ in keys_of_dwelling):
            kind = "readable"
        rows.append(_row(municipality, ours, came, kind, True, tenure))
        if (municipality, ours) in left:
            rows.append(_row(municipality, ours, max(came, left[municipality, ours]), "gone", False, tenure))
    return sorted(rows, key=lambda row: (row["municipality"], row["as_of"], row["stands"] is False, row["leverandor_bolig_id"]))


def _row(municipality: str, ours: str, as_of: date, kind: str, in_stock: bool, tenure: dict[tuple[str, str], str]) -> dict[str, Any]:
    state = {"stands": in_stock, "category": None, "tenure": tenure.get((municipality, ours))}
    return {"municipality": municipality, "run_id": None, "as_of": as_of, "leverandor_bolig_id": ours, "kind": kind, **state}


def _tenures(connection: sa.Connection) -> dict[tuple[str, str], str]:
    """disposisjonsform as a deletion took it away, or as it was last agreed on."""
    tenures: dict[tuple[str, str], str] = {}
    deleted = sa.text(
        "SELECT municipality, leverandor_bolig_id, changes FROM intent WHERE verb = 'DELETE' AND state = 'done' ORDER BY settled"
    )
    for municipality, ours, changes in connection.execute(deleted):
        tenure = next((change["old"] for change in json.loads(changes) if change["field"] == "disposisjonsform"), None)
        if tenure:
            tenures[municipality, ours] = tenure
    for municipality, ours, agreed in connection.execute(sa.text("SELECT municipality, leverandor_bolig_id, agreed FROM base")):
        if tenure := json.loads(agreed).get("disposisjonsform"):
            tenures[municipality, ours] = tenure
    return tenures


def _left(connection: sa.Connection) -> dict[tuple[str, str], date]:
    """When the last link of a dwelling ended by a retirement, of those that have none now."""
    last_days: dict[tuple[str, str], date] = {}
    present = set()
    for municipality, ours, ended, why in connection.execute(
        sa.text("SELECT municipality, leverandor_bolig_id, ended, ended_by FROM link ORDER BY id")
    ):
        if ended is None:
            present.add((municipality, ours))
        elif why == "retired":
            last_days[municipality, ours] = _date(ended)
    return {key: on for key, on in last_days.items() if key not in present}


def _date(value: Any) -> date:
    """SQLite hands dates on as text where the statement names no type."""
    return date.fromisoformat(value[:10]) if isinstance(value, str) else getattr(value, "date", lambda: value)()


def downgrade() -> None:
    op.drop_table("movement")
