"""The rejected rows of the last night as the review desk shows them, with their place and deviations."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import polars as pl

from assets.answer_assets import REJECTED
from assets.stored_table import Table
from desk.night_view import RejectedRow, RowFault, SourcePlace
from reconciliation.addresses import folded
from reconciliation.decisions.unit_offers import units_offered
from reconciliation.model.shielding import is_shielded
from reconciliation.model.words import Severity

_PLACE = ["source", "file", "sheet", "row"]


def rejected_in(made: Mapping[str, Table]) -> tuple[RejectedRow, ...]:
    """made: the tables of one night. Sorted by source, file, sheet and row; none while a table is missing."""
    if not {REJECTED, "deviations", "dwellings"} <= set(made):
        return ()
    rows = made[REJECTED].frame
    if rows.is_empty():
        return ()
    marked = _marked(rows, made["dwellings"].frame)
    deviations = made["deviations"].frame
    units = units_offered(deviations, set(marked.select(pl.concat_str("source", pl.lit(":"), "source_key")).to_series().drop_nulls()))
    errors = deviations.filter(pl.col("severity") == Severity.ERROR.value)
    errors = errors.with_columns(value=pl.when(pl.col("at_file").is_not_null()).then("cell").otherwise("value"))
    faults: dict[tuple[Any, ...], list[RowFault]] = {}
    for row in errors.select(*_PLACE, "rule", "column", "value", "message").iter_rows(named=True):
        headings = tuple(heading for heading in (row["column"] or "").split(", ") if heading)
        faults.setdefault(_at(row), []).append(RowFault(row["rule"], headings, row["value"], row["message"]))
    return tuple(
        _row(row, faults.get(_at(row), ()), units.get(f"{row['source']}:{row['source_key']}", ()))
        for row in marked.sort(*_PLACE, nulls_last=True).iter_rows(named=True)
    )


def _at(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _PLACE)


def _marked(rows: pl.DataFrame, dwellings: pl.DataFrame) -> pl.DataFrame:
    """rows (SOURCE_ROWS) with `same_key`, and `secret`: of a shielded dwelling, or in a house where one is: rules name both."""
    shielded = dwellings.filter(is_shielded())
    keys = shielded.select(key="source_keys").explode("key").drop_nulls().get_column("key")
    house = pl.concat_str(folded("adressenavn"), pl.lit("|"), pl.col("nummer").cast(pl.String))
    houses = pl.concat([shielded.select(house=house), rows.filter(is_shielded()).select(house=house)]).drop_nulls().get_column("house")
    known = pl.concat_str("source", pl.lit(":"), "source_key")
    hidden = pl.any_horizontal(
        is_shielded(), known.is_in(keys.implode()).fill_null(value=False), house.is_in(houses.implode()).fill_null(value=False)
    )
    return rows.with_columns(secret=hidden, same_key=pl.len().over("source", "source_key"))


def _row(row: Mapping[str, Any], faults: Sequence[RowFault], units: Sequence[str]) -> RejectedRow:
    file = row["file"] and PurePath(row["file"]).name
    return RejectedRow(
        id=hashlib.sha256("\x1f".join(str(part or "") for part in _at(row)).encode()).hexdigest()[:12],
        source=row["source"],
        key=row["source_key"] if row["same_key"] == 1 else None,
        owner=row["owner"],
        secret=row["secret"],
        place=SourcePlace(row["source"], file, row["sheet"], row["row"], None if row["secret"] else row["source_key"]),
        faults=tuple(faults),
        units=tuple(units),
    )
