"""The units for one Linux server: what they start exists, and systemd itself finds nothing wrong where there is one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "deploy" / "systemd").iterdir())


def sections(unit: Path) -> dict[str, list[tuple[str, str]]]:
    read_sections: dict[str, list[tuple[str, str]]] = {}
    at = ""
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            at = line.strip("[]")
        elif "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            read_sections.setdefault(at, []).append((name, value))
    return read_sections


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_a_unit_starts_comes_with_the_package(unit: Path) -> None:
    read_sections = sections(unit)
    assert set(read_sections) <= {"Unit", "Service", "Timer", "Install"}
    for name, value in read_sections.get("Service", []):
        if name == "ExecStart":
            programs = [word.removeprefix("/opt/kobosync/bin/") for word in value.split() if word.startswith("/opt/kobosync/bin/")]
            assert programs
            for program in programs:
                assert shutil.which(program, path=str(Path(sys.executable).parent)), program


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_a_service_runs_as_its_own_account_in_its_home(unit: Path) -> None:
    service = sections(unit)["Service"]
    assert ("User", "kobosync") in service
    assert ("WorkingDirectory", "/srv/kobosync") in service
    assert ("NoNewPrivileges", "yes") in service
    assert any(name == "UMask" and value in ("0027", "0077") for name, value in service), "addresses lie in what it writes"


def test_a_stop_of_the_daemon_lets_a_night_end() -> None:
    (daemon,) = (unit for unit in UNITS if unit.name == "kobosync-daemon.service")
    assert ("KillMode", "process") in sections(daemon)["Service"], "by default the night's process is told to stop as well"


def test_a_timer_has_its_service() -> None:
    assert all(unit.with_suffix(".service") in UNITS for unit in UNITS if unit.suffix == ".timer")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine (Debian: apt install systemd)")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    here = []
    for unit in UNITS:
        # Only the account, the folders and the programs are not on the machine that tests.
        text = unit.read_text(encoding="utf-8").replace("/opt/kobosync/bin/", f"{Path(sys.executable).parent}/")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
        here.append(str(tmp_path / unit.name))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *here], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if any(Path(unit).name in line for unit in here)]
    assert not complaints, complaints
