"""Rows without a unit number that may be an older copy of another row of their list: answers to the question for the number."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.place import with_place

_NUMBER = ("kommunenummer", "nummer", "bokstav")
_COMPARED = ("bruksareal", "manedsleie", "antall_soverom", "etasjenummer", "seksjonsnummer", "ekstra_referanse", "boligtype")
_LOOKED_AT = ("leverandor_bolig_id", "sources", "_address", *_COMPARED)
MOST = 5
"""Rows named for one; identical flats of a block are many."""


def copies_offered(asked: pl.DataFrame, dwellings: pl.DataFrame) -> pl.DataFrame:
    """asked: DWELLINGS that are asked about. (leverandor_bolig_id, other), those with the same or nearly the same rent first: `other` has a
    row of its one list, and a unit number; the area is the same, or where it is unknown the rent; nothing else but the rent differs."""
    lacking = with_place(asked.filter(pl.col("bruksenhetsnummer").is_null() & (pl.col("sources").list.len() == 1))).select(_LOOKED_AT)
    if lacking.is_empty():
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "other": pl.String()})
    # Only those with the house number are placed: folding every street would cost more than all else.
    near = dwellings.filter(pl.col("bruksenhetsnummer").is_not_null()).join(asked, on=_NUMBER, how="semi", nulls_equal=True)
    numbered = with_place(near).select(_LOOKED_AT).rename({"leverandor_bolig_id": "other"})
    pairs = lacking.join(numbered, on="_address", suffix="_there")
    equal = {name: pl.col(name) == pl.col(f"{name}_there") for name in _COMPARED}
    one_list = pl.col("sources").list.set_intersection("sources_there").list.len() > 0
    nothing_differs = pl.all_horizontal(equal[name].fill_null(value=True) for name in _COMPARED if name != "manedsleie")
    measured = pl.coalesce(equal["bruksareal"], equal["manedsleie"]).fill_null(value=False)
    rents = (pl.col("manedsleie") - pl.col("manedsleie_there")).abs()
    likely = pairs.filter(one_list & nothing_differs & measured).sort("leverandor_bolig_id", rents, "other", nulls_last=True)
    return likely.group_by("leverandor_bolig_id", maintain_order=True).head(MOST).select("leverandor_bolig_id", "other")
