"""Attacks on the desk over HTTP: forged headers, others' cases, shielded cases, markup, and requests that are no forms."""

from __future__ import annotations

import contextlib
import html
import io
import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest
import requests

from desk import guard
from desk.desk_app import AT_WORK
from desk.desk_server import BoundedProtocol
from tests.desk.busy_village import GROUPS, MARKUP, SHIELDED, busy, signed
from tests.desk.served import SECRET, Served, hidden, served
from tests.pipelines.village import Village, inhabited

STARTS = ("/min-liste", "/rettes", "/plan", "/svar", "/innsyn")
FORMS = ("/svar", "/angre", "/hus/{house}", "/rettes/{row}", "/rettes/{row}/angre", "/godkjenn", "/trekk-godkjenning")


class Hurried(BoundedProtocol):
    head_seconds, request_seconds = 0.1, 5.0


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with pytest.MonkeyPatch.context() as monkeypatch, inhabited(tmp_path_factory.mktemp("vik"), monkeypatch) as inhabited_village:
        busy(inhabited_village)
        yield inhabited_village


@pytest.fixture(scope="module")
def desk(village: Village) -> Iterator[Served]:
    with served(village, SECRET) as served_desk:
        yield served_desk


def walked(desk: Served, group: str) -> dict[str, requests.Response]:
    """Every page that links lead to, for somebody of that group: address -> answer."""
    session = desk.browser(**signed(group, group))
    pages: dict[str, requests.Response] = {}
    waiting = list(STARTS)
    while waiting:
        address = waiting.pop()
        if address not in pages:
            pages[address] = session.get(desk.url + address, timeout=10)
            links = re.findall(r'href="(/[^"]*)"', pages[address].text) if ".xlsx" not in address else []
            waiting += [html.unescape(link) for link in links]
    return pages


def text_of(answer: requests.Response) -> str:
    """The page's text, or every cell of the workbook."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


@pytest.mark.parametrize("group", GROUPS)
def test_no_page_tells_a_shielded_address_and_only_the_cleared_learn_that_there_is_one(desk: Served, group: str) -> None:
    pages = walked(desk, group)
    kinds = {re.split(r"[/?.]", address)[1] for address in pages}
    assert {"sak", "rettes", "plan", "svar", "min-liste"} <= kinds, "a page that was not walked proves nothing"
    street, asked, rejected, new = SHIELDED
    ids_shown = set()
    for address, answer in pages.items():
        page = text_of(answer)
        assert street not in page, address
        ids_shown |= {word for word in (asked, rejected, new) if word in page}
        if not answer.content.startswith(b"PK"):
            assert MARKUP not in page, address
            if not address.startswith("/desk."):
                assert answer.headers["Cache-Control"] == "no-store"
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    cleared = "klarert" in group
    assert (asked in ids_shown, new in ids_shown) == (cleared, cleared)


def test_whoever_is_not_cleared_reaches_no_shielded_case_by_its_address_or_a_search(desk: Served) -> None:
    rows = [address for address in walked(desk, "klarert") if re.fullmatch(r"/rettes/[0-9a-f]{12}", address)]
    mine = [address for address in walked(desk, "bolig") if re.fullmatch(r"/rettes/[0-9a-f]{12}", address)]
    (shielded,) = set(rows) - set(mine)
    session = desk.browser(**signed("kn", "leder"))
    for address in (f"/sak/{SHIELDED[1]}", shielded, "/innsyn"):
        assert session.get(desk.url + address, timeout=10).status_code in (403, 404), address
    for query in (f"gate={SHIELDED[0]}", f"grunn={SHIELDED[1]}", "eier=bolig&vis=ubesvart"):
        for address in ("/min-liste", "/min-liste.xlsx"):
            page = text_of(session.get(f"{desk.url}{address}?{query}", timeout=10))
            assert SHIELDED[1] not in page
            assert page.count(SHIELDED[0]) == 0


def test_a_rejected_row_at_the_address_is_named_and_linked_for_whoever_may_open_it(desk: Served) -> None:
    pages = {group: desk.browser(**signed("kn", group)).get(f"{desk.url}/sak/fdv-200", timeout=10).text for group in ("leder", "bolig")}
    for page in pages.values():
        assert re.search(r"På adressen er det avviste rader: Annen .*, annen\.csv, rad 4\.", page)
    links = {group: re.findall(r'href="(/rettes/[0-9a-f]{12})"', page) for group, page in pages.items()}
    assert links["bolig"] == []
    (link,) = links["leder"]
    assert "rad 4" in desk.browser(**signed("kn", "leder")).get(desk.url + link, timeout=10).text


def test_who_saw_a_shielded_case_is_in_the_ledger_and_the_cleared_leader_reads_it(village: Village) -> None:
    with served(village, SECRET) as desk:
        before = desk.ledger.count_shielded_views("vik")
        walked(desk, "leder")
        assert desk.ledger.count_shielded_views("vik") == before, "nothing shielded was shown"
        seer = desk.browser(**signed("kn", "klarert"))
        for _ in range(2):
            seer.get(f"{desk.url}/sak/{SHIELDED[1]}", timeout=10)
            seer.get(f"{desk.url}/min-liste", timeout=10)
        seen = desk.ledger.shielded_views("vik", who="kn").select("page", "subject").rows()
        assert sorted(seen) == [("case", SHIELDED[1]), ("case", SHIELDED[1]), ("list", SHIELDED[1])]
        page = desk.browser(**signed("lk", "klarert_leder")).get(f"{desk.url}/innsyn?hvem=kn", timeout=10).text
        assert page.count("Åpnet saken") == 2
        assert page.count("Vist i Min liste") == 1
        assert seer.get(f"{desk.url}/innsyn", timeout=10).status_code == 403, "cleared, and not of every owner"


def test_whoever_waits_for_the_ledger_keeps_no_reader_waiting(village: Village) -> None:
    (file,) = (village.home / "var").rglob("ledger.sqlite")
    with served(village, SECRET) as desk, contextlib.closing(sqlite3.connect(file, isolation_level=None)) as night:
        reader = desk.browser(**signed("kn", "bolig"))
        reader.get(f"{desk.url}/min-liste", timeout=10)
        night.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(AT_WORK + 1) as people:
            seers = [desk.browser(**signed("sk", "klarert")) for _ in range(AT_WORK + 1)]
            waiting = [people.submit(seer.get, f"{desk.url}/sak/{SHIELDED[1]}", timeout=30) for seer in seers]
            time.sleep(0.2)
            assert reader.get(f"{desk.url}/min-liste", timeout=10).status_code == 200
            assert not any(request.done() for request in waiting), "nothing shielded is shown before it is written down who saw it"
            night.execute("ROLLBACK")
            assert {request.result().status_code for request in waiting} == {200}


def addresses(desk: Served) -> dict[str, str]:
    """A house and a rejected row that are `bolig`'s or `eiendom`'s, as FORMS names them."""
    pages = walked(desk, "leder")
    house = next(address for address in pages if address.startswith("/hus/"))
    row = next(address for address in pages if re.fullmatch(r"/rettes/[0-9a-f]{12}", address))
    return {form: form.format(house=house.removeprefix("/hus/"), row=row.removeprefix("/rettes/")) for form in FORMS}


def test_every_form_asks_for_the_token_of_that_session_and_that_account(desk: Served) -> None:
    mine, other = desk.browser(**signed("kn", "leder")), desk.browser(**signed("ab", "leder"))
    case = next(address for address in walked(desk, "leder") if address.startswith("/sak/"))
    theirs = hidden(other.get(desk.url + case, timeout=10).text, "token")
    hidden(mine.get(desk.url + case, timeout=10).text, "token")
    stolen = desk.browser(**signed("kn", "leder"))
    stolen.cookies.update(other.cookies)
    for address in addresses(desk).values():
        for session, token in ((mine, {"a": ""}), (mine, {"token": theirs}), (mine, {"token": "æ" * 64}), (stolen, {"token": theirs})):
            assert session.post(desk.url + address, data=token, timeout=10).status_code == 403, address
            assert desk.browser().post(desk.url + address, data=token, timeout=10).status_code == 403, "no sign-in at all"
    assert mine.post(f"{desk.url}/svar", data={"token": [theirs, theirs]}, timeout=10).status_code == 400


def test_another_owners_case_row_and_house_take_nothing_from_a_form(desk: Served) -> None:
    """`bolig` sends forms that are whole but for whose they are: everything that `eiendom` is asked."""
    theirs = desk.browser(**signed("ab", "eiendom"))
    pages = walked(desk, "eiendom")
    case = next(address for address in pages if address.startswith("/sak/"))
    page = theirs.get(desk.url + case, timeout=10).text
    session = desk.browser(**signed("kn", "bolig"))
    own = session.get(desk.url + next(address for address in walked(desk, "bolig") if address.startswith("/sak/")), timeout=10).text
    fields = {name: hidden(page, name) for name in ("sporsmal", "grunnlag")} | {"token": hidden(own, "token"), "svar": "new"}
    before = desk.ledger.decisions("vik").height
    house = addresses(desk)["/hus/{house}"]
    for form in ("/svar", "/angre", "/godkjenn", "/trekk-godkjenning"):
        assert session.post(desk.url + form, data=fields | {"del": "0" * 64}, timeout=10).status_code in (403, 404), form
    # Both owners have flats in the house, and its form takes the answers to one's own questions only.
    in_the_house = {f"grunnlag.{fields['sporsmal']}": fields["grunnlag"], f"svar.{fields['sporsmal']}": "new"}
    assert "0 svar er lagret" in session.post(desk.url + house, data=fields | in_the_house, timeout=10).text
    row = next(address for address in walked(desk, "bolig") if re.fullmatch(r"/rettes/[0-9a-f]{12}", address))
    token = hidden(theirs.get(desk.url + case, timeout=10).text, "token")
    assert theirs.post(desk.url + row, data={"token": token, "kolonne": "Areal", "verdi": "1"}, timeout=10).status_code == 404
    assert theirs.post(f"{desk.url}{row}/angre", data={"token": token, "kolonne": "Areal"}, timeout=10).status_code == 404
    assert desk.ledger.decisions("vik").height == before


def test_a_header_that_comes_twice_is_believed_neither_time(desk: Served) -> None:
    lines = [f"{name}: {value}" for name, value in signed("kn", "bolig").items()]
    for twice in ("x-auth-request-groups: leder", "x-auth-request-user: lk", "x-kobosync-proxy-secret: guessed"):
        answer = raw(desk, f"GET /min-liste HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{chr(10).join([*lines, twice])}\r\n\r\n")
        assert b" 403 " in answer.splitlines()[0]


@pytest.mark.parametrize(
    "asked",
    ["/sak/", "/sak/%00", "/sak/..%2f..%2fetc", "/sak/%ff", f"/sak/{'a' * 5000}", "/hus/x", "/rettes/x", "/ukjent", "/desk.py", "/angre"],
)
def test_an_address_that_is_none_is_a_page_that_says_so(desk: Served, asked: str) -> None:
    answer = desk.browser(**signed("kn", "bolig")).get(desk.url + asked, timeout=10)
    assert answer.status_code in (404, 405)
    assert "Siden kan ikke vises" in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("query", ["side=99999", "side=-1", "side=²", "utfall=<b>", "lagret=9999999", "gate=%ff%fe", "vis=x&vis=y"])
def test_an_address_with_a_strange_question_is_answered(desk: Served, query: str) -> None:
    session = desk.browser(**signed("kn", "leder"))
    for page in ("/min-liste", "/svar", "/plan", "/rettes", addresses(desk)["/hus/{house}"]):
        answer = session.get(f"{desk.url}{page}?{query}", timeout=10)
        assert answer.status_code == 200
        assert "<b>" not in answer.text


def test_an_account_writes_so_much_a_minute_in_however_many_browsers(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "WRITES_A_MINUTE", 3)
    with served(village, SECRET) as desk:
        statuses = []
        for user in ("kn", "kn", "ab"):
            session = desk.browser(**signed(user, "leder"))
            page = session.get(f"{desk.url}/sak/annen-A", timeout=10).text
            fields = {"token": hidden(page, "token"), "sporsmal": "S-NONE"}
            statuses += [session.post(f"{desk.url}/svar", data=fields, timeout=10).status_code for _ in range(2)]
        assert statuses == [404, 404, 404, 429, 404, 404]


def raw(desk: Served, text: str, wait: float = 10.0) -> bytes:
    """What comes back until the server ends the connection."""
    received = b""
    with socket.create_connection(("127.0.0.1", int(desk.url.rpartition(":")[2])), timeout=wait) as connection:
        connection.sendall(text.encode())
        while part := connection.recv(65536):
            received += part
    return received


def test_who_sends_nothing_or_half_a_head_is_let_go_and_keeps_nobody_out(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.desk_server.AT_ONCE", 8)
    with served(village, SECRET, protocol=Hurried) as desk:
        port = int(desk.url.rpartition(":")[2])
        slow = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(10)]
        for connection in slow[::2]:
            connection.sendall(b"GET /min-liste HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        assert [connection.recv(1) for connection in slow] == [b""] * len(slow), "the server ended them all"
        for connection in slow:
            connection.close()
        with socket.create_connection(("127.0.0.1", port), timeout=10) as drip:
            drip.sendall(b"GET /helse HTTP/1.1\r\nHost: a\r\n\r\n")
            assert drip.recv(65536).startswith(b"HTTP/1.1 200")
            drip.settimeout(0.02)
            with contextlib.suppress(ConnectionError):
                for _ in range(500):
                    drip.sendall(b"G")
                    with contextlib.suppress(TimeoutError):
                        assert drip.recv(65536) == b""
                        break
                else:
                    pytest.fail("a second head that never ends is waited for")
        assert desk.browser(**signed("kn", "bolig")).get(f"{desk.url}/min-liste", timeout=10).status_code == 200


def test_a_head_that_does_not_end_is_not_read_to_its_end(desk: Served) -> None:
    assert raw(desk, f"GET /helse HTTP/1.1\r\nHost: a\r\nX-Long: {'a' * 40_000}").startswith(b"HTTP/1.1 400")
