"""A street that one row alone names, a slip or two from one that has this house number: most likely typed wrong.

Where the rows of the two houses agree in what was measured and the other street is known by several houses, the row is taken for one of
that street; where they do not tell, or both streets are as little known, a person is asked. Unlike street_spelling this needs no cadastre
numbers, which many systems leave out.
"""

from __future__ import annotations

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from reconciliation.likeness.contradiction import AREA, RENT, in_pair, same_area
from reconciliation.likeness.neighbours import LETTERS_APART
from reconciliation.likeness.street_spelling import LETTERS_OF_A_SLIP, ground

_PLACE = ("_municipality", "_street", "_house")
_BEGINNING, _ENDING = 3, 5
_NUMBERS = ("_unit", "_extra", "_ground", "seksjonsnummer")
_MEASURED = ("antall_soverom", "_floor", "manedsleie")
KNOWN_HOUSES = 2
"""A street is known when rows name so many of its houses: Bergvegen and Bergsvegen with one house each may both be there."""
AGREEING = 2
"""So many measures must agree, area or rent among them, and none may differ, before a stray row is taken for one of the street."""


def stray_pairs(rows: pl.DataFrame) -> pl.DataFrame:
    """rows: PLACE_COLUMNS and `source`. `_at`, `_at_right`: numbers of a row whose street no other house or source names, and of a row of
    another source at the same house number in a street that is spelt nearly alike."""
    placed = rows.select(*_PLACE, "source").with_row_index("_at").filter(pl.col("_street").str.len_chars() >= LETTERS_OF_A_SLIP)
    used = placed.group_by("_municipality", "_street").agg(pl.col("_house").n_unique(), pl.col("source").n_unique())
    strays = placed.join(used.filter((pl.col("_house") == 1) & (pl.col("source") == 1)), on=["_municipality", "_street"], how="semi")
    if strays.is_empty():
        return pl.DataFrame(schema={"_at": pl.UInt32(), "_at_right": pl.UInt32()})
    blocks = pl.col("_street").str.head(_BEGINNING), pl.lit("~") + pl.col("_street").str.tail(_ENDING)
    at_their_numbers = placed.join(strays.select("_municipality", "_house").unique(), on=["_municipality", "_house"], how="semi")
    first, second = (
        pl.concat(places.with_columns(_block=block) for block in blocks)
        for places in (side.select(_PLACE).unique() for side in (strays, at_their_numbers))
    )
    near_alike = first.join(second, on=["_municipality", "_house", "_block"], suffix="_other").filter(
        pl.col("_street") != pl.col("_street_other")
    )
    names = near_alike.select("_municipality", "_house", "_street", _other="_street_other").unique()
    pairs = strays.join(_slipped(names), on=_PLACE).join(
        placed, left_on=["_municipality", "_other", "_house"], right_on=_PLACE, suffix="_right"
    )
    return pairs.filter(pl.col("source") != pl.col("source_right")).select("_at", "_at_right").unique().sort("_at", "_at_right")


def meant_streets(rows: pl.DataFrame) -> pl.DataFrame:
    """rows: as stray_pairs, with the canonical measures. `_street` of a stray row is the one that it must mean; `_address` follows."""
    pairs = stray_pairs(rows)
    if pairs.is_empty():
        return rows
    columns = rows.select(*_PLACE, *_NUMBERS[:2], *_MEASURED, "seksjonsnummer", "bruksareal", "_label", _ground=ground())
    sides = columns[pairs.get_column("_at")], columns[pairs.get_column("_at_right")].rename(lambda name: f"{name}_theirs")
    seen = pl.concat([pairs, *sides], how="horizontal").filter(_one_home())
    houses = rows.select(*_PLACE).drop_nulls().unique().group_by("_municipality", "_street").len()
    known = houses.filter(pl.col("len") >= KNOWN_HOUSES)
    real = seen.join(known, left_on=["_municipality", "_street_theirs"], right_on=["_municipality", "_street"], how="semi")
    real = real.group_by("_at").agg(_meant=pl.col("_street_theirs").unique()).filter(pl.col("_meant").list.len() == 1)
    # Only the street is joined: a join copies every column.
    written = rows.select("_street").with_row_index("_at")
    now = written.join(real.with_columns(pl.col("_meant").list.first()), on="_at", how="left", maintain_order="left")
    now = now.select(_street=pl.coalesce("_meant", "_street"))
    return rows.with_columns(now).with_columns(_address=pl.concat_str(*_PLACE, separator="|"))


def likely_streets(rows: pl.DataFrame) -> pl.Series:
    """rows: PLACE_COLUMNS. Per row the street that it may mean: its own, or, of one that a single row names, the only well known one that a
    slip or two part from it. By it rows are found that may be one home; it settles nothing."""
    street = ["_municipality", "_street"]
    used = rows.select(*_PLACE).drop_nulls().group_by(street).agg(pl.col("_house").n_unique(), pl.len())
    strays = used.filter((pl.col("len") == 1) & (pl.col("_street").str.len_chars() >= LETTERS_OF_A_SLIP)).select(street)
    blocks = pl.col("_street").str.head(_BEGINNING), pl.lit("~") + pl.col("_street").str.tail(_ENDING)
    first, second = (
        pl.concat(side.with_columns(_block=block) for block in blocks)
        for side in (strays, used.filter(pl.col("_house") >= KNOWN_HOUSES).select(street))
    )
    names = first.join(second.rename({"_street": "_other"}), on=["_municipality", "_block"]).select(*street, "_other").unique()
    likely = _slipped(names).filter(pl.len().over(street) == 1)
    seen = rows.select(street).join(likely, on=street, how="left", maintain_order="left")
    return seen.select(pl.coalesce("_other", "_street")).to_series()


def _slipped(names: pl.DataFrame) -> pl.DataFrame:
    """Those whose `_street` and `_other` at most LETTERS_APART slips of the hand part; numbers and the last letter (Felt A, Felt B) are
    alike."""
    if names.is_empty():
        return names
    far = pl.Series(cpdist(names["_street"].to_list(), names["_other"].to_list(), scorer=OSA.distance, score_cutoff=LETTERS_APART))
    digits = pl.col("_street").str.replace_all(r"\D", "") == pl.col("_other").str.replace_all(r"\D", "")
    last = (pl.col("_street").str.tail(1) == pl.col("_other").str.tail(1)) | (
        pl.col("_street").str.len_chars() != pl.col("_other").str.len_chars()
    )
    return names.filter(far <= LETTERS_APART).filter(digits & last)


def _one_home() -> pl.Expr:
    """On pairs: nothing that both rows give differs, and measures agree."""
    area, rent = in_pair("bruksareal"), in_pair("manedsleie")
    equal_area = same_area(in_pair)
    same = {name: (pl.col(name) == pl.col(f"{name}_theirs")).fill_null(value=False) for name in (*_MEASURED, "_label")}
    numbers = pl.any_horizontal(in_pair(name).several.fill_null(value=False) for name in (*_NUMBERS, "antall_soverom", "_floor"))
    far = [
        (measure.known & (measure.high - measure.low > share * measure.high)).fill_null(value=False)
        for measure, share in ((area, AREA.agrees), (rent, RENT.agrees))
    ]
    agreeing = pl.sum_horizontal(equal.cast(pl.Int64()) for equal in (equal_area, *same.values()))
    return ~numbers & ~far[0] & ~far[1] & (equal_area | same["manedsleie"]) & (agreeing >= AGREEING)
