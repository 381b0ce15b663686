"""What is close by: streets spelt nearly alike, houses next door and on one parcel, and which of them are worth a question."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from benchmarks.matching.measuring import measure
from benchmarks.matching.soiled_rows import in_cells, in_rows
from benchmarks.matching.worlds import demo_world
from reconciliation.likeness.blocks import pairs_in_blocks
from reconciliation.likeness.comparison import prepared
from reconciliation.likeness.place import with_place
from reconciliation.match import match
from reconciliation.match.candidates import with_this_rent, worth_asking
from reconciliation.merge import merge
from tests.strategies import WHOLE_NIGHTS, links, municipality, none_known, register, standing_rows

HOUSE = municipality()
FLAT = {"bruksareal": 52.0, "antall_soverom": 2}
GROUND = {"gardsnummer": 5, "bruksnummer": 7}
OTHER_GROUND = {"gardsnummer": 9, "bruksnummer": 3}


def two_streets(other: str, others_ground: dict[str, int], houses: int) -> pl.DataFrame:
    """Havneringen 5 in two systems, one without unit and ground; in `other` number 5 is a block. Both streets go on in fdv."""
    block = [{"adressenavn": other, "nummer": 5, **others_ground, "bruksenhetsnummer": f"H010{unit}"} for unit in (1, 2)]
    on = [
        {"adressenavn": street, "nummer": 20 + 2 * number, "bruksenhetsnummer": "H0101", "gardsnummer": 50 + number, "bruksnummer": 1}
        for street in ("Havneringen", other)
        for number in range(houses)
    ]
    home = {"adressenavn": "Havneringen", "nummer": 5, **FLAT}
    fdv = [{**home, **GROUND, "bruksenhetsnummer": "H0101"}, *block, *on]
    rows = [{"source": "fdv", "source_key": str(number), **row} for number, row in enumerate(fdv)]
    return merge(standing_rows(*rows, {"source": "boei", "source_key": "b", **home}), none_known(), None, HOUSE).dwellings


STREETS = {
    "two letters, two grounds, and one source uses both": (("Havnesvingen", OTHER_GROUND, 3), True),
    "nobody uses both at several houses": (("Havnesvingen", OTHER_GROUND, 1), False),
    "the same ground": (("Havnesvingen", GROUND, 3), False),
    "one letter is a slip of the hand": (("Havnaringen", OTHER_GROUND, 3), False),
    "a street that has nothing of the other's name": (("Fjellveien", GROUND, 0), True),
}


@pytest.mark.parametrize("case", STREETS.values(), ids=STREETS.keys())
def test_a_block_in_a_street_spelt_nearly_alike_keeps_the_only_ones_apart_unless_it_is_another_street(
    case: tuple[tuple[str, dict[str, int], int], bool],
) -> None:
    made, joined = case
    dwellings = two_streets(*made)
    assert any(len(keys) == 2 for keys in dwellings["source_keys"]) is joined


def ours(*rows: dict[str, Any]) -> pl.DataFrame:
    numbered = [{"source": "fdv", "source_key": str(number), **FLAT, **row} for number, row in enumerate(rows, start=1)]
    return merge(standing_rows(*numbered), none_known(), None, HOUSE).dwellings


def theirs(*rows: dict[str, Any]) -> pl.DataFrame:
    return register(*({"kobo_id": f"k{number}", **FLAT, **row} for number, row in enumerate(rows, start=1)))


def test_an_entry_is_found_by_its_own_house_though_the_neighbour_on_the_parcel_has_its_unit_number() -> None:
    dwellings = ours({**GROUND, "nummer": 28}, {**GROUND, "nummer": 34, "bruksenhetsnummer": "H0101", "bruksareal": 80.0})
    matches = match(dwellings, theirs({**GROUND, "nummer": 28, "bruksenhetsnummer": "H0101"}), links(), None)
    assert matches.select("leverandor_bolig_id", "certain", "reason").rows() == [("fdv-1", True, "single")]


UNIT = {"bruksenhetsnummer": "H0101"}
RENT = {"manedsleie": 8450.0}
BARE = {"bruksareal": None, "antall_soverom": None}
OFFERED = {
    "next door, the same ground and unit number": ({**GROUND, **UNIT, "nummer": 12}, {**GROUND, **UNIT, **BARE, "nummer": 14}, True),
    "next door, the same lease and ground": (
        {**GROUND, "nummer": 12, "ekstra_referanse": "Rom 2"}, {**GROUND, **BARE, "nummer": 14, "ekstra_referanse": "Rom 2"}, True,
    ),
    "a digit wrong, the same rent": ({**UNIT, **RENT, "nummer": 12}, {**UNIT, **RENT, **BARE, "nummer": 72}, True),
    "a house far off, the same rent": ({**UNIT, **RENT, "nummer": 12}, {**UNIT, **RENT, "nummer": 57}, False),
    "a digit of the unit number, the same rent": ({**UNIT, **RENT}, {"bruksenhetsnummer": "H0201", **RENT}, True),
    "another unit number and nothing else, the only one of each side": ({**UNIT, **BARE}, {"bruksenhetsnummer": "H0201", **BARE}, True),
    "another street on another ground": (
        {**UNIT, **GROUND, "adressenavn": "Skoleveien", "bruksareal": 40.0}, {**UNIT, **OTHER_GROUND, "adressenavn": "Skolebakken"}, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OFFERED.values(), ids=OFFERED.keys())
def test_which_pairs_of_two_houses_are_worth_a_question(case: tuple[dict[str, Any], dict[str, Any], bool]) -> None:
    dwelling, entry, asked = case
    matches = match(ours(dwelling), theirs(entry), links(), None)
    assert matches["certain"].to_list() == [False] * asked


def test_an_entry_without_unit_number_is_offered_to_the_flat_with_its_rent_and_not_to_the_neighbours() -> None:
    dwellings = ours(*({"bruksenhetsnummer": f"H010{unit}", "manedsleie": 5200.0 + 1000 * unit} for unit in (1, 2, 3)))
    matches = match(dwellings, theirs({**BARE, "manedsleie": 7200.0}), links(), None)
    assert matches.select("leverandor_bolig_id", "certain").rows() == [("fdv-2", False)]


def test_an_entry_without_unit_number_may_have_a_rent_that_has_risen_since_and_none_that_fell() -> None:
    dwellings = ours(*({"bruksenhetsnummer": f"H010{unit}", "manedsleie": 7000.0 + 100 * unit} for unit in (1, 2, 3)))
    matches = match(dwellings, theirs({**BARE, "manedsleie": 7200.0}), links(), None)
    assert matches.get_column("leverandor_bolig_id").to_list() == ["fdv-2", "fdv-3"]


@WHOLE_NIGHTS
@given(st.integers(0, 10**6), st.sampled_from([0.05, 0.3, 0.6]))
def test_what_is_left_out_before_it_is_compared_would_not_have_been_offered(seed: int, share: float) -> None:
    world = demo_world(60, share, seed)
    left = prepared(with_place(merge(world.rows, none_known(), None, HOUSE).dwellings)).with_columns(with_this_rent())
    right = prepared(with_place(world.entries)).with_columns(_disputed=pl.lit(value=False))
    early, late = (
        worth_asking(pairs_in_blocks(left, right, keep=keep), left, right).select("leverandor_bolig_id", "kobo_id", "_points")
        for keep in (None, pl.lit(value=True))
    )
    assert_frame_equal(early, late)


@WHOLE_NIGHTS
@given(st.integers(0, 10**6), st.sampled_from([in_rows, in_cells]), st.sampled_from([0.05, 0.15, 0.3, 0.6]), st.sampled_from([60, 300]))
def test_no_home_is_taken_for_another_in_dirty_rows_or_cells(seed: int, soil: Any, share: float, dwellings: int) -> None:
    measured = measure(demo_world(dwellings, share, seed, soil))
    assert (measured.wrong_merges, measured.wrong_certain) == (0, 0)


@WHOLE_NIGHTS
@given(st.integers(0, 10**6))
def test_pairs_within_one_table_are_those_of_two_equal_tables(seed: int) -> None:
    entries = demo_world(60, 0.3, seed).entries
    rows = prepared(with_place(entries.with_columns(leverandor_bolig_id="kobo_id")))
    within, two = (pairs_in_blocks(rows, others).select("leverandor_bolig_id", "kobo_id") for others in (rows, rows.clone()))
    assert_frame_equal(within, two.filter(pl.col("leverandor_bolig_id") != pl.col("kobo_id")))
