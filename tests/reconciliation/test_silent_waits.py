"""Whoever waits is asked about, or told what to mend in the source: no dwelling waits in silence, on the first night or the next."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from reconciliation.decisions.answer_choices import Answer
from reconciliation.decisions.question import Question
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import questions
from reconciliation.ledger.decision_log import DECISIONS
from reconciliation.model.known_decisions import DECISION_COLUMNS
from reporting.clarifications import settled_in_source
from tests.reconciliation.small_nights import ALIKE, Night, Row, flat, night
from tests.strategies import WHOLE_NIGHTS

_ROW = st.fixed_dictionaries(
    {"adressenavn": st.sampled_from(["Ospestien", "Ospestien", "Ospestia", "Furulia"]), "nummer": st.sampled_from([1, 1, 3])},
    optional={
        "bokstav": st.just("B"),
        "postnummer": st.just("9920"),
        "bruksenhetsnummer": st.sampled_from(["H0101", "H0102", "H0201"]),
        "ekstra_referanse": st.sampled_from(["R1", "R2"]),
        "gardsnummer": st.sampled_from([31, 32]),
        "seksjonsnummer": st.sampled_from([1, 2]),
        "bruksareal": st.sampled_from([45.0, 66.0]),
        "antall_soverom": st.sampled_from([1, 3]),
        "manedsleie": st.sampled_from([7300.0, 9800.0]),
        "etasjenummer": st.sampled_from([1, 2]),
    },
)
_ENTRY = st.fixed_dictionaries(
    {"nummer": st.sampled_from([1, 1, 3])},
    optional={
        "bruksenhetsnummer": st.sampled_from(["H0101", "H0102", "H0201"]),
        "antall_soverom": st.sampled_from([1, 3]),
        "manedsleie": st.sampled_from([7300.0, 9800.0]),
    },
)
_HOUSES = st.dictionaries(st.sampled_from(["fdv", "omsorg", "eiendom"]), st.lists(_ROW, min_size=1, max_size=4), min_size=1)


def listed(houses: dict[str, list[Row]]) -> dict[str, list[Row]]:
    return {
        source: [flat(f"{source[0]}{at}", f"{source} {at}", **row, bruksnummer=7) for at, row in enumerate(rows)]
        for source, rows in houses.items()
    }


def asked(result: Night) -> list[Question]:
    tables = Tables(result.dwellings, result.items, result.matches, result.lineage, result.rows, result.entries)
    return questions(tables, pl.DataFrame(schema=DECISIONS))


def silent(result: Night) -> list[str]:
    """Dwellings that wait, that no question names, and of which no sentence says what to mend in the source."""
    named = {name for question in asked(result) for name in (question.dwelling, *(beside.name for beside in question.candidates))}
    sentences = " ".join(sentence for _, sentence in settled_in_source(result.items, result.dwellings, named))
    waiting = [name for name, kind in result.classes().items() if kind in ("review", "conflict")]
    return [name for name in waiting if name not in named and name not in sentences]


def answered(result: Night, choose: Callable[[Question], Answer | None]) -> pl.DataFrame:
    """Each question answered with one of its answers, but for those that are left open."""
    chosen = [answer for question in asked(result) if (answer := choose(question)) is not None]
    made = [part for answer in chosen for part in (answer, *answer.along) if part.kind in ("match", "merge")]
    rows = [
        dict.fromkeys(DECISION_COLUMNS)
        | {"kind": str(part.verdict), "left": part.subject, "right": part.other, "evidence": part.evidence, "value": part.value}
        for part in made
    ]
    return pl.DataFrame(rows, schema=DECISION_COLUMNS)


WHOLE_AND_BY_LEASES: dict[str, list[Row]] = {
    "fdv": [{"bruksenhetsnummer": "H0101", "nummer": 1, **lease} for lease in ({}, {"ekstra_referanse": "R1"})]
}
SLID_PARCELS: dict[str, list[Row]] = {
    source: [
        {"nummer": nummer, "gardsnummer": ground, "bruksenhetsnummer": "H0101", "bruksareal": 45.0 + nummer, "manedsleie": 7000.0 + nummer}
        for nummer, ground in zip((1, 3, 5), grounds, strict=True)
    ]
    for source, grounds in (("fdv", (11, 13, 15)), ("omsorg", (13, 15, 11)))
}


@given(_HOUSES, st.lists(_ENTRY, max_size=2), st.randoms(use_true_random=False))
@example(WHOLE_AND_BY_LEASES, [], Random(1))
@WHOLE_NIGHTS
def test_nobody_waits_in_silence(houses: dict[str, list[Row]], entries: list[Row], random: Random) -> None:
    lists, seen = listed(houses), [{**entry, "kobo_id": f"k{at}"} for at, entry in enumerate(entries)]
    first = night(lists, seen)
    assert silent(first) == []
    answers = answered(first, lambda question: random.choice([None, *question.answers]))
    second = night(lists, seen, before=first, decisions=answers)
    assert silent(second) == []


def test_homes_that_both_lists_have_at_their_addresses_are_made_although_a_parcel_number_calls_them_each_others() -> None:
    assert set(night(listed(SLID_PARCELS)).classes().values()) == {"create"}


def test_a_row_that_may_be_a_home_that_is_gone_and_that_nobody_may_be_asked_about_is_told_to_its_owner() -> None:
    result = night({"fdv": [flat("a1", "1", bruksenhetsnummer="H0101", **ALIKE)]})
    items = result.items.with_columns(reason=pl.lit("home_gone"))
    assert [("fdv-a1" in sentence) for _, sentence in settled_in_source(items, result.dwellings, ())] == [True]
    assert settled_in_source(items, result.dwellings, {"fdv-a1"}) == []
