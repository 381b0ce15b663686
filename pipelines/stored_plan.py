"""The last night's plan as the review desk shows it: part by part, with what was applied and what somebody has approved since."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from assets.stored_table import Table
from desk.night_view import PlanExample, PlanPart
from reconciliation.model.shielding import shielded_ids
from reconciliation.plan.part_approvals import PartApproval

EXAMPLES = 10
"""Dwellings of a part that are shown."""


def plan_parts(plan: Table, outcomes: Table | None, dwellings: pl.DataFrame) -> tuple[PlanPart, ...]:
    """The plan's parts, without approvals. plan: PLAN_ITEMS with its facts. outcomes: ignored when they are another night's.
    dwellings: DWELLINGS."""
    applied = outcomes.facts.get("parts", ()) if outcomes is not None and outcomes.made_by == plan.made_by else ()
    refusals: dict[str, list[str]] = {}
    for refusal in plan.facts["refusals"]:
        refusals.setdefault(refusal["part"], []).append(refusal["melding"])
    shielded, owners = frozenset(shielded_ids(dwellings)), dict(dwellings.select("leverandor_bolig_id", "owner").iter_rows())
    return tuple(
        _part(part, plan.frame, tuple(refusals.get(part["name"], ())), part["name"] in applied, shielded, owners)
        for part in plan.facts["parts"]
    )


def _part(
    part: Mapping[str, Any],
    items: pl.DataFrame,
    refusals: tuple[str, ...],
    applied: bool,
    shielded: Container[str],
    owners: Mapping[str, str],
) -> PlanPart:
    action, _, source = part["name"].partition("/")
    first = items.filter(pl.col("part") == part["name"]).sort("leverandor_bolig_id").head(EXAMPLES)
    return PlanPart(
        digest=part["digest"],
        action=action,
        source=source,
        changes=part["changes"],
        refusals=refusals,
        applied=applied,
        examples=tuple(
            PlanExample(ours, owners.get(ours), ours in shielded, tuple(change["field"] for change in json.loads(changes)))
            for ours, changes in first.select("leverandor_bolig_id", "changes").iter_rows()
            if ours is not None
        ),
    )


def with_approvals(parts: Iterable[PlanPart], approvals: Mapping[str, PartApproval]) -> tuple[PlanPart, ...]:
    """The parts with the approvals in force. approvals: by digest."""
    approved_parts = []
    for part in parts:
        made = approvals.get(part.digest)
        approved_parts.append(replace(part, approved=(made.by, made.decided), approval=made.decision_id) if made else part)
    return tuple(approved_parts)
