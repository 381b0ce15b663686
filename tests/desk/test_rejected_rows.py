"""Rejected rows at the desk: a cell is corrected there, the next night uses it, and the source's owner gets the same correction."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import openpyxl
import polars as pl
import pytest
import requests
from upath import UPath

from assets.stored_table import read_table
from desk.night_view import NightView
from desk.rejected_pages import rejected_row
from desk.visitor import Visitor
from language import message, stored
from pipelines.stored_rejections import rejected_in
from reconciliation.model.municipality import load
from tests.connectors.identity_numbers import identity_number
from tests.desk.served import SECRET, Served, hidden, served
from tests.pipelines.earlier_nights import happened
from tests.pipelines.village import FDV, FIRST, SECOND, THIRD, Village, inhabited, run_night

GROUPS = {"groups": {"bolig": {"owners": ["bolig"]}, "eiendom": {"owners": ["eiendom"]}}}
UNKNOWN = FDV.replace("H0201;61,0;Omsorg", "H0201;61,0;Omsorg+")


@pytest.fixture
def village(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:  # type: ignore[no-untyped-def]
    with inhabited(tmp_path, monkeypatch, desk=GROUPS) as inhabited_village:

        def a_night() -> None:
            inhabited_village.write_fdv(UNKNOWN)
            run_night(inhabited_village.config, "auto", FIRST)

        happened(inhabited_village, a_night)
        yield inhabited_village


def signed(group: str) -> dict[str, str]:
    return {"x-kobosync-proxy-secret": SECRET, "x-auth-request-user": "kn", "x-auth-request-groups": group}


def opened(desk: Served, group: str = "bolig") -> tuple[requests.Session, str, str]:
    """A browser on the only rejected row: session, address, page."""
    session = desk.browser(**signed(group))
    match = re.search(r'href="(/rettes/[0-9a-f]{12})"', session.get(f"{desk.url}/rettes", timeout=10).text)
    assert match, "no rejected row in the list"
    address = desk.url + match.group(1)
    return session, address, session.get(address, timeout=10).text


def corrected(session: requests.Session, address: str, page: str, value: str, **changed: str) -> requests.Response:
    fields = {name: html.unescape(hidden(page, name)) for name in ("token", "kolonne", "skrevet")} | {"verdi": value}
    return session.post(address, data=fields | changed, timeout=10)


def test_a_corrected_cell_lets_the_row_in_and_goes_when_its_source_is_mended(village: Village) -> None:
    with served(village, SECRET) as desk:
        session, address, page = opened(desk)
        assert "FDV, fdv.csv, rad 4" in page
        assert "Kolonnen Kategori" in page
        assert "Rettelsen er lagret" in corrected(session, address, page, "Omsorg").text
        assert "Rettet til «Omsorg» av kn" in session.get(address, timeout=10).text
    run_night(village.config, "auto", SECOND)
    assert village.summary()["register_calls"]["POST"] == 1
    (workbook,) = (village.home / "reports" / "vik").glob("2*/avvik-bolig.xlsx")
    sheet = openpyxl.load_workbook(workbook)["Rettes i kilden"]
    assert ["fdv.csv", None, 4, "Kategori", "Kategori", "Omsorg+", "Omsorg"] in [list(row[:7]) for row in sheet.iter_rows(values_only=True)]
    village.write_fdv(FDV)
    run_night(village.config, "auto", THIRD)
    with served(village, SECRET) as desk:
        assert "corrected" not in desk.ledger.decisions("vik").get_column("verdict").to_list()


def test_a_correction_can_be_taken_back(village: Village) -> None:
    with served(village, SECRET) as desk:
        session, address, page = opened(desk)
        corrected(session, address, page, "Omsorg")
        fields = {name: hidden(page, name) for name in ("token", "kolonne")}
        assert "Rettelsen er trukket tilbake" in session.post(f"{address}/angre", data=fields, timeout=10).text
        assert "corrected" not in desk.ledger.decisions("vik").get_column("verdict").to_list()


def test_what_is_not_a_cell_of_ones_own_rejected_row_is_refused_in_words(village: Village) -> None:
    with served(village, SECRET) as desk:
        session, address, page = opened(desk)
        assert corrected(session, address, page, "Omsorg", kolonne="Nummer").status_code == 400, "a key names its row for ever"
        assert corrected(session, address, page, "Omsorg", skrevet="Ordinær").status_code == 409, "another page than today's"
        assert corrected(session, address, page, identity_number()).status_code == 400
        assert corrected(session, address, page, "x" * 301).status_code == 400
        assert corrected(session, address, page, "Omsorg+").status_code == 400, "nothing is corrected by what stands there"
        other = desk.browser(**signed("eiendom"))
        assert other.get(address, timeout=10).status_code == 404
        assert desk.ledger.decisions("vik").is_empty()


def test_the_units_that_the_official_register_has_are_offered_beside_the_cell(village: Village) -> None:
    municipality = load(village.config)
    folder = UPath(village.home / municipality.storage / municipality.slug)
    made = {name: read_table(folder / f"{name}.parquet") for name in ("rejected_rows", "deviations", "dwellings")}
    deviation = made["deviations"].frame.head(1)
    there = stored(message("rule_texts.B06W.required"), message("row_numbers.units_there", units=["H0101", "H0102"]))
    offer = deviation.with_columns(rule=pl.lit("B06W"), severity=pl.lit("warning"), message=pl.lit(there))
    lacks = deviation.with_columns(rule=pl.lit("B02"), column=pl.lit("Bruksenhet"), value=pl.lit(None, pl.String))
    made["deviations"] = replace(made["deviations"], frame=pl.concat([offer, lacks]))
    (row,) = rejected_in(made)
    view = NightView(municipality, FIRST, rejected=(row,))
    page = rejected_row(view, row, Visitor("kn", "kn", None, cleared=False), "t", "")
    assert "Matrikkelen har H0101, H0102 på adressen." in page
    assert re.findall(r'<option value="(H[^"]*)"', page) == ["H0101", "H0102"]
