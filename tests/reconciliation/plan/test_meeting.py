"""Rows of two tables put beside each other: what a join would say, whether or not it is spared."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.model.row_joins import beside, matching_rows, rows_at, without

CASES = {
    "the same in the same order": (["a", "b", "c"], ["a", "b", "c"]),
    "the same in another order": (["a", "b", "c"], ["c", "a", "b"]),
    "the same in one order that does not rise": (["b", "a", "c"], ["b", "a", "c"]),
    "one twice on both sides": (["a", "a"], ["a", "a"]),
    "one twice on the right": (["a", "b"], ["a", "a", "b"]),
    "some on one side only": (["a", "b", "d"], ["b", "c", "d"]),
    "nulls on both sides": (["a", None, None], ["a", None, None]),
    "nobody on the left": ([], ["a"]),
    "nobody on the right": (["a"], []),
    "nobody at all": ([], []),
}
IDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e", None]), max_size=6)


def _ids(values: list[str | None]) -> pl.Series:
    return pl.Series("id", values, dtype=pl.String())


def _met(left: list[str | None], right: list[str | None]) -> list[tuple[int, int]]:
    sides = [_ids(values).to_frame().with_row_index("row") for values in (left, right)]
    rows = matching_rows(_ids(left), _ids(right))
    found = [rows_at(side, those).get_column("row").to_list() for side, those in zip(sides, rows, strict=True)]
    return list(zip(*found, strict=True))


def _joined(left: list[str | None], right: list[str | None]) -> list[tuple[int, int]]:
    return [(at, to) for at, one in enumerate(left) for to, other in enumerate(right) if one is not None and one == other]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_rows_meet_as_in_a_join(case: tuple[list[str | None], list[str | None]]) -> None:
    assert sorted(_met(*case)) == _joined(*case)


@given(IDS, IDS)
def test_rows_meet_as_in_a_join_whatever_they_hold(left: list[str | None], right: list[str | None]) -> None:
    found = _met(left, right)
    assert sorted(found) == _joined(left, right)
    assert [at for at, _ in found] == sorted(at for at, _ in found)


@given(IDS, IDS)
def test_who_is_in_one_table_only_is_told_as_by_an_anti_join(left: list[str | None], right: list[str | None]) -> None:
    rows, others = (_ids(values).to_frame().with_row_index("row") for values in (left, right))
    assert without(rows, others, "id").equals(rows.join(others, on="id", how="anti", maintain_order="left"))


@given(st.lists(st.sampled_from("abcde"), max_size=5, unique=True), st.lists(st.sampled_from("abcde"), max_size=5, unique=True))
def test_what_is_told_of_some_stands_beside_all(left: list[str], right: list[str]) -> None:
    rows, told = _ids(list(left)).to_frame(), _ids(list(right)).to_frame().with_columns(said=pl.col("id") + "!")
    assert beside(rows, told, "id").sort("id").equals(rows.join(told, on="id", how="left").sort("id"))
