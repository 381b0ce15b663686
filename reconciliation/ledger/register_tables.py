"""The ledger's tables of the register: each write and request, the links between our ids and koboIds, and the values last agreed on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from reconciliation.ledger.ledger_tables import LedgerTable


class Intent(LedgerTable, table=True):
    """The journal: one row per write to the register, committed before the call. `state` is intent until an outcome is
    known; the body is kept only so long, so that a repeated POST is the same POST."""

    __tablename__ = "intent"
    __table_args__ = (
        Index(None, "run_id", "state"),
        Index(
            "ix_intent_open",
            "municipality",
            sqlite_where=text("state IN ('intent', 'unknown')"),
            postgresql_where=text("state IN ('intent', 'unknown')"),
        ),
    )
    request_id: str = Field(primary_key=True)
    run_id: str
    municipality: str
    leverandor_bolig_id: str
    kobo_id: str | None = None
    verb: str
    changes: str = Field(sa_type=Text)
    body: str | None = Field(default=None, sa_type=Text)
    body_hash: str | None = None
    state: str
    status: int | None = None
    message: str | None = Field(default=None, sa_type=Text)
    intended: datetime
    settled: datetime | None = None


class CallRow(LedgerTable, table=True):
    """Every request that went to the register, each attempt of its own."""

    __tablename__ = "call"
    id: int | None = Field(default=None, primary_key=True)
    run_id: str = Field(index=True)
    municipality: str
    at: datetime = Field(index=True)
    verb: str
    kobo_id: str | None = None
    leverandor_bolig_id: str | None = None
    status: int | None = None
    """None: no answer came."""
    attempt: int
    request_id: str
    seconds: float
    body_hash: str | None = None
    outcome: str
    """Code of kobo_client.call_outcomes.CALL_OUTCOMES."""


_ACTIVE = text("ended IS NULL")


class LinkRow(LedgerTable, table=True):
    """Our id <-> koboId. A link that ends keeps its row; at most one active link per dwelling and per koboId."""

    __tablename__ = "link"
    __table_args__ = (
        Index("uq_link_dwelling", "municipality", "leverandor_bolig_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
        Index("uq_link_entry", "municipality", "kobo_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )
    id: int | None = Field(default=None, primary_key=True)
    municipality: str
    leverandor_bolig_id: str
    kobo_id: str
    made_by: str
    """created, found (the register answered that it has it), matched (by key), decided (by a person), restored."""
    run_id: str | None = None
    made: datetime
    ended: datetime | None = None
    ended_by: str | None = None


class Base(LedgerTable, table=True):
    """The values that both sides last agreed on for one linked entry; a side that has another value later has changed. One row per
    entry, updated only when a value changes. The values are the register's own, of fields that say nothing about persons."""

    __tablename__ = "base"
    __table_args__ = (Index(None, "municipality", "leverandor_bolig_id"),)
    municipality: str = Field(primary_key=True)
    kobo_id: str = Field(primary_key=True)
    leverandor_bolig_id: str
    agreed: str = Field(sa_type=Text)
    """JSON: field -> value last agreed, null for a blank. Fields whose agreed value is not known are left out."""
    moved: str = Field(default="{}", sa_type=Text)
    """JSON: field -> {value, seen}: the value that somebody set in Kobo since, and the night it was first seen."""
