"""The commands of operations on a village that has had its nights: runs, plan --diff, undo, backup, restore."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from kobo_client.rehearsal.process import rehearsal_running
from pipelines import command_line
from pipelines.commands.night_command import run_night
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, WAITING
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import load
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.plan.plan_changes import compare_plans
from tests.pipelines.village import FDV, Village, instance_in_memory

FIRST, SECOND, THIRD = (date(2023, 11, day) for day in (1, 2, 3))


class Told:
    """A command run as from a shell: its exit code, and what it printed on one line."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str | Path) -> tuple[int, str]:
        self.capsys.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["kobosync", *map(str, arguments)])
            with pytest.raises(SystemExit) as ended:
                command_line.main()
        output = self.capsys.readouterr()
        return int(ended.value.code or 0), " ".join((output.out + output.err).split())


@pytest.fixture
def kobosync(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setenv("COLUMNS", "250")
    return Told(capsys)


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Village:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    return Village(tmp_path)


@pytest.fixture
def register(village: Village) -> Iterator[None]:
    """Running all the while: each command would otherwise start one of its own."""
    with rehearsal_running(load(village.config).register_, village.home):
        yield


@pytest.fixture
def passing() -> Iterator[dg.DagsterInstance]:
    """Dagster's history costs more than a village's night, and is not read here."""
    with instance_in_memory() as instance:
        yield instance


@pytest.mark.usefixtures("register")
def test_what_a_night_changed_is_taken_back_by_digest_and_the_ledger_is_kept(
    village: Village, kobosync: Told, passing: dg.DagsterInstance
) -> None:
    run_night(village.config, "auto", FIRST, passing)
    village.write_fdv(FDV.replace("50,5", "52,5"))

    code, says = kobosync("plan", village.config, "--as-of", str(SECOND), "--diff")
    assert code == DONE
    assert "since the night of 2023-11-01" in says
    assert "bruksareal: 50.5 -> 52.5" in says

    run_night(village.config, "auto", SECOND, passing)
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        runs = ledger.runs("vik").filter(pl.col("verdict") == "done").get_column("run_id").to_list()
    created, changed = runs
    code, says = kobosync("runs", village.config)
    assert code == DONE
    assert says.index(changed) < says.index(created), "the newest first"

    kept = village.home / "kopi.sqlite"
    assert kobosync("backup", village.config, kept)[0] == DONE

    code, says = kobosync("undo", village.config, created)
    assert code == DONE
    assert "4 cannot be taken back" in says
    assert "nothing that can be taken back" in says

    code, says = kobosync("undo", village.config, changed[:8])
    assert code == DONE
    assert "bruksareal: 52.5 -> 50.5" in says
    digest = says.rsplit("--apply=", 1)[1]
    assert kobosync("undo", village.config, changed, "--apply", "0" * 12)[0] == WAITING
    code, says = kobosync("undo", village.config, changed, "--apply", digest)
    assert code == DONE, says
    assert "1 changes taken back, 0 not" in says
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        undone = ledger.runs("vik").row(-1, named=True)
        assert (undone["apply_mode"], undone["verdict"]) == ("undo", "done")
        assert ledger.call_counts(undone["run_id"])["PUT"] == 1
        approved = ledger.decisions("vik").filter(pl.col("kind") == "plan").get_column("subject").to_list()
    assert [subject[:12] for subject in approved] == [digest]

    village.write_fdv(FDV)
    run_night(village.config, "auto", THIRD, passing)
    assert village.summary()["dwellings"]["in_sync"] == 4, "Kobo holds what it held before the change"

    code, says = kobosync("restore", village.config, kept)
    assert code == DONE, says
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        assert undone["run_id"] not in set(ledger.runs("vik")["run_id"])
    assert list((village.home / "var").glob("ledger.sqlite.before-restore-*"))


def test_nothing_is_restored_under_a_running_night(village: Village, kobosync: Told) -> None:
    kept = village.home / "kopi.sqlite"
    assert kobosync("backup", village.config, kept)[0] == DONE
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger, ledger.lock("vik", "night-1"):
        code, says = kobosync("restore", village.config, kept)
    assert code == FAILED
    assert "run night-1 holds the lock of vik" in says


def test_a_damaged_ledger_is_replaced_by_its_backup(village: Village, kobosync: Told) -> None:
    kept = village.home / "kopi.sqlite"
    kobosync("backup", village.config, kept)
    (village.home / "var" / "ledger.sqlite").write_bytes(os.urandom(8192))
    assert kobosync("runs", village.config)[0] == FAILED
    assert kobosync("restore", village.config, kept)[0] == DONE
    assert kobosync("runs", village.config)[0] == DONE


MISTAKES = {
    "no such run": (("undo", "{config}", "abc"), FAILED, "No run of vik begins with abc"),
    "no digest": (("undo", "{config}", "abc", "--apply", "auto"), CONFIGURATION, "no plan's digest"),
    "no backup": (("restore", "{config}", "{home}/kopi"), FAILED, "There is no backup at"),
    "no folder": (("backup", "{config}", "{home}/mangler/kopi"), CONFIGURATION, "There is no folder"),
    "onto itself": (("backup", "{config}", "{home}/var/ledger.sqlite"), CONFIGURATION, "is the ledger itself"),
    "no file": (("runs", "{home}/config/andre.yaml"), CONFIGURATION, "cannot be read"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_ends_in_one_sentence(village: Village, kobosync: Told, case: str) -> None:
    arguments, code, words = MISTAKES[case]
    (village.home / "var").mkdir()
    ended, says = kobosync(*(text.format(config=village.config, home=village.home) for text in arguments))
    assert ended == code
    assert words in says
    assert "Traceback" not in says


def items(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    """(class, leverandor_bolig_id, held)"""
    blank = {"kobo_id": None, "changes": "[]", "match_key": None, "reason": "x", "details": "{}"}
    made = [{"class": kind, "leverandor_bolig_id": ours, "held": guard} | blank for kind, ours, guard in rows]
    return pl.DataFrame(made, schema=PLAN_ITEMS)


def test_a_plan_beside_the_last_one_shows_only_what_is_otherwise() -> None:
    before = items(("create", "a", None), ("retire", "b", "retire_waiting"), ("update", "c", None), ("update", "d", None))
    now = items(("retire", "b", None), ("update", "c", None), ("in_sync", "a", None), ("conflict", "d", None), ("create", "e", None))
    changes = compare_plans(before, now).select("news", "leverandor_bolig_id", "class_before", "class_now").rows()
    assert changes == [
        ("gone", "a", "create", None),
        ("new", "e", None, "create"),
        ("otherwise", "b", "retire", "retire"),
        ("otherwise", "d", "update", "conflict"),
    ]
