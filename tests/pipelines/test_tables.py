"""The tables between a night's steps: what a later step is given is what an earlier one stored, kept at hand or read again."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from upath import UPath

from assets.stored_table import Table
from assets.table_io import KEPT_BYTES, EarlierTables, ParquetTables
from pipelines.commands.night_command import run_night
from tests.pipelines.village import FIRST, SECOND, Village

SMALL = pl.DataFrame({"a": [1, None, 3], "b": ["æ", "", None], "c": [["x"], [], None]}, schema_overrides={"a": pl.Int32})
LARGE = pl.DataFrame({"a": range(KEPT_BYTES // 8 + 1)})


@pytest.mark.parametrize(("frame", "kept"), [(SMALL, True), (LARGE, False), (pl.DataFrame(schema=SMALL.schema), True)])
def test_a_table_is_given_as_it_was_stored(frame: pl.DataFrame, kept: bool, tmp_path: Path) -> None:
    store = ParquetTables(UPath(tmp_path))
    store.dump_to_path(None, Table(frame, {"counts": (1, 2), "says": "æ", 3: None}), UPath(tmp_path) / "by" / "plan.parquet")
    (given,) = store.made(["by", "plan"])
    (read,) = ParquetTables(UPath(tmp_path)).made(["by", "plan"])
    for one in (given, read):
        assert one.frame.equals(frame)
        assert one.frame.schema == frame.schema
        assert one.facts == {"counts": [1, 2], "says": "æ", "3": None}
    (tmp_path / "by" / "plan.parquet").unlink()
    if kept:
        assert store.made(["by", "plan"])[0] is given
    else:
        with pytest.raises(dg.Failure, match=r"plan\.parquet is not there"):
            store.made(["by", "plan"])


def test_what_is_stored_again_is_what_is_given_and_the_room_is_not_used_up(tmp_path: Path) -> None:
    store, path = ParquetTables(UPath(tmp_path)), UPath(tmp_path) / "plan.parquet"
    half = LARGE.head(LARGE.height * 2 // 3)
    for number in range(3):
        store.dump_to_path(None, Table(half, {"night": number}), path)
        path.unlink()
        assert store.made(["plan"])[0].facts == {"night": number}


def nights(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Table | None]:
    home.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    village = Village(home)
    assert run_night(village.config, "auto", FIRST) == 0
    assert run_night(village.config, "auto", SECOND) == 0
    base = home / "var" / "tables"
    names = sorted(path.relative_to(base).with_suffix("").parts for path in base.rglob("*.parquet"))
    return {"/".join(name): EarlierTables(base=str(base)).last(*name) for name in names}


def test_a_night_that_keeps_nothing_at_hand_makes_the_same_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = nights(tmp_path / "kept", monkeypatch)
    monkeypatch.setattr("assets.table_io.KEPT_BYTES", 0)
    read = nights(tmp_path / "read", monkeypatch)
    assert len(kept) == 17
    assert kept.keys() == read.keys()
    for name, table in kept.items():
        other = read[name]
        assert table is not None
        assert other is not None
        # The register gives its ids by chance, and its entries come in their order.
        given = [column for column in ("kobo_id", "leverandor_bolig_id") if column in table.frame.columns]
        one, two = (frame.sort(given[1:] or given) if given else frame for frame in (table.frame, other.frame))
        assert one.drop("kobo_id", strict=False).equals(two.drop("kobo_id", strict=False)), name
