"""Which rows become one dwelling, and what is left to a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from reconciliation.merge import merge
from tests.reconciliation.merge.merged_rows import HOUSE, decision, dwellings, eiendom, fdv
from tests.strategies import MEMBERSHIPS, none_known, standing_rows

GROUND = {"gardsnummer": 5, "bruksnummer": 7}

ONE = {
    "same matrikkel and unit number, street spelt otherwise": (
        fdv(**GROUND, adressenavn="Strandveien", bruksenhetsnummer="H0101"),
        eiendom(**GROUND, adressenavn="Strandvegen 1 bygg", bruksenhetsnummer="H0101"),
        "matrikkel",
    ),
    "same address and unit number": (
        fdv(bruksenhetsnummer="H0102"),
        eiendom(adressenavn="STORGATA", bruksenhetsnummer="H0102"),
        "address_unit",
    ),
    "same lease in one unit": (
        fdv(bruksenhetsnummer="H0101", ekstra_referanse="Rom 2"),
        eiendom(bruksenhetsnummer="H0101", ekstra_referanse="rom 2"),
        "address_unit",
    ),
    "same lease at an address where one unit is known": (
        fdv(bruksenhetsnummer="H0101", ekstra_referanse="Rom 2"),
        eiendom(ekstra_referanse="Rom 2"),
        "address_lease",
    ),
    "one parcel and unit, where one source lacks the street": (
        fdv(**GROUND, bruksenhetsnummer="H0101"),
        eiendom(**GROUND, adressenavn=None, bruksenhetsnummer="H0101"),
        "matrikkel",
    ),
    "same label, where what was measured confirms the numbering": (
        fdv(leilighetsnummer="3", bruksenhetsnummer="H0103", bruksareal=60.0),
        eiendom(leilighetsnummer="3", bruksareal=60.0),
        "address_label",
    ),
    "the only one at the address": (fdv(bruksenhetsnummer="H0101"), eiendom(), "address"),
    "areas measured a little differently": (fdv(bruksareal=60.0), eiendom(bruksareal=66.0), "address"),
}


@pytest.mark.parametrize("case", ONE.values(), ids=ONE.keys())
def test_rows_of_two_sources_that_are_one_dwelling(case: tuple[dict[str, Any], dict[str, Any], str]) -> None:
    left, right, reason = case
    merged = dwellings(left, right)
    assert merged["fdv:1"] == merged["eiendom:1"]
    assert merged["fdv:1"]["merged_by"] == reason
    assert merged["fdv:1"]["leverandor_bolig_id"] == "fdv-1"


TWO = {
    "a lettered address and the bare number": (fdv(bokstav="A"), eiendom()),
    "two letters": (fdv(bokstav="A"), eiendom(bokstav="B")),
    "gnr/bnr alone": (fdv(**GROUND, nummer=1), eiendom(**GROUND, nummer=3)),
    "entrances of one matrikkel that each begin at H0101": (
        fdv(**GROUND, nummer=1, bruksenhetsnummer="H0101"),
        eiendom(**GROUND, nummer=3, bruksenhetsnummer="H0101"),
    ),
    "two leases in one unit": (
        fdv(bruksenhetsnummer="H0101", ekstra_referanse="Rom 1"),
        eiendom(bruksenhetsnummer="H0101", ekstra_referanse="Rom 2"),
    ),
    "two leases under one label": (
        fdv(leilighetsnummer="1", ekstra_referanse="Rom 1"),
        eiendom(leilighetsnummer="1", ekstra_referanse="Rom 2"),
    ),
    "blank and a unit number that tells of more": (fdv(bruksenhetsnummer="H0203"), eiendom()),
    "blank and a label that tells of more": (fdv(leilighetsnummer="4"), eiendom()),
    "two labels": (fdv(leilighetsnummer="1"), eiendom(leilighetsnummer="2")),
    "areas far apart": (fdv(bruksareal=40.0), eiendom(bruksareal=90.0)),
    "two grounds": (fdv(**GROUND), eiendom(gardsnummer=6, bruksnummer=1)),
    "two rows of one source": (fdv("1", bruksenhetsnummer="H0101"), fdv("2", leilighetsnummer="1")),
}


@pytest.mark.parametrize("rows", TWO.values(), ids=TWO.keys())
def test_rows_that_are_two_dwellings(rows: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert len({row["leverandor_bolig_id"] for row in dwellings(*rows).values()}) == 2


def test_a_lease_of_one_name_where_two_flats_are_let_by_rooms_is_two_rooms() -> None:
    flats = [fdv("1", bruksenhetsnummer="H0101", ekstra_referanse="Rom 2"), fdv("2", bruksenhetsnummer="H0102", ekstra_referanse="Rom 3")]
    merged = dwellings(*flats, eiendom(ekstra_referanse="Rom 2"))
    assert len({row["leverandor_bolig_id"] for row in merged.values()}) == 3


RENTS = (8000.0, 11000.0)


def exchanged() -> list[dict[str, Any]]:
    """Two flats of which one system has the unit numbers the other way round, as the rents tell."""
    units = ("H0101", "H0102")
    first = [fdv(str(at), bruksenhetsnummer=unit, manedsleie=rent) for at, (unit, rent) in enumerate(zip(units, RENTS, strict=True))]
    return [*first, *(eiendom(str(at), bruksenhetsnummer=unit, manedsleie=RENTS[1 - at]) for at, unit in enumerate(units))]


def test_rows_that_fit_the_neighbour_better_are_joined_by_no_key_but_by_a_person_and_stay_so() -> None:
    assert len({row["leverandor_bolig_id"] for row in dwellings(*exchanged()).values()}) == 4
    merged = dwellings(*exchanged(), decided=decision("same", "fdv:0", "eiendom:0"))
    assert merged["fdv:0"] == merged["eiendom:0"]
    known = pl.DataFrame([("fdv", "0", "fdv-0"), ("eiendom", "0", "fdv-0")], schema=MEMBERSHIPS, orient="row")
    again = dwellings(*exchanged(), known=known)
    assert again["fdv:0"] == again["eiendom:0"]


def test_a_row_without_unit_number_in_a_block_waits_for_a_person() -> None:
    merged = dwellings(fdv("1", bruksenhetsnummer="H0101"), fdv("2", bruksenhetsnummer="H0102"), eiendom("9"))
    assert merged["eiendom:9"]["candidates"] == ["fdv-1", "fdv-2"]
    assert merged["fdv:1"]["candidates"] == []


SMALL = {"bruksareal": 40.0, "antall_soverom": 1, "etasjenummer": 1}
LARGE = {"bruksareal": 70.0, "antall_soverom": 3, "etasjenummer": 2}


def test_rows_without_unit_numbers_join_the_only_ones_they_fit_when_both_systems_list_equally_many() -> None:
    blocks = (fdv("1", **SMALL, bruksenhetsnummer="H0101"), fdv("2", **LARGE, bruksenhetsnummer="H0201"))
    merged = dwellings(*blocks, eiendom("1", **LARGE), eiendom("2", **SMALL))
    assert merged["eiendom:1"]["source_keys"] == ["eiendom:1", "fdv:2"]
    assert merged["eiendom:2"]["source_keys"] == ["eiendom:2", "fdv:1"]


ONE_OF_TWO = {
    "two that it fits": (eiendom("1", **SMALL), eiendom("2", **SMALL)),
    "one system lists fewer": (eiendom("1", **SMALL),),
    "too little is known": (eiendom("1", bruksareal=40.0, antall_soverom=1), eiendom("2", bruksareal=70.0, antall_soverom=3)),
}


@pytest.mark.parametrize("rows", ONE_OF_TWO.values(), ids=ONE_OF_TWO.keys())
def test_rows_without_unit_numbers_that_may_be_either_wait_for_a_person(rows: tuple[dict[str, Any], ...]) -> None:
    other = SMALL if len(rows) == 2 and rows[1].get("bruksareal") == 40.0 else LARGE
    merged = dwellings(fdv("1", **SMALL, bruksenhetsnummer="H0101"), fdv("2", **other, bruksenhetsnummer="H0201"), *rows)
    assert merged["eiendom:1"]["source_keys"] == ["eiendom:1"]
    assert "fdv-1" in merged["eiendom:1"]["candidates"]


def test_the_whole_unit_and_its_leases_wait_for_a_person() -> None:
    merged = dwellings(
        fdv("1", bruksenhetsnummer="H0101"),
        eiendom("1", bruksenhetsnummer="H0101", ekstra_referanse="Rom 1"),
        eiendom("2", bruksenhetsnummer="H0101", ekstra_referanse="Rom 2"),
    )
    assert merged["fdv:1"]["candidates"] == ["eiendom-1", "eiendom-2"]


def test_a_waiting_dwelling_is_not_remembered_so_that_a_corrected_row_finds_its_own() -> None:
    block = [fdv("1", bruksenhetsnummer="H0101"), fdv("2", bruksenhetsnummer="H0102")]
    first = merge(standing_rows(*block, eiendom("9")), none_known(), None, HOUSE)
    assert "9" not in first.memberships["source_key"].to_list()
    merged = dwellings(*block, eiendom("9", bruksenhetsnummer="H0102"), known=first.memberships)
    assert merged["eiendom:9"]["leverandor_bolig_id"] == "fdv-2"


def test_the_first_source_that_says_something_wins_and_the_losers_are_kept() -> None:
    merged = merge(standing_rows(fdv(manedsleie=5000.0), eiendom(manedsleie=6000.0, antall_soverom=2)), none_known(), None, HOUSE)
    (row,) = merged.dwellings.to_dicts()
    assert (row["manedsleie"], row["antall_soverom"]) == (5000.0, 2)
    assert merged.lineage.select("field", "source", "value", "won", "reason").rows() == [
        ("manedsleie", "eiendom", "6000.0", False, "priority"),
        ("manedsleie", "fdv", "5000.0", True, "priority"),
    ]


@pytest.mark.parametrize("first", ["fdv", "eiendom"])
def test_a_dwelling_is_on_the_list_of_the_owner_whose_source_ranks_first(first: str) -> None:
    order = sorted(("fdv", "eiendom"), key=lambda name: name != first)
    ranked = HOUSE.model_copy(update={"survivorship": HOUSE.survivorship.model_copy(update={"default": tuple(order)})})
    merged = merge(standing_rows(fdv(owner="drift"), eiendom(owner="bolig")), none_known(), None, ranked)
    assert merged.dwellings["owner"].to_list() == ["drift" if first == "fdv" else "bolig"]


@pytest.mark.parametrize("later", ["fdv", "eiendom"])
def test_where_no_source_ranks_first_the_newest_moment_of_a_day_wins(later: str) -> None:
    equal = HOUSE.model_copy(update={"survivorship": HOUSE.survivorship.model_copy(update={"default": ()})})
    at = {name: datetime(2023, 11, 1, 9, 30, 0, 200_000 if name == later else 100_000) for name in ("fdv", "eiendom")}
    rows = fdv(manedsleie=7000.0, oppdatert=at["fdv"]), eiendom(manedsleie=7100.0, oppdatert=at["eiendom"])
    merged = merge(standing_rows(*rows), none_known(), None, equal)
    assert merged.dwellings["manedsleie"].to_list() == [7000.0 if later == "fdv" else 7100.0]
    assert merged.lineage.filter(pl.col("won")).select("source", "reason").rows() == [(later, "newest")]


def test_a_person_takes_the_other_sources_value_and_the_contradiction_is_settled() -> None:
    rows = fdv(bruksenhetsnummer="H0101"), eiendom(bruksenhetsnummer="H0109")
    decisions = [decision("same", "fdv:1", "eiendom:1"), decision("take", "fdv:1", field="bruksenhetsnummer", value="eiendom")]
    merged = dwellings(*rows, decided=pl.concat(decisions))
    assert (merged["fdv:1"]["bruksenhetsnummer"], merged["fdv:1"]["contradictions"]) == ("H0109", [])


def test_a_secret_address_in_one_source_is_secret() -> None:
    assert dwellings(fdv(), eiendom(hemmelig_adresse=True))["fdv:1"]["hemmelig_adresse"] is True


def test_half_an_address_is_never_taken_from_each_of_two_rows() -> None:
    rows = fdv(leilighetsnummer="1", gardsnummer=5, bruksnummer=None), eiendom(leilighetsnummer="1", gardsnummer=8, bruksnummer=9)
    assert dwellings(*rows)["fdv:1"]["bruksnummer"] is None


def test_a_row_that_is_alone_says_no_half_address_either_and_all_else_as_it_is() -> None:
    alone = fdv(adressenavn=None, bokstav="B", postnummer=None, poststed="STED", **GROUND, bruksenhetsnummer="H0101", aktiv=True)
    row = dwellings(alone, eiendom("2", adressenavn="Fjordgata"), eiendom("3", adressenavn="Fjordgata", bruksenhetsnummer="H0102"))["fdv:1"]
    copied = ("nummer", "bokstav", "kommunenummer", "poststed", "bruksnummer", "bruksenhetsnummer", "aktiv", "rows", "carried", "merged_by")
    assert [row[name] for name in copied] == [None, None, None, None, 7, "H0101", True, 1, False, None]
    assert (row["sources"], row["source_keys"], row["contradictions"]) == (["fdv"], ["fdv:1"], [])


def test_a_key_that_is_there_twice_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="stands more than once"):
        dwellings(fdv("1"), fdv("1"))


def test_a_street_spelt_in_two_ways_does_not_make_a_row_the_only_one_at_its_address() -> None:
    block = [fdv("1", bruksenhetsnummer="H0101"), fdv("2", adressenavn="Storgt", bruksenhetsnummer="H0102")]
    merged = dwellings(*block, eiendom("2"), eiendom("1", adressenavn="Storgt"))
    assert len({row["leverandor_bolig_id"] for row in merged.values()}) == 4


def test_one_lease_without_a_unit_number_joins_where_a_third_row_names_the_only_unit_of_the_house() -> None:
    merged = dwellings(fdv(ekstra_referanse="Rom 2"), eiendom(ekstra_referanse="Rom 2"), fdv("3", bruksenhetsnummer="H0101"))
    assert merged["fdv:1"] == merged["eiendom:1"] != merged["fdv:3"]


@pytest.mark.parametrize(("bedrooms", "is_one"), [(2, True), (3, False)])
def test_beside_a_house_spelt_nearly_alike_equal_area_and_rent_join_only_where_the_bedrooms_do_not_differ(
    bedrooms: int, is_one: bool
) -> None:
    measured = {"bruksareal": 60.0, "manedsleie": 9000.0}
    beside = fdv("2", adressenavn="Storgatta", bruksareal=95.0, manedsleie=14_000.0, antall_soverom=4)
    merged = dwellings(fdv("1", **measured, antall_soverom=2), beside, eiendom("1", **measured, antall_soverom=bedrooms))
    assert (merged["fdv:1"] == merged["eiendom:1"]) is is_one


def test_the_fields_of_an_address_follow_the_order_of_the_street() -> None:
    ranked = HOUSE.survivorship.model_copy(update={"fields": {"adressenavn": ("eiendom", "fdv")}})
    rows = fdv(adressenavn="Storgata", nummer=1, bokstav="A"), eiendom(adressenavn="Kirkevegen", nummer=7, bokstav="B")
    house = HOUSE.model_copy(update={"survivorship": ranked})
    (dwelling,) = merge(standing_rows(*rows), none_known(), decision("same", "fdv:1", "eiendom:1"), house).dwellings.to_dicts()
    assert (dwelling["adressenavn"], dwelling["nummer"], dwelling["bokstav"]) == ("Kirkevegen", 7, "B")


CORNER = {**GROUND, "bruksenhetsnummer": "H0101", "bruksareal": 60.0}


@pytest.mark.parametrize(
    ("alike", "dwellings_made"),
    [({"manedsleie": 9000.0}, 1), ({"antall_soverom": 2}, 2), ({}, 2)],
    ids=["the rent is the same too", "only the bedrooms are the same", "nothing else is known"],
)
def test_two_streets_at_one_corner_are_one_home_only_where_area_and_rent_agree(alike: dict[str, Any], dwellings_made: int) -> None:
    rows = fdv(**CORNER, **alike, adressenavn="Storgata"), eiendom(**CORNER, **alike, adressenavn="Kirkevegen")
    assert len({row["leverandor_bolig_id"] for row in dwellings(*rows).values()}) == dwellings_made
