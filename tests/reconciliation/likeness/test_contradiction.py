"""Whether two rows contradict each other is one verdict, asked of a pair or of a group, whichever side is first."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.likeness.contradiction import contradict, in_group, in_pair

KINDS = {
    "bruksareal": pl.Float64(),
    "manedsleie": pl.Float64(),
    "antall_soverom": pl.Int64(),
    "_floor": pl.Int64(),
    "seksjonsnummer": pl.Int64(),
    "_ground": pl.String(),
}
Row = dict[str, Any]
rows = st.fixed_dictionaries(
    {
        "bruksareal": st.none() | st.sampled_from([40.0, 43.0, 48.0, 60.0, 80.0]),
        "manedsleie": st.none() | st.sampled_from([6000.0, 6250.0, 6700.0, 9000.0]),
        "antall_soverom": st.none() | st.integers(0, 2),
        "_floor": st.none() | st.integers(1, 2),
        "seksjonsnummer": st.none() | st.integers(1, 2),
        "_ground": st.none() | st.sampled_from(["5/7", "5/8"]),
    }
)


def as_pair(left: Row, right: Row, *, weak_key: bool) -> bool:
    whole = left | {f"{name}_theirs": value for name, value in right.items()}
    frame = pl.DataFrame([whole], schema=KINDS | {f"{name}_theirs": kind for name, kind in KINDS.items()})
    return bool(frame.select(contradict(in_pair, weak_key=weak_key)).item())


def as_group(*members: Row, weak_key: bool) -> bool:
    frame = pl.DataFrame(members, schema=KINDS).with_columns(_key=pl.lit(1))
    return bool(frame.group_by("_key").agg(found=contradict(in_group, weak_key=weak_key)).get_column("found").item())


@given(rows, rows, st.booleans())
def test_a_pair_and_a_group_of_two_get_the_same_verdict(left: Row, right: Row, weak_key: bool) -> None:
    verdicts = {as_pair(left, right, weak_key=weak_key), as_pair(right, left, weak_key=weak_key), as_group(left, right, weak_key=weak_key)}
    assert len(verdicts) == 1


@given(rows, rows, st.booleans())
def test_a_row_that_says_nothing_contradicts_no_row(left: Row, right: Row, weak_key: bool) -> None:
    silent = dict.fromkeys(KINDS)
    assert not as_pair(left, silent, weak_key=weak_key)
    assert as_group(left, right, silent, weak_key=weak_key) == as_group(left, right, weak_key=weak_key)


PLAIN: Row = {
    "bruksareal": 50.0, "manedsleie": 7000.0, "antall_soverom": 1, "_floor": 1, "seksjonsnummer": None, "_ground": None,
}  # fmt: skip
AGAINST_A_STRONG_KEY = {
    "nothing differs": ({}, False),
    "one measure differs": ({"antall_soverom": 2}, False),
    "two differ and the rent agrees": ({"antall_soverom": 2, "bruksareal": 70.0, "manedsleie": 7200.0}, False),
    "all differ": ({"antall_soverom": 2, "bruksareal": 70.0, "manedsleie": 9000.0}, True),
    "an equal floor is no news beside an equal unit number": ({"antall_soverom": 2, "bruksareal": 70.0, "manedsleie": None}, True),
    "an area measured outside the walls": ({"bruksareal": 57.0, "antall_soverom": 2, "manedsleie": None}, False),
}  # fmt: skip


@pytest.mark.parametrize("case", AGAINST_A_STRONG_KEY.values(), ids=AGAINST_A_STRONG_KEY.keys())
def test_what_contradicts_a_unit_number(case: tuple[Row, bool]) -> None:
    changed, expected = case
    assert as_pair(PLAIN, PLAIN | changed, weak_key=False) is expected


def test_a_weak_key_gives_way_to_one_measure_that_is_far_off() -> None:
    known = PLAIN | {"antall_soverom": None, "_floor": None, "manedsleie": None}
    assert as_pair(known, known | {"bruksareal": 70.0}, weak_key=True)
    assert not as_pair(PLAIN, PLAIN | {"antall_soverom": 2}, weak_key=True)
