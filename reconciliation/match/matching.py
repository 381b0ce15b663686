"""Keys in order, strongest first; what no key settles is offered as explained candidates."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.blocks import pairs_in_blocks
from reconciliation.likeness.comparison import prepared
from reconciliation.likeness.place import PLACE_COLUMNS, SamePlace, with_place
from reconciliation.likeness.stray_streets import meant_streets
from reconciliation.likeness.street_spelling import one_spelling
from reconciliation.match.both_sides import PAIR
from reconciliation.match.candidates import with_this_rent, worth_asking
from reconciliation.match.decided_pairs import pair_decisions
from reconciliation.match.key_search import KeySearch
from reconciliation.match.last_search import last_search
from reconciliation.match.unambiguous_pairs import MEASURES, alone_at_address, around_addresses, last_left, leases, only_with_this_rent
from reconciliation.model.known_decisions import Decisions
from reconciliation.model.register_rows import without_deleted
from reconciliation.model.tables import MATCHES


def match(
    dwellings: pl.DataFrame,
    register_rows: pl.DataFrame,
    links: pl.DataFrame,
    decisions: Decisions | pl.DataFrame | None = None,
    same_place: SamePlace | None = None,
) -> pl.DataFrame:
    """dwellings: DWELLINGS. register_rows: kobo_id, leverandor_bolig_id, slettet (optional), contract.COMPARED.

    links: leverandor_bolig_id, kobo_id (at least). Shape: MATCHES, sorted. An entry is at most once in a certain pair, so is
    a dwelling. Pairs that are not certain are questions: a key that something contradicts, a rival, a candidate.
    """
    entries = without_deleted(register_rows)
    if dwellings.is_empty() or entries.is_empty():
        return pl.DataFrame(schema=MATCHES)
    answers = pair_decisions(Decisions.of(decisions), dwellings, entries)
    search = KeySearch(dwellings, entries, answers)
    search.by_link(links.select(list(PAIR)))
    if answers.same.is_empty() and search.free_ours.is_empty():
        # Everything is linked already: no addresses need to be compared.
        return search.result()
    search.ours, search.theirs = _spelt_alike(with_place(dwellings, same_place), with_place(entries, same_place))
    search.settle(answers.same, "decision", "decision", checked=False)
    search.settle(_on(search, "leverandor_bolig_id"), "leverandor_bolig_id", "leverandor_bolig_id", checked=False)
    search.settle(_on(search, _key("_address", "_unit")), "address", "address_unit")
    search.settle(_on(search, _key("_matrikkel", "_unit")), "matrikkel", "matrikkel")
    around = around_addresses(search.ours, search.theirs)
    search.settle(leases(search.ours, search.theirs, search.free_ours, search.free_theirs, around), "address", "address_lease")
    search.settle(alone_at_address(search.ours, search.theirs, search.free_ours, search.free_theirs, around), "address", "single")
    search.settle(last_left(search.ours, search.theirs, search.free_ours, search.free_theirs, around), "address", "last")
    search.settle(only_with_this_rent(search.ours, search.theirs, search.free_ours, search.free_theirs, around), "address", "only_rent")
    search.settle_elsewhere()
    search.confirm()
    search.ours = search.ours.with_columns(with_this_rent())
    search.offer(_candidates(search))
    search.offer(_last_search(search))
    return search.result()


def _spelt_alike(ours: pl.DataFrame, theirs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides prepared, one spelling per street and house over the two."""
    columns = [*PLACE_COLUMNS, "gardsnummer", "bruksnummer", "postnummer", *MEASURES]
    sides = [side.select(columns).with_columns(source=pl.lit(name)) for side, name in ((ours, "ours"), (theirs, "kobo"))]
    both = one_spelling(meant_streets(pl.concat(sides, how="vertical_relaxed")))
    names = ["_street", "_address"]
    settled = both.select(names)
    left = ours.with_columns(_written="_street").with_columns(settled.head(ours.height))
    right = theirs.with_columns(_written="_street").with_columns(settled.tail(theirs.height))
    return prepared(left), prepared(right)


def _key(*parts: str) -> pl.Expr:
    return pl.concat_str(*parts, pl.col("_extra").fill_null(""), separator="|")


def _on(search: KeySearch, key: pl.Expr | str) -> pl.DataFrame:
    expression = pl.col(key) if isinstance(key, str) else key
    left = search.free_ours.select("leverandor_bolig_id", _key=expression).drop_nulls()
    right = search.free_theirs.select("kobo_id", _key=expression).drop_nulls()
    return left.join(right, on="_key").select(list(PAIR))


def _candidates(search: KeySearch) -> pl.DataFrame:
    """Pairs within a block, compared; the few best of each dwelling that are worth a person's time."""
    ours, theirs = search.open_ours, _with_disputed(search).join(search.settled_theirs, on="kobo_id", how="anti", maintain_order="left")
    pairs = search.answers.not_different(pairs_in_blocks(ours, theirs))
    asked = pl.concat(search.pairs).get_column("leverandor_bolig_id").to_list()
    return pairs if pairs.is_empty() else worth_asking(pairs, ours, theirs, asked)


def _with_disputed(search: KeySearch) -> pl.DataFrame:
    """The entries, `_disputed`: its number names a home that it is not, or another entry has it too. Then one was typed wrong, and is one
    of the others in the house."""
    named = pl.concat(search.pairs).filter(~pl.col("certain") & (pl.col("key") != "candidate")).select("kobo_id")
    wrong = pl.concat([search.disputed, named]).get_column("kobo_id")
    unit = pl.struct("_address", "_unit", "_extra")
    twice = pl.col("_address").is_not_null() & pl.col("_unit").is_not_null() & unit.is_duplicated()
    # A row of ours whose floor contradicts its number: in that house the numbers are no certain names.
    doubted = pl.col("_address").is_in(search.ours.filter("_doubted").get_column("_address").drop_nulls().implode())
    return search.theirs.with_columns(_disputed=(pl.col("kobo_id").is_in(wrong.implode()) | twice | doubted).fill_null(value=False))


def _last_search(search: KeySearch) -> pl.DataFrame:
    """What the dwellings without a certain entry may be in the register, by any weak key: nothing is created before that, and who is asked
    is shown all that it may be."""
    searched = pl.concat(search.pairs)
    explained = pl.concat([searched.filter("certain").get_column("kobo_id"), search.linked.get_column("kobo_id")])
    theirs = _with_disputed(search).with_columns(_explained=pl.col("kobo_id").is_in(explained.implode()))
    unfound = search.open_ours.join(searched, on="leverandor_bolig_id", how="anti").get_column("leverandor_bolig_id")
    is_in = pl.col("leverandor_bolig_id").is_in
    in_question = search.open_ours.get_column("leverandor_bolig_id")
    ours = search.ours.with_columns(_unfound=is_in(unfound.implode()), _open=is_in(in_question.implode()))
    pairs = last_search(ours, theirs, searched.filter(~pl.col("certain")).select(list(PAIR)))
    return pairs if pairs.is_empty() else search.answers.not_different(pairs)
