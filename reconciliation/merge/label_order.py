"""Houses whose labels may be used: an owner's own number of a flat is a key only where the whole house confirms the numbering.

Two offices often number the same flats in opposite order, or begin at another flat. Their labels are compared as a whole: what
was measured must agree in every flat, and agree better than if one list were read backwards or a step further on.
"""

from __future__ import annotations

from itertools import combinations

import polars as pl

from reconciliation.likeness.contradiction import TOLERANCES, contradict, differs, in_pair, same_area

_MEASURED = ("bruksareal", "manedsleie", "antall_soverom", "_floor", "seksjonsnummer", "_ground", "_unit")
LOST = 4
"""Of so many labels one may be missing in the other list; in any house, one may."""
FEWEST_HOUSES = 3
"""Labels that run over so many addresses number the houses."""
_HOUSE = ("_number", "_lists")


def houses_numbered_alike(rows: pl.DataFrame) -> pl.Series:
    """rows: PLACE_COLUMNS, source, _ground and the measures. The `_address` where every two sources with labels number alike."""
    placed = rows.filter(pl.col("_address").is_not_null()).select("_address", "source", "_label", *_MEASURED)
    labelled = placed.filter(pl.col("_label").is_not_null())
    shared = labelled.group_by("_address", "_label").agg(pl.col("source").n_unique()).filter(pl.col("source") > 1)
    # Houses by number: numbers are joined and grouped several times faster than texts.
    houses = shared.select("_address").unique().with_row_index("_number")
    if houses.is_empty():
        return houses.get_column("_address")
    scored = _scored_pairs(placed.join(houses, on="_address").drop("_address"))
    same = pl.col("_same")
    contradicts = contradict(in_pair, weak_key=True) | (in_pair("_unit").several & ~_same_flat())
    contradicted = scored.filter(same).filter(contradicts).select(_HOUSE).unique()
    by_label = scored.group_by(_HOUSE).agg(
        _pairs=same.sum(),
        _total=pl.col("_score").filter(same).sum(),
        _needed=pl.min_horizontal(_needed("", "_theirs"), _needed("_theirs", "")).max(),
        _both_label=pl.col("_label").is_not_null().any() & pl.col("_label_theirs").is_not_null().any(),
    )
    # Other numberings of the house: shifted by one, or reversed. A mapping that pairs equal labels only is the same numbering.
    others = [
        scored.group_by(*_HOUSE, mapping)
        .agg(_other=pl.col("_score").sum(), _itself=same.all())
        .filter(~pl.col("_itself"))
        .drop(mapping, "_itself")
        for mapping in ("_step", "_back")
    ]
    best = pl.concat(others).group_by(_HOUSE).agg(pl.col("_other").max())
    judged = by_label.filter("_both_label").join(best, on=_HOUSE, how="left")
    judged = judged.join(contradicted.with_columns(_contradicted=pl.lit(value=True)), on=_HOUSE, how="left")
    confirmed = (
        (pl.col("_pairs") >= pl.col("_needed"))
        & pl.col("_contradicted").is_null()
        & (pl.col("_total") > pl.col("_other").fill_null(0).clip(lower_bound=0))
    )
    alike = judged.group_by("_number").agg(confirmed.all().alias("_alike")).filter("_alike")
    return houses.join(alike, on="_number", how="semi").get_column("_address")


def _scored_pairs(placed: pl.DataFrame) -> pl.DataFrame:
    """placed: `_number` of the house, source, `_label`, _MEASURED. Each two rows of two sources in one house, `_lists` numbers the two:
    how much of what was measured agrees (`_score`), and how far apart their labels are, both lists read in order or one backwards."""
    in_list = ("_number", "source")
    counted = placed.with_columns(
        _labelled=pl.col("_label").count().over(in_list),
        _rows=pl.len().over(in_list),
        _place=pl.col("_label").str.zfill(12).rank("dense").over(in_list).cast(pl.Int64()),
    )
    lists = [rows.drop("source") for _, rows in sorted(counted.partition_by("source", as_dict=True).items())]
    pairs = pl.concat(
        ours.join(theirs.rename(lambda name: name if name == "_number" else f"{name}_theirs"), on="_number").with_columns(_lists=number)
        for number, (ours, theirs) in enumerate(combinations(lists, 2))
    )
    # Lazily, so that shared expressions are computed once.
    scored = pairs.lazy().with_columns(
        _score=_agreeing() - _differing(),
        _same=(pl.col("_label") == pl.col("_label_theirs")).fill_null(value=False),
        _step=pl.col("_place") - pl.col("_place_theirs"),
        _back=pl.col("_place") + pl.col("_place_theirs"),
    )
    return scored.collect()


def number_of_house(rows: pl.DataFrame) -> pl.Series:
    """rows: as in houses_numbered_alike. Of each: its label numbers the house and not a flat in it. So it is where a source has one row at
    each of several addresses on one ground (where that is unknown, in one street), and their labels are a run of numbers."""
    place = pl.coalesce(pl.concat_str("_municipality", "_ground", separator="|"), pl.concat_str("_municipality", "_street", separator="|"))
    number = pl.col("_label").str.to_integer(strict=False)
    listed = rows.select("source", "_address", _place=place, _number=number)
    in_list = ["source", "_place"]
    each_one = (pl.len() == pl.col("_address").n_unique()) & pl.col("_address").is_not_null().all()
    run = (pl.col("_number").n_unique() == pl.len()) & (pl.col("_number").max() - pl.col("_number").min() == pl.len() - 1)
    numbered = listed.group_by(in_list).agg(_of_houses=each_one & run & pl.col("_number").is_not_null().all() & (pl.len() >= FEWEST_HOUSES))
    marked = listed.join(numbered, on=in_list, how="left", maintain_order="left")
    return marked.get_column("_of_houses").fill_null(value=False)


def _needed(ours: str, theirs: str) -> pl.Expr:
    """How many of one list's labels the other must have: all, less those that its rows without a label may have lost (LOST)."""
    labels, unlabelled = pl.col(f"_labelled{ours}"), pl.col(f"_rows{theirs}") - pl.col(f"_labelled{theirs}")
    return labels - pl.min_horizontal(unlabelled, pl.max_horizontal(labels // LOST, pl.lit(1)))


def _same_flat() -> pl.Expr:
    """Area and rent are equal: then of two unit numbers one is typed wrong."""
    return same_area(in_pair) & (pl.col("manedsleie") == pl.col("manedsleie_theirs")).fill_null(value=False)


def _agreeing() -> pl.Expr:
    """How many measures are equal in both rows."""
    equal = [pl.col(name) == pl.col(f"{name}_theirs") for name in ("manedsleie", "antall_soverom", "_floor")]
    return pl.sum_horizontal(measure.fill_null(value=False).cast(pl.Int64()) for measure in (same_area(in_pair), *equal))


def _differing() -> pl.Expr:
    """How many differ; another unit, section or ground counts as two."""
    measures = [differs(in_pair, measure).cast(pl.Int64()) for measure in TOLERANCES]
    numbers = [2 * in_pair(name).several.fill_null(value=False).cast(pl.Int64()) for name in ("_unit", "seksjonsnummer", "_ground")]
    return pl.sum_horizontal(*measures, *numbers)
