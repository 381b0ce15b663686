"""`kobosync demo`: a dozen real nights of Fjordvik, over HTTP against the rehearsal register."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import requests
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo.story import NIGHTS, write_night, write_register_before
from demo.truth import write_truth
from kobo_client.rehearsal.process import rehearsal_running
from pipelines.commands.night_command import night_table, summary_of
from pipelines.exit_codes import DONE, FAILED
from pipelines.home import home
from pipelines.run_night import Runner, RunResult
from reconciliation.model.municipality import Municipality, load

CONFIG = Path("config/demo.yaml")
SOURCES = Path("var/demo/fjordvik")
CASE_WORK = NIGHTS[3::3]
"""Nights before which a caseworker has edited an entry."""


def run_demo(nights: int, keep: bool, port: int | None = None) -> int:
    """Play the nights and show the last one. 0 when the last night is done. port: of the rehearsal register, instead of the file's."""
    root = home()
    municipality = load(root / CONFIG)
    if port is not None:
        register = municipality.register_.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
        municipality = municipality.model_copy(update={"register_": register})
    console = Console()
    if not keep:
        start_over(municipality, root)
    with rehearsal_running(municipality.register_, root) as address:
        if not keep:
            fill_register(municipality, root, address)
        played = list(play(municipality, root, NIGHTS[:nights], console))
    if not played:
        return FAILED
    return show(played, root, console)


def start_over(municipality: Municipality, root: Path) -> None:
    """Forget an earlier demo: its files, register, ledger, tables and reports."""
    for folder in (SOURCES, Path("var") / municipality.slug, Path(municipality.storage) / municipality.slug):
        shutil.rmtree(root / folder, ignore_errors=True)
    shutil.rmtree(root / municipality.reports / municipality.slug, ignore_errors=True)
    ledger = root / municipality.ledger.removeprefix("sqlite:///")
    for file in ledger.parent.glob(ledger.name + "*"):
        file.unlink()


def fill_register(municipality: Municipality, root: Path, address: str) -> None:
    """Import the entries that were in Kobo before the first night, and export the file that kobosync reads."""
    before = write_register_before(root / SOURCES)
    with requests.Session() as session:
        session.trust_env = False
        session.post(f"{address}/rehearsal/import", data=before.read_bytes(), timeout=30).raise_for_status()
        exported = session.get(f"{address}/rehearsal/export", timeout=30)
    exported.raise_for_status()
    if municipality.register_.export is not None:
        (root / municipality.register_.export).write_bytes(exported.content)


@dataclass(frozen=True, slots=True)
class Played:
    """One night of the demo. summary: its summary.json as it was that night; None when it did not get that far."""

    result: RunResult
    summary: dict[str, Any] | None
    seconds: float


def play(municipality: Municipality, root: Path, dates: Iterable[date], console: Console) -> Iterator[Played]:
    """Write the systems' files as of that date, then run the night; one result per night.

    Dagster keeps the last night only: storing a run's events costs more time than the night's own work.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    dates = tuple(dates)
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Fjordvik", total=len(dates))
        passing = dg.DagsterInstance.ephemeral()
        for as_of in dates:
            progress.update(task, description=f"Fjordvik, night of {as_of}")
            write_night(root / SOURCES, as_of)
            write_truth(root / SOURCES, as_of)
            if as_of in CASE_WORK:
                edit_in_kobo(municipality, as_of)
            started = time.perf_counter()
            with Runner(municipality, root, None if as_of == dates[-1] else passing) as runner:
                result = runner.night(as_of, "auto")
            for message in result.messages:
                progress.console.print(f"Night of {as_of}: {message}", style="red", markup=False)
            yield Played(result, summary_of(result), time.perf_counter() - started)
            progress.advance(task)


def edit_in_kobo(municipality: Municipality, as_of: date) -> None:
    """A caseworker edits an entry in the register before that night, the same one in every demo."""
    edits = {"seed": as_of.toordinal(), "edits": 1, "stamp": f"{as_of}T09:30:00"}
    with requests.Session() as session:
        session.trust_env = False
        session.post(f"{municipality.register_.base_url}/rehearsal/caseworker", json=edits, timeout=30).raise_for_status()


def show(played: list[Played], root: Path, console: Console) -> int:
    """All nights in a row, the last one in full, and where the report is."""
    curve = Table(title="Nights", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("night", "verdict", "rows", "rejected", "POST", "PUT", "DELETE", "in Kobo", "of", "s"):
        curve.add_column(heading, no_wrap=True, justify="left" if heading in ("night", "verdict") else "right")
    for night in played:
        summary = night.summary
        if summary is None:
            curve.add_row("?", "failed")
            continue
        calls, progress = summary["register_calls"], summary["progress"]
        cells = (summary["rows"]["read"], summary["rows"]["rejected"], calls["POST"], calls["PUT"], calls["DELETE"])
        numbers = [str(cell) for cell in (*cells, progress["in_register"], progress["in_scope"])]
        curve.add_row(summary["as_of"], summary["night"]["verdict"], *numbers, f"{night.seconds:.1f}")
    console.print(curve)
    last = played[-1].summary
    if last is None:
        return FAILED
    console.print(night_table(last))
    report = Path(str(played[-1].result.metadata["report"]))
    console.print(f"Report: {report.relative_to(root) if report.is_relative_to(root) else report}", highlight=False, markup=False)
    console.print("Look around in the Dagster UI with: make up (kobosync up where it is installed)", highlight=False, markup=False)
    return DONE if played[-1].result.success and last["night"]["verdict"] == "done" else FAILED
