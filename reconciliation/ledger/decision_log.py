"""What people decided: appended, superseded by a later decision on the same question, never edited."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import func, select, union, update
from sqlalchemy.engine import Connection

from reconciliation.ledger.ledger_error import LedgerError
from reconciliation.ledger.ledger_tables import Decision
from reconciliation.ledger.store import Store, insert_rows, table_of

_DECISION = table_of(Decision)

DECISIONS: dict[str, Any] = {
    "decision_id": pl.String(),
    "kind": pl.String(),  # match, merge, conflict, field, plan, adoption, withdrawal
    "subject": pl.String(),  # leverandor_bolig_id, a plan's digest, or the decision that was withdrawn
    "other": pl.String(),  # koboId or leverandor_bolig_id it is compared with
    "field": pl.String(),
    "verdict": pl.String(),  # same, different, unsure, new, replace, keep, value, approved, rejected, withdrawn
    "value": pl.String(),
    "evidence": pl.String(),  # what the person saw; the question is asked again when it is no longer so
    "decided_by": pl.String(),
    "decided": pl.Datetime("us", "UTC"),
    "note": pl.String(),
}
_QUESTION = ("kind", "subject", "other", "field")


class DecisionLog(Store):
    """Table `decision`: what people decided. Rows are superseded, never changed."""

    def decisions(self, municipality: str, include_superseded: bool = False) -> pl.DataFrame:
        """Decisions in force, oldest first. Shape: DECISIONS."""
        query = (
            select(*(_DECISION.c[name] for name in DECISIONS))
            .where(_DECISION.c.municipality == municipality)
            .order_by(_DECISION.c.decided, _DECISION.c.decision_id)
        )
        if not include_superseded:
            query = query.where(_DECISION.c.superseded.is_(None))
        return self.frame(query, DECISIONS)

    def decisions_about(self, municipality: str, names: Collection[str]) -> pl.DataFrame:
        """Every decision that names one of these, in force or not, oldest first. Shape: DECISIONS.

        names: "source:key", leverandor_bolig_id or "kobo:<koboId>"; at most some hundreds.
        """
        rows = select(*(_DECISION.c[name] for name in DECISIONS)).where(_DECISION.c.municipality == municipality)
        # Two queries in one, and sorted here: for "or", and for an order, SQLite would read all decisions of the municipality.
        about = union(*(rows.where(_DECISION.c[side].in_(names)) for side in ("subject", "other")))
        return self.frame(about, DECISIONS).sort("decided", "decision_id")

    def decisions_named(self, municipality: str, ids: Collection[str]) -> pl.DataFrame:
        """Those with these ids, in force or not, oldest first; at most some thousands. Shape: DECISIONS."""
        query = select(*(_DECISION.c[name] for name in DECISIONS))
        query = query.where(_DECISION.c.municipality == municipality, _DECISION.c.decision_id.in_(ids))
        return self.frame(query.order_by(_DECISION.c.decided, _DECISION.c.decision_id), DECISIONS)

    def decisions_mark(self, municipality: str) -> str:
        """A text that differs whenever a decision has been made, superseded or withdrawn since: each of these appends a row."""
        here = _DECISION.c.municipality == municipality
        # Each of the two is read from an index; in one query SQLite would compare the times of all decisions.
        asked = [select(aggregate).where(here).scalar_subquery() for aggregate in (func.count(), func.max(_DECISION.c.decided))]
        with self.read() as connection:
            return repr(connection.execute(select(*asked)).one())

    def add_decision(
        self,
        municipality: str,
        *,
        kind: str,
        subject: str,
        verdict: str,
        decided_by: str,
        other: str | None = None,
        field: str | None = None,
        value: str | None = None,
        evidence: str | None = None,
        note: str | None = None,
    ) -> str:
        """Record one decision and supersede the one in force on the same question. Returns its id."""
        row = {
            "decision_id": uuid.uuid4().hex,
            "kind": kind,
            "subject": subject,
            "other": other,
            "field": field,
            "verdict": verdict,
            "value": value,
            "evidence": evidence,
            "decided_by": decided_by,
            "decided": self.clock(),
            "note": note,
        }
        with self.write() as connection:
            self._append(connection, municipality, row)
        return str(row["decision_id"])

    def _append(self, connection: Connection, municipality: str, row: dict[str, Any], *, loaded: bool = False) -> None:
        """loaded: the decision comes from a file; whatever the order of the lines, the one that was decided last is in force."""
        same_question = [_DECISION.c[name].is_(None) if row[name] is None else _DECISION.c[name] == row[name] for name in _QUESTION]
        same_subject = (_DECISION.c.municipality == municipality, _DECISION.c.superseded.is_(None), *same_question)
        in_force = connection.execute(select(_DECISION.c.decided, _DECISION.c.decision_id).where(*same_subject)).first()
        overtaken = loaded and in_force is not None and (in_force.decided, in_force.decision_id) > (row["decided"], row["decision_id"])
        if in_force is not None and not loaded:
            # A clock that was set back must not make today's decision the older one.
            row = {**row, "decided": max(row["decided"], in_force.decided + timedelta(microseconds=1))}
        if not overtaken:
            connection.execute(update(_DECISION).where(*same_subject).values(superseded=self.clock()))
        superseded = self.clock() if overtaken else None
        insert_rows(connection, Decision, [{**row, "municipality": municipality, "superseded": superseded}])

    def withdraw_decision(self, municipality: str, decision_id: str, by: str, why: str | None = None) -> bool:
        """Put a decision out of force, and record who did so and why. False when it is not in force any more. Nothing is deleted."""
        with self.write() as connection:
            this_decision = (
                _DECISION.c.municipality == municipality,
                _DECISION.c.decision_id == decision_id,
                _DECISION.c.superseded.is_(None),
            )
            if not connection.execute(update(_DECISION).where(*this_decision).values(superseded=self.clock())).rowcount:
                return False
            row = dict.fromkeys(DECISIONS) | {
                "decision_id": uuid.uuid4().hex,
                "kind": "withdrawal",
                "subject": decision_id,
                "verdict": "withdrawn",
                "decided_by": by,
                "decided": self.clock(),
                "note": why,
            }
            insert_rows(connection, Decision, [{**row, "municipality": municipality, "superseded": None}])
            return True

    def dump_decisions(self, municipality: str) -> list[str]:
        """The decisions in force as lines of JSON, one a line, to be kept in version control or moved."""
        lines = []
        for row in self.decisions(municipality).iter_rows(named=True):
            fields = {name: value for name, value in row.items() if value is not None}
            lines.append(json.dumps({**fields, "decided": row["decided"].isoformat()}, ensure_ascii=False, sort_keys=True))
        return lines

    def load_decisions(self, municipality: str, lines: Iterable[str]) -> int:
        """Store lines that dump_decisions wrote, without those that are stored already. Returns how many were new.

        Raises LedgerError with the line's number when a line is no decision; nothing is stored then.
        """
        rows = [_parse(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
        known = set(self.decisions(municipality, include_superseded=True)["decision_id"])
        new = [row for row in rows if row["decision_id"] not in known]
        with self.write() as connection:
            for row in sorted(new, key=lambda row: (row["decided"], row["decision_id"])):
                self._append(connection, municipality, row, loaded=True)
        return len(new)


def _parse(number: int, line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
        unknown = set(fields) - set(DECISIONS)
        if unknown:
            raise ValueError(f"unknown key {sorted(unknown)[0]!r}")
        row: dict[str, Any] = {name: fields.get(name) for name in DECISIONS}
        row["decision_id"] = row["decision_id"] or uuid.uuid4().hex
        row["decided"] = datetime.fromisoformat(fields["decided"]).astimezone(UTC)
        for name in ("kind", "subject", "verdict", "decided_by"):
            if not row[name]:
                raise ValueError(f"{name} is missing")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LedgerError(f"Line {number} is no decision ({error}); write it as `kobosync decide --dump` does, and load again.") from error
    return row
