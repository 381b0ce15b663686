"""What a letter says, when it is sent, and what is never in it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors.read_result import Verdict
from reconciliation.decisions.question import MATCH, Candidate, CandidateKind, Question
from reconciliation.model.desk_settings import DeskSettings
from reconciliation.model.municipality_parts import Send
from reporting.letter import NOTHING, QUOTED, Letter, letters, worth_sending
from reporting.night_report import NightResult
from reporting.publish import LETTERS, publish
from tests.reporting.example import AS_OF, deviations, municipality, night

LINK = "https://intranett.example/kobosync/fjordvik/index.html"
OURS = "facilit-000001"


def letter(result: NightResult, owner: str = "boligkontoret", **how: Any) -> Letter:
    (only,) = (each_letter for each_letter in letters(result, LINK, **how) if each_letter.owner == owner)
    return only


def question(**changes: Any) -> Question:
    made = Question(
        "Q1",
        MATCH,
        OURS,
        "boligkontoret",
        None,
        "e1",
        "",
        "{}",
        (),
        {"adressenavn": "Strandgata"},
        (Candidate("K1", {}, kind=CandidateKind.ENTRY),),
        {},
        secret=False,
    )
    return replace(made, **changes)


def unread(result: NightResult, name: str = "facilit") -> NightResult:
    sources = {**result.sources, name: replace(result.sources[name], verdict=Verdict.FAILED)}
    return replace(result, sources=sources, deviations=result.deviations.filter(pl.col("source") != name))


def test_counts_and_the_link_are_in_it() -> None:
    faults = deviations(3).with_columns(owner=pl.lit("boligkontoret"), is_new=pl.Series([True, False, False]), returned=pl.lit(value=False))
    text = letter(night(deviations=faults, questions=(question(),)))
    assert text.title == "Kobo, Boligkontoret: 3\N{NO-BREAK SPACE}avvik"
    assert "Dere har 3\N{NO-BREAK SPACE}åpne avvik" in text.body
    assert "Siden forrige natt: 1\N{NO-BREAK SPACE}nytt." in text.body
    assert "er kommet tilbake" not in text.body
    assert "1\N{NO-BREAK SPACE}spørsmål venter på svar" in text.body
    assert LINK in text.body
    assert "utleieboliger er i Kobo" in text.body


def test_no_value_of_any_row_is_in_it_unless_that_is_allowed() -> None:
    faults = deviations().with_columns(owner=pl.lit("boligkontoret"))
    values = set(faults["value"].drop_nulls()) | set(faults["message"])
    clear, quoting = letter(night(deviations=faults)), letter(night(deviations=faults), addresses=True)
    assert not [value for value in values if value in clear.title + clear.body]
    assert quoting.body.count("rad ") == QUOTED
    assert "Strandgata" in quoting.body
    assert clear.about == quoting.about


def test_a_secret_address_is_in_no_letter() -> None:
    faults = deviations(1).with_columns(
        owner=pl.lit("boligkontoret"), source=pl.lit("boei"), source_key=pl.lit("3"), value=pl.lit("Skjulveien 1")
    )
    made = night(deviations=faults.with_columns(message=pl.lit("Adressen «Skjulveien 1» mangler.")))
    secret = made.dwellings.with_columns(
        source_keys=pl.when("hemmelig_adresse").then(pl.lit(["boei:3"])).otherwise("source_keys"),
    )
    assert "Skjulveien" in letter(made, addresses=True).body, "the example is worth something only if it is quoted when not secret"
    assert "Skjulveien" not in letter(replace(made, dwellings=secret), addresses=True).body


def older(result: NightResult) -> NightResult:
    """The same night a day later: nothing but ages and dates is another."""
    aged = result.deviations.with_columns(pl.col("age_days") + 1, row=pl.col("row") + 1, is_new=pl.lit(value=False))
    return replace(result, as_of=AS_OF + timedelta(days=1), run_id="another", deviations=aged.reverse())


def fewer(result: NightResult) -> NightResult:
    return replace(result, deviations=result.deviations.filter(pl.col("rule") != "A02"))


CHANGES = {
    "the same list a day older, a row further down": (older, False),
    "one is fixed": (fewer, True),
    "a value is another": (lambda result: replace(result, deviations=result.deviations.with_columns(value=pl.lit("noe annet"))), True),
    "a question": (lambda result: replace(result, questions=(question(),)), True),
    "a question of another owner": (lambda result: replace(result, questions=(question(owner="eiendom"),)), False),
    "an answered question": (lambda result: replace(result, questions=(question(decided={"verdict": "same"}),)), False),
    "all is fixed": (lambda result: replace(result, deviations=deviations(0)), True),
    "a source was not read": (unread, True),
    "another owner's source was not read": (lambda result: unread(result, "boei"), False),
    "Kobo was not seen": (lambda result: replace(result, register_verdict="failed"), False),
}


@pytest.mark.parametrize("case", CHANGES)
def test_it_is_sent_once_per_change_worth_reading(case: str) -> None:
    change, worth = CHANGES[case]
    before = letter(night())
    assert worth_sending(before, {})
    after = letter(change(night()))
    assert worth_sending(after, before.about) is worth
    assert not worth_sending(after, {**before.about, **after.about}), "never the same again"


def test_a_source_that_is_read_again_brings_no_letter_about_the_list_that_was_known() -> None:
    known, failed = letter(night()).about, letter(unread(night()))
    assert "ble ikke lest" in failed.title
    assert "deviations" not in failed.about, "what was not read has not changed"
    known_about = {**known, **failed.about}
    assert not worth_sending(letter(night()), known_about)
    assert worth_sending(letter(fewer(night())), known_about)


def test_who_never_had_anything_to_do_gets_no_letter() -> None:
    text = letter(night(deviations=deviations(0)))
    assert set(text.about.values()) == {NOTHING}
    assert not worth_sending(text, {})
    assert "Dere har ingen åpne avvik" in text.body


def test_letters_and_a_lasting_address_lie_beside_the_report_only_where_somebody_is_sent_one(tmp_path: Path) -> None:
    assert not (publish(night(), tmp_path / "nobody").folder / LETTERS).exists()
    assert not (tmp_path / "nobody" / "fjordvik" / "index.html").exists()
    result = night(municipality=municipality(send=Send(owners={"eiendom": "VAR"}, link="https://intranett.example/k/")))
    published = publish(result, tmp_path)
    only = [Letter(**content) for content in json.loads((published.folder / LETTERS).read_text(encoding="utf-8"))]
    assert [content.owner for content in only] == ["boligkontoret", "helse_omsorg", "eiendom"]
    assert "https://intranett.example/k/fjordvik/index.html" in only[0].body
    publish(older(result), tmp_path)
    assert "url=2023-12-09/index.html" in (tmp_path / "fjordvik" / "index.html").read_text(encoding="utf-8")


def test_who_has_something_to_answer_is_led_to_their_own_list_on_the_desk() -> None:
    asked = replace(night(), questions=(question(),))
    desk = asked.municipality.model_copy(update={"desk": DeskSettings(url="https://desk.example/")})
    assert "https://desk.example/min-liste?eier=boligkontoret" in letter(replace(asked, municipality=desk)).body
    assert "min-liste" not in letter(asked).body
