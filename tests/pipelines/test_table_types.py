"""The type of a table says what is wrong with it, and nothing of what is in it."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.stored_table import Table
from assets.table_io import TableStore
from assets.table_types import table_type

TABLE: dict[str, pl.DataType] = {"navn": pl.String(), "areal": pl.Float64(), "kilder": pl.List(pl.String())}
GOOD = pl.DataFrame({"navn": ["a", "b"], "areal": [1.0, None], "kilder": [["x"], []]}, schema=TABLE)


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (GOOD, ""),
        (GOOD.clear(), ""),
        (GOOD.select("kilder", "navn", "areal"), ""),
        (GOOD.drop("areal"), "areal: is missing"),
        (GOOD.with_columns(extra=pl.lit(1)), "extra: is not documented"),
        (GOOD.with_columns(pl.col("areal").cast(pl.String)), "areal: String, not Float64"),
        (GOOD.with_columns(kilder=pl.lit([1], dtype=pl.List(pl.Int64))), "kilder: List(Int64), not List(String)"),
        (GOOD.with_columns(navn=pl.lit("secret")), "navn: is not unique"),
    ],
    ids=["right", "empty", "another order", "a column too few", "one too many", "another type", "another list", "a key twice"],
)
def test_a_table_is_what_is_documented_or_its_type_says_where_not(frame: pl.DataFrame, says: str) -> None:
    checked = dg.check_dagster_type(table_type("Rows", TABLE, unique="navn"), Table(frame))
    assert checked.success is (says == "")
    assert says in (checked.description or "")
    assert "secret" not in (checked.description or "")


def test_a_step_that_makes_another_table_fails_and_stores_nothing(tmp_path: Path) -> None:
    @dg.asset(io_manager_key="tables", dagster_type=table_type("Rows", TABLE))
    def rows() -> Table:
        return Table(GOOD.drop("areal"))

    done = dg.materialize([rows], resources={"tables": TableStore(base=str(tmp_path))}, raise_on_error=False)
    assert not done.success
    assert not list(tmp_path.iterdir())
