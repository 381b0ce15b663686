"""Keys in order, strongest first; what no key settles is offered as explained candidates."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from reconciliation.likeness.better_fit import better_elsewhere
from reconciliation.likeness.blocks import pairs_in_blocks
from reconciliation.likeness.comparison import compare, explain, prepared
from reconciliation.likeness.contradiction import contradict, in_pair
from reconciliation.likeness.leases import let_by_lease, mixed_leases_in_pair
from reconciliation.likeness.place import PLACE_COLUMNS, SamePlace, with_place
from reconciliation.likeness.street_spelling import one_spelling
from reconciliation.match.candidates import last_search, worth_asking
from reconciliation.match.decided_pairs import PairDecisions, pair_decisions
from reconciliation.match.unambiguous_pairs import alone_at_address, around_addresses, last_left, leases
from reconciliation.model.known_decisions import Decisions
from reconciliation.model.register_rows import without_deleted
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
    a dwelling. Pairs that are not certain are questions: a key that something contradicts, a rival, a candidate.
    """
    entries = without_deleted(register_rows)
    if dwellings.is_empty() or entries.is_empty():
        return pl.DataFrame(schema=MATCHES)
    answers = pair_decisions(Decisions.of(decisions), dwellings, entries)
    search = _Search(dwellings, entries, answers)
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
    search.settle_elsewhere()
    search.confirm()
    search.offer(_candidates(search))
    search.offer(_last_search(search))
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


SELDOM = 0.1
"""A measure that differs in at most this share of the pairs counts as evidence where no other measure is known."""
_DWELLINGS, _ENTRIES = {"leverandor_bolig_id": pl.String()}, {"kobo_id": pl.String()}


@dataclass
class _Search:
    """found: MATCHES so far. keyed: pairs that a key made, certain unless a neighbour fits better (`confirm`).

    taken_*: paired, or in question, by a key: no further key is tried. settled_*: nothing is offered either.
    """

    ours: pl.DataFrame
    theirs: pl.DataFrame
    answers: PairDecisions
    found: list[pl.DataFrame] = field(default_factory=list)
    keyed: list[pl.DataFrame] = field(default_factory=list)
    taken_ours: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_DWELLINGS))
    taken_theirs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_ENTRIES))
    settled_ours: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_DWELLINGS))
    settled_theirs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_ENTRIES))
    elsewhere: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        self.found.append(pl.DataFrame(schema=MATCHES))
        # New for certain, a person said: nothing is looked for.
        self.taken_ours = pl.concat([self.taken_ours, self.answers.new])
        self.settled_ours = pl.concat([self.settled_ours, self.answers.new])

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
        """Dwellings that keys are still tried for."""
        return self.ours.join(self.taken_ours, on="leverandor_bolig_id", how="anti", maintain_order="left")

    @property
    def free_theirs(self) -> pl.DataFrame:
        return self.theirs.join(self.taken_theirs, on="kobo_id", how="anti", maintain_order="left")

    @property
    def open_ours(self) -> pl.DataFrame:
        """Dwellings that entries may be offered for."""
        return self.ours.join(self.settled_ours, on="leverandor_bolig_id", how="anti", maintain_order="left")

    @property
    def open_theirs(self) -> pl.DataFrame:
        return self.theirs.join(self.settled_theirs, on="kobo_id", how="anti", maintain_order="left")

    def by_link(self, links: pl.DataFrame) -> None:
        pairs = links.join(self.ours, on="leverandor_bolig_id", how="semi").join(
            self.theirs.select("kobo_id", carried="leverandor_bolig_id"), on="kobo_id"
        )
        another = pl.col("carried").is_not_null() & (pl.col("carried") != "") & (pl.col("carried") != pl.col("leverandor_bolig_id"))
        self._add(pairs.filter(~another).select(list(PAIR)), "link", "link", certain=True)
        self._add(pairs.filter(another).select(list(PAIR)), "link", "carries_another_id", certain=False)
        # Linked rows take no part in matching, even when the other side is missing tonight.
        self._occupy(links)

    def settle(self, pairs: pl.DataFrame, key: str, reason: str, *, checked: bool = True) -> None:
        """Certain when neither side has a rival and nothing contradicts it. checked: compare the two first."""
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
        self._take(seen.filter(odd & ~against))
        settled = seen.filter(~against & ~odd)
        self.keyed.append(settled.select(*PAIR, key=pl.lit(key), reason=pl.lit(reason)))
        self._take(settled)
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
        """Pairs with equal parcel and unit number but different house numbers. Each is a contradicted key, except where the
        other table has an unmatched row at one of the two houses: those pairs are compared like any other."""
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

    def confirm(self) -> None:
        """The pairs that keys made become certain, but for those of which a neighbour fits the other side better."""
        keyed = pl.concat([pl.DataFrame(schema={**PAIR, "key": pl.String(), "reason": pl.String()}), *self.keyed])
        doubted, offered = self._better_elsewhere(keyed.select(list(PAIR)))
        odd = self._lone_differences(keyed.join(doubted, on=list(PAIR), how="anti"))
        self._add(odd, "address", "at_odds", certain=False)
        keyed = keyed.join(odd, on=list(PAIR), how="anti")
        for (key, reason), pairs in sorted(
            keyed.join(doubted, on=list(PAIR), how="anti").group_by("key", "reason"), key=lambda one: one[0]
        ):
            self._add(pairs, str(key), str(reason), certain=True)
            self._occupy(pairs)
        for (key,), pairs in sorted(keyed.join(doubted, on=list(PAIR), how="semi").group_by("key"), key=lambda one: one[0]):
            self._add(compare(pairs.select(list(PAIR)), self.ours, self.theirs), str(key), "fits_neighbour", certain=False)
        # A neighbour that is certain of its own entry is no candidate.
        offered = offered.join(self.settled_ours, on="leverandor_bolig_id", how="anti").join(self.settled_theirs, on="kobo_id", how="anti")
        if offered.height:
            self._add(compare(self.answers.not_different(offered), self.ours, self.theirs), "candidate", "fits_neighbour", certain=False)

    def _lone_differences(self, keyed: pl.DataFrame) -> pl.DataFrame:
        """Of the pairs, compared, those in which one measure differs and none agrees, where that measure agrees in nearly all others.
        In a register whose rents are years old, most differ, and nothing follows from it."""
        if keyed.is_empty():
            return keyed
        seen = compare(keyed.select(list(PAIR)), self.ours, self.theirs)
        levels = {name: pl.col(f"_level_{name}").cast(pl.String()) for name in ("manedsleie", "antall_soverom", "bruksareal")}
        usual = [
            name
            for name, level in levels.items()
            if (seen.select((level.filter(level != "unknown") == "different").mean()).item() or 0.0) <= SELDOM
        ]
        measured = pl.any_horizontal(level.is_in(["same", "close"]) for level in levels.values())
        agreeing = measured | (pl.col("_level_seksjonsnummer") == "same")
        odd = pl.any_horizontal(pl.lit(value=False), *(levels[name] == "different" for name in usual))
        return seen.filter(odd & ~agreeing)

    def _better_elsewhere(self, keyed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Of the pairs, those that are doubted; and the neighbours' pairs that would fit better."""
        if keyed.is_empty():
            return keyed, keyed
        certain = pl.concat(self.found).filter("certain").select(list(PAIR))
        left = self.ours.select("leverandor_bolig_id").with_row_index("_at")
        right = self.theirs.select("kobo_id").with_row_index("_at_right").with_columns(pl.col("_at_right") + self.ours.height)
        ends = pl.concat([keyed, certain]).join(left, on="leverandor_bolig_id").join(right, on="kobo_id")
        shared = [name for name in self.ours.columns if name in self.theirs.columns]
        sides = [frame.select(shared).with_columns(_side=pl.lit(name)) for frame, name in ((self.ours, "ours"), (self.theirs, "kobo"))]
        found = better_elsewhere(pl.concat(sides, how="vertical_relaxed"), ends.select("_at", "_at_right"))
        pairs = [
            found.select(one=pl.min_horizontal(*ends), other=pl.max_horizontal(*ends)).unique()
            for ends in (("_at", "_at_right"), ("_at", "_other"))
        ]
        named = [
            one.join(left, left_on="one", right_on="_at").join(right, left_on="other", right_on="_at_right").select(list(PAIR))
            for one in pairs
        ]
        return named[0].join(keyed, on=list(PAIR), how="semi"), named[1]

    def _take(self, pairs: pl.DataFrame) -> None:
        """No further key is tried for either side."""
        self.taken_ours = pl.concat([self.taken_ours, pairs.select("leverandor_bolig_id")])
        self.taken_theirs = pl.concat([self.taken_theirs, pairs.select("kobo_id")])

    def _occupy(self, pairs: pl.DataFrame) -> None:
        """Neither is anything offered to it."""
        self._take(pairs)
        self.settled_ours = pl.concat([self.settled_ours, pairs.select("leverandor_bolig_id")])
        self.settled_theirs = pl.concat([self.settled_theirs, pairs.select("kobo_id")])


def _key(*parts: str) -> pl.Expr:
    return pl.concat_str(*parts, pl.col("_extra").fill_null(""), separator="|")


def _on(search: _Search, key: pl.Expr | str) -> pl.DataFrame:
    expression = pl.col(key) if isinstance(key, str) else key
    left = search.free_ours.select("leverandor_bolig_id", _key=expression).drop_nulls()
    right = search.free_theirs.select("kobo_id", _key=expression).drop_nulls()
    return left.join(right, on="_key").select(list(PAIR))


def _candidates(search: _Search) -> pl.DataFrame:
    """Pairs within a block, compared; the few best of each dwelling that are worth a person's time."""
    ours, theirs = search.open_ours, search.open_theirs
    pairs = search.answers.not_different(pairs_in_blocks(ours, theirs))
    return pairs if pairs.is_empty() else worth_asking(pairs, ours, theirs)


def _last_search(search: _Search) -> pl.DataFrame:
    """What the dwellings that nothing was found for may be in the register, by any weak key: nothing is created before that."""
    found = pl.concat(search.found).select("leverandor_bolig_id")
    pairs = last_search(search.open_ours.join(found, on="leverandor_bolig_id", how="anti"), search.open_theirs)
    return pairs if pairs.is_empty() else search.answers.not_different(pairs)
