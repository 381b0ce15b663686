"""An owner's own file says what single values mean; the source stays as it is."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from connectors.read import read_source
from language import rendered
from reconciliation.model.municipality import load
from reconciliation.reading.apply_corrections import corrected, with_corrected, with_source_values
from reconciliation.reading.corrections import read_corrections, unused_corrections
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import validate
from tests.pipelines.village import FDV, Village

HEAD = "Kilde;Kolonne;Verdi;Betyr;Kommentar\n"


@pytest.fixture
def village(tmp_path: Path) -> Village:
    made = Village(tmp_path)
    made.write_fdv(FDV.replace("102;Storgata 1;H0201;61,0;Omsorg", "102;Storgata 1;H0201;61,0;Omsorg+"))
    made.write_config(corrections="rettelser.csv")
    return made


def corrected_rows(village: Village, lines: str) -> tuple[pl.DataFrame, dict[tuple[str, str], int], tuple[str, ...]]:
    """(accepted rows of the FDV source, how often each correction was used, faults)."""
    (village.home / "rettelser.csv").write_text(HEAD + lines, encoding="utf-8")
    municipality = load(village.config)
    corrections = read_corrections(municipality, village.home)
    source = municipality.sources["fdv"]
    read = read_source("fdv", source, village.home)
    meant = corrected(read, corrections, source)
    assert meant.read.rows.drop(*source.mapped()).equals(read.rows.drop(*source.mapped())), "place and hash are the source's own"
    done = standardise(meant.read, source, municipality)
    return validate(done.rows, done.deviations, municipality).accepted, dict(meant.used), corrections.faults


def told_wrong(village: Village, lines: str) -> list[tuple[str, str | None, str]]:
    """(rule, value, sentence) of every deviation of the FDV source."""
    (village.home / "rettelser.csv").write_text(HEAD + lines, encoding="utf-8")
    municipality = load(village.config)
    source = municipality.sources["fdv"]
    meant = corrected(read_source("fdv", source, village.home), read_corrections(municipality, village.home), source)
    done = standardise(meant.read, source, municipality)
    rows = with_corrected(done.rows, meant.cells)
    deviations = with_source_values(validate(rows, done.deviations, municipality).deviations, rows)
    return [(rule, value, rendered(stored)) for rule, value, stored in deviations.select("rule", "value", "message").iter_rows()]


def test_a_value_is_read_as_what_it_means(village: Village) -> None:
    assert corrected_rows(village, "")[0].height == 3, "the category is unknown"
    accepted, used, faults = corrected_rows(village, "fdv;Kategori;Omsorg+;Omsorg;avklart i september\n")
    assert (accepted.height, used, faults) == (4, {("Kategori", "Omsorg+"): 1}, ())


def test_a_source_may_be_named_by_its_title_and_a_blank_meaning_means_nothing(village: Village) -> None:
    accepted, used, faults = corrected_rows(village, "FDV;areal;80,0;;feil i målingen\n")
    assert (used, faults) == ({("Areal", "80,0"): 1}, ())
    assert accepted.filter(pl.col("adressenavn") == "Lillevegen").get_column("bruksareal").to_list() == [None]


def test_a_corrected_value_that_is_still_wrong_is_reported_as_it_is_in_the_source(village: Village) -> None:
    ((rule, value, sentence),) = told_wrong(village, "fdv;Kategori;Omsorg+;Omsorgg;\n")
    assert (rule, value) == ("K02", "Omsorg+")
    assert sentence.endswith("I kilden står «Omsorg+»; rettelsen sier at det betyr «Omsorgg».")


def test_a_value_corrected_to_nothing_tells_what_was_there(village: Village) -> None:
    ((rule, value, sentence),) = told_wrong(village, "fdv;Kategori;Omsorg+;;\n")
    assert (rule, value) == ("K01", "Omsorg+")
    assert sentence.endswith("I kilden står «Omsorg+»; rettelsen sier at det betyr ingenting.")


def test_a_deviation_of_another_column_says_nothing_of_the_correction(village: Village) -> None:
    (only,) = told_wrong(village, "fdv;Areal;61,0;62,0;\n")
    assert "rettelsesfilen" not in only[2]


WRONG = {
    "no such source": ("fvd;Kategori;x;Omsorg;\n", "rettelser.csv, rad 2: Kilden «fvd» finnes ikke. Kildene er: eiendom, fdv."),
    "no such column": ("fdv;Kategorie;x;Omsorg;\n", "FDV har ingen kolonne «Kategorie» som leses. Mente du «Kategori»?"),
    "the key": ("fdv;Nummer;100;200;\n", "«Nummer» er nøkkelen i FDV"),
    "two meanings": ("fdv;Kategori;x;Omsorg;\nfdv;Kategori;x;Ordinær;\n", "har flere betydninger"),
    "two meanings, the source and the column spelt in two ways": (
        "fdv;Kategori;x;Omsorg;\nFDV;kategori;x;Ordinær;\n",
        "rad 2), «Ordinær» (",
    ),
    "no value": ("fdv;Kategori;;Omsorg;\n", "Verdi mangler"),
}


@pytest.mark.parametrize(("lines", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_line_that_cannot_be_used_is_named_and_the_others_are_used(lines: str, says: str, village: Village) -> None:
    accepted, _, faults = corrected_rows(village, lines + "fdv;Kategori;Omsorg+;Omsorg;\n")
    assert says in " ".join(map(rendered, faults))
    assert accepted.height == 4


def test_the_same_line_twice_is_no_contradiction(village: Village) -> None:
    assert corrected_rows(village, "fdv;Kategori;Omsorg+;Omsorg;en\nfdv;Kategori;Omsorg+;Omsorg;to\n")[2] == ()


def test_a_correction_nobody_needs_any_more_is_seen(village: Village) -> None:
    used = corrected_rows(village, "fdv;Kategori;Borte;Omsorg;\nfdv;Kategori;Omsorg+;Omsorg;\n")[1]
    assert used == {("Kategori", "Borte"): 0, ("Kategori", "Omsorg+"): 1}
    assert [("Borte" in rendered(warning), "Omsorg+" in rendered(warning)) for warning in unused_corrections("fdv", used)] == [
        (True, False)
    ]


def test_a_workbook_does_as_well_and_a_missing_file_is_one_sentence(village: Village) -> None:
    village.write_config(corrections="rettelser.xlsx")
    municipality = load(village.config)
    (missing,) = read_corrections(municipality, village.home).faults
    assert "rettelser.xlsx" in rendered(missing)
    with xlsxwriter.Workbook(village.home / "rettelser.xlsx") as book:
        sheet = book.add_worksheet("Rettelser")
        for number, line in enumerate([HEAD.strip().split(";"), ["fdv", "Kategori", "Omsorg+", "Omsorg", ""]]):
            sheet.write_row(number, 0, line)
    corrections = read_corrections(municipality, village.home)
    assert (dict(corrections.meanings), corrections.faults) == ({("fdv", "Kategori"): {"Omsorg+": "Omsorg"}}, ())
