"""Dagster types of the stored tables: a step that makes another table than the documented one fails, and nothing goes on from it."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg
import polars as pl

from assets.stored_table import Table

TABLE_TYPE = dg.PythonObjectDagsterType(Table, name="Table")
"""Any stored table. What a step is given was checked when it was made."""


def table_type(name: str, columns: Mapping[str, pl.DataType], unique: str | None = None) -> dg.DagsterType:
    """A table of exactly those columns and types, in any order. unique: the column that repeats no value.

    What it says of another table names columns and types, never values."""

    def check(_context: object, value: object) -> dg.TypeCheck:
        if not isinstance(value, Table):
            return dg.TypeCheck(success=False, description=f"{type(value).__name__} is no stored table")
        faults = _faults(value.frame, columns, unique)
        return dg.TypeCheck(success=not faults, description="; ".join(faults[:20]) or None)

    return dg.DagsterType(check, name=name, description=f"A stored table of exactly these columns: {', '.join(columns)}.")


def _faults(frame: pl.DataFrame, columns: Mapping[str, pl.DataType], unique: str | None) -> list[str]:
    # Not pandera, which reads the rows too: it took 10 ms a table, a tenth of a small night.
    present = dict(frame.schema)
    faults = [f"{name}: is missing" for name in columns.keys() - present.keys()]
    faults += [f"{name}: is not documented" for name in present.keys() - columns.keys()]
    faults += [f"{name}: {present[name]}, not {kind}" for name, kind in columns.items() if name in present and present[name] != kind]
    if unique in present and frame.get_column(unique).is_duplicated().any():
        faults.append(f"{unique}: is not unique")
    return sorted(faults)
