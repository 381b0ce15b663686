"""Dwellings of different systems that no key joins although nearly everything agrees: a slip in the street, a lost letter,
a number typed wrong. They are asked of a person; nothing here joins anything."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from reconciliation.likeness.blocks import WIDE_BLOCKS, pairs_in_blocks
from reconciliation.likeness.comparison import compare_rows, prepared
from reconciliation.likeness.contradiction import contradict, in_pair
from reconciliation.likeness.longer_names import with_streets_compared
from reconciliation.likeness.stray_streets import stray_pairs
from reconciliation.merge.near_conditions import NUMBERS, worth_a_question, worth_a_question_alone

MOST = 3


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
    asked: list[pl.DataFrame] = []
    for sources, others in combinations(sorted(kinds), 2):
        if sources & others:
            continue
        # Only those of each side that lack a partner on the other, so that a parcel of many houses is no crowd.
        sides = [ours.filter(pl.col("_held") == kind) for kind in (sources, others)]
        pairs = pairs_in_blocks(sides[0], sides[1], carry=("_address", "_unit"), keep=elsewhere, blocks=WIDE_BLOCKS)
        if pairs.height:
            seen = with_streets_compared(compare_rows(pairs, *sides)).with_columns(
                _sole=sides[0].get_column("_sole").gather(pairs.get_column("_at")),
                _sole_theirs=sides[1].get_column("_sole").gather(pairs.get_column("_at_right")),
            )
            marked = seen.select(*found[0].columns, _asked=worth_a_question(), _alone=worth_a_question_alone())
            asked.append(marked.filter(pl.col("_asked") | pl.col("_alone")))
    found += [_only_partners(pl.concat(asked)).select(found[0].columns)] if asked else []
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


def _only_partners(marked: pl.DataFrame) -> pl.DataFrame:
    """marked: pairs with `_asked`, `_alone`. Those that are asked, and of the others those in which neither has another partner."""
    only = (pl.len().over("leverandor_bolig_id") == 1) & (pl.len().over("kobo_id") == 1)
    return marked.filter(pl.col("_asked") | only)


def _strays(ours: pl.DataFrame) -> pl.DataFrame:
    """Pairs of which one is alone in a street that is a slip or two from the other's, and nothing that is known tells them apart."""
    pairs = stray_pairs(ours.with_columns(source=pl.col("leverandor_bolig_id")))
    held = ours.get_column("sources")
    apart = [held.gather(pairs.get_column(name)) for name in pairs.columns]
    pairs = pairs.filter(apart[0].list.set_intersection(apart[1]).list.len() == 0)
    ids = ours.get_column("leverandor_bolig_id")
    named = pairs.with_columns(leverandor_bolig_id=ids.gather(pairs["_at"]), kobo_id=ids.gather(pairs["_at_right"]))
    seen = compare_rows(named, ours, ours)
    other = pl.any_horizontal(pl.col(f"_level_{name}") == "different" for name in NUMBERS)
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
