"""The schema check says what is wrong with a table, and nothing of what is in it."""

from __future__ import annotations

import polars as pl
import pytest

from assets.checks import schema_result

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
def test_a_table_is_what_is_documented_or_the_check_says_where_not(frame: pl.DataFrame, says: str) -> None:
    result = schema_result(["by", "rows"], frame, TABLE, unique="navn")
    assert result.passed is (says == "")
    faults = str(result.metadata.get("faults", ""))
    assert says in faults
    assert "secret" not in faults
