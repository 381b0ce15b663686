"""A source with new keys, declared: the next night finds every dwelling again and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.commands.rekey_command import run_rekey
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from tests.pipelines.test_clarifications import FIRST, SECOND, ledger_of, run_night, village
from tests.pipelines.village import FDV, Village

__all__ = ["village"]

NEW_KEYS = FDV.replace("\n10", "\nF-10")


def keys(village: Village) -> dict[str, str]:
    with ledger_of(village) as ledger:
        known = ledger.memberships("vik")
    return dict(known.select("source_key", "leverandor_bolig_id").iter_rows())


def written(folder: Path, text: str) -> Path:
    file = folder / "nye.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_shown_then_moved_and_the_next_night_changes_nothing(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    run_night(village, FIRST)
    before = keys(village)
    file = written(village.home, "gammel;ny\n" + "".join(f"10{number};F-10{number}\n" for number in range(4)))
    assert run_rekey(village.config, "fdv", file, dry_run=True) == DONE
    assert "dry run" in capsys.readouterr().out
    assert keys(village) == before
    assert run_rekey(village.config, "fdv", file, dry_run=False, by="drift") == DONE
    assert keys(village) == {f"F-{key}" if key.startswith("10") else key: ours for key, ours in before.items()}
    assert run_rekey(village.config, "fdv", file, dry_run=False) == DONE, "again: it has moved already"
    village.write_fdv(NEW_KEYS)
    assert run_night(village, SECOND) == DONE
    summary = village.summary()
    assert summary["dwellings"]["in_sync"] == 4
    assert [summary["register_calls"][verb] for verb in ("POST", "PUT", "DELETE")] == [0, 0, 0]


def test_what_is_ambiguous_or_not_there_is_refused(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    run_night(village, FIRST)
    before = keys(village)
    assert run_rekey(village.config, "fdv", written(village.home, "gammel;ny\n100;X\n101;X\n"), dry_run=False) == FAILED
    assert "two dwellings would become one" in capsys.readouterr().err
    assert run_rekey(village.config, "excel", written(village.home, "gammel;ny\n1;2\n"), dry_run=False) == CONFIGURATION
    assert run_rekey(village.config, "fdv", village.home / "borte.csv", dry_run=False) == CONFIGURATION
    assert run_rekey(village.config, "fdv", written(village.home, "a;b\n1;2\n"), dry_run=False) == CONFIGURATION
    assert keys(village) == before
