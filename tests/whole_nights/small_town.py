"""A small municipality whose files are edited, whose sources break, and whose register is a real one on this machine."""

from __future__ import annotations

import atexit
import copy
import csv
import functools
import io
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from kobo_client.client import CallRecord, RegisterClient
from kobo_client.import_columns import COLUMNS, to_import_row
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running
from reconciliation.model.municipality import Municipality
from tests.connectors.identity_numbers import identity_number
from tests.pipelines.village import CONFIG
from tests.reconciliation.ledger.databases import new_ledger_database

SOURCES = ("fdv", "omsorg")
NOBODY = identity_number()
"""In a mapped column and in one that is ignored: it must come no further than the file."""


@dataclass(frozen=True)
class Row:
    """One row of a source. label: the owner's own, where no unit number is known."""

    address: str
    unit: str
    area: str
    category: str
    reference: str = ""

    def cells(self, key: str) -> list[str]:
        return [key, self.address, self.unit, self.area, self.category, self.reference, NOBODY]


HEADINGS = ["Nummer", "Adresse", "Bruksenhet", "Areal", "Kategori", "Merke", "Leietaker"]
BREAKS = ("gone", "heading_missing", "heading_extra", "not_text", "empty")


def content() -> dict[str, Any]:
    """The municipality's file: two systems that know some of the same homes."""
    settings = copy.deepcopy(CONFIG)
    fdv = settings["sources"].pop("fdv")
    del settings["sources"]["eiendom"]
    fdv["fields"]["ekstra_referanse"] = {"column": "Merke"}
    fdv["ignore"] = ["Leietaker"]
    # So small a source may be empty, and may lose most of its rows: else nothing would ever be retired here.
    fdv |= {"minimum_rows": 0, "maximum_shrink": 0.8}
    settings["sources"] = {name: {**copy.deepcopy(fdv), "title": name, "path": f"kilder/{name}.csv"} for name in SOURCES}
    settings["survivorship"] = {"default": list(SOURCES)}
    settings["storage"] = "var/tables"
    settings["guards"] = {"retire_after_nights": 2, "maximum_create_share": 1000, "floor": 1000}
    return settings


@functools.cache
def _server() -> str:
    """One register for all examples of this process: emptied before each."""
    folder = Path(tempfile.mkdtemp(prefix="ks-law-register-"))
    stack = ExitStack()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(stack.close)
    return stack.enter_context(
        rehearsal_running(RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=folder / "r.sqlite"), folder)
    )


class Town:
    """Files, ledger and register of one example."""

    def __init__(self, see: str, threads: int) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="ks-law-"))
        self.address = _server()
        requests.post(f"{self.address}/rehearsal/reset", timeout=10).raise_for_status()
        settings = content()
        settings["register"] |= {"base_url": self.address, "see": see, "threads": threads, "retry_wait_cap": 0.001, "read_timeout": 5.0}
        self.municipality = Municipality.model_validate(settings)
        self.url = new_ledger_database("sqlite", self.home)
        self.calls: list[CallRecord] = []
        self.rows: dict[str, dict[str, Row]] = {name: {} for name in SOURCES}
        self.broken: dict[str, str] = {}
        self.write()

    def close(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    def client(self) -> RegisterClient:
        """One for each night: a client that has given up a register keeps to it."""
        self.calls.clear()
        return RegisterClient(self.municipality.register_, on_call=self.calls.append)

    def write(self) -> None:
        """The sources' files as they are now."""
        (self.home / "kilder").mkdir(exist_ok=True)
        for name, rows in self.rows.items():
            path, how = self.home / "kilder" / f"{name}.csv", self.broken.get(name)
            if how == "gone":
                path.unlink(missing_ok=True)
                continue
            headings = [*HEADINGS]
            lines = [row.cells(key) for key, row in rows.items()]
            if how == "heading_missing":
                headings[2] = "Etasje"
            elif how == "heading_extra":
                headings, lines = [*headings, "Ny kolonne"], [[*line, "x"] for line in lines]
            out = io.StringIO()
            csv.writer(out, delimiter=";", lineterminator="\n").writerows([headings, *lines])
            path.write_bytes(b"\x00\x01PK\x03" * 50 if how == "not_text" else b"" if how == "empty" else out.getvalue().encode())

    def entries_now(self) -> dict[str, dict[str, Any]]:
        """koboId -> body of every existing entry, read from the register itself, without its faults."""
        self.faults([])
        entries: dict[str, dict[str, Any]] = {}
        with requests.Session() as session:
            session.trust_env = False
            for side in range(100):
                page = session.get(f"{self.address}/kobobolig?side={side}&antall=1000", timeout=10).json()["boliger"]
                entries |= {body["koboId"]: body for body in page if not body.get("slettet")}
                if len(page) < 1000:
                    return entries
        raise AssertionError("a register without end")

    def faults(self, rules: list[dict[str, Any]]) -> None:
        requests.post(f"{self.address}/rehearsal/faults", json=rules, timeout=10).raise_for_status()

    def import_entry(self, values: dict[str, Any]) -> None:
        """An entry as a case worker's import file makes it: without anybody's id."""
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerow({name: value for name, value in to_import_row(values).items() if name in COLUMNS})
        requests.post(f"{self.address}/rehearsal/import", data=out.getvalue().encode(), timeout=10).raise_for_status()

    def call(self, verb: str, path: str, **more: Any) -> requests.Response:
        """Somebody else's call: a case worker, another supplier."""
        return requests.request(verb, f"{self.address}/kobobolig{path}", timeout=10, **more)
