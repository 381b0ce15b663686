"""The journal of writes to the register, and the list of every request.

A write is an intent, committed before the call, that is settled after it. For a write that is still
unsettled later (a killed process, a lost answer) the register is asked what happened before anything else is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import polars as pl
from sqlalchemy import String, bindparam, case, func, select, update

from reconciliation.ledger.bases import Agreement
from reconciliation.ledger.links import Links
from reconciliation.ledger.register_tables import CallRow, Intent
from reconciliation.ledger.store import insert_rows, table_of
from reconciliation.model.tables import OUTCOMES

_INTENT, _CALL = table_of(Intent), table_of(CallRow)
UNSETTLED = ("intent", "unknown")


@dataclass(frozen=True, slots=True)
class Write:
    """One write that is about to be made. `changes` and `body` are JSON. first_body: the body that an earlier night sent.

    seen: for a deletion, field -> value of the entry when the plan was made; not stored.
    passed_over: for a creation, koboIds without a supplier id that were in the register when the plan was made, and were not found to be
    this dwelling; not stored.
    """

    request_id: str
    run_id: str
    leverandor_bolig_id: str
    verb: str
    kobo_id: str | None = None
    changes: str = "[]"
    body: str | None = None
    first_body: str | None = None
    seen: Mapping[str, Any] | None = None
    passed_over: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """Result of a write. `state` is one of OUTCOMES' outcomes; `unknown` is settled on the next night.

    link: made_by of the link to save with it, if any; unlink: why the active link ends, if it does.
    changes: replaces the write's own when given (what a deletion took away).
    agreed: field -> value that the register has confirmed; stored as the base.
    """

    request_id: str
    leverandor_bolig_id: str
    state: str
    kobo_id: str | None = None
    status: int | None = None
    message: str | None = None
    link: str | None = None
    unlink: str | None = None
    changes: str | None = None
    agreed: Mapping[str, Any] | None = None


class AttemptRecord(Protocol):
    """One attempt as it went over the wire: kobo_client.client.CallRecord."""

    @property
    def when(self) -> datetime: ...
    @property
    def verb(self) -> str: ...
    @property
    def kobo_id(self) -> str | None: ...
    @property
    def leverandor_bolig_id(self) -> str | None: ...
    @property
    def status(self) -> int | None: ...
    @property
    def attempt(self) -> int: ...
    @property
    def request_id(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def sha256(self) -> str | None: ...
    @property
    def outcome(self) -> str: ...


class Journal(Links):
    """Tables `intent` and `call`: every write before it is sent and after it is answered (law 4)."""

    def journal(
        self, municipality: str, run_id: str, settled: Sequence[WriteOutcome], writes: Sequence[Write], clash: str | None = None
    ) -> list[tuple[str, str]]:
        """In one transaction, settle the answered writes with their links, and store the intents of the next ones.

        Returns (leverandor_bolig_id, kobo_id) of links that were not saved because either side is linked to something else; those
        writes are settled as refused, with `clash` as message.
        """
        now = self.clock()
        with self.write() as connection:
            ended: dict[str, list[str]] = {}
            for outcome in settled:
                if outcome.unlink:
                    ended.setdefault(outcome.unlink, []).append(outcome.leverandor_bolig_id)
            for why, dwellings in ended.items():
                self.unlink_within(connection, municipality, dwellings, why)
            linked = [
                (outcome.leverandor_bolig_id, outcome.kobo_id, outcome.link) for outcome in settled if outcome.link and outcome.kobo_id
            ]
            refused = self.link_within(connection, municipality, linked, run_id)
            clashing = set(refused)
            agreements = [
                Agreement(outcome.kobo_id, outcome.leverandor_bolig_id, outcome.agreed)
                for outcome in settled
                if outcome.agreed and outcome.kobo_id and (outcome.leverandor_bolig_id, outcome.kobo_id) not in clashing
            ]
            if agreements:
                self.agree_within(connection, municipality, agreements)
            rows = [
                _settle_row(
                    replace(outcome, state="refused", message=clash)
                    if outcome.link and (outcome.leverandor_bolig_id, outcome.kobo_id) in clashing
                    else outcome,
                    now,
                )
                for outcome in settled
            ]
            if rows:
                connection.execute(_SETTLE, rows)
            insert_rows(connection, Intent, [_write_row(write, municipality, now) for write in writes])
        return refused

    def unsettled(self, municipality: str) -> list[Write]:
        """Writes whose outcome is not known, oldest first."""
        query = (
            select(_INTENT)
            .where(_INTENT.c.municipality == municipality, _INTENT.c.state.in_(UNSETTLED))
            .order_by(_INTENT.c.intended, _INTENT.c.request_id)
        )
        with self.read() as connection:
            rows = connection.execute(query).fetchall()
        return [Write(row.request_id, row.run_id, row.leverandor_bolig_id, row.verb, row.kobo_id, row.changes, row.body) for row in rows]

    def outcomes(self, run_id: str) -> pl.DataFrame:
        """Result of each write of a run. Shape: OUTCOMES; `unknown` also for writes that were never settled."""
        query = (
            select(_INTENT.c.leverandor_bolig_id, _INTENT.c.kobo_id, _INTENT.c.verb, _INTENT.c.state, _INTENT.c.status, _INTENT.c.message)
            .where(_INTENT.c.run_id == run_id)
            .order_by(_INTENT.c.leverandor_bolig_id, _INTENT.c.verb, _INTENT.c.request_id)
        )
        return self.frame(query, OUTCOMES).with_columns(pl.col("outcome").replace({"intent": "unknown"}))

    def writes_done(self, run_id: str) -> list[Write]:
        """The writes of a run that reached the register, in the order they were made. Bodies are gone by then."""
        query = (
            select(_INTENT).where(_INTENT.c.run_id == run_id, _INTENT.c.state == "done").order_by(_INTENT.c.settled, _INTENT.c.request_id)
        )
        with self.read() as connection:
            rows = connection.execute(query).fetchall()
        return [Write(row.request_id, row.run_id, row.leverandor_bolig_id, row.verb, row.kobo_id, row.changes) for row in rows]

    def record_calls(self, municipality: str, run_id: str, calls: Sequence[AttemptRecord]) -> None:
        """Append requests to the list of every request."""
        rows = [
            {
                "run_id": run_id,
                "municipality": municipality,
                "at": call.when,
                "verb": call.verb,
                "kobo_id": call.kobo_id,
                "leverandor_bolig_id": call.leverandor_bolig_id,
                "status": call.status,
                "attempt": call.attempt,
                "request_id": call.request_id,
                "seconds": call.seconds,
                "body_hash": call.sha256,
                "outcome": call.outcome,
            }
            for call in calls
        ]
        with self.write() as connection:
            insert_rows(connection, CallRow, rows)

    def call_counts(self, run_id: str) -> dict[str, int]:
        """Verb -> requests of a run, `failed` (neither done, nor answered with "not found" or a conflict) and
        `retried` (later attempts)."""
        with self.read() as connection:
            verbs = connection.execute(select(_CALL.c.verb, func.count()).where(_CALL.c.run_id == run_id).group_by(_CALL.c.verb)).fetchall()
            failed = connection.execute(
                select(func.count()).where(_CALL.c.run_id == run_id, _CALL.c.outcome.not_in(("done", "not_found", "conflict")))
            ).scalar_one()
            retried = connection.execute(select(func.count()).where(_CALL.c.run_id == run_id, _CALL.c.attempt > 1)).scalar_one()
        return {**{str(row[0]): int(row[1]) for row in verbs}, "failed": int(failed), "retried": int(retried)}


_SETTLE = (
    update(_INTENT)
    .where(_INTENT.c.request_id == bindparam("b_request"))
    .values(
        state=bindparam("b_state"),
        kobo_id=func.coalesce(bindparam("b_kobo", type_=String()), _INTENT.c.kobo_id),
        status=bindparam("b_status"),
        message=bindparam("b_message"),
        changes=func.coalesce(bindparam("b_changes", type_=String()), _INTENT.c.changes),
        # A write with unknown outcome is repeated with the same body; a settled one does not need it any more.
        body=case((bindparam("b_state_again", type_=String()) == "unknown", _INTENT.c.body), else_=None),
        settled=bindparam("b_settled"),
    )
)


def _settle_row(outcome: WriteOutcome, now: datetime) -> dict[str, Any]:
    return {
        "b_request": outcome.request_id,
        "b_state": outcome.state,
        "b_kobo": outcome.kobo_id,
        "b_status": outcome.status,
        "b_message": outcome.message,
        "b_changes": outcome.changes,
        "b_state_again": outcome.state,
        "b_settled": now,
    }


def _write_row(write: Write, municipality: str, now: datetime) -> dict[str, Any]:
    return {
        "request_id": write.request_id,
        "run_id": write.run_id,
        "municipality": municipality,
        "leverandor_bolig_id": write.leverandor_bolig_id,
        "kobo_id": write.kobo_id,
        "verb": write.verb,
        "changes": write.changes,
        "body": write.body,
        "body_hash": None if write.body is None else hashlib.sha256(write.body.encode()).hexdigest(),
        "state": "intent",
        "intended": now,
    }
