"""The one list that goes to the economic plan (HØP): what is overdue first, then by the municipality's own rule.

The rule is `needs.order` in its file; without one: legal duty, urgency, persons helped per krone, and then where most is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reporting.acquisitions import TO_COME, URGENT, Checked, MeasuresNight, check_measures
from reporting.needs import CategoryNeed, NeedsOverview, needs_overview
from reporting.needs_cells import Fault
from reporting.needs_detail import URGENCY_RANK
from reporting.night_report import NightResult
from reporting.projection.projected_needs import ProjectedNeeds, projected_needs


@dataclass(frozen=True, slots=True)
class Priority:
    """A measure to act on, or (`checked` None) `count` dwellings that a category will lack and no measure covers. place: from 1.

    closes: dwellings of the gap in five years that this measure closes, `gap` in all; None where nothing is known to be missing.
    takes_from_gap: the measure gives up dwellings of a category that lacks them.
    """

    place: int
    category: str
    checked: Checked | None
    count: int
    urgent: bool
    closes: int | None = None
    gap: int | None = None
    takes_from_gap: bool = False


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
        """What could not be read of the needs and of the measures."""
        return tuple(fault for part in (self.overview, self.measures) if part for fault in part.faults)

    @property
    def urgent(self) -> int:
        """How many measures are urgent."""
        return sum(priority.urgent for priority in self.priorities)


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
    urgent = sorted((check for check in checked if check.state in URGENT), key=lambda check: (-check.days, check.measure.ident))
    needs = {need.category: need for need in overview.categories} if overview else {}
    coming = [measure for measure in checked if measure.state in TO_COME]
    order = {
        category: (*_by_rule(result, category, coming), *_rank(needs.get(category), place))
        for place, category in enumerate(result.municipality.categories)
    }
    planned = sorted(
        coming, key=lambda check: (not check.measure.kind.adds, -_persons_per_million(check), check.measure.when, check.measure.ident)
    )
    lines: list[tuple[str, Checked | None, int, bool]] = [(check.measure.category, check, check.measure.count, True) for check in urgent]
    for category in sorted(order, key=order.__getitem__):
        lines += [(category, check, check.measure.count, False) for check in planned if check.measure.category == category]
        lacking = needs[category].after_plans if category in needs else None
        if lacking and lacking > 0:
            lines.append((category, None, lacking, False))
    return _with_gaps([Priority(place, *line) for place, line in enumerate(lines, start=1)], needs)


def _by_rule(result: NightResult, category: str, coming: Sequence[Checked]) -> tuple[float, ...]:
    """The category's place by each part of the municipality's rule; smaller comes first."""
    settings = result.municipality.needs
    answers = result.needs.answers if result.needs else ()
    urgencies = [URGENCY_RANK[answer.detail.urgency] for answer in answers if answer.category == category and answer.detail.urgency]
    best = max((_persons_per_million(check) for check in coming if check.measure.category == category), default=0.0)
    parts = {
        "legal_duty": 0.0 if result.municipality.categories[category].legal_duty else 1.0,
        "urgency": float(min(urgencies, default=len(URGENCY_RANK))),
        "persons_per_krone": -best,
    }
    return tuple(parts[name] for name in (settings.order if settings else parts))


def _persons_per_million(checked: Checked) -> float:
    """Persons helped per million kroner; 0 where either is not given."""
    measure = checked.measure
    return measure.persons / measure.cost if measure.persons and measure.cost else 0.0


def _with_gaps(lines: list[Priority], needs: dict[str, CategoryNeed]) -> list[Priority]:
    """Each line with what it closes of its category's gap in five years, in the list's own order."""
    gaps = {category: max(0, need.shortage_later or 0) for category, need in needs.items()}
    left = dict(gaps)
    priorities = []
    for line in lines:
        gap = gaps.get(line.category, 0)
        checked = line.checked
        if checked is None or gap == 0 or checked.state not in TO_COME:
            priorities.append(line)
        elif checked.measure.kind.adds:
            closes = min(max(0, checked.net), left[line.category])
            left[line.category] -= closes
            priorities.append(replace(line, closes=closes, gap=gap))
        else:
            priorities.append(replace(line, takes_from_gap=True, gap=gap))
    return priorities


def _rank(need: CategoryNeed | None, place: int) -> tuple[int, int, int]:
    """Where most is missing now comes first, then most in five years, then the order of the municipality's file."""
    now, later = (need.shortage_now, need.shortage_later) if need else (None, None)
    return -(now or 0), -(later or 0), place
