"""A source with new keys, declared: the next night finds every dwelling again and writes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipelines.commands.decide_command import Wanted, run_decide
from pipelines.commands.rekey_command import run_propose, run_rekey
from pipelines.commands.source_checks import source_checks
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from reconciliation.model.municipality import load
from tests.pipelines.earlier_nights import first_night
from tests.pipelines.test_clarifications import FIRST, SECOND, ledger_of, run_night, village
from tests.pipelines.village import FDV, FOURTH, THIRD, Village

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
    first_night(village)
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


MEASURED_ANEW = FDV.replace("\n102;", "\n902;").replace("61,0", "91,0")


def test_one_key_renamed_without_a_word_deletes_no_home_and_can_still_be_declared(village: Village) -> None:
    """The same house and unit number under another key, measured anew: found when a let home was deleted and created anew without a
    question."""
    first_night(village)
    before = keys(village)
    village.write_fdv(MEASURED_ANEW)
    for night in (SECOND, THIRD):
        assert run_night(village, night) == DONE
    assert writes(village) == [0, 0, 0], "gone long enough to be deleted, and somebody must say that it is another home"
    assert run_rekey(village.config, "fdv", written(village.home, "gammel;ny\n102;902\n"), dry_run=False) == DONE
    assert keys(village) == {"902" if key == "102" else key: ours for key, ours in before.items()}
    assert run_night(village, FOURTH) == DONE
    assert writes(village) == [0, 1, 0]


def test_another_home_at_the_same_place_is_deleted_and_created_once_somebody_has_said_so(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    first_night(village)
    village.write_fdv(MEASURED_ANEW)
    assert run_night(village, SECOND) == DONE
    capsys.readouterr()
    assert run_decide(village.config, Wanted(listing=True, output="json")) == DONE
    (asked,) = json.loads(capsys.readouterr().out)["questions"]
    assert run_decide(village.config, Wanted(question=asked["id"], answer="different", by="KN")) == DONE
    assert run_night(village, THIRD) == DONE
    assert writes(village) == [0, 0, 1]
    assert run_night(village, FOURTH) == DONE
    assert writes(village) == [1, 0, 0], "Kobo refuses it before the other one is deleted"


def writes(village: Village) -> list[int]:
    """POST, PUT and DELETE of the last night."""
    return [village.summary()["register_calls"][verb] for verb in ("POST", "PUT", "DELETE")]


def test_what_is_ambiguous_or_not_there_is_refused(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    first_night(village)
    before = keys(village)
    assert run_rekey(village.config, "fdv", written(village.home, "gammel;ny\n100;X\n101;X\n"), dry_run=False) == FAILED
    assert "two dwellings would become one" in capsys.readouterr().err
    assert run_rekey(village.config, "excel", written(village.home, "gammel;ny\n1;2\n"), dry_run=False) == CONFIGURATION
    assert run_rekey(village.config, "fdv", village.home / "borte.csv", dry_run=False) == CONFIGURATION
    assert run_rekey(village.config, "fdv", written(village.home, "a;b\n1;2\n"), dry_run=False) == CONFIGURATION
    assert keys(village) == before


ROWS = [f"Lyngveien {number};H0101;{40 + number},5;Ordinær" for number in range(1, 9)]


def numbered(rows: list[str]) -> str:
    """A list whose key is its line number."""
    return FDV.split("\n", 1)[0] + "\n" + "".join(f"{number};{row}\n" for number, row in enumerate(rows, start=1))


def test_a_row_put_in_among_running_numbers_is_refused_proposed_as_new_keys_and_repaired(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    village.write_fdv(numbered(ROWS))
    run_night(village, FIRST)
    village.write_fdv(numbered([*ROWS[:2], "Nyveien 1;;77,0;Ordinær", *ROWS[2:]]))
    assert run_night(village, SECOND) == FAILED
    summary = village.summary()
    assert summary["sources"]["fdv"]["verdict"] == "suspicious"
    assert "6 of 8 known keys name what another key named" in summary["night"]["messages"][0]
    assert [summary["register_calls"][verb] for verb in ("POST", "PUT", "DELETE")] == [0, 0, 0]
    assert summary["dwellings"]["in_sync"] == summary["dwellings"]["total"]
    shown = summary["sources"]["fdv"]["examples"]
    assert shown[0] == {"key": "3", "then": "Lyngveien 3 H0101", "now": "Nyveien 1", "under": "4"}
    assert [row["key"] for row in shown] == ["3", "4", "5", "6", "7"]
    page = next((village.home / "reports" / "vik").glob("2023-11-02/index.html")).read_text(encoding="utf-8")
    assert '<th scope="row">4</th><td>Lyngveien 4 H0101</td><td>Lyngveien 3 H0101</td><td>5</td>' in re.sub(r">\s+<", "><", page)
    before = (village.home / "var" / "ledger.sqlite").read_bytes()
    ((_, good, says),) = [check for check in source_checks(load(village.config), village.home) if check[0] == "source fdv"]
    assert (good, "6 of 8 known keys name what another key named" in says) == (False, True), "check says what the night would"
    assert (village.home / "var" / "ledger.sqlite").read_bytes() == before
    proposed = village.home / "nye.csv"
    assert run_propose(village.config, "fdv", proposed) == DONE
    assert proposed.read_text(encoding="utf-8-sig") == "gammel;ny\n" + "".join(f"{key};{key + 1}\n" for key in range(3, 9))
    assert run_propose(village.config, "fdv", proposed) == CONFIGURATION, "nothing is written over"
    assert run_rekey(village.config, "fdv", proposed, dry_run=False) == DONE
    assert run_night(village, THIRD) == DONE
    summary = village.summary()
    assert [summary["register_calls"][verb] for verb in ("POST", "PUT", "DELETE")] == [1, 0, 0], "the new home alone"
    assert summary["dwellings"]["in_sync"] == summary["dwellings"]["total"] - 1
    assert run_propose(village.config, "fdv", village.home / "flere.csv") == DONE
    assert "No key of fdv" in capsys.readouterr().out
    assert run_propose(village.config, "fagsystem", village.home / "flere.csv") == CONFIGURATION
