"""Who has moved since both sides agreed, and what follows from it: every combination of the three sides (law 13)."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.decisions.kobo_change_answers import evidence_of_change
from reconciliation.model.kobo_change_policy import THREE_WAY, policy_of
from reconciliation.plan.moved_fields import unknown_bases
from reconciliation.plan.three_way import NOT_KNOWN, Action, ChangedSides, action, movement
from tests.reconciliation.decisions.nights import SmallNight, decided
from tests.strategies import bases_of, register

UNSET, A, B = None, 2, 3
TABLE = {
    # (base, ours, theirs)
    (UNSET, UNSET, UNSET): ChangedSides.UNCHANGED,
    (UNSET, UNSET, A): ChangedSides.KOBO,
    (UNSET, UNSET, B): ChangedSides.KOBO,
    (UNSET, A, UNSET): ChangedSides.SOURCE,
    (UNSET, A, A): ChangedSides.TOGETHER,
    (UNSET, A, B): ChangedSides.APART,
    (UNSET, B, UNSET): ChangedSides.SOURCE,
    (UNSET, B, A): ChangedSides.APART,
    (UNSET, B, B): ChangedSides.TOGETHER,
    (A, UNSET, UNSET): ChangedSides.KOBO,
    (A, UNSET, A): ChangedSides.UNCHANGED,
    (A, UNSET, B): ChangedSides.KOBO,
    (A, A, UNSET): ChangedSides.KOBO,
    (A, A, A): ChangedSides.UNCHANGED,
    (A, A, B): ChangedSides.KOBO,
    (A, B, UNSET): ChangedSides.APART,
    (A, B, A): ChangedSides.SOURCE,
    (A, B, B): ChangedSides.TOGETHER,
    (B, UNSET, UNSET): ChangedSides.KOBO,
    (B, UNSET, A): ChangedSides.KOBO,
    (B, UNSET, B): ChangedSides.UNCHANGED,
    (B, A, UNSET): ChangedSides.APART,
    (B, A, A): ChangedSides.TOGETHER,
    (B, A, B): ChangedSides.SOURCE,
    (B, B, UNSET): ChangedSides.KOBO,
    (B, B, A): ChangedSides.KOBO,
    (B, B, B): ChangedSides.UNCHANGED,
}


def test_every_combination_of_the_three_sides_is_in_the_table_once() -> None:
    assert set(TABLE) == set(product((UNSET, A, B), repeat=3))
    assert {sides: movement(*sides) for sides in TABLE} == TABLE


VALUES = st.one_of(
    st.none(), st.integers(0, 3), st.sampled_from(["", "A", "B"]), st.booleans(), st.floats(0, 4).map(lambda number: round(number, 1))
)


@given(st.one_of(st.just(NOT_KNOWN), VALUES), VALUES, VALUES, st.sampled_from(["source", "kobo", "ask"]))
def test_what_kobo_changed_is_never_written_over_without_a_policy(base: Any, ours: Any, theirs: Any, policy: Any) -> None:
    does = action(movement(base, ours, theirs), ours, policy)
    if does is Action.WRITE and policy != "source":
        assert movement(base, ours, theirs) is ChangedSides.SOURCE, "Kobo says what was agreed"
    if ours in (None, "") or ours == theirs:
        assert does is Action.NOTHING


UNIT = {"bruksenhetsnummer": "H0101"}
LINKED = {"fdv-1": "k1"}


def night(ours: Any, theirs: Any, base: Any, *, answer: dict[str, Any] | None = None, **policies: str) -> SmallNight:
    """One linked dwelling whose antall_soverom has three sides. base NOT_KNOWN: the ledger knows nothing of it."""
    agreed = bases_of(register({"kobo_id": "k1", **UNIT, "antall_soverom": None if base is NOT_KNOWN else base}))
    made = (
        None
        if answer is None
        else decided({"kind": "kobo_change", "subject": "fdv-1", "field": "antall_soverom", "verdict": "value", **answer})
    )
    known = agreed.clear() if base is NOT_KNOWN else agreed
    entry = {"kobo_id": "k1", **UNIT, "antall_soverom": theirs}
    return SmallNight([{**UNIT, "antall_soverom": ours}], [entry], LINKED, made, bases=known, changed_in_kobo=policies)


@pytest.mark.parametrize(
    ("sides", "policy", "kind", "reason", "sent"),
    [
        ((3, 2, 2), "ask", "update", "fields_differ", 3),  # the source moved
        ((2, 3, 2), "ask", "conflict", "changed_in_kobo", None),  # Kobo moved
        ((2, 3, 2), "kobo", "in_sync", "kept_in_kobo", None),
        ((2, 3, 2), "source", "update", "fields_differ", 2),
        ((2, None, 2), "ask", "conflict", "changed_in_kobo", None),  # cleared there
        ((1, 3, 2), "ask", "conflict", "changed_in_kobo", None),  # both moved apart
        ((3, 3, 2), "ask", "in_sync", "equal", None),  # both moved to the same
        ((2, 3, NOT_KNOWN), "ask", "conflict", "changed_in_kobo", None),
    ],
)
def test_a_linked_dwelling_is_classed_by_its_three_sides(
    sides: tuple[Any, Any, Any], policy: str, kind: str, reason: str, sent: Any
) -> None:
    item = night(*sides, antall_soverom=policy).item()
    assert (item["class"], item["reason"]) == (kind, reason)
    assert [change["new"] for change in json.loads(item["changes"])] == ([] if sent is None else [sent])


def test_what_is_asked_tells_both_sides_the_base_and_since_when() -> None:
    (asked,) = json.loads(night(2, 3, 2).item()["details"])["asked"]
    assert asked == {
        "field": "antall_soverom",
        "ours": 2,
        "theirs": 3,
        "source": "fdv",
        "movement": "kobo",
        "seen": "2023-11-01",
        "base": 2,
    }


@pytest.mark.parametrize(("right", "kind", "sent"), [(3, "in_sync", None), (2, "update", 2), (4, "update", 4)])
def test_an_answer_is_carried_out_and_kept_while_the_sides_say_the_same(right: int, kind: str, sent: int | None) -> None:
    answer = {"value": json.dumps(right), "evidence": evidence_of_change("antall_soverom", 2, 3)}
    item = night(2, 3, 2, answer=answer).item()
    assert item["class"] == kind
    assert [change["new"] for change in json.loads(item["changes"])] == ([] if sent is None else [sent])
    # Carried out: Kobo has the right value, and our source gets a correction; nothing is written.
    done = night(2, right, right, answer=answer)
    assert done.item()["class"] == "in_sync"
    # Kobo or the source has a new value: there is no answer about it yet.
    assert night(2, 7, 2, answer=answer).item()["reason"] == "changed_in_kobo"


def test_where_both_say_the_same_it_is_agreed_and_where_not_the_base_stays_with_the_night_it_was_seen() -> None:
    (agreed,) = night(3, 3, 2).plan.agreed.to_dicts()
    assert json.loads(agreed["agreed"])["antall_soverom"] == 3
    (moved,) = night(2, 3, 2).plan.agreed.to_dicts()
    assert json.loads(moved["agreed"])["antall_soverom"] == 2
    assert json.loads(moved["moved"]) == {"antall_soverom": {"value": 3, "seen": "2023-11-01"}}


def test_a_night_on_which_nothing_moved_changes_no_base() -> None:
    assert night(2, 2, 2).plan.agreed.is_empty()


def test_a_field_that_differed_from_the_first_is_not_known_and_stays_so() -> None:
    (kept,) = night(2, 3, NOT_KNOWN).plan.agreed.to_dicts()
    known = json.loads(kept["agreed"])
    assert "antall_soverom" not in known
    assert set(known) == set(THREE_WAY) - {"antall_soverom"}
    assert json.loads(kept["moved"]) == {"antall_soverom": {"value": 3, "seen": "2023-11-01"}}, "the night it was first seen stays too"


def test_what_is_asked_since_its_base_is_not_known_is_counted_and_what_a_policy_keeps_is_not() -> None:
    assert unknown_bases(night(2, 3, NOT_KNOWN).plan.items) == 1
    assert unknown_bases(night(2, 3, 2).plan.items) == 0
    assert unknown_bases(night(2, 3, NOT_KNOWN, antall_soverom="kobo").plan.items) == 0


def test_facts_are_asked_and_the_property_is_the_sources() -> None:
    assert {name: policy_of(name, {}) for name in ("antall_soverom", "bruksareal", "manedsleie")} == dict.fromkeys(
        ("antall_soverom", "bruksareal", "manedsleie"), "ask"
    )
    assert policy_of("gardsnummer", {}) == "source"
    assert policy_of("manedsleie", {"manedsleie": "kobo"}) == "kobo"


def test_two_that_meet_for_the_first_time_have_agreed_on_nothing_and_our_value_is_planned() -> None:
    first = SmallNight(
        [{**UNIT, "antall_soverom": 2}],
        [{"kobo_id": "k1", **UNIT, "antall_soverom": 3}],
        {},
        bases=pl.DataFrame(schema=bases_of(register()).schema),
    )
    assert first.item()["class"] == "update"
