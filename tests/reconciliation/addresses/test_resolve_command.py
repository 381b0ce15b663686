"""`kobosync resolve` on real small files: every row back in order, and a sentence for everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from typer.testing import CliRunner, Result

from connectors.check_digits import is_national_identity_number
from pipelines.command_line import app
from reconciliation.addresses.kartverket_file import AddressFileError, read_official
from tests.reconciliation.addresses import made_register

ROWS = 'Nr;Adresse;Notat\n1;kirkevn 58;ok\n2;;tom\n3;Kirkevegen 3;=HYPERLINK("x")\n4;Storgt. 14 b;bråk\n'


def run(folder: Path, *arguments: str, listing: str = "liste.csv", out: str = "ut.csv") -> Result:
    official, _ = made_register.write(folder)
    named = arguments if "--column" in arguments else ("--column", "Adresse", *arguments)
    return CliRunner().invoke(app, ["resolve", str(folder / listing), *named, "--addresses", str(official), "--out", str(folder / out)])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_every_row_comes_back_in_order_with_its_verdict(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "liste.csv").write_bytes(ROWS.encode(encoding))
    done = run(tmp_path)
    assert done.exit_code == 0
    rows = pl.read_csv(tmp_path / "ut.csv", separator=";", infer_schema=False)
    assert rows["Nr"].to_list() == ["1", "2", "3", "4"]
    assert rows["Notat"].to_list() == ["ok", "tom", '=HYPERLINK("x")', "bråk"]
    assert rows["verdict"].to_list() == ["resolved", "not_an_address", "outside", "resolved"]
    assert rows["adressenavn"].to_list() == ["Kirkevegen", None, "Kirkevegen", "Storgata"]
    assert "resolved 2, suggested 0, ambiguous 0, outside 1, not_an_address 1" in done.output


def test_a_workbook_goes_in_and_out_and_no_text_becomes_a_formula(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "liste.xlsx"), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Boliger")
        sheet.write_row(0, 0, ["Boligliste 2026"])
        sheet.write_row(2, 0, ["Adresse", "Notat"])
        sheet.write_row(3, 0, ["Kirkeveien 58", '=HYPERLINK("x")'])
    assert run(tmp_path, listing="liste.xlsx", out="ut.xlsx").exit_code == 0
    cells = openpyxl.load_workbook(tmp_path / "ut.xlsx").active
    assert cells is not None
    assert [cell.value for cell in cells[1]][:4] == ["Adresse", "Notat", "verdict", "lokalid"]
    assert [cell.value for cell in cells[2]][:3] == ["Kirkeveien 58", '=HYPERLINK("x")', "resolved"]
    assert cells["B2"].data_type == "s"


def sheets(file: Path) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet("Forside").write_row(0, 0, ["Boliger", "i", "Fjordvik"])
        book.add_worksheet("Tomt")
        for name, address in (("Omsorg", "Kirkeveien 58"), ("Vanlige", "Kirkevegen 3")):
            sheet = book.add_worksheet(name)
            sheet.merge_range(0, 0, 0, 1, name)
            sheet.write_row(2, 0, ["Nr", " ADRESSE "])
            sheet.write_row(3, 0, [1, address])
            sheet.write_row(4, 0, ["Totalt", 1])


def test_the_first_sheet_that_has_the_column_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    sheets(tmp_path / "liste.xlsx")
    done = run(tmp_path, listing="liste.xlsx")
    assert done.exit_code == 0, done.output
    assert "ark «Omsorg», overskrifter på rad 3" in done.output
    assert "Arbeidsboken har også «Forside», «Vanlige»: kjør med --sheet" in done.output
    rows = pl.read_csv(tmp_path / "ut.csv", separator=";", infer_schema=False)
    assert rows["verdict"].to_list() == ["resolved", "not_an_address"]


def test_a_sheet_that_is_named_is_the_one_read(tmp_path: Path) -> None:
    sheets(tmp_path / "liste.xlsx")
    done = run(tmp_path, "--sheet", "Vanlige", listing="liste.xlsx")
    assert "outside 1" in done.output
    assert "Arbeidsboken har også" not in done.output
    assert "Mente du «Vanlige»?" in run(tmp_path, "--sheet", "vanlig", listing="liste.xlsx").output


WRITTEN = {
    "tabs in UTF-16": "Nr\tAdresse\n1\tKirkeveien 58\n".encode("utf-16"),
    "bars": b"Nr|Adresse\r\n1|Kirkeveien 58\r\n",
    "commas and quotes": b'Nr,Adresse\n1,"Kirkeveien 58, 9901 Fjordvik"\n',
    "a hard blank in cp1252": "Nr;Adresse;Sted\n1;Kirkeveien\u00a058;Måløy\n".encode("cp1252"),
    "a title and blank lines": b"Boligliste\n\nNr;Adresse\n\n1;Kirkeveien 58\n\n",
    "separators behind the headings": b"Nr;Adresse;;\n1;Kirkeveien 58;;\n",
    "an old end-of-file mark": b"Nr;Adresse\n1;Kirkeveien 58\n\x1a",
    "one column with commas": b"Adresse\nKirkeveien 58, 9901 Fjordvik\n",
    "a heading with blanks in capitals": b"Nr; ADRESSE \n1;Kirkeveien 58\n",
}


@pytest.mark.parametrize("content", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_list_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "liste.csv").write_bytes(content)
    done = run(tmp_path)
    assert "1 rader" in done.output
    assert "resolved 1, suggested 0" in done.output


def test_a_column_the_list_already_has_is_kept_beside_ours(tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text("Adresse;postnummer\nKirkevegen 58;9902\n", "utf-8")
    assert run(tmp_path, "--postnummer-column", "Postnummer").exit_code == 0
    rows = pl.read_csv(tmp_path / "ut.csv", separator=";", infer_schema=False)
    assert (rows["postnummer"][0], rows["postnummer_register"][0], rows["verdict"][0]) == ("9902", "9901", "suggested")


def test_a_misspelt_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text(ROWS, "utf-8")
    done = run(tmp_path, "--column", "Adrese")
    assert done.exit_code == 2
    assert "Mente du «Adresse»?" in done.output
    assert not (tmp_path / "ut.csv").exists()


def test_a_missing_list_and_a_list_that_is_its_own_result_are_refused(tmp_path: Path) -> None:
    assert run(tmp_path).exit_code == 1
    (tmp_path / "liste.csv").write_text(ROWS, "utf-8")
    assert run(tmp_path, out="liste.csv").exit_code == 2
    assert (tmp_path / "liste.csv").read_text("utf-8") == ROWS


def test_an_identity_number_in_any_column_is_masked(tmp_path: Path) -> None:
    number = next(text for rest in range(100_000) if is_national_identity_number(text := f"018190{rest:05d}"))
    (tmp_path / "liste.csv").write_text(f"Adresse;Notat\nKirkevegen 58;{number}\n", "utf-8")
    done = run(tmp_path)
    assert number not in (tmp_path / "ut.csv").read_text("utf-8")
    assert "1\N{NO-BREAK SPACE}verdi" in done.output


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "tom"),
        (b"%PDF-1.7 x", "PDF"),
        (b"Adressenavn;nummer\nA;1\n", "mangler kolonnen «kommunenummer»"),
        ((made_register.HEADINGS + "\r\n").encode(), "ingen adresser"),
        ((made_register.HEADINGS + "\r\n1;9901;F;vegadresse;;1;Gata;x;;;;;;;;;;\r\n").encode(), "linje 2"),
        ((made_register.HEADINGS + "\r\n" + "1;" * 40 + "\r\n").encode(), "kan ikke leses"),
    ],
)
def test_a_bad_address_file_gets_a_sentence_with_what_to_do(tmp_path: Path, content: bytes, word: str) -> None:
    (tmp_path / "adresser.csv").write_bytes(content)
    with pytest.raises(AddressFileError, match=word) as fault:
        read_official([tmp_path / "adresser.csv"])
    assert "adresser.csv" in str(fault.value)


def test_a_missing_address_file_gets_a_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(AddressFileError, match=r"Fant ikke adressefilen borte\.csv"):
        read_official([tmp_path / "borte.csv"])


def test_a_line_that_cannot_be_taken_apart_is_kept_and_the_others_are_resolved(tmp_path: Path) -> None:
    lines = [
        "Nr;Adresse;Notat",
        "1;kirkevn 58;ok",
        "2;Kirkevegen 58;en;for mye",
        '3;"Kirkevegen 58;åpen',
        "4;Kirkevegen 58;ok",
        "5;Kirkevegen 58",
        "6;Kirkevegen 58;ok",
    ]
    (tmp_path / "liste.csv").write_text("\n".join(lines) + "\n", "utf-8")
    done = run(tmp_path)
    assert done.exit_code == 0, done.output
    rows = pl.read_csv(tmp_path / "ut.csv", separator=";", infer_schema=False)
    assert rows["Nr"].to_list() == ["1", lines[2], lines[3], "4", lines[5], "6"], "nothing is lost, and the order is the list's"
    assert rows["verdict"].to_list() == ["resolved", "not_an_address", "not_an_address", "resolved", "not_an_address", "resolved"]
    assert rows["adressenavn"].to_list() == ["Kirkevegen", None, None, "Kirkevegen", None, "Kirkevegen"]
    assert [str(reason).split(",")[0] for reason in rows["reason"] if reason] == [
        "Linje 3 har 4 verdier",
        "Linje 4 har et anførselstegn som ikke lukkes. Hele linjen står i første kolonne; rett den.",
        "Linje 6 har 2 verdier",
    ]
    assert "3\N{NO-BREAK SPACE}linjer kunne ikke deles i kolonner" in done.output
