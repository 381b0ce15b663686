"""Empty dwellings are counted by what the sources say, with days and rent; a blank is no status, and no shielded dwelling is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from reporting.import_file_columns import columns_in_words
from reporting.needs_detail import NeedDetail
from reporting.needs_reading import NeedsAnswers, NeedsLine
from reporting.night_report import NightResult
from reporting.publish import publish
from reporting.vacancy import MARKS, vacancy
from tests.reporting.example import AS_OF, dwellings, items, night


def night_of(*homes_said: dict[str, Any]) -> NightResult:
    """One dwelling for each, in the example's first category unless it says another."""
    homes = dwellings(len(homes_said)).with_columns(hemmelig_adresse=pl.lit(value=False), kategori=pl.lit("eldre"))
    names = ("boligstatus", "statusdato", "manedsleie", "antall_soverom", "kategori", "hemmelig_adresse", "leieforhold_slutt", *MARKS)
    for name in names:
        values = [values_given.get(name, homes[name][place]) for place, values_given in enumerate(homes_said)]
        homes = homes.with_columns(pl.Series(name, values, dtype=homes.schema[name]))
    return night(dwellings=homes, items=items(homes))


EMPTY = {"boligstatus": "KLAR_FOR_INNFLYTTING", "statusdato": date(2023, 11, 8), "manedsleie": 6087.5, "antall_soverom": 1}


def test_days_and_rent_are_counted_since_the_date_by_category_and_size() -> None:
    vacancies = vacancy(
        night_of(EMPTY, {**EMPTY, "boligstatus": "VEDLIKEHOLD"}, {**EMPTY, "antall_soverom": 3}, {"boligstatus": "UTLEID"}, {})
    )
    assert vacancies is not None
    assert (vacancies.with_status, vacancies.of, vacancies.empty) == (4, 5, 3)
    small, three = vacancies.groups
    assert (small.bedrooms, small.count, dict(small.status)) == (1, 2, {"KLAR_FOR_INNFLYTTING": 1, "VEDLIKEHOLD": 1})
    assert small.longest == (AS_OF - date(2023, 11, 8)).days == 30
    assert three.lost == pytest.approx(30 * 6087.5 * 12 / 365.25)


def test_what_is_not_known_is_not_guessed() -> None:
    vacancies = vacancy(night_of({**EMPTY, "statusdato": None}, {**EMPTY, "manedsleie": None}, {**EMPTY, "statusdato": date(2024, 1, 1)}))
    assert vacancies is not None
    assert vacancies.lost == 0.0
    assert vacancies.rows.get_column("days").to_list() == [30, 0, None]
    assert vacancy(night()) is None, "no source of the example tells a status"


def test_the_page_and_the_workbook_tell_it_and_a_shielded_dwelling_is_in_neither(tmp_path: Path) -> None:
    published = publish(night_of(EMPTY, {**EMPTY, "antall_soverom": 7, "hemmelig_adresse": True}), tmp_path)
    page = published.page.read_text(encoding="utf-8")
    assert "Tomme boliger" in page
    book = openpyxl.load_workbook(published.folder / "tomme-boliger.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "helse_omsorg-000001" not in cells
    assert 7 not in cells
    assert "facilit-000000" in cells


def test_what_is_stated_of_an_empty_dwelling_beside_its_status_is_counted_and_a_status_is_never_made_of_it() -> None:
    marked = ({**EMPTY, "er_reservert": True}, {**EMPTY, "under_oppussing": True}, {"tatt_ut_av_bruk": True})
    vacancies = vacancy(night_of(*marked, {"boligstatus": "UTLEID"}))
    assert vacancies is not None
    (group,) = vacancies.groups
    assert (vacancies.with_status, vacancies.empty) == (3, 2)
    assert dict(group.marked) == {"er_reservert": 1, "under_oppussing": 1, "tatt_ut_av_bruk": 0}


def test_the_end_of_a_lease_is_counted_and_is_beside_no_dwelling_in_any_file(tmp_path: Path) -> None:
    days = (-3, 10, 92, 93, 365, 4000)
    leases = [{"leieforhold_slutt": AS_OF + timedelta(days=day)} for day in days]
    result = night_of(*leases, {"leieforhold_slutt": AS_OF + timedelta(days=11), "hemmelig_adresse": True})
    vacancies = vacancy(result)
    assert vacancies is not None
    assert [(lease.passed, lease.soon, lease.this_year, lease.later) for lease in vacancies.leases] == [(1, 2, 2, 1)]
    published = publish(result, tmp_path)
    assert "leieforhold slutter i løpet av tre måneder" in published.page.read_text(encoding="utf-8")
    ends = AS_OF + timedelta(days=4000)
    for path in published.folder.rglob("*"):
        if path.suffix == ".xlsx":
            cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows(values_only=True) for cell in row]
            assert not [cell for cell in cells if isinstance(cell, date) and cell.year == ends.year]
        elif path.is_file():
            text = path.read_text(encoding="utf-8")
            assert ends.isoformat() not in text
            assert f"{ends:%d.%m.%Y}" not in text


def test_small_dwellings_are_compared_with_what_families_need_where_the_services_give_a_size() -> None:
    def asks(size: str | None, now: int, category: str = "eldre") -> NeedsLine:
        return NeedsLine("helse", category, now, now + 1, None, None, "b.xlsx", 2, NeedDetail(size=size))

    contradictory, not_let = (asks("4", 5), asks("4", 6)), asks("3", 4, "institusjon")
    answers = (asks("2 rom", 3), asks("1", 1), asks("4-5", 7), asks("2-3", 2), asks(None, 9), *contradictory, not_let)
    homes = night_of(EMPTY, {**EMPTY, "antall_soverom": 3}, {"antall_soverom": 2}, {"antall_soverom": 1}, {"antall_soverom": None})
    vacancies = vacancy(replace(homes, needs=NeedsAnswers(("helse",), answers)))
    assert vacancies is not None
    assert [(small.band, small.have, small.empty, small.now, small.later) for small in vacancies.sizes] == [
        ("small", 2, 1, 4, 6),
        ("large", 2, 1, 7, 8),
        ("untold", 1, 0, 11, 13),
    ], "one who contradicts himself is not counted, nor is a category that is not let"
    assert vacancy(replace(homes, needs=NeedsAnswers(("helse",), (asks(None, 9),)))).sizes == ()  # type: ignore[union-attr]


def test_the_page_of_a_municipality_that_writes_by_file_names_the_columns_that_no_source_fills() -> None:
    result = night_of(EMPTY, {})
    assert columns_in_words(result) is None, "changes go over the API"
    by_file = result.municipality.register_.model_copy(update={"write": "import_file"})
    house = result.municipality.model_copy(update={"register_": by_file})
    sentence = columns_in_words(replace(result, municipality=house))
    assert sentence is not None
    assert "malernummerstrom" in sentence
    assert "boligstatus" not in sentence
    assert "hovedsoker" in sentence.partition("fylles aldri")[0]
