"""Two plans compared: items that are new, gone, or planned differently."""

from __future__ import annotations

import polars as pl

from reconciliation.model.words import DwellingClass

_WHO = ["leverandor_bolig_id", "kobo_id"]


def compare_plans(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """before, now: PLAN_ITEMS; dwellings in sync count as not planned. Rows that are equal in both are left out.

    Returns news (new, gone or otherwise), leverandor_bolig_id, kobo_id, class_before, class_now, changes_before, changes_now.
    """
    old, new = _planned(before, "before"), _planned(now, "now")
    both = old.join(new, on="_who", how="full", coalesce=True)
    news = (
        pl.when(pl.col("class_before").is_null())
        .then(pl.lit("new"))
        .when(pl.col("class_now").is_null())
        .then(pl.lit("gone"))
        .otherwise(pl.lit("otherwise"))
    )
    same = pl.all_horizontal(pl.col(f"{name}_before").eq_missing(pl.col(f"{name}_now")) for name in ("class", "changes", "held"))
    return (
        both.filter(~same)
        .with_columns(news=news, **{name: pl.coalesce(f"{name}_now", f"{name}_before") for name in _WHO})
        .select("news", *_WHO, "class_before", "class_now", "changes_before", "changes_now")
        .sort("news", *_WHO, nulls_last=True)
    )


def _planned(items: pl.DataFrame, when: str) -> pl.DataFrame:
    # A dwelling keeps its own id for ever; its koboId comes with the first night that creates it.
    who = pl.coalesce("leverandor_bolig_id", pl.concat_str(pl.lit("kobo:"), "kobo_id"))
    planned = items.filter(pl.col("class") != DwellingClass.IN_SYNC.value)
    return planned.select(who.alias("_who"), *(pl.col(name).alias(f"{name}_{when}") for name in (*_WHO, "class", "changes", "held")))
