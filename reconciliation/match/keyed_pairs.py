"""Pairs of dwellings and entries that keys make, kept as the keys are tried: who is taken, who is still open, what is certain."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl
from polars.selectors import by_name

from reconciliation.likeness.comparison import compare, explain
from reconciliation.likeness.contradiction import contradict, in_pair
from reconciliation.likeness.leases import let_by_lease, mixed_leases_in_pair
from reconciliation.match.both_sides import PAIR, BothSides
from reconciliation.match.decided_pairs import PairDecisions
from reconciliation.model.tables import MATCHES

_KEYED_BY = by_name("leverandor_bolig_id", "kobo_id", "_address", "_matrikkel", "_unit", "_extra", "manedsleie", require_all=False)
_DWELLINGS, _ENTRIES = {"leverandor_bolig_id": pl.String()}, {"kobo_id": pl.String()}


@dataclass
class KeyedPairs:
    """pairs: MATCHES so far. keyed: pairs that a key made, certain unless a neighbour fits better (`confirm`).

    taken_*: paired, or in question, by a key: no further key is tried. settled_*: nothing is offered either.
    """

    ours: pl.DataFrame
    theirs: pl.DataFrame
    answers: PairDecisions
    pairs: list[pl.DataFrame] = field(default_factory=list)
    keyed: list[pl.DataFrame] = field(default_factory=list)
    taken_ours: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_DWELLINGS))
    taken_theirs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_ENTRIES))
    settled_ours: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_DWELLINGS))
    settled_theirs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_ENTRIES))
    linked: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PAIR))
    gone: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PAIR))
    """Of the links, those of homes that are in no list any more and whose entries are in the register."""
    elsewhere: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        self.pairs.append(pl.DataFrame(schema=MATCHES))
        # New for certain, a person said: nothing is looked for.
        self.taken_ours = pl.concat([self.taken_ours, self.answers.new])
        self.settled_ours = pl.concat([self.settled_ours, self.answers.new])

    @cached_property
    def house(self) -> BothSides:
        """Both sides must be placed before it is first asked for."""
        return BothSides(self.ours, self.theirs)

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
        """Dwellings that keys are still tried for: what keys look at, as far as it is known."""
        return self.ours.select(_KEYED_BY).join(self.taken_ours, on="leverandor_bolig_id", how="anti", maintain_order="left")

    @property
    def free_theirs(self) -> pl.DataFrame:
        return self.theirs.select(_KEYED_BY).join(self.taken_theirs, on="kobo_id", how="anti", maintain_order="left")

    @property
    def open_ours(self) -> pl.DataFrame:
        """Dwellings that entries may be offered for."""
        return self.ours.join(self.settled_ours, on="leverandor_bolig_id", how="anti", maintain_order="left")

    def by_link(self, links: pl.DataFrame) -> None:
        pairs = links.join(self.ours, on="leverandor_bolig_id", how="semi").join(
            self.theirs.select("kobo_id", carried="leverandor_bolig_id"), on="kobo_id"
        )
        another = pl.col("carried").is_not_null() & (pl.col("carried") != "") & (pl.col("carried") != pl.col("leverandor_bolig_id"))
        self._add(pairs.filter(~another).select(list(PAIR)), "link", "link", certain=True)
        self._add(pairs.filter(another).select(list(PAIR)), "link", "carries_another_id", certain=False)
        # Linked rows take no part in matching, even when the other side is missing tonight.
        self._occupy(links)
        self.linked = links
        self.gone = links.join(self.ours, on="leverandor_bolig_id", how="anti").join(self.theirs, on="kobo_id", how="semi")

    def settle(self, pairs: pl.DataFrame, key: str, reason: str, *, checked: bool = True) -> None:
        """Certain when neither side has a rival and nothing contradicts it. checked: compare the two first."""
        pairs = self.answers.not_different(pairs.select(list(PAIR)).unique())
        # What a stronger key left open is not settled by a weaker one.
        pairs = pairs.join(pl.concat(self.pairs), on=list(PAIR), how="anti")
        if pairs.is_empty():
            return
        if checked:
            pairs = self._without_waiting(pairs)
        lone = (pl.len().over("leverandor_bolig_id") == 1) & (pl.len().over("kobo_id") == 1)
        marked = pairs.with_columns(_lone=lone)
        if checked:
            marked = self.house.without_beaten(marked)
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
        # Lazily, so that shared expressions are computed once.
        seen = seen.lazy().with_columns(_against=against, _odd=contradict(in_pair) | self.any_lease | _of_another_section()).collect()
        odd = seen.filter(pl.col("_odd") & ~pl.col("_against"))
        self._add(odd, key, "at_odds", certain=False)
        self._take(odd)
        settled = seen.select(*PAIR, "_against", "_odd").filter(~pl.col("_against") & ~pl.col("_odd"))
        self.keyed.append(settled.select(*PAIR, key=pl.lit(key), reason=pl.lit(reason)))
        self._take(settled)
        clashing = seen.filter("_against")
        if key == "matrikkel":
            # One parcel, several houses: the entry may be the neighbour's, and the neighbour has not been asked yet.
            elsewhere = pl.col("_level_nummer") != "same"
            self.elsewhere = clashing.filter(elsewhere)
            clashing = clashing.filter(~elsewhere)
        self._clash(clashing, key)
        if key != "matrikkel":
            # Entrances of one matrikkel share unit numbers: that key alone makes no rivals.
            self._add(compare(rivals, self.ours, self.theirs), key, "rival", certain=False)

    def _without_waiting(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Of several dwellings that share a key with one entry, without those that wait to be told whether they are another one of them; no
        key is tried for these any more."""
        shared = pairs.filter(pl.len().over("kobo_id") > 1)
        if shared.is_empty():
            return pairs
        asked = self.ours.select("leverandor_bolig_id", _of="candidates").explode("_of").drop_nulls()
        beside = shared.join(asked, on="leverandor_bolig_id").join(
            shared.select("kobo_id", _of="leverandor_bolig_id"), on=["kobo_id", "_of"]
        )
        mutual = beside.select(leverandor_bolig_id="_of", kobo_id="kobo_id", _of="leverandor_bolig_id")
        waiting = beside.join(mutual, on=["leverandor_bolig_id", "kobo_id", "_of"], how="anti")
        self.taken_ours = pl.concat([self.taken_ours, waiting.select("leverandor_bolig_id").unique()])
        return pairs.join(waiting, on="leverandor_bolig_id", how="anti")

    def settle_elsewhere(self) -> None:
        """Pairs with equal parcel and unit number but different house numbers. Each is a contradicted key, except where the
        other table has an unmatched row at one of the two houses: those pairs are compared like any other."""
        if self.elsewhere is None or self.elsewhere.is_empty():
            return
        ours, theirs = self.free_ours.select("leverandor_bolig_id", "_address"), self.free_theirs.select("kobo_id", "_address")
        left = self.elsewhere.join(ours.join(theirs, on="_address", how="anti"), on="leverandor_bolig_id", how="semi")
        self._clash(left.join(theirs.join(ours, on="_address", how="anti"), on="kobo_id", how="semi"), "matrikkel")

    def _clash(self, pairs: pl.DataFrame, key: str) -> None:
        """A protected field differs: the entry is this home, and one of the two is to be corrected; unless what was measured says that it
        is another home, which is still looked for."""
        other_home = contradict(in_pair)
        self._add(pairs.filter(other_home), key, "at_odds", certain=False)
        self._take(pairs.filter(other_home))
        self._add(pairs.filter(~other_home), key, "protected_differs", certain=False)
        self._occupy(pairs.filter(~other_home))

    def _contradicted(self) -> pl.Expr:
        gone = self.answers.unsure
        return pl.concat_str("leverandor_bolig_id", "kobo_id", separator="\x1f").is_in(gone.implode())

    def result(self) -> pl.DataFrame:
        """Shape: MATCHES, sorted; the strongest reason of each pair."""
        pairs = pl.concat(self.pairs)
        pairs = pairs.unique(["leverandor_bolig_id", "kobo_id"], keep="first", maintain_order=True)
        return pairs.sort("leverandor_bolig_id", "certain", "kobo_id", descending=[False, True, False])

    def offer(self, pairs: pl.DataFrame, reason: str = "candidate") -> None:
        self._add(pairs, "candidate", reason, certain=False)

    def _add(self, pairs: pl.DataFrame, key: str, reason: str, *, certain: bool) -> None:
        if pairs.is_empty():
            return
        explained = pairs.with_columns(details=pl.lit("{}")) if certain or "_points" not in pairs.columns else explain(pairs)
        rows = explained.with_columns(key=pl.lit(key), certain=pl.lit(certain), reason=pl.lit(reason))
        self.pairs.append(rows.select(list(MATCHES)).cast(pl.Schema(MATCHES)))

    def confirm(self) -> None:
        """The pairs that keys made become certain, but for those of which a neighbour fits the other side better."""
        keyed = pl.concat([pl.DataFrame(schema={**PAIR, "key": pl.String(), "reason": pl.String()}), *self.keyed])
        made = pl.concat(self.pairs)
        certain = made.filter("certain").select(list(PAIR))
        # An entry whose own number is another home's may be the home of a neighbour that agrees with its key in nothing measured.
        contradicted = made.filter(pl.col("reason") == "at_odds").select(list(PAIR))
        doubted, offered = self.house.better_elsewhere(keyed.select(list(PAIR)), pl.concat([certain, contradicted]))
        odd = self.house.measured_otherwise(keyed.join(doubted, on=list(PAIR), how="anti"), certain)
        self._add(odd, "address", "at_odds", certain=False)
        keyed = keyed.join(odd, on=list(PAIR), how="anti")
        cannot = pl.concat([doubted, contradicted, odd.select(list(PAIR))])
        doubted = pl.concat([doubted, self.house.stopped(keyed, cannot)])
        for (key, reason), pairs in sorted(
            keyed.join(doubted, on=list(PAIR), how="anti").group_by("key", "reason"), key=lambda pair: pair[0]
        ):
            self._add(pairs, str(key), str(reason), certain=True)
            self._occupy(pairs)
        for (key,), pairs in sorted(keyed.join(doubted, on=list(PAIR), how="semi").group_by("key"), key=lambda pair: pair[0]):
            self._add(compare(pairs.select(list(PAIR)), self.ours, self.theirs), str(key), "fits_neighbour", certain=False)
        # A neighbour that is certain of its own entry is no candidate.
        offered = offered.join(self.settled_ours, on="leverandor_bolig_id", how="anti").join(self.settled_theirs, on="kobo_id", how="anti")
        if offered.height:
            self._add(compare(self.answers.not_different(offered), self.ours, self.theirs), "candidate", "fits_neighbour", certain=False)

    def _take(self, pairs: pl.DataFrame) -> None:
        """No further key is tried for either side."""
        self.taken_ours = pl.concat([self.taken_ours, pairs.select("leverandor_bolig_id")])
        self.taken_theirs = pl.concat([self.taken_theirs, pairs.select("kobo_id")])

    def _occupy(self, pairs: pl.DataFrame) -> None:
        """Neither is anything offered to it."""
        self._take(pairs)
        self.settled_ours = pl.concat([self.settled_ours, pairs.select("leverandor_bolig_id")])
        self.settled_theirs = pl.concat([self.settled_theirs, pairs.select("kobo_id")])


def _of_another_section() -> pl.Expr:
    """On compared pairs: another section of the ground, and the rooms or the rent are not the same either. The section is not typed with a
    neighbour's unit number, so it tells whose home the entry is."""
    same = (pl.col(f"_level_{name}") == "same" for name in ("manedsleie", "antall_soverom"))
    return (pl.col("_level_seksjonsnummer") == "different") & ~pl.all_horizontal(same)
