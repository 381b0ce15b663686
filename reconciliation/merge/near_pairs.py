"""Dwellings of different systems that no key joins although nearly everything agrees: a slip in the street, a lost letter,
a number typed wrong. They are asked of a person; nothing here joins anything."""

from __future__ import annotations

from itertools import combinations

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from reconciliation.likeness.blocks import pairs_in_blocks
from reconciliation.likeness.comparison import compare_rows, prepared
from reconciliation.likeness.contradiction import contradict, in_pair
from reconciliation.likeness.neighbours import LETTERS_APART
from reconciliation.likeness.stray_streets import stray_pairs

ENOUGH = 6.0
"""Points (match.comparison) from which a pair of our own dwellings is worth a question."""
MOST = 3
_NUMBERS = ("ekstra_referanse", "gardsnummer", "seksjonsnummer")
_LOOKED_AT = (
    *(
        "adressenavn",
        "nummer",
        "bruksenhetsnummer",
        "ekstra_referanse",
        "gardsnummer",
        "seksjonsnummer",
        "bruksareal",
        "manedsleie",
        "antall_soverom",
    ),
)


def near_pairs(dwellings: pl.DataFrame) -> pl.DataFrame:
    """dwellings: as in doubtful_pairs.candidates. Returns (leverandor_bolig_id, other).

    The stray one of the two waits for the answer: the one of fewer sources, else the one in the street or the house where fewer
    stand. Both wait where that tells nothing. What waits is not created, so that no home is created twice.
    """
    nobody = pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "other": pl.String()})
    systems = sorted(dwellings.get_column("sources").explode().drop_nulls().unique())
    held = pl.sum_horizontal(pl.col("sources").list.contains(name).cast(pl.Int64()) * 2**bit for bit, name in enumerate(systems))
    # No dwelling that every system holds can be one more row's, and none where all others share a system with it.
    lacking = dwellings.with_columns(_held=held).filter(pl.col("_held") < 2 ** len(systems) - 1)
    kinds = lacking.get_column("_held").unique().to_list()
    if all(one & other for one in kinds for other in kinds):
        return nobody
    ours = prepared(_with_sole(lacking)).with_columns(kobo_id="leverandor_bolig_id")
    # At one address those without a unit number are asked about by doubtful_pairs.
    elsewhere = (pl.col("_address") != pl.col("_address_right")) | (pl.col("_unit") != pl.col("_unit_right"))
    found = [pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "kobo_id": pl.String(), "_points": pl.Float64()})]
    for sources, others in combinations(sorted(kinds), 2):
        if sources & others:
            continue
        # Only those of each side that lack a partner on the other, so that a parcel of many houses is no crowd.
        sides = [ours.filter(pl.col("_held") == kind) for kind in (sources, others)]
        pairs = pairs_in_blocks(sides[0], sides[1], carry=("_address", "_unit"), keep=elsewhere)
        if pairs.height:
            seen = _with_letters(compare_rows(pairs, *sides)).with_columns(
                _sole=sides[0].get_column("_sole").gather(pairs.get_column("_at")),
                _sole_theirs=sides[1].get_column("_sole").gather(pairs.get_column("_at_right")),
            )
            found.append(seen.filter(_may_be_one()).select(found[0].columns))
    found.append(_strays(ours))
    pairs = pl.concat(found)
    return (
        _waiting(
            pl.concat([pairs, pairs.rename({"leverandor_bolig_id": "kobo_id", "kobo_id": "leverandor_bolig_id"}).select(pairs.columns)]),
            dwellings,
        )
        .sort("leverandor_bolig_id", "_points", "kobo_id", descending=[False, True, False])
        .group_by("leverandor_bolig_id", maintain_order=True)
        .head(MOST)
        .select("leverandor_bolig_id", other="kobo_id")
    )


def _strays(ours: pl.DataFrame) -> pl.DataFrame:
    """Pairs of which one is alone in a street that is a slip or two from the other's, and nothing that is known tells them apart."""
    pairs = stray_pairs(ours.with_columns(source=pl.col("leverandor_bolig_id")))
    held = ours.get_column("sources")
    apart = [held.gather(pairs.get_column(name)) for name in pairs.columns]
    pairs = pairs.filter(apart[0].list.set_intersection(apart[1]).list.len() == 0)
    ids = ours.get_column("leverandor_bolig_id")
    named = pairs.with_columns(leverandor_bolig_id=ids.gather(pairs["_at"]), kobo_id=ids.gather(pairs["_at_right"]))
    seen = compare_rows(named, ours, ours)
    other = pl.any_horizontal(pl.col(f"_level_{name}") == "different" for name in _NUMBERS)
    unit = pl.col("_level_bruksenhetsnummer").is_in(["different", "digit"])
    return seen.filter(~other & ~unit & ~contradict(in_pair)).select("leverandor_bolig_id", "kobo_id", "_points")


def _with_sole(dwellings: pl.DataFrame) -> pl.DataFrame:
    """`_sole`: no source of the dwelling has another one at its address."""
    held = dwellings.select("leverandor_bolig_id", "_address", "sources").explode("sources")
    several = held.filter(pl.len().over("_address", "sources") > 1).get_column("leverandor_bolig_id").unique()
    return dwellings.with_columns(_sole=~pl.col("leverandor_bolig_id").is_in(several.implode()))


def _waiting(pairs: pl.DataFrame, dwellings: pl.DataFrame) -> pl.DataFrame:
    """pairs: both ways round. Those whose first is not the better known of the two."""
    known = dwellings.select(
        "leverandor_bolig_id",
        _sources=pl.col("sources").list.len(),
        _in_street=pl.len().over("_municipality", "_street"),
        _in_house=pl.len().over("_address"),
    )
    told = pairs.join(known, on="leverandor_bolig_id").join(known.rename({"leverandor_bolig_id": "kobo_id"}), on="kobo_id", suffix="_other")
    better = pl.lit(value=False)
    for name in ("_in_house", "_in_street", "_sources"):
        ours, theirs = pl.col(name), pl.col(f"{name}_other")
        better = pl.when(ours != theirs).then(ours > theirs).otherwise(better)
    return told.filter(~better).select(pairs.columns)


def _with_letters(seen: pl.DataFrame) -> pl.DataFrame:
    """`_letters`: how many slips of the hand part the two streets, as written or without the form of the last word."""
    import numpy as np  # noqa: PLC0415 - a tenth of a second, on the nights when two are compared only

    apart = [
        cpdist(seen[name].fill_null("").to_list(), seen[f"{name}_theirs"].fill_null("").to_list(), scorer=OSA.distance, dtype=np.int32)
        for name in ("_street", "_stem")
    ]
    return seen.with_columns(_letters=pl.Series(np.minimum(*apart), dtype=pl.Int32()))


def _may_be_one() -> pl.Expr:
    """On compared pairs: nothing that is known differs, and what parts them is a slip of the hand or outweighed by a measure."""
    level = {name: pl.col(f"_level_{name}") for name in _LOOKED_AT}
    agree = pl.all_horizontal(level[name] != "different" for name in _NUMBERS) & ~contradict(in_pair)
    same_rent, same_area = level["manedsleie"] == "same", level["bruksareal"] == "same"
    same_label = (pl.col("_label") == pl.col("_label_theirs")).fill_null(value=False)
    tied = same_rent | same_area | ((level["gardsnummer"] == "same") & (level["bruksenhetsnummer"] == "same") & same_label)
    house = level["nummer"].is_in(["same", "letter"]) | ((level["nummer"] == "beside") & tied)
    spelt = (level["adressenavn"] != "different") & ((pl.col("_letters") <= LETTERS_APART) | same_rent | same_area)
    # A street that was renamed: the same house number and parcel, or the same unit with the same area and rent.
    same_unit = level["bruksenhetsnummer"] == "same"
    same_house, lettered = level["nummer"] == "same", level["nummer"].is_in(["same", "letter"])
    like = level["bruksareal"].is_in(["same", "close"]) & (level["antall_soverom"] == "same")
    ground = level["gardsnummer"] == "same"
    renamed = (
        (same_house & ground & (same_unit | same_rent | same_area))
        | (lettered & ground & same_unit & (same_area | same_rent))
        | (same_house & same_rent & ((same_unit & level["bruksareal"].is_in(["same", "close"])) | like))
    )
    unit = ~level["bruksenhetsnummer"].is_in(["different", "digit"])
    # A unit number typed wrong: all else is equal, and the two owners number the flat alike or charge one rent.
    here = (level["nummer"] == "same") & (level["adressenavn"] == "same") & ~unit
    alone = pl.col("_sole") & pl.col("_sole_theirs")
    typed = here & (same_rent | (same_label & same_area) | (alone & (same_area | like)))
    return agree & ((house & unit & (renamed | (spelt & (pl.col("_points") >= ENOUGH)))) | typed)
