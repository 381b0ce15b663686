"""Pairs in which what was measured differs and nothing measured agrees, where that measure is equal in nearly all other pairs.

In two lists whose rents or areas are taken in different years or ways, most pairs differ, and nothing follows from one that does.
"""

from __future__ import annotations

import polars as pl

SELDOM = 0.1
"""A measure that differs in at most this share of the pairs is evidence where it differs and no other measure is known."""
_MEASURES = ("manedsleie", "antall_soverom", "bruksareal")


def lone_differences(seen: pl.DataFrame) -> pl.Series:
    """seen: compared pairs (`_level_<field>`), all that keys made between two sides. Row by row: one measure differs, and no rent, area,
    bedrooms or section agrees, where that measure seldom differs."""
    levels = {name: pl.col(f"_level_{name}").cast(pl.String()) for name in _MEASURES}
    usual = [name for name, level in levels.items() if _share(seen, level, ["different"]) <= SELDOM]
    measured = pl.any_horizontal(level.is_in(["same", "close"]) for level in levels.values())
    agreeing = measured | (pl.col("_level_seksjonsnummer") == "same")
    return seen.select(pl.any_horizontal(pl.lit(value=False), *(levels[name] == "different" for name in usual)) & ~agreeing).to_series()


def rents_off(seen: pl.DataFrame) -> pl.Series:
    """seen: as lone_differences. Row by row: the rent is nearly the same, and neither area nor section agrees, where rents are seldom
    anything but equal."""
    rent = pl.col("_level_manedsleie").cast(pl.String())
    if _share(seen, rent, ["close", "different"]) > SELDOM:
        return pl.repeat(False, seen.height, eager=True)
    supported = pl.col("_level_bruksareal").cast(pl.String()).is_in(["same", "close"]) | (pl.col("_level_seksjonsnummer") == "same")
    return seen.select((rent == "close") & ~supported).to_series()


def _share(seen: pl.DataFrame, level: pl.Expr, codes: list[str]) -> float:
    share: float | None = seen.select(level.filter(level != "unknown").is_in(codes).mean()).item()
    return share or 0.0
