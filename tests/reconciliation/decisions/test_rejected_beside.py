"""A rejected row of another list at the address of a dwelling in doubt is named, unless a shielded home is there."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from reconciliation.decisions.rejected_beside import RejectedRows
from reconciliation.model.tables import DWELLINGS, SOURCE_ROWS

DWELLING = {"adressenavn": "Storgata", "nummer": 1, "bokstav": "B", "sources": ["fdv"]}
REJECTED = {
    "source": "omsorg",
    "file": "kilder/omsorg.csv",
    "row": 7,
    "source_key": "o7",
    "adressenavn": "STORGATA",
    "nummer": 1,
    "bokstav": "B",
}
SHIELDED = {"adressenavn": "Storgata", "nummer": 1, "bokstav": "A", "source_keys": ["fdv:9"], "hemmelig_adresse": True}


def rows_named(rejected: dict[str, Any], **shielded: Any) -> list[int | None]:
    dwellings = pl.DataFrame([SHIELDED | shielded] if shielded else [], schema=DWELLINGS)
    rows = RejectedRows(pl.DataFrame([REJECTED | rejected], schema=SOURCE_ROWS), dwellings)
    return [row.row for row in rows.beside(DWELLING)]


@pytest.mark.parametrize(
    ("rejected", "named"),
    [
        ({}, [7]),
        ({"bokstav": None}, []),
        ({"nummer": 2}, []),
        ({"source": "fdv"}, []),
        ({"hemmelig_adresse": True}, []),
        ({"adressenavn": None}, []),
    ],
    ids=["at the address", "no letter", "next door", "of the dwelling's own list", "shielded", "without a street"],
)
def test_a_rejected_row_of_another_list_at_the_address_is_named(rejected: dict[str, Any], named: list[int]) -> None:
    assert rows_named(rejected) == named


def test_no_row_is_named_at_the_number_of_a_shielded_home_nor_one_that_is_of_such_a_home() -> None:
    assert rows_named({}, nummer=1) == []
    assert rows_named({}, nummer=40) == [7]
    assert rows_named({}, nummer=40, source_keys=["omsorg:o7"]) == []


@pytest.mark.parametrize(
    ("entry", "named"),
    [({}, [7]), ({"bruksenhetsnummer": "H0202"}, []), ({"bruksenhetsnummer": None}, []), ({"nummer": 3}, [])],
    ids=["of the entry's unit", "of another unit", "no unit number", "of another house"],
)
def test_a_rejected_row_of_the_same_list_is_named_where_the_entry_that_is_asked_about_may_be_its_home(
    entry: dict[str, Any], named: list[int]
) -> None:
    """Two rows for one unit were rejected, and their entry was asked of a neighbour alone."""
    unit = {"bruksenhetsnummer": "H0201"}
    rows = RejectedRows(pl.DataFrame([REJECTED | unit | {"source": "fdv"}], schema=SOURCE_ROWS), pl.DataFrame(schema=DWELLINGS))
    in_kobo = {**{name: DWELLING[name] for name in ("adressenavn", "nummer", "bokstav")}, **unit}
    assert [row.row for row in rows.beside(DWELLING, [in_kobo | entry])] == named
    assert rows.beside(DWELLING) == ()
