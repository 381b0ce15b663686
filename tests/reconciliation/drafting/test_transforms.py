"""What `columns` and `extract` make of a row: the first that is filled in, read as its field is, with its own heading kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.read import read_source
from connectors.source_config import CsvSource
from reconciliation.reading.allowed_values import allowed_in_words
from reconciliation.reading.standardise import Standardised, standardise
from tests.reconciliation.reading.village_rows import VIK


def made(folder: Path, text: str, fields: dict[str, Any], **settings: Any) -> Standardised:
    (folder / "liste.csv").write_text(text, encoding="utf-8")
    own = {"kind": "csv", "title": "Listen", "owner": "bolig", "path": "liste.csv", "key": ["Nr"], "fields": fields, **settings}
    source = CsvSource.model_validate(own)
    return standardise(read_source("liste", source, folder), source, VIK)


TWO = """Nr;Ny leie;Gammel leie
1;7 500;5000
2;;6000
3;   ;6 100,50
4;-;<NULL>
5;ukjent;7000
"""


def test_of_several_columns_the_first_that_is_filled_in_wins(tmp_path: Path) -> None:
    rent = made(tmp_path, TWO, {"manedsleie": {"columns": ["Ny leie", "Gammel leie"], "as": "number"}})
    assert rent.rows.get_column("manedsleie").to_list() == [7500.0, 6000.0, 6100.5, None, None]


def test_their_order_is_the_mapping_s_and_not_the_file_s(tmp_path: Path) -> None:
    rent = made(tmp_path, TWO, {"manedsleie": {"columns": ["Gammel leie", "Ny leie"], "as": "number"}})
    assert rent.rows.get_column("manedsleie").to_list() == [5000.0, 6000.0, 6100.5, None, 7000.0]


def test_what_cannot_be_read_is_reported_with_its_row_and_columns_and_no_later_column_hides_it(tmp_path: Path) -> None:
    rent = made(tmp_path, TWO, {"manedsleie": {"columns": ["Ny leie", "Gammel leie"], "as": "number"}})
    deviations = rent.deviations.select("source_key", "file", "row", "column", "field", "value", "rule").rows()
    assert deviations == [("5", "liste.csv", 6, "Ny leie, Gammel leie", "manedsleie", "ukjent", "V01")]


def test_both_columns_are_part_of_the_row_s_fingerprint(tmp_path: Path) -> None:
    mapping = {"columns": ["Ny leie", "Gammel leie"], "as": "number"}
    before = made(tmp_path, TWO, {"manedsleie": mapping}).rows.get_column("row_hash")
    after = made(tmp_path, TWO.replace("5000", "5001"), {"manedsleie": mapping}).rows.get_column("row_hash")
    assert (before != after).to_list() == [True, False, False, False, False]


def test_a_word_that_the_register_does_not_have_is_reported_with_those_that_it_has(tmp_path: Path) -> None:
    read = made(tmp_path, "Nr;Eies\n1;Eid\n2;KOMMUNALT_EID\n", {"disposisjonsform": {"column": "Eies"}})
    assert read.rows.get_column("disposisjonsform").to_list() == [None, "KOMMUNALT_EID"]
    assert read.deviations.select("rule", "value").rows() == [("V01", "Eid")]
    (sentence,) = allowed_in_words("V01", "disposisjonsform", None)
    assert "INNLEID_FRA_STIFTELSE" in str(sentence.values)


EXTRACTS = [
    ("nummer", r"^(\d+)", "12 B", 12),
    ("nummer", r"^(\d+)$", "12-14", None),
    ("bruksareal", r"([\d,]+) ?m2", "leilighet 54,5 m2", 54.5),
    ("oppdatert", r"endret (\S+)", "endret 31.12.2023", datetime(2023, 12, 31)),
    ("er_bofellesskap", r"(?i)fellesskap: (\w+)", "Fellesskap: ja", True),
    ("leilighetsnummer", r"(?i)leil\.? *(\d+)", "leil. 03", "03"),
    ("ekstra_referanse", r"(rom \d)|$", "uten", None),
]


@pytest.mark.parametrize(("field", "pattern", "text", "value"), EXTRACTS)
def test_what_is_cut_out_of_a_text_is_read_as_its_field_is(field: str, pattern: str, text: str, value: object, tmp_path: Path) -> None:
    cut = made(tmp_path, f"Nr;Tekst\n1;{text}\n", {field: {"column": "Tekst", "as": "extract", "pattern": pattern}})
    assert cut.rows.get_column(field).to_list() == [value]
    assert cut.deviations.is_empty()


def test_what_is_cut_out_and_cannot_be_read_is_a_deviation(tmp_path: Path) -> None:
    cut = made(tmp_path, "Nr;Tekst\n1;endret 31.02.2023\n", {"oppdatert": {"column": "Tekst", "as": "extract", "pattern": r"endret (\S+)"}})
    assert cut.deviations.select("rule", "value").rows() == [("V01", "endret 31.02.2023")]
