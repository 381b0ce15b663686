"""What differs is first: between the dwelling's own rows, beside candidates, and in the field that is asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desk.case_words import reason_in_words
from desk.side_by_side import compared_field
from reconciliation.decisions.question import MERGE, Candidate, Question
from reporting.clarifications import Shown, Side

ASKED = Question("S-1", MERGE, "fdv-1", None, "bruksenhetsnummer", "e", "merge_conflict", "", (), {}, (), {}, secret=False)


def differs(name: str, values: list[Any], *, agrees: bool | None = None, beside: bool = False) -> bool | None:
    sides = tuple(Side(f"side {at}", {name: value}, {}) for at, value in enumerate(values))
    question = replace(ASKED, candidates=(Candidate("k-1", {}),)) if beside else ASKED
    return compared_field(name, Shown("S-1", "e", None, "fdv-1", "", "", {}, sides, {name: agrees}), question).same


@pytest.mark.parametrize(
    ("name", "values", "same"),
    [
        ("bruksenhetsnummer", [None, "H0101", "H0109"], False),
        ("adressenavn", ["Storgata", "storgata", ""], True),
        ("bruksareal", [50.0, 50], True),
        ("etasje", ["1", None, None], None),
        ("bruksenhetsnummer", ["H0101", None], False),
        ("bruksenhetsnummer", ["H0101"], None),
    ],
)
def test_rows_of_one_dwelling_are_compared_with_each_other(name: str, values: list[Any], same: bool | None) -> None:
    assert differs(name, values) is same


def test_what_is_merely_blank_in_kobo_stays_apart() -> None:
    assert differs("bruksareal", [50.0, 50.0, None], beside=True) is None
    assert differs("bruksareal", [50.0, 51.0, None], beside=True) is False


def test_the_reason_names_the_field_that_is_asked_about_alone() -> None:
    question = replace(ASKED, field="bokstav", reason="fields_differ", details='{"fields": ["bokstav", "bruksareal"]}')
    assert reason_in_words(question) == "Ulikt: bokstav", "the area is merely blank in Kobo"
    assert "bruksareal" in reason_in_words(replace(question, field=None))
