"""A draft works: its FYLL_INN filled in and nothing else changed, `check` takes it and every row is read (issue 19.8)."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
import yaml
from typer.testing import CliRunner

from pipelines.command_line import app
from pipelines.commands.source_checks import source_checks
from reconciliation.model.municipality import load
from tests.pipelines.village import CONFIG
from tests.reconciliation.drafting.ugly_layouts import AROUND, HEADINGS, ROWS, TEXT, UGLY


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOBOSYNC_HOME", str(tmp_path))
    return tmp_path


def drafted(folder: Path, file: Path) -> str:
    made = CliRunner().invoke(app, ["map", str(file)])
    assert made.exit_code == 0, made.output
    return made.stdout


def checked(folder: Path, file: Path) -> None:
    """FYLL_INN is filled in, as text, and the line of the source says ok, of four rows."""
    draft = drafted(folder, file)
    filled = draft.replace("owner: FYLL_INN", "owner: bolig").replace("key: [FYLL_INN]", 'key: ["Nr"]').replace(": FYLL_INN", ": ordinar")
    assert "FYLL_INN" not in filled
    source = yaml.safe_load(filled)["sources"]
    (name,) = source
    assert isinstance(name, str)
    others = {key: value for key, value in CONFIG.items() if key not in ("sources", "owners", "survivorship")}
    rest = {**others, "owners": {"bolig": {"title": "Boligkontoret"}}, "survivorship": {"default": [name]}}
    config = folder / "kommune.yaml"
    config.write_text(yaml.safe_dump(rest, allow_unicode=True, sort_keys=False) + filled, encoding="utf-8")
    ((_, good, says),) = source_checks(load(config), folder)
    assert good, says
    assert says.startswith("4 rows"), says
    assert len(source[name].get("ignore", [])) == len(set(source[name].get("ignore", [])))


def test_there_are_thirty_kinds_and_more() -> None:
    assert len(UGLY) + len(TEXT) + len(AROUND) >= 30


@pytest.mark.parametrize("kind", UGLY)
def test_the_draft_of_an_ugly_sheet_works(folder: Path, kind: str) -> None:
    name, fill, others = UGLY[kind]
    with xlsxwriter.Workbook(str(folder / name)) as book:
        fill(book.add_worksheet("Liste"))
        for number, words in enumerate(others, start=1):
            sheet = book.add_worksheet(f"Ark{number}")
            if words:
                sheet.write(0, 0, words)
    checked(folder, folder / name)


@pytest.mark.parametrize("kind", TEXT)
def test_the_draft_of_ugly_text_works(folder: Path, kind: str) -> None:
    file = folder / "liste.csv"
    file.write_text("\n".join(TEXT[kind](row) for row in [HEADINGS, *ROWS]), encoding="utf-8")
    checked(folder, file)


@pytest.mark.parametrize("kind", AROUND)
def test_the_draft_of_a_text_with_something_around_it_works(folder: Path, kind: str) -> None:
    file = folder / "liste.csv"
    file.write_bytes(AROUND[kind]("\n".join(";".join(row) for row in [HEADINGS, *ROWS])))
    checked(folder, file)


FOOTERS = {
    "words below": {"^Listen eies av", "^Levert av"},
    "lines cut short below": {"^Kontakt for listen:", "^Levert"},
    "printed below": set(),
}


@pytest.mark.parametrize("kind", FOOTERS)
def test_a_pattern_is_proposed_for_lines_that_nothing_knows(folder: Path, kind: str) -> None:
    file = folder / "liste.csv"
    file.write_bytes(AROUND[kind]("\n".join(";".join(row) for row in [HEADINGS, *ROWS])))
    (source,) = yaml.safe_load(drafted(folder, file))["sources"].values()
    assert set(source.get("footer", [])) <= FOOTERS[kind]
    if kind == "lines cut short below":
        assert source["footer"]


def test_no_row_is_proposed_as_a_footer(folder: Path) -> None:
    file = folder / "liste.csv"
    rows = [
        "Nr;Adresse;BRA;Leie;Merknad",
        *(f"K{number};Ospestien {number};50;7000;x" for number in range(1, 9)),
        "K9;Ospestien 9;;;",
        "Ny;;;;",
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    (source,) = yaml.safe_load(drafted(folder, file))["sources"].values()
    assert "footer" not in source or not any("K9" in pattern for pattern in source["footer"])


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


def test_categories_are_in_order_of_how_many_have_them(tmp_path: Path) -> None:
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
