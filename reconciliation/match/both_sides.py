"""Dwellings and register entries in one frame: which pairs made by keys are contradicted by the other rows of their house."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.better_fit import better_elsewhere, fitting_another
from reconciliation.likeness.comparison import compare
from reconciliation.likeness.lone_differences import lone_differences, rents_off
from reconciliation.likeness.stopped_rule import unsupported

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

    def without_beaten(self, marked: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Where several entries share a key with one dwelling, exactly one agrees in every measure (the rent among them), and each of the
        others differs and fits another dwelling better, that one has no rival.

        marked: PAIR, `_lone` (neither side is in another pair). Returns it without the pairs of the others, and these as PAIR: their
        number belongs to another home, and which home they are is still to be found.
        """
        rivals = marked.filter(~pl.col("_lone"))
        if rivals.is_empty():
            return marked, rivals.select(list(PAIR))
        seen = compare(rivals.select(list(PAIR)), self.ours, self.theirs)
        levels = {name: pl.col(f"_level_{name}").cast(pl.String()) for name in MEASURED}
        differs = pl.any_horizontal(level.is_in(["close", "different"]) for level in levels.values())
        judged = seen.select(*PAIR, _differs=differs, _clean=~differs & (levels["manedsleie"] == "same"))
        places = self.places(judged.filter("_differs").select(list(PAIR)))
        elsewhere = self.names(fitting_another(self.rows, places.select(_at="_at_right", _at_right="_at")), "_at", "_at_right")
        judged = judged.join(elsewhere.with_columns(_beaten=pl.lit(value=True)), on=list(PAIR), how="left")
        beaten = pl.col("_beaten").fill_null(value=False)
        marked_pairs = judged.with_columns(_won=pl.col("_clean") & (pl.len().over("kobo_id") == 1), _beaten=beaten)
        marked_pairs = marked_pairs.filter(
            (pl.col("_won").sum() == 1).over("leverandor_bolig_id") & (pl.col("_won") | beaten).all().over("leverandor_bolig_id")
        )
        lost = marked_pairs.filter("_beaten").select(list(PAIR))
        won = marked_pairs.filter("_won").select(*PAIR, _only=pl.lit(value=True))
        kept = marked.join(lost, on=list(PAIR), how="anti").join(won, on=list(PAIR), how="left")
        return kept.select(*PAIR, _lone=pl.col("_lone") | pl.col("_only").fill_null(value=False)), lost

    def better_elsewhere(self, keyed: pl.DataFrame, certain: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Of the pairs, those that are doubted; and the neighbours' pairs that would fit better."""
        if keyed.is_empty():
            return keyed, keyed
        fits_better = better_elsewhere(self.rows, self.places(pl.concat([keyed, certain])))
        doubted, offered = (self.names(fits_better, *ends) for ends in (("_at", "_at_right"), ("_at", "_other")))
        return doubted.join(keyed, on=list(PAIR), how="semi"), offered

    def measured_otherwise(self, keyed: pl.DataFrame) -> pl.DataFrame:
        """Of the pairs, compared, those in which one measure differs and none agrees, or the rent alone is off in a house of several,
        where that measure agrees in nearly all others."""
        if keyed.is_empty():
            return keyed
        seen = compare(keyed.select(list(PAIR)), self.ours, self.theirs)
        several = pl.col("leverandor_bolig_id").is_in(self._beside_others().implode())
        return seen.filter(lone_differences(seen) | (rents_off(seen) & seen.select(several).to_series()))

    def _beside_others(self) -> pl.Series:
        """leverandor_bolig_id of those that are not the only one of both sides at their address and on their ground."""
        homes = pl.concat(
            [
                self.ours.select("_address", "_municipality", "_ground", _home="leverandor_bolig_id", _side=pl.lit("ours")),
                self.theirs.select("_address", "_municipality", "_ground", _home="kobo_id", _side=pl.lit("kobo")),
            ]
        )
        crowded = [
            homes.filter(pl.all_horizontal(pl.col(place).is_not_null()) & (pl.len().over(*place, "_side") > 1).any().over(place))
            for place in (["_address"], ["_municipality", "_ground"])
        ]
        return pl.concat(crowded).filter(pl.col("_side") == "ours").get_column("_home").unique()

    def stopped(self, keyed: pl.DataFrame, cannot: pl.DataFrame) -> pl.DataFrame:
        """Of the pairs made by numbers of a house, those without other evidence, where several others of that house are contradicted
        (`cannot`). A single contradicted pair proves nothing of the others: entries, unlike the rows of a list, are typed one by one."""
        wrong = self.places(cannot)
        entries_there = wrong.select("_at_right", _address=self.rows.get_column("_address").gather(wrong.get_column("_at"))).drop_nulls()
        several = entries_there.group_by("_address").agg(pl.col("_at_right").n_unique()).filter(pl.col("_at_right") > 1)
        broken = several.select("_address", _side=pl.lit("ours"), _side_right=pl.lit("kobo"))
        stopped_pairs = unsupported(self.rows, self.places(keyed.select(list(PAIR))), broken)
        return self.names(stopped_pairs, "_at", "_at_right")
