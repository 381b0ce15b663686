"""The plan at the desk: what waits is approved by whoever may, for the next night and that very part alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from desk.approving import approve
from desk.night_view import NightView
from desk.visitor import Refused, Visitor
from reconciliation.model.municipality import load
from tests.desk.served import SECRET, Served, hidden, served
from tests.pipelines.earlier_nights import happened
from tests.pipelines.village import FDV, FIRST, SECOND, THIRD, Village, inhabited, run_night

GROUPS = {"groups": {"bolig": {"owners": ["bolig"]}, "leder": {"all_owners": True, "approves": True}}}


@pytest.fixture
def village(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:  # type: ignore[no-untyped-def]
    with inhabited(tmp_path, monkeypatch, desk=GROUPS) as inhabited_village:

        def a_night() -> None:
            inhabited_village.write_property([(1, "Lillevegen 6", 3)])
            run_night(inhabited_village.config, "approve", FIRST)

        happened(inhabited_village, a_night)
        yield inhabited_village


def signed(user: str, group: str) -> dict[str, str]:
    return {"x-kobosync-proxy-secret": SECRET, "x-auth-request-user": user, "x-auth-request-groups": group}


def post(desk: Served, session: requests.Session, path: str, part: str, **changed: str) -> requests.Response:
    page = session.get(f"{desk.url}/plan", timeout=10).text
    fields = {"token": hidden(page, "token") if 'name="token"' in page else "", "del": part}
    return session.post(f"{desk.url}/{path}", data=fields | changed, timeout=10)


def digest(page: str, title: str) -> str:
    section = next(part_html for part_html in page.split("<section")[1:] if title in part_html)
    match = re.search(r'name="del" value="([0-9a-f]{64})"', section)
    assert match, f"no form for {title}"
    return match.group(1)


def test_an_approved_part_is_done_by_the_next_night_and_the_others_go_on_waiting(village: Village) -> None:
    with served(village, SECRET) as desk:
        leader = desk.browser(**signed("lk", "leder"))
        page = leader.get(f"{desk.url}/plan", timeout=10).text
        assert page.count("Venter på godkjenning") == 2
        reply = post(desk, leader, "godkjenn", digest(page, "Opprette boliger fra FDV"))
        assert "Godkjenningen er lagret" in reply.text
        assert "Godkjent av lk" in reply.text
    run_night(village.config, "approve", SECOND)
    assert village.summary()["register_calls"]["POST"] == 4, "the four of FDV, and not the one of Eiendomsbasen"
    with served(village, SECRET) as desk:
        page = desk.browser(**signed("lk", "leder")).get(f"{desk.url}/plan", timeout=10).text
        assert "Gjort siste natt" in page


def test_a_part_that_has_changed_since_waits_and_the_night_says_so(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    with served(village, SECRET) as desk:
        leader = desk.browser(**signed("lk", "leder"))
        part = digest(leader.get(f"{desk.url}/plan", timeout=10).text, "Opprette boliger fra FDV")
        post(desk, leader, "godkjenn", part)
        village.write_fdv(FDV + "104;Storgata 3;H0101;40,0;Ordinær\n")
        run_night(village.config, "approve", SECOND)
        assert village.summary()["register_calls"].get("POST", 0) == 0
        assert "has changed since" in " ".join(capsys.readouterr().out.split())
        assert "Planen er en annen nå" in post(desk, leader, "godkjenn", part).text, "the page of yesterday"
        # The plan is yesterday's again: the approval of then is spent.
        village.write_fdv(FDV)
        run_night(village.config, "approve", THIRD)
        assert village.summary()["register_calls"].get("POST", 0) == 0


def test_only_an_approver_approves_and_an_approval_can_be_taken_back(village: Village) -> None:
    with served(village, SECRET) as desk:
        leader, other = desk.browser(**signed("lk", "leder")), desk.browser(**signed("kn", "bolig"))
        part = digest(leader.get(f"{desk.url}/plan", timeout=10).text, "Opprette boliger fra FDV")
        assert "Bare de som er godkjennere" in other.get(f"{desk.url}/plan", timeout=10).text
        with pytest.raises(Refused):
            approve(desk.ledger, NightView(load(village.config), None), Visitor("kn", "kn", None, cleared=False), part, "")
        post(desk, leader, "godkjenn", part)
        assert "trukket tilbake" in post(desk, leader, "trekk-godkjenning", part).text
        approvals = desk.ledger.decisions("vik")
        assert "approved" not in approvals.get_column("verdict").to_list()


def test_a_night_that_goes_on_takes_no_approval(village: Village) -> None:
    with served(village, SECRET) as desk, desk.ledger.lock("vik", "a-night"):
        leader = desk.browser(**signed("lk", "leder"))
        part = digest(leader.get(f"{desk.url}/plan", timeout=10).text, "Opprette boliger fra FDV")
        assert "En natt kjører nå" in post(desk, leader, "godkjenn", part).text
