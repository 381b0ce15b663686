"""A village small enough to hold in one's head: two sources, five dwellings, a rehearsal register of its own."""

from __future__ import annotations

import atexit
import contextlib
import copy
import json
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import requests
import yaml

from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running
from pipelines.commands import night_command

FIRST, SECOND, THIRD, FOURTH = (date(2023, 11, day) for day in (1, 2, 3, 6))

FDV = """Nummer;Adresse;Bruksenhet;Areal;Kategori
100;Storgata 1;H0101;50,5;Ordinær
101;Storgata 1;H0102;48,0;Ordinær
102;Storgata 1;H0201;61,0;Omsorg
103;Lillevegen 4;;80,0;Ordinær
"""

CONFIG: dict[str, Any] = {
    "slug": "vik",
    "name": "Vik",
    "kommunenummer": "9902",
    "deadline": "2023-12-21",
    "started": "2023-11-01",
    "schedule": "0 2 * * *",
    "categories": {
        "ordinar": {"title": "Ordinær bolig", "boligtype": "ORDINAR_BOLIG"},
        "omsorg": {"title": "Omsorgsbolig", "boligtype": "OMSORGSBOLIG"},
        "plass": {"title": "Institusjonsplass", "in_scope": False},
    },
    "owners": {"bolig": {"title": "Boligkontoret"}, "eiendom": {"title": "Eiendom"}},
    "sources": {
        "fdv": {
            "kind": "csv",
            "title": "FDV",
            "owner": "bolig",
            "path": "kilder/fdv.csv",
            "key": ["Nummer"],
            "fields": {
                "adresse": {"column": "Adresse", "as": "address"},
                "bruksenhetsnummer": {"column": "Bruksenhet", "as": "unit"},
                "bruksareal": {"column": "Areal", "as": "number"},
                "postnummer": {"constant": "9920"},
                "kategori": {
                    "column": "Kategori",
                    "as": "lookup",
                    "table": {"Ordinær": "ordinar", "Omsorg": "omsorg", "Institusjon": "plass"},
                },
            },
        },
        "eiendom": {
            "kind": "sql",
            "title": "Eiendomsbasen",
            "owner": "eiendom",
            "url": "sqlite:///kilder/eiendom.sqlite",
            "query": "SELECT id, gate, rom FROM bolig ORDER BY id",
            "key": ["id"],
            "fields": {
                "adresse": {"column": "gate", "as": "address"},
                "antall_soverom": {"column": "rom", "as": "integer"},
                "postnummer": {"constant": "9920"},
                "kategori": {"constant": "ordinar"},
            },
        },
    },
    "survivorship": {"default": ["fdv", "eiendom"]},
    "register": {
        "kind": "rehearsal",
        "database": "var/rehearsal.sqlite",
        "attempts": 2,
        "retry_wait_cap": 0.05,
        "give_up_after": 3,
        "threads": 4,
        "connect_timeout": 1.0,
        "read_timeout": 2.0,
    },
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Village:
    """Its home folder, its file and its sources, each easy to break."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.content = copy.deepcopy(CONFIG)
        self.content["register"]["base_url"] = f"http://127.0.0.1:{free_port()}"
        (home / "kilder").mkdir(parents=True)
        (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
        self.write_fdv(FDV)
        self.write_property([(1, "Lillevegen 4", 3)])
        self.write_config()

    @property
    def config(self) -> Path:
        return self.home / "config" / "vik.yaml"

    def write_config(self, **changes: Any) -> None:
        self.content.update(changes)
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_text(yaml.safe_dump(self.content, allow_unicode=True), encoding="utf-8")

    def write_fdv(self, text: str) -> None:
        (self.home / "kilder" / "fdv.csv").write_text(text, encoding="utf-8")

    def write_property(self, rows: list[tuple[int, str, int]]) -> None:
        file = self.home / "kilder" / "eiendom.sqlite"
        file.unlink(missing_ok=True)
        with sqlite3.connect(file) as database:
            database.execute("CREATE TABLE bolig (id INTEGER PRIMARY KEY, gate TEXT, rom INTEGER)")
            database.executemany("INSERT INTO bolig VALUES (?, ?, ?)", rows)
        database.close()

    def summary(self) -> dict[str, Any]:
        (file,) = (self.home / "reports" / "vik").glob("*/summary.json")
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return content


class _Registers:
    """Rehearsal registers of this process, each lent to one village at a time and emptied before the next."""

    def __init__(self) -> None:
        self._free: list[dict[str, Any]] = []
        self._running = contextlib.ExitStack()
        atexit.register(self._running.close)

    @contextlib.contextmanager
    def lent(self) -> Iterator[dict[str, Any]]:
        """Its `base_url` and `database`, as the file of a municipality has them."""
        register = self._free.pop() if self._free else self._started()
        requests.post(f"{register['base_url']}/rehearsal/reset", timeout=10).raise_for_status()
        try:
            yield register
        finally:
            self._free.append(register)

    def _started(self) -> dict[str, Any]:
        folder = Path(self._running.enter_context(tempfile.TemporaryDirectory(prefix="ks-register-")))
        config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=folder / "rehearsal.sqlite")
        address = self._running.enter_context(rehearsal_running(config, folder))
        return {"base_url": address, "database": str(config.database)}


_REGISTERS = _Registers()


@contextlib.contextmanager
def inhabited(home: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Iterator[Village]:
    """A village with an empty rehearsal register running. changes: keys of its file."""
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    village = Village(home)
    with _REGISTERS.lent() as register:
        village.content["register"] |= register
        village.write_config(**changes)
        yield village


def instance_in_memory() -> dg.DagsterInstance:
    """As dagster.yaml has it: without Dagster's DEBUG lines, which are a fifth of what a night writes."""
    return dg.DagsterInstance.ephemeral(settings={"python_logs": {"python_log_level": "INFO"}})


def run_night(config: Path, apply: str, as_of: date, *, new_ledger: bool = False) -> int:
    """The command itself; its runs are kept in memory, since only their results are looked at here."""
    with instance_in_memory() as instance:
        return night_command.run_night(config, apply, as_of, instance, new_ledger=new_ledger)
