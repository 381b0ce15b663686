"""A deviation names the cell to correct: its place, its value, and the values that are possible."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from pydantic import TypeAdapter

from connectors.read import read_source
from connectors.source_config import AnySource
from language import rendered
from reconciliation.model.municipality import Municipality
from reconciliation.reading.cell_places import with_cell_places
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import validate
from tests.pipelines.village import CONFIG
from tests.reconciliation.reading.village_rows import VIK

HEAD = "Nr;Gate;Post;Slag;Areal;Pris;Bygg"
FIELDS: dict[str, Any] = {
    "adresse": {"column": "Gate", "as": "address"},
    "postnummer": {"column": "Post"},
    "kategori": {"column": "Slag", "as": "lookup", "table": {"Ordinær": "ordinar", "Plass": "plass"}},
    "bruksareal": {"column": "Areal", "as": "number"},
}


def deviation_cells(home: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """The deviations of one source with their cells and sentences."""
    made = {"title": "Lista", "owner": "bolig", "key": ["Nr"], "fields": FIELDS, **settings}
    source: AnySource = TypeAdapter(AnySource).validate_python(made)
    town = Municipality.model_validate(CONFIG).model_copy(update={"sources": {"lista": source}})
    read = read_source("lista", source, home)
    assert not read.message or read.rows.height, read.message
    rows = standardise(read, source, town)
    deviations = validate(rows.rows, rows.deviations, town).deviations
    cells = with_cell_places(deviations, {"lista": read}, town)
    return [row | {"said": rendered(row["message"])} for row in cells.iter_rows(named=True)]


def place(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("at_file", "at_sheet", "at_row", "at_column", "cell"))


def csv(home: Path, *lines: str, name: str = "lista.csv") -> None:
    (home / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def joined(*columns: str, **more: Any) -> dict[str, Any]:
    join = {"path": "bygg.csv", "on": {"Bygg": "Kode"}, "columns": list(columns)}
    eies = {"column": "Eies", "as": "lookup", "table": {"Eget": "KOMMUNALT_EID"}}
    return {
        "kind": "csv",
        "path": "lista.csv",
        "ignore": ["Pris"],
        "joins": [join],
        "fields": {**FIELDS, "disposisjonsform": eies},
        **more,
    }


def test_a_joined_column_is_found_in_its_own_file_and_row(tmp_path: Path) -> None:
    csv(tmp_path, HEAD, "1;Storgata 1;9920;Ordinær;50;1;A", "2;Storgata 2;9920;Ordinær;50;1;B", "3;Storgata 3;9920;Ordinær;50;1;B")
    csv(tmp_path, "Kode;Eies", "A;Eget", "C;Eget", "B;Arves", name="bygg.csv")
    rows = deviation_cells(tmp_path, joined("Eies"))
    assert [place(row) for row in rows] == [("bygg.csv", None, 4, "Eies", "Arves")] * 2
    assert [row["row"] for row in rows] == [3, 4], "the rows that it stops are known by their own place"
    assert rows[0]["said"].endswith("Dette kan stå der: Eget.")


def test_a_row_without_a_partner_says_which_file_has_none(tmp_path: Path) -> None:
    csv(tmp_path, HEAD, "1;Storgata 1;9920;x;50;1;A", "2;Storgata 2;9920;x;50;1;Z")
    csv(tmp_path, "Kode;Slag2", "A;Ordinær", name="bygg.csv")
    kategori = {**FIELDS["kategori"], "column": "Slag2"}
    (row,) = deviation_cells(tmp_path, joined("Slag2", fields={**FIELDS, "kategori": kategori}, ignore=["Pris", "Slag"]))
    assert (row["rule"], place(row)) == ("K01", ("lista.csv", None, 3, "Slag2", None))
    assert row["said"].endswith("Slag2 hentes fra bygg.csv, som ikke har noen rad med samme Bygg.")


def test_a_merged_cell_is_found_in_its_first_row(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "lista.xlsx")
    sheet = book.add_worksheet("Boliger")
    sheet.write_row(0, 0, ["Nr", "Gate", "Post", "Slag", "Areal"])
    for at in (1, 2, 3):
        sheet.write_row(at, 0, [f"{at}", f"Storgata {at}", "9920", "", 50])
    sheet.merge_range("D2:D3", "Hybelhus")
    sheet.write("D4", "Ordinær")
    book.close()
    sheets = [{"name": "Boliger", "fill_down": ["Slag"]}]
    rows = deviation_cells(tmp_path, {"kind": "excel", "path": "lista.xlsx", "sheets": sheets})
    assert [(row["row"], place(row)) for row in rows] == [(at, ("lista.xlsx", "Boliger", 2, "Slag", "Hybelhus")) for at in (2, 3)]


def test_a_value_of_the_setup_is_no_fault_of_the_file(tmp_path: Path) -> None:
    csv(tmp_path, HEAD, "1;Storgata 1;9920;Ordinær;50;1;A")
    fields = {**FIELDS, "etasjenummer": {"constant": "loft", "as": "integer"}}
    (row,) = deviation_cells(tmp_path, {"kind": "csv", "path": "lista.csv", "fields": fields, "ignore": ["Pris", "Bygg"]})
    assert row["at_column"] is None
    assert row["said"].endswith("Verdien står i oppsettet for kilden og ikke i filen. Si fra til drift.")


def test_the_cell_is_reported_as_it_is_written_and_what_is_possible(tmp_path: Path) -> None:
    csv(tmp_path, HEAD, "1;Storgata 1;9920;Ordinær; 5 000,50 ;1;A")
    (row,) = deviation_cells(tmp_path, {"kind": "csv", "path": "lista.csv", "ignore": ["Pris", "Bygg"]})
    assert (row["rule"], row["cell"]) == ("V02", "5 000,50")
    assert "«5 000,50» i Areal" in row["said"]
    assert "Mulig er fra 0,01 til 1\N{NO-BREAK SPACE}000 kvadratmeter." in row["said"]


def test_of_several_columns_the_one_that_is_filled_in_is_named(tmp_path: Path) -> None:
    csv(tmp_path, HEAD, "1;Storgata 1;9920;Ordinær;;mange;A", "2;Storgata 2;;Ordinær;;;A")
    fields = {**FIELDS, "bruksareal": {"columns": ["Areal", "Pris"], "as": "number"}}
    rows = deviation_cells(tmp_path, {"kind": "csv", "path": "lista.csv", "fields": fields, "ignore": ["Bygg"]})
    assert place(next(row for row in rows if row["rule"] == "V01")) == ("lista.csv", None, 2, "Pris", "mange")


def test_of_free_text_no_more_is_shown_than_was_asked_for(tmp_path: Path) -> None:
    csv(tmp_path, HEAD, "1;Storgata 1;9920;Ordinær;50;betaler 900000 kr til Kari;A")
    leie = {"column": "Pris", "as": "extract", "pattern": r"(\d+) kr"}
    (row,) = deviation_cells(tmp_path, {"kind": "csv", "path": "lista.csv", "fields": {**FIELDS, "manedsleie": leie}, "ignore": ["Bygg"]})
    assert (row["rule"], row["cell"]) == ("V02", "900000")
    assert "Kari" not in row["said"]


def test_a_database_is_described_by_title_key_and_the_words_of_its_own_screen(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "sak.sqlite") as base:
        base.execute("create table bolig (Nr text, Gate text, Post text, Slag text, Areal real)")
        base.execute("insert into bolig values ('7', 'Storgata 7', '9920', 'Ordinær', 0.0), ('8', 'Storgata 8', '99', 'Ordinær', 40)")
    base.close()
    screens = {"Areal": "Boligareal", "Post": "Postnummer"}
    settings = {"kind": "sql", "url": "sqlite:///sak.sqlite", "query": "select * from bolig order by Nr", "screen_names": screens}
    rows = {row["source_key"]: row for row in deviation_cells(tmp_path, settings)}
    assert place(rows["7"]) == ("Lista", None, None, "Boligareal", "0")
    assert place(rows["8"]) == ("Lista", None, None, "Postnummer", "99")
    assert "«0» i Boligareal" in rows["7"]["said"]


def test_rows_that_say_the_same_name_each_other(tmp_path: Path) -> None:
    csv(tmp_path, HEAD, "1;Storgata 1 H0101;9920;Ordinær;50;1;A", "2;Lia 2;9920;Ordinær;50;1;A", "3;Storgata 1 H0101;9920;Ordinær;50;1;A")
    rows = deviation_cells(tmp_path, {"kind": "csv", "path": "lista.csv", "ignore": ["Pris", "Bygg"]})
    assert [(row["rule"], row["row"], row["said"].rpartition("Det samme")[2]) for row in rows] == [
        ("B03", 2, " står i rad 4."),
        ("B03", 4, " står i rad 2."),
    ]


def test_a_night_without_deviations_needs_no_read() -> None:
    none = pl.DataFrame(schema={})
    assert with_cell_places(none, {}, VIK) is none
