"""The one list that goes to the economic plan (HØP): what is overdue first, then where most is missing."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.acquisitions import TO_COME, URGENT, Checked, MeasuresNight, check_measures
from reporting.acquisitions_reading import Kind
from reporting.needs import CategoryNeed, NeedsOverview, needs_overview
from reporting.needs_cells import Fault
from reporting.night_report import NightResult
from reporting.projection.projected_needs import ProjectedNeeds, projected_needs


@dataclass(frozen=True, slots=True)
class Priority:
    """A measure to act on, or (`measure` None) `count` dwellings that a category will lack and no measure covers. place: from 1."""

    place: int
    category: str
    checked: Checked | None
    count: int
    urgent: bool


@dataclass(frozen=True, slots=True)
class HousingPlan:
    """All that the plan's pages show. overview, measures, projected: None when the municipality's file does not ask for them.

    projection_faults: bokmål sentences about public tables that could not be read or are older than they should be.
    """

    overview: NeedsOverview | None
    measures: MeasuresNight | None
    priorities: tuple[Priority, ...]
    projected: ProjectedNeeds | None = None
    projection_faults: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(fault for part in (self.overview, self.measures) if part for fault in part.faults)

    @property
    def urgent(self) -> int:
        return sum(one.urgent for one in self.priorities)


def housing_plan(result: NightResult) -> HousingPlan | None:
    """Needs, measures and priorities of the night. None when the municipality's file names neither needs nor acquisitions."""
    measures = check_measures(result, result.measures)
    overview = needs_overview(result, result.needs, measures.planned() if measures else None)
    if overview is None and measures is None:
        return None
    tables = result.projection_tables
    projected = projected_needs(result.municipality.projection, tables, overview, measures, result.as_of, result.history)
    priorities = tuple(_priorities(result, overview, measures))
    return HousingPlan(overview, measures, priorities, projected, tables.faults if tables else ())


def _priorities(result: NightResult, overview: NeedsOverview | None, measures: MeasuresNight | None) -> list[Priority]:
    checked = measures.checked if measures else ()
    urgent = sorted((one for one in checked if one.state in URGENT), key=lambda one: (-one.days, one.measure.ident))
    needs = {need.category: need for need in overview.categories} if overview else {}
    order = {category: _rank(needs.get(category), place) for place, category in enumerate(result.municipality.categories)}
    planned = sorted(
        (one for one in checked if one.state in TO_COME),
        key=lambda one: (order[one.measure.category], one.measure.kind is Kind.DISPOSE, one.measure.when, one.measure.ident),
    )
    found: list[tuple[str, Checked | None, int, bool]] = [(one.measure.category, one, one.measure.count, True) for one in urgent]
    for category in sorted(order, key=lambda one: order[one]):
        found += [(category, one, one.measure.count, False) for one in planned if one.measure.category == category]
        lacking = needs[category].after_plans if category in needs else None
        if lacking and lacking > 0:
            found.append((category, None, lacking, False))
    return [Priority(place, *one) for place, one in enumerate(found, start=1)]


def _rank(need: CategoryNeed | None, place: int) -> tuple[int, int, int]:
    """Where most is missing now comes first, then most in five years, then the order of the municipality's file."""
    now, later = (need.shortage_now, need.shortage_later) if need else (None, None)
    return -(now or 0), -(later or 0), place
