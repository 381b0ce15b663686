"""The ledger's tables of the register: each write and request, the links between our ids and koboIds, and the values last agreed on."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text, text

from reconciliation.ledger.ledger_tables import LEDGER_METADATA
from reconciliation.ledger.utc_datetime import UTCDateTime

INTENT = Table(
    "intent",
    LEDGER_METADATA,
    Column("request_id", String, primary_key=True),
    Column("run_id", String, nullable=False),
    Column("municipality", String, nullable=False),
    Column("leverandor_bolig_id", String, nullable=False),
    Column("kobo_id", String),
    Column("verb", String, nullable=False),
    Column("changes", Text, nullable=False),
    Column("body", Text),
    Column("body_hash", String),
    Column("state", String, nullable=False),
    Column("status", Integer),
    Column("message", Text),
    Column("intended", UTCDateTime, nullable=False),
    Column("settled", UTCDateTime),
    Index(None, "run_id", "state"),
    Index(
        "ix_intent_open",
        "municipality",
        sqlite_where=text("state IN ('intent', 'unknown')"),
        postgresql_where=text("state IN ('intent', 'unknown')"),
    ),
)
"""The journal: one row per write to the register, committed before the call. `state` is intent until an outcome is
known; the body is kept only so long, so that a repeated POST is the same POST."""

CALL = Table(
    "call",
    LEDGER_METADATA,
    Column("id", Integer, primary_key=True),
    Column("run_id", String, index=True, nullable=False),
    Column("municipality", String, nullable=False),
    Column("at", UTCDateTime, index=True, nullable=False),
    Column("verb", String, nullable=False),
    Column("kobo_id", String),
    Column("leverandor_bolig_id", String),
    # None: no answer came.
    Column("status", Integer),
    Column("attempt", Integer, nullable=False),
    Column("request_id", String, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("body_hash", String),
    # Code of kobo_client.errors.OUTCOMES.
    Column("outcome", String, nullable=False),
)
"""Every request that went to the register, each attempt of its own."""

_ACTIVE = text("ended IS NULL")

LINK = Table(
    "link",
    LEDGER_METADATA,
    Column("id", Integer, primary_key=True),
    Column("municipality", String, nullable=False),
    Column("leverandor_bolig_id", String, nullable=False),
    Column("kobo_id", String, nullable=False),
    # created, found (the register answered that it has it), matched (by key), decided (by a person), restored.
    Column("made_by", String, nullable=False),
    Column("run_id", String),
    Column("made", UTCDateTime, nullable=False),
    Column("ended", UTCDateTime),
    Column("ended_by", String),
    Index("uq_link_dwelling", "municipality", "leverandor_bolig_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    Index("uq_link_entry", "municipality", "kobo_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
)
"""Our id <-> koboId. A link that ends keeps its row; at most one active link per dwelling and per koboId."""

BASE = Table(
    "base",
    LEDGER_METADATA,
    Column("municipality", String, primary_key=True),
    Column("kobo_id", String, primary_key=True),
    Column("leverandor_bolig_id", String, nullable=False),
    # JSON: field -> value last agreed, null for a blank. Fields whose agreed value is not known are left out.
    Column("agreed", Text, nullable=False),
    # JSON: field -> {value, seen}: the value that somebody set in Kobo since, and the night it was first seen.
    Column("moved", Text, default="{}", nullable=False),
    Index(None, "municipality", "leverandor_bolig_id"),
)
"""The values that both sides last agreed on for one linked entry; a side that has another value later has changed. One row per
entry, updated only when a value changes. The values are the register's own, of fields that say nothing about persons."""
