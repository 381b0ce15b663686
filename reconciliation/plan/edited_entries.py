"""Entries that are to be deleted and that somebody has edited in Kobo since both sides last agreed on their values.

An edited entry is deleted only by a person's decision (law 13): the edit may show that somebody lives there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from kobo_client.export_file import as_exported
from kobo_client.import_columns import IMPORTABLE
from reconciliation.decisions.field_evidence import evidence_of_removal, field_decisions
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.kobo_change_policy import THREE_WAY, Policy
from reconciliation.model.plan_actions import EDITED_IN_KOBO, STAYS_IN_KOBO
from reconciliation.plan.agreed_values import as_base
from reconciliation.plan.moved_fields import agreed_by_entry
from reconciliation.plan.three_way import same

EDITED: dict[str, pl.DataType] = {
    "kobo_id": pl.String(),
    "edited": pl.List(pl.Struct({"field": pl.String(), "base": pl.String(), "theirs": pl.String()})),  # values as JSON
    "waits": pl.String(),  # EDITED_IN_KOBO or STAYS_IN_KOBO; null when a person decided that it is deleted
}


def edited_entries(
    gone: pl.DataFrame,
    register_rows: pl.DataFrame,
    bases: pl.DataFrame,
    decisions: pl.DataFrame,
    policies: Mapping[str, Policy],
    *,
    exported: bool = False,
) -> pl.DataFrame:
    """The edited ones among entries to delete (gone: leverandor_bolig_id, kobo_id). Shape: EDITED.

    bases: BASES. decisions: DECISIONS in force. policies: field -> policy of the municipality's file; changes of a field with policy
    `source` do not count, nor do fields without a known base (from an older ledger). exported: register_rows are from an exported
    file; what it cannot hold is not edited.
    """
    entry_values = as_base(register_rows.join(gone, on="kobo_id", how="semi"))
    agreed = agreed_by_entry(bases, entry_values.get_column("kobo_id"))
    ours = dict(gone.select("kobo_id", "leverandor_bolig_id").iter_rows())
    made = field_decisions(decisions)
    rows = []
    for kobo_id, theirs in entry_values.iter_rows():
        base = agreed[kobo_id].base if kobo_id in agreed else {}
        if exported:
            base = _as_exported(base)
        edits = _edits(base, json.loads(theirs), policies)
        if edits:
            rows.append((kobo_id, edits, _waits(kobo_id, edits, made.get((ours[kobo_id], None)))))
    return pl.DataFrame(rows, schema=EDITED, orient="row")


def _as_exported(base: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in base.items() if value is not None}
    shown = as_exported(pl.DataFrame([known])).row(0, named=True) if known else {}
    return {name: shown.get(name) for name in base if name in IMPORTABLE}


def _edits(base: Mapping[str, Any], theirs: Mapping[str, Any], policies: Mapping[str, Policy]) -> list[dict[str, str]]:
    return [
        {"field": name, "base": json.dumps(base[name], ensure_ascii=False), "theirs": json.dumps(theirs[name], ensure_ascii=False)}
        for name in THREE_WAY
        if name in base and policies.get(name) != "source" and not same(base[name], theirs[name])
    ]


def _waits(kobo_id: str, edits: list[dict[str, str]], decision: Mapping[str, Any] | None) -> str | None:
    if decision is None or decision["evidence"] not in (None, evidence_of_removal(kobo_id, edits)):
        return EDITED_IN_KOBO
    return {DecisionKind.REMOVE.value: None, DecisionKind.KEEP.value: STAYS_IN_KOBO}.get(decision["kind"], EDITED_IN_KOBO)
