"""Points of levels learned from the pairs themselves, without labels, as Splink learns its weights (Fellegi and Sunter's model)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

ROUNDS = 20
CERTAIN, HOPELESS = 0.99, 0.01
"""What a pair is taken for in the first round, by its points set by hand."""
LIKELY = 8.0
_SEEN = 0.5
"""Added to each count: a level that was never seen is rare, not impossible."""


def fitted_points(pairs: pl.DataFrame, chance: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """pairs: compared, with `_points` and a `_level_<name>` of each name. chance: the levels of pairs drawn at random, nearly all of two
    persons: how often a level is seen by chance. How often it is seen in a true pair is learned by expectation maximisation.

    Returns the logarithm of the odds of each pair.
    """
    true = np.where(pairs.get_column("_points").to_numpy() > LIKELY, CERTAIN, HOPELESS)
    levels = {name: pairs.get_column(f"_level_{name}").cast(pl.String()).to_numpy() for name in names}
    by_chance = {name: chance.get_column(f"_level_{name}").cast(pl.String()).to_numpy() for name in names}
    codes = {name: [code for code in np.unique(levels[name]) if code != "unknown"] for name in names}
    where = {(name, code): levels[name] == code for name in names for code in codes[name]}
    seldom = {(name, code): ((by_chance[name] == code).sum() + _SEEN) / ((by_chance[name] != "unknown").sum() + 1) for name, code in where}
    odds = np.zeros(len(true))
    for _ in range(ROUNDS):
        odds = np.full(len(true), np.log(true.mean() / (1 - true.mean())))
        known = {name: true[levels[name] != "unknown"].sum() for name in names}
        for (name, code), here in where.items():
            odds[here] += np.log((true[here].sum() + _SEEN) / (known[name] + 1) / seldom[name, code])
        true = 1 / (1 + np.exp(-odds))
    # Equal levels are equal odds; what is added in another order differs in the last digits.
    return pl.Series(odds.round(6))
