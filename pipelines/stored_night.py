"""The last night as the review desk sees it: from the stored tables and the ledger, created again only when one of them has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath

import polars as pl
from upath import UPath

from assets.answer_assets import USED, night_questions
from assets.stored_table import Table, last_table, table_base
from desk.night_view import NightView, SourcePlace, cases_of
from pipelines.stored_plan import plan_parts
from pipelines.stored_rejections import REJECTED, rejected_in
from reconciliation.ledger import Ledger
from reconciliation.model.municipality import Municipality
from reconciliation.model.shielding import is_shielded
from reconciliation.plan.part_approvals import part_approvals
from reconciliation.reading.cell_corrections import cell_corrections

OUTCOMES = "outcomes"


class StoredNight:
    """`load` gives the last night whose tables are whole. A page waits for the tables only after a night, and for the questions only
    when the decisions in force have changed."""

    def __init__(self, municipality: Municipality, home: Path, ledger: Ledger) -> None:
        self._municipality, self._ledger = municipality, ledger
        self._base = table_base(municipality, home)
        self._mark: str | None = None
        self._tables: dict[str, Table] = {}
        self._state: tuple[str, str] | None = None
        self._view = NightView(municipality, None)

    def load(self) -> NightView:
        """Raises LedgerError."""
        slug = self._municipality.slug
        running = self._ledger.held_by(slug) is not None
        self._read_tables()
        state = (self._mark or "", self._ledger.decisions_mark(slug))
        if state != self._state:
            self._view, self._state = self._made(self._ledger.decisions(slug)), state
        return replace(self._view, running=running)

    def _read_tables(self) -> None:
        """Today's tables, unless a night is storing them just now: then those read before stay until all are of one run."""
        mark = _mark(UPath(self._base).joinpath(self._municipality.slug, "plan.parquet"))
        if mark == self._mark:
            return
        read = {name: last_table(self._base, self._municipality.slug, name) for name in (*USED, REJECTED, OUTCOMES)}
        found = {name: table for name, table in read.items() if table is not None}
        if len({table.made_by for name, table in found.items() if name in USED}) <= 1:
            self._tables, self._mark = found, mark

    def _made(self, decisions: pl.DataFrame) -> NightView:
        made, municipality = self._tables, self._municipality
        corrections = cell_corrections(decisions)
        rejected = rejected_in(made)
        plan = made.get("plan")
        if set(USED) - set(made) or plan is None or plan.facts.get("register_verdict") != "complete":
            return NightView(municipality, None, rejected=rejected, corrections=corrections, decisions=decisions)
        night = night_questions(made, self._ledger, municipality.slug)
        runs = self._ledger.runs(municipality.slug).filter(pl.col("run_id") == plan.made_by)
        return NightView(
            municipality,
            as_of=runs.item(0, "as_of") if runs.height else None,
            run_id=plan.made_by,
            parts=plan_parts(plan, made.get(OUTCOMES), made["dwellings"].frame, part_approvals(decisions, plan.made_by)),
            cases=cases_of(night.questions, night.warnings),
            sources=night.sources,
            places=_places(made, {question.dwelling for question in night.every}),
            rejected=rejected,
            corrections=corrections,
            decisions=decisions,
        )


def _mark(path: UPath) -> str:
    """Changes whenever the file is stored again; empty while there is none."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_mtime}|{found.st_size}"


def _places(made: Mapping[str, Table], wanted: set[str]) -> dict[str, list[SourcePlace]]:
    """Where the rows of each dwelling stand; of a shielded one the source alone."""
    dwellings = made["dwellings"].frame.filter(pl.col("leverandor_bolig_id").is_in(sorted(wanted)))
    keys = dwellings.select("leverandor_bolig_id", key="source_keys", secret=is_shielded()).explode("key")
    rows = made["standing_rows"].frame.with_columns(key=pl.format("{}:{}", "source", "source_key"))
    found: dict[str, list[SourcePlace]] = {}
    joined = keys.join(rows.select("key", "source", "file", "sheet", "row"), on="key").sort("leverandor_bolig_id", "key")
    for dwelling, key, secret, source, file, sheet, row in joined.iter_rows():
        told = (file and PurePath(file).name, sheet, row, key.partition(":")[2])
        place = SourcePlace(source, None, None, None) if secret else SourcePlace(source, *told)
        found.setdefault(dwelling, []).append(place)
    return found
