"""Asset checks: the check of a table's schema, and checks with one sentence."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
import polars as pl

SCHEMA = "schema"


def check_key(key: Sequence[str], name: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """Specification of a check whose result the asset's own step yields."""
    return dg.AssetCheckSpec(name=name, asset=dg.AssetKey(list(key)), description=description, blocking=blocking)


def schema_check_key(key: Sequence[str]) -> dg.AssetCheckSpec:
    """The check of a table's columns and types; when it fails the following steps do not run."""
    return check_key(key, SCHEMA, "The table has exactly its documented columns and types.", blocking=True)


def schema_result(key: Sequence[str], frame: pl.DataFrame, table: dict[str, pl.DataType], unique: str | None = None) -> dg.AssetCheckResult:
    """Result of the schema check: exactly that table's columns and types, and no repeated key. Its metadata has no values."""
    faults = _faults(frame, table, unique)
    return dg.AssetCheckResult(
        passed=not faults, check_name=SCHEMA, asset_key=dg.AssetKey(list(key)), metadata={"faults": faults[:20]} if faults else {}
    )


def _faults(frame: pl.DataFrame, table: dict[str, pl.DataType], unique: str | None) -> list[str]:
    # Not pandera, which reads the rows too: it took 10 ms a table, a tenth of a small night.
    present = dict(frame.schema)
    faults = [f"{name}: is missing" for name in table.keys() - present.keys()]
    faults += [f"{name}: is not documented" for name in present.keys() - table.keys()]
    faults += [f"{name}: {present[name]}, not {kind}" for name, kind in table.items() if name in present and present[name] != kind]
    if unique in present and frame.get_column(unique).is_duplicated().any():
        faults.append(f"{unique}: is not unique")
    return sorted(faults)


def result(key: Sequence[str], name: str, passed: bool, says: str = "", *, warn: bool = False) -> dg.AssetCheckResult:
    """Result of a check, with one sentence."""
    return dg.AssetCheckResult(
        passed=passed,
        check_name=name,
        asset_key=dg.AssetKey(list(key)),
        description=says or None,
        severity=dg.AssetCheckSeverity.WARN if warn else dg.AssetCheckSeverity.ERROR,
    )
