"""Rows of the two sources of the merging tests, and the dwellings that they become."""

from __future__ import annotations

from typing import Any

import polars as pl

from reconciliation.merge import merge
from reconciliation.model.known_decisions import DECISION_COLUMNS
from tests.strategies import municipality, none_known, standing_rows

HOUSE = municipality()


def dwellings(*rows: dict[str, Any], known: pl.DataFrame | None = None, decided: pl.DataFrame | None = None) -> dict[str, dict[str, Any]]:
    """ "source:key" -> its dwelling."""
    merged = merge(standing_rows(*rows), none_known() if known is None else known, decided, HOUSE).dwellings
    return {key: row for row in merged.iter_rows(named=True) for key in row["source_keys"]}


def fdv(key: str = "1", **values: Any) -> dict[str, Any]:
    return {"source": "fdv", "source_key": key, **values}


def eiendom(key: str = "1", **values: Any) -> dict[str, Any]:
    return {"source": "eiendom", "source_key": key, **values}


def decision(kind: str, left: str, right: str | None = None, **more: Any) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(DECISION_COLUMNS), "kind": kind, "left": left, "right": right, **more}], schema=DECISION_COLUMNS)
