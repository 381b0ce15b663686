"""Who stands close by: "the only one at the address" is asked of every street that may be the same one spelt otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from reconciliation.match.spelling import stem

LETTERS_APART = 2
"""So many slips of the hand may part two spellings of one street; Møllestien and Møllevegen are further apart."""
OWN_HOUSES = 3
"""A source that uses both spellings, each at so many houses, means two streets: no slip of the hand is repeated like that."""
BEGINNING = 3
"""Letters that two spellings of one street on the same ground share at least."""

_BLOCK = 4
_PLACE = ["_municipality", "_street"]
_HOUSE = [*_PLACE, "_house"]


def neighbours(rows: pl.DataFrame) -> pl.DataFrame:
    """Per row `_crowded`: has any source several rows at this house, or at one that may be the same? `_beside`: has any source
    a row at such a house, this very address aside?

    rows: `source`, `_municipality`, `_street` (folded), `_house`, `_ground` (the cadastre's numbers). The same house may be
    written without its letter, in a street spelt nearly alike, or on the same ground in one that begins alike. It is another one where the
    ground says so: that of the two rows; or, for a street, that of the two addresses, where a source uses both spellings and two
    letters part them.
    """
    place = [*_HOUSE, "_ground"]
    listed = rows.select(*place, "source").drop_nulls(_HOUSE).group_by(*place, "source").agg(_rows=pl.len())
    places = _places(listed.select(place).unique())
    there = places.join(_with_two_streets(listed), on=_PLACE).join(
        places.rename({"_street": "_other"}), on=["_municipality", "_other", "_number"], suffix="_other"
    )
    same_house, same_street = pl.col("_house") == pl.col("_house_other"), pl.col("_street") == pl.col("_other")
    letterless = (pl.col("_house") == pl.col("_number")) | (pl.col("_house_other") == pl.col("_number"))
    apart = (pl.col("_ground") != pl.col("_ground_other")) | (pl.col("_two") & (pl.col("_here") != pl.col("_here_other")))
    itself = same_house & same_street
    near = there.filter(itself | ((same_house | letterless) & ~apart.fill_null(value=False))).with_columns(_itself=itself)
    # Spelt with slips and another ending at once: the same number on the same ground, in a street that begins alike.
    ground = ["_municipality", "_ground", "_house"]
    grounded = places.drop_nulls("_ground").join(places, on=ground, suffix="_other")
    starts = [pl.col(name).str.head(BEGINNING) for name in ("_street", "_street_other")]
    grounded = grounded.filter(starts[0] == starts[1]).with_columns(_itself=pl.col("_street") == pl.col("_street_other"))
    pairs = pl.concat(one.select("_at", "_at_other", "_itself") for one in (near, grounded)).unique()
    # The rows of one source at one place are near another place together, or none of them is.
    told = (
        pairs.join(listed.join(places, on=place, nulls_equal=True).select("source", "_rows", _at_other="_at"), on="_at_other")
        .group_by("_at", "source")
        .agg(_crowded=pl.col("_rows").sum() > 1, _beside=~pl.col("_itself").all())
        .group_by("_at")
        .agg(pl.col("_crowded", "_beside").any())
        .join(places, on="_at")
    )
    found = rows.select(place).join(told, on=place, how="left", nulls_equal=True, maintain_order="left")
    return found.select(pl.col("_crowded", "_beside").fill_null(value=False))


def _places(places: pl.DataFrame) -> pl.DataFrame:
    """places: each house on each ground it is written with. Adds `_at`, `_number` of the house, `_here`: its ground, if it has one."""
    grounds = places.group_by(_HOUSE).agg(_all=pl.col("_ground").drop_nulls())
    only = pl.when(pl.col("_all").list.len() == 1).then(pl.col("_all").list.first())
    known = places.join(grounds.select(*_HOUSE, _here=only), on=_HOUSE).with_row_index("_at")
    return known.with_columns(_number=pl.col("_house").str.extract(r"^(\d+)"))


def _with_two_streets(listed: pl.DataFrame) -> pl.DataFrame:
    """The streets alike, `_two`: some source uses both spellings as streets of their own."""
    alike = _streets_alike(listed.select(_PLACE).unique())
    used = listed.group_by(*_PLACE, "source").agg(pl.col("_house").n_unique()).filter(pl.col("_house") >= OWN_HOUSES)
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
    pairs: list[np.ndarray] = [np.empty((0, 3), dtype=np.int64)]
    for at, names, stems in (
        blocked.group_by("_municipality", "_block").agg("_at", "_street", "_stem").select("_at", "_street", "_stem").iter_rows()
    ):
        far = process.cdist(names, names, scorer=OSA.distance, score_cutoff=LETTERS_APART)
        left, right = (far <= LETTERS_APART).nonzero()
        forms = [*_cut_short(names), *((one, other) for alike in _by(stems) for one in alike for other in alike)]
        told = np.array(forms, dtype=np.int64).reshape(-1, 2)
        places = np.array(at, dtype=np.int64)
        pairs += [np.column_stack((places[left], places[right], far[left, right]))]
        pairs += [np.column_stack((places[told[:, 0]], places[told[:, 1]], np.full(len(told), _FORM)))]
    found = pl.DataFrame(np.concatenate(pairs), schema=["_at", "_to", "_letters"]).group_by("_at", "_to").agg(pl.col("_letters").max())
    return pl.DataFrame(
        [
            numbered["_municipality"].gather(found["_at"]),
            numbered["_street"].gather(found["_at"]),
            numbered["_street"].gather(found["_to"]).alias("_other"),
            found["_letters"],
        ]
    )


_FORM = 9
"""Not by letters: another form of the last word, or cut short."""


def _cut_short(names: list[str]) -> Iterator[tuple[int, int]]:
    """Both ways: places of names of which one begins with the other. names: sorted, so that these stand right behind it."""
    for place, short in enumerate(names):
        for behind, long in enumerate(islice(names, place + 1, None), start=place + 1):
            if not long.startswith(short):
                break
            yield place, behind
            yield behind, place


def _by(stems: list[str]) -> Iterable[list[int]]:
    """The places that have one stem."""
    found: dict[str, list[int]] = {}
    for place, its in enumerate(stems):
        found.setdefault(its, []).append(place)
    return found.values()
