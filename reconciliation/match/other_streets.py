"""When the street of an entry and that of a dwelling may be one street although their names have nothing in common."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.rare_measures import only_two_alike

_GROUND = ("_municipality", "_ground")
HOUSES = 2
"""Houses of two streets that are asked about pair by pair, number by number, from which the one street is taken for the other's name."""


class OtherStreets:
    """What the lists and the questions of tonight tell of streets with two names, looked up for any pairs."""

    def __init__(self, ours: pl.DataFrame, theirs: pl.DataFrame, offered: pl.DataFrame) -> None:
        """ours, theirs: all dwellings and entries, prepared; offered: questions (leverandor_bolig_id, kobo_id)."""
        streets = pl.concat([_known_apart(ours, offered, theirs), _asked_apart(ours)]).unique()
        names = streets.group_by("_municipality", "_street", "_street_theirs").len().filter(pl.col("len") >= HOUSES)
        self._names = names.with_columns(_named=pl.lit(value=True))
        self._here = ours.select("leverandor_bolig_id", "_municipality", "_street", _lacked=_street_lacking(ours, theirs))
        listed = ours.select("_municipality", _street_theirs="_street").drop_nulls().unique().with_columns(_listed=pl.lit(value=True))
        self._there = theirs.select(
            "kobo_id", _municipality_theirs="_municipality", _street_theirs="_street", _lacked_theirs=_street_lacking(theirs, ours)
        ).join(listed, left_on=["_municipality_theirs", "_street_theirs"], right_on=["_municipality", "_street_theirs"], how="left")

    def marked(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """pairs: (leverandor_bolig_id, kobo_id) and what was compared.

        Adds `_renamed`: our lists have homes on the entry's parcel, none in its street, and Kobo has none there in the dwelling's street;
        `_other_name`: several houses of the two streets are asked about already, each with the other street's house of the same number;
        `_unlisted`: our lists do not have the entry's street at all.
        """
        streets = ["_municipality", "_street", "_street_theirs"]
        both = (
            pairs.select("leverandor_bolig_id", "kobo_id")
            .join(self._here, on="leverandor_bolig_id", how="left", maintain_order="left")
            .join(self._there, on="kobo_id", how="left", maintain_order="left")
            .join(self._names, on=streets, how="left", maintain_order="left")
        )
        return pairs.with_columns(
            _renamed=both.get_column("_lacked") & both.get_column("_lacked_theirs"),
            _other_name=both.get_column("_named").is_not_null(),
            _unlisted=both.get_column("_listed").is_null() & both.get_column("_street_theirs").is_not_null(),
        )


def alone_alike(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """ours, theirs: all dwellings and entries, prepared. Pairs (leverandor_bolig_id, kobo_id) in two streets, of which each is the only one
    of its side in the postal code with its unit number and rent, and that have one area or as many bedrooms too."""
    places = only_two_alike(*(side.with_columns(sources=pl.lit([name])) for side, name in ((ours, "ours"), (theirs, "kobo"))))
    names = ((ours, "leverandor_bolig_id", "_at"), (theirs, "kobo_id", "_at_right"))
    return pl.DataFrame([side.get_column(name).gather(places[at]) for side, name, at in names])


def _street_lacking(rows: pl.DataFrame, others: pl.DataFrame) -> pl.Series:
    """Per row: the others have homes on its parcel, and none of them in its street."""
    place = (*_GROUND, "_street")
    known = others.select(place).drop_nulls().unique().with_columns(_there=pl.lit(value=True))
    grounds = known.select(_GROUND).unique().with_columns(_here=pl.lit(value=True))
    seen = rows.select(place).join(known, on=place, how="left", maintain_order="left")
    seen = seen.join(grounds, on=_GROUND, how="left", maintain_order="left")
    return seen.select(pl.col("_here").is_not_null() & pl.col("_there").is_null() & pl.col("_street").is_not_null()).to_series()


def _known_apart(ours: pl.DataFrame, offered: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """(_municipality, _street, _street_theirs, _house) of the entries that dwellings are asked about in another street."""
    left = ours.select("leverandor_bolig_id", "_municipality", "_street", "_house")
    right = theirs.select("kobo_id", "_municipality", "_house", _street_theirs="_street")
    return _apart(offered.join(left, on="leverandor_bolig_id").join(right, on=["kobo_id", "_municipality", "_house"]))


def _asked_apart(ours: pl.DataFrame) -> pl.DataFrame:
    """The same of two dwellings of ours, in both directions."""
    place = ours.select("leverandor_bolig_id", "_municipality", "_street", "_house")
    asked = ours.select("leverandor_bolig_id", other="candidates").explode("other").drop_nulls()
    right = place.rename({"leverandor_bolig_id": "other", "_street": "_street_theirs"})
    pairs = asked.join(place, on="leverandor_bolig_id").join(right, on=["other", "_municipality", "_house"])
    return _apart(pl.concat([pairs, pairs.rename({"_street": "_street_theirs", "_street_theirs": "_street"}).select(pairs.columns)]))


def _apart(pairs: pl.DataFrame) -> pl.DataFrame:
    apart = pairs.filter(pl.col("_street") != pl.col("_street_theirs"))
    return apart.select("_municipality", "_street", "_street_theirs", "_house")
