"""Keys in order, strongest first; what no key settles is offered as explained candidates."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from reconciliation.likeness.blocks import pairs_in_blocks
from reconciliation.likeness.comparison import compare, explain, prepared
from reconciliation.likeness.contradiction import contradict, in_pair
from reconciliation.likeness.leases import let_by_lease, mixed_leases_in_pair
from reconciliation.likeness.place import PLACE_COLUMNS, SamePlace, with_place
from reconciliation.likeness.street_spelling import one_spelling
from reconciliation.match.candidates import worth_asking
from reconciliation.match.decided_pairs import Answers, answers_for
from reconciliation.match.unambiguous_pairs import alone_at_address, around_addresses, last_left, leases
from reconciliation.model.known_decisions import Decisions
from reconciliation.model.register_rows import without_deleted
from reconciliation.model.row_joins import meeting, rising, taken, without
from reconciliation.model.tables import MATCHES

PAIR = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}


def match(
    dwellings: pl.DataFrame,
    register_rows: pl.DataFrame,
    links: pl.DataFrame,
    decisions: Decisions | pl.DataFrame | None = None,
    same_place: SamePlace | None = None,
) -> pl.DataFrame:
    """dwellings: DWELLINGS. register_rows: kobo_id, leverandor_bolig_id, slettet (optional), contract.COMPARED.

    links: leverandor_bolig_id, kobo_id (at least). Shape: MATCHES, sorted. An entry is at most once in a certain pair, so is
    a dwelling. Pairs that are not certain are questions: a key that something speaks against, a rival, a candidate.
    """
    entries = without_deleted(register_rows)
    if dwellings.is_empty() or entries.is_empty():
        return pl.DataFrame(schema=MATCHES)
    answers = answers_for(Decisions.of(decisions), dwellings, entries)
    search = _Search(dwellings, entries, answers)
    search.by_link(links.select(list(PAIR)))
    if answers.same.is_empty() and search.free_ours.is_empty():
        # A night on which nothing is new: nobody's place needs a look.
        return search.result()
    search.ours, search.theirs = _spelt_alike(with_place(dwellings, same_place), with_place(entries, same_place))
    search.settle(answers.same, "decision", "decision", checked=False)
    search.settle(_on(search, "leverandor_bolig_id"), "leverandor_bolig_id", "leverandor_bolig_id", checked=False)
    search.settle(_on(search, _key("_address", "_unit")), "address", "address_unit")
    search.settle(_on(search, _key("_matrikkel", "_unit")), "matrikkel", "matrikkel")
    search.settle(leases(search.ours, search.theirs, search.free_ours, search.free_theirs), "address", "address_lease")
    around = around_addresses(search.ours, search.theirs)
    search.settle(alone_at_address(search.ours, search.theirs, search.free_ours, search.free_theirs, around), "address", "single")
    search.settle(last_left(search.ours, search.theirs, search.free_ours, search.free_theirs, around), "address", "last")
    search.settle_elsewhere()
    search.offer(_candidates(search))
    return search.result()


def _spelt_alike(ours: pl.DataFrame, theirs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides prepared, one spelling per street and house over the two."""
    columns = [*PLACE_COLUMNS, "gardsnummer", "bruksnummer", "postnummer"]
    both = one_spelling(pl.concat([ours.select(columns), theirs.select(columns)]))
    names = ["_street", "_address"]
    settled = both.select(names)
    left = ours.with_columns(_written="_street").with_columns(settled.head(ours.height))
    right = theirs.with_columns(_written="_street").with_columns(settled.tail(theirs.height))
    return prepared(left), prepared(right)


@dataclass
class _Search:
    """What is found so far, and who is still free to be found."""

    ours: pl.DataFrame
    theirs: pl.DataFrame
    answers: Answers
    found: list[pl.DataFrame] = field(default_factory=list)
    busy_ours: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"leverandor_bolig_id": pl.String()}))
    busy_theirs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"kobo_id": pl.String()}))
    elsewhere: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        self.found.append(pl.DataFrame(schema=MATCHES))
        # New for certain, a person said: nothing is looked for.
        self.busy_ours = pl.concat([self.busy_ours, self.answers.new])

    @cached_property
    def any_lease(self) -> pl.Expr:
        """On compared pairs; both sides must be placed before it is first asked for."""
        columns = ("_address", "_municipality", "_ground", "_house", "_unit", "_extra")
        leased = let_by_lease(pl.concat([self.ours.select(columns), self.theirs.select(columns)]))
        ours = self.ours.get_column("leverandor_bolig_id").filter(leased.head(self.ours.height))
        theirs = self.theirs.get_column("kobo_id").filter(leased.tail(self.theirs.height))
        return mixed_leases_in_pair(pl.col("leverandor_bolig_id").is_in(ours.implode()) | pl.col("kobo_id").is_in(theirs.implode()))

    @property
    def free_ours(self) -> pl.DataFrame:
        return without(self.ours, self.busy_ours, "leverandor_bolig_id")

    @property
    def free_theirs(self) -> pl.DataFrame:
        return without(self.theirs, self.busy_theirs, "kobo_id")

    def by_link(self, links: pl.DataFrame) -> None:
        held, _ = meeting(links.get_column("leverandor_bolig_id"), self.ours.get_column("leverandor_bolig_id"))
        pairs = taken(links, held)
        seen, there = meeting(pairs.get_column("kobo_id"), self.theirs.get_column("kobo_id"))
        pairs = taken(pairs, seen).with_columns(taken(self.theirs.select(carried="leverandor_bolig_id"), there))
        another = pl.col("carried").is_not_null() & (pl.col("carried") != "") & (pl.col("carried") != pl.col("leverandor_bolig_id"))
        self._add(pairs.filter(~another).select(list(PAIR)), "link", "link", certain=True)
        self._add(pairs.filter(another).select(list(PAIR)), "link", "carries_another_id", certain=False)
        # Whatever is linked is spoken for, also when the other side is gone tonight.
        self._occupy(links)

    def settle(self, pairs: pl.DataFrame, key: str, reason: str, *, checked: bool = True) -> None:
        """Certain when neither side has a rival and nothing speaks against it. checked: compare the two first."""
        pairs = self.answers.not_different(pairs.select(list(PAIR)).unique())
        if pairs.is_empty():
            return
        lone = (pl.len().over("leverandor_bolig_id") == 1) & (pl.len().over("kobo_id") == 1)
        marked = pairs.with_columns(_lone=lone)
        rivals, ones = marked.filter(~pl.col("_lone")), marked.filter("_lone")
        if not checked:
            self._add(ones, key, reason, certain=True)
            self._occupy(ones)
            self._add(rivals, key, "rival", certain=False)
            self._occupy(rivals)
            return
        seen = compare(ones, self.ours, self.theirs)
        against = (
            pl.any_horizontal(
                (pl.col(f"_level_{name}") != "same") & (pl.col(f"_level_{name}") != "unknown")
                for name in ("adressenavn", "nummer", "postnummer")
            )
            | self._contradicted()
        )
        odd = contradict(in_pair) | self.any_lease
        self._add(seen.filter(odd & ~against), key, "at_odds", certain=False)
        settled = seen.filter(~against & ~odd)
        self._add(settled, key, reason, certain=True)
        self._occupy(settled)
        self._occupy(seen.filter(odd & ~against))
        clashing = seen.filter(against)
        if key == "matrikkel":
            # One parcel, several houses: the entry may be the neighbour's, and the neighbour has not been asked yet.
            elsewhere = pl.col("_level_nummer") != "same"
            self.elsewhere = clashing.filter(elsewhere)
            clashing = clashing.filter(~elsewhere)
        self._clash(clashing, key)
        if key != "matrikkel":
            # Entrances of one matrikkel share unit numbers: that key alone makes no rivals.
            self._add(compare(rivals, self.ours, self.theirs), key, "rival", certain=False)

    def settle_elsewhere(self) -> None:
        """Pairs of one parcel and unit number in two houses: a key that the house speaks against, unless a free row of the
        other side stands in either house; then they are compared like any other."""
        if self.elsewhere is None or self.elsewhere.is_empty():
            return
        ours, theirs = self.free_ours.select("leverandor_bolig_id", "_address"), self.free_theirs.select("kobo_id", "_address")
        left = self.elsewhere.join(ours.join(theirs, on="_address", how="anti"), on="leverandor_bolig_id", how="semi")
        self._clash(left.join(theirs.join(ours, on="_address", how="anti"), on="kobo_id", how="semi"), "matrikkel")

    def _clash(self, pairs: pl.DataFrame, key: str) -> None:
        self._add(pairs, key, "protected_differs", certain=False)
        self._occupy(pairs)

    def _contradicted(self) -> pl.Expr:
        gone = self.answers.unsure
        return pl.concat_str("leverandor_bolig_id", "kobo_id", separator="\x1f").is_in(gone.implode())

    def result(self) -> pl.DataFrame:
        """Shape: MATCHES, sorted; the strongest reason of each pair."""
        found = pl.concat(self.found)
        if rising(found.get_column("leverandor_bolig_id")):
            # One pair of each dwelling, in their order: as on every night on which nothing is new.
            return found
        found = found.unique(["leverandor_bolig_id", "kobo_id"], keep="first", maintain_order=True)
        return found.sort("leverandor_bolig_id", "certain", "kobo_id", descending=[False, True, False])

    def offer(self, pairs: pl.DataFrame) -> None:
        self._add(pairs, "candidate", "candidate", certain=False)

    def _add(self, pairs: pl.DataFrame, key: str, reason: str, *, certain: bool) -> None:
        if pairs.is_empty():
            return
        explained = pairs.with_columns(details=pl.lit("{}")) if certain or "_points" not in pairs.columns else explain(pairs)
        told = explained.with_columns(key=pl.lit(key), certain=pl.lit(certain), reason=pl.lit(reason))
        self.found.append(told.select(list(MATCHES)).cast(pl.Schema(MATCHES)))

    def _occupy(self, pairs: pl.DataFrame) -> None:
        self.busy_ours = pl.concat([self.busy_ours, pairs.select("leverandor_bolig_id")])
        self.busy_theirs = pl.concat([self.busy_theirs, pairs.select("kobo_id")])


def _key(*parts: str) -> pl.Expr:
    return pl.concat_str(*parts, pl.col("_extra").fill_null(""), separator="|")


def _on(search: _Search, key: pl.Expr | str) -> pl.DataFrame:
    expression = pl.col(key) if isinstance(key, str) else key
    left = search.free_ours.select("leverandor_bolig_id", _key=expression).drop_nulls()
    right = search.free_theirs.select("kobo_id", _key=expression).drop_nulls()
    return left.join(right, on="_key").select(list(PAIR))


def _candidates(search: _Search) -> pl.DataFrame:
    """Pairs within a block, compared; the few best of each dwelling that are worth a person's time."""
    ours, theirs = search.free_ours, search.free_theirs
    pairs = search.answers.not_different(pairs_in_blocks(ours, theirs))
    return pairs if pairs.is_empty() else worth_asking(pairs, ours, theirs)
