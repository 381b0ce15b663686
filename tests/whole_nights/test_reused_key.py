"""A known key that suddenly names another home: its row waits for an answer, and the night goes on with the others (issue 19.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from connectors.read_result import Verdict
from reconciliation.decisions.answer_checks import AnswerOutcome, GivenAnswer, store_answers
from reconciliation.decisions.question import Question
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import questions
from reconciliation.decisions.warning_questions import undecided_warnings
from reconciliation.ledger import open_ledger
from tests.whole_nights.small_town import SOURCES, Row, Town
from tests.whole_nights.whole_night import Night, whole_night

HOMES = {str(number): Row(f"Ospestien {number}", "", f"{40 + number},5", "Ordinær") for number in range(1, 9)}
OTHER = Row("Blåbærveien 30", "", "88,5", "Ordinær")


def test_the_row_of_a_reused_key_waits_and_is_asked_about_until_it_is_called_right() -> None:
    town = Town("links", 1)
    try:
        town.rows["fdv"] = dict(HOMES)
        town.write()
        _night(town, 0)
        before = town.entries_now()
        assert len(before) == 8
        town.rows["fdv"] = {**HOMES, "5": OTHER, "9": Row("Lunden 3", "", "51,5", "Ordinær")}
        town.write()
        for number in (1, 2, 3):
            asked = _night(town, number)
        assert asked.reads["fdv"].verdict is Verdict.COMPLETE
        assert asked.validated.rejected["source_key"].to_list() == ["5"]
        assert {ours: body for ours, body in town.entries_now().items() if ours in before} == before, "nothing is done to a home of before"
        assert len(town.entries_now()) == 9, "the new home of the same night went on"
        with open_ledger(town.url, Path()) as ledger:
            slug = town.municipality.slug
            (question,) = undecided_warnings(asked.validated.deviations, asked.merged.dwellings, date(2023, 11, 4))
            (taken,) = store_answers(
                [GivenAnswer(question.id, "right", "KN", "husnummeret var feil", question.evidence)], [question], ledger, slug
            )
        assert taken.outcome is AnswerOutcome.STORED
        after = _night(town, 4)
        assert after.validated.rejected.is_empty()
        assert "Blåbærveien" in after.standing_rows.filter(source_key="5")["adressenavn"].to_list()
        assert _night(town, 5).validated.deviations.is_empty(), "it is asked about once"
    finally:
        town.close()


def test_a_key_that_is_another_homes_now_leaves_the_home_of_before_to_be_retired_and_names_a_new_one() -> None:
    town = Town("links", 1)
    try:
        town.rows["fdv"] = dict(HOMES)
        town.write()
        _night(town, 0)
        town.rows["fdv"] = {**HOMES, "5": OTHER}
        town.write()
        asked = _night(town, 1)
        with open_ledger(town.url, Path()) as ledger:
            slug = town.municipality.slug
            (question,) = undecided_warnings(asked.validated.deviations, asked.merged.dwellings, date(2023, 11, 2))
            store_answers([GivenAnswer(question.id, "another_home", "KN", "", question.evidence)], [question], ledger, slug)
        waits = {item["leverandor_bolig_id"]: item["held"] for item in _night(town, 2).plan.items.iter_rows(named=True)}
        assert waits["fdv-5"] == "retire_waiting"
        assert len(town.entries_now()) == 9
        town.rows["fdv"] = dict(HOMES)
        town.write()
        _night(town, 3)
        assert len(town.entries_now()) == 9, "the row under the key may be the home of before again, and waits"
        town.rows["fdv"] = {**HOMES, "5": OTHER}
        town.write()
        for number in (4, 5):
            _night(town, number)
        ids = {body["leverandorBoligId"] for body in town.entries_now().values()}
        assert {"fdv-5", "fdv-5-2"} & ids == {"fdv-5-2"}
        assert _night(town, 6).plan.items.filter(pl.col("class") != "in_sync").is_empty()
    finally:
        town.close()


def test_an_answer_follows_its_row_to_a_key_that_its_source_system_gave_it_anew() -> None:
    town = Town("links", 1)
    try:
        fdv, other = SOURCES
        town.rows[fdv] = town.rows[other] = dict(HOMES)
        town.write()
        assert _night(town, 0).merged.dwellings.height == 8
        with open_ledger(town.url, Path()) as ledger:
            ledger.add_decision(
                town.municipality.slug, kind="merge", subject=f"{fdv}:5", other=f"{other}:5", verdict="different", decided_by="KN"
            )
        assert _night(town, 1).merged.dwellings.height == 9
        town.rows[fdv] = {"55" if key == "5" else key: row for key, row in HOMES.items()}
        town.write()
        after = _night(town, 2)
        assert [f"{fdv}:55"] in after.merged.dwellings["source_keys"].to_list(), "two homes they stay"
        assert set(after.merged.dwellings["leverandor_bolig_id"]) == {*(f"{fdv}-{key}" for key in HOMES), f"{other}-5"}, (
            "and keep their ids"
        )
        with open_ledger(town.url, Path()) as ledger:
            (decision,) = ledger.decisions(town.municipality.slug).filter(pl.col("kind") == "merge").to_dicts()
        assert (decision["subject"], decision["decided_by"]) == (f"{fdv}:55", "KN")
    finally:
        town.close()


def test_a_home_that_lost_key_and_unit_number_waits_with_its_entry_and_keeps_it_when_somebody_says_that_it_is_the_same() -> None:
    town = Town("links", 1)
    try:
        flats = {key: Row("Lunden 3", f"H0{key}01", f"4{key},5", "Ordinær") for key in "12"}
        town.rows["fdv"] = {"91": flats["1"], "92": flats["2"]}
        town.write()
        _night(town, 0)
        before = town.entries_now()
        town.rows["fdv"] = {"92": flats["2"], "99": replace(flats["1"], unit="")}
        town.write()
        for number in (1, 2):
            waiting = _night(town, number)
        assert town.entries_now() == before
        assert waiting.plan.items.filter(pl.col("class") == "retire")["held"].to_list() == ["same_place_asked"]
        with open_ledger(town.url, Path()) as ledger:
            (question,) = night_questions(waiting, ledger.decisions(town.municipality.slug))
            store_answers([GivenAnswer(question.id, f"same:{question.other}", "KN")], [question], ledger, town.municipality.slug)
        after = _night(town, 3)
        assert sorted(after.merged.dwellings["leverandor_bolig_id"]) == ["fdv-91", "fdv-92"]
        assert "retire" not in after.plan.items["class"].to_list()
        assert town.entries_now() == before
    finally:
        town.close()


def test_the_copy_of_a_home_keeps_its_entry_when_the_row_that_it_was_copied_from_is_taken_out_of_the_list() -> None:
    town = Town("links", 1)
    try:
        flats = {key: Row("Lunden 3", f"H0{key}01", f"4{key},5", "Ordinær") for key in "12"}
        town.rows["fdv"] = {"91": flats["1"], "92": flats["2"]}
        town.write()
        _night(town, 0)
        before = town.entries_now()
        town.rows["fdv"]["95"] = replace(flats["1"], address="Lunden 3B")
        town.write()
        with open_ledger(town.url, Path()) as ledger:
            ledger.add_decision(town.municipality.slug, kind="merge", subject="fdv:95", other="fdv:91", verdict="same", decided_by="KN")
        assert _night(town, 1).merged.dwellings.height == 3, "a copy waits"
        del town.rows["fdv"]["91"]
        town.write()
        after = _night(town, 2)
        assert sorted(after.merged.dwellings["leverandor_bolig_id"]) == ["fdv-91", "fdv-92"]
        assert set(after.plan.items["class"]) == {"in_sync", "conflict"}, "the address of the copy is another one than Kobo has"
        assert town.entries_now() == before
    finally:
        town.close()


def night_questions(night: Night, decisions: pl.DataFrame) -> list[Question]:
    merged = night.merged
    tables = Tables(merged.dwellings, night.plan.items, night.matches, merged.lineage, night.standing_rows, night.seen.rows)
    return questions(tables, decisions)


def _night(town: Town, number: int) -> Night:
    with open_ledger(town.url, Path()) as ledger, town.client() as client:
        day = date(2023, 11, 1) + timedelta(days=number)
        return whole_night(town.municipality, town.home, ledger, client, town.calls, f"run-{number}", day)
