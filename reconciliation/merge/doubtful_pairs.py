"""Dwellings that may be the same home. Where the rows do not decide it, a person is asked.

Two rows of one system are two dwellings, so dwellings that share a system are no candidates of each other, unless the one looks like a
copy of the other.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.contradiction import contradict, in_pair, same_area
from reconciliation.likeness.street_spelling import ground
from reconciliation.merge.copied_rows import copied_pairs
from reconciliation.merge.decided_rows import Excused
from reconciliation.merge.merge_keys import DECISION
from reconciliation.merge.near_pairs import near_pairs

MOST = 15
"""Candidates named for one dwelling; a tower block has more, and no person compares them all."""
MEASURED = ("bruksareal", "manedsleie", "antall_soverom", "_floor", "seksjonsnummer", "_ground")


def candidates(dwellings: pl.DataFrame, apart: pl.DataFrame, excused: Excused) -> pl.DataFrame:
    """dwellings: leverandor_bolig_id, sources, merged_by, CONTENT, PLACE_COLUMNS. apart: pairs (left, right) of ids that a key calls one
    although they are known, or look, as two. excused: what people decided. A dwelling that they called new is not asked about beside the
    others of its list; another list's row that came later is.

    Returns (leverandor_bolig_id, candidates: sorted list).
    """
    grounded = dwellings.with_columns(_ground=ground())
    dwellings_here = grounded.select("leverandor_bolig_id", "sources", "_address", "_unit", "_extra", "_label", *MEASURED)
    pairs = [
        _at_address(dwellings_here),
        _in_unit(dwellings_here),
        near_pairs(dwellings),
        copied_pairs(grounded),
        apart.select(leverandor_bolig_id="left", other="right"),
    ]
    named = pl.concat(pairs).filter(pl.col("leverandor_bolig_id") != pl.col("other")).unique()
    both_ways = pl.concat([excused.pairs, excused.pairs.select(left="right", right="left")])
    named = named.join(both_ways, left_on=["leverandor_bolig_id", "other"], right_on=["left", "right"], how="anti")
    if excused.new_beside_all.len():
        named = named.filter(~pl.col("leverandor_bolig_id").is_in(excused.new_beside_all.implode()))
    if excused.new.len():
        lists = dwellings.select("leverandor_bolig_id", "sources")
        sharing = named.join(lists, on="leverandor_bolig_id").join(lists, left_on="other", right_on="leverandor_bolig_id", suffix="_other")
        one_list = pl.col("sources").list.set_intersection("sources_other").list.len() > 0
        named = sharing.filter(~(one_list & pl.col("leverandor_bolig_id").is_in(excused.new.implode()))).select(named.columns)
    named = _still_possible(named, dwellings)
    return _likeliest(named, dwellings_here).group_by("leverandor_bolig_id").agg(candidates=pl.col("other").sort())


def _still_possible(named: pl.DataFrame, dwellings: pl.DataFrame) -> pl.DataFrame:
    """Where a person made a dwelling of rows, what shares a source with it is another home, whatever a key says: there is no one to ask."""
    known = dwellings.select("leverandor_bolig_id", "sources", _made=pl.col("merged_by") == DECISION)
    both = named.join(known, on="leverandor_bolig_id").join(known, left_on="other", right_on="leverandor_bolig_id", suffix="_other")
    shared = pl.col("sources").list.set_intersection("sources_other").list.len() > 0
    made = pl.any_horizontal(pl.col("_made", "_made_other").fill_null(value=False))
    return both.filter(~(shared & made)).select("leverandor_bolig_id", "other")


def _likeliest(named: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """At most MOST of each dwelling: the likeliest of each list first, by how much of what was measured is the same."""
    crowded = named.filter(pl.len().over("leverandor_bolig_id") > MOST)
    if crowded.is_empty():
        return named
    measured = rows.select("leverandor_bolig_id", "sources", "_label", *MEASURED)
    both = crowded.join(measured, on="leverandor_bolig_id").join(
        measured, left_on="other", right_on="leverandor_bolig_id", suffix="_theirs"
    )
    same = [(pl.col(name) == pl.col(f"{name}_theirs")).fill_null(value=False) for name in (*MEASURED[1:], "_label")]
    ranked = both.with_columns(_alike=pl.sum_horizontal(same_area(in_pair), *same)).sort("_alike", "other", descending=[True, False])
    turn = pl.col("other").cum_count().over("leverandor_bolig_id", "sources_theirs")
    first = ranked.with_columns(_turn=turn).sort("_turn", "_alike", "other", descending=[False, True, False])
    kept = first.group_by("leverandor_bolig_id", maintain_order=True).head(MOST).select("leverandor_bolig_id", "other")
    return pl.concat([named.join(crowded.select("leverandor_bolig_id").unique(), on="leverandor_bolig_id", how="anti"), kept])


def _at_address(rows: pl.DataFrame) -> pl.DataFrame:
    """No unit number at an address with more than one dwelling: it may be any that only other systems have. Where they have none
    it is itself, but without a lease reference nothing would tell it from its neighbours in the register: it is asked too."""
    measured = rows.select("leverandor_bolig_id", *MEASURED)
    rows = rows.select("leverandor_bolig_id", "sources", "_address", "_unit", "_extra")
    shared = rows.filter(pl.col("_address").is_not_null() & (pl.len().over("_address") > 1))
    without_unit = shared.filter(pl.col("_unit").is_null()).drop("_unit")
    kinds = (
        shared.group_by("_address", "sources").agg(other=pl.struct("leverandor_bolig_id", "_extra")).select("_address", "sources", "other")
    )
    beside = without_unit.join(kinds, on="_address", suffix="_other").filter(
        pl.col("sources").list.set_intersection("sources_other").list.len() == 0
    )
    free = (
        beside.with_columns(pl.col("other").list.sort().list.head(MOST * 4))
        .explode("other")
        .with_columns(_extra_other=pl.col("other").struct.field("_extra"), other=pl.col("other").struct.field("leverandor_bolig_id"))
        .filter((pl.col("_extra") == pl.col("_extra_other")).fill_null(value=True))
        .select("leverandor_bolig_id", "other")
    )
    # What is measured rules some of them out; those are not worth a person's time.
    beside = free.join(measured, on="leverandor_bolig_id").join(measured, left_on="other", right_on="leverandor_bolig_id", suffix="_theirs")
    free = beside.filter(~contradict(in_pair, weak_key=True)).select("leverandor_bolig_id", "other")
    nameless = without_unit.filter(pl.col("_extra").is_null()).join(free, on="leverandor_bolig_id", how="anti")
    neighbours = shared.group_by("_address").agg(other=pl.col("leverandor_bolig_id").sort().head(MOST + 1))
    indistinct = nameless.join(neighbours, on="_address").explode("other").select("leverandor_bolig_id", "other")
    return pl.concat([free, indistinct])


def _in_unit(rows: pl.DataFrame) -> pl.DataFrame:
    """The whole unit in one system, and its leases one by one in another."""
    keyed = rows.filter(pl.col("_address").is_not_null() & pl.col("_unit").is_not_null())
    leases = keyed.filter(pl.col("_extra").is_not_null()).select("_address", "_unit", other="leverandor_bolig_id")
    return keyed.filter(pl.col("_extra").is_null()).join(leases, on=["_address", "_unit"]).select("leverandor_bolig_id", "other")
