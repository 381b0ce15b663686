"""Fixtures of the tests of whole nights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running

FAULTS = [
    {"kind": "500", "rate": 0.02},
    {"kind": "503", "rate": 0.02},
    {"kind": "429_seconds", "rate": 0.02, "seconds": 0.01},
    {"kind": "cut_before", "rate": 0.02},
    {"kind": "cut_after", "rate": 0.02, "verb": "POST"},
    {"kind": "no_json", "rate": 0.01, "verb": "POST"},
]
"""The register's bad night: about a tenth of the calls get a fault."""


@pytest.fixture(scope="session")
def register_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = Path(tmp_path_factory.mktemp("register"))
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=folder / "register.sqlite")
    with rehearsal_running(config, folder) as address:
        yield address


@pytest.fixture
def register_url(register_process: str) -> Iterator[str]:
    """A rehearsal register over HTTP, with faults on."""
    requests.post(f"{register_process}/rehearsal/faults", json=FAULTS, timeout=10).raise_for_status()
    yield register_process
    requests.delete(f"{register_process}/rehearsal/faults", timeout=10).raise_for_status()
