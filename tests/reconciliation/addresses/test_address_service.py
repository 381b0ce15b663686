"""All of a municipality's addresses from the address API, or a failed read; kept, and used again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from connectors.address_service import fetch_addresses
from connectors.read_faults import SourceFault
from connectors.service_config import AddressService
from language import rendered
from pipelines.command_line import app
from reconciliation.addresses.address_register import load_register
from reconciliation.addresses.kartverket_cache import kept_addresses, newest
from reconciliation.addresses.kartverket_file import AddressFileError
from reconciliation.addresses.resolving import resolve_text
from reconciliation.model.municipality import ConfigurationError
from reconciliation.reading.official_addresses import official_addresses
from tests.reconciliation.addresses.made_service import VILLAGE, AddressApi, address, address_api, cadastral
from tests.reconciliation.reading.village_rows import VIK

DAY = date(2026, 3, 1)


@pytest.fixture
def api() -> Iterator[AddressApi]:
    with address_api() as running:
        yield running


def asking(api: AddressApi, **settings: object) -> AddressService:
    return AddressService.model_validate({"api": "9901", "url": api.url, "retry_wait_cap": 0, "read_timeout": 5, **settings})


def test_every_address_comes_with_every_unit(api: AddressApi) -> None:
    rows = fetch_addresses(asking(api))
    assert rows.height == 5
    assert sorted(rows.filter(nummer="58")["bruksenhetsnummer"]) == ["H0101", "H0201"]
    assert rows.filter(nummer="2")["bruksenhetsnummer"].to_list() == [None]


def test_pages_are_read_to_the_last(api: AddressApi) -> None:
    api.addresses = [address("Kirkevegen", number) for number in range(1, 2501)]
    assert fetch_addresses(asking(api)).height == 2500
    assert [question["side"] for question in api.asked] == ["0", "1", "2"]


def test_more_than_the_service_gives_to_one_question_is_asked_for_in_parts(api: AddressApi) -> None:
    """The last of them can be had neither by their own postnummer alone nor in the first 10,000."""
    streets = ("Almevegen", "Bjørkevegen", "Åsvegen")
    api.addresses = [address(street, number) for street in streets for number in range(1, 4500)]
    api.addresses += [cadastral(1), address("Čáhcegeaidnu", 1, code="9903"), address("17. mai gate", 2, code="9903")]
    rows = fetch_addresses(asking(api))
    assert rows.height == rows.n_unique() == len(api.addresses) == 13_500


@pytest.mark.parametrize("says", [3, 5, 10_001])
def test_a_part_of_the_register_is_a_failed_read(api: AddressApi, says: int) -> None:
    api.says = says
    with pytest.raises(SourceFault, match="addresses_incomplete"):
        fetch_addresses(asking(api))


def test_a_municipality_without_addresses_is_a_wrong_number(api: AddressApi) -> None:
    api.addresses = []
    with pytest.raises(SourceFault, match="addresses_none"):
        fetch_addresses(asking(api))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again(api: AddressApi, status: int) -> None:
    api.faults = [(status, {"Retry-After": "0"}, {})]
    assert fetch_addresses(asking(api)).height == 5


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ((400, {}, {"message": {"side": ["Unknown field."]}}), "service_status"),
        ((200, {}, b"<html>"), "not_json"),
        ((200, {}, b'{"metadata": {"totaltAntallTreff": 1}, "adresser": ['), "not_json"),
        ((200, {}, {"adresser": []}), "no_row_list"),
        ((200, {}, {"metadata": {"totaltAntallTreff": 1}, "adresser": [{"adressenavn": "Kirkevegen"}]}), "no_row_list"),
        ((200, {}, {"metadata": {"totaltAntallTreff": 1}, "adresser": [{**VILLAGE[0], "kommunenummer": "9902"}]}), "no_row_list"),
    ],
)
def test_what_is_no_answer_to_the_question_is_a_failed_read(api: AddressApi, fault: tuple[int, dict[str, str], object], code: str) -> None:
    api.faults = [fault]
    with pytest.raises(SourceFault, match=code):
        fetch_addresses(asking(api))


def test_kept_addresses_are_used_without_asking_until_they_are_too_old(api: AddressApi, tmp_path: Path) -> None:
    first = kept_addresses(asking(api), tmp_path, DAY)
    asked = len(api.asked)
    assert kept_addresses(asking(api), tmp_path, DAY + timedelta(days=29)) == first
    assert len(api.asked) == asked
    later = kept_addresses(asking(api), tmp_path, DAY + timedelta(days=30))
    assert (later.path.name, later.note) == ("9901-2026-03-31.csv", None)
    assert [path.name for path in tmp_path.iterdir()] == [later.path.name]


def test_older_addresses_serve_while_the_service_is_away_and_say_their_age(api: AddressApi, tmp_path: Path) -> None:
    first = kept_addresses(asking(api), tmp_path, DAY)
    api.faults = [(500, {}, {})] * 2
    register = kept_addresses(asking(api, attempts=2), tmp_path, DAY + timedelta(days=40))
    assert register.path == first.path
    assert "hentet 2026-03-01, for 40\N{NO-BREAK SPACE}dager siden" in rendered(register.note)


def test_far_fewer_addresses_than_last_time_are_not_believed(api: AddressApi, tmp_path: Path) -> None:
    first = kept_addresses(asking(api), tmp_path, DAY)
    api.addresses = api.addresses[:2]
    addresses = kept_addresses(asking(api), tmp_path, DAY + timedelta(days=40))
    assert addresses.path == first.path
    assert "mot 4 sist" in rendered(addresses.note)


def test_without_any_kept_addresses_the_fault_is_a_sentence(api: AddressApi, tmp_path: Path) -> None:
    api.faults = [(500, {}, {})]
    with pytest.raises(AddressFileError, match=r"Adresser for kommune 9901 kunne ikke hentes\. .*\(500\)"):
        kept_addresses(asking(api, attempts=1), tmp_path, DAY)
    assert newest("9901", tmp_path) is None


def test_a_unit_that_the_address_does_not_have_is_reported(api: AddressApi, tmp_path: Path) -> None:
    register = load_register([kept_addresses(asking(api), tmp_path, DAY).path])
    assert resolve_text(register, "Kirkeveien 58 H0201").verdict == "resolved"
    resolved = resolve_text(register, "Kirkeveien 58 H0301")
    assert (resolved.verdict, rendered(resolved.reason)) == (
        "suggested",
        "Kirkevegen 58 har ikke bruksenhet H0301 i registeret. Den har H0101, H0201.",
    )


def test_a_municipality_s_file_may_name_the_service(api: AddressApi, tmp_path: Path) -> None:
    named = VIK.model_copy(update={"addresses": (asking(api, attempts=1),)})
    register = official_addresses(named, tmp_path, DAY)
    assert register.register is not None
    assert ({street.adressenavn for street in register.register.streets}, register.notes) == ({"Kirkevegen", "Storgata"}, ())
    api.faults = [(500, {}, {})]
    assert "for 31\N{NO-BREAK SPACE}dager siden" in rendered(official_addresses(named, tmp_path, DAY + timedelta(days=31)).notes[0])
    api.faults = [(500, {}, {})]
    with pytest.raises(ConfigurationError, match="kunne ikke hentes"):
        official_addresses(named, tmp_path / "empty", DAY)


def test_a_list_is_resolved_over_the_service_and_nothing_of_it_is_sent(
    api: AddressApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOBOSYNC_HOME", str(tmp_path))
    (tmp_path / "liste.csv").write_text("Adresse\nKirkeveien 58\n", "utf-8")
    listing, out = str(tmp_path / "liste.csv"), tmp_path / "ut.csv"
    given = ["resolve", listing, "--column", "Adresse", "--addresses", "api:9901", "--address-api", api.url, "--out", str(out)]
    for _ in range(2):
        done = CliRunner().invoke(app, given)
        assert done.exit_code == 0, done.output
        assert "CC BY 4.0 fra Kartverket" in done.output
    assert pl.read_csv(out, separator=";", infer_schema=False)["verdict"].to_list() == ["resolved"]
    assert api.asked == [{"kommunenummer": "9901", "treffPerSide": "1000", "side": "0"}]


def test_addresses_can_be_fetched_to_a_file_for_a_machine_without_a_way_out(api: AddressApi, tmp_path: Path) -> None:
    out = tmp_path / "9901.csv"
    done = CliRunner().invoke(app, ["addresses", "9901", "--out", str(out), "--address-api", api.url])
    assert done.exit_code == 0, done.output
    assert resolve_text(load_register([out]), "Kirkevegen 2b").verdict == "resolved"
    api.faults = [(404, {}, {})]
    again = CliRunner().invoke(app, ["addresses", "9901", "--out", str(tmp_path / "x.csv"), "--address-api", api.url])
    assert (again.exit_code, (tmp_path / "x.csv").exists()) == (1, False)
