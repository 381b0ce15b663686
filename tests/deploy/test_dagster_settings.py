"""deploy/dagster.yaml as Dagster itself reads it; the Helm values as YAML without a secret."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from dagster._core.instance.config import dagster_instance_config

from pipelines.workers import NightsOnWorkers

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_dagster_accepts_every_key_and_finds_the_launcher() -> None:
    settings, launcher = dagster_instance_config(str(DEPLOY))
    assert launcher is None
    named = settings["run_launcher"]
    assert (named["module"], named["class"]) == (NightsOnWorkers.__module__, NightsOnWorkers.__name__)
    assert set(named["config"]) <= set(NightsOnWorkers.config_type())
    assert settings["concurrency"]["pools"]["default_limit"] >= 1
    assert settings["run_retries"]["retry_on_asset_or_op_failure"] is False


def test_the_helm_values_hold_no_secret_and_open_no_door() -> None:
    text = (DEPLOY / "helm-values.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    assert values["runLauncher"]["type"] == "K8sRunLauncher"
    assert values["dagsterWebserver"]["service"]["type"] == "ClusterIP"
    assert not re.search(r"(?i)(password|secret|token|apikey):\s*\S", re.sub(r"(?m)#.*$|SecretName: .*$|PasswordSecret: false", "", text))
