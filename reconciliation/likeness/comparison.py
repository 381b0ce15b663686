"""Comparisons of two dwellings, by levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import polars as pl

from reconciliation.likeness.contradiction import AREA, RENT, TOLERANCES, contradict, equal_areas, in_pair
from reconciliation.likeness.levels import Comparison, Level, likeness, scored, scores, side
from reconciliation.likeness.street_spelling import ground, stems

_UNKNOWN = Level("unknown", 0)


def _exact(field: str, same: float, different: float, column: str | None = None) -> Comparison:
    name = column or field
    equal = pl.col(name) == side(name)
    return Comparison(field, ((equal, Level("same", same)),), Level("different", different), _UNKNOWN, name)


def _within(name: str, share: float) -> pl.Expr:
    return (pl.col(name) - side(name)).abs() <= share * pl.max_horizontal(name, side(name))


_H0101 = (pl.col("_unit").is_null() & (side("_unit") == "H0101")) | (side("_unit").is_null() & (pl.col("_unit") == "H0101"))

_ONE_LETTER = (pl.col("_house").str.len_chars() - side("_house").str.len_chars().cast(pl.Int64())).abs() == 1
"""A lettered address never equals the bare number; it may be the same with the letter forgotten."""


def neighbour(theirs_end: str = "_theirs") -> pl.Expr:
    """The numbers of two houses that a hand or an eye slips between: next door, a digit wrong, lost or swapped; one letter."""
    ours, theirs = pl.col("nummer"), pl.col(f"nummer{theirs_end}")
    long = (ours >= 10) & (theirs >= 10)
    one_digit = long & ((ours // 10 == theirs // 10) | ((ours % 10 == theirs % 10) & (ours // 100 == theirs // 100)))
    lost = (ours // 10 == theirs) | (theirs // 10 == ours)
    swapped = long & (ours // 10 == theirs % 10) & (theirs // 10 == ours % 10)
    return (((ours - theirs).abs() <= NEXT_DOOR) | one_digit | lost | swapped) & pl.col("bokstav").eq_missing(
        pl.col(f"bokstav{theirs_end}")
    )


NEXT_DOOR = 2
"""House numbers this far apart are neighbours: even numbers are on one side of the street, odd ones on the other."""


def next_house() -> pl.Expr:
    """On compared pairs: the next house on either side, whatever its letter, or a digit away (`neighbour`)."""
    near = (pl.col("nummer") - pl.col("nummer_theirs")).abs() <= NEXT_DOOR
    return (near & (pl.col("_level_nummer") != "same")).fill_null(value=False) | (pl.col("_level_nummer") == "beside")


def _one_digit(joined: pl.DataFrame) -> pl.Series:
    """`_one_digit`: unit numbers (H0201) that differ in one of their four digits."""
    ours, theirs = pl.col("_unit"), side("_unit")
    wrong = pl.sum_horizontal((ours.str.slice(place, 1) != theirs.str.slice(place, 1)).cast(pl.Int64()) for place in range(1, 5))
    same_but_one = (wrong == 1) & (ours.str.head(1) == theirs.str.head(1)) & (ours.str.len_chars() == theirs.str.len_chars())
    # Most are the same; cutting texts up costs more than looking for those that are not.
    differ = joined.select("_unit", "_unit_theirs").with_row_index("_at").filter(ours != theirs)
    places = differ.filter(same_but_one).get_column("_at")
    return pl.repeat(False, joined.height, eager=True).alias("_one_digit").scatter(places, True)


SAME_STREET = (pl.col("_street") == side("_street")) | (pl.col("_written") == side("_written"))
SAME_HOUSE = pl.col("_house") == side("_house")

_ONE_STREET = SAME_STREET | (pl.col("_stem") == side("_stem"))
_EQUAL_AREA = equal_areas(pl.col("bruksareal"), side("bruksareal"))
_EQUAL_RENT = pl.col("manedsleie") == side("manedsleie")
_IN_THIS_ORDER = (pl.col("gardsnummer") == side("gardsnummer")) & (pl.col("bruksnummer") == side("bruksnummer"))

# 12/40 in one street and 40/12 in another are two grounds, unless the rent, or the house number and the area (where both are known), say
# that one was typed the wrong way round.
_ONE_GROUND = _IN_THIS_ORDER | _ONE_STREET | _EQUAL_RENT | (SAME_HOUSE & _EQUAL_AREA.fill_null(value=True))

COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "adressenavn",
        (
            (SAME_STREET, Level("same", 3)),
            ((pl.col("_likeness") >= 0.92) | (pl.col("_stem") == side("_stem")), Level("close", 2)),
            (pl.col("_likeness") >= 0.8, Level("similar", 1)),
        ),
        Level("different", -4),
        _UNKNOWN,
        "_street",
    ),
    Comparison(
        "nummer",
        (
            (SAME_HOUSE, Level("same", 2)),
            ((pl.col("nummer") == side("nummer")) & _ONE_LETTER, Level("letter", -1)),
            (neighbour() | (pl.col("nummer") == side("nummer")), Level("beside", -2)),
        ),
        Level("different", -4),
        _UNKNOWN,
        "_house",
    ),
    _exact("postnummer", 1, -1),
    Comparison(
        "bruksenhetsnummer",
        (
            (pl.col("_unit") == side("_unit"), Level("same", 4)),
            (_H0101, Level("first", 1)),
            (pl.col("_one_digit"), Level("digit", -3)),
        ),
        Level("different", -6),
        _UNKNOWN,
        "_unit",
    ),
    _exact("ekstra_referanse", 3, -8, "_extra"),
    Comparison(
        "gardsnummer",
        (
            ((pl.col("_ground") == side("_ground")) & _ONE_GROUND, Level("same", 2)),
            (pl.col("_ground") == side("_ground"), Level("swapped", 0)),
        ),
        Level("different", -3),
        _UNKNOWN,
        "_ground",
    ),
    _exact("seksjonsnummer", 4, -4),
    Comparison(
        "bruksareal",
        (
            (_EQUAL_AREA, Level("same", 2)),
            (_within("bruksareal", AREA.agrees), Level("close", 1)),
        ),
        Level("different", -2),
        _UNKNOWN,
    ),
    _exact("antall_soverom", 1, -1),
    _exact("etasjenummer", 1, -2, "_floor"),
    _exact("boligtype", 0, 0),
    Comparison(
        "manedsleie",
        (
            (_EQUAL_RENT, Level("same", 2)),
            (_within("manedsleie", RENT.agrees), Level("close", 0)),
        ),
        Level("different", 0),
        _UNKNOWN,
    ),
)


def _read() -> Iterator[str]:
    """Columns that a comparison looks at or a person is shown."""
    for comparison in COMPARISONS:
        yield comparison.field
        yield comparison.column or comparison.field
        for holds, _ in comparison.levels:
            yield from (name.removesuffix("_theirs") for name in holds.meta.root_names())


_MADE = ("_likeness", "_one_digit")
"""Of pairs, made while they are compared."""
COLUMNS = tuple(sorted({*_read(), "_label"} - set(_MADE)))
SHOWN = tuple(name for comparison in COMPARISONS for name in (comparison.field, f"{comparison.field}_theirs", f"_level_{comparison.field}"))
"""Of compared pairs, what a person is shown beside `_points`."""


def prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """rows with PLACE_COLUMNS: add what comparisons and blocks also look at.

    _written: the street before one_spelling settled it, where the rows have it. What else is at a house settles its
    spelling; a pair of two houses must not be a candidate on one night and none on the next because of that.
    """
    number = pl.col("nummer").cast(pl.String())
    if "_written" not in rows.columns:
        rows = rows.with_columns(_written="_street")
    return rows.with_columns(_ground=ground(), _stem=stems(rows.get_column("_written"))).with_columns(
        _letterless=pl.concat_str("_municipality", "_stem", number, separator="|"),
    )


def compare(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """pairs: leverandor_bolig_id, kobo_id. ours, theirs: prepared. Adds both sides' columns, `_points` and `_level_<field>`."""
    left, right = ours.select("leverandor_bolig_id").with_row_index("_at"), theirs.select("kobo_id").with_row_index("_at_right")
    joined = pairs.join(left, on="leverandor_bolig_id").join(right, on="kobo_id")
    return compare_rows(joined, ours, theirs).drop("_at", "_at_right")


def compare_rows(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """As compare, of pairs whose rows in ours and theirs are known: `_at`, `_at_right`."""
    joined = side_by_side(pairs, ours, theirs, COLUMNS)
    return _compared(joined) if joined.height else _none_compared(tuple(joined.schema.items()))


def _compared(joined: pl.DataFrame) -> pl.DataFrame:
    return scored(joined.with_columns(likeness(joined, "_street"), _one_digit(joined)), _scores())


@lru_cache(maxsize=32)
def _none_compared(columns: tuple[tuple[str, pl.DataType], ...]) -> pl.DataFrame:
    """No pairs, as they are compared: in a village most rules have none, and a score takes its time over none as over many."""
    return _compared(pl.DataFrame(schema=dict(columns)))


def without_contradicted(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """pairs: `_at`, `_at_right`. Those whose values do not contradict each other (`contradict`), which costs a tenth of comparing them."""
    if pairs.is_empty():
        return pairs
    sides = side_by_side(pairs.select("_at", "_at_right"), ours, theirs, _CONTRADICTING)
    # Lazily, so that expressions shared by its conditions are computed once.
    return pairs.filter(sides.lazy().select(~contradict(in_pair)).collect().to_series())


_CONTRADICTING = ("seksjonsnummer", "_ground", *(measure.field for measure in TOLERANCES))


def side_by_side(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """pairs: `_at`, `_at_right`. Adds those columns of both sides, the other side's as `<column>_theirs`."""
    sides = ours.select(columns)[pairs.get_column("_at")], theirs.select(columns)[pairs.get_column("_at_right")]
    return pl.concat([pairs, sides[0], sides[1].rename(lambda name: f"{name}_theirs")], how="horizontal")


@cache
def _scores() -> list[pl.Expr]:
    return scores(COMPARISONS)


def explain(compared: pl.DataFrame) -> pl.DataFrame:
    """Add `details`: JSON {points, compared: [{field, ours, theirs, level}]}."""
    # Each row of the table is encoded by itself: a list of all of them would cost ten times as much.
    table = pl.concat_str(
        (
            pl.struct(
                pl.lit(comparison.field).alias("field"),
                pl.col(comparison.field).cast(pl.String()).alias("ours"),
                pl.col(f"{comparison.field}_theirs").cast(pl.String()).alias("theirs"),
                pl.col(f"_level_{comparison.field}").cast(pl.String()).alias("level"),
            ).struct.json_encode()
            for comparison in COMPARISONS
        ),
        separator=",",
    )
    points = pl.struct(points="_points").struct.json_encode().str.strip_suffix("}")
    return compared.with_columns(details=pl.format('{},"compared":[{}]}}', points, table))
