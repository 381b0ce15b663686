"""The ledger's tables. Every table carries the municipality's slug: one database may serve many municipalities.

Dates called `as_of` are the night's own date (the configuration's time zone); times are UTC. Values of dwellings are stored in two places
only, a plan's changes and the bases, and only of fields that say nothing about persons: a deviation is stored without its value, and a
call with a hash of its body. What went to the register and what was agreed with it: register_tables.py.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, MetaData, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

LEDGER_METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class LedgerTable(SQLModel):
    """Base of the ledger's tables; its metadata holds no other tables."""

    metadata = LEDGER_METADATA


class Run(LedgerTable, table=True):
    """One per night and municipality, dry or wet."""

    __tablename__ = "run"
    __table_args__ = (Index(None, "municipality", "as_of"),)
    run_id: str = Field(primary_key=True)
    municipality: str
    as_of: date
    apply_mode: str
    """never, auto, or the approved digest."""
    started: datetime
    finished: datetime | None = None
    verdict: str = "running"
    """running, done, incomplete, failed, waiting (for approval), refused (an approval of another plan), interrupted (never finished);
    of runs that were no night: planned, partial (steps that somebody chose), rendered (an earlier night's reports again)."""
    seconds: str = Field(default="{}", sa_type=Text)
    """JSON: step -> seconds."""
    message: str | None = Field(default=None, sa_type=Text)


class SourceReading(LedgerTable, table=True):
    """The verdict and row counts of one source's read on one night."""

    __tablename__ = "source_reading"
    __table_args__ = (Index(None, "municipality", "source", "verdict"),)
    run_id: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    municipality: str
    as_of: date
    verdict: str
    rows_read: int | None = None
    rejected: int | None = None
    out_of_scope: int | None = None
    accepted: int | None = None


class PlanRow(LedgerTable, table=True):
    """The plan of a run: its digest, how many of each class, and the guards that refused it."""

    __tablename__ = "plan"
    run_id: str = Field(primary_key=True)
    municipality: str = Field(index=True)
    as_of: date
    digest: str
    counts: str = Field(sa_type=Text)
    """JSON: class -> dwellings, in_sync included."""
    refusals: str = Field(sa_type=Text)
    """JSON list of reasons against applying it."""
    register_verdict: str
    made: datetime


class PlanItem(LedgerTable, table=True):
    """One dwelling in one plan. A dwelling that is not in sync has a row every night. One in sync has a row only on the night it came in
    sync or its koboId changed, valid until the dwelling's next row: otherwise a city's ledger would grow by 111,000 rows a night."""

    __tablename__ = "plan_item"
    __table_args__ = (Index(None, "municipality", "leverandor_bolig_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: str = Field(index=True)
    municipality: str
    dwelling_class: str
    leverandor_bolig_id: str | None = None
    kobo_id: str | None = None
    changes: str = Field(sa_type=Text)
    match_key: str | None = None
    reason: str | None = None
    details: str | None = Field(default=None, sa_type=Text)
    held: str | None = None
    part: str | None = None
    """action/source: what is limited and approved together."""


class Absence(LedgerTable, table=True):
    """One row per night on which a linked dwelling was in no source; deleted when it is seen again."""

    __tablename__ = "absence"
    municipality: str = Field(primary_key=True)
    leverandor_bolig_id: str = Field(primary_key=True)
    as_of: date = Field(primary_key=True)


class Movement(LedgerTable, table=True):
    """A change of one dwelling's state in the municipality's stock, by its sources. Appended only when the state differs from the
    dwelling's newest row. Holds no address, and no value but category and tenure."""

    __tablename__ = "movement"
    __table_args__ = (Index(None, "municipality", "leverandor_bolig_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    municipality: str
    run_id: str | None = None
    """None for rows that the migration made from an older ledger."""
    as_of: date
    leverandor_bolig_id: str
    kind: str
    """MovementKind of model/movement_kinds.py."""
    stands: bool
    """Whether the dwelling is in the stock from then on."""
    category: str | None = None
    """From then on; of one that left, the last one. None: not known, from an older ledger."""
    tenure: str | None = None
    """disposisjonsform, or RIGHT_OF_DISPOSAL; empty when no source has one, None when not known, from an older ledger."""


class Membership(LedgerTable, table=True):
    """Which dwelling a source's key belongs to. Never deleted, so that a row that returns gets the same leverandor_bolig_id."""

    __tablename__ = "membership"
    __table_args__ = (Index(None, "municipality", "leverandor_bolig_id"),)
    municipality: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    source_key: str = Field(primary_key=True)
    leverandor_bolig_id: str
    first_seen: date


class Decision(LedgerTable, table=True):
    """What a person decided. Superseded, never edited. The question is open again when tonight's evidence differs from `evidence`."""

    __tablename__ = "decision"
    __table_args__ = (
        Index(None, "municipality", "kind", "subject"),
        Index(None, "municipality", "subject"),
        Index(None, "municipality", "other"),
        Index(None, "municipality", "decided"),
    )
    municipality: str = Field(primary_key=True)
    decision_id: str = Field(primary_key=True)
    kind: str
    """match, merge, conflict, field, kobo_change, removal, plan (approval), adoption."""
    subject: str
    """leverandor_bolig_id, or the plan's digest."""
    other: str | None = None
    """koboId or leverandor_bolig_id it is compared with."""
    field: str | None = None
    verdict: str
    """same, different, unsure, new, replace, keep, remove, value, approved, rejected."""
    value: str | None = None
    evidence: str | None = Field(default=None, sa_type=Text)
    decided_by: str
    decided: datetime
    note: str | None = Field(default=None, sa_type=Text)
    superseded: datetime | None = None


class ShieldedView(LedgerTable, table=True):
    """Who saw a shielded dwelling's case or row at the desk, and when. Appended, never edited, never pruned. No address."""

    __tablename__ = "shielded_view"
    __table_args__ = (Index(None, "municipality", "subject"), Index(None, "municipality", "at"))
    id: int | None = Field(default=None, primary_key=True)
    municipality: str
    at: datetime
    who: str
    """The account that signed in, also where decisions are signed with a group."""
    page: str
    """SeenOn of shielded_views.py."""
    subject: str
    """leverandor_bolig_id, "kobo:<koboId>", or "rettes:<short id>" of a rejected row."""


class Deviation(LedgerTable, table=True):
    """When one rule was broken by one source row, and when it was fixed. Value and message are in the night's own table only."""

    __tablename__ = "deviation"
    __table_args__ = (UniqueConstraint("municipality", "identity"), Index(None, "municipality", "source", "fixed"))
    id: int | None = Field(default=None, primary_key=True)
    municipality: str
    identity: str
    """Source, key (its place when it has none), rule and heading, joined."""
    source: str
    owner: str | None = None
    source_key: str | None = None
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    heading: str | None = None
    rule: str
    severity: str
    first_seen: date
    since: date
    """First night since it last returned; `first_seen` is the first night ever."""
    fixed: date | None = None
    times_returned: int = 0


class Snapshot(LedgerTable, table=True):
    """Progress of one night, per category, source and owner. Running a night again replaces its rows."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("municipality", "as_of", "category", "source", "owner"),)
    id: int | None = Field(default=None, primary_key=True)
    municipality: str
    as_of: date
    run_id: str
    category: str
    source: str
    owner: str
    in_scope: int
    in_register: int
    in_sync: int
    blocked: str = Field(sa_type=Text)
    """JSON: reason -> dwellings."""
    register_seen: bool


class Lock(LedgerTable, table=True):
    """The process that runs a night of a municipality now. Expires, so that the lock of a crashed process ends by itself."""

    __tablename__ = "lock"
    municipality: str = Field(primary_key=True)
    holder: str
    token: str
    since: datetime
    expires: datetime
