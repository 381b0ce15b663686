"""The last night as the review desk sees it: from the stored tables and the ledger, created again only when one of them has changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from threading import Lock

import polars as pl
from upath import UPath

from assets.answer_assets import REJECTED, USED, NightAsked
from assets.stored_table import Table, read_lean_table, stored_by, table_base
from connectors.own_faults import log_own_fault
from desk.case import cases_of
from desk.night_view import NO_NIGHT, REGISTER_UNSEEN, UNFINISHED, NightUnreadableError, NightView, PlanPart, RejectedRow, SourcePlace
from pipelines.earlier_answers import earlier_answers
from pipelines.stored_plan import plan_parts, with_approvals
from pipelines.stored_rejections import rejected_in
from reconciliation.ledger import Ledger, LedgerError
from reconciliation.model.municipality import Municipality
from reconciliation.model.shielding import is_shielded
from reconciliation.plan.part_approvals import part_approvals
from reconciliation.reading.cell_corrections import cell_corrections

OUTCOMES = "outcomes"
_KEPT = ("plan", "dwellings")


class StoredNight:
    """`load` gives the last night whose tables are whole. A page waits for the tables only after a night, and for the questions only
    when the decisions in force have changed."""

    def __init__(self, municipality: Municipality, home: Path, ledger: Ledger) -> None:
        self._municipality, self._ledger = municipality, ledger
        self._folder = UPath(table_base(municipality, home)).joinpath(municipality.slug)
        self._mark: str | None = None
        self._tables: dict[str, Table] = {}
        self._state: tuple[str, str] | None = None
        self._view = NightView(municipality, None)
        self._making = Lock()
        self._asked: NightAsked | None = None
        self._lacking = NO_NIGHT
        self._places: dict[str, list[SourcePlace]] = {}
        self._rejected: tuple[RejectedRow, ...] = ()
        self._parts: tuple[PlanPart, ...] = ()

    def load(self) -> NightView:
        """Raises LedgerError, NightUnreadableError."""
        slug = self._municipality.slug
        running = self._ledger.held_by(slug) is not None
        with self._making:  # one request makes the view, and the others of that moment use it
            try:
                self._read_tables()
                state = (self._mark or "", self._ledger.decisions_mark(slug))
                if state != self._state:
                    self._view, self._state = self._made(self._ledger.decisions(slug)), state
            except LedgerError:
                raise
            except Exception as error:
                # Tables of another version lack columns, and each step that reads one raises its own error.
                log_own_fault("reading the last night's tables for the desk", error)
                raise NightUnreadableError from error
            return replace(self._view, running=running)

    def _read_tables(self) -> None:
        """Today's tables, unless a night is storing them just now: then those read before stay until all are of one run."""
        paths = {name: self._folder / f"{name}.parquet" for name in (*USED, REJECTED, OUTCOMES)}
        marks = {name: mark for name, path in paths.items() if (mark := _mark(path))}
        mark = repr(marks)
        if mark == self._mark:
            return
        if len({stored_by(paths[name]) for name in USED if name in marks}) <= 1:
            tables = {name: read_lean_table(paths[name]) for name in marks}
            self._lacking, self._rejected = _lacks(tables), rejected_in(tables)
            self._asked = None if self._lacking else NightAsked(tables)
            self._places = _places(tables, self._asked.named) if self._asked else {}
            self._parts = plan_parts(tables["plan"], tables.get(OUTCOMES), tables["dwellings"].frame) if self._asked else ()
            self._tables = {name: tables[name] for name in _KEPT if name in tables}  # the others are large, and used up
        elif self._asked is None:
            self._lacking = UNFINISHED
        self._mark = mark

    def _made(self, decisions: pl.DataFrame) -> NightView:
        made, municipality = self._tables, self._municipality
        corrections = cell_corrections(decisions)
        if self._asked is None:
            lacks = self._lacking
            return NightView(municipality, None, rejected=self._rejected, corrections=corrections, decisions=decisions, lacks=lacks)
        plan = made["plan"]
        night = self._asked.decided(decisions)
        runs = self._ledger.runs(municipality.slug).filter(pl.col("run_id") == plan.made_by)
        return NightView(
            municipality,
            as_of=runs.item(0, "as_of") if runs.height else None,
            run_id=plan.made_by,
            parts=with_approvals(self._parts, part_approvals(decisions, plan.made_by)),
            cases=cases_of(night.questions, night.warnings, self._view.cases),
            sources=night.sources,
            places=self._places,
            rejected=self._rejected,
            corrections=corrections,
            earlier=earlier_answers(self._ledger, municipality.slug, decisions, night.every, made["dwellings"].frame),
            decisions=decisions,
        )


def _lacks(tables: Mapping[str, Table]) -> str:
    """Why these are no night to show; empty when they are one."""
    if not set(USED) <= set(tables):
        return UNFINISHED if tables else NO_NIGHT
    return "" if tables["plan"].facts.get("register_verdict") == "complete" else REGISTER_UNSEEN


def _mark(path: UPath) -> str:
    """Changes whenever the file is stored again; empty while there is none. Raises OSError: a folder that may not be looked into."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return ""
    return f"{stat.st_mtime}|{stat.st_size}"


def _places(made: Mapping[str, Table], wanted: Collection[str]) -> dict[str, list[SourcePlace]]:
    """The places of each dwelling's rows; of a shielded one the source alone."""
    dwellings = made["dwellings"].frame.filter(pl.col("leverandor_bolig_id").is_in(sorted(wanted)))
    keys = dwellings.select("leverandor_bolig_id", key="source_keys", secret=is_shielded()).explode("key")
    rows = made["standing_rows"].frame.with_columns(key=pl.format("{}:{}", "source", "source_key"))
    places: dict[str, list[SourcePlace]] = {}
    joined = keys.join(rows.select("key", "source", "file", "sheet", "row"), on="key").sort("leverandor_bolig_id", "key")
    for dwelling, key, secret, source, file, sheet, row in joined.iter_rows():
        at = (file and PurePath(file).name, sheet, row, key.partition(":")[2])
        place = SourcePlace(source, None, None, None) if secret else SourcePlace(source, *at)
        places.setdefault(dwelling, []).append(place)
    return places
