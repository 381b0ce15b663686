"""Dwellings of different systems that no key joins although nearly everything agrees: a slip in the street, a lost letter,
a number typed wrong. They are put to a person; nothing here joins anything."""

from __future__ import annotations

import polars as pl

from reconciliation.match.blocks import pairs_in_blocks
from reconciliation.match.comparison import compare, prepared

ENOUGH = 6.0
"""Points (match.comparison) from which a pair of our own dwellings is worth a question."""
MOST = 3


def near(dwellings: pl.DataFrame) -> pl.DataFrame:
    """dwellings: as in doubt.candidates. Returns (leverandor_bolig_id, other), one way: each question is put once."""
    systems = sorted(dwellings.get_column("sources").explode().drop_nulls().unique())
    held = pl.sum_horizontal(pl.col("sources").list.contains(name).cast(pl.Int64()) * 2**bit for bit, name in enumerate(systems))
    ours = prepared(dwellings).with_columns(_held=held)
    beside = ours.with_columns(kobo_id=pl.col("leverandor_bolig_id"))
    apart = (pl.col("_held") & pl.col("_held_right")) == 0
    elsewhere = pl.col("_address") != pl.col("_address_right")
    # No dwelling that every system holds can be one more row's.
    lacking = [side.filter(pl.col("_held") < 2 ** len(systems) - 1) for side in (ours, beside)]
    pairs = pairs_in_blocks(lacking[0], lacking[1], carry=("_held", "_address"), keep=apart & elsewhere)
    pairs = pairs.filter(pl.col("leverandor_bolig_id") < pl.col("kobo_id"))
    if pairs.is_empty():
        return pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "other": pl.String()})
    seen = compare(pairs, ours, beside)
    alike = pl.all_horizontal(
        pl.col(f"_level_{name}") != "different" for name in ("bruksenhetsnummer", "ekstra_referanse", "bruksareal", "seksjonsnummer")
    ) & pl.col("_level_adressenavn").is_in(["same", "close", "similar"])
    enough = seen.filter(alike & (pl.col("_points") >= ENOUGH))
    return (
        enough.sort("leverandor_bolig_id", "_points", "kobo_id", descending=[False, True, False])
        .group_by("leverandor_bolig_id", maintain_order=True)
        .head(MOST)
        .select("leverandor_bolig_id", other="kobo_id")
    )
