"""Plan items and dwellings in one line each."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from reconciliation.model.tables import DWELLINGS, PLAN_ITEMS


def dwellings(*ours: str, **fields: Any) -> pl.DataFrame:
    """Dwellings with these ids, each at an address of its own."""
    rows = [
        {
            "leverandor_bolig_id": dwelling_id,
            "kommunenummer": "9901",
            "adressenavn": f"Fjordveien {dwelling_id}",
            "nummer": 1,
            "postnummer": "9990",
            "bruksenhetsnummer": "H0101",
            "boligtype": "OMSORGSBOLIG",
            "bruksareal": 50.0,
            **fields,
        }
        for dwelling_id in ours
    ]
    return pl.DataFrame(rows, schema=DWELLINGS)


def create(*ours: str, guard: str | None = None) -> list[dict[str, Any]]:
    return [{"class": "create", "leverandor_bolig_id": dwelling_id, "changes": "[]", "held": guard} for dwelling_id in ours]


def update(ours: str, kobo_id: str, **changes: tuple[Any, Any]) -> dict[str, Any]:
    """changes: field -> (old, new)."""
    sorted_changes = [{"field": name, "old": old, "new": new, "source": "facilit"} for name, (old, new) in sorted(changes.items())]
    return {"class": "update", "leverandor_bolig_id": ours, "kobo_id": kobo_id, "changes": json.dumps(sorted_changes)}


def retire(ours: str, kobo_id: str) -> dict[str, Any]:
    return {"class": "retire", "leverandor_bolig_id": ours, "kobo_id": kobo_id, "changes": "[]"}


def plan(*items: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(items), schema=PLAN_ITEMS)
