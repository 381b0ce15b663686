"""Dwellings and register entries side by side: what their house says of the pairs that a number made."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.better_fit import better_elsewhere, fitting_another
from reconciliation.likeness.comparison import compare
from reconciliation.likeness.stopped_rule import unsupported

PAIR = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
SELDOM = 0.1
"""A measure that differs in at most this share of the pairs counts as evidence where no other measure is known."""
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
        """Of entries that rival for one dwelling, one may agree in all that was measured, the rent among it, and every other differ and
        fit another dwelling better: then that one has no rival. The beaten were typed with a number that is taken; what they are is
        still to be found. marked: PAIR, `_lone`. Returns it without the beaten, and the beaten."""
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
        told = judged.with_columns(_won=pl.col("_clean") & (pl.len().over("kobo_id") == 1), _beaten=beaten)
        told = told.filter(
            (pl.col("_won").sum() == 1).over("leverandor_bolig_id") & (pl.col("_won") | beaten).all().over("leverandor_bolig_id")
        )
        lost = told.filter("_beaten").select(list(PAIR))
        won = told.filter("_won").select(*PAIR, _only=pl.lit(value=True))
        kept = marked.join(lost, on=list(PAIR), how="anti").join(won, on=list(PAIR), how="left")
        return kept.select(*PAIR, _lone=pl.col("_lone") | pl.col("_only").fill_null(value=False)), lost

    def better_elsewhere(self, keyed: pl.DataFrame, certain: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Of the pairs, those that are doubted; and the neighbours' pairs that would fit better."""
        if keyed.is_empty():
            return keyed, keyed
        found = better_elsewhere(self.rows, self.places(pl.concat([keyed, certain])))
        doubted, offered = (self.names(found, *ends) for ends in (("_at", "_at_right"), ("_at", "_other")))
        return doubted.join(keyed, on=list(PAIR), how="semi"), offered

    def lone_differences(self, keyed: pl.DataFrame) -> pl.DataFrame:
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
        odd = pl.any_horizontal(pl.lit(value=False), *(levels[name] == "different" for name in usual)) & ~agreeing
        return seen.filter(odd)

    def stopped(self, keyed: pl.DataFrame, cannot: pl.DataFrame) -> pl.DataFrame:
        """Of the pairs that numbers of the house made, those that stand by nothing else where several others, of `cannot`, cannot be.
        One entry alone was typed wrong by itself: entries, unlike the rows of a list, are written one by one."""
        wrong = self.places(cannot)
        told = wrong.select("_at_right", _address=self.rows.get_column("_address").gather(wrong.get_column("_at"))).drop_nulls()
        several = told.group_by("_address").agg(pl.col("_at_right").n_unique()).filter(pl.col("_at_right") > 1)
        broken = several.select("_address", _side=pl.lit("ours"), _side_right=pl.lit("kobo"))
        found = unsupported(self.rows, self.places(keyed.select(list(PAIR))), broken)
        return self.names(found, "_at", "_at_right")
