"""deploy/kubernetes-sign-in.yaml beside deploy/helm-values.yaml: who reaches whom, what each name points to, what is secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
RELEASE = "kobosync"
OBJECTS: list[dict[str, Any]] = list(yaml.safe_load_all((DEPLOY / "kubernetes-sign-in.yaml").read_text(encoding="utf-8")))
VALUES: dict[str, Any] = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text(encoding="utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
(CODE,) = VALUES["dagster-user-deployments"]["deployments"]


def named(kind: str) -> dict[str, dict[str, Any]]:
    return {manifest["metadata"]["name"]: manifest for manifest in OBJECTS if manifest["kind"] == kind}


def containers() -> dict[str, dict[str, Any]]:
    return {name: deployment["spec"]["template"]["spec"]["containers"][0] for name, deployment in named("Deployment").items()}


def settings(name: str) -> dict[str, Any]:
    return {variable["name"]: variable.get("value") or variable["valueFrom"] for variable in containers()[name]["env"]}


def upstreams(name: str) -> list[tuple[str, int, str]]:
    matches = re.findall(r"http://([a-z-]+):(\d+)(/[^,]*)", settings(name)["OAUTH2_PROXY_UPSTREAMS"])
    return [(host, int(port), path) for host, port, path in matches]


def test_nothing_is_published_beyond_the_cluster() -> None:
    assert {manifest["kind"] for manifest in OBJECTS} == {"ConfigMap", "Deployment", "NetworkPolicy", "Service"}
    assert {service["spec"]["type"] for service in named("Service").values()} == {"ClusterIP"}
    assert VALUES["ingress"]["enabled"] is False, "the chart's own leads past the sign-in"
    assert VALUES["dagsterWebserver"]["service"]["type"] == "ClusterIP"


def test_viewers_see_the_reports_and_the_read_only_pages_and_operators_the_others() -> None:
    web = f"{RELEASE}-{VALUES['dagsterWebserver']['nameOverride']}"
    port = VALUES["dagsterWebserver"]["service"]["port"]
    assert VALUES["dagsterWebserver"]["enableReadOnly"] is True
    assert upstreams("kobosync-sign-in") == [("kobosync-reports", 8000, "/reports/"), (f"{web}-read-only", port, "/")]
    assert upstreams("kobosync-sign-in-operators") == [(web, port, "/")]
    assert named("Service")["kobosync-reports"]["spec"]["ports"][0]["port"] == 8000
    assert "viewers" not in settings("kobosync-sign-in-operators")["OAUTH2_PROXY_ALLOWED_GROUPS"]


@pytest.mark.parametrize(
    ("pages", "door"),
    [
        ({"app.kubernetes.io/instance": RELEASE, "component": "dagster-webserver"}, "kobosync-sign-in-operators"),
        ({"app.kubernetes.io/instance": RELEASE, "component": "dagster-webserver-read-only"}, "kobosync-sign-in"),
        ({"app": "kobosync-reports"}, "kobosync-sign-in"),
    ],
)
def test_nobody_in_the_cluster_gets_past_the_sign_in(pages: dict[str, str], door: str) -> None:
    (policy,) = (
        manifest["spec"] for manifest in named("NetworkPolicy").values() if manifest["spec"]["podSelector"]["matchLabels"] == pages
    )
    assert policy["policyTypes"] == ["Ingress"]
    assert policy["ingress"] == [{"from": [{"podSelector": {"matchLabels": {"app": door}}}]}]
    assert door in named("Deployment")


def test_each_service_finds_its_pods() -> None:
    for name, service in named("Service").items():
        pods = named("Deployment")[name]["spec"]
        assert service["spec"]["selector"] == pods["template"]["metadata"]["labels"] == pods["selector"]["matchLabels"]
        ports = {port["name"] for port in containers()[name]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def test_no_secret_is_in_it_and_the_sign_in_has_a_secret_of_its_own() -> None:
    for door in ("kobosync-sign-in", "kobosync-sign-in-operators"):
        for name, value in settings(door).items():
            if re.search("SECRET|CLIENT_ID", name):
                assert value["secretKeyRef"]["name"] == "kobosync-sign-in", name
    assert CODE["envSecrets"] == [{"name": "kobosync"}], "nights need none of the sign-in's secrets"


def test_it_signs_in_as_the_other_deployment_does() -> None:
    """Same programs in the same versions, same settings, but for addresses and secrets."""
    for door in ("sign-in", "sign-in-operators"):
        here, there = COMPOSE["services"][door], containers()[f"kobosync-{door}"]
        assert there["image"] == here["image"]
        common = named("ConfigMap")["kobosync-sign-in"]["data"]
        assert set(common) | set(settings(f"kobosync-{door}")) == set(here["environment"])
        assert {name: here["environment"][name] for name in common if "ISSUER" not in name} == {
            name: value for name, value in common.items() if "ISSUER" not in name
        }
    assert containers()["kobosync-reports"]["image"] == COMPOSE["services"]["reports"]["image"]


def test_nights_find_the_folders_that_they_have_on_machines() -> None:
    at = {mount["mountPath"]: mount for mount in CODE["volumeMounts"]}
    for volume in COMPOSE["services"]["worker"]["volumes"]:
        _, place, *mode = volume.split(":")
        assert at[place].get("readOnly", False) == (mode == ["ro"]), place
    assert {mount["name"] for mount in CODE["volumeMounts"]} == {volume["name"] for volume in CODE["volumes"]}
    assert CODE["includeConfigInLaunchedRuns"]["enabled"], "else only the code server has them"
    claims = {volume["name"]: volume["persistentVolumeClaim"]["claimName"] for volume in CODE["volumes"] if volume["name"] != "config"}
    volumes = named("Deployment")["kobosync-reports"]["spec"]["template"]["spec"]["volumes"]
    assert {"claimName": claims["reports"], "readOnly": True} in [volume.get("persistentVolumeClaim") for volume in volumes]


def test_kubernetes_schema_accepts_every_object() -> None:
    for manifest in OBJECTS:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
