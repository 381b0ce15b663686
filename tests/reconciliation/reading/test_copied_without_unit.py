"""A row that lacks its unit number is taken for a copy only where it can be nothing else."""

from __future__ import annotations

import polars as pl
import pytest

from reconciliation.reading.copied_without_unit import copied_from
from reconciliation.reading.standardise import standardise
from tests.reconciliation.reading.village_rows import SOURCE, VIK, good, read

Cells = dict[str, str | None]
COPY: Cells = {"Bruksenhet": None}
CASES: dict[str, tuple[list[Cells], list[Cells], bool]] = {
    "the number alone is missing": ([{}, COPY], [], True),
    "another list has the same homes": ([{}, COPY, {"Bruksenhet": "H0102", "Areal": "70"}], [{}, {"Bruksenhet": "H0102"}], True),
    "another list has a home there that this one lacks": ([{}, COPY], [{"Bruksenhet": "H0102"}], False),
    "another rent": ([{}, COPY | {"Leie": "7 600"}], [], False),
    "a label of its own": ([{}, COPY | {"Leil": "2"}], [], False),
    "two homes that it is equal to": ([{}, COPY, {"Bruksenhet": "H0102"}], [], False),
    "two of them": ([{}, COPY, COPY], [], False),
    "nothing is measured": ([{"Areal": None, "Leie": None}, COPY | {"Areal": None, "Leie": None}], [], False),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_row_without_a_unit_number_is_a_copy_of_the_one_row_that_it_equals(case: tuple[list[Cells], list[Cells], bool]) -> None:
    ours, others, is_copy = case
    rows = standardise(read(*(good(**cells) for cells in (*ours, *others))), SOURCE, VIK).rows
    listed = rows.with_columns(
        source=pl.Series(["fdv"] * len(ours) + ["omsorg"] * len(others)), _street=pl.col("adressenavn").str.to_lowercase()
    )
    assert copied_from(listed).to_list() == [None, "H0101" if is_copy else None, *[None] * (listed.height - 2)]
