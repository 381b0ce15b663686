"""Each mapping shipped with the project reads a file of its layout, end to end, and comes with an installed copy."""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest
import xlsxwriter
import yaml

from connectors.query import writing_word
from connectors.read import read_source
from connectors.read_result import Verdict
from demo import legacy_facilit
from kobo_client.import_columns import COLUMNS, PERSONAL, to_import_row
from reconciliation.model.mapping_files import ready, ready_names
from reconciliation.model.municipality import Municipality, load
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import Validated, validate
from tests.pipelines.village import CONFIG

ROOT = Path(__file__).parents[3]
SHOWN = ("source_key", "adressenavn", "nummer", "bokstav", "bruksenhetsnummer", "postnummer", "kategori", "bruksareal")


def _lines(file: Path, rows: list[dict[str, str]], headings: tuple[str, ...], separator: str = ";", quote: str = '"') -> None:
    with file.open("w", encoding="iso-8859-1", newline="") as opened:
        writer = csv.DictWriter(opened, headings, delimiter=separator, quotechar=quote, quoting=csv.QUOTE_ALL, restval="")
        writer.writeheader()
        writer.writerows(rows)


def facilit(folder: Path) -> dict[str, Any]:
    own = {"Navn": "Leil 4", "Eiendom": "E1", "Kategori bolig": "Omsorg", "Sum": "7 500,00", "Utleibar": "True", "Leietaker": "Ingen"}
    rows = [
        own | {"Nummer": "900001", "Adresse": "Storgata 1 B, H0102, 9920 Vik", "Mengde": "54,5"},
        own | {"Nummer": "900002", "Adresse": "Lillevegen 4, 9920 Vik", "Mengde": "60"},
    ]
    _lines(folder / "Seksjon.csv", rows, tuple(legacy_facilit.SECTION))
    _lines(folder / "Grunneiendom.csv", [{"Eiendom": "E1", "Matrikkelnr": "12.345"}], tuple(legacy_facilit.PROPERTY))
    rest = [heading for heading in legacy_facilit.PROPERTY if heading not in ("Eiendom", "Matrikkelnr")]
    join = {"path": "Grunneiendom.csv", "on": {"Eiendom": "Eiendom"}, "columns": ["Matrikkelnr"], "ignore": rest}
    return {
        "path": "Seksjon.csv",
        "joins": [join],
        "fields": {"matrikkel": {"column": "Matrikkelnr", "as": "matrikkel"}, "kategori": {"table": {"Omsorg": "omsorg"}}},
    }


def facilit_leieobjekt(folder: Path) -> dict[str, Any]:
    known = ready("facilit-leieobjekt")
    headings = ("nLeieobjektId", "cLeieobjektnr", "nMengde", *known["ignore"][1:5], "cAdresse1", "cPostnr", "nLeieobjektTypeId")
    headings += tuple(known["ignore"][5:])
    own = {"cPostnr": "9920", "nLeieobjektTypeId": "13", "cAdresse2": "<NULL>", "bTilgjengelig": "-1"}
    rows = [
        own | {"nLeieobjektId": "1", "cAdresse1": "Storgata 1B H0102", "nMengde": "54,5"},
        own | {"nLeieobjektId": "2", "cAdresse1": "Lillevegen 4", "nMengde": "60,0"},
        own | {"nLeieobjektId": "3", "cAdresse1": "<NULL>", "nMengde": "10,0"},
    ]
    _lines(folder / "u_Leieobjekt.csv", rows, headings, ",", "'")
    return {"path": "u_Leieobjekt.csv", "fields": {"kategori": {"table": {"13": "omsorg"}}}}


def boei(folder: Path) -> dict[str, Any]:
    with sqlite3.connect(folder / "boei.sqlite") as base:
        base.executescript("""
            CREATE TABLE Objekt (Objekt_ID varchar(4), Postnr_ID varchar(4));
            CREATE TABLE Poststed (Postnr_ID varchar(4), Poststed varchar(50));
            CREATE TABLE Gateadresse (Gateadresse_ID int, GateNavn varchar(50));
            CREATE TABLE Formaal (Formaal_ID int, NavnPaaFormaal varchar(50));
            CREATE TABLE Leietaker (Leietaker_ID int, Etternavn varchar(40), hemmeligAdresse smallint);
            CREATE TABLE Leieobjekt (Objekt_ID varchar(4), Bygg_ID varchar(2), Seksjons_ID varchar(2), Leie_ID varchar(3),
              Formaal_ID smallint, Gateadresse_ID int, Gatenr varchar(30), Etasje varchar(5), Boareal int, Livslopsstd smallint,
              Leietaker_ID int);
            INSERT INTO Objekt VALUES ('5000', '9920');
            INSERT INTO Poststed VALUES ('9920', 'VIK');
            INSERT INTO Gateadresse VALUES (1, 'Storgata'), (2, 'Lillevegen');
            INSERT INTO Formaal VALUES (1, 'Omsorg'), (99, 'Telles ikke');
            INSERT INTO Leietaker VALUES (0, 'x', 1);
            INSERT INTO Leieobjekt VALUES ('5000', '01', '02', '001', 1, 1, '1 B', '2.etg', 54, 1, 0),
              ('5000', '01', '02', '002', 1, 2, '4', 'loft', 60, 0, NULL), ('5000', '01', '02', '003', 1, 2, '6-8', NULL, 60, 0, NULL),
              ('5000', '01', '02', '004', 99, 2, '9', NULL, 60, 0, NULL);
        """)
    return {"url": "sqlite:///boei.sqlite", "fields": {"kategori": {"table": {"Omsorg": "omsorg"}}}}


def portico_estate(folder: Path) -> dict[str, Any]:
    with sqlite3.connect(folder / "portico.sqlite") as base:
        base.executescript("""
            CREATE TABLE rental_composite (id int, name varchar(255), is_active bool, address_1 varchar(255), house_number varchar(255),
              postcode varchar(255), place varchar(255), area decimal(20,2), object_type_id int);
            INSERT INTO rental_composite VALUES (1, 'x', 1, 'Storgata', '1 B', '9920', 'Vik', 54.5, 7),
              (2, 'y', 1, 'Lillevegen 4', NULL, '9920', 'Vik', 60, 7), (3, 'bod', 0, 'Lillevegen 4', NULL, '9920', 'Vik', 6, 7),
              (4, 'z', 1, NULL, NULL, NULL, NULL, 60, 7);
        """)
    return {"url": "sqlite:///portico.sqlite", "fields": {"kategori": {"table": {"7": "omsorg"}}}}


def kobo_import(folder: Path) -> dict[str, Any]:
    common = {"kommunenummer": "9902", "gardsnummer": 12, "bruksnummer": 345, "postnummer": "9920", "boligtype": "OMSORGSBOLIG"}
    rows = [
        common | {"adressenavn": "Storgata", "nummer": 1, "bokstav": "B", "bruksenhetsnummer": "H0102", "manedsleie": 7500.0},
        common | {"adressenavn": "Lillevegen", "nummer": 4, "bruksenhetsnummer": "H0101", "er_bofellesskap": True},
        # Distinguished by letter, by room, and by nothing but the house.
        common | {"adressenavn": "Storgata", "nummer": 1, "bokstav": "C", "bruksenhetsnummer": "H0102"},
        common | {"adressenavn": "Lillevegen", "nummer": 6, "bruksenhetsnummer": "H0101", "ekstra_referanse": "Rom 1"},
        common | {"adressenavn": "Lillevegen", "nummer": 6, "bruksenhetsnummer": "H0101", "ekstra_referanse": "Rom 2"},
        common | {"adressenavn": "Lillevegen", "nummer": 8},
    ]
    _lines(folder / "kobo.csv", [to_import_row(row) for row in rows], COLUMNS)
    return {"kind": "csv", "path": "kobo.csv", "fields": {"kategori": {"table": {"OMSORGSBOLIG": "omsorg"}}}}


def enkel_liste(folder: Path) -> dict[str, Any]:
    with xlsxwriter.Workbook(folder / "liste.xlsx") as book:
        sheet = book.add_worksheet("Boliger")
        headings = ("Boligid", "Adresse", "Postnummer", "Poststed", "Bruksenhetsnummer", "Kategori", "Bruksareal", "Antall soverom")
        sheet.write_row(0, 0, (*headings, "Månedsleie"))
        sheet.write_row(1, 0, ("a", "Storgata 1 B", 9920, "Vik", "H 0102", "Omsorg", 54.5, 2, 7500))
        sheet.write_row(2, 0, ("b", "Lillevegen 4", 9920, "Vik", None, "omsorg", 60, None, None))
    return {"kind": "excel", "path": "liste.xlsx", "sheets": [{"name": "Boliger"}], "fields": {"kategori": {"table": {"Omsorg": "omsorg"}}}}


@dataclass(frozen=True)
class Case:
    """accepted: SHOWN of the rows to be accepted. rejected: rule per key. out_of_scope: keys."""

    make: Callable[[Path], dict[str, Any]]
    accepted: tuple[tuple[object, ...], ...]
    rejected: tuple[tuple[str, str], ...] = ()
    out_of_scope: tuple[str, ...] = ()


def _two(first: str, second: str, unit: str | None = None, areas: tuple[float | None, float | None] = (54.5, 60.0)) -> tuple[Any, ...]:
    return (
        (first, "Storgata", 1, "B", unit, "9920", "omsorg", areas[0]),
        (second, "Lillevegen", 4, None, None, "9920", "omsorg", areas[1]),
    )


CASES = {
    "facilit": Case(facilit, _two("900001", "900002", "H0102")),
    "facilit-leieobjekt": Case(facilit_leieobjekt, _two("1", "2", "H0102"), (("3", "A01"),)),
    "boei": Case(
        boei,
        _two("5000-01-02-001", "5000-01-02-002", areas=(54.0, 60.0)),
        (("5000-01-02-003", "A02"),),
        ("5000-01-02-004",),
    ),
    "portico-estate": Case(portico_estate, _two("1", "2"), (("4", "A01"),), ("3",)),
    "kobo-import": Case(
        kobo_import,
        (
            ("Storgata-1-H0102-B", "Storgata", 1, "B", "H0102", "9920", "omsorg", None),
            ("Lillevegen-4-H0101", "Lillevegen", 4, None, "H0101", "9920", "omsorg", None),
            ("Storgata-1-H0102-C", "Storgata", 1, "C", "H0102", "9920", "omsorg", None),
            ("Lillevegen-6-H0101--Rom 1", "Lillevegen", 6, None, "H0101", "9920", "omsorg", None),
            ("Lillevegen-6-H0101--Rom 2", "Lillevegen", 6, None, "H0101", "9920", "omsorg", None),
            ("Lillevegen-8", "Lillevegen", 8, None, None, "9920", "omsorg", None),
        ),
    ),
    "enkel-liste": Case(enkel_liste, _two("a", "b", "H0102")),
}


def night_of(name: str, folder: Path) -> tuple[Municipality, Validated]:
    own = {"owner": "bolig", "mapping": f"ready:{name}", **CASES[name].make(folder)}
    file = folder / "vik.yaml"
    file.write_text(yaml.safe_dump({**CONFIG, "sources": {"s": own}, "survivorship": {"default": ["s"]}}), encoding="utf-8")
    municipality = load(file)
    source = municipality.sources["s"]
    read = read_source("s", source, folder)
    assert read.verdict is Verdict.COMPLETE, read.message
    made = standardise(read, source, municipality)
    return municipality, validate(made.rows, made.deviations, municipality)


def test_each_ready_mapping_has_a_case() -> None:
    assert set(ready_names()) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_file_of_that_layout_is_read_end_to_end(name: str, tmp_path: Path) -> None:
    case, (_, seen) = CASES[name], night_of(name, tmp_path)
    assert sorted(seen.accepted.select(SHOWN).rows()) == sorted(case.accepted), seen.deviations
    errors = seen.deviations.filter(pl.col("severity") == "error")
    assert sorted(errors.select("source_key", "rule").rows()) == sorted(case.rejected)
    assert seen.out_of_scope.get_column("source_key").to_list() == list(case.out_of_scope)


@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("facilit", "bruksnummer", {345}),
        ("facilit", "leilighetsnummer", {"4"}),
        ("facilit", "manedsleie", {7500.0}),
        ("boei", "etasjenummer", {2, None}),
        ("boei", "hemmelig_adresse", {True, None}),
        ("kobo-import", "gardsnummer", {12}),
        ("kobo-import", "er_bofellesskap", {True, None}),
        ("enkel-liste", "antall_soverom", {2, None}),
    ],
)
def test_what_else_the_layout_says_comes_along(name: str, field: str, values: set[object], tmp_path: Path) -> None:
    assert set(night_of(name, tmp_path)[1].accepted.get_column(field)) == values


def test_the_mapping_of_kobo_s_import_knows_its_35_columns_and_reads_no_person() -> None:
    known = ready("kobo-import")
    read = {*known["key"], *(field["column"] for field in known["fields"].values())}
    assert read | set(known["ignore"]) == set(COLUMNS)
    assert set(PERSONAL) <= set(known["ignore"])


@pytest.mark.parametrize("name", [name for name in ready_names() if "query" in ready(name)])
def test_a_query_of_ours_runs_where_no_transaction_is_read_only(name: str) -> None:
    assert writing_word(ready(name)["query"]) is None


def test_an_installed_copy_has_them(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "reconciliation", tmp_path / "reconciliation", ignore=shutil.ignore_patterns("__pycache__"))
    build = "from setuptools import build_meta; print(build_meta.build_wheel('out'))"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    (wheel,) = (tmp_path / "out").glob("*.whl")
    with ZipFile(wheel) as packed:
        assert {Path(name).stem for name in packed.namelist() if "/ready_mappings/" in name} == set(ready_names())
