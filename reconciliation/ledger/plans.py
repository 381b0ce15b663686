"""Stored plans, and on how many nights each dwelling was in no source."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.engine import Connection

from reconciliation.ledger.ledger_tables import Absence, PlanItem, PlanRow, Run
from reconciliation.ledger.store import Store, insert_rows, table_of
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.model.words import DwellingClass

_PLAN, _ITEM, _ABSENCE, _RUN = table_of(PlanRow), table_of(PlanItem), table_of(Absence), table_of(Run)
_ITEM_COLUMNS = [_ITEM.c.dwelling_class.label("class") if name == "class" else _ITEM.c[name] for name in PLAN_ITEMS]

DWELLING_NIGHTS: dict[str, Any] = {"run_id": pl.String(), "as_of": pl.Date(), **PLAN_ITEMS}
CLASS_CHANGES: dict[str, Any] = {
    "leverandor_bolig_id": pl.String(),
    "as_of": pl.Date(),  # the night on which it came into the class
    "class": pl.String(),
    "last": pl.Date(),  # the last night on which it was seen in it; of one in sync, which is not noted again, as_of
}


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A stored plan. `items` leaves out dwellings that stayed in sync; `counts` includes them."""

    run_id: str
    as_of: date
    digest: str
    counts: dict[str, int]
    refusals: list[Any]
    register_verdict: str
    items: pl.DataFrame


class Plans(Store):
    """Tables `plan`, `plan_item` and `absence`: each night's plan, and the nights on which a dwelling was in no source."""

    def record_plan(
        self,
        run_id: str,
        items: pl.DataFrame,
        digest: str,
        refusals: Sequence[Any] = (),
        *,
        register_verdict: str = "complete",
        gone: Collection[str] | None = None,
    ) -> None:
        """Store the plan of a run (items: PLAN_ITEMS), and add tonight to the absences of the dwellings that are gone.

        refusals: JSON-able. gone: leverandor_bolig_id of dwellings in no source although every source that had them was read
        completely; by default all of class retire. The absences of all other dwellings in the plan are deleted.
        """
        with self.write() as connection:
            run = connection.execute(select(_RUN.c.municipality, _RUN.c.as_of).where(_RUN.c.run_id == run_id)).one()
            counts = dict(items.group_by("class").len().sort("class").iter_rows())
            connection.execute(
                insert(_PLAN).values(
                    run_id=run_id,
                    municipality=run.municipality,
                    as_of=run.as_of,
                    digest=digest,
                    counts=json.dumps(counts),
                    refusals=json.dumps(list(refusals), ensure_ascii=False),
                    register_verdict=register_verdict,
                    made=self.clock(),
                )
            )
            news = self._news(connection, run.municipality, items).rename({"class": "dwelling_class"})
            keys = {"run_id": run_id, "municipality": run.municipality}
            insert_rows(connection, PlanItem, [{**keys, **row} for row in news.iter_rows(named=True)])
            _count_absences(connection, run.municipality, run.as_of, items, gone)

    def _news(self, connection: Connection, municipality: str, items: pl.DataFrame) -> pl.DataFrame:
        """The items to store: all but those in sync whose newest row is in sync with the same koboId."""
        newest = select(func.max(_ITEM.c.id)).where(_ITEM.c.municipality == municipality).group_by(_ITEM.c.leverandor_bolig_id)
        query = select(_ITEM.c.leverandor_bolig_id, _ITEM.c.kobo_id).where(
            _ITEM.c.id.in_(newest), _ITEM.c.dwelling_class == DwellingClass.IN_SYNC.value
        )
        schema = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
        known = pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")
        in_sync = pl.col("class") == DwellingClass.IN_SYNC.value
        fresh = items.filter(in_sync).join(known, on=["leverandor_bolig_id", "kobo_id"], how="anti", nulls_equal=True)
        return pl.concat([items.filter(~in_sync), fresh]).select(list(PLAN_ITEMS))

    def plan(self, run_id: str) -> StoredPlan | None:
        """The plan of a run, or None."""
        with self.read() as connection:
            row = connection.execute(select(_PLAN).where(_PLAN.c.run_id == run_id)).first()
        if row is None:
            return None
        items = self.frame(
            select(*_ITEM_COLUMNS)
            .where(_ITEM.c.run_id == row.run_id)
            .order_by(_ITEM.c.dwelling_class, _ITEM.c.leverandor_bolig_id, _ITEM.c.kobo_id),
            PLAN_ITEMS,
        )
        return StoredPlan(
            run_id=row.run_id,
            as_of=row.as_of,
            digest=row.digest,
            counts=json.loads(row.counts),
            refusals=json.loads(row.refusals),
            register_verdict=row.register_verdict,
            items=items,
        )

    def has_plan(self, run_id: str) -> bool:
        """Whether the run has stored a plan."""
        with self.read() as connection:
            return connection.execute(select(_PLAN.c.run_id).where(_PLAN.c.run_id == run_id)).first() is not None

    def dwelling_nights(self, municipality: str, leverandor_bolig_id: str) -> pl.DataFrame:
        """One dwelling's rows, of the nights on which something changed. Shape: DWELLING_NIGHTS."""
        query = (
            select(_ITEM.c.run_id, _RUN.c.as_of, *_ITEM_COLUMNS)
            .join(_RUN, _RUN.c.run_id == _ITEM.c.run_id)
            .where(_ITEM.c.municipality == municipality, _ITEM.c.leverandor_bolig_id == leverandor_bolig_id)
            .order_by(_ITEM.c.id)
        )
        return self.frame(query, DWELLING_NIGHTS)

    def waiting_since(self, municipality: str, dwellings: Collection[str]) -> dict[str, date]:
        """leverandor_bolig_id -> the first night of its present class without a break. dwellings: at most some hundreds."""
        query = (
            select(_ITEM.c.leverandor_bolig_id, _RUN.c.as_of, _ITEM.c.dwelling_class)
            .join(_RUN, _RUN.c.run_id == _ITEM.c.run_id)
            .where(_ITEM.c.municipality == municipality, _ITEM.c.leverandor_bolig_id.in_(dwellings))
            .order_by(_ITEM.c.id)
        )
        first_held: dict[str, tuple[str, date]] = {}
        with self.read() as connection:
            for dwelling, as_of, kind in connection.execute(query):
                if dwelling not in first_held or first_held[dwelling][0] != kind:
                    first_held[dwelling] = (kind, as_of)
        return {dwelling: since for dwelling, (_, since) in first_held.items()}

    def class_changes(self, municipality: str) -> pl.DataFrame:
        """The nights on which each dwelling changed class, oldest first. Shape: CLASS_CHANGES.

        The nights in between are skipped by the database: a dwelling that waits has a row for each of them.
        """
        before = func.lag(_ITEM.c.dwelling_class).over(partition_by=_ITEM.c.leverandor_bolig_id, order_by=_ITEM.c.id)
        nights = (
            select(_ITEM.c.id, _ITEM.c.leverandor_bolig_id, _RUN.c.as_of, _ITEM.c.dwelling_class, before.label("before"))
            .join(_RUN, _RUN.c.run_id == _ITEM.c.run_id)
            .where(_ITEM.c.municipality == municipality, _ITEM.c.leverandor_bolig_id.is_not(None))
            .subquery()
        )
        begins = case((nights.c.before.is_(None) | (nights.c.before != nights.c.dwelling_class), 1), else_=0)
        stay = func.sum(begins).over(partition_by=nights.c.leverandor_bolig_id, order_by=nights.c.id)
        stays = select(nights, stay.label("stay")).subquery()
        query = (
            select(
                stays.c.leverandor_bolig_id,
                func.min(stays.c.as_of).label("as_of"),
                func.min(stays.c.dwelling_class).label("class"),
                func.max(stays.c.as_of).label("last"),
            )
            .group_by(stays.c.leverandor_bolig_id, stays.c.stay)
            .order_by(stays.c.leverandor_bolig_id, stays.c.stay)
        )
        return self.frame(query, CLASS_CHANGES)

    def absences(self, municipality: str, as_of: date) -> dict[str, int]:
        """leverandor_bolig_id -> number of dates before `as_of` on which it was gone, without a break."""
        query = (
            select(_ABSENCE.c.leverandor_bolig_id, func.count())
            .where(_ABSENCE.c.municipality == municipality, _ABSENCE.c.as_of < as_of)
            .group_by(_ABSENCE.c.leverandor_bolig_id)
        )
        with self.read() as connection:
            return {str(row[0]): int(row[1]) for row in connection.execute(query)}


def _count_absences(connection: Connection, municipality: str, as_of: date, items: pl.DataFrame, gone: Collection[str] | None) -> None:
    retired = items.filter(pl.col("class") == DwellingClass.RETIRE.value)["leverandor_bolig_id"].to_list()
    away = set(retired if gone is None else gone)
    present = set(items["leverandor_bolig_id"].drop_nulls().to_list()) - set(retired) - away
    known = connection.execute(
        select(_ABSENCE.c.leverandor_bolig_id, _ABSENCE.c.as_of).where(_ABSENCE.c.municipality == municipality)
    ).fetchall()
    back = sorted({str(row[0]) for row in known} & present)
    for start in range(0, len(back), 500):
        connection.execute(
            delete(_ABSENCE).where(_ABSENCE.c.municipality == municipality, _ABSENCE.c.leverandor_bolig_id.in_(back[start : start + 500]))
        )
    counted = {str(row[0]) for row in known if row[1] == as_of}
    new = [{"municipality": municipality, "leverandor_bolig_id": dwelling, "as_of": as_of} for dwelling in sorted(away - counted)]
    insert_rows(connection, Absence, new)
