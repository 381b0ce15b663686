"""deploy/compose.yaml held to what can be checked without Docker: who is published, what is secret, what each name points to."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
ROOT = DEPLOY.parent
TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOORS = {"sign-in", "sign-in-operators"}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::[-?][^}]*)?\}")


def words(service: str) -> list[str]:
    return [str(word) for word in SERVICES[service].get("command", [])]


def test_it_is_a_compose_file() -> None:
    assert set(COMPOSE) - {key for key in COMPOSE if key.startswith("x-")} == {"name", "services", "networks", "volumes"}
    for name, service in SERVICES.items():
        assert "image" in service, name
        assert ":" in service["image"], f"{name}: an image without a version is another one tomorrow"


def test_it_keeps_the_schema_of_the_compose_specification() -> None:
    """The copy of it that comes with check-jsonschema."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_nothing_but_the_sign_in_is_published_and_that_on_loopback() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == DOORS
    for name in DOORS:
        (port,) = SERVICES[name]["ports"]
        assert re.fullmatch(r"\$\{KOBOSYNC_PUBLISH(_OPERATORS)?:-127\.0\.0\.1:\d+\}:4180", port), port
    assert not any("network_mode" in service for service in SERVICES.values())


def test_what_has_no_login_is_on_the_inner_network_only() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "redis", "webserver", "webserver-viewers", "reports"):
        assert SERVICES[name]["networks"] == ["inside"], name


def test_alerts_and_letters_get_out_of_the_machine_that_makes_them() -> None:
    assert "outside" in SERVICES["code"]["networks"], "sensors run where the code is, not in the daemon"


def test_what_others_wait_for_says_when_it_is_ready() -> None:
    for name, service in SERVICES.items():
        waits = service.get("depends_on", {})
        for other, how in waits.items() if isinstance(waits, dict) else ():
            assert how["condition"] == "service_healthy", name
            assert "healthcheck" in SERVICES[other], f"{name} would wait for {other} for ever"
    for name in ("daemon", "webserver", "webserver-viewers"):
        assert set(SERVICES[name]["depends_on"]) >= {"postgres", "redis", "code"}, name


def test_secrets_that_lie_beside_the_file_are_left_out_of_git_and_of_the_image() -> None:
    left_out = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    not_copied = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    named = {entry["path"] for service in SERVICES.values() for entry in service.get("env_file", [])}
    for name in {".env", *named}:
        assert f"/deploy/{name}" in left_out
        assert f"deploy/{name}" in not_copied


def test_viewers_never_reach_the_webserver_that_can_start_nights() -> None:
    assert "--read-only" in words("webserver-viewers")
    assert "--read-only" not in words("webserver")
    viewers = SERVICES["sign-in"]["environment"]["OAUTH2_PROXY_UPSTREAMS"]
    assert viewers == "http://webserver-viewers:3000/dagster/,http://reports:8000/"
    assert words("webserver-viewers")[words("webserver-viewers").index("--path-prefix") + 1] == "/dagster"
    assert SERVICES["sign-in-operators"]["environment"]["OAUTH2_PROXY_ALLOWED_GROUPS"] == "${ENTRA_OPERATORS_GROUP:?}"


def test_every_variable_is_explained_and_none_is_forgotten() -> None:
    named = set(VARIABLE.findall(TEXT))
    explained = set(re.findall(r"^(\w+)=", (DEPLOY / "env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert named == explained


def test_no_secret_is_in_any_file() -> None:
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|KEY|TOKEN|AUTH\b", key):
                assert VARIABLE.fullmatch(str(value)), f"{name}: {key}"
    for line in (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if re.search(r"PASSWORD|SECRET|KEY|TOKEN", name) and not line.startswith("#"):
            assert not value, name


def test_every_file_and_volume_and_service_that_is_named_exists() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            exists = (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
            assert exists, f"{name}: {source}"
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"]), name
        assert set(service.get("depends_on", [])) <= set(SERVICES), name
        for host in re.findall(r"[@/]([a-z-]+):(?:5432|6379|3000|8000)", str(service.get("environment", ""))):
            assert host in SERVICES, f"{name}: {host}"
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("service", [name for name, service in SERVICES.items() if "build" in service])
def test_the_programs_come_with_the_package(service: str) -> None:
    assert shutil.which(words(service)[0], path=str(Path(sys.executable).parent)), words(service)[0]


def test_the_webserver_and_the_daemon_look_where_the_code_server_listens() -> None:
    (location,) = yaml.safe_load((DEPLOY / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    assert location["grpc_server"]["host"] in SERVICES
    assert str(location["grpc_server"]["port"]) in words(location["grpc_server"]["host"])


def test_what_the_image_copies_exists() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("FROM ") for line in lines) == 1
    assert re.fullmatch(r"FROM python:3\.1[1-4]-slim", next(line for line in lines if line.startswith("FROM "))), (
        "of a version that is tested"
    )
    assert not any(re.match(r"(ADD|RUN .*\b(curl|wget|apt-get|sudo)\b)", line) for line in lines), "nothing is fetched but by the locks"
    assert any(line.startswith("CMD [") for line in lines), "a list, so that the program itself hears the request to end"
    assert any(line.startswith("USER ") and "root" not in line for line in lines)
    for line in lines:
        match line.split():
            case ["COPY", source, _]:
                assert (ROOT / source).exists(), source
