"""Empty dwellings are counted by what the sources say, with days and rent; a blank is no status, and no shielded dwelling is shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from reporting.night_report import NightResult
from reporting.publish import publish
from reporting.vacancy import vacancy
from tests.reporting.example import AS_OF, dwellings, items, night


def told(*said: dict[str, Any]) -> NightResult:
    """One dwelling for each, in the example's first category unless it says another."""
    homes = dwellings(len(said)).with_columns(hemmelig_adresse=pl.lit(value=False), kategori=pl.lit("eldre"))
    names = ("boligstatus", "statusdato", "manedsleie", "antall_soverom", "kategori", "hemmelig_adresse")
    for name in names:
        values = [one.get(name, homes[name][place]) for place, one in enumerate(said)]
        homes = homes.with_columns(pl.Series(name, values, dtype=homes.schema[name]))
    return night(dwellings=homes, items=items(homes))


EMPTY = {"boligstatus": "KLAR_FOR_INNFLYTTING", "statusdato": date(2023, 11, 8), "manedsleie": 6087.5, "antall_soverom": 1}


def test_days_and_rent_are_counted_since_the_date_by_category_and_size() -> None:
    found = vacancy(told(EMPTY, {**EMPTY, "boligstatus": "VEDLIKEHOLD"}, {**EMPTY, "antall_soverom": 3}, {"boligstatus": "UTLEID"}, {}))
    assert found is not None
    assert (found.told, found.of, found.empty) == (4, 5, 3)
    one, three = found.groups
    assert (one.bedrooms, one.count, dict(one.status)) == (1, 2, {"KLAR_FOR_INNFLYTTING": 1, "VEDLIKEHOLD": 1})
    assert one.longest == (AS_OF - date(2023, 11, 8)).days == 30
    assert three.lost == pytest.approx(30 * 6087.5 * 12 / 365.25)


def test_what_is_not_known_is_not_guessed() -> None:
    found = vacancy(told({**EMPTY, "statusdato": None}, {**EMPTY, "manedsleie": None}, {**EMPTY, "statusdato": date(2024, 1, 1)}))
    assert found is not None
    assert (found.undated, found.lost) == (1, 0.0)
    assert found.rows.get_column("days").to_list() == [30, 0, None]
    assert vacancy(night()) is None, "no source of the example tells a status"


def test_the_page_and_the_workbook_tell_it_and_a_shielded_dwelling_is_in_neither(tmp_path: Path) -> None:
    published = publish(told(EMPTY, {**EMPTY, "antall_soverom": 7, "hemmelig_adresse": True}), tmp_path)
    page = published.page.read_text(encoding="utf-8")
    assert "Tomme boliger" in page
    book = openpyxl.load_workbook(published.folder / "tomme-boliger.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "helse_omsorg-000001" not in cells
    assert 7 not in cells
    assert "facilit-000000" in cells
