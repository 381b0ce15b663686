"""One house as a whole: its flats side by side, answered in one go, all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from tests.desk.served import Served, first_case, hidden, served
from tests.pipelines.village import FIRST, SECOND, Village, inhabited, run_night

FLATS = """Nummer;Adresse;Leilighet;Areal;Kategori
200;Storgata 5;1;50,0;Ordinær
201;Storgata 5;2;61,5;Ordinær
"""
OTHER = """Nummer;Adresse;Leilighet;Areal;Kategori
A;Storgata 5;21;50,5;Ordinær
B;Storgata 5;22;61,0;Ordinær
"""


@pytest.fixture
def village(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:  # type: ignore[no-untyped-def]
    with inhabited(tmp_path, monkeypatch) as found:
        fdv = found.content["sources"]["fdv"]
        fields = {name: mapping for name, mapping in fdv["fields"].items() if name != "bruksenhetsnummer"}
        fdv["fields"] = fields | {"leilighetsnummer": {"column": "Leilighet"}}
        (found.home / "kilder" / "annen.csv").write_text(OTHER, encoding="utf-8")
        sources = {"fdv": fdv, "annen": {**fdv, "title": "Annen", "path": "kilder/annen.csv"}}
        found.write_config(sources=sources, survivorship={"default": ["fdv", "annen"]})
        found.write_fdv(FLATS)
        run_night(found.config, "auto", FIRST)
        yield found


def opened(desk: Served) -> tuple[requests.Session, str, str]:
    session = desk.browser()
    case = session.get(desk.url + first_case(session.get(f"{desk.url}/min-liste", timeout=10).text), timeout=10).text
    found = re.search(r'href="(/hus/[0-9a-f]{12})"', case)
    assert found, "the case has no link to its house"
    address = desk.url + found.group(1)
    return session, address, session.get(address, timeout=10).text


def questions(page: str) -> list[str]:
    return re.findall(r'name="verdi\.(S-[0-9A-F]+)"', page)


def filled(page: str, units: dict[str, str], **more: str) -> dict[str, str]:
    evidence = dict(re.findall(r'name="(grunnlag\.[^"]+)" value="([^"]*)"', page))
    return {"token": hidden(page, "token"), **evidence, **{f"verdi.{name}": unit for name, unit in units.items()}, **more}


def test_a_house_without_unit_numbers_is_filled_in_and_stored_as_a_whole(village: Village) -> None:
    with served(village) as desk:
        session, address, page = opened(desk)
        asked = questions(page)
        assert len(asked) >= 2
        units = dict(zip(asked, ("H0101", "H0102", "H0103", "H0104"), strict=False))
        told = session.post(address, data=filled(page, units), timeout=10)
        assert f"{len(units)} svar er lagret." in told.text
        given = desk.ledger.decisions("vik").get_column("value").drop_nulls().to_list()
        assert sorted(set(given)) == sorted(f'"{unit}"' for unit in units.values())
    run_night(village.config, "auto", SECOND)
    assert village.summary()["register_calls"]["POST"] >= 1


def test_one_answer_that_does_not_fit_keeps_back_the_others(village: Village) -> None:
    with served(village) as desk:
        session, address, page = opened(desk)
        first, second = questions(page)[:2]
        assert "Ingenting er lagret" in session.post(address, data=filled(page, {first: "H0101", second: "kjeller"}), timeout=10).text
        doubled = session.post(address, data=filled(page, {first: "H0101", second: "h0101"}), timeout=10).text
        assert "Samme bruksenhetsnummer står på flere boliger" in doubled
        both = filled(page, {first: "H0101"}) | {f"svar.{first}": "unsure"}
        assert "Ingenting er lagret" in session.post(address, data=both, timeout=10).text, "nobody knows which of the two was meant"
        stale = filled(page, {first: "H0101"}) | {f"grunnlag.{second}": "older", f"verdi.{second}": "H0102"}
        assert "Opplysningene er endret" in session.post(address, data=stale, timeout=10).text
        assert desk.ledger.decisions("vik").filter(desk.ledger.decisions("vik")["kind"] != "link").is_empty()


def test_an_unknown_house_is_a_page_that_says_so(village: Village) -> None:
    with served(village) as desk:
        assert desk.browser().get(f"{desk.url}/hus/000000000000", timeout=10).status_code == 404
