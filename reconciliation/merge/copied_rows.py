"""Two rows of one list that are equal but for one sign of the house number or the unit number: a row that was copied, or two homes.

A terrace or a stair has many homes that are equal in everything measured, so equal measures alone are no doubt. They are where the place
itself is odd: a letter where nobody else at the number has one, two sides of the road on one parcel, or one section under two numbers.
So is one unit number in two streets, with one section, or as the only two on the parcel: a copy with the home's old address; and one
address under two postal codes, unless the area, the bedrooms or the parcel show two homes.
"""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import NEXT_DOOR, neighbour
from reconciliation.likeness.contradiction import equal_areas
from reconciliation.likeness.levels import likeness

_EQUAL = (
    *("_municipality", "_street", "_ground", "postnummer", "seksjonsnummer", "bruksareal", "manedsleie", "antall_soverom"),
    *("etasjenummer", "leilighetsnummer", "ekstra_referanse", "boligtype"),
)
_BUT_THE_STREET = tuple(name for name in _EQUAL if name != "_street")
_PLACE = ("nummer", "bokstav", "bruksenhetsnummer")

NEARLY_ALIKE = 0.92
"""Likeness of two street names (0-1) of which one is probably the other with a slip, as in comparison's level "close"."""
_SEVERAL_ADDRESSES = 0.1
"""Where at most so many parcels have several addresses, or only one has, two on a parcel are worth a look."""
_NO_PAIRS = pl.DataFrame(
    schema={
        **dict.fromkeys(("leverandor_bolig_id", "leverandor_bolig_id_theirs"), pl.String()),
        **dict.fromkeys(("sources", "sources_theirs"), pl.List(pl.String())),
    }
)

_ANOTHER = pl.col("leverandor_bolig_id") != pl.col("leverandor_bolig_id_theirs")
_ONE_LIST = pl.col("sources").list.set_intersection("sources_theirs").list.len() == 1
_BETTER_KNOWN = pl.col("sources").list.len() > pl.col("sources_theirs").list.len()


def copied_pairs(dwellings: pl.DataFrame) -> pl.DataFrame:
    """dwellings: leverandor_bolig_id, sources, CONTENT, PLACE_COLUMNS, `_ground`.

    (leverandor_bolig_id, other): dwellings of one list that may be one row written twice. The one that fewer lists have waits; both wait
    where as many lists have the one as the other.
    """
    # A list without rents has copies too.
    known = pl.col("manedsleie").is_not_null() | pl.col("antall_soverom").is_not_null()
    measured = dwellings.filter(pl.col("_street").is_not_null() & pl.col("bruksareal").is_not_null() & known)
    at_number = pl.len().over("_municipality", "_street", "nummer")
    on_ground = pl.len().over("_municipality", "_ground")
    alike = measured.with_columns(_at_number=at_number, _on_ground=on_ground).filter(pl.struct(_EQUAL).is_duplicated())
    rows = alike.select("leverandor_bolig_id", "sources", "_at_number", "_on_ground", *_EQUAL, *_PLACE)
    pairs = rows.join(rows, on=_EQUAL, suffix="_theirs", nulls_equal=True).filter(_ANOTHER)
    same = {name: pl.col(name).eq_missing(pl.col(f"{name}_theirs")) for name in _PLACE}
    # A home with a number of its own is the only one at most addresses, and H0101.
    units = [pl.col(name).fill_null("H0101") for name in ("bruksenhetsnummer", "bruksenhetsnummer_theirs")]
    here = same["nummer"] & (units[0] == units[1])
    lettered = here & (pl.col("bokstav").is_null() != pl.col("bokstav_theirs").is_null()) & (pl.col("_at_number") == 2)
    across = (pl.col("nummer") - pl.col("nummer_theirs")).abs() == 1
    opposite = across & same["bokstav"] & same["bruksenhetsnummer"] & pl.col("_ground").is_not_null() & (pl.col("_on_ground") == 2)
    one_sign = pl.sum_horizontal(~same[name] for name in _PLACE) == 1
    section = pl.col("seksjonsnummer").is_not_null() & pl.col("_ground").is_not_null() & one_sign & (neighbour("_theirs") | same["nummer"])
    # The other one is asked for its number; until then this one may be it, with the number.
    unnumbered = same["nummer"] & same["bokstav"] & pl.col("bruksenhetsnummer").is_not_null() & pl.col("bruksenhetsnummer_theirs").is_null()
    odd = pairs.filter(lettered | opposite | section | unnumbered)
    streets = _in_two_streets(measured.with_columns(_on_ground=on_ground)), _in_streets_alike(measured)
    kinds = (odd, *streets, _under_two_postal_codes(dwellings), _next_door(dwellings))
    copies = [pairs.filter(_ONE_LIST & ~_BETTER_KNOWN) for pairs in kinds]
    return pl.concat(pairs_of_copies.select("leverandor_bolig_id", other="leverandor_bolig_id_theirs") for pairs_of_copies in copies)


def _in_two_streets(measured: pl.DataFrame) -> pl.DataFrame:
    """Pairs of one parcel and unit number in two streets that nothing else parts, with one section or as the only two of the parcel."""
    grounded = measured.filter(pl.col("_ground").is_not_null() & pl.col("bruksenhetsnummer").is_not_null())
    odd = grounded.filter(pl.col("seksjonsnummer").is_not_null() | (pl.col("_on_ground") == 2))
    rows = odd.select("leverandor_bolig_id", "sources", *_EQUAL, "bruksenhetsnummer")
    pairs = rows.join(rows, on=(*_BUT_THE_STREET, "bruksenhetsnummer"), suffix="_theirs", nulls_equal=True)
    return pairs.filter(_ANOTHER & (pl.col("_street") != pl.col("_street_theirs")))


def _in_streets_alike(measured: pl.DataFrame) -> pl.DataFrame:
    """Pairs of one parcel and house number in two streets that are spelt nearly alike, which nothing else parts."""
    place = (*_BUT_THE_STREET, "nummer", "bokstav")
    grounded = measured.filter(pl.col("_ground").is_not_null()).filter(pl.struct(place).is_duplicated())
    rows = grounded.select("leverandor_bolig_id", "sources", *_EQUAL, *_PLACE)
    pairs = rows.join(rows, on=place, suffix="_theirs", nulls_equal=True)
    unit = (pl.col("bruksenhetsnummer") == pl.col("bruksenhetsnummer_theirs")).fill_null(value=True)
    pairs = pairs.filter(_ANOTHER & unit & (pl.col("_street") != pl.col("_street_theirs")))
    return pairs if pairs.is_empty() else pairs.filter(likeness(pairs, "_street") >= NEARLY_ALIKE)


def _under_two_postal_codes(dwellings: pl.DataFrame) -> pl.DataFrame:
    """Pairs of one address, unit number and lease that have two postal codes, and that nothing else shows to be two homes."""
    place = ("_address", "bruksenhetsnummer", "leilighetsnummer", "ekstra_referanse")
    located = dwellings.filter(pl.col("_address").is_not_null() & (pl.col("postnummer").n_unique().over("_address") > 1))
    rows = located.select("leverandor_bolig_id", "sources", "postnummer", "bruksareal", "antall_soverom", "_ground", *place)
    pairs = rows.join(rows, on=place, suffix="_theirs", nulls_equal=True)
    apart = [pl.col(name) != pl.col(f"{name}_theirs") for name in ("antall_soverom", "_ground")]
    apart.append(~equal_areas(pl.col("bruksareal"), pl.col("bruksareal_theirs")))
    differs = pl.any_horizontal(either.fill_null(value=False) for either in apart)
    return pairs.filter(_ANOTHER & (pl.col("postnummer") != pl.col("postnummer_theirs")) & ~differs)


def _next_door(dwellings: pl.DataFrame) -> pl.DataFrame:
    """Pairs of neighbouring houses on one parcel, of which another list has the first one only: the copy of a row, typed with the next
    number, that has last year's rent. Only where parcels have one address elsewhere, and nothing but the rent differs."""
    grounded = dwellings.filter(pl.col("_ground").is_not_null() & pl.col("_address").is_not_null() & pl.col("bruksareal").is_not_null())
    addresses = grounded.group_by("_municipality", "_ground").agg(_addresses=pl.col("_address").n_unique(), _homes=pl.len())
    if addresses.filter(pl.col("_addresses") > 1).height > max(1, _SEVERAL_ADDRESSES * addresses.height):
        return _NO_PAIRS
    two = addresses.filter((pl.col("_addresses") == 2) & (pl.col("_homes") == 2))
    same = ("_municipality", "_ground", *(name for name in _EQUAL if name not in ("_municipality", "_ground", "manedsleie")))
    place = ("bokstav", "bruksenhetsnummer")
    rows = grounded.join(two, on=["_municipality", "_ground"], how="semi").select("leverandor_bolig_id", "sources", "nummer", *same, *place)
    pairs = rows.join(rows, on=(*same, *place), suffix="_theirs", nulls_equal=True).filter(_ANOTHER)
    close = (pl.col("nummer") - pl.col("nummer_theirs")).abs() <= NEXT_DOOR
    return pairs.filter(close & (pl.col("sources").list.len() < pl.col("sources_theirs").list.len()))
