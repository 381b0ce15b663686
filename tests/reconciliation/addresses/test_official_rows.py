"""With official addresses, a source's rows get the official spelling or a warning; without, nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from language import rendered
from reconciliation.addresses.address_register import AddressRegister, load_register
from reconciliation.addresses.kartverket_file import read_official
from reconciliation.addresses.resolving import resolve_text
from reconciliation.model.municipality import ConfigurationError
from reconciliation.reading.official_addresses import official_addresses
from reconciliation.reading.standardise import Standardised, standardise
from reconciliation.reading.validate import validate
from tests.reconciliation.addresses import made_register
from tests.reconciliation.reading.village_rows import SOURCE, VIK, good, read


def made(register: AddressRegister | None, *rows: dict[str, str | None]) -> Standardised:
    return standardise(read(*rows), SOURCE, VIK, register)


ROWS = (
    good(Adresse="Kirkeveien 58", Postnr=None),
    good(Nummer="2", Adresse="Kirkevgen 58", Postnr=None),
    good(Nummer="3", Adresse="Kirkevegen 3", Postnr=None),
)


def test_without_official_addresses_a_row_is_as_it_was_written() -> None:
    assert official_addresses(VIK, Path()).register is None
    done = made(None, *ROWS)
    assert done.rows["adressenavn"].to_list() == ["Kirkeveien", "Kirkevgen", "Kirkevegen"]
    assert done.deviations.is_empty()


def test_a_certain_address_gets_its_official_spelling_and_a_doubtful_one_a_warning(fjordvik: AddressRegister) -> None:
    done = made(fjordvik, *ROWS)
    assert done.rows["adressenavn"].to_list() == ["Kirkevegen", "Kirkevgen", "Kirkevegen"]
    assert done.rows["postnummer"].to_list() == ["9901", None, None]
    assert done.deviations["rule"].to_list() == ["A05W", "A05W"]
    assert done.deviations["column"].to_list() == ["Adresse", "Adresse"]
    assert "Mente du Kirkevegen?" in rendered(done.deviations["message"][0])
    assert "Nærmeste: Kirkevegen 2" in rendered(done.deviations["message"][1])


def test_a_warning_rejects_no_row(fjordvik: AddressRegister) -> None:
    done = made(fjordvik, *({**row, "Postnr": "9901"} for row in ROWS))
    judged = validate(done.rows, done.deviations, VIK)
    assert (judged.accepted.height, judged.rejected.height) == (3, 0)
    assert "A05W" in judged.deviations["rule"].to_list()


def test_the_file_s_addresses_are_read_from_the_home_folder(tmp_path: Path) -> None:
    made_register.write(tmp_path)
    named = VIK.model_copy(update={"addresses": (Path("fjordvik.csv"),)})
    register = official_addresses(named, tmp_path).register
    assert register is not None
    assert len(register.streets) == len(made_register.STREETS)


def test_a_missing_address_file_is_a_configuration_fault_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"addresses: Fant ikke adressefilen borte\.csv"):
        official_addresses(VIK.model_copy(update={"addresses": (Path("borte.csv"),)}), tmp_path)


@pytest.mark.parametrize(
    ("postnummer", "poststed", "warned"),
    [
        ("9901", "Fjordvik", []),
        ("9901", None, []),
        ("9902", "Fjordvik", ["«9902 FJORDVIK» i Postnr", "9901 FJORDVIK"]),
        ("9901", "Bergsøya", ["«9901 BERGSØYA» i Postnr", "9901 FJORDVIK"]),
    ],
    ids=["both fit", "no poststed", "another postnummer", "another poststed"],
)
def test_a_postnummer_or_poststed_that_the_register_tells_otherwise_is_a_warning_and_stays_as_written(
    fjordvik: AddressRegister, postnummer: str, poststed: str | None, warned: list[str]
) -> None:
    done = made(fjordvik, good(Adresse=f"Kirkevegen 58{f', {poststed}' if poststed else ''}", Postnr=postnummer))
    assert done.rows["postnummer"].to_list() == [postnummer]
    assert done.deviations["rule"].to_list() == ["P03W"] * bool(warned)
    assert all(part in rendered(done.deviations["message"][0]) for part in warned)
    judged = validate(done.rows, done.deviations, VIK)
    assert (judged.accepted.height, judged.rejected.height) == (1, 0)


@pytest.mark.parametrize("in_the_cell", [False, True])
@pytest.mark.parametrize(
    ("unit", "warned"), [("H0201", []), ("H0301", ["B04W"]), (None, ["B06W"])], ids=["one it has", "one it has not", "none written"]
)
def test_a_unit_that_the_address_does_not_have_is_a_warning_and_stays_as_written(
    nordvik: AddressRegister, unit: str | None, warned: list[str], in_the_cell: bool
) -> None:
    cell = f"Storgt 12 B {unit or ''}" if in_the_cell else "Storgt 12 B"
    done = made(nordvik, good(Adresse=cell, Postnr=None, Bruksenhet=None if in_the_cell else unit))
    assert done.rows.select("adressenavn", "bruksenhetsnummer").rows() == [("Storgata", unit)]
    assert done.deviations["rule"].to_list() == warned
    expected = {"B04W": "Storgata 12B har ikke bruksenhet H0301 i registeret.", "B06W": "H0201"}
    assert all(expected[rule] in rendered(stored) for rule, stored in done.deviations.select("rule", "message").iter_rows())


def test_units_are_not_checked_where_the_register_has_none(fjordvik: AddressRegister) -> None:
    assert made(fjordvik, good(Adresse="Kirkevegen 58", Postnr=None, Bruksenhet="H0909")).deviations.height == 0


@pytest.mark.parametrize(
    ("written", "label", "unit", "expected"),
    [
        ("Sundvegen 16", None, "H0101", []),
        ("Sundvegen 16", "3", None, []),
        ("Storgata 12", None, None, ["H0101, H0102"]),
        ("Kirkegata 1", None, None, []),
    ],
    ids=["one dwelling there", "a label says that there are more", "several there", "none known"],
)
def test_the_unit_is_known_where_the_register_has_one_and_asked_with_its_list_where_it_has_several(
    nordvik: AddressRegister, written: str, label: str | None, unit: str | None, expected: list[str]
) -> None:
    done = made(nordvik, good(Adresse=written, Postnr="9903", Bruksenhet=None, Leil=label))
    assert done.rows["bruksenhetsnummer"].to_list() == [unit]
    asked = [rendered(message) for rule, message in done.deviations.select("rule", "message").iter_rows() if rule == "B06W"]
    assert len(asked) == len(expected)
    assert all(units in sentence for units, sentence in zip(expected, asked, strict=True))


def test_a_house_that_is_in_two_files_of_official_addresses_is_one_house(tmp_path: Path) -> None:
    """The file on dwelling level has no ids: its houses are those of the other."""
    heading = "adressetype;kommunenummer;adressenavn;nummer;bokstav;gardsnummer;bruksnummer;postnummer;poststed"
    line = "vegadresse;9901;Storgata;4;;1;1;9910;FJORDVIK"
    (tmp_path / "units.csv").write_text(f"{heading};bruksenhetsnummerTekst\n{line};H0101\n{line};H0201\n", "utf-8")
    (tmp_path / "houses.csv").write_text(f"lokalid;{heading}\n77;{line}\n", "utf-8")
    for files in (["units.csv", "houses.csv"], ["houses.csv", "units.csv"]):
        both = load_register([tmp_path / name for name in files])
        resolved = resolve_text(both, "Storgata 4")
        assert (resolved.verdict, resolved.lokalid) == ("resolved", "77")
        assert both.units_at("9901", "Storgata", (4, "")) == ["H0101", "H0201"]
        other = resolve_text(both, "Storgata 4 C")
        assert (other.verdict, rendered(other.reason)) == ("outside", "Storgata har ikke nummer 4C. Nummeret finnes som Storgata 4.")


def test_a_file_whose_cells_were_quoted_by_a_spreadsheet_is_the_same_register(tmp_path: Path) -> None:
    made_register.write(tmp_path)
    published = tmp_path / "fjordvik.csv"
    lines = published.read_text(encoding="utf-8-sig").splitlines()
    quoted = tmp_path / "quoted.csv"
    quoted.write_text("\n".join(";".join(f'"{cell}"' for cell in line.split(";")) for line in lines), encoding="utf-8")
    assert read_official([quoted]).equals(read_official([published]))
