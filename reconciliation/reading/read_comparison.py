"""One source's rows compared with those of its last complete read, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
from rapidfuzz import fuzz

from reconciliation.addresses import folded
from reconciliation.model.tables import CONTENT
from reconciliation.reading.measured_apart import apart, far_apart, telling_equal

LEAST = 5
"""With fewer rows nothing is concluded."""
_STREET = ("adressenavn", "nummer", "bokstav")
_GROUND = ("gardsnummer", "bruksnummer", "festenummer", "seksjonsnummer")
_DOOR = ("bruksenhetsnummer", "leilighetsnummer", "ekstra_referanse")
_MEASURES = ("bruksareal", "antall_soverom", "manedsleie")
_NEARLY_SPELT = 0.8
NOT_COMPARED = ("oppdatert", "kommunenummer", "boligtype", "hemmelig_adresse")
"""Fields that other fields or the municipality's file fill, or that change by themselves."""
_BEYOND_ASCII = r"[^\x00-\x7f]+"


@dataclass(frozen=True, slots=True)
class Changes:
    """Of the keys in both reads. emptied: field -> share of its values that are gone. categories: share of rows with another category.

    swapped: (field, other, share of rows): `field` now has the former values of `other`.
    """

    emptied: Mapping[str, float] = field(default_factory=dict)
    categories: float = 0.0
    swapped: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadComparison:
    """known: keys of the last complete read. moved: `old`, `new`: the only row with one key's former content has another key now.

    other_place: keys of both reads with another street or unit, or with the measures of another flat. reused: those of them where nothing
    shows that it is the same home.
    respelt: `old`, `new`: keys that differ only in non-ASCII letters. keyless_at_known: missing keys where a row without key has their
    place. gone_but_there: missing keys whose home has a reused key. longest_gap: most consecutive rows that are missing, with the first
    and last row's number. then, now: both reads, `source_key`, `_where` and `_place`.
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
    """tonight: SOURCE_ROWS, before: STANDING_ROWS, of one source. None when no key has another row than before, or nothing is known."""
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
    elsewhere = both.filter(_differ("_where") | _differ("bruksenhetsnummer") | _another_flat(then, now))
    # A key whose former home another key names tonight was not corrected.
    reused = elsewhere.filter(~_same_home(then) | pl.col("source_key").is_in(moved["old"].implode()))["source_key"]
    moved_to_reused = moved.filter(pl.col("old").is_in(gone["source_key"].implode()) & pl.col("new").is_in(reused.implode()))
    shown = ["source_key", "_where", "_place"]
    return ReadComparison(
        known=then.height,
        known_keys=then["source_key"],
        moved=moved,
        other_place=elsewhere["source_key"].to_list(),
        reused=reused.to_list(),
        gone_but_there=moved_to_reused["old"].to_list(),
        respelt=_respelt(gone, new),
        keyless_at_known=_keyless(gone, tonight.filter(pl.col("source_key").is_null())),
        values=_changes(both),
        longest_gap=_longest_gap(before, renamed["source_key"]),
        then=then.select(shown),
        now=once.select(shown),
    )


def _same_home(then: pl.DataFrame) -> pl.Expr:
    """On rows of both reads: whether it is the same home with a corrected address: its street has a similar spelling, or its area or rent
    is the same, or its ground; and no other key had the place that it has now. Flats of one house have one ground, and two of them may
    have one area: there the measures together must not be those of two homes, nor unit number and floor both another flat's."""
    moved = _differ("_where")
    ground = (pl.col("gardsnummer") == pl.col("gardsnummer_now")).fill_null(value=False)
    number = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_now")) for name in ("nummer", "bokstav", "bruksenhetsnummer"))
    streets = pl.struct("adressenavn", "adressenavn_now").map_batches(_nearly_spelt, return_dtype=pl.Boolean())
    had_by_another = pl.col("_home_now").is_in(then["_home"].drop_nulls().implode())
    two_flats = apart() | (~moved & _differ("bruksenhetsnummer") & _differ("etasjenummer"))
    same = (telling_equal() & (moved | ~two_flats)) | (ground & ~two_flats) | (moved & number & streets)
    return ~had_by_another.fill_null(value=False) & same


def _another_flat(then: pl.DataFrame, now: pl.DataFrame) -> pl.Expr:
    """On rows of both reads, of a house with several: its label or reference is another one and so are its measures; or nothing names the
    flat, and all that was measured is another one's. Of a returned key nothing but measures may be known."""
    several = pl.concat([side.filter(pl.col("_where").is_duplicated())["_where"] for side in (then, now)]).unique()
    unit = (pl.col("bruksenhetsnummer") == pl.col("bruksenhetsnummer_now")).fill_null(value=False)
    named = (_differ("leilighetsnummer") & ~unit) | _differ("ekstra_referanse")
    unnamed = ~unit & ~(pl.col("leilighetsnummer") == pl.col("leilighetsnummer_now")).fill_null(value=False)
    here = (pl.col("_where") == pl.col("_where_now")) & pl.col("_where").is_in(several.implode())
    unplaced = pl.col("_where").is_null() & apart()
    return unplaced | (here & ((named & apart()) | (unnamed & far_apart()))).fill_null(value=False)


def _nearly_spelt(streets: pl.Series) -> pl.Series:
    names = [(row["adressenavn"] or "", row["adressenavn_now"] or "") for row in streets]
    return pl.Series([fuzz.ratio(before.casefold(), now.casefold()) >= 100 * _NEARLY_SPELT for before, now in names], dtype=pl.Boolean())


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
    """The place as people write it: street, house and unit; matrikkel where there is no street."""
    house = pl.concat_str(pl.col("nummer").cast(pl.String), pl.col("bokstav"), ignore_nulls=True)
    street = pl.concat_str(pl.col("adressenavn"), house, *_DOOR, separator=" ", ignore_nulls=True)
    ground = pl.concat_str(*(pl.col(name).cast(pl.String) for name in _GROUND), separator="/", ignore_nulls=True)
    return pl.when(pl.col("adressenavn").is_not_null()).then(street).otherwise(ground)


def _moved(then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Rows are identified by place and door, and by measures too where several rows share those."""
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
    """Whether both values are filled and different: a blank that is filled in tonight is no difference."""
    return (pl.col(name) != pl.col(f"{name}_now")).fill_null(value=False)


def _changes(both: pl.DataFrame) -> Changes:
    if both.height < LEAST:
        return Changes()
    names = [name for name in CONTENT if name not in NOT_COMPARED]
    had = both.select(pl.col(name).is_not_null().sum() for name in names).row(0, named=True)
    lost = both.select((pl.col(name).is_not_null() & pl.col(f"{name}_now").is_null()).sum().alias(name) for name in names).row(
        0, named=True
    )
    changed = both.select(pl.col(name).ne_missing(pl.col(f"{name}_now")).mean().alias(name) for name in names).row(0, named=True)
    emptied = {name: lost[name] / had[name] for name in names if had[name] >= LEAST}
    others = [name for name in names if changed[name] >= 0.5]
    swapped = [(first, second, _taken_from(both, first, second)) for first in others for second in names if second != first]
    return Changes(
        emptied,
        changed["kategori"] if had["kategori"] >= LEAST else 0.0,
        tuple(sorted((each for each in swapped if each[2] > 0.5), key=lambda each: -each[2])[:1]),
    )


def _taken_from(both: pl.DataFrame, first: str, second: str) -> float:
    """Share of rows in which `first` now has the former value of `second`, among rows where the values differ."""
    mine, theirs = pl.col(f"{first}_now").cast(pl.String), pl.col(second).cast(pl.String)
    tells = both.filter(mine.is_not_null() & theirs.is_not_null() & pl.col(first).cast(pl.String).ne_missing(theirs))
    if tells.height < LEAST:
        return 0.0
    if both.schema[first].is_numeric() and both.schema[second].is_numeric():
        mine, theirs = pl.col(f"{first}_now").cast(pl.Float64), pl.col(second).cast(pl.Float64)
    return float(tells.select((mine == theirs).mean()).item() or 0.0)


def _longest_gap(before: pl.DataFrame, gone: pl.Series) -> tuple[int, int, int]:
    """Longest run of missing rows, in the order of the last complete read: its length, first and last row number."""
    if gone.is_empty():
        return 0, 0, 0
    order = before.sort("file", "sheet", "row", nulls_last=False).with_columns(_gone=pl.col("source_key").is_in(gone.implode()))
    runs = order.with_columns(_run=pl.col("_gone").rle_id()).filter("_gone")
    longest = runs.group_by("_run", maintain_order=True).agg(
        pl.len(), pl.col("row").first().alias("first"), pl.col("row").last().alias("last")
    )
    rows, first, last = longest.sort("len", descending=True, maintain_order=True).select("len", "first", "last").row(0)
    return rows, first, last
