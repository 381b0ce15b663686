"""Every command, wrongly used or where it may not be used: its documented exit code and one sentence, never a traceback."""

from __future__ import annotations

import ctypes
import os
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from rich.console import Console

from pipelines import exit_codes
from pipelines.command_line import app
from pipelines.commands.night_command import print_night
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, INTERRUPTED
from pipelines.run_night import RunResult
from tests.pipelines.test_ledger_commands import Told
from tests.pipelines.village import FIRST, Village

ROOT = Path(__file__).parents[2]
OF_A_MUNICIPALITY: dict[str, tuple[str, ...]] = {
    "backup": ("{config}", "{home}/copy.sqlite"),
    "check": ("{config}",),
    "decide": ("{config}", "--list"),
    "desk": ("{config}",),
    "kostra": ("{config}", "--as-of", "2023-12-31"),
    "movements": ("{config}",),
    "needs measures": ("{config}",),
    "needs template": ("{config}",),
    "night": ("{config}", "--as-of", str(FIRST)),
    "plan": ("{config}", "--as-of", str(FIRST)),
    "prune": ("{config}",),
    "rehearse": ("{config}",),
    "rekey": ("{config}", "fdv", "{home}/keys.csv"),
    "report": ("{config}",),
    "restore": ("{config}", "{home}/copy.sqlite"),
    "runs": ("{config}",),
    "status": ("{config}",),
    "undo": ("{config}", "abc"),
    "upgrade": ("{config}",),
}
"""Command -> arguments with which it would run."""
OTHERS = {"addresses", "demo", "init", "kommuner", "map", "resolve", "schema", "up"}
WITHOUT_LEDGER = {"kostra", "needs measures", "needs template", "rehearse", "report"}
"""They read the last night's tables or the municipality's file alone."""
MAKES_NO_LEDGER = {"check", "status", "upgrade", "restore"}
ELSEWHERE = {"night"}
"""A whole run for one sentence: tests/pipelines/test_disk_faults.py and test_one_night_is_one_thing.py have it."""


def every_command() -> Iterator[str]:
    root: Any = typer.main.get_command(app)
    for name, command in root.commands.items():
        yield from (f"{name} {below}" for below in command.commands) if hasattr(command, "commands") else (name,)


def test_the_table_has_every_command() -> None:
    assert set(every_command()) == set(OF_A_MUNICIPALITY) | OTHERS


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## The command line")[2]
    named = {name for cell in re.findall(r"^\| (.+?) \|", text, flags=re.MULTILINE) for name in re.findall(r"[a-z]+", cell)}
    assert {name.split()[0] for name in every_command()} <= named


def test_each_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for name in ("DONE", "FAILED", "CONFIGURATION", "WAITING"):
        assert f"| {getattr(exit_codes, name)} | " in text
    assert f"{INTERRUPTED}: Ctrl-C" in text


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Village:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    village = Village(tmp_path)
    (tmp_path / "keys.csv").write_text("gammel;ny\n100;200\n", encoding="utf-8")
    return village


@pytest.fixture
def kobosync(capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(capsys)


def run(kobosync: Told, village: Village, name: str, config: Path | None = None) -> tuple[int, str]:
    arguments = (text.format(config=config or village.config, home=village.home) for text in OF_A_MUNICIPALITY[name])
    code, says = kobosync(*name.split(), *arguments)
    assert "Traceback" not in says
    assert "unexpectedly" not in says
    return code, says


@pytest.mark.parametrize("name", sorted(every_command()))
def test_a_flag_that_is_none(name: str, kobosync: Told) -> None:
    code, says = kobosync(*name.split(), "--no-such-flag")
    assert code == CONFIGURATION
    assert "No such option" in says


@pytest.mark.parametrize("name", OF_A_MUNICIPALITY)
def test_a_file_that_is_not_there(name: str, village: Village, kobosync: Told) -> None:
    code, says = run(kobosync, village, name, village.home / "config" / "mangler.yaml")
    assert code == CONFIGURATION
    assert "mangler.yaml: cannot be read" in says


@pytest.mark.parametrize("name", OF_A_MUNICIPALITY)
def test_a_file_that_cannot_be_used(name: str, village: Village, kobosync: Told) -> None:
    village.config.write_text(yaml.safe_dump(village.content | {"deadlin": "x"}), encoding="utf-8")
    code, says = run(kobosync, village, name)
    assert code == CONFIGURATION
    assert "deadlin" in says


@pytest.mark.parametrize("name", sorted(set(OF_A_MUNICIPALITY) - WITHOUT_LEDGER - ELSEWHERE - {"restore"}))
def test_a_variable_that_is_not_set(name: str, village: Village, kobosync: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIK_LEDGER", raising=False)
    village.write_config(ledger="sqlite:///var/${VIK_LEDGER}.sqlite")
    code, says = run(kobosync, village, name)
    assert code == FAILED
    assert "VIK_LEDGER" in says


@contextmanager
def an_ordinary_account() -> Iterator[None]:
    """Root reads and writes what it likes. Within the block it has only the rights of files and folders, as other accounts do."""
    if os.getuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, before = struct.pack("Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
    assert libc.capget(header, before) == 0
    words = list(struct.unpack("6I", before.raw))
    words[0] &= ~((1 << 1) | (1 << 2))  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH; effective here, still permitted
    assert libc.capset(header, struct.pack("6I", *words)) == 0
    try:
        yield
    finally:
        assert libc.capset(header, before) == 0


@pytest.mark.parametrize("name", sorted(set(OF_A_MUNICIPALITY) - WITHOUT_LEDGER - MAKES_NO_LEDGER - ELSEWHERE))
def test_a_folder_that_may_not_be_written_to(name: str, village: Village, kobosync: Told) -> None:
    """The ledger's: each of these would make one."""
    (village.home / "var").mkdir(mode=0o500)
    with an_ordinary_account():
        code, says = run(kobosync, village, name)
    assert code == FAILED
    assert str(village.home / "var") in says
    assert "may be written to" in says or "may not write there" in says


@pytest.mark.parametrize("name", sorted(OF_A_MUNICIPALITY))
def test_a_file_that_may_not_be_read(name: str, village: Village, kobosync: Told) -> None:
    village.config.chmod(0)
    with an_ordinary_account():
        code, says = run(kobosync, village, name)
    assert code == CONFIGURATION
    assert "cannot be read (Permission denied)" in says


STATES: dict[str, tuple[tuple[str, ...], int, str]] = {
    "init without a terminal and without answers": (("init", "{home}/new"), CONFIGURATION, "--name"),
    "init where a home is": (("init", "{home}"), CONFIGURATION, "is a home already"),
    "map of what is not there": (("map", "{home}/mangler.csv"), FAILED, "mangler.csv"),
    "resolve of what is not there": (
        ("resolve", "{home}/mangler.csv", "--column", "x", "--addresses", "{home}/y.csv", "--out", "{home}/z.csv"),
        FAILED,
        "mangler.csv",
    ),
    "schema of what is none": (("schema", "kilde"), CONFIGURATION, "is not one of"),
    "a date that is none": (("night", "{config}", "--as-of", "i går"), CONFIGURATION, "is no date"),
    "an apply that is none": (("night", "{config}", "--apply", "ja"), CONFIGURATION, "is not never, auto or a plan's digest"),
    "a port that is none": (("desk", "{config}", "--port", "0"), CONFIGURATION, "--port"),
    "a part of a plan that is none": (("plan", "{config}", "--only", "x"), CONFIGURATION, "is not one of"),
    "a source that is none": (("plan", "{config}", "--source", "x"), CONFIGURATION, "is not among the file's sources"),
    "a form that is none": (("status", "{config}", "--format", "xml"), CONFIGURATION, "is not one of"),
    "too few days": (("prune", "{config}", "--keep-days", "3"), CONFIGURATION, "is too few"),
    "a number that is none": (("runs", "{config}", "--last", "-3"), CONFIGURATION, "--last"),
    "no night yet, to show": (("kostra", "{config}", "--as-of", "2023-12-31"), FAILED, "night"),
    "no night yet, to render": (("report", "{config}"), FAILED, "Run the whole night"),
    "no night yet, to decide on": (("decide", "{config}", "--list"), DONE, ""),
    "keys of a source that is none": (("rekey", "{config}", "andre", "{home}/keys.csv"), CONFIGURATION, "andre"),
}


@pytest.mark.parametrize("state", STATES)
def test_what_cannot_be_done_is_a_sentence(state: str, village: Village, kobosync: Told) -> None:
    arguments, expected, words = STATES[state]
    code, says = kobosync(*(text.format(config=village.config, home=village.home) for text in arguments))
    assert code == expected, says
    assert words in says
    assert "Traceback" not in says


def test_status_of_no_municipality_is_not_well(village: Village, kobosync: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """A monitor started in the wrong folder would watch nothing and be content."""
    monkeypatch.setenv("KOBOSYNC_HOME", str(village.home / "elsewhere"))
    code, says = kobosync("status")
    assert code == CONFIGURATION
    assert "set KOBOSYNC_HOME" in says


def test_ctrl_c_anywhere_is_130_and_no_traceback(village: Village, kobosync: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def somebody_ends_it(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.commands.check_command.look_at_ledger", somebody_ends_it)
    code, says = run(kobosync, village, "check")
    assert code == INTERRUPTED
    assert "Stopped." in says


def test_a_command_in_a_nights_message_can_be_copied_whole_from_a_narrow_terminal() -> None:
    shown = StringIO()
    message = "5 changes wait for approval. Approve with: kobosync night config/vik.yaml --apply=0123456789ab."
    assert print_night(RunResult(success=False, run_id="", messages=(message,), metadata={}), Console(file=shown, width=40)) == FAILED
    assert shown.getvalue() == f"{message}\n"
