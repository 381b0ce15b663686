"""A home keeps its id where its key is another one tonight, and a key that another home has taken does not take the id with it."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from connectors.read_result import SourceRead, Verdict
from reconciliation.model import tables
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.reading.checked_reads import CheckedRead, LastReads, check_read
from reconciliation.reading.standardise import Standardised
from tests.reconciliation.reading.test_read_evidence import Row, frame, source, town
from tests.strategies import MEMBERSHIPS

HOUSE = {"adressenavn": "Lunden", "nummer": 9, "gardsnummer": 21, "kategori": "vanlig"}
FIRST = {**HOUSE, "source_key": "a1", "bruksenhetsnummer": "H0101", "bruksareal": 45.0, "manedsleie": 5000.0, "antall_soverom": 1}
SECOND = {**HOUSE, "source_key": "a2", "bruksenhetsnummer": "H0201", "bruksareal": 70.0, "manedsleie": 7000.0, "antall_soverom": 2}
OTHER = {**HOUSE, "source_key": "a1", "bruksenhetsnummer": "H0202", "bruksareal": 95.0, "manedsleie": 9900.0, "antall_soverom": 4}
ELSEWHERE = {**OTHER, "adressenavn": "Vestbakken", "nummer": 3, "gardsnummer": 33}
LIST = [FIRST, SECOND, *town(20)]


def known(**keys: str) -> pl.DataFrame:
    """Memberships of the first list's rows, and of those of the other list that are named: key -> leverandor_bolig_id."""
    own = [("listen", row["source_key"], f"listen-{row['source_key']}") for row in LIST]
    return pl.DataFrame([*own, *(("helse", key, ours) for key, ours in keys.items())], schema=MEMBERSHIPS, orient="row")


def read(tonight: list[Row], before: list[Row] | None = None, beside: list[Row] | None = None, **last: Any) -> CheckedRead:
    """beside: the other list's rows, last night and tonight."""
    others = frame(beside or []).with_columns(source=pl.lit("helse"))
    rows = pl.concat([frame(LIST if before is None else before), others])
    yesterday = LastReads(rows, **{"members": known(**{row["source_key"]: "listen-a1" for row in beside or []}), **last})
    done = Standardised(frame(tonight), tables.empty(tables.DEVIATIONS))
    return check_read(SourceRead("listen", Verdict.COMPLETE, pl.DataFrame()), done, source(), yesterday, (), [others])


def warnings(checked: CheckedRead) -> list[tuple[str, str]]:
    return sorted(checked.done.deviations.select("rule", "source_key").rows())


def rented(row: Row, rent: float) -> Row:
    return {**row, "manedsleie": rent}


FOLLOWED = {
    "exchanged": ([{**FIRST, "source_key": "a2"}, {**SECOND, "source_key": "a1"}], {"a1": "a2", "a2": "a1"}),
    "exchanged, and the rents rose": (
        [rented({**FIRST, "source_key": "a2"}, 5200.0), rented({**SECOND, "source_key": "a1"}, 7280.0)],
        {"a1": "a2", "a2": "a1"},
    ),
    "a new key": ([{**FIRST, "source_key": "q9"}, SECOND], {"a1": "q9"}),
    "a key that a new home has taken": ([{**FIRST, "source_key": "q9"}, SECOND, OTHER], {"a1": "q9"}),
    "moved on by one": ([{**FIRST, "source_key": "a2"}, {**SECOND, "source_key": "a3"}], {"a1": "a2", "a2": "a3"}),
}


@pytest.mark.parametrize("case", FOLLOWED.values(), ids=FOLLOWED.keys())
def test_a_home_is_followed_to_the_key_that_its_row_has(case: tuple[list[Row], dict[str, str]]) -> None:
    rows, renamed = case
    checked = read([*rows, *town(20)])
    assert checked.read.verdict is Verdict.COMPLETE
    assert checked.followed.renamed == renamed
    assert warnings(checked) == [("N06W", key) for key in sorted(renamed.values())]


def test_where_only_the_unit_numbers_were_exchanged_the_keys_are_asked_about() -> None:
    exchanged = [{**FIRST, "bruksenhetsnummer": "H0201"}, {**SECOND, "bruksenhetsnummer": "H0101"}]
    checked = read([*exchanged, *town(20)])
    assert (checked.followed.renamed, warnings(checked)) == ({}, [("N05W", "a1"), ("N05W", "a2")])


@pytest.mark.parametrize("other", [OTHER, ELSEWHERE, {**OTHER, "bruksenhetsnummer": None}, {**OTHER, "bruksareal": None}])
def test_a_key_taken_by_another_home_is_asked_about_and_goes_on_where_another_list_has_the_home_of_before(other: Row) -> None:
    tonight = [other, SECOND, *town(20)]
    assert warnings(read(tonight)) == [("N05W", "a1")]
    sure = read(tonight, beside=[{**FIRST, "source_key": "b1"}])
    assert (sure.followed.renamed, warnings(sure)) == ({"a1": "a1#listen-a1"}, [("N06W", "a1")])
    assert warnings(read(tonight, beside=[{**other, "source_key": "b1"}])) == [("N05W", "a1")], "the other list has the new one"
    (asked,) = read(tonight).done.deviations.iter_rows(named=True)
    answers = {
        verdict: read(tonight, answered=lambda _, given=verdict: given) for verdict in (DecisionKind.RIGHT, DecisionKind.ANOTHER_HOME)
    }
    assert asked["rule"] == "N05W"
    assert [warnings(checked) for checked in answers.values()] == [[], []]
    assert [dict(checked.followed.renamed) for checked in answers.values()] == [{}, {"a1": "a1#listen-a1"}]
    assert warnings(read(tonight, answered=lambda _: DecisionKind.ANOTHER_HOME, members=None)) == [("N05W", "a1")], "a look changes nothing"


def test_an_equal_flat_on_another_floor_is_asked_about_whatever_another_list_has() -> None:
    before = [{**FIRST, "etasjenummer": 1}, SECOND, *town(20)]
    tonight = [{**FIRST, "bruksenhetsnummer": "H0301", "etasjenummer": 3}, *before[1:]]
    assert warnings(read(tonight, before)) == warnings(read(tonight, before, [{**FIRST, "source_key": "b1"}])) == [("N05W", "a1")]


CORRECTED: dict[str, Row] = {
    "the unit number": {**FIRST, "bruksenhetsnummer": "H0102"},
    "the unit number, with a new rent": rented({**FIRST, "bruksenhetsnummer": "H0102"}, 5300.0),
    "all measures": {**OTHER, "bruksenhetsnummer": "H0101"},
}


@pytest.mark.parametrize("row", CORRECTED.values(), ids=CORRECTED.keys())
def test_a_corrected_row_of_the_same_home_goes_on(row: Row) -> None:
    checked = read([row, SECOND, *town(20)], beside=[{**FIRST, "source_key": "b1"}])
    assert checked.followed.renamed == {}
    assert "N05W" not in dict(warnings(checked))


def test_the_key_of_a_home_that_left_is_held_against_what_is_known_of_it_when_it_comes_back() -> None:
    without = [SECOND, *town(20)]
    agreed = json.dumps({"manedsleie": 5000.0, "bruksareal": 45.0, "antall_soverom": 1, "kategori": "x"})
    bases = pl.DataFrame({"leverandor_bolig_id": ["listen-a1"], "agreed": [agreed]})
    for row, in_kobo, beside in ((OTHER, [("N05W", "a1")], [("N06W", "a1")]), (FIRST, [], [])):
        assert warnings(read([row, *without], without, bases=lambda: bases)) == in_kobo
        assert warnings(read([row, *without], without, [{**FIRST, "source_key": "b1"}], bases=lambda: bases)) == beside
        assert warnings(read([row, *without], without, bases=bases.clear)) == [], "nothing is known of it"


def test_a_row_that_comes_back_is_not_warned_of_because_another_list_spells_its_address_otherwise() -> None:
    """What its own list had is not known any more, and what another list has is not the address that the key had."""
    without = [SECOND, *town(20)]
    old_street = {**FIRST, "source_key": "b1", "adressenavn": "Lundens"}
    assert warnings(read([FIRST, *without], without, [old_street])) == []


def test_a_row_that_comes_back_is_not_held_where_somebody_called_the_other_street_the_same_home() -> None:
    unmeasured = {**FIRST, "bruksareal": None, "manedsleie": None, "gardsnummer": None}
    renamed = {**unmeasured, "source_key": "b1", "adressenavn": "Fredrikstubben"}
    without = [SECOND, *town(20)]
    assert warnings(read([unmeasured, *without], without, [renamed])) == [("N05W", "a1")]
    assert warnings(read([unmeasured, *without], without, [renamed], called_same=frozenset({"listen:a1", "helse:b1"}))) == []
    other = {**renamed, "bruksenhetsnummer": "H0202"}
    assert warnings(read([unmeasured, *without], without, [other], called_same=frozenset({"listen:a1"}))) == [("N05W", "a1")]
