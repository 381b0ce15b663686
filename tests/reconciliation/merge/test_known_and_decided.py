"""Earlier memberships and people's decisions take precedence over what the rows alone give."""

from __future__ import annotations

import polars as pl

from reconciliation.merge import merge
from reconciliation.model.decision_evidence import evidence_of
from reconciliation.model.known_decisions import Decisions
from tests.reconciliation.merge.merged_rows import HOUSE, decision, dwellings, eiendom, fdv
from tests.strategies import MEMBERSHIPS, none_known, standing_rows

LABELLED = {"leilighetsnummer": "1", "bruksareal": 60.0}


def test_same_label_and_another_unit_number_are_two_dwellings_until_a_person_calls_them_one() -> None:
    rows = fdv(**LABELLED, bruksenhetsnummer="H0101"), eiendom(**LABELLED, bruksenhetsnummer="H0109")
    merged = dwellings(*rows)
    assert merged["eiendom:1"]["candidates"] == ["fdv-1"]
    merged = dwellings(*rows, decided=decision("same", "fdv:1", "eiendom:1"))
    assert merged["fdv:1"]["contradictions"] == ["bruksenhetsnummer"]
    assert merged["fdv:1"]["bruksenhetsnummer"] == "H0101"


def test_a_key_that_is_known_finds_its_dwelling_although_its_address_changed() -> None:
    known = pl.DataFrame([("fdv", "1", "old-7"), ("eiendom", "1", "old-7")], schema=MEMBERSHIPS, orient="row")
    merged = dwellings(fdv(nummer=1), eiendom(nummer=3), known=known)
    assert merged["fdv:1"]["leverandor_bolig_id"] == merged["eiendom:1"]["leverandor_bolig_id"] == "old-7"
    assert merged["fdv:1"]["contradictions"] == ["nummer"]


def test_two_known_dwellings_that_become_alike_stay_two_and_wait_for_a_person() -> None:
    known = pl.DataFrame([("fdv", "1", "a"), ("eiendom", "1", "b")], schema=MEMBERSHIPS, orient="row")
    merged = dwellings(fdv(bruksenhetsnummer="H0101"), eiendom(bruksenhetsnummer="H0101"), known=known)
    assert (merged["fdv:1"]["leverandor_bolig_id"], merged["eiendom:1"]["leverandor_bolig_id"]) == ("a", "b")
    assert merged["fdv:1"]["candidates"] == ["b"]


def test_keys_with_odd_characters_never_share_an_id() -> None:
    merged = dwellings(fdv("1/2", nummer=1), fdv("1_2", nummer=2), fdv("1 2", nummer=3))
    assert len({row["leverandor_bolig_id"] for row in merged.values()}) == 3


def test_a_person_joins_what_no_key_joins() -> None:
    rows = fdv(nummer=1), eiendom(nummer=3)
    merged = dwellings(*rows, decided=decision("same", "fdv:1", "eiendom:1"))
    assert merged["fdv:1"] == merged["eiendom:1"]
    assert merged["fdv:1"]["merged_by"] == "decision"


def test_a_unit_number_that_a_person_gives_later_does_not_undo_that_they_called_the_rows_one() -> None:
    """What was answered is held against the row as its source writes it, and the numbers of both rows are answers too."""
    rows = fdv(leilighetsnummer="107"), eiendom(leilighetsnummer="7")
    left, right = standing_rows(*rows).sort("source", descending=True).iter_rows(named=True)
    given = [
        decision("value", name, field="bruksenhetsnummer", value='"H0201"', evidence=evidence_of(row))
        for name, row in (("fdv:1", left), ("eiendom:1", right))
    ]
    same = decision("same", "fdv:1", "eiendom:1", evidence=evidence_of(left, right))
    merged = dwellings(*rows, decided=pl.concat([same, *given]))
    assert merged["fdv:1"] == merged["eiendom:1"]
    assert (merged["fdv:1"]["merged_by"], merged["fdv:1"]["bruksenhetsnummer"]) == ("decision", "H0201")


def test_a_person_parts_what_a_key_joins_and_the_id_stays_with_its_own_key() -> None:
    rows = fdv(bruksenhetsnummer="H0101"), eiendom(bruksenhetsnummer="H0101")
    known = merge(standing_rows(*rows), none_known(), None, HOUSE).memberships
    merged = dwellings(*rows, known=known, decided=decision("different", "fdv:1", "eiendom:1"))
    assert (merged["fdv:1"]["leverandor_bolig_id"], merged["eiendom:1"]["leverandor_bolig_id"]) == ("fdv-1", "eiendom-1")


def test_different_holds_through_a_third_row() -> None:
    rows = [{"source": name, "source_key": "1", "bruksenhetsnummer": "H0101"} for name in ("fdv", "omsorg", "eiendom")]
    merged = dwellings(*rows, decided=decision("different", "fdv:1", "eiendom:1"))
    assert merged["fdv:1"]["leverandor_bolig_id"] != merged["eiendom:1"]["leverandor_bolig_id"]


def test_a_decision_is_asked_again_when_its_evidence_changed() -> None:
    left, right = fdv(nummer=1), eiendom(nummer=3)
    values = standing_rows(left, right).to_dicts()
    decided = decision("same", "fdv:1", "eiendom:1", evidence=evidence_of(*values))
    assert len({row["leverandor_bolig_id"] for row in dwellings(left, right, decided=decided).values()}) == 1
    moved = eiendom(nummer=5)
    assert len({row["leverandor_bolig_id"] for row in dwellings(left, moved, decided=decided).values()}) == 2


def test_decisions_that_contradict_each_other_are_listed_and_not_used() -> None:
    rows = [{"source": name, "source_key": "1", "nummer": number} for number, name in enumerate(("fdv", "omsorg", "eiendom"), start=1)]
    decided = pl.concat(
        [decision("same", "fdv:1", "omsorg:1"), decision("same", "omsorg:1", "eiendom:1"), decision("different", "fdv:1", "eiendom:1")]
    )
    merged = merge(standing_rows(*rows), none_known(), Decisions(decided), HOUSE)
    assert merged.contradictory == (("eiendom:1", "fdv:1"),)
    assert merged.dwellings.height == 3
