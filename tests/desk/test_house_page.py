"""One house as a whole: its flats side by side, answered in one go, all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.desk.served import Served, first_case, form, hidden, served
from tests.pipelines.earlier_nights import happened
from tests.pipelines.village import FIRST, SECOND, Village, inhabited, run_night

FLATS = """Nummer;Adresse;Leilighet;Areal;Kategori
200;Storgata 5;1;50,0;Ordinær
201;Storgata 5;2;61,5;Ordinær
"""
OTHER = """Nummer;Adresse;Leilighet;Areal;Kategori
A;Storgata 5;21;50,5;Ordinær
B;Storgata 5;22;61,0;Ordinær
"""


def settled(village: Village, **changes: Any) -> Village:
    """With two lists of the same house, after a night."""
    fdv = village.content["sources"]["fdv"]
    fields = {name: mapping for name, mapping in fdv["fields"].items() if name != "bruksenhetsnummer"}
    fdv["fields"] = fields | {"leilighetsnummer": {"column": "Leilighet"}}
    (village.home / "kilder" / "annen.csv").write_text(OTHER, encoding="utf-8")
    sources = {"fdv": fdv, "annen": {**fdv, "title": "Annen", "path": "kilder/annen.csv"}}
    village.write_config(sources=sources, survivorship={"default": ["fdv", "annen"]}, **changes)
    village.write_fdv(FLATS)
    run_night(village.config, "auto", FIRST)
    return village


OFFICIAL = "lokalid;kommunenummer;kommunenavn;adressetype;adressenavn;nummer;bokstav;gardsnummer;bruksnummer;postnummer;poststed"


@pytest.fixture
def village(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:  # type: ignore[no-untyped-def]
    with inhabited(tmp_path, monkeypatch) as inhabited_village:
        happened(inhabited_village, lambda: settled(inhabited_village))
        yield inhabited_village


def opened(desk: Served) -> tuple[requests.Session, str, str]:
    session = desk.browser()
    case = session.get(desk.url + first_case(session.get(f"{desk.url}/min-liste", timeout=10).text), timeout=10).text
    match = re.search(r'href="(/hus/[0-9a-f]{12})"', case)
    assert match, "the case has no link to its house"
    address = desk.url + match.group(1)
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
        lines = re.findall(r'<th scope="row" role="rowheader">\s*(\d)\.\s*(?:<a[^>]*>)?([a-z0-9A-Z-]+)', page)
        assert lines == [("1", "annen-A"), ("2", "annen-B"), ("3", "fdv-200"), ("4", "fdv-201")], "each dwelling of the house once"
        assert page.count("Samme bolig som 3</option>") == 2, "in an answer it has its number in the table"
        units = dict(zip(asked, ("H0101", "H0102", "H0101", "H0102"), strict=True))  # of two lists
        many = {f"grunnlag.S-{number}": "" for number in range(300)}  # as a house of a hundred flats sends
        response = session.post(address, data=filled(page, units) | many, timeout=10)
        assert f"{len(units)} svar er lagret." in response.text
        given = desk.ledger.decisions("vik").get_column("value").drop_nulls().to_list()
        assert sorted(given) == sorted(f'"{unit}"' for unit in units.values())
    run_night(village.config, "auto", SECOND)
    assert village.summary()["register_calls"]["POST"] == 2
    assert village.summary()["dwellings"]["review"] == 0, "settled by one round"


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


def test_where_the_official_register_has_units_its_list_is_the_answers_in_case_and_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with inhabited(tmp_path, monkeypatch) as inhabited_village:
        units = ("H0101", "H0102", "H0201")
        lines = [f"1;9902;VIK;vegadresse;Storgata;5;;12;3;9920;VIK;{unit}" for unit in units]
        (inhabited_village.home / "adresser.csv").write_text("\n".join([f"{OFFICIAL};bruksenhetsnummerTekst", *lines]), encoding="utf-8")
        with served(settled(inhabited_village, addresses=["adresser.csv"])) as desk:
            session, _, page = opened(desk)
            listed = session.get(f"{desk.url}/min-liste", timeout=10).text
            asked = session.get(desk.url + first_case(listed), timeout=10)
            assert asked.status_code == 200
            assert "Matrikkelen har H0101, H0102, H0201 på adressen." in page
            assert all(f"value:&#34;{unit}&#34;" in page and f"value:&#34;{unit}&#34;" in asked.text for unit in units)
            session.post(f"{desk.url}/svar", data=form(asked.text, 'value:"H0301"'), timeout=10)
            assert desk.ledger.decisions("vik").is_empty(), "a unit that the register has not is no answer"
            session.post(f"{desk.url}/svar", data=form(asked.text, 'value:"H0201"'), timeout=10)
            assert '"H0201"' in desk.ledger.decisions("vik").get_column("value").to_list()
