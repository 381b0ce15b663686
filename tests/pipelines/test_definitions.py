"""What Dagster loads for the demo municipality, held against a small golden text (KOBOSYNC_REGENERATE=1 writes it anew)."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import dagster as dg
import yaml

from pipelines.definitions import build_definitions
from pipelines.home import municipalities
from reconciliation.model.municipality import load

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden" / "definitions.txt"


def described(definitions: dg.Definitions) -> str:
    graph = definitions.resolve_asset_graph()
    lines = ["assets"]
    for key in sorted(graph.get_all_asset_keys(), key=str):
        lines.append(f"  {key.to_user_string()}")
        lines += sorted(f"    check {check.name}" for check in graph.asset_check_keys if check.asset_key == key)
    repository = definitions.get_repository_def()
    lines.append("jobs")
    for job in sorted(repository.get_all_jobs(), key=lambda job: job.name):
        if not job.name.startswith("__"):
            lines.append(f"  {job.name}: {len(job.asset_layer.selected_asset_keys)} assets")
    lines.append("schedules")
    for schedule in repository.schedule_defs:
        lines.append(f"  {schedule.name}: {schedule.cron_schedule} {schedule.execution_timezone} -> {schedule.job_name}")
    lines.append("sensors")
    lines += [f"  {sensor.name}: every {sensor.minimum_interval_seconds} s" for sensor in repository.sensor_defs]
    return "\n".join(lines) + "\n"


def test_the_demo_loads_without_a_warning_and_is_what_it_was() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        definitions = build_definitions([load(ROOT / "config" / "demo.yaml")], ROOT)
        dg.Definitions.validate_loadable(definitions)
    description = described(definitions)
    if os.environ.get("KOBOSYNC_REGENERATE"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(description, encoding="utf-8")
    assert description == GOLDEN.read_text(encoding="utf-8"), "KOBOSYNC_REGENERATE=1 writes it anew, when the change is meant"


def test_a_file_that_cannot_be_used_leaves_the_others_running(tmp_path: Path) -> None:
    content = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text(encoding="utf-8"))
    for name, changes in {"a": {}, "b": {"slug": "nabo", "name": "Nabo"}, "c": {"slug": "tredje", "dedline": "x"}}.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content | changes, allow_unicode=True), encoding="utf-8")
    loaded, faults = municipalities(sorted(tmp_path.glob("*.yaml")))
    assert list(loaded) == ["fjordvik", "nabo"]
    (fault,) = faults.values()
    assert "dedline" in fault
    definitions = build_definitions(list(loaded.values()), tmp_path)
    dg.Definitions.validate_loadable(definitions)
    names = {schedule.name for schedule in definitions.get_repository_def().schedule_defs}
    assert names == {"fjordvik_schedule", "nabo_schedule"}


def test_only_a_run_whose_process_died_is_begun_again_and_then_from_the_start() -> None:
    settings = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["run_retries"]["retry_on_asset_or_op_failure"] is False, "a failed step stays failed"
    assert settings["telemetry"]["enabled"] is False
    definitions = build_definitions([load(ROOT / "config" / "demo.yaml")], ROOT)
    for job in ("fjordvik_nightly", "fjordvik_approve"):
        assert definitions.resolve_job_def(job).tags["dagster/retry_strategy"] == "ALL_STEPS"
    retried = [asset.key for asset in definitions.assets or [] if asset.op.retry_policy]  # type: ignore[union-attr]
    assert retried == [], "the client retries call by call; a second layer on top would write twice"


def test_nights_of_one_municipality_wait_for_each_other_in_dagster_too() -> None:
    settings = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    (rule,) = settings["concurrency"]["runs"]["tag_concurrency_limits"]
    assert (rule["key"], rule["value"], rule["limit"]) == ("kobosync/municipality", {"applyLimitPerUniqueValue": True}, 1)
