"""A row that lacks its unit number is taken for a copy only where it can be nothing else."""

from __future__ import annotations

import polars as pl
import pytest

from reconciliation.reading.copied_without_unit import copied_from
from reconciliation.reading.standardise import standardise
from tests.reconciliation.reading.village_rows import SOURCE, VIK, good, read
from tests.strategies import register

Cells = dict[str, str | None]
ADDRESS = ("kommunenummer", "adressenavn", "nummer", "bokstav", "postnummer")
COPY: Cells = {"Bruksenhet": None}
OTHER: Cells = {"Bruksenhet": "H0102", "Areal": "70"}
CASES: dict[str, tuple[list[Cells], list[Cells], bool]] = {
    "the number alone is missing": ([{}, COPY], [], True),
    "another list has the same homes": ([{}, COPY, {"Bruksenhet": "H0102", "Areal": "70"}], [{}, {"Bruksenhet": "H0102"}], True),
    "another list has a home there that this one lacks": ([{}, COPY], [{"Bruksenhet": "H0102"}], False),
    "another list has as many homes, none with a number": ([{}, COPY], [COPY | {"Leil": "1"}, COPY | {"Leil": "2"}], False),
    "another list has two homes that are equal too": ([{}, COPY], [{}, COPY], False),
    "another list has a copy too, of another home": (
        [{}, COPY, OTHER],
        [{}, OTHER, OTHER | {"Bruksenhet": None}],
        True,
    ),
    "another rent": ([{}, COPY | {"Leie": "7 600"}], [], False),
    "a label of its own": ([{}, COPY | {"Leil": "2"}], [], False),
    "two homes that it is equal to": ([{}, COPY, {"Bruksenhet": "H0102"}], [], False),
    "two of them": ([{}, COPY, COPY], [], False),
    "nothing is measured": ([{"Areal": None, "Leie": None}, COPY | {"Areal": None, "Leie": None}], [], False),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_row_without_a_unit_number_is_a_copy_of_the_one_row_that_it_equals(case: tuple[list[Cells], list[Cells], bool]) -> None:
    ours, others, is_copy = case
    listed = rows_of(ours, others)
    assert copied_from(listed)[:2].to_list() == [None, "H0101" if is_copy else None]


def rows_of(ours: list[Cells], others: list[Cells]) -> pl.DataFrame:
    rows = standardise(read(*(good(**cells) for cells in (*ours, *others))), SOURCE, VIK).rows
    return rows.with_columns(
        source=pl.Series(["fdv"] * len(ours) + ["omsorg"] * len(others)),
        source_key=pl.int_range(pl.len()).cast(pl.String()),
        _street=pl.col("adressenavn").str.to_lowercase(),
    )


@pytest.mark.parametrize(("units", "is_copy"), [((), True), (("H0101",), True), (("H0101", "H0102"), False), (("H0101", None), False)])
def test_a_row_that_kobo_may_have_as_a_home_of_its_own_is_no_copy(units: tuple[str | None, ...], is_copy: bool) -> None:
    listed = rows_of([{}, COPY], [])
    place = listed.row(0, named=True)
    entries = register(
        *({name: place[name] for name in ADDRESS} | {"kobo_id": f"k{at}", "bruksenhetsnummer": unit} for at, unit in enumerate(units))
    )
    assert copied_from(listed, entries=entries).to_list() == [None, "H0101" if is_copy else None]


def test_a_row_that_was_known_the_night_before_is_no_copy_of_one_that_came_since() -> None:
    listed = rows_of([{}, COPY], [])
    assert copied_from(listed, before=listed[:1]).to_list() == [None, "H0101"]
    assert copied_from(listed, before=listed[1:]).to_list() == [None, None]
