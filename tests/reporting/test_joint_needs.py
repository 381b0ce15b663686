"""Felles oppmelding, parts of a need, and the municipality's own order of the list to HØP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reconciliation.model.municipality_parts import Needs
from reporting.acquisitions_reading import Measure, MeasureKind, Measures, Stage
from reporting.joint_needs import AreaNeed, joint_needs, needs_by_area
from reporting.needs import NeedsOverview
from reporting.needs_detail import NeedDetail, Urgency
from reporting.needs_page import render_needs
from reporting.needs_priorities import HousingPlan, housing_plan
from reporting.needs_reading import EARLIER_HEADINGS, SHEET, NeedsAnswers, NeedsLine, read_needs
from reporting.needs_words import cost, gap
from tests.reporting.example import AS_OF, night
from tests.reporting.housing import asking, filled


def answer(service: str, category: str, now: int, later: int, row: int = 5, **detail: Any) -> NeedsLine:
    return NeedsLine(service, category, now, later, None, None, "a.xlsx", row, NeedDetail(**detail))


def planned(*answers: NeedsLine, order: Any = None, duty: str = "", measures: tuple[Measure, ...] = ()) -> HousingPlan:
    municipality = asking()
    needs = Needs(path=Path("behov"), **({"order": order} if order is not None else {}))
    categories = {slug: category.model_copy(update={"legal_duty": slug == duty}) for slug, category in municipality.categories.items()}
    municipality = municipality.model_copy(update={"needs": needs, "categories": categories})
    plan = housing_plan(night(municipality=municipality, needs=NeedsAnswers((), answers), measures=Measures(measures)))
    assert plan is not None
    return plan


def overview(*answers: NeedsLine) -> NeedsOverview:
    result = planned(*answers).overview
    assert result is not None
    return result


def measure(ident: str, category: str, count: int, kind: MeasureKind = MeasureKind.ACQUIRE, **money: Any) -> Measure:
    when = AS_OF.replace(year=AS_OF.year + 2)
    return Measure(ident, kind, category, count, when, Stage.PLANNED, None, None, "tiltak.csv", 2, **money)


def test_rows_of_one_category_with_different_parts_add_up() -> None:
    result = overview(answer("eiendom", "eldre", 10, 20, size="2"), answer("eiendom", "eldre", 5, 6, 6, size="3", by_year={2: 8}))
    need = next(category for category in result.categories if category.category == "eldre")
    assert (need.now.total, need.later.total, need.between[1].total) == (15, 26, 8)
    assert not result.contradictions


def test_the_same_part_answered_twice_with_other_numbers_is_a_contradiction() -> None:
    needs = overview(answer("eiendom", "eldre", 10, 20, size="2"), answer("eiendom", "eldre", 11, 20, 6, size="2"))
    assert len(needs.contradictions) == 1


def test_two_services_that_report_the_same_part_are_named_to_each_other() -> None:
    needs = joint_needs(
        overview(
            answer("eiendom", "eldre", 10, 20, area="Sentrum"),
            answer("boligkontoret", "eldre", 4, 4, area="sentrum"),
            answer("helse_omsorg", "eldre", 4, 4, area="Vika"),
            answer("helse_omsorg", "heldogns", 0, 0),
            answer("eiendom", "heldogns", 7, 9),
        )
    )
    also = {(need.answer.service, need.answer.category, need.answer.detail.area): need.also for need in needs}
    assert also["eiendom", "eldre", "Sentrum"] == ("boligkontoret",)
    assert also["boligkontoret", "eldre", "sentrum"] == ("eiendom",)
    assert also["helse_omsorg", "eldre", "Vika"] == ()
    assert also["eiendom", "heldogns", None] == (), "who needs none of it does not overlap"


def test_the_most_urgent_is_first_and_then_the_services_own_order() -> None:
    needs_in_order = joint_needs(
        overview(
            answer("eiendom", "eldre", 10, 20),
            answer("boligkontoret", "tilpasset", 1, 1, urgency=Urgency.NOW, priority=2),
            answer("helse_omsorg", "heldogns", 1, 1, urgency=Urgency.NOW, priority=1),
        )
    )
    assert [need.answer.category for need in needs_in_order] == ["heldogns", "tilpasset", "eldre"]


@pytest.mark.parametrize(
    ("order", "first"),
    [(("legal_duty",), "tilpasset"), (("urgency",), "heldogns"), (("persons_per_krone",), "ikke_tilpasset"), ((), "eldre")],
)
def test_the_list_is_sorted_by_the_municipalitys_own_rule(order: tuple[str, ...], first: str) -> None:
    answers = (
        answer("eiendom", "eldre", 900, 900),
        answer("eiendom", "tilpasset", 300, 300),
        answer("eiendom", "heldogns", 300, 300, urgency=Urgency.NOW),
        answer("eiendom", "ikke_tilpasset", 600, 600),
    )
    measures = (measure("A", "ikke_tilpasset", 2, persons=6, cost=3.0), measure("B", "eldre", 2, persons=2, cost=9.0))
    assert planned(*answers, order=order, duty="tilpasset", measures=measures).priorities[0].category == first


def test_each_line_says_what_it_closes_and_a_disposal_warns() -> None:
    measures = (
        measure("A", "eldre", 10, persons=20, cost=4.5, budget_year=2026),
        measure("B", "eldre", 2, persons=1, cost=9.0),
        measure("C", "eldre", 3, MeasureKind.LAPSE),
    )
    plan = planned(answer("eiendom", "eldre", 0, 500), measures=measures)
    lines = {priority.checked.measure.ident: priority for priority in plan.priorities if priority.checked}
    missing = lines["A"].gap
    assert missing
    assert gap(lines["A"]) == f"Lukker 10 av {missing} som mangler om 5 år"
    assert gap(lines["B"]) == f"Lukker 2 av {missing} som mangler om 5 år"
    assert gap(lines["C"]).startswith("Advarsel")
    assert cost(lines["A"]) == "4,5 mill. kr i 2026"
    assert [priority.checked.measure.ident for priority in plan.priorities if priority.checked] == ["A", "B", "C"]


def test_a_workbook_made_from_an_earlier_template_is_still_an_answer(tmp_path: Path) -> None:
    file = tmp_path / "behov" / "gammel.xlsx"
    file.parent.mkdir()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(EARLIER_HEADINGS)
    sheet.append(("Eiendomsavdelingen", "Velferdsbolig tilpasset eldre", 10, 12, "venteliste", None))
    book.save(file)
    result = read_needs(asking(), tmp_path)
    assert result is not None
    assert not result.faults
    assert [(answer.category, answer.now, answer.later) for answer in result.answers] == [("eldre", 10, 12)]


def test_every_detail_comes_back_as_it_was_filled_in(tmp_path: Path) -> None:
    cells = {"D8": 11, "I8": 2, "J8": "Vika", "K8": "rullestol", "L8": "Nå", "M8": 1, "N8": "tre venter", "O8": "4,5", "P8": 2027}
    filled(tmp_path / "behov" / "a.xlsx", "helse_omsorg", {"eldre": (10, 20)}, **cells)
    result = read_needs(asking(), tmp_path)
    assert result is not None
    assert not result.faults
    assert result.answers[0].detail == NeedDetail({1: 11}, "2", "Vika", "rullestol", Urgency.NOW, 1, "tre venter", 4.5, 2027)


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [("L8", "Snart", "ikke kjent"), ("M8", 0, "utenfor"), ("O8", "dyrt", "ikke et beløp"), ("P8", 27, "ikke et årstall")],
)
def test_a_detail_that_cannot_be_used_is_a_fault_and_the_numbers_count(cell: str, value: Any, expected: str, tmp_path: Path) -> None:
    filled(tmp_path / "behov" / "a.xlsx", "helse_omsorg", {"eldre": (10, 20)}, **{cell: value})
    result = read_needs(asking(), tmp_path)
    assert result is not None
    assert [fault.row for fault in result.faults] == [8]
    assert expected in result.faults[0].what
    assert result.answers[0].now == 10


def test_the_input_to_the_area_plan_says_which_categories_are_needed_where() -> None:
    areas = needs_by_area(
        overview(
            answer("eiendom", "eldre", 10, 20, area="Vika"),
            answer("boligkontoret", "eldre", 4, 5, area="vika "),
            answer("eiendom", "heldogns", 0, 40, 6, area="Vika"),
            answer("eiendom", "tilpasset", 7, 9, 7),
        )
    )
    assert areas == (AreaNeed("Vika", "heldogns", 0, 40), AreaNeed("Vika", "eldre", 14, 25))


def test_the_area_plan_has_a_section_where_somebody_has_said_where() -> None:
    config = asking()
    for area, shown in (("Vika", True), (None, False)):
        result = night(municipality=config, needs=NeedsAnswers((), (answer("eiendom", "eldre", 10, 20, area=area),)))
        plan = housing_plan(result)
        assert plan is not None
        assert ("Innspill til arealplanen" in render_needs(result, plan)) is shown
