"""deploy/dagster.yaml as Dagster itself reads it; the Helm values as YAML without a secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster_celery.launcher import CeleryRunLauncher

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_dagster_accepts_every_key_and_finds_the_launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = yaml.safe_load((DEPLOY / "dagster.yaml").read_text(encoding="utf-8"))
    assert set(settings.pop("storage")) == {"postgres"}, "which needs a server"
    monkeypatch.setenv("KOBOSYNC_BROKER_URL", "redis://127.0.0.1:1/0")
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert isinstance(instance.run_launcher, CeleryRunLauncher)
        assert instance.run_retries_retry_on_asset_or_op_failure is False
    assert settings["concurrency"]["pools"]["default_limit"] >= 1


def helm_values() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text(encoding="utf-8"))
    return values


def test_the_cluster_keeps_the_limits_of_the_machines() -> None:
    here = yaml.safe_load((DEPLOY / "dagster.yaml").read_text(encoding="utf-8"))
    values = helm_values()
    there = values["concurrency"]
    assert there["enabled"]
    assert there["pools"] == {"granularity": here["concurrency"]["pools"]["granularity"], "defaultLimit": 2}
    assert here["concurrency"]["pools"]["default_limit"] == 2
    assert there["runs"]["maxConcurrentRuns"] == here["concurrency"]["runs"]["max_concurrent_runs"]
    assert there["runs"]["tagConcurrencyLimits"] == here["concurrency"]["runs"]["tag_concurrency_limits"]
    assert "runCoordinator" not in values["dagsterDaemon"], "the chart refuses a limit that is named in both"


def test_dagster_accepts_what_the_chart_cannot_say_and_the_chart_does_not_say_it_too(tmp_path: Path) -> None:
    values = helm_values()
    added = values["additionalInstanceConfig"]
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(added), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.run_retries_retry_on_asset_or_op_failure is False
    assert values["dagsterDaemon"]["runRetries"] == {"enabled": False}, "else the instance file has run_retries twice"


def test_the_clusters_database_is_spoken_to_by_the_driver_that_dagster_knows() -> None:
    assert helm_values()["postgresql"]["postgresqlScheme"] == "postgresql+psycopg2"


def test_the_helm_values_hold_no_secret_and_open_no_door() -> None:
    text = (DEPLOY / "helm-values.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    assert values["runLauncher"]["type"] == "K8sRunLauncher"
    assert values["dagsterWebserver"]["service"]["type"] == "ClusterIP"
    assert not re.search(r"(?i)(password|secret|token|apikey):\s*\S", re.sub(r"(?m)#.*$|SecretName: .*$|PasswordSecret: false", "", text))
