"""Dwellings that may be the same home. Where the rows do not decide it, a person is asked.

Two rows of one system are two dwellings, so dwellings that share a system are no candidates of each other, unless the one looks like a
copy of the other.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.contradiction import contradict, in_pair, same_area
from reconciliation.likeness.street_spelling import ground
from reconciliation.merge.before_answers import of_dwellings
from reconciliation.merge.copied_rows import copied_pairs
from reconciliation.merge.decided_rows import Excused
from reconciliation.merge.near_pairs import near_pairs
from reconciliation.merge.still_asked_rows import rows_still_asked

MOST = 15
"""Candidates named for one dwelling; a tower block has more, and no person compares them all."""
MEASURED = ("bruksareal", "manedsleie", "antall_soverom", "_floor", "seksjonsnummer", "_ground")


def candidates(
    dwellings: pl.DataFrame, parts: pl.DataFrame, apart: pl.DataFrame, excused: Excused, before: pl.DataFrame | None = None
) -> pl.DataFrame:
    """dwellings: leverandor_bolig_id, sources, source_keys, merged_by, CONTENT, PLACE_COLUMNS, `_contradicted` (of merging). parts: the
    same of what people's answers joined, with `part` (before_answers). apart: pairs (left, right) of ids that a key calls one although they
    are known, or look, as two. excused: what people decided. before: DWELLINGS of the night before. A dwelling that they called new is not
    asked about beside the others of its list; another list's row that came later is.

    Returns (leverandor_bolig_id, candidates: sorted list).
    """
    made = parts.get_column("leverandor_bolig_id").unique()
    unanswered = dwellings.filter(~pl.col("leverandor_bolig_id").is_in(made.implode()))
    unanswered = pl.concat([unanswered, parts.with_columns(leverandor_bolig_id="part").select(dwellings.columns)])
    grounded = unanswered.with_columns(_ground=ground())
    dwellings_here = grounded.select(
        "leverandor_bolig_id", "sources", "bruksenhetsnummer", "_address", "_unit", "_extra", "_label", *MEASURED
    )
    likely = pl.concat([_at_address(dwellings_here), _in_unit(dwellings_here), near_pairs(unanswered)])
    pairs = [of_dwellings(likely, parts, dwellings), apart.select(leverandor_bolig_id="left", other="right")]
    pairs = [_elsewhere_of_other_lists(pl.concat(pairs), dwellings), of_dwellings(copied_pairs(grounded), parts, dwellings)]
    named = pl.concat(pairs).filter(pl.col("leverandor_bolig_id") != pl.col("other")).unique()
    if before is not None:
        named = pl.concat([named, rows_still_asked(before, dwellings, named)])
    named = excused.without_numbered(excused.open(named), dwellings)
    if excused.new_beside_all.len():
        named = named.filter(~pl.col("leverandor_bolig_id").is_in(excused.new_beside_all.implode()))
    if excused.new.len():
        lists = dwellings.select("leverandor_bolig_id", "sources")
        sharing = named.join(lists, on="leverandor_bolig_id").join(lists, left_on="other", right_on="leverandor_bolig_id", suffix="_other")
        one_list = pl.col("sources").list.set_intersection("sources_other").list.len() > 0
        named = sharing.filter(~(one_list & pl.col("leverandor_bolig_id").is_in(excused.new.implode()))).select(named.columns)
    named = _still_possible(named, dwellings, made)
    named = pl.concat([named, _nameless(named, dwellings, made, excused)])
    named = pl.concat([named, _asked_about_it(named, dwellings)]).unique()
    named = _copies_wait(named, dwellings, excused.copies)
    return (
        _likeliest(named, dwellings.with_columns(_ground=ground())).group_by("leverandor_bolig_id").agg(candidates=pl.col("other").sort())
    )


def _elsewhere_of_other_lists(named: pl.DataFrame, dwellings: pl.DataFrame) -> pl.DataFrame:
    """Without pairs at two addresses that share a list. It has two homes there, and what a key calls one (a parcel number that slid one
    line down) is wrong; at one address the number itself may be, and is asked for."""
    placed = dwellings.select("leverandor_bolig_id", "sources", "_address")
    both = named.join(placed, on="leverandor_bolig_id").join(placed, left_on="other", right_on="leverandor_bolig_id", suffix="_other")
    shared = pl.col("sources").list.set_intersection("sources_other").list.len() > 0
    return both.filter(~(shared & (pl.col("_address") != pl.col("_address_other")).fill_null(value=False))).select(named.columns)


def _copies_wait(named: pl.DataFrame, dwellings: pl.DataFrame, copies: pl.DataFrame) -> pl.DataFrame:
    """A row that a person called a copy of another one of its list is no home: it waits for that one alone, and no other home for it."""
    of_one_list = dwellings.filter(pl.col("sources").list.len() == 1).select("leverandor_bolig_id")
    copied = copies.join(of_one_list, on="leverandor_bolig_id", how="semi").filter(pl.col("leverandor_bolig_id") != pl.col("other"))
    if copied.is_empty():
        return named
    both_asked = named.join(copied, left_on=["leverandor_bolig_id", "other"], right_on=["other", "leverandor_bolig_id"], how="semi")
    is_copy = [pl.col(side).is_in(copied.get_column("leverandor_bolig_id").implode()) for side in ("leverandor_bolig_id", "other")]
    return pl.concat([named.filter(~pl.any_horizontal(is_copy)), both_asked, copied]).unique()


def _still_possible(named: pl.DataFrame, dwellings: pl.DataFrame, answered: pl.Series) -> pl.DataFrame:
    """Where a person made a dwelling of rows (answered), what shares a source with it is another home, whatever a key says: there is no
    one to ask."""
    known = dwellings.select("leverandor_bolig_id", "sources", _made=pl.col("leverandor_bolig_id").is_in(answered.implode()))
    both = named.join(known, on="leverandor_bolig_id").join(known, left_on="other", right_on="leverandor_bolig_id", suffix="_other")
    shared = pl.col("sources").list.set_intersection("sources_other").list.len() > 0
    made = pl.any_horizontal("_made", "_made_other")
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
    """No unit number at an address with more than one dwelling: it may be any that only other systems have."""
    measured = rows.select("leverandor_bolig_id", *MEASURED, _number="bruksenhetsnummer")
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
    # The number of a row whose floor contradicts it names no home, but may be right all the same, and all else in the row another home's.
    namesake = (pl.col("_number") == pl.col("_number_theirs")).fill_null(value=False)
    return beside.filter(~contradict(in_pair, weak_key=True) | namesake).select("leverandor_bolig_id", "other")


def _asked_about_it(named: pl.DataFrame, dwellings: pl.DataFrame) -> pl.DataFrame:
    """Of the dwellings in question, those that are asked about with it as a candidate: whoever is asked is shown all that it may be."""
    turned = named.select(leverandor_bolig_id="other", other="leverandor_bolig_id").join(named, on="leverandor_bolig_id", how="semi")
    lists = dwellings.select("leverandor_bolig_id", "sources")
    both = turned.join(lists, on="leverandor_bolig_id").join(lists, left_on="other", right_on="leverandor_bolig_id", suffix="_other")
    return both.filter(pl.col("sources").list.set_intersection("sources_other").list.len() == 0).select(named.columns)


def _nameless(named: pl.DataFrame, dwellings: pl.DataFrame, answered: pl.Series, excused: Excused) -> pl.DataFrame:
    """Dwellings without a unit number or a lease at an address with others, of whom none may be the same home, or none any more since
    others were answered: nothing would tell them from their neighbours in the register, so their own numbers are asked for. So it is with
    a number that names another floor than each of its rows, also where it is alone: the number could not be changed in the register.

    Pairs with the neighbours that may be named, with itself where there are none. answered: those of which a person made one of rows; a
    number of theirs that one row contradicts and another does not is asked about as a contradiction.
    """
    shared = dwellings.filter(pl.col("_address").is_not_null() & ((pl.len().over("_address") > 1) | pl.col("_contradicted")))
    places = shared.select("leverandor_bolig_id", "_address")
    here = named.join(places, on="leverandor_bolig_id").join(
        places, left_on=["other", "_address"], right_on=["leverandor_bolig_id", "_address"]
    )
    is_in = pl.col("leverandor_bolig_id").is_in
    known = pl.concat([here.get_column("leverandor_bolig_id"), excused.new, excused.new_beside_all])
    without = shared.filter(pl.col("_unit").is_null() & pl.col("_extra").is_null() & ~is_in(known.implode()))
    settled = pl.col("_doubted") & ~pl.col("_contradicted") & is_in(answered.implode())
    without = without.filter(~settled).select("leverandor_bolig_id", "_address")
    neighbours = shared.group_by("_address").agg(other=pl.col("leverandor_bolig_id").sort().head(MOST + 1))
    pairs = without.join(neighbours, on="_address").explode("other").select("leverandor_bolig_id", "other")
    pairs = _still_possible(excused.open(pairs).filter(pl.col("leverandor_bolig_id") != pl.col("other")), dwellings, answered)
    alone = without.join(pairs, on="leverandor_bolig_id", how="anti").select("leverandor_bolig_id", other="leverandor_bolig_id")
    return pl.concat([pairs, alone])


def _in_unit(rows: pl.DataFrame) -> pl.DataFrame:
    """The whole unit in one system, and its leases one by one in another."""
    keyed = rows.filter(pl.col("_address").is_not_null() & pl.col("_unit").is_not_null())
    leases = keyed.filter(pl.col("_extra").is_not_null()).select("_address", "_unit", other="leverandor_bolig_id")
    return keyed.filter(pl.col("_extra").is_null()).join(leases, on=["_address", "_unit"]).select("leverandor_bolig_id", "other")
