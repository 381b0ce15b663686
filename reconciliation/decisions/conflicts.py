"""What people decided about conflicts, applied to tonight's plan: Kobo's value is kept, or the entry is replaced.

A conflict is settled when every protected field that differs from Kobo is decided on tonight's evidence. A field whose value in Kobo is
kept is no difference any more; when a field is to be replaced, the entry is deleted and created again with the kept values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from kobo_client.contract import PROTECTED
from reconciliation.decisions.field_evidence import by_source, evidence_of_absence, evidence_of_conflict, field_decisions, stated_by_sources
from reconciliation.model.decision_evidence import same_evidence
from reconciliation.model.known_decisions import DecisionKind, Decisions
from reconciliation.model.plan_actions import CHANGED_IN_KOBO, MADE_AGAIN, REPLACE_DECIDED, replaces
from reconciliation.model.register_rows import SENT
from reconciliation.model.tables import DWELLINGS, PLAN_ITEMS
from reconciliation.model.words import DwellingClass

DELETED = "deleted_in_kobo"
KEPT = "kept"
_PROTECTED = frozenset(field.name for field in PROTECTED)


@dataclass(frozen=True, slots=True)
class _Conflict:
    """One item with both its sides. open: protected fields that differ and are not decided on tonight's evidence."""

    item: dict[str, Any]
    ours: Mapping[str, Any]
    theirs: Mapping[str, Any]
    decided: dict[str, dict[str, Any]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)


def settle_conflicts(
    items: pl.DataFrame,
    decisions: Decisions | pl.DataFrame | None,
    dwellings: pl.DataFrame,
    register_rows: pl.DataFrame,
    lineage: pl.DataFrame | None,
) -> pl.DataFrame:
    """items: PLAN_ITEMS. Returns them with the decided conflicts settled, the others unchanged."""
    made = field_decisions(decisions)
    named = sorted({str(subject) for subject, _ in made})
    if not named:
        return items
    asked = (pl.col("class") == DwellingClass.CONFLICT.value) | (pl.col("reason") == DELETED)
    affected = items.filter(asked & pl.col("leverandor_bolig_id").is_in(named))
    if affected.is_empty():
        return items
    ours = _by(dwellings, "leverandor_bolig_id", affected)
    theirs = _by(register_rows, "kobo_id", affected)
    source_values = by_source(lineage)
    settled = []
    for item in affected.iter_rows(named=True):
        dwelling, entry = ours[item["leverandor_bolig_id"]], theirs.get(item["kobo_id"], {})
        settled.append(
            _absent(item, made) if item["reason"] == DELETED else _settled(_conflict(item, dwelling, entry, source_values, made))
        )
    rest = items.join(affected.select("leverandor_bolig_id"), on="leverandor_bolig_id", how="anti", nulls_equal=False)
    return pl.concat([rest, pl.DataFrame(settled, schema=PLAN_ITEMS, orient="row")])


def as_sent(items: pl.DataFrame, dwellings: pl.DataFrame, register_rows: pl.DataFrame | None) -> pl.DataFrame:
    """dwellings (DWELLINGS) as they are sent: in replacements with Kobo's value where ours is blank and where Kobo's is kept."""
    replaced = items.filter(replaces())
    if replaced.is_empty() or register_rows is None:
        return dwellings
    ours, theirs = _by(dwellings, "leverandor_bolig_id", replaced), _by(register_rows, "kobo_id", replaced)
    rows = []
    for item in replaced.iter_rows(named=True):
        dwelling, entry = ours[item["leverandor_bolig_id"]], theirs.get(item["kobo_id"], {})
        filled = {name: entry.get(name) for name in SENT if name in DWELLINGS and dwelling.get(name) in (None, "")}
        changed = {change["field"]: _typed(change["field"], change["new"]) for change in json.loads(item["changes"])}
        rows.append({**dwelling, **filled, **changed})
    others = dwellings.join(replaced.select("leverandor_bolig_id"), on="leverandor_bolig_id", how="anti")
    return pl.concat([others, pl.DataFrame(rows, schema=DWELLINGS, orient="row")]).sort("leverandor_bolig_id")


def _typed(field: str, value: Any) -> Any:
    """A value from JSON in the table's type."""
    return date.fromisoformat(value) if value and DWELLINGS[field] == pl.Date() else value


def disputed_fields(item: Mapping[str, Any]) -> list[str]:
    """Protected fields on which our sources disagree, or on which we and Kobo do. Sorted."""
    differing = [change["field"] for change in json.loads(item["changes"] or "[]") if change["field"] in _PROTECTED]
    disagreeing = json.loads(item["details"] or "{}").get("fields") or [] if item["reason"] == "sources_disagree" else []
    return sorted({*differing, *(name for name in disagreeing if name in _PROTECTED)})


def _conflict(
    item: dict[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    source_values: Mapping[tuple[str, str], Mapping[str, Any]],
    made: Mapping[tuple[str, str | None], dict[str, Any]],
) -> _Conflict:
    conflict = _Conflict(item, ours, theirs)
    for name in disputed_fields(item):
        decision = made.get((item["leverandor_bolig_id"], name))
        evidence = evidence_of_conflict(name, stated_by_sources(ours, name, source_values), item["kobo_id"], theirs.get(name))
        # Without an entry in Kobo there is nothing to keep or to replace: a person chooses between the sources.
        if decision and item["kobo_id"] and same_evidence(decision["evidence"], evidence):
            conflict.decided[name] = decision
        else:
            conflict.open.append(name)
    return conflict


def _settled(conflict: _Conflict) -> dict[str, Any]:
    item, decided = conflict.item, conflict.decided
    if not decided:
        return item
    kept = {name for name, decision in decided.items() if decision["kind"] == DecisionKind.KEEP}
    changes = [change for change in json.loads(item["changes"]) if change["field"] not in kept]
    details = {**json.loads(item["details"] or "{}"), "decided": _decisions_for_reports(decided)}
    if conflict.open:
        return {**item, "changes": _json(changes), "details": _json({**details, "fields": conflict.open})}
    if len(kept) < len(decided):
        if details.get("asked"):
            # The new entry would have our values, so edits in the old one must be settled first.
            fields = [asked["field"] for asked in details["asked"]]
            return {**item, "reason": CHANGED_IN_KOBO, "details": _json({**details, "fields": fields})}
        kept |= {str(change["field"]) for change in details.get("kept", [])}
        unchanged = [{"field": name, "old": conflict.theirs.get(name), "new": conflict.theirs.get(name), "source": "kobo"} for name in kept]
        changes = sorted([*changes, *unchanged], key=lambda change: str(change["field"]))
        return {**item, "changes": _json(changes), "reason": REPLACE_DECIDED, "details": _json({**details, "fields": sorted(decided)})}
    if changes:
        settled_as = {"class": DwellingClass.UPDATE.value, "changes": _json(changes), "reason": "fields_differ"}
        return {**item, **settled_as, "details": _json({**details, "fields": [change["field"] for change in changes]})}
    if details.get("asked"):
        settled_as = {"class": DwellingClass.CONFLICT.value, "changes": "[]", "reason": CHANGED_IN_KOBO}
        return {**item, **settled_as, "details": _json({**details, "fields": [asked["field"] for asked in details["asked"]]})}
    settled_as = {"class": DwellingClass.IN_SYNC.value, "changes": "[]", "reason": KEPT}
    return {**item, **settled_as, "details": _json({"fields": sorted(kept), "decided": details["decided"]})}


def _absent(item: dict[str, Any], made: Mapping[tuple[str, str | None], dict[str, Any]]) -> dict[str, Any]:
    """A dwelling whose entry was deleted in Kobo: by a person's decision it is created again, or the deletion is accepted."""
    decision = made.get((item["leverandor_bolig_id"], None))
    if not decision or decision["evidence"] not in (None, evidence_of_absence(item["kobo_id"])):
        return item
    details = _json({**json.loads(item["details"] or "{}"), "decided": _decisions_for_reports({"": decision})})
    if decision["kind"] == DecisionKind.KEEP:
        return {**item, "details": details}
    return {**item, "class": DwellingClass.CONFLICT.value, "changes": "[]", "reason": MADE_AGAIN, "details": details}


def _decisions_for_reports(decided: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Who decided what and when, for the reports."""
    return [
        {"field": name or None, "verdict": decision["kind"], "by": decision["who"], "date": decision["decided_at"].date().isoformat()}
        for name, decision in sorted(decided.items())
    ]


def _by(frame: pl.DataFrame, column: str, items: pl.DataFrame) -> dict[str, dict[str, Any]]:
    wanted = items.select(column).drop_nulls().unique()
    return {row[column]: row for row in frame.join(wanted, on=column, how="semi").iter_rows(named=True)}


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, default=str)
