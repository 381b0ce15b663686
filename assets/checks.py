"""Asset checks with one sentence. That a table has its columns is checked by its Dagster type (table_types.py)."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg


def check_key(key: Sequence[str], name: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """Specification of a check whose result the asset's own step yields."""
    return dg.AssetCheckSpec(name=name, asset=dg.AssetKey(list(key)), description=description, blocking=blocking)


def result(key: Sequence[str], name: str, passed: bool, says: str = "", *, warn: bool = False) -> dg.AssetCheckResult:
    """Result of a check, with one sentence."""
    return dg.AssetCheckResult(
        passed=passed,
        check_name=name,
        asset_key=dg.AssetKey(list(key)),
        description=says or None,
        severity=dg.AssetCheckSeverity.WARN if warn else dg.AssetCheckSeverity.ERROR,
    )
