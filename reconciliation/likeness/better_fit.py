"""Pairs that a key made although one of the two fits a neighbour better: a number typed wrong names the home next door.

Where every home of a house has its own partner, an exchange must make the whole house agree better before a pair is doubted;
where the neighbour has no partner, it is enough that the neighbour agrees in what the pair itself differs in.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.blocks import pairs_in_blocks
from reconciliation.likeness.comparison import compare_rows

KEYED = {"_at": pl.UInt32(), "_at_right": pl.UInt32()}
"""A pair by the numbers of its rows in the frame."""
DOUBTED = {**KEYED, "_other": pl.UInt32()}
"""Also the row that fits `_at` better than `_at_right` does; the two are of one side."""

_WEIGHTS: dict[str, dict[str, float]] = {
    "manedsleie": {"same": 2.0, "close": 0.5, "different": -1.0},
    "bruksareal": {"same": 1.0, "close": 0.5, "different": -1.0},
    "antall_soverom": {"same": 1.0, "different": -1.0},
    "seksjonsnummer": {"same": 2.0, "different": -2.0},
    "gardsnummer": {"same": 0.0, "different": -2.0},
}
"""Points of each measure for a pair; the numbers that name a home (house, unit, label) are left out."""
LEAST_GAIN = 0.5
"""How much better the neighbour fits, at least, and how much better the house agrees when the two change places."""


def better_elsewhere(rows: pl.DataFrame, keyed: pl.DataFrame) -> pl.DataFrame:
    """rows: prepared, of all sides, with `_side`. keyed: KEYED, rows of two sides that a key calls one, each pair once.

    DOUBTED, for either row of a pair that is doubted.
    """
    turned = keyed.select(_at="_at_right", _at_right="_at")
    both = pl.concat([keyed.select(list(KEYED)), turned]).unique()
    seen = _with_fit(both, rows)
    flawed = seen.filter("_flawed")
    if flawed.is_empty():
        return pl.DataFrame(schema=DOUBTED)
    others = _alternatives(rows, flawed)
    if others.is_empty():
        return pl.DataFrame(schema=DOUBTED)
    # The neighbour's own partner on the side of `_at`, and what the two would be worth if they changed places.
    side = rows.get_column("_side")
    partner = seen.select(_other="_at", _theirs="_at_right", _own="_fit").with_columns(
        _partner_side=side.gather(seen.get_column("_at_right"))
    )
    told = others.with_columns(_partner_side=side.gather(others.get_column("_at")))
    told = told.join(partner, on=["_other", "_partner_side"], how="left")
    exchanged = _with_fit(told.filter(pl.col("_theirs").is_not_null()).select(_at="_theirs", _at_right="_at_right").unique(), rows)
    told = told.join(exchanged.select(_theirs="_at", _at_right="_at_right", _exchanged="_fit"), on=["_theirs", "_at_right"], how="left")
    # On another parcel an area or a number of rooms is equal by chance too often.
    ends = told.get_column("_other"), told.get_column("_at_right")
    here = [(values.gather(ends[0]) == values.gather(ends[1])).fill_null(value=False) for values in (rows["_address"], rows["_ground"])]
    named = told.filter(here[0] | here[1] | told.get_column("_named_other"))
    gain = pl.col("_fit_other") - pl.col("_fit")
    lost = (pl.col("_own") - pl.col("_exchanged")).fill_null(0.0)
    return named.filter((gain >= LEAST_GAIN) & (gain - lost >= LEAST_GAIN)).select(list(DOUBTED)).unique()


def _alternatives(rows: pl.DataFrame, flawed: pl.DataFrame) -> pl.DataFrame:
    """`_at`, `_at_right`, `_fit` of the flawed pairs, `_other`: rows near `_at` on the other side, and how well they fit."""
    number = pl.int_range(pl.len()).cast(pl.String())
    named = rows.with_columns(leverandor_bolig_id=number, kobo_id=number)
    asked = flawed.select("_at").unique().sort("_at")
    near = pairs_in_blocks(named, named[asked.get_column("_at")])
    near = near.select(_other="_at", _at=asked.get_column("_at").gather(near.get_column("_at_right")))
    side = rows.get_column("_side")
    near = near.with_columns(_other_side=side.gather(near.get_column("_other")))
    pairs = flawed.select("_at", "_at_right", "_fit").with_columns(_other_side=side.gather(flawed.get_column("_at_right")))
    met = pairs.join(near, on=["_at", "_other_side"]).filter(pl.col("_other") != pl.col("_at_right"))
    if met.is_empty():
        return met
    fits = _with_fit(met.select("_at", _at_right="_other").unique(), rows)
    return met.join(fits.select("_at", _other="_at_right", _fit_other="_fit", _named_other="_named"), on=["_at", "_other"])


def _with_fit(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """KEYED with `_fit`: how well what was measured agrees; `_flawed`: something that was measured does not; `_named`: the rent or
    the section is equal."""
    seen = compare_rows(pairs, rows, rows)
    levels = {name: pl.col(f"_level_{name}").cast(pl.String()) for name in _WEIGHTS}
    fit = pl.sum_horizontal(levels[name].replace_strict(said, default=0.0, return_dtype=pl.Float64()) for name, said in _WEIGHTS.items())
    floors = pl.col("etasjenummer"), pl.col("etasjenummer_theirs")
    stated = floors[0].is_not_null() | floors[1].is_not_null()
    floor = pl.when(stated & (pl.col("_level_etasjenummer") == "different")).then(-1.0).otherwise(0.0)
    flawed = pl.any_horizontal(~levels[name].is_in(["same", "unknown"]) for name in _WEIGHTS)
    named = (levels["manedsleie"] == "same") | (levels["seksjonsnummer"] == "same")
    return seen.select(*KEYED, _fit=fit + floor, _flawed=flawed | (floor < 0), _named=named)
