"""One street spelt in several ways, settled house by house and only where the rows themselves leave no doubt.

No table turns one ending into another: most of the country writes -vegen, the rest -veien. Two spellings are one street
at a house when they differ in the ending of the same word and nothing else about the house differs, or in one letter and
the cadastre's own number of the ground is the same.
"""

from __future__ import annotations

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

_ENDINGS = (("(veien|vegen|vei|veg|vn)", "v"), ("(gaten|gata|gate|gt)", "g"), ("(plassen|plass|pl)", "p"), ("(terrasse|terr)", "t"))
_FORMS = "veien|vegen|gaten|gata|plassen|terrasse|terrassen"
_STEM_LETTERS = 3
"""Shorter stems (Øveien) are names of their own too often."""
LETTERS_OF_A_SLIP = 7
"""A name this long with one letter wrong is a typing error; short names one letter apart are two streets."""


def one_spelling(rows: pl.DataFrame) -> pl.DataFrame:
    """rows: PLACE_COLUMNS, gardsnummer, bruksnummer, postnummer. `_street` and `_address` are settled; order and rows stay."""
    if rows.is_empty():
        return rows
    plot = pl.concat_str("_municipality", ground(), separator="/")
    # Only what is looked at is joined: a join copies every column.
    places = rows.select("_municipality", "_street", "_house", "postnummer", _stem=stems(rows.get_column("_street")), _plot=plot)
    places = _settle(places, ["_municipality", "_stem", "_house"], check_ground=True)
    slipping = places.select("_plot", "_house", "_street").unique().drop_nulls().select("_plot", "_house").is_duplicated().any()
    if slipping:
        places = _followed(places, _settle(places, ["_plot", "_house"], check_ground=False))
    return rows.with_columns(places.select("_street", _address=pl.concat_str("_municipality", "_street", "_house", separator="|")))


def stem(column: str) -> pl.Expr:
    """A folded street without the form of its last word: strandveien, strandvegen and strandvn are one."""
    name = pl.col(column)
    for ends, kind in _ENDINGS:
        name = name.str.replace(f"^(.{{{_STEM_LETTERS},}}?){ends}$", f"${{1}}+{kind}")
    return name.str.replace("^(sankt|skt)", "st")


def stems(streets: pl.Series) -> pl.Series:
    """`stem` of each; each name is cut once, however many live in the street."""
    distinct = streets.drop_nulls().unique()
    return streets.replace_strict(
        distinct, distinct.to_frame().select(stem(streets.name)).to_series(), default=None, return_dtype=pl.String()
    )


def ground() -> pl.Expr:
    """gardsnummer and bruksnummer, in either order: some people swap the two."""
    numbers = [pl.col(name).cast(pl.String()) for name in ("gardsnummer", "bruksnummer")]
    ordered = pl.when(pl.col("gardsnummer") <= pl.col("bruksnummer")).then(pl.concat_str(*numbers, separator="/"))
    return ordered.otherwise(pl.concat_str(*reversed(numbers), separator="/"))


def _settle(rows: pl.DataFrame, house: list[str], *, check_ground: bool) -> pl.DataFrame:
    """Each spelling at a house becomes the one most rows have there, unless something contradicts it."""
    several = rows.select(*house, "_street").drop_nulls().unique().filter(pl.len().over(house) > 1)
    if several.is_empty():
        return rows
    spelt = (
        rows.join(several, on=[*house, "_street"], how="semi")
        .group_by(*house, "_street")
        .agg(_count=pl.len(), _grounds=pl.col("_plot").drop_nulls().unique(), _posts=pl.col("postnummer").drop_nulls().unique())
    )
    most = spelt.sort(*house, "_count", "_street", descending=[*(False for _ in house), True, False]).unique(
        house, keep="first", maintain_order=True
    )
    beside = spelt.join(most.drop("_count"), on=house, suffix="_most").filter(pl.col("_street") != pl.col("_street_most"))
    fits = _agree("_posts") & (_agree("_grounds") if check_ground else pl.lit(value=True))
    beside = beside.filter(fits)
    if not check_ground:
        spellings = beside.get_column("_street"), beside.get_column("_street_most")
        beside = beside.filter(_slip(*spellings) | _short_form(*spellings))
    now = beside.select(*house, "_street", _now="_street_most")
    return (
        rows.join(now, on=[*house, "_street"], how="left", maintain_order="left")
        .with_columns(_street=pl.coalesce("_now", "_street"))
        .drop("_now")
    )


def _followed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Rows without a ground get the spelling that rows with their own spelling at the house were given."""
    place = ["_municipality", "_was", "_house"]
    rows = after.with_columns(_was=before.get_column("_street"))
    led = (
        rows.filter(pl.col("_plot").is_not_null())
        .group_by(place)
        .agg(_now=pl.col("_street").unique())
        .filter(pl.col("_now").list.len() == 1)
    )
    joined = rows.join(led.with_columns(pl.col("_now").list.first()), on=place, how="left", maintain_order="left")
    follows = pl.col("_plot").is_null() & pl.col("_now").is_not_null()
    return joined.with_columns(_street=pl.when(follows).then("_now").otherwise("_street")).drop("_was", "_now")


def _agree(name: str) -> pl.Expr:
    """A value in common, or one side is blank."""
    other = pl.col(f"{name}_most")
    return (pl.col(name).list.len() == 0) | (other.list.len() == 0) | (pl.col(name).list.set_intersection(other).list.len() > 0)


def _slip(left: pl.Series, right: pl.Series) -> pl.Series:
    """One letter lost, doubled, wrong or swapped with its neighbour; numbers and the last letter (Felt A, Felt B) are alike."""
    pairs = pl.DataFrame({"left": left, "right": right})
    far = cpdist(left.to_list(), right.to_list(), scorer=OSA.distance, score_cutoff=1)
    digits = pl.col("left").str.replace_all(r"\D", "") == pl.col("right").str.replace_all(r"\D", "")
    ends, other_ends = pl.col("left").str.slice(-2), pl.col("right").str.slice(-2)
    swapped = (ends.str.reverse() == other_ends) & (pl.col("left").str.head(-2) == pl.col("right").str.head(-2))
    last = (ends.str.slice(-1) == other_ends.str.slice(-1)) | swapped
    long = pl.min_horizontal(pl.col("left").str.len_chars(), pl.col("right").str.len_chars()) >= LETTERS_OF_A_SLIP
    return pairs.select(digits & last & long).to_series() & (pl.Series("far", far) <= 1)


def _short_form(left: pl.Series, right: pl.Series) -> pl.Series:
    """One cut off within the form of its last word: torvv beside torvvegen, on the same ground."""
    pairs = pl.DataFrame({"left": left, "right": right})
    short = pl.when(pl.col("left").str.len_chars() < pl.col("right").str.len_chars()).then("left").otherwise("right")
    long = pl.when(pl.col("left").str.len_chars() < pl.col("right").str.len_chars()).then("right").otherwise("left")
    forms = pairs.select(short=short, long=long).with_columns(stem=pl.col("long").str.extract(f"^(.{{{_STEM_LETTERS},}}?)(?:{_FORMS})$"))
    after = pl.col("stem").str.len_chars()
    rest = pl.col("short").str.slice(after)
    cut = pl.col("short").str.starts_with(pl.col("stem")) & (rest != "") & pl.col("long").str.slice(after).str.starts_with(rest)
    return forms.select(cut.fill_null(value=False)).to_series()
