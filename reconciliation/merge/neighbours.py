"""Who stands close by: "the only one at the address" is asked of every street that may be the same one spelt otherwise."""

from __future__ import annotations

import polars as pl
from rapidfuzz import fuzz, process

LIKE_STREET = 85
"""rapidfuzz ratio (0-100) from which two folded names may be one street: Storgt and Storgata, -veien and -vegen; not
Møllestien and Møllevegen."""

_BLOCK = 4
_PLACE = ["_municipality", "_street"]


def crowded(rows: pl.DataFrame) -> pl.Series:
    """Per row: has any source several rows at this house number in this street, or in one spelt nearly alike?

    rows: `source`, `_municipality`, `_street` (folded), `_house`.
    """
    alike = _streets_alike(rows.select(_PLACE).drop_nulls().unique())
    beside = rows.select("source", *_PLACE, "_house").join(alike, on=_PLACE, how="inner")
    many = (
        beside.group_by("_municipality", "_other", "_house", "source")
        .len()
        .filter(pl.col("len") > 1)
        .select("_municipality", "_house", _street="_other", _crowded=pl.lit(value=True))
        .unique()
    )
    found = rows.select(*_PLACE, "_house").join(many, on=[*_PLACE, "_house"], how="left", maintain_order="left")
    return found.get_column("_crowded").fill_null(value=False)


def _streets_alike(streets: pl.DataFrame) -> pl.DataFrame:
    """`_municipality`, `_street`, `_other`: every street with itself and those that may be the same. Blocked by the first
    letters, so that the cost grows with the streets and not with their pairs."""
    rows: list[tuple[str, str, str]] = []
    blocks = streets.sort(_PLACE).group_by("_municipality", pl.col("_street").str.slice(0, _BLOCK).alias("_start")).agg("_street")
    for municipality, _, names in blocks.iter_rows():
        like = process.cdist(names, names, scorer=fuzz.ratio, score_cutoff=LIKE_STREET)
        rows.extend((municipality, names[left], names[right]) for left, right in zip(*like.nonzero(), strict=True))
    return pl.DataFrame(
        rows, schema={"_municipality": streets.schema["_municipality"], "_street": pl.String(), "_other": pl.String()}, orient="row"
    )
