"""The fields in which dwellings and their register entries differ, for all pairs at once.

A field that is blank in our sources is not compared. Two spellings of one street are equal, and so are two kommunenummer of one place;
letters are compared without case,
numbers to half an øre, leases by their number ("Rom 2" and "2" are equal), everything else exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

import polars as pl

from kobo_client.contract import COMPARED, PROTECTED, Kind, RegisterField
from reconciliation.addresses.one_street import comparison_keys
from reconciliation.identifiers import kommune_table
from reconciliation.identifiers.lease_reference import compared_lease
from reconciliation.merge import Merged
from reconciliation.merge.survivorship import ranks
from reconciliation.model.municipality import Municipality

TOLERANCE = 0.005
OfficialStreets: TypeAlias = Callable[[], Collection[str]]
"""Reads the names of the municipality's streets; not called on most nights."""

DIFFERENCES: dict[str, pl.DataType] = {
    "leverandor_bolig_id": pl.String(),
    "kobo_id": pl.String(),
    "field": pl.String(),
    "protected": pl.Boolean(),
    "change": pl.String(),  # JSON {field, old, new, source}
}


def differing_pairs(sides: pl.DataFrame, register_rows: pl.DataFrame, official_streets: OfficialStreets | None = None) -> pl.DataFrame:
    """The pairs that differ: leverandor_bolig_id, kobo_id, and per field `name`, `name_theirs` and `name_differs`.

    sides: dwellings with the kobo_id of their pair; others are skipped. A field in which no pair differs may lack
    the three columns. official_streets: called only when a street is spelt differently.
    """
    sides = sides.select("leverandor_bolig_id", "kobo_id", *(field.name for field in COMPARED))
    entries = register_rows.select("kobo_id", *(pl.col(field.name).alias(f"{field.name}_theirs") for field in COMPARED))
    joined = sides.join(entries, on="kobo_id")
    # A house without a letter has a known address, so its blank letter is compared too.
    filled = [field for field in COMPARED if _filled(joined, "nummer" if field.name == "bokstav" else field.name)]
    unlike = [field for field in filled if field.kind is Kind.NUMBER or not joined[field.name].equals(joined[f"{field.name}_theirs"])]
    names = {field.name for field in unlike}
    streets = _street_keys(joined, official_streets) if "adressenavn" in names else {}
    places = _one_place(joined) if "kommunenummer" in names else ()
    values = [name for field in unlike for name in (field.name, f"{field.name}_theirs")]
    marks = [_differs(field, streets, places).alias(f"{field.name}_differs") for field in unlike]
    compared = joined.select("leverandor_bolig_id", "kobo_id", *values, *marks)
    return compared.filter(pl.any_horizontal(pl.lit(value=False), *(f"{field.name}_differs" for field in unlike)))


def sources_of_values(merged: Merged, pairs: pl.DataFrame, municipality: Municipality) -> pl.DataFrame:
    """Which source each value comes from: leverandor_bolig_id, field (null: any other), source. pairs: what `differing_pairs` returns.

    Where rows disagree it is the source of the value that won; otherwise the first of the dwelling's sources.
    """
    order = ranks(municipality.survivorship.default, sorted(municipality.sources))
    first = (
        merged.dwellings.join(pairs, on="leverandor_bolig_id", how="semi")
        .select("leverandor_bolig_id", source="sources")
        .explode("source")
        .with_columns(_place=pl.col("source").replace_strict(order, default=len(order), return_dtype=pl.Int64))
        .sort("leverandor_bolig_id", "_place", "source")
        .unique("leverandor_bolig_id", keep="first", maintain_order=True)
        .select("leverandor_bolig_id", pl.lit(None, pl.String()).alias("field"), "source")
    )
    won = merged.lineage.filter("won").join(pairs, on="leverandor_bolig_id", how="semi").select("leverandor_bolig_id", "field", "source")
    return pl.concat([first, won.unique(["leverandor_bolig_id", "field"], keep="first", maintain_order=True)])


def _filled(dwellings: pl.DataFrame, name: str) -> bool:
    return dwellings.get_column(name).null_count() < dwellings.height


def changes_of(pairs: pl.DataFrame, value_sources: pl.DataFrame) -> pl.DataFrame:
    """One row per pair and field that differs. Shape: DIFFERENCES. pairs: what `differing_pairs` returns. value_sources: what
    `sources_of_values` returns of them."""
    changes = [
        _changes(field, pairs, value_sources)
        for field in COMPARED
        if f"{field.name}_differs" in pairs.columns and pairs.get_column(f"{field.name}_differs").any()
    ]
    return pl.concat([pl.DataFrame(schema=DIFFERENCES), *changes])


def _street_keys(joined: pl.DataFrame, official_streets: OfficialStreets | None) -> Mapping[str, str]:
    """Street -> its comparison key; only called when two are spelt differently."""
    ours, theirs = (joined.get_column(name).drop_nulls().unique().to_list() for name in ("adressenavn", "adressenavn_theirs"))
    return comparison_keys(ours, theirs, official_streets() if official_streets else None)


def _one_place(joined: pl.DataFrame) -> Collection[str]:
    """Pairs of different kommunenummer that are names of one place at two dates."""
    pairs = joined.select("kommunenummer", "kommunenummer_theirs").drop_nulls().unique()
    return [f"{ours} {theirs}" for ours, theirs in pairs.iter_rows() if kommune_table().may_be_one(ours, theirs)]


def _differs(field: RegisterField, streets: Mapping[str, str], places: Collection[str]) -> pl.Expr:
    ours, theirs = pl.col(field.name), pl.col(f"{field.name}_theirs")
    if field.kind is Kind.NUMBER:
        unlike = ((ours - theirs).abs() > TOLERANCE).fill_null(value=True)
    elif field.name == "adressenavn" and streets:
        unlike = ours.replace(dict(streets)).ne_missing(theirs.replace(dict(streets)))
    elif field.name == "kommunenummer":
        unlike = ours.ne_missing(theirs) & ~pl.concat_str(ours, pl.lit(" "), theirs).is_in(places).fill_null(value=False)
    elif field.name == "bokstav":
        unlike = ours.str.to_uppercase().ne_missing(theirs.str.to_uppercase())
        # Number 5 and number 5A are different houses, so a blank letter of ours is compared too.
        return (unlike & pl.col("nummer").is_not_null() & (ours.fill_null("") != theirs.fill_null("").str.to_uppercase())).fill_null(
            value=False
        )
    elif field.name == "ekstra_referanse":
        unlike = compared_lease(field.name).ne_missing(compared_lease(f"{field.name}_theirs"))
    else:
        unlike = ours.ne_missing(theirs)
    filled = ours.is_not_null() & (ours != "") if field.kind in (Kind.TEXT, Kind.ENUM) else ours.is_not_null()
    return filled & unlike


_PROTECTED = frozenset(field.name for field in PROTECTED)


def _changes(field: RegisterField, pairs: pl.DataFrame, value_sources: pl.DataFrame) -> pl.DataFrame:
    name = field.name
    differing = pairs.filter(f"{name}_differs").select("leverandor_bolig_id", "kobo_id", old=f"{name}_theirs", new=name)
    default = value_sources.filter(pl.col("field").is_null()).select("leverandor_bolig_id", _any="source")
    won = value_sources.filter(pl.col("field") == name).select("leverandor_bolig_id", _own="source")
    joined = differing.join(default, on="leverandor_bolig_id", how="left").join(won, on="leverandor_bolig_id", how="left")
    return joined.select(
        "leverandor_bolig_id",
        "kobo_id",
        field=pl.lit(name),
        protected=pl.lit(name in _PROTECTED),
        change=pl.struct(pl.lit(name).alias("field"), "old", "new", pl.coalesce("_own", "_any").alias("source")).struct.json_encode(),
    )
