"""Dwellings of different systems that no key joins although nearly everything agrees: a slip in the street, a lost letter,
a number typed wrong. They are asked of a person; nothing here joins anything."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from reconciliation.likeness.blocks import WIDE_BLOCKS, pairs_in_blocks
from reconciliation.likeness.comparison import NEXT_DOOR, compare_rows, neighbour, prepared, without_contradicted
from reconciliation.likeness.contradiction import contradict, equal_areas, in_pair
from reconciliation.likeness.longer_names import with_streets_compared
from reconciliation.likeness.rare_measures import only_two_alike
from reconciliation.likeness.stray_streets import likely_streets, stray_pairs
from reconciliation.likeness.street_spelling import ground
from reconciliation.merge.near_conditions import NUMBERS, evidence, worth_a_question, worth_a_question_alone
from reconciliation.merge.renamed_grounds import houses_of_two_names, renamed_pairs
from reconciliation.merge.renamed_streets import renamed_streets
from reconciliation.merge.strayed_numbers import strayed_pairs

MOST, MOST_ON_A_PARCEL = 3, 15
"""Dwellings that one question offers; more where a street or terrace was renumbered, for there any of its homes may be the one."""
CLEARLY, EQUALLY_LIKE = 0, 2
"""Points of near_conditions.evidence from which the likeliest of several partners is asked about, and so many that are as likely."""


def near_pairs(dwellings: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, other): dwellings that wait for an answer, each with at most MOST that it may be, likeliest first; with
    MOST_ON_A_PARCEL where its street or terrace was renumbered.

    dwellings: as in doubtful_pairs.candidates. Of a pair the dwelling with fewer sources waits; else the one whose street, else whose
    house, has fewer dwellings; both where all these are equal. What waits is not created, so that no home is created twice.
    """
    no_pairs = pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "other": pl.String()})
    systems = sorted(dwellings.get_column("sources").explode().drop_nulls().unique())
    systems_of = pl.sum_horizontal(pl.col("sources").list.contains(name).cast(pl.Int64()) * 2**bit for bit, name in enumerate(systems))
    # No dwelling that every system holds can be one more row's, and none where all others share a system with it.
    lacking = _without_shared_sections(dwellings).with_columns(_held=systems_of).filter(pl.col("_held") < 2 ** len(systems) - 1)
    kinds = lacking.get_column("_held").unique().to_list()
    if all(first & second for first in kinds for second in kinds):
        return no_pairs
    likely = dwellings.select("leverandor_bolig_id", _likely=likely_streets(dwellings))
    lacking = _with_sole(lacking).join(likely, on="leverandor_bolig_id", how="left", maintain_order="left")
    ours = prepared(lacking).with_columns(kobo_id="leverandor_bolig_id")
    # At one address those without a unit number are asked about by doubtful_pairs.
    elsewhere = ((pl.col("_address") != pl.col("_address_right")) | (pl.col("_unit") != pl.col("_unit_right"))) & _may_be_near()
    near = [pl.DataFrame(schema={"leverandor_bolig_id": pl.String(), "kobo_id": pl.String(), "_points": pl.Float64()})]
    asked: list[pl.DataFrame] = []
    for sources, others in combinations(sorted(kinds), 2):
        if sources & others:
            continue
        # Only those of each side that lack a partner on the other, so that a parcel of many houses is no crowd.
        sides = [ours.filter(pl.col("_held") == kind) for kind in (sources, others)]
        pairs = pairs_in_blocks(sides[0], sides[1], keep=elsewhere, blocks=WIDE_BLOCKS)
        pairs = without_contradicted(pairs, *sides)
        if pairs.height:
            seen = with_streets_compared(compare_rows(pairs, *sides)).with_columns(
                _sole=sides[0].get_column("_sole").gather(pairs.get_column("_at")),
                _sole_theirs=sides[1].get_column("_sole").gather(pairs.get_column("_at_right")),
            )
            kinds_of = {"_kind": sources, "_kind_theirs": others}
            # Lazily, so that shared expressions are computed once.
            marked = seen.lazy().select(
                *near[0].columns,
                *(pl.lit(kind).alias(name) for name, kind in kinds_of.items()),
                _asked=worth_a_question(),
                _alone=worth_a_question_alone(),
                _evidence=evidence(),
            )
            asked.append(marked.filter(pl.col("_asked") | pl.col("_alone")).collect())
    near += [_only_partners(pl.concat(asked)).select(near[0].columns)] if asked else []
    near += [_strays(ours), strayed_pairs(ours, dwellings)]
    near += [_without_a_partner(ours, pl.concat(near))]
    renamed = pl.concat([renamed_pairs(ours), renamed_streets(ours)])
    near += [houses_of_two_names(ours, pl.concat([*near, renamed]))]
    pairs = pl.concat([pl.concat(near).with_columns(_most=pl.lit(MOST)), renamed.with_columns(_most=pl.lit(MOST_ON_A_PARCEL))])
    return (
        _waiting(
            pl.concat([pairs, pairs.rename({"leverandor_bolig_id": "kobo_id", "kobo_id": "leverandor_bolig_id"}).select(pairs.columns)]),
            dwellings,
        )
        .sort("leverandor_bolig_id", "_points", "kobo_id", "_most", descending=[False, True, False, False])
        .unique(["leverandor_bolig_id", "kobo_id"], keep="last", maintain_order=True)
        .filter(pl.int_range(pl.len()).over("leverandor_bolig_id") < pl.col("_most"))
        .select("leverandor_bolig_id", other="kobo_id")
    )


def _may_be_near() -> pl.Expr:
    """On pairs with both sides' columns: the same house number or one that is easily taken for it; or the same ground, and the same area
    or rent. Neither two leases nor two grounds or sections."""
    number, other = pl.col("nummer"), pl.col("nummer_right")
    close = (number == other) | ((number - other).abs() <= NEXT_DOOR) | neighbour("_right")
    area = equal_areas(pl.col("bruksareal"), pl.col("bruksareal_right"))
    measured = (area | (pl.col("manedsleie") == pl.col("manedsleie_right"))).fill_null(value=False)
    on_ground = (pl.col("_ground") == pl.col("_ground_right")).fill_null(value=False) & measured
    apart = pl.any_horizontal(
        (pl.col(name) != pl.col(f"{name}_right")).fill_null(value=False) for name in ("_extra", "_ground", "seksjonsnummer")
    )
    return (close.fill_null(value=False) | on_ground) & ~apart


def _only_partners(marked: pl.DataFrame) -> pl.DataFrame:
    """marked: pairs with `_asked`, `_alone`, `_evidence` and the systems that hold each side. Those that are asked, and of the others those
    in which neither has another partner of those systems; or, where more agrees than differs (CLEARLY), at most one that is as likely.
    Who is asked about with a partner of those systems already is no other's partner."""
    ends = ("leverandor_bolig_id", "_kind_theirs"), ("kobo_id", "_kind")
    taken = pl.any_horizontal(pl.col("_asked").any().over(end) for end in ends)
    marked = marked.filter(pl.col("_asked") | ~taken)
    single = pl.all_horizontal(pl.len().over(end) == 1 for end in ends)
    likeliest = pl.all_horizontal(
        (pl.col("_evidence") == pl.col("_evidence").max().over(end))
        & ((pl.col("_evidence") == pl.col("_evidence").max().over(end)).sum().over(end) <= EQUALLY_LIKE)
        for end in ends
    )
    return marked.filter(pl.col("_asked") | single | (likeliest & (pl.col("_evidence") >= CLEARLY)))


def _without_a_partner(ours: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Pairs that measures alone tie, of which neither is asked about with anybody else."""
    places = only_two_alike(ours, ours).filter(pl.col("_at") < pl.col("_at_right"))
    ids = ours.get_column("leverandor_bolig_id")
    named = places.with_columns(leverandor_bolig_id=ids.gather(places["_at"]), kobo_id=ids.gather(places["_at_right"]))
    taken = pl.concat([asked.get_column("leverandor_bolig_id"), asked.get_column("kobo_id")])
    free = named.filter(~pl.any_horizontal(pl.col(side).is_in(taken.implode()) for side in ("leverandor_bolig_id", "kobo_id")))
    return compare_rows(free, ours, ours).select("leverandor_bolig_id", "kobo_id", "_points")


def _strays(ours: pl.DataFrame) -> pl.DataFrame:
    """Pairs of which one is alone in a street that a slip or two part from the other's, and no known field differs."""
    pairs = stray_pairs(ours.with_columns(source=pl.col("leverandor_bolig_id")))
    sources = ours.get_column("sources")
    apart = [sources.gather(pairs.get_column(name)) for name in pairs.columns]
    pairs = pairs.filter(apart[0].list.set_intersection(apart[1]).list.len() == 0)
    ids = ours.get_column("leverandor_bolig_id")
    named = pairs.with_columns(leverandor_bolig_id=ids.gather(pairs["_at"]), kobo_id=ids.gather(pairs["_at_right"]))
    seen = compare_rows(named, ours, ours)
    other = pl.any_horizontal(pl.col(f"_level_{name}") == "different" for name in NUMBERS)
    unit = pl.col("_level_bruksenhetsnummer").is_in(["different", "digit"])
    return seen.filter(~other & ~unit & ~contradict(in_pair)).select("leverandor_bolig_id", "kobo_id", "_points")


def _without_shared_sections(dwellings: pl.DataFrame) -> pl.DataFrame:
    """A section number that two dwellings of one source have on one ground is wrong in one of them, and tells neither from others."""
    sections = dwellings.select("leverandor_bolig_id", "seksjonsnummer", "sources", _plot=pl.concat_str("_municipality", ground()))
    listed = sections.drop_nulls().explode("sources")
    shared = listed.filter(pl.struct("_plot", "seksjonsnummer", "sources").is_duplicated()).get_column("leverandor_bolig_id")
    known = ~pl.col("leverandor_bolig_id").is_in(shared.implode())
    return dwellings.with_columns(seksjonsnummer=pl.when(known).then("seksjonsnummer"))


def _with_sole(dwellings: pl.DataFrame) -> pl.DataFrame:
    """`_sole`: no source of the dwelling has another one at its address."""
    listed = dwellings.select("leverandor_bolig_id", "_address", "sources").explode("sources")
    several = listed.filter(pl.len().over("_address", "sources") > 1).get_column("leverandor_bolig_id").unique()
    return dwellings.with_columns(_sole=~pl.col("leverandor_bolig_id").is_in(several.implode()))


def _waiting(pairs: pl.DataFrame, dwellings: pl.DataFrame) -> pl.DataFrame:
    """pairs: each in both orders. Those whose first waits, by the rule of near_pairs."""
    known = dwellings.select(
        "leverandor_bolig_id",
        _sources=pl.col("sources").list.len(),
        _in_street=pl.len().over("_municipality", "_street"),
        _in_house=pl.len().over("_address"),
    )
    compared = pairs.join(known, on="leverandor_bolig_id").join(
        known.rename({"leverandor_bolig_id": "kobo_id"}), on="kobo_id", suffix="_other"
    )
    better = pl.lit(value=False)
    for name in ("_in_house", "_in_street", "_sources"):
        ours, theirs = pl.col(name), pl.col(f"{name}_other")
        better = pl.when(ours != theirs).then(ours > theirs).otherwise(better)
    return compared.filter(~better).select(pairs.columns)
