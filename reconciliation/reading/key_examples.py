"""A few keys with their place at the last complete read and tonight, as examples for people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from reconciliation.reading.read_comparison import ReadComparison

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class KeyExample:
    """One key. then, now: its place at the last complete read and tonight; None when there is none. under: the key of that home tonight."""

    key: str
    then: str | None
    now: str | None
    under: str | None = None


def examples_of(
    comparison: ReadComparison, pairs: pl.DataFrame, hidden: Collection[str], most: int | None = EXAMPLES
) -> tuple[KeyExample, ...]:
    """The first of these keys, all when most is None. pairs: `old`, and `new` when its home is known to have another key now.

    hidden: houses (`where_they_are`) that must not be shown. A key that has or had one of them is left out (law 10)."""
    under = pairs if "new" in pairs.columns else pairs.with_columns(new=pl.lit(None, pl.String))
    examples = (
        under.join(comparison.then, left_on="old", right_on="source_key", how="left", maintain_order="left")
        .join(comparison.now, left_on="old", right_on="source_key", how="left", suffix="_now", maintain_order="left")
        .join(
            comparison.now.select("source_key", "_where"),
            left_on="new",
            right_on="source_key",
            how="left",
            suffix="_new",
            maintain_order="left",
        )
    )
    secret = pl.any_horizontal(pl.col(name).is_in(list(hidden)).fill_null(value=False) for name in ("_where", "_where_now", "_where_new"))
    shown = examples.filter(~secret).select("old", "_place", "_place_now", "new")
    shown = shown if most is None else shown.head(most)
    return tuple(KeyExample(*row) for row in shown.iter_rows())


def keys_as_text(examples: Sequence[KeyExample]) -> Sequence[str]:
    """The keys alone, for sentences that reach logs."""
    return [f"{example.key} → {example.under}" if example.under else example.key for example in examples] or ["-"]
