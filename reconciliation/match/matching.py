"""Keys in order, strongest first; what no key settles is offered as explained candidates."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.blocks import pairs_in_blocks
from reconciliation.likeness.comparison import compare, prepared
from reconciliation.likeness.place import PLACE_COLUMNS, SamePlace, with_place
from reconciliation.likeness.stray_streets import meant_streets
from reconciliation.likeness.street_spelling import one_spelling
from reconciliation.match.both_sides import PAIR
from reconciliation.match.candidates import MOST, with_this_rent, worth_asking
from reconciliation.match.decided_pairs import pair_decisions
from reconciliation.match.keyed_pairs import KeyedPairs
from reconciliation.match.last_search import last_search, left_behind
from reconciliation.match.on_its_parcel import on_the_parcel_of
from reconciliation.match.other_streets import OtherStreets, alone_alike
from reconciliation.match.still_asked import still_asked
from reconciliation.match.unambiguous_pairs import MEASURES, alone_at_address, around_addresses, last_left, leases, only_with_this_rent
from reconciliation.model.known_decisions import Decisions
from reconciliation.model.plan_actions import HOME_GONE
from reconciliation.model.register_rows import without_deleted
from reconciliation.model.tables import MATCHES


def match(
    dwellings: pl.DataFrame,
    register_rows: pl.DataFrame,
    links: pl.DataFrame,
    decisions: Decisions | pl.DataFrame | None = None,
    same_place: SamePlace | None = None,
    before: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """dwellings: DWELLINGS. register_rows: kobo_id, leverandor_bolig_id, slettet (optional), contract.COMPARED. before: MATCHES of the
    night before, whose questions stay.

    links: leverandor_bolig_id, kobo_id (at least). Shape: MATCHES, sorted. An entry is at most once in a certain pair, so is
    a dwelling. Pairs that are not certain are questions: a key that something contradicts, a rival, a candidate.
    """
    entries = without_deleted(register_rows)
    if dwellings.is_empty() or entries.is_empty():
        return pl.DataFrame(schema=MATCHES)
    answers = pair_decisions(Decisions.of(decisions), dwellings, entries)
    keyed = KeyedPairs(dwellings, entries, answers)
    keyed.by_link(links.select(list(PAIR)))
    if answers.same.is_empty() and keyed.free_ours.is_empty():
        # Everything is linked already: no addresses need to be compared.
        return keyed.result()
    keyed.ours, keyed.theirs = prepared_sides(dwellings, entries, same_place)
    keyed.settle(_not_linked_elsewhere(answers.same, links), "decision", "decision", checked=False)
    keyed.settle(_on(keyed, "leverandor_bolig_id"), "leverandor_bolig_id", "leverandor_bolig_id", checked=False)
    keyed.settle(_on(keyed, _key("_address", "_unit")), "address", "address_unit")
    keyed.settle(_on(keyed, _key("_matrikkel", "_unit")), "matrikkel", "matrikkel")
    around = around_addresses(keyed.ours, keyed.theirs)
    keyed.settle(leases(keyed.ours, keyed.theirs, keyed.free_ours, keyed.free_theirs, around), "address", "address_lease")
    keyed.settle(alone_at_address(keyed.ours, keyed.theirs, keyed.free_ours, keyed.free_theirs, around), "address", "single")
    keyed.settle(last_left(keyed.ours, keyed.theirs, keyed.free_ours, keyed.free_theirs, around), "address", "last")
    keyed.settle(only_with_this_rent(keyed.ours, keyed.theirs, keyed.free_ours, keyed.free_theirs, around), "address", "only_rent")
    keyed.settle_elsewhere()
    keyed.confirm()
    keyed.ours = keyed.ours.with_columns(with_this_rent())
    keyed.offer(_candidates(keyed))
    keyed.offer(_last_search(keyed))
    keyed.offer(_elsewhere(keyed))
    keyed.offer(_of_homes_gone(keyed), HOME_GONE)
    keyed.offer(_on_a_parcel(keyed, dwellings))
    if before is not None:
        keyed.pairs.append(still_asked(keyed, before))
    return keyed.result()


def prepared_sides(ours: pl.DataFrame, theirs: pl.DataFrame, same_place: SamePlace | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides prepared (likeness/comparison), one spelling per street and house over the two."""
    ours, theirs = with_place(ours, same_place), with_place(theirs, same_place)
    columns = [*PLACE_COLUMNS, "gardsnummer", "bruksnummer", "postnummer", *MEASURES]
    sides = [side.select(columns).with_columns(source=pl.lit(name)) for side, name in ((ours, "ours"), (theirs, "kobo"))]
    both = one_spelling(meant_streets(pl.concat(sides, how="vertical_relaxed")))
    names = ["_street", "_address"]
    settled = both.select(names)
    left = ours.with_columns(_written="_street").with_columns(settled.head(ours.height))
    right = theirs.with_columns(_written="_street").with_columns(settled.tail(theirs.height))
    return prepared(left), prepared(right)


def _not_linked_elsewhere(pairs: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Without those whose entry is linked to another home: which of the two keeps it is asked again."""
    return (
        pairs.join(links.select("kobo_id", _home="leverandor_bolig_id"), on="kobo_id", how="left")
        .filter(pl.col("_home").is_null() | (pl.col("_home") == pl.col("leverandor_bolig_id")))
        .select(list(PAIR))
    )


def _key(*parts: str) -> pl.Expr:
    return pl.concat_str(*parts, pl.col("_extra").fill_null(""), separator="|")


def _on(keyed: KeyedPairs, key: pl.Expr | str) -> pl.DataFrame:
    expression = pl.col(key) if isinstance(key, str) else key
    left = keyed.free_ours.select("leverandor_bolig_id", _key=expression).drop_nulls()
    right = keyed.free_theirs.select("kobo_id", _key=expression).drop_nulls()
    return left.join(right, on="_key").select(list(PAIR))


def _candidates(keyed: KeyedPairs) -> pl.DataFrame:
    """Pairs within a block, compared; the few best of each dwelling that are worth a person's time."""
    ours, theirs = keyed.open_ours, _with_disputed(keyed).join(keyed.settled_theirs, on="kobo_id", how="anti", maintain_order="left")
    pairs = keyed.answers.not_different(pairs_in_blocks(ours, theirs))
    asked = pl.concat(keyed.pairs).get_column("leverandor_bolig_id").to_list()
    return pairs if pairs.is_empty() else worth_asking(pairs, ours, theirs, asked)


def _with_disputed(keyed: KeyedPairs) -> pl.DataFrame:
    """The entries, `_disputed`: its number names a home that it is not, or another entry has it too. Then one was typed wrong, and is one
    of the others in the house."""
    pairs = pl.concat(keyed.pairs)
    named = pairs.filter(~pl.col("certain") & (pl.col("key") != "candidate")).select("kobo_id")
    certain = pl.concat([pairs.filter("certain").select("kobo_id"), keyed.linked.select("kobo_id")])
    # Also where that home has another entry since, or a person said that they are two: an answer makes the number no better.
    numbers = keyed.ours.select("_address", "_unit", "_extra").drop_nulls(["_address", "_unit"]).unique()
    without = keyed.theirs.join(certain, on="kobo_id", how="anti")
    elsewhere = without.join(numbers, on=["_address", "_unit", "_extra"], how="semi", nulls_equal=True).select("kobo_id")
    wrong = pl.concat([elsewhere, named]).get_column("kobo_id")
    unit = pl.struct("_address", "_unit", "_extra")
    twice = pl.col("_address").is_not_null() & pl.col("_unit").is_not_null() & unit.is_duplicated()
    # A row of ours whose floor contradicts its number: in that house the numbers are no certain names.
    doubted = pl.col("_address").is_in(keyed.ours.filter("_doubted").get_column("_address").drop_nulls().implode())
    return keyed.theirs.with_columns(_disputed=(pl.col("kobo_id").is_in(wrong.implode()) | twice | doubted).fill_null(value=False))


def _last_search(keyed: KeyedPairs) -> pl.DataFrame:
    """What the dwellings without a certain entry may be in the register, by any weak key: nothing is created before that, and who is asked
    is shown all that it may be."""
    searched = pl.concat(keyed.pairs)
    explained = pl.concat([searched.filter("certain").get_column("kobo_id"), keyed.linked.get_column("kobo_id")])
    theirs = _with_disputed(keyed).with_columns(_explained=pl.col("kobo_id").is_in(explained.implode()))
    unfound = keyed.open_ours.join(searched, on="leverandor_bolig_id", how="anti").get_column("leverandor_bolig_id")
    is_in = pl.col("leverandor_bolig_id").is_in
    in_question = keyed.open_ours.get_column("leverandor_bolig_id")
    ours = keyed.ours.with_columns(_unfound=is_in(unfound.implode()), _open=is_in(in_question.implode()))
    pairs = last_search(ours, theirs, searched.filter(~pl.col("certain")).select(list(PAIR)))
    return pairs if pairs.is_empty() else keyed.answers.not_different(pairs)


def _elsewhere(keyed: KeyedPairs) -> pl.DataFrame:
    """Of the dwellings that would be created and the entries that nobody was asked about, those that measures alone tie."""
    searched = pl.concat(keyed.pairs)
    listed = pl.concat([searched.select("kobo_id"), keyed.linked.select("kobo_id")])
    pairs = alone_alike(keyed.ours, keyed.theirs)
    free = pairs.join(keyed.open_ours, on="leverandor_bolig_id", how="semi").join(searched, on="leverandor_bolig_id", how="anti")
    return compare(keyed.answers.not_different(free.join(listed, on="kobo_id", how="anti")), keyed.ours, keyed.theirs)


def _on_a_parcel(keyed: KeyedPairs, dwellings: pl.DataFrame) -> pl.DataFrame:
    """Of the dwellings that would be created, those on the parcel of an entry of which another list's row in another street is certain."""
    searched = pl.concat(keyed.pairs)
    free = keyed.open_ours.join(searched, on="leverandor_bolig_id", how="anti")
    certain = searched.filter("certain").select(list(PAIR))
    return keyed.answers.not_different(on_the_parcel_of(dwellings, keyed.ours, keyed.theirs, certain, free))


def _of_homes_gone(keyed: KeyedPairs) -> pl.DataFrame:
    """What the dwellings without a certain entry may be among the entries of ours whose home is in no list any more: the same home under
    another key, which would be deleted and made anew. Never certain; the most alike of each dwelling."""
    if keyed.gone.is_empty():
        return keyed.gone
    searched = pl.concat(keyed.pairs)
    rows = keyed.open_ours.join(searched.filter("certain"), on="leverandor_bolig_id", how="anti", maintain_order="left")
    entries = keyed.theirs.join(keyed.gone, on="kobo_id", how="semi", maintain_order="left")
    streets = OtherStreets(keyed.ours, keyed.theirs, searched.filter(~pl.col("certain")).select(list(PAIR)))
    alike = alone_alike(keyed.ours, keyed.theirs)
    pairs = keyed.answers.not_different(left_behind(rows, entries, streets, alike))
    return pairs.filter(pl.col("kobo_id").cum_count().over("leverandor_bolig_id") <= MOST)
