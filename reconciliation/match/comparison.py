"""Comparisons with levels: how much two values agree, in words and in points.

The levels are a table. A pair's points only order candidates and leave out the hopeless; no number of points makes a
pair certain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from reconciliation.match.spelling import ground, stem


@dataclass(frozen=True, slots=True)
class Level:
    """code: stable; label: bokmål; points: towards (or against) the pair being one dwelling."""

    code: str
    label: str
    points: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """levels: tried in order, the first that holds is the pair's; `other` when both sides speak and none holds."""

    field: str
    title: str
    levels: tuple[tuple[pl.Expr, Level], ...]
    other: Level
    unknown: Level


def _side(name: str) -> pl.Expr:
    return pl.col(f"{name}_theirs")


def _blank(name: str) -> pl.Expr:
    return pl.col(name).is_null() | _side(name).is_null()


SAME_AREA = 0.02
"""Two areas this close are one: systems round, and one cuts the halves off."""

_UNKNOWN = Level("unknown", "Mangler på minst én side", 0)


def _exact(field: str, title: str, same: float, different: float, column: str | None = None) -> Comparison:
    name = column or field
    equal = pl.col(name) == _side(name)
    return Comparison(field, title, ((equal, Level("same", "Likt", same)),), Level("different", "Ulikt", different), _UNKNOWN)


def _within(name: str, share: float) -> pl.Expr:
    return (pl.col(name) - _side(name)).abs() <= share * pl.max_horizontal(name, _side(name))


_H0101 = (pl.col("_unit").is_null() & (_side("_unit") == "H0101")) | (_side("_unit").is_null() & (pl.col("_unit") == "H0101"))

_ONE_LETTER = (pl.col("_house").str.len_chars() - _side("_house").str.len_chars().cast(pl.Int64())).abs() == 1
"""A lettered address never equals the bare number; it may be the same with the letter forgotten."""



def neighbour(theirs_end: str = "_theirs") -> pl.Expr:
    """The numbers of two houses that a hand or an eye slips between: next door, a digit wrong, lost or swapped; one letter."""
    ours, theirs = pl.col("nummer"), pl.col(f"nummer{theirs_end}")
    long = (ours >= 10) & (theirs >= 10)
    one_digit = long & ((ours // 10 == theirs // 10) | ((ours % 10 == theirs % 10) & (ours // 100 == theirs // 100)))
    lost = (ours // 10 == theirs) | (theirs // 10 == ours)
    swapped = long & (ours // 10 == theirs % 10) & (theirs // 10 == ours % 10)
    return (((ours - theirs).abs() <= NEXT_DOOR) | one_digit | lost | swapped) & pl.col("bokstav").eq_missing(pl.col(f"bokstav{theirs_end}"))


NEXT_DOOR = 2
"""House numbers this far apart stand next to each other: even numbers on one side of the street, odd ones on the other."""


def _one_digit() -> pl.Expr:
    """Unit numbers (H0201) that differ in one of their four digits."""
    ours, theirs = pl.col("_unit"), _side("_unit")
    wrong = pl.sum_horizontal((ours.str.slice(place, 1) != theirs.str.slice(place, 1)).cast(pl.Int64()) for place in range(1, 5))
    return (wrong == 1) & (ours.str.head(1) == theirs.str.head(1)) & (ours.str.len_chars() == theirs.str.len_chars())


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "adressenavn",
        "Gate",
        (
            ((pl.col("_street") == _side("_street")) | (pl.col("_written") == _side("_written")), Level("same", "Likt", 3)),
            ((pl.col("_likeness") >= 0.92) | (pl.col("_stem") == _side("_stem")), Level("close", "Nesten likt", 2)),
            (pl.col("_likeness") >= 0.8, Level("similar", "Ligner", 1)),
        ),
        Level("different", "Ulikt", -4),
        _UNKNOWN,
    ),
    Comparison(
        "nummer",
        "Husnummer og bokstav",
        (
            (pl.col("_house") == _side("_house"), Level("same", "Likt", 2)),
            ((pl.col("nummer") == _side("nummer")) & _ONE_LETTER, Level("letter", "Samme nummer, bokstav bare på én side", -1)),
            (neighbour(), Level("beside", "Nabonummer eller tastefeil", -2)),
        ),
        Level("different", "Ulikt", -4),
        _UNKNOWN,
    ),
    _exact("postnummer", "Postnummer", 1, -1),
    Comparison(
        "bruksenhetsnummer",
        "Bruksenhetsnummer",
        (
            (pl.col("_unit") == _side("_unit"), Level("same", "Likt", 4)),
            (_H0101, Level("first", "Mangler på én side, H0101 på den andre", 1)),
            (_one_digit(), Level("digit", "Ett siffer er ulikt", -3)),
        ),
        Level("different", "Ulikt", -6),
        _UNKNOWN,
    ),
    _exact("ekstra_referanse", "Ekstra referanse", 3, -8, "_extra"),
    _exact("gardsnummer", "Gårds- og bruksnummer", 2, -3, "_ground"),
    _exact("seksjonsnummer", "Seksjonsnummer", 4, -4),
    Comparison(
        "bruksareal",
        "Bruksareal",
        (
            (_within("bruksareal", SAME_AREA), Level("same", "Likt", 2)),
            (_within("bruksareal", 0.1), Level("close", "Nesten likt", 1)),
        ),
        Level("different", "Ulikt", -2),
        _UNKNOWN,
    ),
    _exact("antall_soverom", "Antall soverom", 1, -1),
    _exact("etasjenummer", "Etasje", 1, -2),
    _exact("boligtype", "Boligtype", 0, 0),
    Comparison(
        "manedsleie",
        "Månedsleie",
        (
            (pl.col("manedsleie") == _side("manedsleie"), Level("same", "Likt", 2)),
            (_within("manedsleie", 0.1), Level("close", "Nesten likt", 0)),
        ),
        Level("different", "Ulikt", 0),
        _UNKNOWN,
    ),
)
_SIDED = ("_street", "_written", "_stem", "_house", "_unit", "_extra", "_ground", "_address", "_matrikkel", "_municipality", "_letterless")
_RAW = (
    "adressenavn",
    "nummer",
    "bokstav",
    "postnummer",
    "bruksenhetsnummer",
    "ekstra_referanse",
    "gardsnummer",
    "bruksnummer",
    "seksjonsnummer",
    "bruksareal",
    "antall_soverom",
    "etasjenummer",
    "boligtype",
    "manedsleie",
)
COLUMNS = (*_SIDED, *_RAW)


def prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """rows with PLACE_COLUMNS: add what comparisons and blocks also look at.

    _written: the street before one_spelling settled it, where the rows have it. What else stands at a house settles its
    spelling; a pair of two houses must not be found one night and lost the next for that.
    """
    number = pl.col("nummer").cast(pl.String())
    if "_written" not in rows.columns:
        rows = rows.with_columns(_written="_street")
    return rows.with_columns(_ground=ground(), _stem=stem("_written")).with_columns(
        _letterless=pl.concat_str("_municipality", "_stem", number, separator="|"),
    )


def compare(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """pairs: leverandor_bolig_id, kobo_id. ours, theirs: prepared. Adds both sides' columns, `_points` and `_level_<field>`."""
    sided = theirs.select("kobo_id", *(pl.col(name).alias(f"{name}_theirs") for name in COLUMNS))
    joined = pairs.join(ours.select("leverandor_bolig_id", *COLUMNS), on="leverandor_bolig_id").join(sided, on="kobo_id")
    return scored(joined.with_columns(_likeness=likeness(joined, "_street")), COMPARISONS)


def scored(pairs: pl.DataFrame, comparisons: Sequence[Comparison]) -> pl.DataFrame:
    """pairs: both sides' columns, the other side's as `<column>_theirs`. Adds `_level_<field>` and `_points`, for any table of levels."""
    points = pl.sum_horizontal(_points(one) for one in comparisons)
    levels = [_level(one).alias(f"_level_{one.field}") for one in comparisons]
    # Lazily, so that what levels and points both ask is asked once.
    return pairs.lazy().with_columns(*levels, _points=points).collect()


def at_odds() -> pl.Expr:
    """On compared pairs: everything that was measured speaks against the key. A number typed wrong names the neighbour's home.

    Two measures that differ (the ground and the section weigh as two) and none that agrees; rents that drift a little agree.
    """
    measures = ("bruksareal", "antall_soverom", "etasjenummer", "manedsleie")
    levels = {name: pl.col(f"_level_{name}") for name in measures}
    # The floor stands in the unit number: that it agrees is nothing new.
    told = [level for name, level in levels.items() if name != "etasjenummer"]
    support = pl.sum_horizontal(level.is_in(["same", "close"]).cast(pl.Int64()) for level in told)
    ground, section = ((pl.col(f"_level_{name}") == "different").cast(pl.Int64()) for name in ("gardsnummer", "seksjonsnummer"))
    against = pl.sum_horizontal((level == "different").cast(pl.Int64()) for level in levels.values()) + 2 * ground + 2 * section
    return (against >= 2) & (support < 1 + ground)


def explain(compared: pl.DataFrame) -> pl.DataFrame:
    """Add `details`: JSON {points, compared: [{field, title, ours, theirs, level, label}]}, what a person is shown."""
    table = pl.concat_list(
        pl.struct(
            pl.lit(one.field).alias("field"),
            pl.lit(one.title).alias("title"),
            pl.col(one.field).cast(pl.String()).alias("ours"),
            pl.col(f"{one.field}_theirs").cast(pl.String()).alias("theirs"),
            pl.col(f"_level_{one.field}").alias("level"),
            pl.col(f"_level_{one.field}")
            .replace_strict({level.code: level.label for level in _levels(one)}, return_dtype=pl.String())
            .alias("label"),
        )
        for one in COMPARISONS
    )
    return compared.with_columns(details=pl.struct(pl.col("_points").alias("points"), table.alias("compared")).struct.json_encode())


def _levels(one: Comparison) -> list[Level]:
    return [*(level for _, level in one.levels), one.other, one.unknown]


_COMPARED_ON = {
    "adressenavn": "_street",
    "nummer": "_house",
    "bruksenhetsnummer": "_unit",
    "ekstra_referanse": "_extra",
    "gardsnummer": "_ground",
}


def _level(one: Comparison) -> pl.Expr:
    return _chosen(one, lambda level: pl.lit(level.code))


def _points(one: Comparison) -> pl.Expr:
    return _chosen(one, lambda level: pl.lit(float(level.points)))


def _chosen(one: Comparison, said: Callable[[Level], pl.Expr]) -> pl.Expr:
    found = pl.when(_blank(_COMPARED_ON.get(one.field, one.field))).then(said(one.unknown)).otherwise(said(one.other))
    for holds, level in reversed(one.levels):
        found = pl.when(holds.fill_null(value=False)).then(said(level)).otherwise(found)
    return found


def likeness(joined: pl.DataFrame, column: str) -> pl.Series:
    """Jaro-Winkler likeness (0-1) of `column` and `<column>_theirs`, row by row; a blank is like a blank."""
    other = f"{column}_theirs"
    sides = joined.select(pl.col(column).fill_null(""), pl.col(other).fill_null(""))
    differ = sides.with_row_index("_at").filter(pl.col(column) != pl.col(other))
    like = cpdist(differ[column].to_list(), differ[other].to_list(), scorer=JaroWinkler.similarity, dtype=np.float32)
    found = np.ones(joined.height, dtype=np.float32)
    found[differ["_at"].to_numpy()] = like
    return pl.Series("_likeness", found)
