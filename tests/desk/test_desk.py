"""From the list to the case to an answer in the ledger, and everything that must be refused on the way."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
import requests

from tests.connectors.identity_numbers import identity_number
from tests.desk.served import SECRET, Served, first_case, form, hidden, served
from tests.pipelines.test_clarifications import with_a_conflict
from tests.pipelines.village import Village, inhabited

GROUPS = {"groups": {"bolig": {"owners": ["bolig"]}, "eiendom": {"owners": ["eiendom"]}}}


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with pytest.MonkeyPatch.context() as monkeypatch, inhabited(tmp_path_factory.mktemp("vik"), monkeypatch) as inhabited_village:
        with_a_conflict(inhabited_village)
        yield inhabited_village


@pytest.fixture(scope="module")
def desk(village: Village) -> Iterator[Served]:
    with served(village) as served_desk:
        yield served_desk


def opened(desk: Served, **headers: str) -> tuple[requests.Session, str, str]:
    """A browser on the first case: session, address, page."""
    session = desk.browser(**headers)
    address = desk.url + first_case(session.get(f"{desk.url}/min-liste", timeout=10).text)
    return session, address, session.get(address, timeout=10).text


def take_back(desk: Served, session: requests.Session, page: str) -> requests.Response:
    fields = {name: hidden(page, name) for name in ("token", "sporsmal")}
    return session.post(f"{desk.url}/angre", data=fields, timeout=10)


def in_force(desk: Served) -> list[tuple[str, str]]:
    rows = desk.ledger.decisions("vik").filter(pl.col("kind") != "withdrawal")
    return [(row["verdict"], row["decided_by"]) for row in rows.iter_rows(named=True)]


def test_the_list_says_what_waits_and_the_case_shows_both_sides_with_what_each_answer_leads_to(desk: Served) -> None:
    session = desk.browser()
    page = session.get(desk.url, timeout=10).text
    assert "1\N{NO-BREAK SPACE}bolig venter på svar" in page
    assert "Ingen innlogging" in page
    _, _, case = opened(desk)
    assert case.index("H0103") < case.index("Storgata</td>"), "what differs stands first"
    assert "Erstatt i Kobo" in case
    assert "i Kobo og oppretter boligen på nytt" in case
    assert "fdv.csv" in case


def test_an_answer_is_stored_once_shown_and_taken_back_with_a_trace(desk: Served) -> None:
    session, address, page = opened(desk)
    answered = session.post(f"{desk.url}/svar", data=form(page, "keep", hvorfor="som på\x00\u202eskiltet\n"), timeout=10)
    assert answered.status_code == 200
    assert desk.ledger.decisions("vik").get_column("note").drop_nulls().to_list() == ["som på  skiltet"]
    assert "Svaret er lagret og brukes av neste natt. Det var det siste som ventet på svar." in answered.text
    assert in_force(desk) == [("keep", "drift")]
    everything = session.get(f"{desk.url}/svar", timeout=10).text
    assert "Behold Kobos verdi. Avgjort av drift" in everything
    undone = take_back(desk, session, everything)
    assert "Svaret er angret" in undone.text
    assert in_force(desk) == []
    trace = desk.ledger.decisions("vik", include_superseded=True)
    assert trace.get_column("verdict").to_list().count("withdrawn") == 1
    assert "Erstatt i Kobo" in session.get(address, timeout=10).text, "asked anew"


def test_two_people_answer_one_case_and_the_second_sees_who_did(village: Village) -> None:
    village_settings(village)
    with served(village, SECRET) as desk:
        first, _, page = opened(desk, **signed("kn"))
        second, _, same = opened(desk, **signed("ab"))
        first.post(f"{desk.url}/svar", data=form(page, "keep"), timeout=10)
        late = second.post(f"{desk.url}/svar", data=form(same, "replace"), timeout=10)
        assert "Ikke lagret. kn har avgjort dette annerledes" in late.text
        assert in_force(desk) == [("keep", "kn")]
        undone = first.get(f"{desk.url}/svar", timeout=10).text
        take_back(desk, first, undone)


def test_an_answer_on_evidence_that_has_moved_is_not_stored(desk: Served) -> None:
    session, _, page = opened(desk)
    stale = session.post(f"{desk.url}/svar", data=form(page, "keep") | {"grunnlag": "older"}, timeout=10)
    assert "Opplysningene er endret" in stale.text
    assert in_force(desk) == []


def signed(user: str, groups: str = "bolig") -> dict[str, str]:
    return {"x-kobosync-proxy-secret": SECRET, "x-auth-request-user": user, "x-auth-request-groups": groups}


def village_settings(village: Village) -> None:
    village.write_config(desk=GROUPS)


def test_forged_headers_another_owner_and_a_case_by_its_address_open_nothing(village: Village) -> None:
    village_settings(village)
    with served(village, SECRET) as desk:
        _, address, page = opened(desk, **signed("kn"))
        assert desk.browser(**{"x-auth-request-user": "kn", "x-auth-request-groups": "bolig"}).get(address, timeout=10).status_code == 403
        other = desk.browser(**signed("ab", "eiendom"))
        assert other.get(address, timeout=10).status_code == 404
        assert "0\N{NO-BREAK SPACE}boliger venter" in other.get(f"{desk.url}/min-liste", timeout=10).text
        token = hidden(desk.browser(**signed("kn")).get(address, timeout=10).text, "token")
        assert other.post(f"{desk.url}/svar", data=form(page, "keep") | {"token": token}, timeout=10).status_code == 403
        assert in_force(desk) == []


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"token": ""}, 403), ({"token": "0" * 64}, 403), ({"sporsmal": "S-NOPE"}, 404), ({"hvorfor": "x" * 300_000}, 413)],
)
def test_a_form_that_is_not_ours_or_not_whole_stores_nothing(desk: Served, changed: dict[str, str], status: int) -> None:
    session, _, page = opened(desk)
    assert session.post(f"{desk.url}/svar", data=form(page, "keep") | changed, timeout=10).status_code == status
    assert in_force(desk) == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [(b"\xff\xfe", "application/x-www-form-urlencoded", 400), (b"{}", "application/json", 415), (b"a" * 10, "multipart/form-data", 415)],
)
def test_malformed_bodies_are_answered_in_words(desk: Served, body: bytes, kind: str, status: int) -> None:
    answer = desk.browser().post(f"{desk.url}/svar", data=body, headers={"Content-Type": kind}, timeout=10)
    assert answer.status_code == status
    assert "Skjemaet kan ikke leses" in answer.text


def test_an_identity_number_in_the_reason_is_refused_and_kept_nowhere(desk: Served) -> None:
    session, _, page = opened(desk)
    number = identity_number()
    refused = session.post(f"{desk.url}/svar", data=form(page, "keep", hvorfor=f"gjelder {number}"), timeout=10)
    assert "fødselsnummer" in refused.text
    assert in_force(desk) == []


def test_every_page_forbids_what_a_browser_need_not_do(desk: Served) -> None:
    session = desk.browser()
    for path in ("/min-liste", "/svar", "/sak/nothing"):
        answer = session.get(desk.url + path, timeout=10)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        assert "samesite=strict" in answer.headers["Set-Cookie"].lower()


def test_without_a_sign_in_only_this_machines_own_name_opens_the_page(desk: Served) -> None:
    assert desk.browser(Host="kobosync.example").get(f"{desk.url}/min-liste", timeout=10).status_code == 403


def test_what_is_written_in_a_row_or_an_address_is_text(desk: Served) -> None:
    page = desk.browser().get(f"{desk.url}/min-liste", params={"gate": '"><script>alert(1)</script>'}, timeout=10).text
    assert "<script>alert" not in page


def test_a_filter_is_a_link_that_can_be_sent(desk: Served) -> None:
    session = desk.browser()
    assert "1\N{NO-BREAK SPACE}bolig i utvalget" in session.get(f"{desk.url}/min-liste?eier=bolig&vis=ubesvart", timeout=10).text
    assert "0\N{NO-BREAK SPACE}boliger i utvalget" in session.get(f"{desk.url}/min-liste?gate=Ingengata", timeout=10).text


def test_an_empty_ledger_is_a_page_that_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        inhabited(tmp_path_factory.mktemp("ny"), monkeypatch) as new,
        served(new) as desk,
    ):
        page = desk.browser().get(desk.url, timeout=10).text
        assert "Det er ikke kjørt noen natt ennå" in page
        for address in ("health", "helse"):
            assert desk.browser().get(f"{desk.url}/{address}", timeout=10).json() == {"status": "no night"}


def test_the_desk_uses_the_municipality_s_language(village: Village) -> None:
    with served(village, language="nn") as desk:
        session, _, case = opened(desk)
        page = session.get(f"{desk.url}/min-liste", timeout=10).text
        assert '<html lang="nn">' in page
        assert "ventar på svar" in page
        assert "Byt ut i Kobo" in case
