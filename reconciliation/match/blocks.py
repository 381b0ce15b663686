"""Which pairs are compared at all: those that share what two systems seldom both get wrong. The cost grows with the rows.

A block that is crowded on both sides (a tower block, a parcel with a hundred addresses) is split by what else its
members share, so that it never costs the product of its sides.
"""

from __future__ import annotations

import polars as pl

PAIR = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
CROWDED = 150
"""Pairs in one block from which it is split."""


def blocks() -> tuple[pl.Expr, ...]:
    """On `prepared` rows; null where a row lacks a part, and then it is in no such block."""
    rent = pl.col("manedsleie").round(0).cast(pl.Int64()).cast(pl.String())
    section = pl.col("seksjonsnummer").cast(pl.String())
    return (
        pl.col("_address"),
        pl.concat_str(pl.lit("f"), "postnummer", "_house", pl.col("_street").str.slice(0, 3), separator="|"),
        pl.concat_str(pl.lit("e"), "postnummer", "_house", pl.col("_stem").str.slice(-5), separator="|"),
        pl.concat_str(pl.lit("u"), "_municipality", "_ground", "_unit", separator="|"),
        pl.concat_str(pl.lit("s"), "_municipality", "_ground", section, separator="|"),
        pl.concat_str(pl.lit("h"), "_municipality", "_ground", "_house", separator="|"),
        pl.concat_str(pl.lit("n"), "_letterless", separator="|"),
        pl.concat_str(pl.lit("r"), "_municipality", "_street", rent, separator="|"),
    )


def _split() -> tuple[pl.Expr, ...]:
    rent, area = (pl.col(name).round(0).cast(pl.Int64()).cast(pl.String()) for name in ("manedsleie", "bruksareal"))
    unit = pl.concat_str("_unit", pl.col("_extra").fill_null(""), separator="|")
    return (
        pl.concat_str(pl.lit("u"), "_house", unit, separator="|"),
        pl.concat_str(pl.lit("r"), "_house", rent, separator="|"),
        pl.concat_str(pl.lit("a"), "_house", area, separator="|"),
    )


def pairs_in_blocks(ours: pl.DataFrame, theirs: pl.DataFrame, carry: tuple[str, ...] = (), keep: pl.Expr | None = None) -> pl.DataFrame:
    """ours: leverandor_bolig_id; theirs: kobo_id; both prepared. Pairs (PAIR), each once.

    keep: filters pairs as early as they arise, over the columns of `carry` and, for the other side, `<column>_right`.
    """
    lone = pl.lit(value=True) if keep is None else keep
    parts = {f"_part{number}": part for number, part in enumerate(_split())}
    keyed = {f"_block{number}": block for number, block in enumerate(blocks())}
    left, right = (side.select(*carry, **keyed, **parts).with_row_index("_at") for side in (ours, theirs))
    found: list[pl.DataFrame] = []
    for block in keyed:
        names = [block, "_at", *carry, *parts]
        mine, others = (side.select(names).filter(pl.col(block).is_not_null()) for side in (left, right))
        sizes = mine.group_by(block).len().join(others.group_by(block).len(), on=block)
        crowded = sizes.filter(pl.col("len").cast(pl.Int64()) * pl.col("len_right") > CROWDED).select(block)
        if crowded.height:
            found.extend(_shared(mine, others, crowded, part, lone) for part in parts)
            mine = mine.join(crowded, on=block, how="anti")
        found.append(mine.join(others, on=block).filter(lone).select("_at", "_at_right"))
    pairs = pl.concat(found).unique()
    return pl.DataFrame(
        [ours.get_column("leverandor_bolig_id").gather(pairs["_at"]), theirs.get_column("kobo_id").gather(pairs["_at_right"])]
    )


def _shared(left: pl.DataFrame, right: pl.DataFrame, crowded: pl.DataFrame, part: str, lone: pl.Expr) -> pl.DataFrame:
    """Pairs of a crowded block that also share a part. What even that does not part is alike, and no person could tell it."""
    block = crowded.columns[0]
    sides = [side.filter(pl.col(part).is_not_null()).join(crowded, on=block, how="semi") for side in (left, right)]
    few = [side.filter(pl.int_range(pl.len()).over(block, part, order_by="_at") < _ALIKE) for side in sides]
    return few[0].join(few[1], on=[block, part]).filter(lone).select("_at", "_at_right")


_ALIKE = 12
