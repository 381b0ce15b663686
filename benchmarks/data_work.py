"""The data work of a night as the benchmarks call it: no Dagster, no ledger, no register over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from connectors.read import read_source
from connectors.read_result import Verdict
from kobo_client.contract import COMPARED
from kobo_client.snapshot import by_own_id
from reconciliation.match import match
from reconciliation.merge import Merged
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.plan.agreed_values import as_base
from reconciliation.plan.planning import Plan, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from reconciliation.reading.carried_rows import standing_rows
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import validate

AS_OF = date(2026, 11, 24)
LINK = ["leverandor_bolig_id", "kobo_id"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the last night stored: register (shape of a snapshot), links, memberships, standing rows."""

    register: pl.DataFrame
    links: pl.DataFrame
    memberships: pl.DataFrame
    standing_rows: pl.DataFrame

    def write(self, home: Path) -> None:
        for name in self.__slots__:
            getattr(self, name).write_parquet(home / f"{name}.parquet")

    @classmethod
    def of(cls, home: Path) -> Known:
        return cls(*(pl.read_parquet(home / f"{name}.parquet") for name in cls.__slots__))


def rows_of(municipality: Municipality, home: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """SOURCE_ROWS of all sources, and the deviations of cells that could not be read."""
    done = [standardise(read_source(name, source, home), source, municipality) for name, source in municipality.sources.items()]
    return pl.concat([result.rows for result in done]), pl.concat([result.deviations for result in done])


def standing_of(municipality: Municipality, home: Path, before: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(standing rows, rejected rows) of a town whose sources were all read completely."""
    judged = validate(*rows_of(municipality, home), municipality)
    verdicts = dict.fromkeys(municipality.sources, Verdict.COMPLETE)
    return standing_rows(judged.accepted, judged.rejected, verdicts, before), judged.rejected


def register_of(dwellings: pl.DataFrame) -> pl.DataFrame:
    """A snapshot of a register with exactly these dwellings. Its koboIds are in another order than our ids."""
    number = pl.int_range(pl.len()).shuffle(seed=1).cast(pl.String()).str.zfill(12)
    return by_own_id(
        dwellings.select(
            pl.concat_str(pl.lit("00000000-0000-4000-8000-"), number).alias("kobo_id"),
            "leverandor_bolig_id",
            pl.lit(value=False).alias("slettet"),
            *(field.name for field in COMPARED),
        )
    )


def links_of(register: pl.DataFrame) -> pl.DataFrame:
    """A link for every entry, in the ledger's order."""
    return register.select(LINK).sort("leverandor_bolig_id")


def plan_of(
    dwellings: pl.DataFrame,
    lineage: pl.DataFrame,
    memberships: pl.DataFrame,
    register: pl.DataFrame,
    links: pl.DataFrame,
    municipality: Municipality,
    rejected: pl.DataFrame | None = None,
) -> Plan:
    """The reconcile step as the night does it: match, then make_plan."""
    reading = Reading(frozenset(municipality.sources), tables.empty(tables.SOURCE_ROWS) if rejected is None else rejected)
    merged = Merged(dwellings, lineage, memberships)
    remembered = Remembered(links, bases_of(register))
    return make_plan(merged, register, match(dwellings, register, links), reading, remembered, municipality, AS_OF)


def bases_of(register: pl.DataFrame) -> pl.DataFrame:
    """Bases that equal the register's values in every field."""
    return as_base(register).select("kobo_id", leverandor_bolig_id=pl.lit(""), agreed="theirs", moved=pl.lit("{}"))
