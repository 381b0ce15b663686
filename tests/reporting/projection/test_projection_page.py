"""behov.html and behov.xlsx show the computed need in columns of its own, with its label, its figures and a text to copy."""

from __future__ import annotations

from pathlib import Path

import fastexcel
import pytest

from reconciliation.model.projection_settings import CategoryProjection
from reporting.needs_page import render_needs
from reporting.needs_priorities import HousingPlan, housing_plan
from reporting.needs_reading import NeedsAnswers
from reporting.needs_workbook import write_needs
from reporting.night_report import NightResult
from tests.reporting.example import night
from tests.reporting.housing import asking
from tests.reporting.projection.made_tables import settings, tables


@pytest.fixture(scope="module")
def shown() -> tuple[NightResult, HousingPlan]:
    config = settings(
        {
            "eldre": CategoryProjection(waiting=7, shares="omsorgsboliger", waiting_source="Venteliste 1.12."),
            "heldogns": CategoryProjection(),
        }
    )
    result = night(municipality=asking(projection=config), needs=NeedsAnswers(("boligkontoret",)), projection_tables=tables())
    plan = housing_plan(result)
    assert plan is not None
    return result, plan


def test_the_page_says_that_nobody_has_reported_the_computed_need(shown: tuple[NightResult, HousingPlan]) -> None:
    page = render_needs(*shown)
    assert "Beregnet ut fra offentlige tall. Ingen har meldt dette behovet." in page
    assert "Hva trenger vi i 2028?" in page
    assert "Tabell 00000: Befolkning (oppdiktet). Hentet 1.12.2023, publisert 1.6.2023." in page


def test_a_category_that_cannot_be_computed_says_why_in_its_row(shown: tuple[NightResult, HousingPlan]) -> None:
    assert "oppsettet sier ikke hvor gamle beboerne er" in render_needs(*shown)


def test_the_paragraph_for_the_planning_strategy_has_numbers_and_sources(shown: tuple[NightResult, HousingPlan]) -> None:
    page = render_needs(*shown)
    assert "Avsnitt til planstrategien" in page
    assert "tabell 00000, hentet 1.12.2023" in page


def test_the_workbook_has_the_years_as_numbers_and_blank_cells_where_nothing_was_computed(
    shown: tuple[NightResult, HousingPlan], tmp_path: Path
) -> None:
    result, plan = shown
    write_needs(tmp_path / "behov.xlsx", result, plan)
    book = fastexcel.read_excel(tmp_path / "behov.xlsx")
    rows = book.load_sheet("Beregnet behov", header_row=None).to_polars().rows()
    computed = {row[0]: row[4] for row in rows if str(row[1]).startswith("2028")}
    assert computed["Bolig med heldøgns omsorgstjenester"] is None
    assert float(computed["Velferdsbolig tilpasset eldre"]) > 0
    assert plan.projected is not None
    assert plan.projected.categories[3].years[-1].computed is not None


def test_a_municipality_without_the_key_has_no_such_section() -> None:
    result = night(municipality=asking(), needs=NeedsAnswers(("boligkontoret",)))
    plan = housing_plan(result)
    assert plan is not None
    assert plan.projected is None
    assert "planstrategien</h2>" not in render_needs(result, plan)


def test_the_staircase_shows_each_category_with_its_basis_tenancy_and_staffing(shown: tuple[NightResult, HousingPlan]) -> None:
    page = render_needs(*shown)
    assert "Trappen av boliger" in page
    assert "Forskrift om tildeling av kommunal bolig" in page
    assert "Leieforhold: Husleieloven" in page
    assert "Bemanning: Bemannet personalbase hele døgnet" in page
