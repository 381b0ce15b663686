"""Have, need and gap per category: summed over services, and never guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.needs import Need, NeedsOverview, needs_overview
from reporting.needs_priorities import housing_plan
from reporting.needs_reading import NeedsAnswers, NeedsLine
from reporting.needs_words import headline, shortage
from reporting.night_report import NightResult
from reporting.publish import publish
from tests.reporting.example import night
from tests.reporting.housing import asking
from tests.reporting.test_page import Reader

ASKED = ("boligkontoret", "helse_omsorg")


def answer(service: str, category: str, now: int | None, later: int | None, file: str = "a.xlsx", row: int = 5) -> NeedsLine:
    return NeedsLine(service, category, now, later, "Venteliste", None, file, row)


def asked(*answers: NeedsLine, services: tuple[str, ...] = ASKED) -> NightResult:
    return night(municipality=asking(), needs=NeedsAnswers(services, answers, files=1))


def overview(*answers: NeedsLine) -> NeedsOverview:
    result = asked(*answers)
    made = needs_overview(result, result.needs)
    assert made is not None
    return made


def category(needs_: NeedsOverview, slug: str = "eldre") -> tuple[object, ...]:
    (need,) = (need for need in needs_.categories if need.category == slug)
    return need.have, need.now.total, need.now.complete, need.shortage_now, need.shortage_later


WHOLE = (answer("boligkontoret", "eldre", 50, 60), answer("helse_omsorg", "eldre", 100, 120))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (WHOLE, (140, 150, True, 10, 40)),
        ((WHOLE[0],), (140, 50, False, None, None)),  # the other has not answered: 50 is no sum
        ((replace(WHOLE[0], now=200), ), (140, 200, False, 60, None)),  # at least 60 are missing whatever the other says
        ((*WHOLE, replace(WHOLE[0], file="kopi.xlsx")), (140, 150, True, 10, 40)),  # the same answer twice is one answer
        ((*WHOLE, replace(WHOLE[0], now=51, row=9)), (140, 100, False, None, None)),  # different answers are none
        ((WHOLE[0], replace(WHOLE[1], later=None)), (140, 150, True, 10, None)),
        ((answer("boligkontoret", "eldre", 0, 0), answer("helse_omsorg", "eldre", 0, 0)), (140, 0, True, -140, -140)),
        ((), (140, None, False, None, None)),
    ],
)  # fmt: skip
def test_a_gap_is_reported_when_it_is_known_and_not_otherwise(answers: tuple[NeedsLine, ...], expected: tuple[object, ...]) -> None:
    assert category(overview(*answers)) == expected


def test_an_institution_counts_rows_and_is_not_in_kobo() -> None:
    (need,) = (need for need in overview(*WHOLE).categories if need.category == "institusjon")
    assert (need.have, need.in_register, need.in_scope) == (338, None, False)


def test_a_service_outside_the_list_is_summed_too() -> None:
    assert category(overview(*WHOLE, answer("eiendom", "eldre", 7, 7)))[1] == 157


def test_who_has_not_answered_is_named_and_who_contradicts_themselves_is_not_called_silent() -> None:
    clash = overview(WHOLE[0], replace(WHOLE[0], now=51))
    assert clash.silent == ("Helse og omsorg",)
    (need,) = (need for need in clash.categories if need.category == "eldre")
    assert need.silent == ("Helse og omsorg",)
    (contradiction,) = clash.contradictions
    assert [given.now for given in contradiction.answers] == [50, 51]


numbers = st.none() | st.integers(0, 500)
gaps = st.lists(st.builds(answer, st.sampled_from(ASKED), st.just("eldre"), numbers, numbers), max_size=5)


@given(gaps)
def test_more_answers_never_make_a_known_shortage_of_an_incomplete_sum_smaller(answers: list[NeedsLine]) -> None:
    one_each = {answer.service: answer for answer in answers}
    whole = category(overview(*one_each.values()))
    for service in one_each:
        part = category(overview(*(answer for answer in one_each.values() if answer.service != service)))
        if part[3] is not None and not part[2]:
            assert whole[3] is not None
            assert whole[3] >= part[3]  # type: ignore[operator]


@given(gaps)
def test_the_order_of_the_answers_does_not_matter(answers: list[NeedsLine]) -> None:
    assert category(overview(*answers)) == category(overview(*reversed(answers)))


@pytest.mark.parametrize(
    ("need", "have", "expected"),
    [
        (Need(None, False), 5, "ikke oppgitt"),
        (Need(12, True), 5, "7"),
        (Need(12, False), 5, "minst 7"),
        (Need(3, False), 5, "uavklart"),
        (Need(3, True), 5, "2 til overs"),
        (Need(5, True), 5, "0"),
    ],
)
def test_a_shortage_is_said_in_words(need: Need, have: int, expected: str) -> None:
    assert shortage(need, need.shortage(have)) == expected


def test_the_headline_adds_up_what_is_missing_and_lets_no_surplus_hide_it() -> None:
    surplus = [answer(service, "tilpasset", 0, 0) for service in ASKED]
    assert (
        headline(overview(*WHOLE, *surplus)).replace("\N{NO-BREAK SPACE}", " ")
        == "Det mangler minst 10 boliger nå, og minst 40 boliger om 5 år."
    )
    assert headline(overview()) == "Ingen tjenester har svart på hva de trenger."


def test_the_overview_is_what_it_was(golden: Callable[[str, str], None]) -> None:
    golden("needs.json", json.dumps(asdict(overview(*WHOLE)), ensure_ascii=False, indent=1, default=str) + "\n")


def page(folder: Path, name: str) -> Reader:
    reader = Reader()
    reader.feed((folder / name).read_text(encoding="utf-8"))
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    return reader


def test_the_gap_is_on_the_progress_page_and_on_its_own(tmp_path: Path) -> None:
    folder = publish(asked(*WHOLE), tmp_path).folder
    assert "behov.html" in page(folder, "index.html").links
    own = page(folder, "behov.html")
    assert {"index.html", "behov.xlsx"} <= set(own.links)
    assert "script" not in own.tags
    for text in (own.text, page(folder, "index.html").text):
        assert "Velferdsbolig tilpasset eldre" in text
        assert "Mangler om 5 år" in text
    assert "None" not in own.text


def test_a_municipality_without_needs_or_plans_has_no_such_page(tmp_path: Path) -> None:
    folder = publish(night(), tmp_path).folder
    assert housing_plan(night()) is None
    assert not (folder / "behov.html").exists()
    assert "behov.html" not in page(folder, "index.html").links


def test_the_workbook_holds_numbers_where_they_are_known_and_words_where_they_are_not(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(publish(asked(*WHOLE, answer("boligkontoret", "heldogns", 500, None)), tmp_path).folder / "behov.xlsx")
    assert book.sheetnames == ["Behov", "Til HØP", "Svar", "Svar som må rettes", "Forklaring"]
    rows = {row[0]: row for row in book["Behov"].iter_rows(min_row=3, values_only=True)}
    assert rows["Velferdsbolig tilpasset eldre"][1] == 140
    assert rows["Velferdsbolig tilpasset eldre"][3:7] == (150, 180, 10, 40)
    assert rows["Bolig med heldøgns omsorgstjenester"][5] == "minst 360"
    counted = [row for title, row in rows.items() if title not in ("Utleieboliger i alt", "Plass i institusjon")]
    total = rows["Utleieboliger i alt"]
    assert total[1:3] == tuple(sum(row[place] for row in counted) for place in (1, 2))
    assert total[3].startswith("minst "), "one service has not answered for one category"
    assert list(rows)[-2:] == ["Utleieboliger i alt", "Plass i institusjon"]


@pytest.mark.parametrize("text", ["=1+1", "<script>alert(1)</script>", '=HYPERLINK("http://example.invalid")', "x" * 40_000])
def test_what_a_service_wrote_is_text_everywhere(text: str, tmp_path: Path) -> None:
    folder = publish(asked(replace(WHOLE[0], origin=text, comment=text)), tmp_path).folder
    assert "script" not in page(folder, "behov.html").tags
    sheet = openpyxl.load_workbook(folder / "behov.xlsx")["Svar"]
    assert {cell.data_type for cell in sheet[3]} <= {"s", "n"}
