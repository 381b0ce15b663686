"""The search before a dwelling is created: entries without a certain dwelling that may be the same home, by any weak key."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.blocks import WIDE_BLOCKS, close_by, pairs_in_blocks
from reconciliation.likeness.comparison import SHOWN, compare, compare_rows, next_house, without_contradicted
from reconciliation.likeness.contradiction import contradict, in_pair
from reconciliation.likeness.longer_names import similar_street, with_streets_compared
from reconciliation.match.candidates import MOST
from reconciliation.match.other_streets import OtherStreets

_LOOKED_AT = ("adressenavn", "nummer", "bruksenhetsnummer", "gardsnummer", "manedsleie")


def last_search(ours: pl.DataFrame, theirs: pl.DataFrame, offered: pl.DataFrame) -> pl.DataFrame:
    """ours: all dwellings, with `_with_this_rent`; `_unfound`: those that would be created; `_open`: those and all others in question.
    theirs: all entries; `_explained`: it has a certain dwelling; `_disputed`: its number names a home that it is not. offered: pairs
    (leverandor_bolig_id, kobo_id) that are questions already.

    Pairs that may be one home by any weak key, best first for each dwelling: the entry is of the same house or parcel, no value of it
    contradicts the dwelling, and it fits no other dwelling clearly better.
    """
    in_question = ours.filter("_open")
    theirs = theirs.with_columns(_nameless=_identifies_none(ours, theirs))
    # A floor that only the unit number tells is as wrong as the number.
    typed_wrong = pl.col("_disputed") | pl.col("_nameless")
    theirs = theirs.with_columns(_floor=pl.when(~typed_wrong | pl.col("etasjenummer").is_not_null()).then("_floor"))
    every_entry = theirs
    theirs = theirs.filter(~pl.col("_explained"))
    pairs = without_contradicted(pairs_in_blocks(in_question, theirs, keep=close_by(), blocks=WIDE_BLOCKS), in_question, theirs)
    if pairs.is_empty():
        return pairs
    told_of = {name: in_question.get_column(name).gather(pairs.get_column("_at")) for name in ("_with_this_rent", "_unfound")}
    told_of |= {name: theirs.get_column(name).gather(pairs.get_column("_at_right")) for name in ("_disputed", "_nameless")}
    left = {
        name: _only_one_left(in_question, place, pl.col("_unfound")).gather(pairs.get_column("_at"))
        & _only_one_left(theirs, place, ~pl.col("_explained")).gather(pairs.get_column("_at_right"))
        for name, place in _ALONE.items()
    }
    compared = compare_rows(pairs, in_question, theirs).with_columns(**told_of, **left)
    streets = OtherStreets(ours, every_entry, offered)
    measured = streets.marked(with_streets_compared(compared)).with_columns(_agreeing=_agreeing())
    seen = measured.filter(_may_be_in_the_same_place())
    others = with_streets_compared(compare(offered.join(seen.select("kobo_id").unique(), on="kobo_id", how="semi"), ours, theirs))
    others = others.join(ours.select("leverandor_bolig_id", "_with_this_rent", "_unfound"), on="leverandor_bolig_id")
    others = streets.marked(others.with_columns(_agreeing=_agreeing()))
    likely = _not_behind(seen.join(offered, on=["leverandor_bolig_id", "kobo_id"], how="anti"), seen, others)
    asked = pl.concat([likely.select("kobo_id"), offered.select("kobo_id")])
    likely = pl.concat([likely, _asked_of_nobody(measured.join(asked, on="kobo_id", how="anti"))])
    ranked = likely.sort("leverandor_bolig_id", "_agreeing", "_points", "kobo_id", descending=[False, True, True, False])
    dwelling = pl.col("leverandor_bolig_id")
    first = ranked.filter((dwelling != dwelling.shift(MOST)).fill_null(value=True))
    return first.select("leverandor_bolig_id", "kobo_id", *SHOWN, "_points")


def left_behind(rows: pl.DataFrame, entries: pl.DataFrame, streets: OtherStreets, alike: pl.DataFrame) -> pl.DataFrame:
    """rows: those that have no entry, with `_with_this_rent`. entries: of homes of ours that are in no list any more; nobody knows whether
    the home is gone or has another key, so a number of theirs rules nothing out. Both prepared. alike: pairs of other_streets.alone_alike.

    Compared pairs, most alike first, that may be one home: no value contradicts, and they are in one house, or near by any weak key, or
    among `alike`; or the register would call them one (the same address, unit number and lease), whatever was measured.
    """
    pairs = pairs_in_blocks(rows, entries, keep=close_by(), blocks=WIDE_BLOCKS)
    sides = ((rows, "_at"), (entries, "_at_right"))
    told_of = {"_with_this_rent": rows.get_column("_with_this_rent").gather(pairs.get_column("_at"))}
    for name, place in _ALONE.items():
        ours, theirs = (_only_one_left(side, place, pl.lit(value=True)).gather(pairs.get_column(at)) for side, at in sides)
        told_of[name] = ours & theirs
    unknown = {name: pl.lit(value=True) for name in ("_disputed", "_nameless")}
    compared = compare_rows(pairs, rows, entries).with_columns(**told_of, **unknown)
    measured = streets.marked(with_streets_compared(compared)).with_columns(_agreeing=_agreeing())
    one_number = (pl.col("nummer") == pl.col("nummer_theirs")).fill_null(value=False)
    house = one_number & (similar_street() | (pl.col("_level_gardsnummer") == "same"))
    address = (pl.col("_level_adressenavn") == "same") & (pl.col("_level_nummer") == "same")
    named = address & pl.col("_unit").eq_missing(pl.col("_unit_theirs")) & pl.col("_extra").eq_missing(pl.col("_extra_theirs"))
    possible = measured.filter(named | (~contradict(in_pair) & (house | _may_be_in_the_same_place())))
    in_two_streets = compare(alike.join(possible, on=["leverandor_bolig_id", "kobo_id"], how="anti"), rows, entries)
    likely = pl.concat([possible.select(in_two_streets.columns), in_two_streets])
    return likely.sort("leverandor_bolig_id", "_points", "kobo_id", descending=[False, True, False])


_ALONE = {"_alone_in_house": ("_address",), "_alone_on_ground": ("_municipality", "_ground", "_street")}


def _not_behind(fresh: pl.DataFrame, seen: pl.DataFrame, offered: pl.DataFrame) -> pl.DataFrame:
    """fresh: the pairs of `seen` that are not among those offered before. Those that may be the entry as well as the best of its pairs."""
    # The best score of each entry among the pairs found now, and among those offered before; the latter counts where the rents differ.
    best = [
        side.group_by("kobo_id").agg(pl.col("_agreeing").max().alias(name))
        for side, name in ((seen.filter("_unfound"), "_best"), (offered, "_offered"))
    ]
    measured = fresh.join(best[0], on="kobo_id", how="left").join(best[1], on="kobo_id", how="left")
    measured = measured.with_columns(_best=pl.coalesce("_best", "_offered", "_agreeing"))
    other_rent = pl.col("_level_manedsleie").is_in(["close", "different"])
    least = pl.when(other_rent).then(pl.max_horizontal("_best", "_offered")).otherwise("_best") - BEHIND_IN_MEASURES
    # A pair of the same house and unit, or of the same ground, is asked about although the entry fits a dwelling elsewhere better.
    likely = (pl.col("_agreeing") >= least) | _last_two_left() | _in_its_house()
    for number, home in enumerate((_at_the_same_number(), pl.col("_level_gardsnummer") == "same")):
        known = pl.concat([side.filter(home).select("kobo_id", "_agreeing") for side in (seen, offered)])
        best_here = known.group_by("kobo_id").agg(pl.col("_agreeing").max().alias(f"_best_{number}"))
        measured = measured.join(best_here, on="kobo_id", how="left")
        likely |= home & (pl.col("_agreeing") >= 0) & (pl.col("_agreeing") > pl.col(f"_best_{number}") - BEHIND_IN_MEASURES)
    return measured.filter(likely).select(fresh.columns)


def _asked_of_nobody(pairs: pl.DataFrame) -> pl.DataFrame:
    """pairs: of entries that nobody is asked about yet. Of each entry whose number was typed wrong, those of its house, or of the next one
    on its parcel, that would be created, as far as one measure at most differs; the most alike. A risen rent differs less."""
    house = pl.col("_level_nummer").is_in(["same", "letter"]) & similar_street() & (pl.col("_level_gardsnummer") != "different")
    house |= (pl.col("_level_gardsnummer") == "same") & next_house() & similar_street()
    typed_wrong = pl.col("_disputed") | pl.col("_nameless")
    rise = pl.col("manedsleie") / pl.col("manedsleie_theirs") - 1
    risen = ((pl.col("_level_manedsleie") == "different") & rise.is_between(0, MOST_RISEN)).fill_null(value=False)
    pairs = pairs.with_columns(_agreeing=pl.col("_agreeing") - pl.when(risen).then(_MEASURES["manedsleie"]["different"] / 2).otherwise(0.0))
    possible = pairs.filter(pl.col("_unfound") & typed_wrong & house & (pl.col("_agreeing") >= -1))
    return possible.filter(pl.col("_agreeing") == pl.col("_agreeing").max().over("kobo_id"))


_MEASURES: dict[str, dict[str, float]] = {
    "manedsleie": {"same": 2, "different": -2},
    "seksjonsnummer": {"same": 2, "different": -3},
    "bruksareal": {"same": 1, "different": -1},
    "antall_soverom": {"same": 0.5, "different": -1},
}
"""Points of a measure, by its level of agreement, for a pair of an unexplained entry and a dwelling that would be created."""
BEHIND_IN_MEASURES = 1.5
"""A pair this far behind the best one of its entry is left out."""
MOST_RISEN = 0.15
"""A home's rent rises by no more in the years for which an entry is not kept up."""
FEW = 2
"""So many entries at one place may have unknown numbers although they are all that the register has there."""
TELLING = 2.0
"""Points from which equal measures (rent, section) identify the home although its number differs."""


def _agreeing() -> pl.Expr:
    """On compared pairs with `_with_this_rent`: the sum of _MEASURES. A rent that several dwellings there have counts half."""
    comparisons = [
        pl.col(f"_level_{name}").cast(pl.String()).replace_strict(worth, default=0.0, return_dtype=pl.Float64())
        for name, worth in _MEASURES.items()
    ]
    shared = (pl.col("_level_manedsleie") == "same") & (pl.col("_with_this_rent") > 1)
    return pl.sum_horizontal(*comparisons, pl.when(shared).then(-_MEASURES["manedsleie"]["same"] / 2).otherwise(0.0))


def _only_one_left(rows: pl.DataFrame, place: tuple[str, ...], left: pl.Expr) -> pl.Series:
    """Per row: of those for which `left` holds, is it the only one with its values of `place`?"""
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in place)
    return rows.select(left & (left.cast(pl.Int64()).sum().over(place) == 1) & known).to_series()


def _identifies_none(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.Series:
    """Per unexplained entry, whether its number identifies no dwelling of ours, so that it may be typed wrong: there is none at its
    address, or all there have an entry; or none there has its unit number; or it has no unit number and several are there. False where that
    is so of most entries on the ground (or at the address): our sources do not list those homes then."""
    here = ours.select("_address", "_unit", "_open").drop_nulls("_address")
    units = here.select("_address", "_unit").drop_nulls().unique().with_columns(_held=pl.lit(value=True))
    counted = here.group_by("_address").agg(_homes=pl.len(), _lacking=pl.col("_open").any())
    place = pl.coalesce(pl.concat_str("_municipality", "_ground", separator="|"), "_address")
    seen = theirs.select("_address", "_unit", "_explained", _place=place).join(counted, on="_address", how="left", maintain_order="left")
    seen = seen.join(units, on=["_address", "_unit"], how="left", maintain_order="left")
    several_or_other = pl.when(pl.col("_unit").is_null()).then(pl.col("_homes") > 1).otherwise(pl.col("_held").is_null())
    nameless = (~pl.col("_lacking") | several_or_other).fill_null(value=True) & ~pl.col("_explained")
    few = (2 * nameless.sum().over("_place") <= pl.len().over("_place")) | (nameless.sum().over("_place") <= FEW)
    return seen.select(nameless & few).to_series()


def _may_be_in_the_same_place() -> pl.Expr:
    """On compared pairs with `_agreeing`: the same house, unless a measure differs that no other outweighs; the next house, the same parcel
    or another unit number only where the measures identify the home, where each side has one home left in the house, or where the entry's
    own number identifies no dwelling (`_nameless`) or another home (`_disputed`)."""
    level = {name: pl.col(f"_level_{name}") for name in _LOOKED_AT}
    ground, unit = level["gardsnummer"], level["bruksenhetsnummer"]
    street = similar_street()
    same_number = (pl.col("nummer") == pl.col("nummer_theirs")).fill_null(value=False)
    here = (street | (ground == "same")) & same_number
    around = (street & next_house() & (ground != "different")) | (ground == "same")
    agreeing = pl.col("_agreeing")
    no_other_unit = pl.col("_disputed") | unit.is_in(["same", "unknown", "first"])
    typed_wrong = (pl.col("_disputed") | pl.col("_nameless")) & (agreeing >= 0)
    flat = (no_other_unit & (agreeing >= 0)) | (agreeing >= TELLING) | typed_wrong
    one_slip = (unit == "same") & next_house()
    placed = (pl.col("_disputed") | (ground == "same")) & (street | (level["adressenavn"] == "unknown"))
    next_door = around & ((agreeing >= TELLING) | (one_slip & (agreeing > 0)) | (typed_wrong & (placed | one_slip | (agreeing > 0))))
    neither_numbered = pl.col("_unit").is_null() & pl.col("_unit_theirs").is_null()
    # The whole parcel is under another street: the street was renamed, and perhaps renumbered.
    renamed = (
        pl.col("_renamed")
        & (ground == "same")
        & (unit.is_in(["same", "first"]) | ((unit == "unknown") & (neither_numbered | (agreeing > 0))))
    )
    return (here & flat) | next_door | renamed | _same_house_by_another_name() | _last_two_left()


def _same_house_by_another_name() -> pl.Expr:
    """On the same pairs: one house number and no other unit number, in a street that is known by the other's name; or one house and unit
    number, in a street that none of our lists has, with the rooms and about the rent."""
    level = {name: pl.col(f"_level_{name}") for name in ("nummer", "bruksenhetsnummer", "gardsnummer", "manedsleie", "antall_soverom")}
    house = (level["nummer"] == "same") & (level["gardsnummer"] != "different")
    known = pl.col("_other_name") & level["bruksenhetsnummer"].is_in(["same", "first", "unknown"])
    rent, rooms = level["manedsleie"].is_in(["same", "close"]), level["antall_soverom"] == "same"
    unlisted = pl.col("_unlisted") & (level["bruksenhetsnummer"] == "same") & (pl.col("_level_postnummer") == "same") & rent & rooms
    return house & (known | unlisted)


def _last_two_left() -> pl.Expr:
    """On compared pairs with `_alone_in_house` and `_alone_on_ground`: the only dwelling that would be created and the only entry that is
    unexplained, at one house number or on one ground."""
    number = (pl.col("nummer") == pl.col("nummer_theirs")).fill_null(value=False)
    in_house = pl.col("_alone_in_house") & similar_street() & number
    return in_house | (pl.col("_alone_on_ground") & (pl.col("_level_gardsnummer") == "same") & similar_street())


def _in_its_house() -> pl.Expr:
    """On compared pairs with `_unfound`: an entry whose number was typed wrong, and a dwelling at its house number that would be created,
    with about its rent or somewhat more, and no other rooms. That a neighbour has exactly the rent does not rule it out: a rent rises."""
    house = pl.col("_level_nummer").is_in(["same", "letter"])
    risen = (pl.col("_level_manedsleie") == "close") & (pl.col("manedsleie") > pl.col("manedsleie_theirs"))
    rent = risen | (pl.col("_level_manedsleie") == "same")
    alike = rent & (pl.col("_level_antall_soverom") != "different") & (pl.col("_agreeing") >= 0)
    return pl.col("_unfound") & (pl.col("_disputed") | pl.col("_nameless")) & house & alike


def _at_the_same_number() -> pl.Expr:
    """On compared pairs: one house number with its letter in one street, slips aside, and not two unit numbers."""
    unit = pl.col("_level_bruksenhetsnummer").is_in(["same", "unknown", "first"])
    return similar_street() & (pl.col("_level_nummer") == "same") & unit
