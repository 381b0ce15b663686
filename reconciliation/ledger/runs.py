"""Runs: when they ran, each source's verdict and row counts, and how they ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
from sqlalchemy import func, insert, select, update

from reconciliation.ledger.integrity import check_integrity
from reconciliation.ledger.ledger_tables import READING, RUN
from reconciliation.ledger.store import Store, insert_rows

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
            killed = update(RUN).where(RUN.c.municipality == municipality, RUN.c.verdict == "running")
            connection.execute(killed.values(verdict=INTERRUPTED, message=KILLED))
            latest = connection.execute(select(func.max(RUN.c.started)).where(RUN.c.municipality == municipality)).scalar()
            # A clock that was set back must not make tonight start before the last night.
            started = self.clock() if latest is None else max(self.clock(), latest + timedelta(microseconds=1))
            connection.execute(
                insert(RUN).values(
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
            run = connection.execute(select(RUN.c.municipality, RUN.c.as_of).where(RUN.c.run_id == run_id)).one()
            connection.execute(
                update(RUN)
                .where(RUN.c.run_id == run_id)
                .values(finished=self.clock(), verdict=verdict, seconds=json.dumps(dict(seconds)), message=message)
            )
            connection.execute(READING.delete().where(READING.c.run_id == run_id))
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
            insert_rows(connection, READING, readings)

    def runs(self, municipality: str) -> pl.DataFrame:
        """All nights, oldest first. Shape: RUNS."""
        query = select(*(RUN.c[name] for name in RUNS)).where(RUN.c.municipality == municipality).order_by(RUN.c.started, RUN.c.run_id)
        return self.frame(query, RUNS)

    def last_complete_rows(self, municipality: str, source: str) -> int | None:
        """How many rows the source's last complete read had; None when it never was read completely."""
        query = (
            select(READING.c.rows_read)
            .join(RUN, RUN.c.run_id == READING.c.run_id)
            .where(
                READING.c.municipality == municipality,
                READING.c.source == source,
                READING.c.verdict == "complete",
                READING.c.rows_read.is_not(None),
            )
            .order_by(RUN.c.started.desc())
            .limit(1)
        )
        with self.read() as connection:
            rows = connection.execute(query).scalar()
        return None if rows is None else int(rows)

    def has_run(self, municipality: str | None = None) -> bool:
        """Whether the ledger has a run, of any kind, of that municipality, or of any when None."""
        query = select(RUN.c.run_id).limit(1)
        with self.read() as connection:
            return connection.execute(query.where(RUN.c.municipality == municipality) if municipality else query).first() is not None

    def was_interrupted(self) -> bool:
        """Whether a night has begun and not ended, on any machine."""
        with self.read() as connection:
            return connection.execute(select(RUN.c.run_id).where(RUN.c.verdict == "running").limit(1)).first() is not None

    def nights(self, municipality: str) -> int:
        """Number of different dates with a night that ended."""
        query = select(func.count(func.distinct(RUN.c.as_of))).where(RUN.c.municipality == municipality, RUN.c.finished.is_not(None))
        with self.read() as connection:
            return int(connection.execute(query).scalar_one())
