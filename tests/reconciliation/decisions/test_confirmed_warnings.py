"""A warning that somebody has called right is no deviation, and is back when the value, the evidence or the day has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from language import stored
from reconciliation.decisions.answer_checks import AnswerOutcome, GivenAnswer, store_answers
from reconciliation.decisions.confirmed_warnings import right_answer, split_confirmed, until_of, with_confirmed_numbers
from reconciliation.decisions.question import Question
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.warning_questions import decided_warnings, undecided_warnings
from reconciliation.ledger import Ledger, open_ledger
from reconciliation.model.rules import BY_ID
from reconciliation.model.tables import DEVIATIONS
from reconciliation.reading.deviations import heading_of
from reporting.owner_questions import MOST_WARNINGS, answerable
from tests.reconciliation.decisions.nights import SmallNight, decided
from tests.reconciliation.ledger.databases import Clock, new_ledger_database
from tests.strategies import municipality, standing_rows

PLACE, AS_OF = "vik", date(2023, 12, 4)
WARNING = {
    "source": "fdv",
    "source_key": "1",
    "owner": "bolig",
    "file": "fdv.csv",
    "row": 4,
    "column": "Sted",
    "field": "poststed",
    "value": "SØNDRE NORDVIK",
    "rule": "P03W",
    "severity": "warning",
    "message": "Kartverket har NORDVIK.",
}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path, Clock()) as opened:
        yield opened


def warned(**changes: Any) -> pl.DataFrame:
    return pl.DataFrame([WARNING | changes], schema=DEVIATIONS)


def asked(ledger: Ledger, deviations: pl.DataFrame, night: date = AS_OF) -> list[Question]:
    small = SmallNight([{"bruksenhetsnummer": "H0101"}], [])
    made = small.merged
    tables = Tables(made.dwellings, small.plan.items, small.matches, made.lineage, small.rows, small.register)
    return decided_warnings(undecided_warnings(deviations, tables.dwellings, night), ledger.decisions(PLACE), night)


def say(ledger: Ledger, answer: str, night: date = AS_OF, by: str = "KN") -> AnswerOutcome:
    (question,) = asked(ledger, warned(), night)
    (taken,) = store_answers([GivenAnswer(question.id, answer, by, "slik heter stedet", question.evidence)], [question], ledger, PLACE)
    return taken.outcome


def left(ledger: Ledger, deviations: pl.DataFrame, as_of: date = AS_OF) -> int:
    still, confirmed = split_confirmed(deviations, ledger.decisions(PLACE), as_of)
    assert still.height + confirmed.height == deviations.height
    return still.height


def test_what_is_right_is_listed_as_confirmed_with_who_and_why(ledger: Ledger) -> None:
    assert say(ledger, "right") is AnswerOutcome.STORED
    still, confirmed = split_confirmed(warned(row=9), ledger.decisions(PLACE), AS_OF)
    assert still.is_empty(), "also when the row stands elsewhere in the file"
    assert confirmed.select("by", "why", "value").rows() == [("KN", "slik heter stedet", "SØNDRE NORDVIK")]
    (question,) = asked(ledger, warned())
    assert question.decided is not None


@pytest.mark.parametrize("changes", [{"value": "NORDVIKA"}, {"message": "Kartverket har SØRVIK."}, {"rule": "A05W"}, {"source_key": "2"}])
def test_another_value_another_official_address_or_another_row_is_a_deviation_again(ledger: Ledger, changes: dict[str, Any]) -> None:
    say(ledger, "right")
    assert left(ledger, warned(**changes)) == 1


def test_it_holds_until_the_day_that_was_said(ledger: Ledger) -> None:
    assert say(ledger, "Det er riktig til 31.12.2023") is AnswerOutcome.STORED
    assert left(ledger, warned(), date(2023, 12, 31)) == 0
    assert left(ledger, warned(), date(2024, 1, 1)) == 1


def test_what_is_no_longer_confirmed_is_asked_again_and_anybody_may_answer(ledger: Ledger) -> None:
    assert say(ledger, "right:2023-12-31") is AnswerOutcome.STORED
    assert asked(ledger, warned(), date(2023, 12, 31))[0].decided is not None
    (again,) = asked(ledger, warned(), date(2024, 1, 1))
    assert again.decided is None
    assert say(ledger, "right", date(2024, 1, 1), by="OH") is AnswerOutcome.STORED
    assert left(ledger, warned(), date(2024, 1, 1)) == 0


def test_a_day_that_is_over_is_reported_and_nothing_is_stored(ledger: Ledger) -> None:
    assert say(ledger, "Det er riktig til 3.12.2023") is AnswerOutcome.PAST
    assert left(ledger, warned()) == 1


def test_an_error_cannot_be_called_right(ledger: Ledger) -> None:
    say(ledger, "right")
    assert left(ledger, warned(severity="error")) == 1
    assert asked(ledger, warned(severity="error")) == []


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("right:2024-12-31", date(2024, 12, 31)),
        ("Det er riktig til 1.2.2024", date(2024, 2, 1)),
        ("kanskje", None),
        ("right:", None),
        ("  det er riktig til  1.2.2024.", date(2024, 2, 1)),
        ("Det er riktig til 1.2.24", None),
        ("Ikke riktig. Utleid til 1.2.2024", None),
        ("Det er riktig til 31.2.2024", None),
        ("tilbake til 1.2.2024", None),
    ],
)
def test_a_day_is_read_as_people_and_the_ledger_write_it(written: str, day: date | None) -> None:
    assert until_of(written) == day


def test_more_warnings_than_anybody_answers_are_counted_below_those_that_are_asked(ledger: Ledger) -> None:
    (question,) = asked(ledger, warned())
    for count, expected in ((MOST_WARNINGS, []), (MOST_WARNINGS + 7, ["7\N{NO-BREAK SPACE}merknader"])):
        shown, below = answerable([replace(question, id=str(at)) for at in range(count)], "bolig")
        assert len(shown) == MOST_WARNINGS
        assert [line[:11] for line in below] == expected
    assert answerable([question], "eiendom") == ([], [])


def test_a_unit_number_that_is_right_although_the_row_gives_another_floor_is_not_asked_for(ledger: Ledger) -> None:
    """It is asked for again when the number changes, and after the day that was said."""
    row = {"source": "fdv", "source_key": "1", "bruksenhetsnummer": "H0101", "etasjenummer": 3}
    for number, classes in (("H0101", ["create", "review"]), ("H0201", ["review", "review"])):
        heading = heading_of(municipality().sources["fdv"], "bruksenhetsnummer")
        sentence = stored(*BY_ID["B05W"].messages("H0101", heading))
        warning = WARNING | {"rule": "B05W", "column": heading, "field": "bruksenhetsnummer", "value": "H0101", "message": sentence}
        answer = right_answer(warning, date(2023, 12, 31))
        given = {"kind": answer.kind, "subject": answer.subject, "field": answer.field, "verdict": answer.verdict}
        made = decided({**given, "evidence": answer.evidence, "value": answer.value})
        rows = standing_rows(row | {"bruksenhetsnummer": number})
        nights = (date(2023, 12, 31), date(2024, 1, 1))
        assert [with_confirmed_numbers(made, rows, municipality(), night).height for night in nights] == (
            [2, 1] if number == "H0101" else [1, 1]
        )
        small = [SmallNight([row | {"bruksenhetsnummer": number}], [], decisions=decisions) for decisions in (made, None)]
        assert [night.item()["class"] for night in small] == classes
