"""Asset checks made from tables: one factory for schemas, one line each for the rest."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
import pandera.polars as pa
import polars as pl

SCHEMA = "schema"


def check_key(key: Sequence[str], name: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """A check that the asset itself answers while its table is at hand."""
    return dg.AssetCheckSpec(name=name, asset=dg.AssetKey(list(key)), description=description, blocking=blocking)


def schema_check_key(key: Sequence[str]) -> dg.AssetCheckSpec:
    return check_key(key, SCHEMA, "The table has exactly its documented columns and types.", blocking=True)


def schema_result(key: Sequence[str], frame: pl.DataFrame, table: dict[str, pl.DataType], unique: str | None = None) -> dg.AssetCheckResult:
    """Does the frame have exactly that table's columns and types, and no repeated key? Values never reach the metadata."""
    columns = {name: pa.Column(kind, nullable=True, unique=name == unique) for name, kind in table.items()}
    try:
        pa.DataFrameSchema(columns, strict=True).validate(frame, lazy=True)
        faults: list[str] = []
    except pa.errors.SchemaErrors as error:
        faults = sorted({f"{case['column']}: {case['check']}" for case in error.failure_cases.to_dicts()})
    return dg.AssetCheckResult(
        passed=not faults,
        check_name=SCHEMA,
        asset_key=dg.AssetKey(list(key)),
        metadata={"faults": faults[:20]} if faults else {},
    )


def result(key: Sequence[str], name: str, passed: bool, says: str = "", *, warn: bool = False) -> dg.AssetCheckResult:
    """Answer one check with one sentence."""
    return dg.AssetCheckResult(
        passed=passed,
        check_name=name,
        asset_key=dg.AssetKey(list(key)),
        description=says or None,
        severity=dg.AssetCheckSeverity.WARN if warn else dg.AssetCheckSeverity.ERROR,
    )
