"""Keys that no longer name the home they did: a list whose running numbers shifted, two rows that changed places.

A known key is no proof. A row is compared with the row that its dwelling was made from; where the two cannot be one home, the row
is matched again like any other, and asked about when nothing else claims it.
"""

from __future__ import annotations

from collections import Counter

import polars as pl

from reconciliation.likeness.comparison import neighbour
from reconciliation.likeness.contradiction import contradict, in_pair, same_area

_COMPARED = ("nummer", "bokstav", "_house", "_street", "_stem", "_ground", "_address", "_unit", "_extra", "_floor")
_MEASURED = ("bruksareal", "manedsleie", "antall_soverom", "seksjonsnummer", "etasjenummer")
MOVED = {"_row": pl.Int64(), "_keeper": pl.Int64()}


def moved_rows(rows: pl.DataFrame, same: list[list[int]]) -> pl.DataFrame:
    """rows: prepared standing rows with `_row`, `_made`, `_known`, `_rank`. same: groups of `_row` that people called the same.

    MOVED: the rows whose known id no longer holds, and the row that keeps that id: the one it was made from, else the first in rank.
    """
    known = rows.filter(pl.col("_known").is_not_null() & pl.col("_known").is_duplicated())
    if known.is_empty():
        return pl.DataFrame(schema=MOVED)
    named = known.with_columns(_place=pl.concat_str("_address", "_unit", pl.col("_extra").fill_null(""), separator="|"))
    keepers = (
        named.with_columns(_origin=pl.col("_made") == pl.col("_known"))
        .sort("_known", "_origin", "_rank", "_row", descending=[False, True, False, False])
        .unique("_known", keep="first", maintain_order=True)
    )
    columns = ("_row", "source", "_place", *_COMPARED, *_MEASURED)
    theirs = keepers.select("_known", *columns).rename({name: f"{name}_theirs" for name in columns})
    pairs = named.join(theirs, on="_known").filter(pl.col("_row") != pl.col("_row_theirs"))
    decided = [frozenset(group) for group in same]
    claimed = _claimed_elsewhere(rows, pairs)
    pairs = pairs.with_columns(_claimed=pl.col("_row").is_in(claimed.implode()))
    moved = pairs.filter(_cannot_be_one()).select("_row", _keeper="_row_theirs").sort("_row")
    if decided:
        kept = [not any({row, keeper} <= group for group in decided) for row, keeper in moved.iter_rows()]
        moved = moved.filter(pl.Series(kept, dtype=pl.Boolean()))
    return moved


def _cannot_be_one() -> pl.Expr:
    """On pairs of a row and its keeper: what was measured contradicts; or the unit number and the floor that the rows give differ; or
    the place is another one, and another dwelling claims it, or no measure is equal. A corrected house number is next door, and nothing
    measured need tell."""
    other = {name: in_pair(name).several.fill_null(value=False) for name in ("_house", "_unit", "_ground", "_extra")}
    street = (pl.col("_street") != pl.col("_street_theirs")) & (pl.col("_stem") != pl.col("_stem_theirs"))
    same_ground = (pl.col("_ground") == pl.col("_ground_theirs")).fill_null(value=False)
    elsewhere = other["_house"] | other["_unit"] | other["_extra"] | (street.fill_null(value=False) & ~same_ground)
    area = in_pair("bruksareal")
    equal = [(pl.col(name) == pl.col(f"{name}_theirs")).fill_null(value=False) for name in ("manedsleie", "seksjonsnummer")]
    supported = pl.any_horizontal(same_area(in_pair), *equal)
    measured = area.known | in_pair("manedsleie").known | in_pair("seksjonsnummer").known
    far = ~neighbour() | (street.fill_null(value=False) & ~same_ground)
    other_floor = other["_unit"] & in_pair("etasjenummer").several.fill_null(value=False)
    return contradict(in_pair) | other_floor | (elsewhere & (pl.col("_claimed") | (~supported & (measured | far))))


def _claimed_elsewhere(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    """`_row` of those whose address and unit number are also those of another source's row in another known dwelling."""
    placed = rows.with_columns(_place=pl.concat_str("_address", "_unit", pl.col("_extra").fill_null(""), separator="|"))
    asked = pairs.filter(pl.col("_place") != pl.col("_place_theirs")).select("_row", "_place", "source", "_known")
    shared = asked.join(placed.select("_place", "source", "_known"), on="_place", suffix="_there")
    another = (pl.col("source") != pl.col("source_there")) & (pl.col("_known") != pl.col("_known_there"))
    return shared.filter(another).get_column("_row").unique()


def split_rows(rows: pl.DataFrame, different: list[tuple[int, int]]) -> list[int]:
    """`_row` of those that a person said are another home than the rest of the dwelling they were known as: the row that is named in
    most pairs, of two the one that the dwelling was not made from."""
    named = rows.filter(pl.col("_row").is_in({row for pair in different for row in pair}))
    known, made = (dict(named.select("_row", name).iter_rows()) for name in ("_known", "_made"))
    pairs = [pair for pair in different if known.get(pair[0]) is not None and known.get(pair[0]) == known.get(pair[1])]
    split: list[int] = []
    while pairs:
        counts = Counter(row for pair in pairs for row in pair)
        row = max(counts, key=lambda candidate: (counts[candidate], made[candidate] != known[candidate], candidate))
        split.append(row)
        pairs = [pair for pair in pairs if row not in pair]
    return sorted(split)
