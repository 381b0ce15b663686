"""What makes a list of thousands quick gives the same as looking through all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from desk.case import Case, cases_of
from desk.filter_options import options, with_chosen
from desk.my_cases import FILTERS, SHOW, MyCases
from desk.paging import Paged
from reconciliation.decisions.question import CHANGED, FIELD, Question

ASKED = Question("S-1", FIELD, "fdv-1", None, None, "e", "merge_conflict", "", (), {}, (), {}, secret=False)
DECIDED = {"decided_by": "kn", "decided": datetime(2023, 11, 2, tzinfo=UTC)}
OWNERS, REASONS, STREETS = ("bolig", "eiendom", None), ("a", "b"), ("Storgata", "Lillevegen", "")


@st.composite
def lists(draw: st.DrawFn) -> tuple[Case, ...]:
    questions = []
    for number in range(draw(st.integers(0, 8))):
        owner, street = draw(st.sampled_from(OWNERS)), draw(st.sampled_from(STREETS))
        for which in range(draw(st.integers(1, 2))):
            case = replace(
                ASKED,
                id=f"S-{number}-{which}",
                dwelling=f"fdv-{number}",
                owner=owner,
                about=draw(st.sampled_from((FIELD, CHANGED))),
                reason=draw(st.sampled_from(REASONS)),
                ours={"adressenavn": street},
                decided=draw(st.sampled_from((None, DECIDED))),
            )
            questions.append(case)
    warnings = [replace(ASKED, id=f"S-W{number}", dwelling=f"fdv-w{number}", reason="B06W") for number in range(draw(st.integers(0, 2)))]
    return cases_of(questions, warnings)


SOURCES = {f"fdv-{number}": (("fdv", "annen") if number % 2 else ("fdv",)) for number in range(8)}
WANTED = st.fixed_dictionaries(
    {},
    optional=dict(
        zip(
            FILTERS,
            map(st.sampled_from, (("bolig", "ukjent"), REASONS, ("fdv", "annen"), ("Storgata", "Ingengata"), (*SHOW, "ukjent"))),
            strict=True,
        )
    ),
)


@given(cases=lists(), wanted=WANTED)
def test_a_selection_is_what_each_filter_lets_through_in_the_order_of_the_list(cases: tuple[Case, ...], wanted: dict[str, str]) -> None:
    def fits(case: Case) -> bool:
        kind = SHOW.get(wanted.get("vis", ""), lambda shown: bool(shown.questions))
        properties = (("eier", [case.owner]), ("grunn", case.reasons), ("kilde", SOURCES.get(case.dwelling, ())), ("gate", [case.street]))
        return kind(case) and all(name not in wanted or wanted[name] in values for name, values in properties)

    assert list(MyCases(cases, SOURCES).selected(wanted)) == [case for case in cases if fits(case)]


@given(cases=lists())
def test_the_next_case_is_the_next_open_one_of_the_same_owner_and_else_of_any(cases: tuple[Case, ...]) -> None:
    mine = MyCases(cases, {})
    for at, case in enumerate(cases):
        others = [other for other in (*cases[at + 1 :], *cases[:at]) if other.open]
        assert mine.after(case) == next((other for other in others if other.owner == case.owner), others[0] if others else None)


def test_a_case_is_used_again_until_one_of_its_questions_is_another() -> None:
    first, second = replace(ASKED, dwelling="fdv-1"), replace(ASKED, id="S-2", dwelling="fdv-2")
    before = {case.dwelling: case for case in cases_of([first, second])}
    after = {case.dwelling: case for case in cases_of([replace(first, decided=DECIDED), second], (), before.values())}
    assert after["fdv-2"] is before["fdv-2"]
    assert (before["fdv-1"].open, after["fdv-1"].open) == (1, 0)


def test_a_long_list_leads_to_its_ends_and_to_the_pages_around() -> None:
    shown = [number for number, _, _ in Paged((), 5_000, here=50, last=100).links({})]
    assert shown == [1, 47, 48, 49, 50, 51, 52, 53, 100]


def test_a_chosen_option_is_marked_and_markup_in_a_value_stays_text() -> None:
    made = options([('"><script>', "<b>"), ("Storgata", "Storgata"), ("Storgata 1", "x")])
    assert "<script>" not in made
    assert "<b>" not in made
    assert with_chosen(made, "Storgata").splitlines()[1:] == [
        '<option value="Storgata" selected>Storgata</option>',
        '<option value="Storgata 1">x</option>',
    ]
    assert 'value="&#34;&gt;&lt;script&gt;" selected' in with_chosen(made, '"><script>')
    assert with_chosen(made, "Ingengata") == made
