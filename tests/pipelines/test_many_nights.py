"""Several municipalities in one call: each has its own night, and one that cannot be run stops none of the others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipelines.commands.night_command import run_nights
from pipelines.exit_codes import CONFIGURATION, DONE
from tests.pipelines.village import Village


@pytest.fixture
def villages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Village, Village]:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    made = []
    for name in ("vik", "nes"):
        village = Village(tmp_path / name)
        village.write_config(slug=name, name=name.capitalize())
        made.append(village)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copy(tmp_path / "vik" / "dagster.yaml", tmp_path / "dagster.yaml")
    return made[0], made[1]


def test_one_broken_file_stops_none_of_the_others(villages: tuple[Village, Village], capsys: pytest.CaptureFixture[str]) -> None:
    first, other = villages
    broken = first.home / "config" / "broken.yaml"
    broken.write_text("slug: broken\n", encoding="utf-8")
    assert run_nights([first.config, broken, other.config], "auto", None) == CONFIGURATION
    assert "broken.yaml" in capsys.readouterr().err
    for village in villages:
        (file,) = (village.home / "reports").glob("*/*/summary.json")
        assert json.loads(file.read_text(encoding="utf-8"))["progress"]["in_register"] == 4
    assert run_nights([other.config], "auto", None) == DONE


def test_a_digest_is_of_one_municipality(villages: tuple[Village, Village], capsys: pytest.CaptureFixture[str]) -> None:
    first, other = villages
    assert run_nights([first.config, other.config], "0123456789ab", None) == CONFIGURATION
    assert "one municipality" in capsys.readouterr().err
