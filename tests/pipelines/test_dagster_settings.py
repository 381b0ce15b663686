"""dagster.yaml as Dagster itself reads it: what `dagster instance info` would show."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.municipality_graph import municipality_assets
from pipelines.home import GONE, prepare_dagster_home
from reconciliation.model.municipality import ConfigurationError, load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copy(ROOT / "dagster.yaml", tmp_path / "dagster.yaml")
    with dg.DagsterInstance.from_config(str(tmp_path)) as loaded:
        yield loaded


def test_a_run_whose_process_died_is_found_and_one_that_hangs_is_ended(instance: dg.DagsterInstance) -> None:
    assert instance.run_monitoring_enabled
    assert instance.run_monitoring_start_timeout_seconds == 300
    assert instance.run_monitoring_max_runtime_seconds == 6 * 3600


def test_only_a_dead_process_is_begun_again_and_only_once(instance: dg.DagsterInstance) -> None:
    assert instance.run_retries_enabled
    assert instance.run_retries_max_retries == 1
    assert instance.run_retries_retry_on_asset_or_op_failure is False


def test_nothing_is_sent_home_and_ticks_do_not_grow_for_ever(instance: dg.DagsterInstance) -> None:
    assert instance.telemetry_enabled is False
    text = instance.info_str()
    assert "purge_after_days: 90" in text, text


def test_no_asset_tries_a_step_again_by_itself() -> None:
    """The client repeats a call and Dagster a dead run; between them a step that failed has failed."""
    assets = municipality_assets(load(ROOT / "config" / "demo.yaml"))
    assert len(assets) > 10
    for asset in assets:
        assert getattr(asset.node_def, "retry_policy", None) is None, asset.key


@pytest.mark.parametrize("module", GONE)
def test_a_home_of_an_earlier_version_says_in_one_sentence_what_to_change(module: str, tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text(f"event_log_storage:\n  module: {module}\n  class: Any\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"dagster\.yaml names {module}, .* put the dagster.yaml of this version in its place"):
        prepare_dagster_home(tmp_path, {"DAGSTER_HOME": str(tmp_path)})


def test_the_settings_of_this_version_are_accepted(tmp_path: Path) -> None:
    for settings in (ROOT / "dagster.yaml", ROOT / "deploy" / "dagster.yaml"):
        shutil.copy(settings, tmp_path / "dagster.yaml")
        assert prepare_dagster_home(tmp_path, {"DAGSTER_HOME": str(tmp_path)}) == tmp_path


def test_dagster_sends_nothing_about_itself_whatever_its_home_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_DISABLE_TELEMETRY", raising=False)
    prepare_dagster_home(tmp_path, {"DAGSTER_HOME": str(tmp_path / "bare")})
    assert os.environ["DAGSTER_DISABLE_TELEMETRY"] == "1"
