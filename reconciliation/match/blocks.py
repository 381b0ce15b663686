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
        pl.concat_str(pl.lit("e"), "postnummer", "_house", pl.col("_street").str.slice(-5), separator="|"),
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


def pairs_in_blocks(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """ours: leverandor_bolig_id; theirs: kobo_id; both prepared. Pairs (PAIR), each once."""
    found = [pl.DataFrame(schema=PAIR)]
    parts = {f"_part{number}": part for number, part in enumerate(_split())}
    for block in blocks():
        left = ours.select("leverandor_bolig_id", _block=block, **parts).filter(pl.col("_block").is_not_null())
        right = theirs.select("kobo_id", _block=block, **parts).filter(pl.col("_block").is_not_null())
        sizes = left.group_by("_block").len().join(right.group_by("_block").len(), on="_block")
        crowded = sizes.filter(pl.col("len").cast(pl.Int64()) * pl.col("len_right") > CROWDED).select("_block")
        if crowded.height:
            found.extend(_shared(left, right, crowded, part) for part in parts)
            left = left.join(crowded, on="_block", how="anti")
        found.append(left.join(right, on="_block").select(list(PAIR)))
    return pl.concat(found).unique()


def _shared(left: pl.DataFrame, right: pl.DataFrame, crowded: pl.DataFrame, part: str) -> pl.DataFrame:
    """Pairs of a crowded block that also share a part. What even that does not part is alike, and no person could tell it."""
    sides = [side.join(crowded, on="_block", how="semi").filter(pl.col(part).is_not_null()) for side in (left, right)]
    few = [side.filter(pl.int_range(pl.len()).over("_block", part, order_by=side.columns[0]) < _ALIKE) for side in sides]
    return few[0].join(few[1], on=["_block", part]).select(list(PAIR))


_ALIKE = 12
