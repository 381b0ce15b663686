"""The inverse of a run as a plan: its updates are reverted, and dwellings that it retired are created again."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from reconciliation.ledger import Ledger, LedgerError, Write
from reconciliation.model.municipality import Municipality
from reconciliation.model.plan_actions import FILE, REPLACE
from reconciliation.model.reasons import english
from reconciliation.model.tables import CONTENT, DWELLINGS, PLAN_ITEMS
from reconciliation.model.words import DwellingClass
from reconciliation.plan.guards import creation_limit, refusal, update_limit
from reconciliation.plan.parts import EXAMPLES, Part
from reconciliation.plan.planning import Plan, digest_of

CANNOT: dict[str, Any] = {
    "leverandor_bolig_id": pl.String(),
    "kobo_id": pl.String(),
    "verb": pl.String(),
    "why": pl.String(),  # English, for operators
}

UNDO = "undo"
"""The apply mode that the ledger stores for an undo, which is no night."""


@dataclass(frozen=True, slots=True)
class Inverse:
    """items: PLAN_ITEMS, none held. desired: DWELLINGS, the rows that creates are made from.
    cannot: CANNOT, the run's writes that cannot be undone."""

    items: pl.DataFrame
    desired: pl.DataFrame
    cannot: pl.DataFrame


def plan_inverse(ledger: Ledger, municipality: str, run_id: str) -> Inverse:
    """Plan to undo the updates and retirements that `run_id` made. Changes nothing.

    An entry that has changed again since is left alone by the apply, since the old values are not there.
    The sources still have the values that led to the run: correct them first, or the next night makes the same changes again.
    Raises LedgerError when the municipality has no such run.
    """
    if run_id not in set(ledger.runs(municipality)["run_id"]):
        raise LedgerError(f"{municipality} has no run {run_id}; `kobosync runs` lists them.")
    linked = dict(ledger.links(municipality).select("leverandor_bolig_id", "kobo_id").iter_rows())
    items: list[dict[str, Any]] = []
    desired: list[dict[str, Any]] = []
    cannot: list[tuple[str, str | None, str, str]] = []
    for write in ledger.writes_done(run_id):
        why = _hindrance(write, linked)
        if why:
            cannot.append((write.leverandor_bolig_id, write.kobo_id, write.verb, why))
            continue
        if write.verb == "DELETE":
            items.append(_item(DwellingClass.CREATE, write, "[]", run_id))
            desired.append(_dwelling(write))
            continue
        blank = sorted(change["field"] for change in json.loads(write.changes) if change["old"] is None)
        if blank:
            why = f"Blank before, and a blank is never written: {', '.join(blank)}."
            cannot.append((write.leverandor_bolig_id, write.kobo_id, write.verb, why))
        back = _reversed(write)
        if back != "[]":
            items.append(_item(DwellingClass.UPDATE, write, back, run_id))
    return Inverse(
        pl.DataFrame(items, schema=PLAN_ITEMS).sort("class", "leverandor_bolig_id", "kobo_id"),
        pl.DataFrame(desired, schema=DWELLINGS).sort("leverandor_bolig_id"),
        pl.DataFrame(cannot, schema=CANNOT, orient="row").sort("leverandor_bolig_id", "verb"),
    )


def as_plan(inverse: Inverse, ledger: Ledger, municipality: Municipality) -> Plan:
    """The inverse as a plan with a digest and the guards of any other plan. Its refusals name no command: it is shown with one."""
    digest = digest_of(inverse.items, inverse.desired)
    by_class = dict(inverse.items.group_by("class").len().iter_rows())
    counts = {kind.value: int(by_class.get(kind.value, 0)) for kind in DwellingClass}
    linked = ledger.links(municipality.slug).height
    limits = (
        (counts["create"], creation_limit(linked, municipality.guards)),
        (counts["update"], update_limit(linked, municipality.guards)),
    )
    broken = [limit.broken_by(number) for number, limit in limits if number > limit.most]
    refused = tuple(replace(refusal(code, details, "", UNDO), message=english(code, details)) for code, details in broken)
    ids = inverse.items.get_column("leverandor_bolig_id").drop_nulls().head(EXAMPLES).to_list()
    part = Part(UNDO, digest, inverse.items.height, tuple(ids), refused)
    return Plan(inverse.items, digest, counts, (part,), "complete")


def _hindrance(write: Write, linked: dict[str, str]) -> str | None:
    ours = write.leverandor_bolig_id
    if write.verb in ("POST", FILE):
        return "It was created. Take it out of its source, or mark it there as not let; then it is retired behind the guards."
    if write.verb == REPLACE:
        return "A person had it replaced; the new entry stays. Decide anew (`kobosync decide`) to have it replaced once more."
    if write.verb == "PUT":
        if linked.get(ours) != write.kobo_id:
            return "It is no longer linked to that entry: it was retired or linked anew since."
        return None if json.loads(write.changes) else "Nothing but our id was written, and that is never taken away."
    if ours in linked:
        return "It is in the register again already."
    return None if json.loads(write.changes) else "The entry was gone before this run came to it, so what it held is not known."


def _reversed(write: Write) -> str:
    changes = [
        {"field": change["field"], "old": change["new"], "new": change["old"], "source": "undo"}
        for change in json.loads(write.changes)
        if change["old"] is not None
    ]
    return json.dumps(sorted(changes, key=lambda change: str(change["field"])), ensure_ascii=False)


def _item(kind: DwellingClass, write: Write, changes: str, run_id: str) -> dict[str, Any]:
    return {
        "class": kind.value,
        "leverandor_bolig_id": write.leverandor_bolig_id,
        "kobo_id": write.kobo_id if kind is DwellingClass.UPDATE else None,
        "changes": changes,
        "match_key": "link" if kind is DwellingClass.UPDATE else None,
        "reason": "undo",
        "details": json.dumps({"run_id": run_id}),
        "held": None,
    }


def _dwelling(write: Write) -> dict[str, Any]:
    old_values = {change["field"]: change["old"] for change in json.loads(write.changes)}
    return {
        "leverandor_bolig_id": write.leverandor_bolig_id,
        **{name: old_values[name] for name in CONTENT if name in old_values},
        "sources": ["undo"],
    }
