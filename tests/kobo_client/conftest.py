"""One rehearsal register for all of these tests, emptied before each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from kobo_client.client import CallRecord, RegisterClient
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running


class Rehearsal:
    """The running register, as a test script sees it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False

    def faults(self, *rules: dict[str, Any]) -> None:
        self.session.post(f"{self.address}/rehearsal/faults", json=list(rules), timeout=5).raise_for_status()

    def access(self, **settings: Any) -> None:
        self.session.post(f"{self.address}/rehearsal/access", json=settings, timeout=5).raise_for_status()

    def holds(self) -> list[dict[str, Any]]:
        """The entries that exist, read past faults and access checks."""
        self.faults()
        self.access(kind="none")
        entries: list[dict[str, Any]] = self.session.get(f"{self.address}/kobobolig?antall=1000", timeout=5).json()["boliger"]
        return entries

    def reset(self) -> None:
        self.session.post(f"{self.address}/rehearsal/reset", timeout=5).raise_for_status()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=Path("register.sqlite"))
    with rehearsal_running(config, tmp_path_factory.mktemp("rehearsal")) as address:
        yield address


@pytest.fixture
def rehearsal(running: str) -> Rehearsal:
    register = Rehearsal(running)
    register.reset()
    return register


@pytest.fixture
def config(running: str) -> RegisterConfig:
    return RegisterConfig(
        kind="rehearsal",
        base_url=running,
        attempts=3,
        retry_wait_cap=0.02,
        read_timeout=0.6,
        connect_timeout=1,
        give_up_after=1000,
        threads=4,
    )


@pytest.fixture
def calls() -> list[CallRecord]:
    return []


@pytest.fixture
def client(config: RegisterConfig, rehearsal: Rehearsal, calls: list[CallRecord]) -> Iterator[RegisterClient]:
    with RegisterClient(config, calls.append) as register:
        yield register


@pytest.fixture
def values() -> Callable[..., dict[str, Any]]:
    def made(number: int = 1, **more: Any) -> dict[str, Any]:
        return {
            "leverandor_bolig_id": f"fdv-{number}",
            "kommunenummer": "9901",
            "adressenavn": "Fjordveien",
            "nummer": number,
            "postnummer": "9990",
            "bruksenhetsnummer": "H0101",
            "boligtype": "OMSORGSBOLIG",
            "gardsnummer": 12,
            "bruksnummer": 7,
            "bruksareal": 50.5,
            **more,
        }

    return made
