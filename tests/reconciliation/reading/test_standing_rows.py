"""Law 2: a failed read is never an empty source."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from connectors.read_result import Verdict
from reconciliation.model import tables
from reconciliation.reading.carried_rows import standing_rows


def rows(keys: list[str], source: str = "fdv") -> pl.DataFrame:
    placed = [{"source": source, "source_key": key, "row": number} for number, key in enumerate(keys)]
    return pl.DataFrame(placed, schema=tables.SOURCE_ROWS)


def with_carried(keys: list[str], source: str = "fdv") -> pl.DataFrame:
    return rows(keys, source).with_columns(carried=pl.lit(value=False))


def keys_of(frame: pl.DataFrame, *, carried: bool) -> list[str]:
    return frame.filter(pl.col("carried") == carried).get_column("source_key").to_list()


def test_a_failed_read_leaves_every_row_in_place() -> None:
    tonight = standing_rows(rows([]), rows([]), {"fdv": Verdict.FAILED}, with_carried(["1", "2"]))
    assert keys_of(tonight, carried=True) == ["1", "2"]


def test_a_suspicious_read_adds_what_it_brought_and_loses_nothing() -> None:
    tonight = standing_rows(rows(["2", "3"]), rows([]), {"fdv": Verdict.SUSPICIOUS}, with_carried(["1", "2"]))
    assert (keys_of(tonight, carried=False), keys_of(tonight, carried=True)) == (["2", "3"], ["1"])


def test_a_complete_read_lets_go_of_what_is_gone() -> None:
    tonight = standing_rows(rows(["1"]), rows([]), {"fdv": Verdict.COMPLETE}, with_carried(["1", "2"]))
    assert tonight.get_column("source_key").to_list() == ["1"]


def test_a_row_that_is_rejected_tonight_is_used_as_it_was() -> None:
    tonight = standing_rows(rows(["1"]), rows(["2"]), {"fdv": Verdict.COMPLETE}, with_carried(["1", "2"]))
    assert keys_of(tonight, carried=True) == ["2"]


def test_a_source_that_is_no_longer_configured_carries_no_rows() -> None:
    tonight = standing_rows(rows(["1"]), rows([]), {"fdv": Verdict.COMPLETE}, with_carried(["9"], "gammel"))
    assert tonight.get_column("source_key").to_list() == ["1"]


def test_rows_that_an_earlier_version_stored_get_today_s_shape() -> None:
    older = with_carried(["1"]).with_columns(oppdatert=pl.lit(date(2023, 12, 31))).drop("etasjenummer")
    tonight = standing_rows(rows([]), rows([]), {"fdv": Verdict.FAILED}, older)
    assert dict(tonight.schema) == tables.STANDING_ROWS
    assert tonight.select("oppdatert", "etasjenummer").rows() == [(datetime(2023, 12, 31), None)]


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(KEYS, KEYS, KEYS, st.sampled_from(list(Verdict)))
def test_law_2_only_a_complete_read_can_lose_a_row(before: list[str], good: list[str], bad: list[str], verdict: Verdict) -> None:
    bad = [key for key in bad if key not in good]
    if verdict is Verdict.FAILED:
        good, bad = [], []
    tonight = standing_rows(rows(good), rows(bad), {"fdv": verdict}, with_carried(before))
    keys = tonight.get_column("source_key").to_list()
    assert len(keys) == len(set(keys))
    assert keys_of(tonight, carried=False) == sorted(good)
    lost = set(before) - set(keys)
    assert lost == (set(before) - set(good) - set(bad) if verdict is Verdict.COMPLETE else set())
