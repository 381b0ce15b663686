"""What is published can be installed: bounds that hold a release together, locks with hashes for each Python, a licence."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from reconciliation.ledger import LedgerError
from reconciliation.ledger.opening import connect, resolve_url

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("requirements.lock", "requirements-cluster.lock", "requirements-dev.lock")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / lock).read_text(encoding="utf-8")))


def wanted() -> list[Requirement]:
    extras = [requirement for name, extra in PROJECT["optional-dependencies"].items() if name != "dev" for requirement in extra]
    return [Requirement(requirement) for requirement in [*PROJECT["dependencies"], *extras] if not requirement.startswith("kobosync")]


def test_dagster_and_its_libraries_are_bound_to_one_release() -> None:
    """A library of Dagster that is older than Dagster itself installs, and does not import."""
    family = {requirement.name: requirement.specifier for requirement in wanted() if requirement.name.startswith("dagster")}
    assert set(family) == {"dagster", "dagster-webserver", "dagster-postgres", "dagster-celery"}
    for name, specifier in family.items():
        operators = {requirement.operator for requirement in specifier}
        assert operators == {">=", "<"}, name
        assert specifier.contains(version(name)), name


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_what_is_locked_is_what_the_project_asks_for(requirement: Requirement) -> None:
    locked = pins("requirements-cluster.lock") | {"setuptools": pins("requirements.lock")["setuptools"]}
    assert requirement.specifier.contains(locked[requirement.name], prereleases=True)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_names_no_index_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = pins(lock)
    assert text.count("--hash=sha256:") >= len(pinned)
    assert not re.search(r"https?://|--index|--find-links|(?<![a-z])/(?:tmp|home|work|root)/", text)


def test_each_lock_holds_the_versions_of_the_one_it_adds_to() -> None:
    run, cluster, dev = map(pins, LOCKS)
    assert run.items() <= cluster.items()
    assert {name: dev[name] for name in run if name in dev} == {name: run[name] for name in run if name in dev}
    assert not {"psycopg2-binary", "dagster-postgres", "adlfs", "pytest"} & set(run), "what running needs, and nothing else"


def test_each_python_that_dagster_supports_is_taken_and_the_licence_is_there() -> None:
    takes = SpecifierSet(PROJECT["requires-python"])
    assert [minor for minor in range(9, 17) if takes.contains(f"3.{minor}.0")] == [11, 12, 13, 14]
    assert takes.contains(f"{sys.version_info.major}.{sys.version_info.minor}.0")
    assert PROJECT["license"] == "MIT"
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_image_installs_nothing_without_a_hash() -> None:
    installs = [line for line in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines() if "pip install" in line]
    assert len(installs) == 2
    assert "--require-hashes -r requirements-cluster.lock" in installs[0]
    assert "--no-deps --no-build-isolation ." in installs[1]


def test_a_ledger_in_postgresql_without_its_driver_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerError, match=r"pip install 'kobosync\[postgres\]'"):
        connect(resolve_url("postgresql://localhost/ledger", tmp_path))
