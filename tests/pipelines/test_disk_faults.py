"""A full or read-only disk is one sentence with its path, also where Dagster's own storage gets the error first."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy.exc import OperationalError

from pipelines.disk_faults import disk_sentence
from pipelines.exit_codes import FAILED
from tests.pipelines.test_ledger_commands import Told
from tests.pipelines.village import FIRST, Village

FULL = OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
REFUSED = [
    (OSError(errno.ENOSPC, "No space left on device", "/srv/var/x"), "/srv/var/x: there is no room left"),
    (OSError(errno.EROFS, "Read-only file system", "/srv/reports"), "/srv/reports: that disk is mounted read-only"),
    (PermissionError(errno.EACCES, "Permission denied", "/srv/var"), "/srv/var: the account that runs kobosync may not write"),
    (FULL, "/home: a database of Dagster's lies there, and there is no room left"),
    (sqlite3.OperationalError("attempt to write a readonly database"), "may not write there"),
]


@pytest.mark.parametrize(("error", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_the_disk_refused_is_found_below_what_others_made_of_it(error: Exception, words: str) -> None:
    event_error = RuntimeError("the event could not be stored")
    event_error.__cause__ = error
    assert words in str(disk_sentence(event_error, Path("/home")))


@pytest.mark.parametrize("error", [ValueError("x"), ConnectionRefusedError(errno.ECONNREFUSED, "refused"), KeyError("k")])
def test_any_other_fault_is_not_put_down_to_the_disk(error: Exception) -> None:
    assert disk_sentence(error, Path("/home")) is None


@pytest.mark.parametrize("where", ["var", "dagster"])
def test_a_night_whose_folders_cannot_be_made_says_which(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    village = Village(tmp_path)
    place = tmp_path / where
    place.write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster" / "deep" if where == "dagster" else tmp_path))
    code, says = Told(capsys)("night", village.config, "--as-of", str(FIRST))
    assert code == FAILED
    assert str(place) in says
    assert "Traceback" not in says
    assert os.listdir(tmp_path / "kilder"), "nothing else was touched"


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[None]:
    """A disk of its own at that folder, which only root can make."""
    place.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip("no small disk can be mounted here (it takes root)")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.skipif(shutil.which("mount") is None, reason="no mount on this machine")
@pytest.mark.parametrize(
    ("remount", "words"),
    [(None, "there is no room left on that disk"), ("remount,ro", "that disk is mounted read-only")],
    ids=["full", "read-only"],
)
def test_dagsters_own_disk_is_reported_in_the_same_sentence(
    remount: str | None, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dagster keeps runs and events below DAGSTER_HOME and gets the disk's error before the ledger does."""
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    village = Village(tmp_path)
    place = tmp_path / "disk"
    monkeypatch.setenv("DAGSTER_HOME", str(place))
    with small_disk(place, "1m"):
        (place / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
        if remount:
            with dg.DagsterInstance.get():
                """Its databases are there from earlier nights."""
            subprocess.run(["mount", "-o", remount, str(place)], check=True)
        else:
            with (place / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
                while ballast.write(b"x" * 4096):
                    """Until nothing goes in."""
        code, says = Told(capsys)("night", village.config, "--as-of", str(FIRST))
    assert code == FAILED
    assert words in says
    assert str(place) in says
    assert "nothing more was sent to Kobo" in says
    assert "Traceback" not in says
    assert not (tmp_path / "var" / "rehearsal.sqlite").exists(), "the register was not even asked"
