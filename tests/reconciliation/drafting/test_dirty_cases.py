"""The collected dirty values that are about files and columns, each from a file through reading and standardising.

Their texts and expected values are in the data beside the project, and are read from there.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from pydantic import TypeAdapter

from connectors.read import read_source
from connectors.read_result import SourceRead, Verdict
from connectors.source_config import AnySource
from language import rendered
from reconciliation.reading.standardise import Standardised, standardise
from tests.reconciliation.reading.village_rows import VIK

FIELDS: dict[str, Any] = {
    "adresse": {"column": "Adresse", "as": "address"},
    "postnummer": {"column": "Postnr"},
    "manedsleie": {"column": "Leie", "as": "number"},
    "leilighetsnummer": {"column": "Leil"},
    "oppdatert": {"column": "Endret", "as": "timestamp"},
}
ROW = {"Nr": "1", "Adresse": "Storgata 1", "Postnr": "9920", "Leie": "7500", "Leil": "3", "Endret": "2023-01-01"}


@pytest.fixture
def cases(real_data: Path) -> dict[str, dict[str, Any]]:
    lines = (real_data / "dev" / "dirty_cases_dev.jsonl").read_text(encoding="utf-8").splitlines()
    return {case["id"]: case for case in map(json.loads, lines)}


def quoted(case: dict[str, Any]) -> list[str]:
    return re.findall("«([^»]*)»", case["input"])


def read(folder: Path, **settings: Any) -> tuple[SourceRead, Standardised]:
    own = {"kind": "csv", "title": "Listen", "owner": "bolig", "path": "liste.csv", "key": ["Nr"], "fields": FIELDS, **settings}
    source = TypeAdapter[Any](AnySource).validate_python(own)
    source_read = read_source("liste", source, folder)
    assert source_read.verdict is Verdict.COMPLETE, source_read.message
    return source_read, standardise(source_read, source, VIK)


def lines(folder: Path, *rows: dict[str, str], after: str = "") -> None:
    text = "".join(";".join(row) + "\r\n" for row in [list(ROW), *(list((ROW | row).values()) for row in rows)])
    (folder / "liste.csv").write_bytes((text + after).encode())


def test_065_a_postnummer_that_lost_its_zero_gets_it_back(cases: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    lines(tmp_path, {"Postnr": cases["065"]["input"]})
    _, made = read(tmp_path)
    assert made.rows.get_column("postnummer").to_list() == [cases["065"]["forventet"]]
    assert made.deviations.is_empty()


def test_073_a_bom_is_no_part_of_the_first_heading(cases: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    (written,) = quoted(cases["073"])
    first = written.encode().decode("unicode_escape")
    (tmp_path / "liste.csv").write_bytes(f"{first};Adresse\r\n225679278;Storgata 1\r\n".encode())
    heading = cases["073"]["forventet"]
    result, made = read(tmp_path, key=[heading], fields={"adresse": {"column": "Adresse", "as": "address"}})
    assert first != heading, "the case holds a BOM"
    assert heading in result.rows.columns
    assert made.rows.get_column("source_key").to_list() == ["225679278"]


@pytest.mark.parametrize("after", ["\r\n", "\r\n\r\n", ";;;;;\r\n", "   \r\n", " ; ;;;;\r\n\r\n"])
def test_076_a_blank_line_at_the_end_is_no_row(after: str, cases: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert cases["076"]["forventet"] == "ignorer"
    lines(tmp_path, {}, {"Nr": "2"}, after=after)
    assert read(tmp_path)[0].rows.get_column("row").to_list() == [2, 3]


def test_078_the_signs_for_missing_and_hidden_are_no_number_and_are_reported(cases: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    signs = quoted(cases["078"])
    assert signs == ["..", ":"]
    lines(tmp_path, *({"Nr": str(number), "Leie": sign} for number, sign in enumerate(signs, 1)))
    _, made = read(tmp_path)
    assert made.rows.get_column("manedsleie").to_list() == [None, None]
    deviations = made.deviations.select("source_key", "column", "value", "rule").rows()
    assert sorted(deviations) == [("1", "Leie", "..", "S01W"), ("2", "Leie", ":", "S02W")]
    reasons = made.deviations.sort("source_key").get_column("message").to_list()
    for reason, word in zip(reasons, ("mangler", "ikke vises"), strict=True):
        assert word in rendered(reason)
    assert set(made.deviations.get_column("severity")) == {"warning"}, "the row itself goes on"


def test_082_what_a_dump_writes_for_nothing_is_nothing(cases: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    signs = quoted(cases["082"])
    assert (signs, cases["082"]["forventet"]) == (["<NULL>", "''"], None)
    lines(tmp_path, *({"Nr": str(number), "Leie": sign, "Leil": sign, "Endret": sign} for number, sign in enumerate(signs, 1)))
    _, made = read(tmp_path)
    blank = made.rows.select("manedsleie", "leilighetsnummer", "oppdatert")
    assert blank.rows() == [(None, None, None)] * 2
    assert made.deviations.is_empty()


def test_085_a_time_stamp_keeps_its_parts_of_a_second(cases: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    lines(tmp_path, {"Endret": cases["085"]["input"]})
    _, made = read(tmp_path)
    assert [moment.isoformat(timespec="milliseconds") for moment in made.rows.get_column("oppdatert")] == [cases["085"]["forventet"]]
    assert made.deviations.is_empty()


@pytest.mark.parametrize("kind", ["csv", "excel"])
def test_087_a_total_at_the_bottom_is_no_dwelling(kind: str, cases: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    words = [word.replace("…", "boliger") for word in quoted(cases["087"])]
    assert words == ["Totalt", "Sum boliger"]
    totals = [["", word, "", "15000", "", ""] for word in words]
    settings: dict[str, Any] = {}
    if kind == "csv":
        lines(tmp_path, {}, {"Nr": "2"}, after="".join(";".join(total) + "\r\n" for total in totals))
    else:
        with xlsxwriter.Workbook(tmp_path / "liste.xlsx") as book:
            sheet = book.add_worksheet("Ark1")
            for number, row in enumerate([list(ROW), list(ROW.values()), list((ROW | {"Nr": "2"}).values()), *totals]):
                sheet.write_row(number, 0, row)
        settings = {"kind": "excel", "path": "liste.xlsx", "sheets": [{"name": "Ark1"}]}
    assert read(tmp_path, **settings)[0].rows.get_column("row").to_list() == [2, 3]
