"""A decision holds while what the person saw is the same; that a rent rose a little is no other evidence."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.model.decision_evidence import EVIDENCE_FIELDS, evidence_of, same_evidence

HOME: dict[str, Any] = {"adressenavn": "Ospestien", "nummer": 7, "bruksareal": 45.0, "manedsleie": 7300.0, "antall_soverom": 1}
OTHER: dict[str, Any] = {**HOME, "nummer": 9, "manedsleie": None}


@given(st.floats(3000, 30000), st.floats(0.88, 1.14))
def test_a_rent_that_rises_or_falls_a_little_is_no_other_evidence(rent: float, change: float) -> None:
    before, after = ({**HOME, "manedsleie": value} for value in (rent, rent * change))
    assert same_evidence(evidence_of(before, OTHER), evidence_of(OTHER, after))


@given(st.floats(3000, 30000), st.floats(1.31, 3.0))
def test_a_rent_that_is_another_one_is_other_evidence(rent: float, change: float) -> None:
    before, after = ({**HOME, "manedsleie": value} for value in (rent, rent * change))
    assert not same_evidence(evidence_of(before, OTHER), evidence_of(after, OTHER))


@pytest.mark.parametrize(
    "change", [{"nummer": 8}, {"bruksareal": 46.0}, {"antall_soverom": 2}, {"manedsleie": None}, {"bruksenhetsnummer": "H0101"}], ids=str
)
def test_any_other_value_that_changes_is_other_evidence(change: dict[str, Any]) -> None:
    assert not same_evidence(evidence_of(HOME, OTHER), evidence_of({**HOME, **change}, OTHER))
    assert not same_evidence(evidence_of(HOME), evidence_of({**HOME, **change}))


def test_a_decision_from_before_rents_were_told_apart_holds_on_the_very_same_values() -> None:
    sides = sorted(
        json.dumps(
            {
                name: float(value) if isinstance(value := side.get(name), int | float) else value and value.casefold()
                for name in EVIDENCE_FIELDS
            },
            sort_keys=True,
        )
        for side in (HOME, OTHER)
    )
    older = hashlib.sha256("\n".join(sides).encode()).hexdigest()[:32]
    assert same_evidence(older, evidence_of(HOME, OTHER))
    assert not same_evidence(older, evidence_of({**HOME, "manedsleie": 7400.0}, OTHER))


def test_no_rent_can_be_read_from_it() -> None:
    assert "7300" not in evidence_of(HOME, OTHER)
    assert evidence_of(HOME).partition(",")[0] != evidence_of({**HOME, "nummer": 8}).partition(",")[0]
