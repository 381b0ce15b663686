"""A source or a register that still writes the number of before a reform means the same place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.source_config import CsvSource
from language import rendered
from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.kartverket_file import read_official
from reconciliation.identifiers import kommune_table
from reconciliation.ledger.links import LINKS, MEMBERSHIPS
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.model.tables import empty
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import validate
from tests.reconciliation.reading.village_rows import GOOD, SOURCE, VIK, read

ELVERUM = VIK.model_copy(update={"kommunenummer": "3420"})
NUMBERED = CsvSource.model_validate(
    SOURCE.model_dump(by_alias=True)
    | {"fields": SOURCE.model_dump(by_alias=True)["fields"] | {"kommunenummer": {"column": "Rom"}, "ekstra_referanse": {"column": "Leil"}}}
)
SAME = kommune_table().same_place_as("3420")


def written(number: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    done = standardise(read(GOOD | {"Rom": number}), NUMBERED, ELVERUM)
    judged = validate(done.rows, done.deviations, ELVERUM.model_copy(update={"sources": {"fdv": NUMBERED}}))
    return judged.accepted, judged.deviations


def test_a_source_may_write_the_number_of_any_year() -> None:
    for number in ("0427", "427", "427 (Elverum)", "3420", None):
        accepted, deviations = written(number)
        assert accepted.get_column("kommunenummer").to_list() == ["3420"], number
        assert deviations.is_empty()


def test_a_number_that_never_was_is_reported_and_not_guessed() -> None:
    accepted, deviations = written("9999")
    assert accepted.is_empty()
    assert deviations.select("rule", "column", "value").rows() == [("G01", "Rom", "9999")]
    assert "aldri vært brukt" in rendered(deviations.item(0, "message"))


@pytest.mark.parametrize("text", ["1145, 1149", "3420/3419", "3420 og 3419", "3420-3419"])
def test_two_numbers_in_one_cell_are_reported_and_none_is_chosen(text: str) -> None:
    accepted, deviations = written(text)
    assert accepted.is_empty()
    assert deviations["rule"].to_list() == ["G03"]


@pytest.mark.parametrize(("number", "candidates"), [("1504", "1508, 1580"), ("1613", "5055, 5056, 5059")])
def test_a_municipality_that_was_split_is_asked_with_what_it_became_and_its_number_is_never_sent(number: str, candidates: str) -> None:
    accepted, deviations = written(number)
    assert accepted.is_empty()
    assert deviations["rule"].to_list() == ["G03"]
    assert candidates in rendered(deviations.item(0, "message"))


@pytest.mark.parametrize("home", ["1508", "1580"])
def test_which_part_of_a_split_municipality_a_row_is_in_is_decided_by_its_official_address_and_by_nothing_else(
    tmp_path: Path, home: str
) -> None:
    """A list from before the split has homes of both parts, whosever it is now."""
    here = VIK.model_copy(update={"kommunenummer": home})
    assert standardise(read(GOOD | {"Rom": "1507"}), NUMBERED, here).deviations["rule"].to_list() == ["G03"]
    (tmp_path / "a.csv").write_text(
        "adressetype;kommunenummer;adressenavn;nummer;bokstav;gardsnummer;bruksnummer;postnummer;poststed\n"
        "vegadresse;1508;Storgata;1;;1;1;9920;VIK\nvegadresse;1580;Kirkegata;2;;1;1;9921;HAVN\n",
        "utf-8",
    )
    there = AddressRegister(read_official([tmp_path / "a.csv"]))
    rows = read(GOOD | {"Rom": "1507"}, GOOD | {"Nummer": "2", "Rom": "1507", "Adresse": "Kirkegata 2", "Postnr": "9921"})
    done = standardise(rows, NUMBERED, here, there, date(2024, 1, 1))
    assert done.rows["kommunenummer"].to_list() == ["1508", "1580"]
    assert standardise(rows, NUMBERED, here, there, date(2023, 12, 31)).rows["kommunenummer"].to_list() == ["1507", "1507"]


@pytest.mark.parametrize(
    ("written", "as_of", "sent"),
    [
        ("3005", date(2023, 12, 31), "3005"),
        ("3005", date(2024, 1, 1), "3301"),
        ("3301", date(2023, 12, 31), "3005"),
        ("1580", date(2023, 12, 31), "1507"),
        ("1534", date(2019, 12, 31), "1534"),
        ("1534", date(2020, 1, 1), "1507"),
        ("1507", date(2023, 12, 31), "1507"),
        ("1507", date(2024, 1, 1), None),
        ("5059", date(2019, 6, 1), None),
        ("5401", date(2024, 6, 1), "5501"),
        ("1902", date(2019, 12, 31), "1902"),
        ("1902", date(2021, 1, 1), "5401"),
    ],
)
def test_what_goes_on_is_the_number_of_the_nights_date(written: str, as_of: date, sent: str | None) -> None:
    done = standardise(read(GOOD | {"Rom": written}), NUMBERED, ELVERUM, None, as_of)
    assert done.rows["kommunenummer"].to_list() == [sent]
    assert sent is None or kommune_table().is_used(sent, as_of)


@given(st.sampled_from(sorted(kommune_table().known)), st.dates(date(1977, 1, 1), date(2026, 1, 1)))
def test_no_number_and_no_date_lets_a_number_on_that_is_not_in_use_then(number: str, as_of: date) -> None:
    then = kommune_table().current(number, as_of)
    assert all(kommune_table().is_used(kommunenummer, as_of) for kommunenummer in then)


@pytest.mark.parametrize("text", ["9901 Fjordvik", "K-9901", "9901, 9901", "Vik", "Vik kommune"])
def test_the_municipality_s_own_number_and_name_are_known_in_every_form(text: str) -> None:
    here = VIK.model_copy(update={"kommunenummer": "9901"})
    assert standardise(read(GOOD | {"Rom": text}), NUMBERED, here).rows["kommunenummer"].to_list() == ["9901"]


@pytest.mark.parametrize(("home", "sent"), [("0427", "3420"), ("9901", "9901"), ("1504", None)])
def test_the_municipality_s_own_number_is_that_of_today_too(home: str, sent: str | None) -> None:
    done = standardise(read(GOOD | {"Rom": None}), NUMBERED, VIK.model_copy(update={"kommunenummer": home}))
    assert done.rows["kommunenummer"].to_list() == [sent]
    assert done.deviations["rule"].to_list() == ([] if sent else ["G03"])


def test_a_number_that_a_spreadsheet_made_a_decimal_of_is_the_number() -> None:
    here = VIK.model_copy(update={"kommunenummer": "9901"})
    assert standardise(read(GOOD | {"Rom": "9901.0"}), NUMBERED, here).rows["kommunenummer"].to_list() == ["9901"]


def register(number: str, **changes: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Our one dwelling, and the same in the register under that number."""
    accepted, _ = written("3420")
    to_merge = accepted.with_columns(carried=pl.lit(value=False))
    ours = merge(to_merge, empty(MEMBERSHIPS), None, ELVERUM, SAME).dwellings
    entries = ours.with_columns(
        kobo_id=pl.lit("k1"), leverandor_bolig_id=pl.lit(None, pl.String), kommunenummer=pl.lit(number), slettet=pl.lit(value=False)
    ).with_columns(**{name: pl.lit(value) for name, value in changes.items()})
    return ours, match(ours, entries, empty(LINKS), None, SAME)


def test_the_register_may_hold_it_under_the_number_of_before_the_reform() -> None:
    _, matches = register("0427")
    assert matches.select("kobo_id", "certain").rows() == [("k1", True)]


def test_a_cadastral_number_alone_is_certain_under_one_number_and_never_across_a_reform() -> None:
    elsewhere = {"adressenavn": "En annen gate"}
    _, matches = register("0427", **elsewhere)
    assert not matches.get_column("certain").any(), "farms got new numbers when municipalities merged"


def test_farms_keep_their_numbers_when_only_the_municipality_was_renumbered() -> None:
    accepted, _ = written("0427")
    assert accepted.select("gardsnummer", "bruksnummer").rows() == [(12, 345)]


def test_a_cadastral_number_from_before_a_merger_is_left_out_and_reported() -> None:
    """0719 became part of Sandefjord in 2017: what was farm 12 there has another number now."""
    done = standardise(read(GOOD | {"Rom": "0719"}), NUMBERED, ELVERUM.model_copy(update={"kommunenummer": "3907"}))
    assert done.rows.select("kommunenummer", "gardsnummer", "bruksnummer").rows() == [("3907", None, None)]
    assert done.deviations.get_column("rule").to_list() == ["G02W"]
