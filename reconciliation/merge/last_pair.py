"""The last unpaired dwellings: at an address where two systems list equally many dwellings and keys have paired all but one of each.

Nothing is guessed among several: a dwelling joins only the single one that is left on the other side, only when one of
them lacks the identifying number, and only when the measures agree.
"""

from __future__ import annotations

from itertools import product

import polars as pl

from reconciliation.likeness.contradiction import AREA, equal_areas

MOST_LEFT = 4
"""With more than this unpaired at an address, no pairing of the rest is worth working out."""
AGREEING = 1
"""So many measures (area, bedrooms, floor, rent, label) must agree, and none may differ; or the bedrooms alone, where area or rent and
another agree: of two lists of equal length in which everybody else is paired, the last two are seldom two homes."""

_OF_A_TWIN = ("bruksareal", "antall_soverom", "manedsleie", "etasjenummer")
AGREEING_OF_SEVERAL = 3
"""The same where several are left and each fits only one of the others."""


def last_ones(rows: pl.DataFrame) -> pl.DataFrame:
    """rows: as in clusters, joined by every key. Returns (_cluster, _key): clusters that share a value are one dwelling."""
    bit = {source: 2**place for place, source in enumerate(sorted(rows.get_column("source").unique()))}
    placed = rows.filter(pl.col("_address").is_not_null() & ~pl.col("_doubted").any().over("_address")).select(
        "_address", "_cluster", "_beside", _held=pl.col("source").replace_strict(bit, return_dtype=pl.Int64())
    )
    clusters = placed.group_by("_address", "_cluster").agg(pl.col("_held").bitwise_or(), pl.col("_beside").any())
    # A row in a street with nearly the same spelling, or without the letter, may be one of those that seem to be missing.
    sure = clusters.filter(~pl.col("_beside").any().over("_address"))
    # A cluster with a row of every source at the address is complete. Values are collected for the few other clusters only.
    lacking = sure.filter(pl.col("_held") < pl.col("_held").bitwise_or().over("_address")).drop("_beside")
    lacking = lacking.filter(pl.len().over("_address") <= MOST_LEFT * 2)
    pairs = lacking.join(lacking, on="_address", suffix="_other")
    pairs = pairs.filter((pl.col("_held") & pl.col("_held_other")) == 0).select("_address", "_cluster", "_cluster_other")
    here = rows.join(pairs, on="_address", how="semi")
    few = here.with_columns(_twin=pl.struct("_address", "source", *_OF_A_TWIN).is_duplicated() & pl.col("bruksareal").is_not_null())
    few = few.join(pairs, on=["_address", "_cluster"], how="semi")
    few = few.group_by("_address", "_cluster").agg(
        pl.col("source").unique().sort(),
        *(pl.col(name).drop_nulls().first() for name in ("_unit", "_extra", "_label", "_matrikkel", "gardsnummer", "bruksnummer")),
        *(pl.col(name).drop_nulls().mode().min() for name in ("bruksareal", "antall_soverom", "etasjenummer", "manedsleie")),
        pl.col("_twin").any(),
        _smallest=pl.col("bruksareal").min(),
        _largest=pl.col("bruksareal").max(),
    )
    others = few.rename(lambda name: name if name == "_address" else f"{name}_other")
    pairs = pairs.join(few, on=["_address", "_cluster"]).join(others, on=["_address", "_cluster_other"])
    counts = here.group_by("_address", "source").agg(_rows=pl.len())
    single = (pl.len().over("_cluster") == 1) & (pl.len().over("_cluster_other") == 1)
    pairs = pairs.with_columns(_needed=pl.when(single).then(AGREEING).otherwise(AGREEING_OF_SEVERAL))
    pairs = pairs.filter(_fits())
    pairs = pairs.filter((pl.len().over("_cluster") == 1) & (pl.len().over("_cluster_other") == 1))
    pairs = pairs.filter((pl.col("_cluster") < pl.col("_cluster_other")) & (_agreeing() >= pl.col("_needed")))
    pairs = _equally_many(pairs, counts)
    joined = pairs.select("_cluster", "_cluster_other", _key=pl.col("_cluster").cast(pl.String()))
    sides = [joined.select("_cluster", "_key"), joined.select("_key", _cluster="_cluster_other").select("_cluster", "_key")]
    return pl.concat(sides)


def _equally_many(pairs: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Pairs whose systems list the same number of dwellings at the address, and others than these two."""
    listed = pairs.select("_address", "_cluster", source=pl.concat_list("source", "source_other")).explode("source")
    rows = listed.join(counts, on=["_address", "source"]).group_by("_cluster").agg(pl.col("_rows").unique())
    uneven = rows.filter((pl.col("_rows").list.len() > 1) | (pl.col("_rows").list.first() < 2))
    return pairs.join(uneven, on="_cluster", how="anti")


def _fits() -> pl.Expr:
    """One of the two has no unit number, and no value that both have differs."""
    unit_missing = pl.col("_unit").is_null() | pl.col("_unit_other").is_null()
    extra = pl.col("_extra").eq_missing(pl.col("_extra_other"))
    labels = _unless_both_differ("_label")
    ground = _unless_both_differ("gardsnummer") & _unless_both_differ("bruksnummer")
    close_area = _within_share("bruksareal", AREA.agrees)
    rooms = _unless_both_differ("antall_soverom") | ((pl.col("_needed") == AGREEING) & _has_evidence() & (_agreeing() > AGREEING))
    measured = close_area & rooms & _unless_both_differ("manedsleie") & _unless_both_differ("etasjenummer")
    # A row that is the equal of another one of its list at the address may be a copy of it: then every area must be equal, and two that
    # both lack the number may be copies of two homes.
    twin = pl.any_horizontal("_twin", "_twin_other")
    copies = pl.col("_twin") & pl.col("_twin_other") & pl.col("_unit").is_null() & pl.col("_unit_other").is_null()
    ends = (pl.col(name) for name in ("_smallest", "_largest")), (pl.col(f"{name}_other") for name in ("_smallest", "_largest"))
    equal = pl.all_horizontal(equal_areas(area, other).fill_null(value=True) for area, other in product(*ends))
    return unit_missing & extra & labels & ground & measured & (equal | ~twin) & ~copies


def _unless_both_differ(name: str) -> pl.Expr:
    return (pl.col(name) == pl.col(f"{name}_other")).fill_null(value=True)


def _within_share(name: str, share: float) -> pl.Expr:
    ours, theirs = pl.col(name), pl.col(f"{name}_other")
    return ((ours - theirs).abs() <= share * pl.max_horizontal(ours, theirs)).fill_null(value=True)


def _same_area() -> pl.Expr:
    return equal_areas(pl.col("bruksareal"), pl.col("bruksareal_other"))


def _has_evidence() -> pl.Expr:
    return (_same_area() | (pl.col("manedsleie") == pl.col("manedsleie_other"))).fill_null(value=False)


def _agreeing() -> pl.Expr:
    same = [pl.col(name) == pl.col(f"{name}_other") for name in ("antall_soverom", "etasjenummer", "manedsleie", "_label")]
    return pl.sum_horizontal(measure.fill_null(value=False).cast(pl.Int64()) for measure in [_same_area(), *same])
