"""The ledger's tables. Every table carries the municipality's slug: one database may serve many municipalities.

Dates called `as_of` are the night's own date (the configuration's time zone); times are UTC. Values of dwellings are stored in two places
only, a plan's changes and the bases, and only of fields that say nothing about persons: a deviation is stored without its value, and a
call with a hash of its body. What went to the register and what was agreed with it: register_tables.py.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from reconciliation.ledger.utc_datetime import UTCDateTime

LEDGER_METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

RUN = Table(
    "run",
    LEDGER_METADATA,
    Column("run_id", String, primary_key=True),
    Column("municipality", String, nullable=False),
    Column("as_of", Date, nullable=False),
    # never, auto, or the approved digest.
    Column("apply_mode", String, nullable=False),
    Column("started", UTCDateTime, nullable=False),
    Column("finished", UTCDateTime),
    # running, done, incomplete, failed, waiting (for approval), refused (an approval of another plan), interrupted (never finished); of
    # runs that were no night: planned, partial (steps that somebody chose), rendered (an earlier night's reports again).
    Column("verdict", String, default="running", nullable=False),
    # JSON: step -> seconds.
    Column("seconds", Text, default="{}", nullable=False),
    Column("message", Text),
    Index(None, "municipality", "as_of"),
)
"""One per night and municipality, dry or wet."""

READING = Table(
    "source_reading",
    LEDGER_METADATA,
    Column("run_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("municipality", String, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("verdict", String, nullable=False),
    Column("rows_read", Integer),
    Column("rejected", Integer),
    Column("out_of_scope", Integer),
    Column("accepted", Integer),
    Index(None, "municipality", "source", "verdict"),
)
"""The verdict and row counts of one source's read on one night."""

PLAN = Table(
    "plan",
    LEDGER_METADATA,
    Column("run_id", String, primary_key=True),
    Column("municipality", String, index=True, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("digest", String, nullable=False),
    # JSON: class -> dwellings, in_sync included.
    Column("counts", Text, nullable=False),
    # JSON list of reasons against applying it.
    Column("refusals", Text, nullable=False),
    Column("register_verdict", String, nullable=False),
    Column("made", UTCDateTime, nullable=False),
)
"""The plan of a run: its digest, how many of each class, and the guards that refused it."""

PLAN_ITEM = Table(
    "plan_item",
    LEDGER_METADATA,
    Column("id", Integer, primary_key=True),
    Column("run_id", String, index=True, nullable=False),
    Column("municipality", String, nullable=False),
    Column("dwelling_class", String, nullable=False),
    Column("leverandor_bolig_id", String),
    Column("kobo_id", String),
    Column("changes", Text, nullable=False),
    Column("match_key", String),
    Column("reason", String),
    Column("details", Text),
    Column("held", String),
    # action/source: what is limited and approved together.
    Column("part", String),
    Index(None, "municipality", "leverandor_bolig_id", "id"),
)
"""One dwelling in one plan. A dwelling that is not in sync has a row every night. One in sync has a row only on the night it came in
sync or its koboId changed, valid until the dwelling's next row: otherwise a city's ledger would grow by 111,000 rows a night."""

ABSENCE = Table(
    "absence",
    LEDGER_METADATA,
    Column("municipality", String, primary_key=True),
    Column("leverandor_bolig_id", String, primary_key=True),
    Column("as_of", Date, primary_key=True),
)
"""One row per night on which a linked dwelling was in no source; deleted when it is seen again."""

MOVEMENT = Table(
    "movement",
    LEDGER_METADATA,
    Column("id", Integer, primary_key=True),
    Column("municipality", String, nullable=False),
    # None for rows that the migration made from an older ledger.
    Column("run_id", String),
    Column("as_of", Date, nullable=False),
    Column("leverandor_bolig_id", String, nullable=False),
    # MovementKind of model/movement_kinds.py.
    Column("kind", String, nullable=False),
    # Whether the dwelling is in the stock from then on.
    Column("stands", Boolean, nullable=False),
    # From then on; of one that left, the last one. None: not known, from an older ledger.
    Column("category", String),
    # disposisjonsform, or RIGHT_OF_DISPOSAL; empty when no source has one, None when not known, from an older ledger.
    Column("tenure", String),
    Index(None, "municipality", "leverandor_bolig_id", "id"),
)
"""A change of one dwelling's state in the municipality's stock, by its sources. Appended only when the state differs from the
dwelling's newest row. Holds no address, and no value but category and tenure."""

MEMBERSHIP = Table(
    "membership",
    LEDGER_METADATA,
    Column("municipality", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("source_key", String, primary_key=True),
    Column("leverandor_bolig_id", String, nullable=False),
    Column("first_seen", Date, nullable=False),
    Index(None, "municipality", "leverandor_bolig_id"),
)
"""Which dwelling a source's key belongs to. Never deleted, so that a row that returns gets the same leverandor_bolig_id."""

DECISION = Table(
    "decision",
    LEDGER_METADATA,
    Column("municipality", String, primary_key=True),
    Column("decision_id", String, primary_key=True),
    # match, merge, conflict, field, kobo_change, removal, plan (approval), adoption.
    Column("kind", String, nullable=False),
    # leverandor_bolig_id, or the plan's digest.
    Column("subject", String, nullable=False),
    # koboId or leverandor_bolig_id it is compared with.
    Column("other", String),
    Column("field", String),
    # same, different, unsure, new, replace, keep, remove, value, approved, rejected.
    Column("verdict", String, nullable=False),
    Column("value", String),
    Column("evidence", Text),
    Column("decided_by", String, nullable=False),
    Column("decided", UTCDateTime, nullable=False),
    Column("note", Text),
    Column("superseded", UTCDateTime),
    Index(None, "municipality", "kind", "subject"),
    Index(None, "municipality", "subject"),
    Index(None, "municipality", "other"),
    Index(None, "municipality", "decided"),
)
"""What a person decided. Superseded, never edited. The question is open again when tonight's evidence differs from `evidence`."""

VIEW = Table(
    "shielded_view",
    LEDGER_METADATA,
    Column("id", Integer, primary_key=True),
    Column("municipality", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    # The account that signed in, also where decisions are signed with a group.
    Column("who", String, nullable=False),
    # SeenOn of shielded_views.py.
    Column("page", String, nullable=False),
    # leverandor_bolig_id, "kobo:<koboId>", or "rettes:<short id>" of a rejected row.
    Column("subject", String, nullable=False),
    Index(None, "municipality", "subject"),
    Index(None, "municipality", "at"),
)
"""Who saw a shielded dwelling's case or row at the desk, and when. Appended, never edited, never pruned. No address."""

DEVIATION = Table(
    "deviation",
    LEDGER_METADATA,
    Column("id", Integer, primary_key=True),
    Column("municipality", String, nullable=False),
    # Source, key (its place when it has none), rule and heading, joined.
    Column("identity", String, nullable=False),
    Column("source", String, nullable=False),
    Column("owner", String),
    Column("source_key", String),
    Column("file", String),
    Column("sheet", String),
    Column("row", Integer),
    Column("heading", String),
    Column("rule", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("first_seen", Date, nullable=False),
    # First night since it last returned; `first_seen` is the first night ever.
    Column("since", Date, nullable=False),
    Column("fixed", Date),
    Column("times_returned", Integer, default=0, nullable=False),
    UniqueConstraint("municipality", "identity"),
    Index(None, "municipality", "source", "fixed"),
)
"""When one rule was broken by one source row, and when it was fixed. Value and message are in the night's own table only."""

SNAPSHOT_ROW = Table(
    "snapshot",
    LEDGER_METADATA,
    Column("id", Integer, primary_key=True),
    Column("municipality", String, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("run_id", String, nullable=False),
    Column("category", String, nullable=False),
    Column("source", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("in_scope", Integer, nullable=False),
    Column("in_register", Integer, nullable=False),
    Column("in_sync", Integer, nullable=False),
    # JSON: reason -> dwellings.
    Column("blocked", Text, nullable=False),
    Column("register_seen", Boolean, nullable=False),
    UniqueConstraint("municipality", "as_of", "category", "source", "owner"),
)
"""Progress of one night, per category, source and owner. Running a night again replaces its rows."""

LOCK = Table(
    "lock",
    LEDGER_METADATA,
    Column("municipality", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("token", String, nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("expires", UTCDateTime, nullable=False),
)
"""The process that runs a night of a municipality now. Expires, so that the lock of a crashed process ends by itself."""
