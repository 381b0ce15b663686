"""One source's rows beside those of its last complete read: what each key named then and names now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
from rapidfuzz import fuzz

from reconciliation.addresses import folded
from reconciliation.model.tables import CONTENT

LEAST = 5
"""Fewer rows than these show no pattern."""
_STREET = ("adressenavn", "nummer", "bokstav")
_GROUND = ("gardsnummer", "bruksnummer", "festenummer", "seksjonsnummer")
_DOOR = ("bruksenhetsnummer", "leilighetsnummer", "ekstra_referanse")
_MEASURES = ("bruksareal", "antall_soverom", "manedsleie")
_TELLING = ("bruksareal", "manedsleie", "gardsnummer")
"""What stays with a home whose address is corrected; the number of bedrooms is the same in too many."""
_NEARLY_SPELT = 0.8
_NOT_COMPARED = ("oppdatert", "kommunenummer", "boligtype", "hemmelig_adresse")
"""Fields that other fields or the municipality's file fill, or that change by themselves."""
_BEYOND_ASCII = r"[^\x00-\x7f]+"


@dataclass(frozen=True, slots=True)
class Changes:
    """Of the keys in both reads. emptied: field -> share of its values that are gone. categories: share of the rows with another one.

    swapped: (field, other, share of the rows): field now holds what other held.
    """

    emptied: Mapping[str, float] = field(default_factory=dict)
    categories: float = 0.0
    swapped: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadComparison:
    """known: keys of before. moved: `old`, `new`: the only row with the content of one key then, which is under another key now.

    other_place: keys of both reads whose street or unit is another. reused: those of them where nothing else says that it is the home of
    before. respelt: `old`, `new`: keys alike but for letters beyond ASCII. keyless_at_known: keys that are gone while a row without key
    has their place. gone_but_there: keys that are gone while a reused key names their home. longest_gap: rows in a row that are gone,
    with the first and the last row's number. then, now: both reads, `source_key`, `_where` and `_place`.
    """

    known: int
    known_keys: pl.Series
    moved: pl.DataFrame
    other_place: list[str]
    reused: list[str]
    gone_but_there: list[str]
    respelt: pl.DataFrame
    keyless_at_known: pl.Series
    values: Changes
    longest_gap: tuple[int, int, int]
    then: pl.DataFrame
    now: pl.DataFrame


def compared(tonight: pl.DataFrame, before: pl.DataFrame) -> ReadComparison | None:
    """tonight: SOURCE_ROWS, before: STANDING_ROWS, of one source. None when every key still has the row it had, or nothing is known."""
    before = before.filter(pl.col("source_key").is_not_null()).unique("source_key", keep="first", maintain_order=True)
    keyed = tonight.filter(pl.col("source_key").is_not_null())
    if before.is_empty() or before.join(keyed, on=["source_key", "row_hash"], how="anti").is_empty():
        return None
    then, now = _described(before), _described(keyed)
    gone = then.filter(~pl.col("source_key").is_in(now["source_key"].implode()))
    new = now.filter(~pl.col("source_key").is_in(then["source_key"].implode()))
    once = now.filter(~pl.col("source_key").is_duplicated())
    both = then.join(once, on="source_key", suffix="_now")
    moved = _moved(then, now)
    renamed = gone.filter(~pl.col("source_key").is_in(moved["old"].implode()))
    elsewhere = both.filter(_differ("_where") | _differ("bruksenhetsnummer"))
    reused = elsewhere.filter(~_same_home(then))["source_key"]
    there = moved.filter(pl.col("old").is_in(gone["source_key"].implode()) & pl.col("new").is_in(reused.implode()))
    shown = ["source_key", "_where", "_place"]
    return ReadComparison(
        known=then.height,
        known_keys=then["source_key"],
        moved=moved,
        other_place=elsewhere["source_key"].to_list(),
        reused=reused.to_list(),
        gone_but_there=there["old"].to_list(),
        respelt=_respelt(gone, new),
        keyless_at_known=_keyless(gone, tonight.filter(pl.col("source_key").is_null())),
        values=_changes(both),
        longest_gap=_longest_gap(before, renamed["source_key"]),
        then=then.select(shown),
        now=once.select(shown),
    )


def _same_home(then: pl.DataFrame) -> pl.Expr:
    """On rows of both reads: an address that was corrected is no other home. Its street is spelt nearly so, or what was measured is the
    same; and no other key had the place it has now."""
    same = pl.any_horizontal((pl.col(name) == pl.col(f"{name}_now")).fill_null(value=False) for name in _TELLING)
    number = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_now")) for name in ("nummer", "bokstav", "bruksenhetsnummer"))
    streets = pl.struct("adressenavn", "adressenavn_now").map_batches(_nearly_spelt, return_dtype=pl.Boolean())
    had_by_another = pl.col("_home_now").is_in(then["_home"].drop_nulls().implode())
    return ~had_by_another.fill_null(value=False) & (same | (number & streets))


def _nearly_spelt(streets: pl.Series) -> pl.Series:
    told = [(row["adressenavn"] or "", row["adressenavn_now"] or "") for row in streets]
    return pl.Series([fuzz.ratio(one.casefold(), other.casefold()) >= 100 * _NEARLY_SPELT for one, other in told], dtype=pl.Boolean())


def _described(rows: pl.DataFrame) -> pl.DataFrame:
    street = pl.concat_str(folded("adressenavn"), *(pl.col(name).cast(pl.String).fill_null("") for name in _STREET[1:]), separator="|")
    ground = pl.concat_str(*(pl.col(name).cast(pl.String).fill_null("") for name in _GROUND), separator="|")
    where = pl.when(pl.col("adressenavn").is_not_null()).then(street).when(pl.col("gardsnummer").is_not_null()).then(ground)
    door = pl.concat_str(*(pl.col(name).fill_null("") for name in _DOOR), separator="|")
    measures = pl.concat_str(*(pl.col(name).cast(pl.String).fill_null("") for name in _MEASURES), separator="|")
    return rows.with_columns(_where=where, _place=_place()).with_columns(
        _home=pl.concat_str("_where", door, separator="#"), _whole=pl.concat_str("_where", door, measures, separator="#")
    )


def where_they_are(rows: pl.DataFrame) -> pl.Series:
    """`_where` of rows with the columns of SOURCE_ROWS: the same text for the same house."""
    return _described(rows)["_where"]


def _place() -> pl.Expr:
    """As people write it: street, house and unit; the ground where there is no street."""
    house = pl.concat_str(pl.col("nummer").cast(pl.String), pl.col("bokstav"), ignore_nulls=True)
    street = pl.concat_str(pl.col("adressenavn"), house, *_DOOR, separator=" ", ignore_nulls=True)
    ground = pl.concat_str(*(pl.col(name).cast(pl.String) for name in _GROUND), separator="/", ignore_nulls=True)
    return pl.when(pl.col("adressenavn").is_not_null()).then(street).otherwise(ground)


def _moved(then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Rows are told apart by place and door, or by measures too where several share those."""
    shared = pl.concat([side.filter(pl.col("_home").is_duplicated())["_home"] for side in (then, now)]).unique()
    sign = pl.when(pl.col("_home").is_in(shared.implode())).then("_whole").otherwise("_home").alias("_sign")
    old, new = (
        side.select("source_key", sign).filter(pl.col("_sign").is_not_null() & ~pl.col("_sign").is_duplicated()) for side in (then, now)
    )
    pairs = old.join(new, on="_sign", suffix="_now", maintain_order="left")
    return pairs.filter(pl.col("source_key") != pl.col("source_key_now")).select(old="source_key", new="source_key_now")


def _respelt(gone: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    sides = [
        side.select("source_key", _plain=pl.col("source_key").str.replace_all(_BEYOND_ASCII, "?")).filter(~pl.col("_plain").is_duplicated())
        for side in (gone, new)
    ]
    pairs = sides[0].filter(pl.col("_plain").str.contains("?", literal=True)).join(sides[1], on="_plain", suffix="_now")
    return pairs.select(old="source_key", new="source_key_now").sort("old")


def _keyless(gone: pl.DataFrame, keyless: pl.DataFrame) -> pl.Series:
    return gone.join(_described(keyless).select("_home").drop_nulls().unique(), on="_home", how="semi")["source_key"]


def _differ(name: str) -> pl.Expr:
    """Both say something, and not the same: what is filled in tonight is no other place."""
    return (pl.col(name) != pl.col(f"{name}_now")).fill_null(value=False)


def _changes(both: pl.DataFrame) -> Changes:
    if both.height < LEAST:
        return Changes()
    names = [name for name in CONTENT if name not in _NOT_COMPARED]
    had = both.select(pl.col(name).is_not_null().sum() for name in names).row(0, named=True)
    lost = both.select((pl.col(name).is_not_null() & pl.col(f"{name}_now").is_null()).sum().alias(name) for name in names).row(
        0, named=True
    )
    changed = both.select(pl.col(name).ne_missing(pl.col(f"{name}_now")).mean().alias(name) for name in names).row(0, named=True)
    emptied = {name: lost[name] / had[name] for name in names if had[name] >= LEAST}
    others = [name for name in names if changed[name] >= 0.5]
    swapped = [(one, other, _taken_from(both, one, other)) for one in others for other in names if other != one]
    return Changes(
        emptied,
        changed["kategori"] if had["kategori"] >= LEAST else 0.0,
        tuple(sorted((each for each in swapped if each[2] > 0.5), key=lambda each: -each[2])[:1]),
    )


def _taken_from(both: pl.DataFrame, one: str, other: str) -> float:
    """Share of the rows in which one now holds what other held, of those that tell."""
    mine, theirs = pl.col(f"{one}_now").cast(pl.String), pl.col(other).cast(pl.String)
    tells = both.filter(mine.is_not_null() & theirs.is_not_null() & pl.col(one).cast(pl.String).ne_missing(theirs))
    if tells.height < LEAST:
        return 0.0
    if both.schema[one].is_numeric() and both.schema[other].is_numeric():
        mine, theirs = pl.col(f"{one}_now").cast(pl.Float64), pl.col(other).cast(pl.Float64)
    return float(tells.select((mine == theirs).mean()).item() or 0.0)


def _longest_gap(before: pl.DataFrame, gone: pl.Series) -> tuple[int, int, int]:
    """In the order of the file as it was last read."""
    if gone.is_empty():
        return 0, 0, 0
    order = before.sort("file", "sheet", "row", nulls_last=False).with_columns(_gone=pl.col("source_key").is_in(gone.implode()))
    runs = order.with_columns(_run=pl.col("_gone").rle_id()).filter("_gone")
    longest = runs.group_by("_run", maintain_order=True).agg(
        pl.len(), pl.col("row").first().alias("first"), pl.col("row").last().alias("last")
    )
    rows, first, last = longest.sort("len", descending=True, maintain_order=True).select("len", "first", "last").row(0)
    return rows, first, last
