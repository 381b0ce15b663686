"""The values that both sides agree on tonight: the base with which later nights tell which side has changed.

A night on which no value changed changes no base, and writes nothing to the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from reconciliation.ledger import BASES
from reconciliation.model.kobo_change_policy import THREE_WAY
from reconciliation.plan.three_way import same


def as_base(register_rows: pl.DataFrame) -> pl.DataFrame:
    """(kobo_id, theirs): each entry's values of the fields that have a base, as JSON in the ledger's form."""
    return register_rows.select("kobo_id", theirs=pl.struct(THREE_WAY).struct.json_encode())


def agreed_tonight(
    dwellings: pl.DataFrame, linked: pl.DataFrame, register_rows: pl.DataFrame, bases: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """The bases that differ from those in the ledger. Shape: BASES.

    linked: (leverandor_bolig_id, kobo_id) of the active links. A value that both sides have becomes the base. Where they differ the base
    stays, and Kobo's value, changed there or never agreed on, is added to `moved` with the night on which it was first seen.
    """
    sides = linked.join(as_base(register_rows), on="kobo_id", how="inner").join(bases.drop("leverandor_bolig_id"), on="kobo_id", how="left")
    moved = sides.filter(pl.col("agreed").is_null() | (pl.col("agreed") != pl.col("theirs")) | (pl.col("moved") != "{}"))
    joined = moved.join(dwellings.select("leverandor_bolig_id", *THREE_WAY), on="leverandor_bolig_id", how="inner")
    rows = [row for item in joined.iter_rows(named=True) if (row := _base_of(item, as_of)) is not None]
    return pl.DataFrame(rows, schema=BASES, orient="row")


def _base_of(row: Mapping[str, Any], as_of: date) -> tuple[str, str, str, str] | None:
    theirs, before = json.loads(row["theirs"]), json.loads(row["agreed"] or "{}")
    noted = json.loads(row["moved"] or "{}")
    agreed: dict[str, Any] = {}
    moved: dict[str, Any] = {}
    for field in THREE_WAY:
        ours, their = row[field], theirs[field]
        silent = ours in (None, "")
        if (not silent and same(ours, their)) or (silent and field not in before):
            agreed[field] = their
        elif field in before:
            agreed[field] = before[field]
        if field not in agreed or (field in before and not same(agreed[field], their)):
            known = noted.get(field)
            moved[field] = known if known and same(known["value"], their) else {"value": their, "seen": as_of.isoformat()}
    if row["agreed"] is not None and agreed == before and moved == noted:
        return None
    return row["kobo_id"], row["leverandor_bolig_id"], _json(agreed), _json(moved)


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
