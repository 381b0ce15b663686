"""The two public tables that the computed need is based on, read once a night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.read_faults import FAULTS, SourceFault, say
from connectors.service_config import StatisticsTable
from connectors.statistics_table import Statistics, read_statistics
from language import rendered
from reconciliation.model.municipality import Municipality
from reconciliation.model.projection_settings import Projection
from reporting.projection.formula import CannotCompute


@dataclass(frozen=True, slots=True)
class ProjectionTables:
    """faults: bokmål sentences, one per table that could not be read, or that is older than it should be. regions: the
    municipality's own number, used where its file names no others."""

    regions: tuple[str, ...]
    read: dict[str, Statistics]
    faults: tuple[str, ...] = ()

    @property
    def population(self) -> Statistics:
        """Raises CannotCompute when it could not be read."""
        return self.named("population")

    @property
    def projected(self) -> Statistics:
        """Raises CannotCompute when it could not be read."""
        return self.named("projected")

    def named(self, name: str) -> Statistics:
        """Any other table by its name, e.g. `settled`. Raises CannotCompute when it could not be read."""
        if name not in self.read:
            raise CannotCompute("table_missing")
        return self.read[name]

    def usable(self, settings: Projection, as_of: date) -> None:
        """Raises CannotCompute when the projection was published too long before the stock that it is used on."""
        updated = self.projected.updated
        if updated is not None and updated.year + settings.oldest_years < as_of.year:
            raise CannotCompute("projection_old", table=self.projected.table, updated=updated.isoformat(), oldest=settings.oldest_years)


def read_projection_tables(municipality: Municipality, home: Path, today: date) -> ProjectionTables | None:
    """None when the municipality's file has no `projection`. What cannot be read is a sentence, never an exception."""
    settings = municipality.projection
    if settings is None:
        return None
    read: dict[str, Statistics] = {}
    faults = []
    for name, table in _named(settings).items():
        try:
            read[name] = read_statistics(table, home, today)
        except SourceFault as fault:
            faults.append(_sentence(fault))
            continue
        if (older := read[name].fault) is not None:
            faults.append(_sentence(older))
    return ProjectionTables((municipality.kommunenummer,), read, tuple(faults))


def _named(settings: Projection) -> dict[str, StatisticsTable]:
    """Name -> table to read. `waiting <category>` for each category that has one."""
    tables = {"population": settings.population, "projected": settings.projected}
    for category, wanted in settings.categories.items():
        if wanted.waiting_table:
            tables[f"waiting {category}"] = wanted.waiting_table
    if settings.refugees and settings.refugees.settled_table:
        tables["settled"] = settings.refugees.settled_table
    return tables


def _sentence(fault: SourceFault) -> str:
    return rendered(say(FAULTS[fault.code], **fault.values)[1])
