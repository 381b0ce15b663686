"""Where Kobo's value is kept, the source's owner gets the cell to correct: file, sheet, row, column, what is there, what is right."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl

from reconciliation.model import tables
from reporting.publish import publish
from reporting.source_corrections import source_corrections
from tests.reporting.example import dwellings, items, night

KEPT = {"field": "antall_soverom", "ours": 2, "theirs": 3, "source": "helse_omsorg", "movement": "kobo", "seen": "2023-12-05", "base": 2}
ROW = {
    "source": "helse_omsorg",
    "file": "kilder/Omsorgsboliger.xlsx",
    "sheet": "Boliger",
    "row": 14,
    "owner": "helse_omsorg",
    "source_key": "1",
}


def test_a_kept_value_is_a_ready_correction_in_its_owners_workbook(tmp_path: Path) -> None:
    homes = dwellings(3)
    kept = json.dumps({"fields": ["antall_soverom"], "kept": [KEPT]})
    chosen = pl.col("leverandor_bolig_id") == "helse_omsorg-000001"
    plan = items(homes).with_columns(details=pl.when(chosen).then(pl.lit(kept)).otherwise("details"))
    current_rows = pl.DataFrame([{**dict.fromkeys(tables.STANDING_ROWS), **ROW, "carried": False}], schema=tables.STANDING_ROWS)
    result = night(dwellings=homes, items=plan, standing_rows=current_rows)
    (correction,) = source_corrections(result)
    assert (correction.owner, correction.file, correction.sheet, correction.row, correction.old, correction.new) == (
        "helse_omsorg",
        "Omsorgsboliger.xlsx",
        "Boliger",
        14,
        2,
        3,
    )
    assert correction.since == date(2023, 12, 5)
    books = publish(result, tmp_path).workbooks
    sheet = openpyxl.load_workbook(books["helse_omsorg"])["Rettes i kilden"]
    assert [cell.value for cell in sheet[3]][:3] == ["Omsorgsboliger.xlsx", "Boliger", 14]
    assert [cell.value for cell in sheet[3]][4:7] == ["Antall soverom", "2", "3"]
    assert "Rettes i kilden" not in openpyxl.load_workbook(books["boligkontoret"]).sheetnames


def test_without_kept_values_there_is_nothing_to_correct() -> None:
    assert source_corrections(night()) == []
