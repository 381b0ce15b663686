"""The tables between a night's steps: what a later step is given is what an earlier one of its own run stored."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from upath import UPath

from assets.stored_table import Table, read_lean_table
from assets.table_io import TableStore
from assets.table_types import TABLE_TYPE

SMALL = pl.DataFrame(
    {"a": [1, None, 3], "b": ["æ", "", None], "c": [["x"], [], None], "empty": [None] * 3, "also": [None] * 3},
    schema_overrides={"a": pl.Int32, "empty": pl.List(pl.String), "also": pl.Datetime("us", "UTC")},
)


@pytest.mark.parametrize("frame", [SMALL, SMALL.clear()])
def test_a_table_is_given_as_it_was_stored(frame: pl.DataFrame, tmp_path: Path) -> None:
    given: list[Table] = []

    @dg.asset(key=["by", "plan"], io_manager_key="tables", dagster_type=TABLE_TYPE)
    def plan():  # type: ignore[no-untyped-def]
        yield dg.Output(Table(frame, {"counts": (1, 2), "says": "æ", 3: None}))

    @dg.asset(ins={"plan": dg.AssetIn(key=["by", "plan"], dagster_type=TABLE_TYPE)})
    def outcomes(plan: Table) -> None:
        given.append(plan)

    resources = {"tables": TableStore(base=str(tmp_path))}
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize([plan, outcomes], resources=resources, instance=instance)
        assert given[0].frame.equals(frame)
        assert given[0].frame.schema == frame.schema
        assert given[0].facts == {"counts": [1, 2], "says": "æ", "3": None}
        assert given[0].made_by == run.run_id
        lean = read_lean_table(UPath(tmp_path / "by" / "plan.parquet"))
        assert (lean.frame.equals(frame), lean.frame.schema) == (True, frame.schema)
        assert (lean.facts, lean.made_by) == (given[0].facts, run.run_id)
        assert not list(tmp_path.rglob("*.unfinished"))
        another = dg.materialize([plan, outcomes], resources=resources, instance=instance, selection="outcomes", raise_on_error=False)
        (tmp_path / "by" / "plan.parquet").unlink()
        missing = dg.materialize([plan, outcomes], resources=resources, instance=instance, selection="outcomes", raise_on_error=False)
    assert _failure(another).startswith(f"The table by/plan was made by the run {run.run_id[:8]}")
    assert _failure(missing).startswith("The table plan.parquet is not there")
    assert len(given) == 1, "neither step began"


def _failure(result: dg.ExecuteInProcessResult) -> str:
    (event,) = (event for event in result.all_events if event.is_step_failure)
    data = event.step_failure_data
    assert data.user_failure_data is not None
    return data.user_failure_data.description or ""
