"""A newcomer's first mapping: drafted from the file itself, and able to read that very file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
import yaml
from pydantic import TypeAdapter
from typer.testing import CliRunner

from connectors.read import read_source
from connectors.read_result import Verdict
from connectors.source_config import AnySource
from language import texts
from pipelines.command_line import app
from reconciliation.drafting.draft_mapping import draft
from reconciliation.reading.standardise import standardise
from tests.reconciliation.reading.village_rows import VIK

HEADINGS = ("Boligid", "Adresse", "Bruksenhet", "Gnr/bnr", "BRA", "Type", "Leietaker", "Kontakt", "Merknad", "Tom")
ROWS = [
    ("1", "Storgata 1", "H0101", "12/3", "54,5", "Omsorg", "A B", "ab@eksempel.test", "x", ""),
    ("2", "Storgata 1", "H0102", "12/3", "60", "Vanlig", "C D", "cd@eksempel.test", "", ""),
    ("3", "Lillevegen 4 B", "", "12/4", "80", "Vanlig", "", "", "y", ""),
]


def write(file: Path) -> Path:
    if file.suffix == ".xlsx":
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet("Boliger")
            for number, row in enumerate([("Kommunale boliger i Vik",), HEADINGS, *ROWS]):
                sheet.write_row(number, 0, row)
    else:
        file.write_text("\n".join(";".join(row) for row in [HEADINGS, *ROWS]), encoding="cp1252")
    return file


def mapped(file: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["map", str(file), *arguments])


@pytest.mark.parametrize("name", ["boliger.csv", "Boliger i Vik.xlsx"])
def test_the_draft_reads_the_very_file_it_was_drafted_from(name: str, tmp_path: Path) -> None:
    file, out = write(tmp_path / name), tmp_path / "utkast.yaml"
    done = mapped(file, "--out", str(out))
    assert done.exit_code == 0, done.output
    ((slug, content),) = yaml.safe_load(out.read_text(encoding="utf-8"))["sources"].items()
    source = TypeAdapter[Any](AnySource).validate_python(content)
    read = read_source(slug, source, tmp_path)
    assert read.verdict is Verdict.COMPLETE, read.message
    rows = standardise(read, source, VIK).rows
    assert rows.select("source_key", "adressenavn", "nummer", "bokstav", "bruksenhetsnummer", "bruksnummer", "bruksareal").rows() == [
        ("1", "Storgata", 1, None, "H0101", 3, 54.5),
        ("2", "Storgata", 1, None, "H0102", 3, 60.0),
        ("3", "Lillevegen", 4, "B", None, 4, 80.0),
    ]


def test_what_is_about_a_person_is_never_mapped_and_is_warned_of(tmp_path: Path) -> None:
    done = mapped(write(tmp_path / "boliger.csv"))
    content = yaml.safe_load(done.stdout)["sources"]["boliger"]
    assert content["ignore"] == ["Leietaker", "Kontakt", "Merknad", "Tom"]
    assert "«Leietaker» ser personlig ut" in done.output
    assert "«Kontakt» ser personlig ut" in done.output, "by its values"
    assert "eksempel.test" not in done.output, "no value of it is shown"


def test_how_much_was_recognised_is_beside_each_field(tmp_path: Path) -> None:
    output = mapped(write(tmp_path / "boliger.csv")).stdout
    assert 'bruksenhetsnummer: {column: "Bruksenhet", as: unit} # 2 av 2 verdier, ut fra overskriften' in output


def test_a_field_of_fixed_words_is_looked_up_with_the_words_that_are_spelt_alike_filled_in(tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text("Nr;Eieform;Boligstatus\n1;Eid;UTLEID\n2;kommunalt  eigd;UTLEID\n", encoding="utf-8")
    output = mapped(tmp_path / "liste.csv").stdout
    fields = yaml.safe_load(output)["sources"]["liste"]["fields"]
    assert fields["disposisjonsform"] == {
        "column": "Eieform",
        "as": "lookup",
        "table": {"Eid": "FYLL_INN", "kommunalt  eigd": "KOMMUNALT_EID"},
    }
    assert fields["boligstatus"] == {"column": "Boligstatus", "as": "lookup", "table": {"UTLEID": "UTLEID"}}
    assert output.count("Kobos ord: ") == 1, "where a person must choose one"


COLUMNS = {
    "an address under any heading": ("Hvor", ["Storgata 1", "Lillevegen 4 B"], "adresse"),
    "a unit under any heading": ("Kode", ["H0101", "h 01 02"], "bruksenhetsnummer"),
    "a number that is named": ("Husleie", ["7 500", "8000,50"], "manedsleie"),
    "a name that does not fit its values": ("Areal", ["stor", "liten"], None),
    "plain numbers under an unknown heading": ("Løpenr", ["1", "2"], None),
    "a decimal is no matrikkelnummer": ("Mål", ["45,5", "60,25"], None),
    "a heading with a full stop": ("Leil.nr", ["3", "4"], "leilighetsnummer"),
    "units under the owner's own label": ("Leil.nr", ["H0101", "U0102"], "bruksenhetsnummer"),
    "a heading with its unit": ("Areal (kvm)", ["45,5", "60"], "bruksareal"),
    "streets whose numbers stand elsewhere": ("Gateadresse", ["Storgata", "Lillevegen"], "adressenavn"),
    "a person by heading": ("Navn", ["Storgata 1", "Storgata 2"], None),
}


@pytest.mark.parametrize(("heading", "values", "field"), COLUMNS.values(), ids=COLUMNS.keys())
def test_a_column_is_known_by_its_heading_or_its_values(heading: str, values: list[str], field: str | None) -> None:
    (guess,) = draft(pl.DataFrame({heading: values})).guesses
    assert guess.field == field


def test_two_columns_for_one_field_leave_the_better_one() -> None:
    made = draft(pl.DataFrame({"Adresse": ["Storgata 1", "ukjent"], "Besøksadresse": ["Storgata 1", "Storgata 2"]}))
    assert {guess.heading: guess.field for guess in made.guesses} == {"Adresse": None, "Besøksadresse": "adresse"}


def test_of_two_that_read_as_well_the_heading_that_says_it_best_wins() -> None:
    made = draft(pl.DataFrame({"Type": ["Leilighet", "Hybel"], "Kategori": ["Omsorg", "Vanlig"]}))
    assert {guess.heading: guess.field for guess in made.guesses} == {"Type": None, "Kategori": "kategori"}


def test_a_blank_row_hides_no_key() -> None:
    assert draft(pl.DataFrame({"Boligid": ["1", "2", None], "Adresse": ["Storgata 1", "Storgata 2", ""]})).key == ("Boligid",)


LINES = {
    "separators behind the last heading": "Nr;Adresse;BRA;;\n1;Storgata 1;50;;\n2;Storgata 2;60;;\n",
    "lines that are too short or too long": "Nr;Adresse;BRA\n1;Storgata 1\n2;Storgata 2;60;x\n3;Storgata 3;70\n4;Storgata 4;70\n",
    "a title": "Boliger, alle, 2026\n\nNr;Adresse;BRA\n1;Storgata 1;50\n",
    "small letters": "nr;adresse;bra\n1;Storgata 1;50\n2;Storgata 2, 2. etg;60\n",
}


@pytest.mark.parametrize("text", LINES.values(), ids=LINES.keys())
def test_the_headings_are_found_whatever_the_lines_are_like(text: str, tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text(text, encoding="utf-8")
    content = yaml.safe_load(mapped(tmp_path / "liste.csv").stdout)["sources"]["liste"]
    assert {heading.casefold() for heading in content["key"]} == {"nr"}
    assert [field["column"].casefold() for field in content["fields"].values()] == ["adresse", "bra"]


def test_a_list_of_one_column_has_no_separator(tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text("Adresse\nStorgata 1, 9901 Fjordvik\nStorgata 2, 9901 Fjordvik\n", encoding="utf-8")
    assert yaml.safe_load(mapped(tmp_path / "liste.csv").stdout)["sources"]["liste"]["fields"]["adresse"]["column"] == "Adresse"


def test_nothing_is_overwritten_and_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    file, out = write(tmp_path / "boliger.csv"), tmp_path / "utkast.yaml"
    out.write_text("mitt", encoding="utf-8")
    assert mapped(file, "--out", str(out)).exit_code == 2
    assert out.read_text(encoding="utf-8") == "mitt"
    gone = mapped(tmp_path / "borte.csv")
    assert gone.exit_code == 1
    assert "borte.csv" in gone.output


ABOUT_PERSONS = {
    "Leietakernavn": ["Aa Bb", "Cc Dd"],
    "Hvem bor her": ["Aa", "Bb"],
    "Telefonnr": ["40000001", "40000002"],
    "Kontakt nr": ["1", "2"],
    "Bankkonto": ["12340500001", "12340500002"],
    "Fødselsår": ["1950", "1960"],
    "F.dato": ["12.03.1950", "1.4.1961"],
    "Type": ["Aa Bb", "Cc Dd"],
    "Annet": ["400 00 001", "+47 40000002"],
}


@pytest.mark.parametrize("heading", ABOUT_PERSONS)
def test_no_column_about_persons_is_mapped_or_made_the_key(heading: str) -> None:
    made = draft(pl.DataFrame({"Adresse": ["Storgata 1", "Storgata 2"], heading: ABOUT_PERSONS[heading]}))
    guess = made.guesses[1]
    assert (guess.field, guess.values, made.key) == (None, (), ())
    assert any(f"«{heading}» ser personlig ut" in texts().render(warning) for warning in made.warnings)


@pytest.mark.parametrize("heading", ["Gatenavn", "Adressenavn", "Veinavn"])
def test_the_name_of_a_street_is_about_no_person(heading: str) -> None:
    assert draft(pl.DataFrame({heading: ["Storgata", "Lillevegen"]})).guesses[0].field == "adressenavn"


def test_a_date_is_no_matrikkelnummer() -> None:
    assert draft(pl.DataFrame({"Bygget": ["12.03.1950", "1.4.1961"]})).guesses[0].field is None


@pytest.mark.parametrize(
    ("heading", "value", "field"),
    [("Poststed", "Kristiansund N", "poststed"), ("Gatenavn", "Nedre Storgate", "adressenavn"), ("Hvem", "Kristiansund N", None)],
)
def test_a_place_that_is_written_like_a_name_is_no_person(heading: str, value: str, field: str | None) -> None:
    (guess,) = draft(pl.DataFrame({heading: [value] * 3})).guesses
    assert guess.field == field


def test_a_value_without_a_category_is_said_to_need_one_of_the_file_s(tmp_path: Path) -> None:
    (line,) = [line for line in mapped(write(tmp_path / "boliger.csv")).stdout.splitlines() if "kategori:" in line]
    assert line.endswith(texts().text("drafts.categories"))
