"""A municipality's file that cannot be used is seen in Dagster, heard by operations, and hurts no neighbour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from benchmarks.municipalities import settings, slug_of, write
from pipelines.definitions import kobosync
from pipelines.environment_variables import unset_variables
from pipelines.home import config_files
from pipelines.run_night import Runner
from reconciliation.model.municipality import ConfigurationError, load
from tests.pipelines.test_alerts import receiving
from tests.pipelines.test_check import output_of
from tests.pipelines.village import Village


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Village:
    monkeypatch.setenv("KOBOSYNC_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "1000")
    return Village(tmp_path)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two municipalities; the second one's file has a misspelt key."""
    monkeypatch.setenv("KOBOSYNC_HOME", str(tmp_path))
    paths = write(tmp_path, 2)
    paths[1].write_text(yaml.safe_dump(settings(2) | {"deadlin": "2023-12-21"}), encoding="utf-8")
    return paths


def look(instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorResult:
    sensor = kobosync().resolve_sensor_def("kobosync_configuration")
    with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
        result = sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_it_is_in_the_graph_with_its_fault_and_its_schedule_says_why_it_skips(files: list[Path], instance: dg.DagsterInstance) -> None:
    definitions = kobosync()
    dg.Definitions.validate_loadable(definitions)
    slug = slug_of(2)
    done = definitions.resolve_job_def(f"{slug}_nightly").execute_in_process(instance=instance, raise_on_error=False)
    (failed,) = [event for event in done.all_events if event.is_step_failure]
    assert "deadlin" in str(failed.step_failure_data.user_failure_data and failed.step_failure_data.user_failure_data.description)
    schedule = definitions.resolve_schedule_def(f"{slug}_schedule")
    with dg.build_schedule_context(instance=instance) as context:
        skipped = schedule.evaluate_tick(context)
    assert not skipped.run_requests
    assert "deadlin" in str(skipped.skip_message)
    (stub,) = [spec for spec in definitions.resolve_all_asset_specs() if spec.key.path[0] == slug]
    assert "deadlin" in str(stub.description)


def test_operations_are_alerted_once_and_once_when_it_is_well_again(
    files: list[Path], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("KOBOSYNC_ALERTS", receiver.address)
        first = look(instance, None)
        (check,) = first.asset_events
        assert isinstance(check, dg.AssetCheckEvaluation)
        assert (check.asset_key, check.passed) == (dg.AssetKey([slug_of(2), "configuration"]), False)
        (message,) = receiver.arrived
        assert "cannot be used" in message["title"]
        assert "deadlin" in message["message"]
        second = look(instance, first.cursor)
        assert (len(receiver.arrived), list(second.asset_events)) == (1, [])
        files[1].write_text(yaml.safe_dump(settings(2)), encoding="utf-8")
        third = look(instance, second.cursor)
        assert "is well again" in receiver.arrived[1]["title"]
        look(instance, third.cursor)
        assert len(receiver.arrived) == 2


def test_whom_the_broken_file_names_is_alerted_too_and_where_nobody_is_the_sensor_says_so(
    files: list[Path], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KOBOSYNC_ALERTS", raising=False)
    assert "set KOBOSYNC_ALERTS" in str(look(instance, None).skip_reason)
    with receiving() as receiver:
        files[1].write_text(yaml.safe_dump(settings(2) | {"deadlin": "x", "alerts": [receiver.address]}), encoding="utf-8")
        look(instance, None)
        assert len(receiver.arrived) == 1


def test_two_files_with_one_slug_are_both_there(files: list[Path]) -> None:
    files[1].write_text(yaml.safe_dump(settings(1)), encoding="utf-8")
    groups = {spec.group_name for spec in kobosync().resolve_all_asset_specs() if spec.key.path[-1] == "configuration"}
    assert groups == {f"file_{files[1].stem.replace('-', '_')}"}


def test_a_mapping_file_beside_them_is_no_municipality_and_yml_is_one(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "config" / "fdv.yaml").write_text("key: [Nr]\nfields: {}\n", encoding="utf-8")
    files[0].rename(files[0].with_suffix(".yml"))
    assert config_files() == sorted([files[0].with_suffix(".yml"), files[1]])


def test_check_names_every_variable_that_is_not_set_at_once(
    village: Village, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("VIK_LEDGER", "VIK_ALERT", "VIK_KEY", "VIK_SEND"):
        monkeypatch.delenv(name, raising=False)
    village.write_config(
        ledger="sqlite:///var/${VIK_LEDGER}.sqlite",
        alerts=["json://${VIK_ALERT}"],
        send={"owners": {"bolig": "VIK_SEND"}},
        register=village.content["register"] | {"authentication": {"kind": "api_key", "key_variable": "VIK_KEY"}},
    )
    assert set(unset_variables(load(village.config))) == {"VIK_LEDGER", "VIK_ALERT", "VIK_KEY", "VIK_SEND"}
    text = output_of(village, capsys, 1, authentication={"kind": "api_key", "key_variable": "VIK_KEY"})
    assert "VIK_LEDGER (ledger), VIK_ALERT (alerts 1), VIK_KEY (register.authentication.key_variable)" in text


def test_check_says_what_keeps_it_from_loading_beside_the_others(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    other = village.home / "config" / "other.yaml"
    other.write_text(village.config.read_text(encoding="utf-8"), encoding="utf-8")
    assert "slug vik is that of" in output_of(village, capsys, 1)
    other.unlink()
    village.write_config(schedule="at night")
    assert "is no cron line" in output_of(village, capsys, 1)
    with pytest.raises(ConfigurationError, match="is no cron line"):
        Runner(load(village.config), village.home)
    village.write_config(timezone="Europe/Olso")
    with pytest.raises(ConfigurationError, match="'Europe/Olso' is no time zone"):
        load(village.config)
