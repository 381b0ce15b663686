"""Who stands close by: "the only one at the address" is asked of every street that may be the same one spelt otherwise."""

from __future__ import annotations

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from reconciliation.match.spelling import stem

LETTERS_APART = 2
"""So many slips of the hand may part two spellings of one street; Møllestien and Møllevegen are further apart."""

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
    """`_municipality`, `_street`, `_other`: every street with itself and those that may be the same: another form of its last
    word, cut short, or a slip or two. Blocked by the first letters, and by the last ones for a slip among the first, so that
    the cost grows with the streets, not their pairs."""
    rows: list[tuple[str, str, str]] = []
    name = pl.col("_street")
    starts, ends = name.str.slice(0, _BLOCK), name.str.slice(0, 1) + "~" + name.str.slice(-_BLOCK)
    blocked = pl.concat([streets.with_columns(_stem=stem("_street"), _block=block) for block in (starts, ends)])
    blocks = blocked.sort(_PLACE).group_by("_municipality", "_block").agg("_street", "_stem")
    for municipality, _, names, stems in blocks.iter_rows():
        far = process.cdist(names, names, scorer=OSA.distance, score_cutoff=LETTERS_APART)
        for left, right in zip(*(far <= LETTERS_APART).nonzero(), strict=True):
            rows.append((municipality, names[left], names[right]))
        rows.extend(
            (municipality, one, other)
            for one, its in zip(names, stems, strict=True)
            for other, others in zip(names, stems, strict=True)
            if its == others or one.startswith(other) or other.startswith(one)
        )
    return pl.DataFrame(
        rows, schema={"_municipality": streets.schema["_municipality"], "_street": pl.String(), "_other": pl.String()}, orient="row"
    ).unique()
