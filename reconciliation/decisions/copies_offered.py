"""Rows without a unit number that may be an older copy of another row of their list: answers to the question for the number."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.place import with_place

_NUMBER = ("kommunenummer", "nummer", "bokstav")
_COMPARED = ("bruksareal", "manedsleie", "antall_soverom", "etasjenummer", "seksjonsnummer", "ekstra_referanse", "boligtype")
_LOOKED_AT = ("leverandor_bolig_id", "_address", "source_keys")
MOST = 5
"""Rows named for one; identical flats of a block are many."""


def copies_offered(asked: pl.DataFrame, dwellings: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """asked: DWELLINGS that are asked about. rows: STANDING_ROWS. (leverandor_bolig_id, other), those with the same or nearly the same rent
    first: `other` has a row of its one list, and a unit number; in the two rows the area is the same, or where it is unknown the rent;
    nothing else but the rent differs. What other lists say of `other` is no matter: a row is copied as its own list has it."""
    without = asked.filter(pl.col("bruksenhetsnummer").is_null() & (pl.col("sources").list.len() == 1))
    lacking = _rows_of(with_place(without), rows)
    if lacking.is_empty():
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "other": pl.String()})
    # Only those with the house number are placed: folding every street would cost more than all else.
    near = dwellings.filter(pl.col("bruksenhetsnummer").is_not_null()).join(without, on=_NUMBER, how="semi", nulls_equal=True)
    numbered = _rows_of(with_place(near), rows).rename({"leverandor_bolig_id": "other"})
    pairs = lacking.join(numbered, on=["_address", "source"], suffix="_there")
    equal = {name: pl.col(name) == pl.col(f"{name}_there") for name in _COMPARED}
    nothing_differs = pl.all_horizontal(equal[name].fill_null(value=True) for name in _COMPARED if name != "manedsleie")
    measured = pl.coalesce(equal["bruksareal"], equal["manedsleie"]).fill_null(value=False)
    rents = (pl.col("manedsleie") - pl.col("manedsleie_there")).abs()
    likely = pairs.filter(nothing_differs & measured).sort("leverandor_bolig_id", rents, "other", nulls_last=True)
    likely = likely.unique(["leverandor_bolig_id", "other"], keep="first", maintain_order=True)
    return likely.group_by("leverandor_bolig_id", maintain_order=True).head(MOST).select("leverandor_bolig_id", "other")


def _rows_of(dwellings: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, _address, source, _COMPARED) of each row of each dwelling. dwellings: with `_address`."""
    keys = dwellings.select(_LOOKED_AT).explode("source_keys").drop_nulls("source_keys")
    compared = rows.select("source", *_COMPARED, source_keys=pl.concat_str("source", pl.lit(":"), "source_key"))
    return keys.join(compared, on="source_keys").drop("source_keys")
