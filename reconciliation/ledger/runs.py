"""Runs: when they ran, each source's verdict and row counts, and how they ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
from sqlalchemy import func, insert, select, update

from reconciliation.ledger.integrity import check_integrity
from reconciliation.ledger.ledger_tables import Run, SourceReading
from reconciliation.ledger.store import Store, insert_rows, table_of

_RUN = table_of(Run)
_READING = table_of(SourceReading)

PLANNED, PARTIAL, RENDERED = "planned", "partial", "rendered"
INTERRUPTED = "interrupted"
"""A night that was ended from outside, or whose process is gone."""
KILLED = (
    "The night was cut off: its program was killed, or its machine stopped. The next one asks Kobo about what was under way and goes on."
)
"""Message of a night whose process is gone without having stored one."""
NO_NIGHT = (PLANNED, PARTIAL, RENDERED)
"""Verdicts of runs that were no night: a plan alone, steps that somebody chose, the reports of an earlier night made again."""

RUNS: dict[str, Any] = {
    "run_id": pl.String(),
    "as_of": pl.Date(),
    "apply_mode": pl.String(),
    "started": pl.Datetime("us", "UTC"),
    "finished": pl.Datetime("us", "UTC"),
    "verdict": pl.String(),
    "seconds": pl.String(),  # JSON: step -> seconds
    "message": pl.String(),
}
_COUNTS = ("rows_read", "rejected", "out_of_scope", "accepted")


class Runs(Store):
    """Tables `run` and `source_reading`: each night, its verdict, and its verdict on each source."""

    def begin_run(self, municipality: str, as_of: date, run_id: str, apply_mode: str) -> None:
        """Store that a night has begun. Earlier nights of the municipality that have not ended become `interrupted`: this process has the
        lock, so no other can still run them. Raises LedgerError when the file is damaged."""
        check_integrity(self)
        with self.write() as connection:
            killed = update(_RUN).where(_RUN.c.municipality == municipality, _RUN.c.verdict == "running")
            connection.execute(killed.values(verdict=INTERRUPTED, message=KILLED))
            latest = connection.execute(select(func.max(_RUN.c.started)).where(_RUN.c.municipality == municipality)).scalar()
            # A clock that was set back must not make tonight start before the last night.
            started = self.clock() if latest is None else max(self.clock(), latest + timedelta(microseconds=1))
            connection.execute(
                insert(_RUN).values(
                    run_id=run_id,
                    municipality=municipality,
                    as_of=as_of,
                    apply_mode=apply_mode,
                    started=started,
                    verdict="running",
                    seconds="{}",
                )
            )

    def finish_run(
        self,
        run_id: str,
        verdict: str,
        seconds: Mapping[str, float],
        sources: Mapping[str, str | Mapping[str, Any]],
        message: str | None = None,
    ) -> None:
        """Store how the night ended. sources: name -> {verdict, rows_read, rejected, out_of_scope, accepted}, or only the verdict when
        nothing was counted."""
        with self.write() as connection:
            run = connection.execute(select(_RUN.c.municipality, _RUN.c.as_of).where(_RUN.c.run_id == run_id)).one()
            connection.execute(
                update(_RUN)
                .where(_RUN.c.run_id == run_id)
                .values(finished=self.clock(), verdict=verdict, seconds=json.dumps(dict(seconds)), message=message)
            )
            connection.execute(_READING.delete().where(_READING.c.run_id == run_id))
            readings = [
                {
                    "run_id": run_id,
                    "source": source,
                    "municipality": run.municipality,
                    "as_of": run.as_of,
                    **{count: reading.get(count) for count in ("verdict", *_COUNTS)},
                }
                for source, reading in (
                    (name, {"verdict": verdict_or_facts} if isinstance(verdict_or_facts, str) else verdict_or_facts)
                    for name, verdict_or_facts in sources.items()
                )
            ]
            insert_rows(connection, SourceReading, readings)

    def runs(self, municipality: str) -> pl.DataFrame:
        """All nights, oldest first. Shape: RUNS."""
        query = select(*(_RUN.c[name] for name in RUNS)).where(_RUN.c.municipality == municipality).order_by(_RUN.c.started, _RUN.c.run_id)
        return self.frame(query, RUNS)

    def last_complete_rows(self, municipality: str, source: str) -> int | None:
        """How many rows the source's last complete read had; None when it never was read completely."""
        query = (
            select(_READING.c.rows_read)
            .join(_RUN, _RUN.c.run_id == _READING.c.run_id)
            .where(
                _READING.c.municipality == municipality,
                _READING.c.source == source,
                _READING.c.verdict == "complete",
                _READING.c.rows_read.is_not(None),
            )
            .order_by(_RUN.c.started.desc())
            .limit(1)
        )
        with self.read() as connection:
            rows = connection.execute(query).scalar()
        return None if rows is None else int(rows)

    def has_run(self, municipality: str | None = None) -> bool:
        """Whether the ledger has a run, of any kind, of that municipality, or of any when None."""
        query = select(_RUN.c.run_id).limit(1)
        with self.read() as connection:
            return connection.execute(query.where(_RUN.c.municipality == municipality) if municipality else query).first() is not None

    def was_interrupted(self) -> bool:
        """Whether a night has begun and not ended, on any machine."""
        with self.read() as connection:
            return connection.execute(select(_RUN.c.run_id).where(_RUN.c.verdict == "running").limit(1)).first() is not None

    def nights(self, municipality: str) -> int:
        """Number of different dates with a night that ended."""
        query = select(func.count(func.distinct(_RUN.c.as_of))).where(_RUN.c.municipality == municipality, _RUN.c.finished.is_not(None))
        with self.read() as connection:
            return int(connection.execute(query).scalar_one())
