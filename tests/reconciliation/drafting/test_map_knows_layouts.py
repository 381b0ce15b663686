"""`kobosync map` takes the sheet that is named, and says when a mapping shipped with the project fits."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
import yaml

from demo.legacy_facilit import SECTION
from kobo_client.import_columns import COLUMNS
from reconciliation.drafting.ready_fit import best_ready_mapping
from reconciliation.model.mapping_files import ready
from tests.reconciliation.drafting.test_map import mapped

PLAIN = ("Boligid", "Adresse", "Postnummer", "Poststed", "Bruksenhetsnummer", "Kategori", "Bruksareal", "Antall soverom", "Månedsleie")


def workbook(folder: Path) -> Path:
    file = folder / "Boliger.xlsx"
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("Forside").write_row(0, 0, ("Om", "listen"))
        sheet = book.add_worksheet("Boliger «nye»")
        for number, row in enumerate([("Kommunale boliger",), (), ("Boligid", "Adresse"), ("1", "Storgata 1"), ("2", "Storgata 2")]):
            sheet.write_row(number, 0, row)
        book.add_worksheet("Tomt")
    return file


def test_the_sheet_that_is_named_is_the_one_drafted(tmp_path: Path) -> None:
    done = mapped(workbook(tmp_path), "--sheet", "Boliger «nye»")
    assert done.exit_code == 0, done.output
    ((_, content),) = yaml.safe_load(done.stdout)["sources"].items()
    assert content["sheets"] == [{"name": "Boliger «nye»"}]
    assert (content["key"], content["fields"]) == (["Boligid"], {"adresse": {"column": "Adresse", "as": "address"}})


def test_without_one_the_sheet_with_known_headings_is_drafted_and_the_others_are_named(tmp_path: Path) -> None:
    done = mapped(workbook(tmp_path))
    assert done.stdout == mapped(workbook(tmp_path), "--sheet", "Boliger «nye»").stdout
    assert "Arbeidsboken har også «Forside»: kjør med --sheet" in done.stderr, "an empty sheet is not worth a word"


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ("Boliger nye", "har ikke arket «Boliger nye». Mente du «Boliger «nye»»? Arkene er: Forside, Boliger «nye», Tomt."),
        ("Tomt", "Tomt er tom"),
    ],
)
def test_a_sheet_that_is_not_there_or_empty_is_a_sentence(sheet: str, words: str, tmp_path: Path) -> None:
    done = mapped(workbook(tmp_path), "--sheet", sheet)
    assert done.exit_code == 1
    assert words in done.stderr


def test_a_file_without_sheets_and_a_damaged_workbook_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Id;Adresse\n1;Storgata 1\n", "utf-8")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 half")
    for name, words in (("a.csv", "ingen arbeidsbok"), ("b.xlsx", "b.xlsx"), ("c.xlsx", "c.xlsx")):
        done = mapped(tmp_path / name, "--sheet", "Ark1")
        assert (done.exit_code, words in done.stderr) == (1, True), done.output


LEIEOBJEKT = ["nLeieobjektId", "cAdresse1", "cPostnr", "nMengde", "nLeieobjektTypeId", *ready("facilit-leieobjekt")["ignore"]]
FITS = {
    "Facilit's section export": (SECTION, "facilit", True),
    "Facilit's lease objects": (LEIEOBJEKT, "facilit-leieobjekt", True),
    "Facilit's lease objects with the columns nobody has described": ([*LEIEOBJEKT, "cUkjent"], "facilit-leieobjekt", False),
    "Kobo's import": (COLUMNS, "kobo-import", True),
    "what Kobo exports": ([*COLUMNS, "koboId"], "kobo-import", False),
    "a plain list": (PLAIN, "enkel-liste", True),
    "in another order, with double blanks": ([*reversed(PLAIN[:-2]), "Antall  soverom", " Månedsleie"], "enkel-liste", True),
    "a plain list without its key": (PLAIN[1:], None, False),
    "anything else": (("Nr", "Hvor"), None, False),
    "nothing": ((), None, False),
}


@pytest.mark.parametrize(("headings", "name", "exact"), FITS.values(), ids=FITS.keys())
def test_a_ready_mapping_fits_where_all_it_reads_is_there(headings: tuple[str, ...], name: str | None, exact: bool) -> None:
    fit = best_ready_mapping(headings)
    assert (fit.name if fit else None, bool(fit and fit.exact)) == (name, exact)


def test_map_says_which_ready_mapping_fits(tmp_path: Path) -> None:
    file = tmp_path / "Seksjon.csv"
    file.write_text(";".join(SECTION) + "\n" + ";".join("1" for _ in SECTION) + "\n", encoding="iso-8859-1")
    done = mapped(file)
    assert "Dette ligner på Facilit FDV: bruk `mapping: ready:facilit`" in done.stderr
    assert "# Dette ligner på Facilit FDV" in done.stdout
    assert yaml.safe_load(done.stdout)["sources"], "still a draft"


def test_what_the_ready_mapping_does_not_know_is_listed_to_be_ignored(tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(";".join([*PLAIN, "Leietaker"]) + "\n" + ";".join("1" for _ in [*PLAIN, ""]) + "\n", encoding="utf-8")
    assert "bruk `mapping: ready:enkel-liste`" in mapped(file).stderr
    assert 'skriv da også `ignore: ["Leietaker"]`' in mapped(file).stderr
