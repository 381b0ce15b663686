"""The universe: exact counts, well-formed invented names and numbers, and no identity given out twice."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest
from stdnum.no import orgnr

from demo import invented_numbers, world
from demo.streets import streets


@pytest.mark.parametrize("seed", [2023, 1, 77])
def test_the_plan_s_counts_are_met_exactly(seed: int) -> None:
    present = [d for d in world.build_world(seed).dwellings if not d.building.sold]
    assert Counter(d.kategori for d in present) == world.COUNTS
    assert len(present) == 1090


@pytest.mark.parametrize("dwellings", [300, 1090, 5000])
def test_another_size_keeps_the_proportions(dwellings: int) -> None:
    present = [d for d in world.build_world(2023, dwellings).dwellings if not d.building.sold]
    assert len(present) == dwellings
    for kategori, count in Counter(d.kategori for d in present).items():
        assert abs(count - world.COUNTS[kategori] * dwellings / 1090) <= 1


def test_no_two_dwellings_share_address_unit_and_room() -> None:
    known = Counter(
        (d.building.street.name.lower(), d.building.house, d.bruksenhetsnummer, d.ekstra_referanse)
        for d in world.build_world(dwellings=5000).dwellings
    )
    assert [identity for identity, count in known.items() if count > 1] == []


def test_a_matrikkel_belongs_to_one_building_except_in_the_borettslag() -> None:
    buildings = world.build_world().buildings
    alone = Counter((b.gardsnummer, b.bruksnummer) for b in buildings if b.kind != "borettslag")
    assert max(alone.values()) == 1
    borettslag = [b for b in buildings if b.kind == "borettslag"]
    assert len(borettslag) > 1
    assert len({(b.gardsnummer, b.bruksnummer) for b in borettslag}) == 1


def test_every_kind_of_dwelling_is_there() -> None:
    fjordvik = world.build_world()
    assert {b.kind for b in fjordvik.buildings} == {"hus", "blokk", "borettslag", "bofellesskap", "institusjon"}
    assert {b.disposisjonsform for b in fjordvik.buildings} == {"KOMMUNALT_EID", *world._LEASED}
    assert len({b.systems for b in fjordvik.buildings}) == 7
    assert any(d.hemmelig_adresse for d in fjordvik.dwellings)
    assert any(d.seksjonsnummer for d in fjordvik.dwellings)


def test_unit_numbers_and_postnummers_are_well_formed() -> None:
    for dwelling in world.build_world().dwellings:
        assert dwelling.bruksenhetsnummer is None or re.fullmatch(r"H\d{4}", dwelling.bruksenhetsnummer)
        assert re.fullmatch(r"99\d\d", dwelling.building.street.postnummer)


def test_an_owner_number_is_valid_and_of_the_synthetic_series() -> None:
    owners = {b.eier_organisasjonsnummer for b in world.build_world().buildings} - {None}
    assert len(owners) > 3
    assert all(owner[0] in "23" and orgnr.is_valid(owner) for owner in owners if owner)


def test_an_identity_number_is_synthetic_by_its_month() -> None:
    for turn in range(50):
        made = invented_numbers.identity_number(Random(turn))
        assert re.fullmatch(r"\d{11}", made)
        assert 81 <= int(made[2:4]) <= 92


def test_street_names_are_of_all_kinds_and_no_two_fold_together() -> None:
    names = [street.name for street in streets(Random(1), 600)]
    assert len(names) == 600
    text = " ".join(names)
    assert all(sign in text for sign in "æøåÆØÅá'-" if sign not in "Æá")
    folded = Counter(re.sub(r"(vegen|veien|veg|vei)$", "veg", re.sub(r"(gata|gate)$", "gate", name.lower())) for name in names)
    assert max(folded.values()) == 1
