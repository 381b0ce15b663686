"""Hva har vi? Hva trenger vi nå? Hva trenger vi om 5 år? Per category: what is there, what the services ask for, and the gap.

The overview of needs that boligsosialloven § 5 demands. Typed here; shown by needs_page and needs_workbook.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from reporting.needs_cells import Fault
from reporting.needs_detail import BETWEEN
from reporting.needs_reading import NeedsAnswers, NeedsLine
from reporting.night_report import NightResult
from reporting.progress_overview import owner_title


@dataclass(frozen=True, slots=True)
class Need:
    """total: the sum of the answers, None without any. complete: everyone asked has answered, without contradiction."""

    total: int | None
    complete: bool

    def shortage(self, have: int) -> int | None:
        """Dwellings missing; negative when there are more than needed. None when it cannot be said.

        An incomplete sum is a lower bound, so it may show that something is missing but never that there is enough.
        """
        if self.total is None or (not self.complete and self.total <= have):
            return None
        return self.total - have


@dataclass(frozen=True, slots=True)
class CategoryNeed:
    """have: accepted dwellings (rows, for a category outside Kobo). in_register: of these in Kobo after tonight, None outside.

    unsettled: dwellings on rejected rows, known to exist and not yet counted in `have`.
    planned: acquisitions less disposals still to come within five years. silent: owners asked who have not answered it.
    between: the need in one to four years; empty without an answer.
    """

    category: str
    title: str
    in_scope: bool
    have: int
    in_register: int | None
    unsettled: int
    now: Need
    later: Need
    planned: int
    silent: tuple[str, ...]
    between: tuple[Need, ...] = ()

    @property
    def shortage_now(self) -> int | None:
        """Dwellings missing now; negative for a surplus, None when it cannot be said."""
        return self.now.shortage(self.have)

    @property
    def shortage_later(self) -> int | None:
        """Dwellings missing in five years; negative for a surplus, None when it cannot be said."""
        return self.later.shortage(self.have)

    @property
    def after_plans(self) -> int | None:
        """What is missing in five years when every planned measure is carried out."""
        return self.later.shortage(self.have + self.planned)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One service has given different answers for one category. None of them is counted."""

    service: str
    category: str
    answers: tuple[NeedsLine, ...]


@dataclass(frozen=True, slots=True)
class NeedsOverview:
    """silent: titles of services that have not answered at all."""

    categories: tuple[CategoryNeed, ...]
    contradictions: tuple[Contradiction, ...]
    faults: tuple[Fault, ...]
    answers: tuple[NeedsLine, ...]
    silent: tuple[str, ...]


def needs_overview(result: NightResult, answers: NeedsAnswers | None, planned: dict[str, int] | None = None) -> NeedsOverview | None:
    """planned: category -> net dwellings of the measures still to come. None when the municipality asks for no needs."""
    if answers is None:
        return None
    settled, contradictions = _settled(result, answers)
    have = dict(result.dwellings.group_by("kategori").len().iter_rows())
    tonight = result.history.filter(pl.col("as_of") == result.as_of).group_by("category").agg(pl.col("in_scope", "in_register").sum())
    counts = {category: (scope, registered) for category, scope, registered in tonight.iter_rows()}
    categories = []
    for slug, category in result.municipality.categories.items():
        present = have.get(slug, 0) if category.in_scope else result.out_of_scope.get(slug, 0)
        scope, registered = counts.get(slug, (0, 0))
        mine = {service: need for (service, of), need in settled.items() if of == slug}
        clashing = {answer.service for contradiction in contradictions for answer in contradiction.answers if answer.category == slug}
        clash = bool(clashing)
        categories.append(
            CategoryNeed(
                slug,
                category.title,
                category.in_scope,
                present,
                registered if category.in_scope else None,
                max(0, scope - present) if category.in_scope else 0,
                _need([mine[service].now if service in mine else None for service in _services(answers, mine)], clash),
                _need([mine[service].later if service in mine else None for service in _services(answers, mine)], clash),
                (planned or {}).get(slug, 0),
                tuple(owner_title(result, service) for service in answers.services if service not in mine and service not in clashing),
                tuple(
                    _need([mine[service].by_year.get(years) if service in mine else None for service in _services(answers, mine)], clash)
                    for years in BETWEEN
                ),
            )
        )
    heard = {answer.service for answer in answers.answers}
    silent = tuple(owner_title(result, service) for service in answers.services if service not in heard)
    return NeedsOverview(tuple(categories), tuple(contradictions), answers.faults, answers.answers, silent)


def _services(answers: NeedsAnswers, mine: dict[str, ServiceNeed]) -> list[str]:
    """Everyone asked, and whoever else answered."""
    return [*answers.services, *(service for service in mine if service not in answers.services)]


def _need(numbers: Sequence[int | None], clash: bool) -> Need:
    given = [number for number in numbers if number is not None]
    return Need(sum(given) if given else None, complete=len(given) == len(numbers) and not clash)


@dataclass(frozen=True, slots=True)
class ServiceNeed:
    """What one service needs of one category, summed over its parts. by_year: years from now -> dwellings. None: not answered."""

    now: int | None
    later: int | None
    by_year: dict[int, int]


def _settled(result: NightResult, answers: NeedsAnswers) -> tuple[dict[tuple[str, str], ServiceNeed], list[Contradiction]]:
    """One answer per service, category and part (size, area, adaptation); parts add up. The same numbers twice are one answer. Different
    numbers for one part are a contradiction: then none of the service's answers for that category counts."""
    given: dict[tuple[str, str], list[NeedsLine]] = {}
    for answer in answers.answers:
        given.setdefault((answer.service, answer.category), []).append(answer)
    settled: dict[tuple[str, str], ServiceNeed] = {}
    contradictions = []
    for (service, category), all_of_it in given.items():
        parts: dict[tuple[str, str, str], list[NeedsLine]] = {}
        for answer in all_of_it:
            parts.setdefault(answer.detail.part, []).append(answer)
        if all(len({_numbers(answer) for answer in same}) == 1 for same in parts.values()):
            settled[service, category] = _sum([same[0] for same in parts.values()])
        else:
            title = result.municipality.categories[category].title
            contradictions.append(Contradiction(owner_title(result, service), title, tuple(all_of_it)))
    return settled, contradictions


def _numbers(answer: NeedsLine) -> tuple[object, ...]:
    return answer.now, answer.later, *sorted(answer.detail.by_year.items())


def _sum(parts: Sequence[NeedsLine]) -> ServiceNeed:
    """Blank parts are no answer; the sum is None when no part is answered."""
    years = {years for part in parts for years in part.detail.by_year}
    return ServiceNeed(
        _total([part.now for part in parts]),
        _total([part.later for part in parts]),
        {year: sum(part.detail.by_year.get(year, 0) for part in parts) for year in years},
    )


def _total(numbers: Sequence[int | None]) -> int | None:
    given = [number for number in numbers if number is not None]
    return sum(given) if given else None
