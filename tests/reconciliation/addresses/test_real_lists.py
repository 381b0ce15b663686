"""All of a real municipality's addresses written as nine kinds of dirty list and read back; and the collected cases."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors.personal_numbers import MASK
from language import rendered
from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.kartverket_file import read_official
from reconciliation.addresses.parsed_address import ParseStatus
from reconciliation.addresses.parsing import parse_address
from reconciliation.addresses.resolving import resolve_text
from reconciliation.addresses.spelling_keys import street_keys
from reconciliation.identifiers import parse_matrikkel, parse_unit
from reconciliation.reading.dates import read_day
from reconciliation.reading.numbers import read_number
from tests.reconciliation.addresses.dirty_lists import LISTS, dirty
from tests.reconciliation.addresses.shares import share_of

LEAST_RESOLVED = dict.fromkeys(LISTS, 0.97) | {"misspelt": 0.0}
"""A misspelt name is suggested and not resolved, so that list has no floor but that of what is offered (below)."""


@pytest.fixture(scope="module")
def elverum() -> pl.DataFrame:
    folder = Path(os.environ.get("KOBOSYNC_REAL_DATA", Path(__file__).parents[4] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real data beside the project (set KOBOSYNC_REAL_DATA)")
    return read_official([folder / "dev" / "elverum_dev.csv"])


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("kind", LISTS)
def test_a_dirty_list_of_a_whole_municipality_has_not_one_wrong_address(elverum: pl.DataFrame, kind: str, every: int) -> None:
    rows = list(dirty(kind, iter(elverum.filter(pl.col("adressenavn").is_not_null()).gather_every(every).to_dicts())))
    share = share_of(AddressRegister(elverum), kind, rows)
    assert share.wrong == []
    assert share.resolved >= LEAST_RESOLVED[kind]
    assert share.verdicts["resolved"] + share.verdicts["suggested"] >= 0.98 * len(rows)


def _cases(real_data: Path, *groups: str) -> list[dict[str, Any]]:
    lines = (real_data / "dev" / "dirty_cases_dev.jsonl").read_text("utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["gruppe"] in groups]


MADE = "adressetype;kommunenummer;adressenavn;nummer;bokstav;gardsnummer;bruksnummer;postnummer;poststed\n" + "\n".join(
    f"vegadresse;9901;{name};{house};{letter};1;1;{code};{place}"
    for name, house, letter, code, place in (
        ("Gate 1", 44, "", "6700", "MÅLØY"),
        ("Karl Johans gate", 1, "", "0154", "OSLO"),
        ("Storgata", 1, "", "0155", "OSLO"),
        ("Storgata", 12, "B", "2408", "ELVERUM"),
        ("Prestvikvegen", 2, "", "9110", "SOMMARØY"),
    )
)
"""Streets of the cases that lie in other municipalities."""


def test_the_collected_addresses_come_out_exactly(real_data: Path, elverum: pl.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "made.csv").write_text(MADE, "utf-8")
    registers = AddressRegister(elverum), AddressRegister(read_official([tmp_path / "made.csv"]))
    cases = [case for case in _cases(real_data, "adresse", "bruksenhet") if " " in case["input"] and case["id"] != "037"]
    resolved = [case for case in cases if "status" not in case["forventet"]]
    assert len(resolved) == 13
    for case in resolved:
        expected = dict(case["forventet"])
        whole = expected.pop("adresse", None)
        answers = [answer for answer in (resolve_text(register, case["input"]) for register in registers) if answer.verdict == "resolved"]
        assert len(answers) == 1, case["id"]
        answer = answers[0]
        expected["leilighetsnummer"] = expected.pop("leilighetsnr", None)
        assert {name: getattr(answer, name) for name, value in expected.items() if value is not None} == {
            name: value for name, value in expected.items() if value is not None
        }, case["id"]
        assert answer.bokstav == expected.get("bokstav"), case["id"]
        assert whole is None or f"{answer.adressenavn} {answer.nummer}, {answer.postnummer} {answer.poststed}" == whole


def test_the_collected_texts_without_an_address_are_refused_for_what_they_are(real_data: Path, elverum: pl.DataFrame) -> None:
    by_id = {case["id"]: case for case in _cases(real_data, "adresse", "postnummer")}
    place, box = by_id["027"], by_id["034"]
    for case in (place, box):
        assert resolve_text(AddressRegister(elverum), case["input"]).verdict == "not_an_address"
        parsed, expected = parse_address(case["input"]), case["forventet"]
        assert (parsed.status, parsed.postnummer) == (ParseStatus(expected["status"]), expected["postnummer"])
    assert parse_address(place["input"]).adressenavn == place["forventet"]["stedsnavn"]
    assert parse_address(place["input"]).poststed == place["forventet"]["poststed"]
    assert parse_address(box["input"]).postboks == box["forventet"]["postboks"]


def test_a_poststed_spelt_otherwise_than_the_register_is_a_warning(real_data: Path, tmp_path: Path) -> None:
    (tmp_path / "made.csv").write_text(MADE, "utf-8")
    case = next(case for case in _cases(real_data, "postnummer") if case["id"] == "071")
    resolved = resolve_text(AddressRegister(read_official([tmp_path / "made.csv"])), case["input"])
    assert (resolved.verdict, resolved.postnummer, resolved.poststed) == ("resolved", "9110", case["forventet"]["poststed"])
    assert rendered(resolved.reason) == "Poststed SOMMARØYA er oppgitt; registeret har 9110 SOMMARØY."


def test_the_collected_units_and_cadastral_numbers_come_out_exactly(real_data: Path) -> None:
    for case in _cases(real_data, "bruksenhet"):
        if case["id"] in ("036", "037", "041"):
            assert parse_unit(case["input"]) == case["forventet"]
        elif case["id"] == "042":
            assert parse_unit(case["input"]) is None
    for case in _cases(real_data, "matrikkel"):
        number = parse_matrikkel(case["input"])
        assert number is not None
        expected = case["forventet"]
        assert (number.gardsnummer, number.bruksnummer) == (expected["gnr"], expected["bnr"])
        assert (number.festenummer or 0, number.seksjonsnummer or 0) == (expected["fnr"], expected["snr"])


def test_the_collected_values_of_files_come_out_exactly(real_data: Path) -> None:
    by_id = {case["id"]: case for case in _cases(real_data, "fil")}
    assert read_number("7340,50") == by_id["081"]["forventet"]
    assert str(read_day("45291")) == by_id["084"]["forventet"]
    # A register's time of day is not kept by a date: the day is right.
    assert str(read_day("29.03.2023 22:05:36.367")) == by_id["085"]["forventet"][:10]
    for sign in ("..", ":"):
        assert read_number(sign) is None


def test_pairs_that_people_call_the_same_have_one_key_or_are_both_no_address(real_data: Path) -> None:
    with (real_data / "dev" / "norwegian_equal_pairs.tsv").open(encoding="utf-8-sig") as file:
        pairs = [(row["a"], row["b"]) for row in csv.DictReader(file, delimiter="\t")]
    assert len(pairs) == 22
    for left, other in pairs:
        first, second = parse_address(left), parse_address(other)
        assert MASK not in left
        assert first.status == second.status or {first.status, second.status} <= {ParseStatus.NOT_A_HOME, ParseStatus.NO_NUMBER}, (
            left,
            other,
        )
        assert (first.nummer, first.bokstav) == (second.nummer, second.bokstav), (left, other)
        if first.status is ParseStatus.OK:
            assert street_keys(first.adressenavn or "").sure == street_keys(second.adressenavn or "").sure, (left, other)
