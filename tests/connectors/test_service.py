"""REST services on loopback: pages, keys, retries; all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.read_result import SourceRead, Verdict
from tests.connectors.made_sources import Service, read, service, source

Answer = tuple[int, dict[str, str], Any]


@pytest.fixture(scope="module")
def server() -> Iterator[Service]:
    with service() as state:
        yield state


@pytest.fixture
def running(server: Service) -> Service:
    server.answers.clear()
    server.asked.clear()
    return server


def row(number: int) -> dict[str, str]:
    return {"Nr": str(number), "Adresse": f"Storgata {number}", "Areal": "50", "Merknad": ""}


def ask(running: Service, path: str = "/boliger", **settings: Any) -> SourceRead:
    return read(Path(), **{"kind": "rest", "url": running.url + path, "retry_wait_cap": 0, "read_timeout": 5, **settings})


def numbers(result: SourceRead) -> list[str]:
    assert result.verdict is Verdict.COMPLETE, result.message
    assert result.rows["row"].to_list() == list(range(1, result.rows.height + 1))
    return list(result.rows["Nr"])


def by_page(query: dict[str, str], _: int) -> Answer:
    page = int(query["page"])
    return 200, {}, {"data": {"boliger": [row(2 * page - 1), row(2 * page)] if page <= 3 else []}}


def by_cursor(query: dict[str, str], _: int) -> Answer:
    start = int(query.get("etter", "0"))
    return 200, {}, {"data": {"boliger": [row(start + 1), row(start + 2)]}, "meta": {"neste": start + 2 if start < 4 else None}}


def by_link_in_body(query: dict[str, str], _: int) -> Answer:
    start = int(query.get("fra", "0"))
    return 200, {}, {"data": {"boliger": [row(start + 1), row(start + 2)]}, "neste": f"/boliger?fra={start + 2}" if start < 4 else ""}


def by_link_header(query: dict[str, str], _: int) -> Answer:
    start = int(query.get("fra", "0"))
    headers = {"Link": f'</boliger?fra={start + 2}>; rel="next"'} if start < 4 else {}
    return 200, headers, {"data": {"boliger": [row(start + 1), row(start + 2)]}}


@pytest.mark.parametrize(
    ("answer", "paging"),
    [
        (by_page, {"by": "page"}),
        (by_cursor, {"by": "cursor", "next_at": "meta.neste", "parameter": "etter"}),
        (by_link_in_body, {"by": "link", "next_at": "neste"}),
        (by_link_header, {"by": "link"}),
    ],
)
def test_every_page_is_read_in_order(running: Service, answer: Callable[..., Answer], paging: dict[str, Any]) -> None:
    running.answers["/boliger"] = answer
    assert numbers(ask(running, rows_at="data.boliger", paging=paging)) == ["1", "2", "3", "4", "5", "6"]


def test_other_parameters_are_kept_on_every_page(running: Service) -> None:
    running.answers["/boliger"] = by_page
    ask(running, "/boliger?aktiv=ja&page=7", rows_at="data.boliger", paging={"by": "page"})
    assert [path for path, _ in running.asked] == [f"/boliger?aktiv=ja&page={page}" for page in (1, 2, 3, 4)]


def test_nested_values_have_their_path_as_heading_and_numbers_stay_as_written(running: Service) -> None:
    running.answers["/boliger"] = b'[{"Nr": 12345678901234567890, "a": {"gate": "Vika", "nr": 1.50}}, {"Nr": true, "a": {"gate": null}}]'
    fields = {"adressenavn": {"column": "a.gate"}, "nummer": {"column": "a.nr"}}
    result = ask(running, fields=fields, ignore=[])
    assert result.rows.select("Nr", "a.gate", "a.nr").rows() == [("12345678901234567890", "Vika", "1.50"), ("true", None, None)]


def test_the_key_comes_from_the_environment_and_shows_nowhere(running: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOLIG_TOKEN", "hemmelig-42")
    running.answers["/boliger"] = [row(1)]
    headers = {"Authorization": "Bearer ${BOLIG_TOKEN}"}
    result = ask(running, "/boliger?nokkel=${BOLIG_TOKEN}", headers=headers)
    assert running.asked[0][1]["Authorization"] == "Bearer hemmelig-42"
    assert "hemmelig" not in str(result) + str(result.rows.to_dicts())
    running.answers["/boliger"] = lambda *_: (401, {}, {})
    refused = ask(running, "/boliger?nokkel=${BOLIG_TOKEN}", headers=headers)
    assert "answers 401: it does not accept who we are" in str(refused.message)
    assert "hemmelig" not in str(refused)
    assert "IKKE_SATT is not set" in str(ask(running, headers={"X-Api-Key": "${IKKE_SATT}"}).message)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_or_failing_service_is_asked_again(running: Service, status: int) -> None:
    running.answers["/boliger"] = lambda _, count: (status, {"Retry-After": "0"}, {}) if count < 3 else (200, {}, [row(1)])
    assert numbers(ask(running, attempts=3)) == ["1"]
    assert len(running.asked) == 3


def test_a_wait_the_service_asks_for_is_capped(running: Service) -> None:
    running.answers["/boliger"] = lambda _, count: (503, {"Retry-After": "86400"}, {}) if count < 2 else (200, {}, [row(1)])
    assert numbers(ask(running, retry_wait_cap=0.01)) == ["1"]


@pytest.mark.parametrize(
    ("answer", "settings", "words"),
    [
        (lambda *_: (500, {}, {}), {"attempts": 2}, "answers 500 after 2 attempt(s)"),
        (lambda *_: (404, {}, {}), {}, "answers 404 after 1 attempt(s)"),
        (lambda *_: (403, {}, {}), {}, "it does not accept who we are"),
        (lambda *_: (302, {"Location": "http://annet.example/x"}, {}), {}, "sends us to another host (annet.example)"),
        (lambda *_: (200, {"Content-Type": "text/html"}, b"<html>Logg inn"), {}, "does not answer with JSON (text/html)"),
        (lambda *_: (200, {}, b"[" * 100_000), {}, "does not answer with JSON"),
        (lambda *_: (200, {}, b"[{}"), {}, "does not answer with JSON"),
        (lambda *_: (200, {}, []), {}, "answers with no rows at all"),
        (lambda *_: (200, {}, {"items": []}), {"rows_at": "data"}, "no list of rows at `data` in the answer (page 1)"),
        (lambda *_: (200, {}, ["a"]), {}, "no list of rows"),
        (lambda *_: (200, {}, [row(1)]), {"paging": {"by": "page"}}, "page 2 is one that was read before"),
        (lambda *_: (200, {}, {"r": [row(1)], "n": "/boliger"}), {"rows_at": "r", "paging": {"by": "link", "next_at": "n"}}, "read before"),
        (
            lambda _, count: (200, {}, [row(count)]),
            {"paging": {"by": "page", "most_pages": 3}},
            "more than 3 pages",
        ),
        (
            lambda *_: (200, {}, {"r": [row(1)], "n": "http://annet.example/x"}),
            {"rows_at": "r", "paging": {"by": "link", "next_at": "n"}},
            "sends us to another host (annet.example)",
        ),
        (lambda *_: (200, {}, [row(1)] * 20_000), {"maximum_megabytes": 1}, "more than 1 MB"),
        (lambda *_: (200, {}, [{**row(1), "Leietaker": "x"}]), {}, "unknown heading 'Leietaker'"),
    ],
)
def test_what_is_no_whole_answer_is_refused_in_words(running: Service, answer: Any, settings: dict[str, Any], words: str) -> None:
    running.answers["/boliger"] = answer
    result = ask(running, **settings)
    assert result.verdict is Verdict.FAILED
    assert words in str(result.message)
    assert result.melding
    assert result.rows.is_empty()


def test_a_page_that_fails_fails_the_read(running: Service) -> None:
    running.answers["/boliger"] = lambda query, count: by_page(query, count) if query["page"] != "3" else (404, {}, {})
    result = ask(running, rows_at="data.boliger", paging={"by": "page"})
    assert (result.verdict, result.rows.height) == (Verdict.FAILED, 0)


@pytest.mark.parametrize("url", ["ftp://x/y", "bare tekst", "http://", "http://[x/y"])
def test_an_address_that_is_none_is_reported(url: str) -> None:
    result = read(Path(), kind="rest", url=url)
    assert result.verdict is Verdict.FAILED
    assert "cannot be used" in str(result.message)


def test_a_service_that_is_down_is_reported(running: Service) -> None:
    result = read(Path(), kind="rest", url="http://127.0.0.1:1/x", attempts=2, retry_wait_cap=0)
    assert "does not answer (ConnectionError), after 2 attempts" in str(result.message)


def test_a_cursor_without_a_place_is_a_fault_of_the_config() -> None:
    with pytest.raises(ValidationError, match="needs next_at"):
        source(kind="rest", url="http://x/y", paging={"by": "cursor"})
