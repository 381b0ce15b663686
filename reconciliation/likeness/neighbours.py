"""Rows at the same house, also where it may be spelt otherwise: a rule for "the only one at the address" must know of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from reconciliation.likeness.contradiction import AREA, RENT, differs, in_pair, same_area
from reconciliation.likeness.street_spelling import stem

LETTERS_APART = 2
"""Most typing slips (letters lost, added, replaced or swapped) between two spellings of one street. Møllestien and Møllevegen have more."""
OWN_HOUSES = 3
"""A source that uses both spellings, each at so many houses, has two streets: a typing slip is not repeated that often."""
BEGINNING = 3
"""Letters that two spellings of one street on the same ground share at least."""

_BLOCK = 4
_PLACE = ["_municipality", "_street"]
_HOUSE = [*_PLACE, "_house"]


def neighbours(rows: pl.DataFrame) -> pl.DataFrame:
    """Three Boolean columns in the order of the rows. `_crowded`: some source has several rows at this house or at one that may be the
    same. `_beside`: some source has a row at a house that may be the same, at another address. `_rivalled`: a row of another source at
    such an address does not differ in what was measured (as `_beside` where rows lack _MEASURED).

    rows: `source`, `_municipality`, `_street` (folded), `_house`, `_ground` (the cadastre's numbers), and _MEASURED for `_rivalled`.
    Two houses may be the same where one is written without its letter, the streets are spelt nearly alike, or they have one ground and
    streets that begin alike. They are two where the rows' grounds differ; also where the grounds of the addresses differ, some source
    uses both spellings as streets of their own, and LETTERS_APART letters part them.
    """
    place = [*_HOUSE, "_ground"]
    places = _places(rows.select(place).drop_nulls(_HOUSE).unique())
    # The place of each row by its number: numbers are joined and grouped several times faster than texts.
    at = rows.select(place).join(places, on=place, how="left", nulls_equal=True, maintain_order="left").get_column("_at")
    listed = rows.select("source", _at=at).drop_nulls("_at").group_by("_at", "source").agg(_rows=pl.len())
    candidates = places.join(_with_two_streets(places, listed), on=_PLACE).join(
        places.rename({"_street": "_other"}), on=["_municipality", "_other", "_number"], suffix="_other"
    )
    same_house, same_street = pl.col("_house") == pl.col("_house_other"), pl.col("_street") == pl.col("_other")
    letterless = (pl.col("_house") == pl.col("_number")) | (pl.col("_house_other") == pl.col("_number"))
    apart = (pl.col("_ground") != pl.col("_ground_other")) | (pl.col("_two") & (pl.col("_here") != pl.col("_here_other")))
    itself = same_house & same_street
    close = candidates.filter(itself | ((same_house | letterless) & ~apart.fill_null(value=False))).with_columns(_itself=itself)
    # Spelt with slips and another ending at once: the same number on the same ground, in a street that begins alike.
    ground = ["_municipality", "_ground", "_house"]
    grounded = places.drop_nulls("_ground").join(places, on=ground, suffix="_other")
    starts = [pl.col(name).str.head(BEGINNING) for name in ("_street", "_street_other")]
    grounded = grounded.filter(starts[0] == starts[1]).with_columns(_itself=pl.col("_street") == pl.col("_street_other"))
    pairs = pl.concat(part.select("_at", "_at_other", "_itself") for part in (close, grounded)).unique()
    # The rows of one source at one place are near another place together, or none of them is.
    flags_of_places = (
        pairs.join(listed.rename({"_at": "_at_other"}), on="_at_other")
        .group_by("_at", "source")
        .agg(_crowded=pl.col("_rows").sum() > 1, _beside=~pl.col("_itself").all())
        .group_by("_at")
        .agg(pl.col("_crowded", "_beside").any())
    )
    flags_of_rows = at.to_frame().join(flags_of_places, on="_at", how="left", maintain_order="left")
    flags = flags_of_rows.select(pl.col("_crowded", "_beside").fill_null(value=False))
    if not set(_MEASURED) <= set(rows.columns):
        return flags.with_columns(_rivalled="_beside")
    beside = pairs.filter(~pl.col("_itself")).select("_at", "_at_other")
    placed = rows.select("source", *_MEASURED, _at=at).with_row_index("_row").drop_nulls("_at")
    asked = placed.filter(flags.get_column("_beside").gather(placed.get_column("_row")))
    compared = asked.join(beside, on="_at").join(placed.rename(lambda name: f"{name}_theirs"), left_on="_at_other", right_on="_at_theirs")
    rivals = compared.filter((pl.col("source") != pl.col("source_theirs")) & ~_measured_otherwise()).get_column("_row").unique()
    return flags.with_columns(_rivalled=pl.int_range(pl.len()).cast(pl.UInt32()).is_in(rivals.implode()))


_MEASURED = ("bruksareal", "manedsleie", "antall_soverom", "_floor")


def _measured_otherwise() -> pl.Expr:
    """On pairs: area or rent is far off, or what is known of the two is unequal in both; or both bedrooms and floor differ."""
    rooms, floor = (in_pair(name).several.fill_null(value=False) for name in ("antall_soverom", "_floor"))
    rent = in_pair("manedsleie")
    unequal = (in_pair("bruksareal").known | rent.known) & ~same_area(in_pair) & ~(rent.known & ~rent.several)
    return differs(in_pair, AREA) | differs(in_pair, RENT) | unequal.fill_null(value=False) | (rooms & floor)


def _places(places: pl.DataFrame) -> pl.DataFrame:
    """places: each house on each ground it is written with. Adds `_at`, `_number` of the house, `_here`: its ground, if it has one."""
    grounds = places.group_by(_HOUSE).agg(_all=pl.col("_ground").drop_nulls())
    only = pl.when(pl.col("_all").list.len() == 1).then(pl.col("_all").list.first())
    known = places.join(grounds.select(*_HOUSE, _here=only), on=_HOUSE).with_row_index("_at")
    return known.with_columns(_number=pl.col("_house").str.extract(r"^(\d+)"))


def _with_two_streets(places: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """_streets_alike with `_two`: some source uses both spellings as streets of their own. listed: `_at` of a place, `source`."""
    alike = _streets_alike(places.select(_PLACE).unique())
    used = listed.join(places, on="_at").group_by(*_PLACE, "source").agg(pl.col("_house").n_unique()).filter(pl.col("_house") >= OWN_HOUSES)
    both = (
        alike.filter(pl.col("_letters") == LETTERS_APART)
        .join(used.select(*_PLACE, "source"), on=_PLACE)
        .join(used.select("_municipality", "source", _other="_street"), on=["_municipality", "_other", "source"])
        .select(*_PLACE, "_other", _two=pl.lit(value=True))
        .unique()
    )
    return alike.join(both, on=[*_PLACE, "_other"], how="left").with_columns(pl.col("_two").fill_null(value=False))


def _streets_alike(streets: pl.DataFrame) -> pl.DataFrame:
    """`_municipality`, `_street`, `_other`, `_letters`: every street with itself and those that may be the same: another form of
    its last word or cut short (`_letters`: _FORM), or a slip or two. Blocked by the first letters, and by the last ones for a slip
    among the first, so that the cost grows with the streets, not their pairs."""
    name = pl.col("_street")
    starts, ends = name.str.slice(0, _BLOCK), name.str.slice(0, 1) + "~" + name.str.slice(-_BLOCK)
    numbered = streets.sort(_PLACE).with_columns(_stem=stem("_street")).with_row_index("_at")
    blocked = pl.concat([numbered.with_columns(_block=block) for block in (starts, ends)])
    block = ["_municipality", "_block"]
    formed = blocked.select(*block, "_stem", "_at").join(blocked.select(*block, "_stem", _to="_at"), on=[*block, "_stem"])
    pairs_found: tuple[list[int], list[int], list[int]] = ([], [], [])  # of two streets, the first
    for at, names in blocked.group_by(block).agg("_at", "_street").select("_at", "_street").iter_rows():
        for left, right, letters in (*_slips(names), *_cut_short(names)):
            pairs_found[0].append(at[left])
            pairs_found[1].append(at[right])
            pairs_found[2].append(letters)
    alike = pl.DataFrame(pairs_found, schema={"_at": pl.UInt32(), "_to": pl.UInt32(), "_letters": pl.Int64()})
    both_ways = alike, alike.select(_at="_to", _to="_at", _letters="_letters")
    pairs = pl.concat([*both_ways, formed.select("_at", "_to", _letters=pl.lit(_FORM, pl.Int64()))])
    houses_alike = pairs.group_by("_at", "_to").agg(pl.col("_letters").max())
    return pl.DataFrame(
        [
            numbered["_municipality"].gather(houses_alike["_at"]),
            numbered["_street"].gather(houses_alike["_at"]),
            numbered["_street"].gather(houses_alike["_to"]).alias("_other"),
            houses_alike["_letters"],
        ]
    )


def _slips(names: list[str]) -> Iterator[tuple[int, int, int]]:
    """Places of two names that at most LETTERS_APART slips of the hand part, and how many.

    Not by rapidfuzz's matrix: that needs numpy, whose import costs a small town more than this; blocks are small."""
    for place, name in enumerate(names, start=1):
        behind = names[place:]
        for _, letters, further in process.extract(name, behind, scorer=OSA.distance, score_cutoff=LETTERS_APART, limit=None):
            yield place - 1, place + further, letters


def _cut_short(names: list[str]) -> Iterator[tuple[int, int, int]]:
    """Places of two names of which the second begins with the first. names: sorted, so that it follows directly."""
    for place, short in enumerate(names):
        for behind, long in enumerate(islice(names, place + 1, None), start=place + 1):
            if not long.startswith(short):
                break
            yield place, behind, _FORM


_FORM = 9
"""Not by letters: another form of the last word, or cut short. A street is a form of itself."""
