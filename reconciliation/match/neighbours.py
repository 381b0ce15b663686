"""Who stands close by: "the only one at the address" is asked of every street that may be the same one spelt otherwise."""

from __future__ import annotations

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from reconciliation.match.spelling import stem

LETTERS_APART = 2
"""So many slips of the hand may part two spellings of one street; Møllestien and Møllevegen are further apart."""
OWN_HOUSES = 3
"""A source that uses both spellings, each at so many houses, means two streets: no slip of the hand is repeated like that."""

_BLOCK = 4
_PLACE = ["_municipality", "_street"]
_HOUSE = [*_PLACE, "_house"]


def crowded(rows: pl.DataFrame) -> pl.Series:
    """Per row: has any source several rows at this house number in this street, or in one spelt nearly alike?

    rows: `source`, `_municipality`, `_street` (folded), `_house`, `_ground` (the cadastre's numbers). A street spelt nearly
    alike crowds nobody where the ground says that it is another one: that of the two rows; or that of the two addresses,
    where a source uses both spellings and two letters part them.
    """
    placed = rows.select("source", *_HOUSE, "_ground").drop_nulls(_HOUSE)
    at = placed.group_by(_HOUSE).agg(_all=pl.col("_ground").drop_nulls().unique())
    placed = placed.join(at, on=_HOUSE).with_columns(_here=_only(pl.col("_all"))).drop("_all")
    places = placed.select(*_HOUSE, "_ground", "_here").unique()
    beside = places.join(_with_two_streets(placed), on=_PLACE).join(
        placed, left_on=["_municipality", "_other", "_house"], right_on=_HOUSE, suffix="_other"
    )
    apart = (pl.col("_ground") != pl.col("_ground_other")) | (pl.col("_two") & (pl.col("_here") != pl.col("_here_other")))
    near = beside.filter((pl.col("_street") == pl.col("_other")) | ~apart.fill_null(value=False))
    many = near.group_by(*_HOUSE, "_ground", "source").len().filter(pl.col("len") > 1)
    found = rows.select(*_HOUSE, "_ground").join(
        many.select(*_HOUSE, "_ground", _crowded=pl.lit(value=True)).unique(),
        on=[*_HOUSE, "_ground"], how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    return found.get_column("_crowded").fill_null(value=False)


def _only(values: pl.Expr) -> pl.Expr:
    return pl.when(values.list.len() == 1).then(values.list.first())


def _with_two_streets(placed: pl.DataFrame) -> pl.DataFrame:
    """The streets alike, `_two`: some source uses both spellings as streets of their own."""
    alike = _streets_alike(placed.select(_PLACE).unique())
    used = placed.group_by(*_PLACE, "source").agg(pl.col("_house").n_unique()).filter(pl.col("_house") >= OWN_HOUSES)
    both = (
        alike.filter(pl.col("_letters") == LETTERS_APART)
        .join(used.select(*_PLACE, "source"), on=_PLACE)
        .join(used.select("_municipality", "source", _other="_street"), on=["_municipality", "_other", "source"])
        .select(*_PLACE, "_other", _two=pl.lit(value=True))
        .unique()
    )
    return alike.join(both, on=[*_PLACE, "_other"], how="left").with_columns(pl.col("_two").fill_null(value=False))


def _streets_alike(streets: pl.DataFrame) -> pl.DataFrame:
    """`_municipality`, `_street`, `_other`, `_letters`: every street with itself and those that may be the same: another form of
    its last word or cut short (`_letters` null), or a slip or two. Blocked by the first letters, and by the last ones for a slip
    among the first, so that the cost grows with the streets, not their pairs."""
    rows: list[tuple[str, str, str, int | None]] = []
    name = pl.col("_street")
    starts, ends = name.str.slice(0, _BLOCK), name.str.slice(0, 1) + "~" + name.str.slice(-_BLOCK)
    blocked = pl.concat([streets.with_columns(_stem=stem("_street"), _block=block) for block in (starts, ends)])
    blocks = blocked.sort(_PLACE).group_by("_municipality", "_block").agg("_street", "_stem")
    for municipality, _, names, stems in blocks.iter_rows():
        far = process.cdist(names, names, scorer=OSA.distance, score_cutoff=LETTERS_APART)
        for left, right in zip(*(far <= LETTERS_APART).nonzero(), strict=True):
            rows.append((municipality, names[left], names[right], int(far[left, right])))
        rows.extend(
            (municipality, one, other, None)
            for one, its in zip(names, stems, strict=True)
            for other, others in zip(names, stems, strict=True)
            if its == others or one.startswith(other) or other.startswith(one)
        )
    schema = {"_municipality": streets.schema["_municipality"], "_street": pl.String(), "_other": pl.String(), "_letters": pl.Int64()}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return found.group_by("_municipality", "_street", "_other").agg(
        pl.when(pl.col("_letters").is_not_null().all()).then(pl.col("_letters").min())
    )
