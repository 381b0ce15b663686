"""Dwellings and register entries in one frame: which pairs made by keys are contradicted by the other rows of their house."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.better_fit import better_elsewhere, fitting_another
from reconciliation.likeness.comparison import compare
from reconciliation.likeness.stopped_rule import unsupported
from reconciliation.likeness.unusual_differences import unusual_differences

PAIR = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
MEASURED = ("manedsleie", "antall_soverom", "bruksareal", "seksjonsnummer")


class BothSides:
    """Dwellings and entries in one frame, with `_side`, as likeness/better_fit looks at them."""

    def __init__(self, ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
        self.ours, self.theirs = ours, theirs
        shared = [name for name in ours.columns if name in theirs.columns]
        sides = [frame.select(shared).with_columns(_side=pl.lit(name)) for frame, name in ((ours, "ours"), (theirs, "kobo"))]
        self.rows = pl.concat(sides, how="vertical_relaxed")
        self._left = ours.select("leverandor_bolig_id").with_row_index("_at")
        self._right = theirs.select("kobo_id").with_row_index("_at_right").with_columns(pl.col("_at_right") + ours.height)

    def places(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """PAIR -> `_at`, `_at_right`."""
        return pairs.join(self._left, on="leverandor_bolig_id").join(self._right, on="kobo_id").select("_at", "_at_right")

    def names(self, places: pl.DataFrame, *ends: str) -> pl.DataFrame:
        """Two columns of row numbers, in either order -> PAIR, each once."""
        pairs = places.select(_one=pl.min_horizontal(*ends), _other=pl.max_horizontal(*ends)).unique()
        return (
            pairs.join(self._left, left_on="_one", right_on="_at")
            .join(self._right, left_on="_other", right_on="_at_right")
            .select(list(PAIR))
        )

    def without_beaten(self, marked: pl.DataFrame) -> pl.DataFrame:
        """Where several entries share a key with one dwelling, exactly one agrees in every measure (the rent among them), and each of the
        others differs and fits another dwelling better, that one has no rival.

        marked: PAIR, `_lone` (neither side is in another pair). Returns it without the pairs of the others: their
        number belongs to another home, and which home they are is still to be found.
        """
        rivals = marked.filter(~pl.col("_lone"))
        if rivals.is_empty():
            return marked
        seen = compare(rivals.select(list(PAIR)), self.ours, self.theirs)
        levels = {name: pl.col(f"_level_{name}").cast(pl.String()) for name in MEASURED}
        differs = pl.any_horizontal(level.is_in(["close", "different"]) for level in levels.values())
        judged = seen.select(*PAIR, _differs=differs, _clean=~differs & (levels["manedsleie"] == "same"))
        judged = judged.with_columns(_won=pl.col("_clean") & (pl.len().over("kobo_id") == 1))
        # Only where one is left if all that differ fit another dwelling better: few are, and only for these is another one looked for.
        one_left = ((pl.col("_won").sum() == 1) & (pl.col("_won") | pl.col("_differs")).all()).over("leverandor_bolig_id")
        judged = judged.filter(one_left)
        if judged.is_empty():
            return marked
        places = self.places(judged.filter("_differs").select(list(PAIR)))
        elsewhere = self.names(fitting_another(self.rows, places.select(_at="_at_right", _at_right="_at")), "_at", "_at_right")
        judged = judged.join(elsewhere.with_columns(_beaten=pl.lit(value=True)), on=list(PAIR), how="left")
        beaten = pl.col("_beaten").fill_null(value=False)
        marked_pairs = judged.with_columns(_beaten=beaten).filter((pl.col("_won") | beaten).all().over("leverandor_bolig_id"))
        lost = marked_pairs.filter("_beaten").select(list(PAIR))
        won = marked_pairs.filter("_won").select(*PAIR, _only=pl.lit(value=True))
        kept = marked.join(lost, on=list(PAIR), how="anti").join(won, on=list(PAIR), how="left")
        return kept.select(*PAIR, _lone=pl.col("_lone") | pl.col("_only").fill_null(value=False))

    def better_elsewhere(self, keyed: pl.DataFrame, others: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Of the pairs, those that are doubted; and the neighbours' pairs that would fit better. others: other pairs that keys made."""
        if keyed.is_empty():
            return keyed, keyed
        fits_better = better_elsewhere(self.rows, self.places(pl.concat([keyed, others]).unique()))
        doubted, offered = (self.names(fits_better, *ends) for ends in (("_at", "_at_right"), ("_at", "_other")))
        return doubted.join(keyed, on=list(PAIR), how="semi"), offered

    def measured_otherwise(self, keyed: pl.DataFrame, certain: pl.DataFrame) -> pl.DataFrame:
        """Of the pairs `keyed`, compared, those in which a measure differs that agrees in nearly all others, also the certain ones, and
        that nothing else holds together."""
        if keyed.is_empty():
            return keyed
        pairs = pl.concat([keyed.select(list(PAIR)), certain.select(list(PAIR))]).unique()
        places = pairs.join(self._left, on="leverandor_bolig_id").join(self._right, on="kobo_id")
        odd = places.filter(unusual_differences(self.rows, places)).join(keyed, on=list(PAIR), how="semi")
        return compare(odd.select(list(PAIR)), self.ours, self.theirs)

    def stopped(self, keyed: pl.DataFrame, cannot: pl.DataFrame) -> pl.DataFrame:
        """Of the pairs made by numbers of a house, those without other evidence, where several others of that house are contradicted
        (`cannot`). A single contradicted pair proves nothing of the others: entries, unlike the rows of a list, are typed one by one."""
        wrong = self.places(cannot)
        entries_there = wrong.select("_at_right", _address=self.rows.get_column("_address").gather(wrong.get_column("_at"))).drop_nulls()
        several = entries_there.group_by("_address").agg(pl.col("_at_right").n_unique()).filter(pl.col("_at_right") > 1)
        # Several rows of ours whose floor contradicts their number: the column slid.
        slid = self.ours.filter("_doubted").group_by("_address").len().filter(pl.col("len") > 1).drop_nulls()
        houses = pl.concat([several.select("_address"), slid.select("_address")]).unique()
        broken = houses.select("_address", _side=pl.lit("ours"), _side_right=pl.lit("kobo"))
        stopped_pairs = unsupported(self.rows, self.places(keyed.select(list(PAIR))), broken)
        return self.names(stopped_pairs, "_at", "_at_right")
