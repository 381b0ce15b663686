"""docs/fault-matrix.md: each fault x each verb, through the journal and over HTTP.

python -m tests.reconciliation.apply.fault_matrix > docs/fault-matrix.md
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import requests

from kobo_client.client import CallRecord, RegisterClient
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running
from kobo_client.transport import Transport
from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, open_ledger
from reconciliation.model.plan_actions import REPLACE_DECIDED
from reconciliation.model.words import DwellingClass
from tests.reconciliation.apply.made_plans import create, dwellings, plan, retire, update
from tests.reconciliation.ledger.databases import Clock, new_ledger_database

TOO_SLOW = "answer drips"
"""The fault that outlasts the client's patience (s), of which little is left once its head has come: until then, and for any other answer,
a busy machine may take its time."""
SHORT, LONG = 0.1, 10.0
FAULTS: dict[str, dict[str, Any]] = {
    "slow, but in time": {"kind": "latency", "seconds": 0.01},
    "429, seconds": {"kind": "429_seconds", "seconds": 0.01},
    "429, a date": {"kind": "429_date", "seconds": 1},
    "500": {"kind": "500"},
    "500, empty": {"kind": "empty_500"},
    "500, 2 MB": {"kind": "huge_500"},
    "502, a page": {"kind": "502_html"},
    "503": {"kind": "503"},
    "401, token expired": {"kind": "token_expiry"},
    "200 with a page, carried out": {"kind": "no_json"},
    "200 with a page instead": {"kind": "page_instead"},
    "cut before commit": {"kind": "cut_before"},
    "cut after commit": {"kind": "cut_after"},
    "cut in the answer": {"kind": "cut_middle"},
    TOO_SLOW: {"kind": "slow_body", "seconds": 0.1},
}
REPLACING = ("replace, the deletion", "replace, the new entry")
WRITES = {"create": "POST", "look before a change": "GET", "change": "PUT", "retire": "DELETE"}
WRITES |= dict(zip(REPLACING, ("DELETE", "POST"), strict=True))
"""What the plan wants -> the verb that the fault is done to."""
LASTS = {"once": 1, "all night": None}
_CHANGED = {write: {"a": 51.5} for write in ("look before a change", "change", *REPLACING)}
_WANTED: dict[str, dict[str, float]] = {"create": {"a": 50.0, "b": 50.0}, **_CHANGED, "retire": {}}
_BEFORE = {"a": 50.0}

Holds = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Night:
    """holds: (our id, bruksareal) of each existing entry; open: writes whose end the ledger does not know."""

    outcome: str
    message: str
    calls: tuple[CallRecord, ...]
    holds: Holds
    linked: dict[str, str]
    entries: dict[str, str]
    open: int

    @property
    def as_text(self) -> str:
        """The calls that the register met, alike ones in a row as one."""
        attempts = ((call.verb, "no answer" if call.status is None else str(call.status)) for call in self.calls)
        return ", ".join(f"{verb} {status}" + (f" x{n}" if n > 1 else "") for (verb, status), n in _runs(attempts))


@dataclass(frozen=True, slots=True)
class Cell:
    """The night with the fault, and the one after it without."""

    fault: str
    lasts: str
    write: str
    first: Night
    second: Night

    def wrong(self) -> list[str]:
        """What the laws do not allow; empty when nothing is."""
        wanted = sorted(_WANTED[self.write].items())
        faults = []
        for night in (self.first, self.second):
            ids = [ours for ours, _ in night.holds]
            if len(ids) != len(set(ids)):
                faults.append("a duplicate")
            half_way = not night.holds and self.write in REPLACING and night.open
            if night.holds not in (wanted, sorted(_BEFORE.items())) and not half_way:
                faults.append("an entry lost, or one that nobody wanted")
            if night.outcome == "done" and (night.holds != wanted or night.open):
                faults.append("called done, and is not")
            if night.outcome in ("failed", "not_tried", "refused") and night.holds == wanted:
                faults.append("called not done, and is")
            if (night.outcome == "unknown") != bool(night.open):
                faults.append("a write whose end is unknown must stay open, and no other may")
            if night.outcome != "done" and not night.message:
                faults.append("an end without a sentence")
            if any(night.entries.get(kobo_id) != ours for ours, kobo_id in night.linked.items()) and not night.open:
                faults.append("a link to what does not stand")
        if self.second.outcome != "done" or self.second.holds != wanted or self.second.linked != _by_ours(self.second.entries):
            faults.append("the next night did not end it")
        return faults

    def row(self) -> list[str]:
        first, second = self.first, self.second
        ledger = f"{len(first.linked)} linked, {first.open} open"
        after = f"{second.outcome}: {_in_words(second.holds)}; {len(second.linked)} linked, {second.open} open"
        return [self.fault, self.lasts, self.write, first.outcome, first.as_text, _in_words(first.holds), ledger, after]


class _Hurry:
    """The clock of the client's deadlines: it jumps when the head of a dripping answer has come, so that SHORT is left for the rest."""

    def __init__(self, verb: str) -> None:
        self.verb, self.dripping, self._ahead = verb, 0.0, 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def head_of(self, answer: requests.Response) -> None:
        if answer.request.method == self.verb and self.dripping:
            self.dripping -= 1
            self._ahead += LONG - SHORT


_body_of = Transport._content


def cells(folder: Path) -> Iterator[Cell]:
    """Every cell, each with a register that was emptied and a municipality of its own in one ledger."""
    rehearsal = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=folder / "register.sqlite")
    with (
        rehearsal_running(rehearsal, folder) as address,
        closing(open_ledger(new_ledger_database("sqlite", folder), folder, Clock())) as ledger,
    ):
        for lasts, times in LASTS.items():
            for fault, rule in FAULTS.items():
                for write, verb in WRITES.items():
                    yield _cell(address, ledger, fault, lasts, write, {**rule, "verb": verb, "times": times})


def _cell(address: str, ledger: Ledger, fault: str, lasts: str, write: str, rule: dict[str, Any]) -> Cell:
    slug = f"{fault}-{lasts}-{write}".replace(" ", "-").replace(",", "")
    _tell(address, "reset")
    limits = {"attempts": 3, "retry_wait_cap": 0.01, "give_up_after": 100, "read_timeout": LONG, "connect_timeout": LONG}
    config = RegisterConfig(kind="rehearsal", base_url=address, **limits)
    calls: list[CallRecord] = []
    desired = dwellings("a", "b")
    hurry = _Hurry(rule["verb"])

    def body_of(transport: Transport, answer: requests.Response) -> bytes:
        hurry.head_of(answer)
        return _body_of(transport, answer)

    with RegisterClient(config, calls.append) as client, pytest.MonkeyPatch.context() as patch:
        patch.setattr("kobo_client.timed_adapter.time", hurry)
        patch.setattr(Transport, "_content", body_of)

        def night(number: int, wanted: pl.DataFrame) -> Night:
            calls.clear()
            run_id = f"{slug}-{number}"
            ledger.begin_run(slug, date(2023, 11, number), run_id, "auto")
            outcomes = apply_plan(wanted, desired, client, ledger, run_id, slug, 1)
            ended = outcomes.row(-1, named=True) if outcomes.height else {"outcome": "done", "message": ""}
            made = tuple(calls)
            hurry.dripping = 0.0
            _tell(address, "faults", [])
            entries = list(client.listing())
            links = dict(ledger.links(slug).select("leverandor_bolig_id", "kobo_id").iter_rows())
            return Night(
                ended["outcome"],
                ended["message"] or "",
                made,
                sorted((entry["leverandorBoligId"], float(entry["bruksareal"])) for entry in entries),
                links,
                {entry["koboId"]: entry["leverandorBoligId"] for entry in entries},
                len(ledger.unsettled(slug)),
            )

        kobo_id = night(1, plan(*create("a"))).linked["a"]
        changed = update("a", kobo_id, bruksareal=(50.0, 51.5))
        wanted = {"create": create("b")[0], "retire": retire("a", kobo_id)}.get(write, changed)
        if write in REPLACING:
            wanted = changed | {"class": DwellingClass.CONFLICT.value, "reason": REPLACE_DECIDED}
            desired = dwellings("a", bruksareal=51.5)
        _tell(address, "faults", [rule])
        hurry.dripping = (rule["times"] or float("inf")) if fault == TOO_SLOW else 0.0
        first = night(2, plan(wanted))
        second = night(3, plan(wanted) if first.outcome != "done" else plan(wanted).clear())
    return Cell(fault, lasts, write, first, second)


def page(every: list[Cell]) -> str:
    """The table as Markdown."""
    head = ["fault", "lasts", "what", "outcome", "calls", "the register", "the ledger", "the night after"]
    lines = [head, ["---"] * len(head), *(cell.row() for cell in every)]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"""# Each fault x each verb

Made by `python -m tests.reconciliation.apply.fault_matrix > docs/fault-matrix.md`: {len(every)} cells, each a plan of one write applied
through the journal to the rehearsal register over HTTP, three attempts a call, and then the night after, without the fault. A test makes
the table again and fails when it differs, or when a cell holds a duplicate, a loss, or a state that no sentence explains.

The register is shown as `our id: bruksareal`. Before the night it holds `a: 50`; a create wants `b: 50` beside it, a change or
a replacement `a: 51.5`, and a retirement nothing. *open*: the ledger knows that it does not know; the night after asks the
register before it writes.

{table}
"""


def _in_words(holds: Holds) -> str:
    return ", ".join(f"{ours}: {area:g}" for ours, area in holds) or "nothing"


def _by_ours(entries: dict[str, str]) -> dict[str, str]:
    return {ours: kobo_id for kobo_id, ours in entries.items()}


def _runs(attempts: Iterator[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], int]]:
    for attempt, alike in groupby(attempts):
        yield attempt, len(list(alike))


def _tell(address: str, what: str, body: Any = None) -> None:
    requests.post(f"{address}/rehearsal/{what}", json=body, timeout=5).raise_for_status()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(page(list(cells(Path(made)))), end="")
