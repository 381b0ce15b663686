"""Two lists show by themselves how well they agree: what seldom differs is evidence where it does."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from reconciliation.likeness.comparison import prepared
from reconciliation.likeness.place import with_place
from reconciliation.likeness.unusual_differences import unusual_differences
from tests.strategies import standing_rows

FLATS = 30
PARCEL, OTHER = {"gardsnummer": 1, "bruksnummer": 7}, {"gardsnummer": 1, "bruksnummer": 8}


def doubted(usual: dict[str, Any], last: dict[str, Any], ours: dict[str, Any] | None = None, **place: Any) -> list[int]:
    """Flats of one parcel, of which the other list says `usual` of all and `last` of the last; which of them are doubted?"""
    here = {"bruksareal": 60.0, "manedsleie": 8000.0, "antall_soverom": 2, **(ours or {})}
    rows = [{"source": "fdv", "nummer": at, **PARCEL, **here} for at in range(FLATS)]
    rows += [{"source": "omsorg", "nummer": at, **PARCEL, **usual} for at in range(FLATS)]
    rows[-1] |= last
    rows[FLATS - 1] |= place
    rows[-1] |= place
    frame = prepared(
        with_place(standing_rows(*({"source_key": str(at)} | row for at, row in enumerate(rows)))).with_columns(_side="source")
    )
    # In order of the source and number again, whatever the frame's order is.
    frame = frame.sort("source", "nummer")
    pairs = pl.DataFrame({"_at": range(FLATS), "_at_right": range(FLATS, 2 * FLATS)}, schema={"_at": pl.UInt32(), "_at_right": pl.UInt32()})
    doubtful = unusual_differences(frame, pairs)
    return pairs.filter(doubtful).get_column("_at").to_list()


LAST = [FLATS - 1]
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[int]]] = {
    "the area is three square metres off, and nothing else is given": ({"bruksareal": 60.0}, {"bruksareal": 63.0}, LAST),
    "the decimals are cut off": ({"bruksareal": 60.0}, {"bruksareal": 59.0}, []),
    "the area is off, but the rent is equal": ({"bruksareal": 60.0, "manedsleie": 8000.0}, {"bruksareal": 63.0}, []),
    "all areas are off: one list measures outside the walls": ({"bruksareal": 64.0}, {"bruksareal": 63.0}, []),
    "a rent of last year, like all others": ({"manedsleie": 7520.0}, {}, []),
    "a rent that is no year's": ({"manedsleie": 7520.0}, {"manedsleie": 7700.0}, LAST),
    "as many bedrooms, and a rent that is no year's": ({"manedsleie": 7520.0, "antall_soverom": 2}, {"manedsleie": 7700.0}, LAST),
    "another bedroom, and a rent that is off": (
        {"manedsleie": 8000.0, "antall_soverom": 2}, {"manedsleie": 8200.0, "antall_soverom": 3}, LAST,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_measure_that_seldom_differs_is_evidence_where_it_does(case: tuple[dict[str, Any], dict[str, Any], list[int]]) -> None:
    usual, last, expected = case
    assert doubted(usual, last) == expected


def test_a_home_alone_on_its_ground_is_doubted_only_where_nothing_is_near() -> None:
    assert doubted({"bruksareal": 60.0}, {"bruksareal": 63.0}, **OTHER) == []
    assert doubted({"bruksareal": 60.0}, {"bruksareal": 75.0}, **OTHER) == LAST
