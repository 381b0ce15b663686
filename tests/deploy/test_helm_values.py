"""deploy/helm-values.yaml held to what Dagster's chart takes, key by key, and to Kubernetes' schema where the chart does so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

VALUES: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "deploy" / "helm-values.yaml").read_text(encoding="utf-8"))
PULL = {"Always", "IfNotPresent", "Never"}


class Whole(dict[str, Any]):
    """A map of which the chart wants every key."""


CHART: dict[str, Any] = {
    "global": {"postgresqlSecretName": str},
    "generatePostgresqlPasswordSecret": bool,
    "postgresql": {
        "enabled": bool,
        "postgresqlHost": str,
        "postgresqlUsername": str,
        "postgresqlDatabase": str,
        "postgresqlScheme": str,
        "service": {"port": int},
    },
    "dagsterWebserver": {
        "nameOverride": str,
        "enableReadOnly": bool,
        "service": {"type": {"ClusterIP", "NodePort", "LoadBalancer"}, "port": int},
    },
    "ingress": {"enabled": bool},
    "dagster-user-deployments": {
        "enabled": bool,
        "enableSubchart": bool,
        "deployments": [
            {
                "name": str,
                "image": {"repository": str, "tag": str, "pullPolicy": PULL},
                "dagsterApiGrpcArgs": [str],
                "port": int,
                "envSecrets": [{"name": str}],
                "env": [{"name": str, "value": str}],
                "volumes": [dict],
                "volumeMounts": [dict],
                "podSecurityContext": dict,
                "includeConfigInLaunchedRuns": {"enabled": bool},
            }
        ],
    },
    "runLauncher": {
        "type": {"K8sRunLauncher", "CeleryK8sRunLauncher", "CustomRunLauncher"},
        "config": {"k8sRunLauncher": {"imagePullPolicy": PULL, "runK8sConfig": {"containerConfig": dict, "podSpecConfig": dict}}},
    },
    "concurrency": {
        "enabled": bool,
        "pools": {"granularity": {"run", "op"}, "defaultLimit": int},
        "runs": {
            "maxConcurrentRuns": int,
            "tagConcurrencyLimits": [{"key": str, "value": {"applyLimitPerUniqueValue": bool}, "limit": int}],
        },
    },
    "dagsterDaemon": {"enabled": bool, "runMonitoring": dict, "runRetries": dict},
    "additionalInstanceConfig": dict,
    "retention": {
        "enabled": bool,
        "schedule": {"purgeAfterDays": int},
        "sensor": {"purgeAfterDays": Whole(skipped=int, started=int, failure=int, success=int)},
    },
    "pythonLogs": {"pythonLogLevel": {"CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"}, "managedPythonLoggers": [str]},
    "telemetry": {"enabled": bool},
    "rabbitmq": {"enabled": bool},
    "redis": {"enabled": bool},
}
"""Every key of ours, and what the chart takes there: type, words, which parts must be whole. Objects that are Kubernetes' own are `dict`
and held to its schema below. Which version of the chart this was looked up in: docs/deploy.md."""


def misfits(value: Any, wanted: Any, at: str = "") -> list[str]:
    if isinstance(wanted, dict):
        missing = [f"{at}.{key} is missing" for key in wanted if isinstance(wanted, Whole) and key not in value]
        unknown = [f"{at}.{key}" for key in value if key not in wanted]
        return [
            *missing,
            *unknown,
            *(misfit for key in value if key in wanted for misfit in misfits(value[key], wanted[key], f"{at}.{key}")),
        ]
    if isinstance(wanted, list):
        return [misfit for number, part in enumerate(value) for misfit in misfits(part, wanted[0], f"{at}[{number}]")]
    return [] if (value in wanted if isinstance(wanted, set) else type(value) is wanted) else [at]


def test_every_helm_value_is_one_that_the_chart_takes() -> None:
    assert not misfits(VALUES, CHART)
    wrong = {"dagsterWebserver": {"enableReadonly": True, "service": {"port": "80"}}, "runLauncher": {"type": "K8sLauncher"}}
    assert misfits(wrong, CHART) == [".dagsterWebserver.enableReadonly", ".dagsterWebserver.service.port", ".runLauncher.type"]
    assert misfits({"retention": {"sensor": {"purgeAfterDays": {"skipped": 7, "failure": 30, "success": 90}}}}, CHART) == [
        ".retention.sensor.purgeAfterDays.started is missing"
    ]


def test_what_the_chart_hands_through_is_what_kubernetes_takes() -> None:
    """The chart's schema refers to Kubernetes' for these parts: together they are the pod of a night."""
    (code,) = VALUES["dagster-user-deployments"]["deployments"]
    night = VALUES["runLauncher"]["config"]["k8sRunLauncher"]["runK8sConfig"]
    container = {
        "name": code["name"],
        "image": ":".join((code["image"]["repository"], code["image"]["tag"])),
        "env": code["env"],
        "envFrom": [{"secretRef": secret} for secret in code["envSecrets"]],
        "volumeMounts": code["volumeMounts"],
        **night["containerConfig"],
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": code["name"]},
        "spec": {"volumes": code["volumes"], "containers": [container], **night["podSpecConfig"]},
    }
    assert night["podSpecConfig"]["securityContext"] == code["podSecurityContext"]
    kubernetes_validate.validate(pod, kubernetes_validate.latest_version(), strict=True)
