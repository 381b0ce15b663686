"""Rejected rows at the desk: a cell is corrected where it is seen, the next night reads it so, and its owner is told what to mend."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import openpyxl
import pytest
import requests

from tests.connectors.identity_numbers import identity_number
from tests.desk.served import SECRET, Served, hidden, served
from tests.pipelines.village import FDV, FIRST, SECOND, THIRD, Village, inhabited, run_night

GROUPS = {"groups": {"bolig": {"owners": ["bolig"]}, "eiendom": {"owners": ["eiendom"]}}}
UNKNOWN = FDV.replace("H0201;61,0;Omsorg", "H0201;61,0;Omsorg+")


@pytest.fixture
def village(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:  # type: ignore[no-untyped-def]
    with inhabited(tmp_path, monkeypatch, desk=GROUPS) as found:
        found.write_fdv(UNKNOWN)
        run_night(found.config, "auto", FIRST)
        yield found


def signed(group: str) -> dict[str, str]:
    return {"x-kobosync-proxy-secret": SECRET, "x-auth-request-user": "kn", "x-auth-request-groups": group}


def opened(desk: Served, group: str = "bolig") -> tuple[requests.Session, str, str]:
    """A browser on the only rejected row: session, address, page."""
    session = desk.browser(**signed(group))
    found = re.search(r'href="(/rettes/[0-9a-f]{12})"', session.get(f"{desk.url}/rettes", timeout=10).text)
    assert found, "no rejected row in the list"
    address = desk.url + found.group(1)
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
