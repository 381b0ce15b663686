"""Rows that break a rule together: each deviation names the other rows."""

from __future__ import annotations

import polars as pl

from language import and_then, message, stored
from reconciliation.model.tables import DEVIATIONS

_TOGETHER = ("B02", "B03", "N02")
"""Rules about rows with the same value; `value` is that value."""
_MOST = 5


def with_rows_beside(deviations: pl.DataFrame) -> pl.DataFrame:
    """deviations: DEVIATIONS with AT. A row of a database, which has no number, is named by its key."""
    together = deviations.filter(pl.col("rule").is_in(_TOGETHER))
    if together.is_empty():
        return deviations
    named = deviations.with_row_index("_at").with_columns(_name=pl.coalesce(pl.col("at_row").cast(pl.String), "source_key"))
    groups = named.filter(pl.col("rule").is_in(_TOGETHER)).group_by("source", "rule", "at_file", "at_sheet", "value", maintain_order=True)
    more: dict[int, str] = {}
    for _, group in groups:
        names = dict(zip(group["_at"], group["_name"], strict=True))
        for at in names:
            others = [str(name) for other, name in names.items() if other != at and name is not None]
            if others:
                key = "rules.same_rows" if group["at_row"][0] is not None else "rules.same_keys"
                rest = [f"… (+{len(others) - _MOST})"] if len(others) > _MOST else []
                more[at] = stored(message(key, rows=[*others[:_MOST], *rest]))
    sentences = [and_then(sentence, more[at]) if at in more else sentence for at, sentence in enumerate(deviations["message"])]
    return deviations.with_columns(message=pl.Series(sentences, dtype=DEVIATIONS["message"]))
