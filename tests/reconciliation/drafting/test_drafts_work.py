"""A draft works: its FYLL_INN filled in and nothing else changed, `check` takes it and every row is read (issue 19.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
import yaml
from typer.testing import CliRunner
from xlsxwriter.worksheet import Worksheet

from connectors.read import read_source
from connectors.read_result import Verdict
from pipelines.command_line import app
from reconciliation.model.municipality import load
from tests.pipelines.village import CONFIG

HEADINGS = ["Nr", "Adresse", "Postnr", "Bruksenhet", "Kategori", "Kvadrat"]
ROWS = [
    [f"K{number}", f"Ospestien {number}", "9910", "H0101", "Vanlig" if number < 4 else "Omsorg", str(40 + number)] for number in range(1, 5)
]


def table(sheet: Worksheet, headings: Sequence[str] = HEADINGS, at: tuple[int, int] = (0, 0), blank: int | None = None) -> None:
    for place, row in enumerate([headings, *ROWS]):
        cells = [*row[:blank], "", *row[blank:]] if blank is not None else row
        for column, cell in enumerate(cells):
            if cell:
                sheet.write(at[0] + place, at[1] + column, cell)


def two_levels(sheet: Worksheet) -> None:
    sheet.write(0, 0, "Nr")
    sheet.merge_range(0, 1, 0, 3, "Hvor")
    table(sheet, ["", *HEADINGS[1:]], (1, 0))


UGLY: dict[str, tuple[str, Callable[[Worksheet], None], tuple[str, ...]]] = {
    "another sheet": ("liste.xlsx", table, ("Forklaring",)),
    "empty sheets": ("liste.xlsx", table, ("", "")),
    "starts in B3": ("liste.xlsx", lambda sheet: table(sheet, at=(2, 1)), ()),
    "a title above": ("liste.xlsx", lambda sheet: (sheet.write(0, 0, "Boliger i kommunen"), table(sheet, at=(3, 0)))[1], ()),
    "an empty column": ("liste.xlsx", lambda sheet: table(sheet, blank=2), ()),
    "an empty column with a heading": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS, "Notat"]), ()),
    "no heading over values": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS[:5], ""]), ()),
    "no heading over the category": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS[:4], "", "Kvadrat"]), ()),
    "two alike": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS[:4], "Kommentar", "Kommentar"]), ()),
    "two alike that are mapped": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS[:4], "Kategori", "Postnr"]), ()),
    "two levels": ("liste.xlsx", two_levels, ()),
    "a line break in a heading": ("liste.xlsx", lambda sheet: table(sheet, ["Nr", "Adresse\n(gate)", *HEADINGS[2:]]), ()),
    "a name that is a year": ("2022.xlsx", table, ()),
    "a name that is a word of YAML": ("off.xlsx", table, ()),
    "a name with letters of ours": ("Ærlig liste (ny).xlsx", table, ()),
    "signs in a heading": (
        "liste.xlsx",
        lambda sheet: table(sheet, ["Nr", "Adresse", "Postnr", "Bruksenhet", "Kategori", 'A: "b" #c']),
        (),
    ),
}
TEXT = {
    "semicolon": ";".join,
    "comma": ",".join,
    "no heading in text": lambda cells: ";".join("" if cell == "Postnr" else cell for cell in cells),
    "two alike in text": lambda cells: ";".join("Kvadrat" if cell == "Kategori" else cell for cell in cells),
    "blank headings behind": lambda cells: ";".join([*cells, "", ""]),
    "pipes": "|".join,
}


def checked(folder: Path, file: Path) -> None:
    made = CliRunner().invoke(app, ["map", str(file), "--out", str(folder / "utkast.yaml")])
    assert made.exit_code == 0, made.output
    draft = yaml.safe_load((folder / "utkast.yaml").read_text(encoding="utf-8"))
    (name, source), *_ = draft["sources"].items()
    assert isinstance(name, str)
    content = {**CONFIG, "owners": {"bolig": {"title": "Boligkontoret"}}, "survivorship": {"default": [name]}}
    source = {**source, "owner": "bolig", "path": file.name}
    for field in source["fields"].values():
        if "table" in field:
            field["table"] = dict.fromkeys(field["table"], "ordinar")
    if source["key"] == ["FYLL_INN"]:
        source["key"] = ["Nr"]
    config = folder / "kommune.yaml"
    config.write_text(yaml.safe_dump({**content, "sources": {name: source}}, allow_unicode=True, sort_keys=False), encoding="utf-8")
    municipality = load(config)
    read = read_source(name, municipality.sources[name], folder)
    assert read.verdict is Verdict.COMPLETE, read.message
    assert read.rows.height == 4
    assert len(source.get("ignore", [])) == len(set(source.get("ignore", [])))


@pytest.mark.parametrize("kind", UGLY)
def test_the_draft_of_an_ugly_sheet_works(tmp_path: Path, kind: str) -> None:
    name, fill, others = UGLY[kind]
    with xlsxwriter.Workbook(str(tmp_path / name)) as book:
        fill(book.add_worksheet("Liste"))
        for number, words in enumerate(others, start=1):
            sheet = book.add_worksheet(f"Ark{number}")
            if words:
                sheet.write(0, 0, words)
    checked(tmp_path, tmp_path / name)


@pytest.mark.parametrize("kind", TEXT)
def test_the_draft_of_ugly_text_works(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("\n".join(TEXT[kind](row) for row in [HEADINGS, *ROWS]), encoding="utf-8")
    checked(tmp_path, file)


NAMES = {
    "adresse": ["Addr", "adress", "addresse", "Gateadresse *"],
    "kommunenummer": ["Komm.nr", "kommnr", "komnr"],
    "postnummer": ["Post-nr.", "Postnr. *", "Postnummer *", "postcode", "postalcode"],
    "manedsleie": ["Husleie/mnd", "Husleie pr mnd", "Leie pr. mnd", "Månedleie"],
    "bruksareal": ["BRA (kvm)", "Boareal m2"],
    "antall_soverom": ["Soverom, antall"],
}
VALUES = {
    "adresse": "Ospestien 4",
    "kommunenummer": "9901",
    "postnummer": "9910",
    "manedsleie": "6900",
    "bruksareal": "52",
    "antall_soverom": "2",
}


@pytest.mark.parametrize(("field", "heading"), [(field, heading) for field, names in NAMES.items() for heading in names])
def test_headings_as_people_write_them_get_their_field(tmp_path: Path, field: str, heading: str) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(f"Nr;{heading};Notat\nA;{VALUES[field]};x\nB;{VALUES[field]};y\n", encoding="utf-8")
    draft = yaml.safe_load(CliRunner().invoke(app, ["map", str(file)]).stdout)
    assert draft["sources"]["liste"]["fields"] == {field: draft["sources"]["liste"]["fields"][field]}
    assert draft["sources"]["liste"]["fields"][field]["column"] == heading


def test_a_field_goes_to_the_fullest_column_that_fits(tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    rows = [f"{number};{'Svanevika 2' if number == 3 else ''};Ospestien {number};;9910" for number in range(1, 6)]
    file.write_text("\n".join(["Nr;adresse3;adresse1;adresse2;Postnr", *rows]), encoding="utf-8")
    made = CliRunner().invoke(app, ["map", str(file)])
    assert yaml.safe_load(made.stdout)["sources"]["liste"]["fields"]["adresse"]["column"] == "adresse1"
    assert "«Nr» teller bare radene" in made.stderr


def test_categories_stand_in_order_of_how_many_have_them(tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    kinds = ["Omsorg", "Vanlig", "Vanlig", "Anna", "Vanlig", "Omsorg"]
    file.write_text("Nr;Kategori\n" + "".join(f"K{place};{kind}\n" for place, kind in enumerate(kinds)), encoding="utf-8")
    draft = yaml.safe_load(CliRunner().invoke(app, ["map", str(file)]).stdout)
    assert list(draft["sources"]["liste"]["fields"]["kategori"]["table"]) == ["Vanlig", "Omsorg", "Anna"]


def test_a_workbook_that_the_reader_panics_on_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicError(BaseException):
        pass

    def panics(*_: object) -> None:
        raise PanicError("range start index 4 out of range")

    file = tmp_path / "liste.xls"
    file.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))  # how an .xls begins
    monkeypatch.setattr("fastexcel.read_excel", panics)
    made = CliRunner().invoke(app, ["map", str(file)])
    assert made.exit_code == 1
    assert "liste.xls er en skadet arbeidsbok" in made.stderr
