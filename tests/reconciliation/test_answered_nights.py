"""The night after some questions were answered: what was asked and not answered waits, and what was settled stays settled."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.matching.adversary import adversary_world
from benchmarks.matching.second_night import PlannedNight, after_creations, planned
from benchmarks.matching.second_town import second_town
from benchmarks.matching.worlds import Labelled
from reconciliation.model.known_decisions import DECISION_COLUMNS
from tests.reconciliation.merge.test_merge_laws import FEW_TOWNS
from tests.reconciliation.small_nights import PARCEL, Row, entry, flat, night

DecidedPair = tuple[str, str, str]


def decided(*answers: DecidedPair) -> pl.DataFrame:
    """answers: same or different, and the two that it is of."""
    rows = [dict.fromkeys(DECISION_COLUMNS) | dict(zip(("kind", "left", "right"), answer, strict=True)) for answer in answers]
    return pl.DataFrame(rows, schema=DECISION_COLUMNS)


def corner_house(office: str, turned: int, *, alike: bool) -> list[Row]:
    """Four flats, of which the list has the first few under the other street."""
    rows = []
    for at, unit in enumerate(("H0101", "H0102", "H0201", "H0202")):
        place = {"adressenavn": "Furulia", "nummer": 23} if at < turned else {"nummer": 5}
        rows.append(flat(f"{office}{at}", unit, **PARCEL, **place, bruksenhetsnummer=unit, bruksareal=50.0 if alike else 50.0 + 9 * at))
    return rows


@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("turned", [4, 2])
def test_a_corner_house_of_which_a_person_answered_half_is_still_asked_about(turned: int, alike: bool) -> None:
    lists = {"fdv": corner_house("a", 0, alike=alike), "omsorg": corner_house("b", turned, alike=alike)}
    first = night(lists)
    asked = [at for at in range(1, turned) if first.asked(f"fdv:a{at}", f"omsorg:b{at}")]
    waiting = {name for name, kind in first.classes().items() if kind == "review"}
    second = night(lists, before=first, decisions=decided(("same", "fdv:a0", "omsorg:b0")))
    assert all(second.asked(f"fdv:a{at}", f"omsorg:b{at}") for at in asked)
    assert waiting & {name for name, kind in second.classes().items() if kind == "create"} <= {"fdv-a0"}


def test_an_entry_whose_number_was_said_to_be_another_homes_is_still_asked_of_the_others_in_the_house() -> None:
    homes = {"H0101": (45.0, 7000.0), "H0102": (66.0, 9800.0), "H0201": (67.0, 9800.0)}
    ours = [
        flat(f"a{unit}", unit, **PARCEL, bruksenhetsnummer=unit, bruksareal=area, manedsleie=rent) for unit, (area, rent) in homes.items()
    ]
    entries = [entry("H0101", manedsleie=9300.0)]
    first = night({"fdv": ours}, entries)
    assert set(first.classes().values()) == {"review"}
    second = night({"fdv": ours}, entries, before=first, decisions=decided(("different", "fdv-aH0101", "kobo:kH0101")))
    assert {second.classes()[name] for name in ("fdv-aH0102", "fdv-aH0201")} == {"review"}


def test_a_row_without_a_unit_number_is_not_created_when_the_row_that_it_was_asked_beside_is_another_home() -> None:
    """The copy of a row without its number: its list has the home already, and the answer about the neighbour's row says nothing of it."""
    measured = {"bruksareal": 53.0, "manedsleie": 8090.0}
    lists = {
        "fdv": [
            flat("a1", "1", **PARCEL, **measured, bruksenhetsnummer="H0101"),
            flat("a2", "1", **PARCEL, **measured | {"bruksareal": 54.0}),
        ],
        "omsorg": [flat("b1", "1", **measured)],
    }
    first = night(lists)
    assert first.classes()["fdv-a2"] == "review"
    second = night(lists, before=first, decisions=decided(("same", "omsorg:b1", "fdv:a1")))
    assert second.classes()["fdv-a2"] == "review"


def answered(world: Labelled, first: PlannedNight, random: Random) -> list[DecidedPair]:
    """What a person who knows the truth says of about half of what is asked."""
    dwellings, said_of = first.merged.dwellings, []
    keys = dict(dwellings.select("leverandor_bolig_id", "source_keys").iter_rows())
    homes = {ours: {world.row_truth[key] for key in named} for ours, named in keys.items()}
    offered = defaultdict(list)
    for ours, entry_id in first.pairs.filter(~pl.col("certain")).select("leverandor_bolig_id", "kobo_id").iter_rows():
        offered[ours].append(entry_id)
    for ours, beside in dwellings.select("leverandor_bolig_id", "candidates").iter_rows():
        if len(homes[ours]) > 1 or random.random() < 0.5 or first.classes[ours] != "review":
            continue
        lists = {key.split(":")[0] for key in keys[ours]}
        others = [other for other in beside if lists.isdisjoint(key.split(":")[0] for key in keys[other])]
        right = [other for other in others if homes[other] == homes[ours]]
        said_of += [("same" if right else "different", keys[ours][0], keys[other][0]) for other in right[:1] or others]
        if not beside:
            own = [name for name in offered[ours] if {world.entry_truth[name]} == homes[ours]]
            said_of += [("same" if own else "different", ours, f"kobo:{name}") for name in own[:1] or offered[ours]]
    return said_of


@FEW_TOWNS
@given(st.integers(0, 10**6), st.sampled_from([adversary_world, second_town]))
def test_what_waited_is_not_created_unless_what_it_waited_for_is_settled(seed: int, town: Any) -> None:
    """The homes of a town, about half of whose questions were answered, and nothing else has changed."""
    world, random = town(24, 0.4, seed), Random(seed)
    first = planned(world)
    decisions = answered(world, first, random)
    made, links = after_creations(world, first)
    second = planned(made, first.merged.memberships, links, decided(*decisions))
    named = {name for _, *sides in decisions for name in sides}
    before, after = (
        dict(at.merged.dwellings.select("source_keys", "leverandor_bolig_id").explode("source_keys").iter_rows()) for at in (first, second)
    )
    keys = dict(second.merged.dwellings.select("leverandor_bolig_id", "source_keys").iter_rows())
    asked: dict[str, set[str]] = defaultdict(set)
    for ours, beside in first.merged.dwellings.select("leverandor_bolig_id", "candidates").iter_rows():
        asked[ours] |= set(beside)
    for ours, entry_id in first.pairs.filter(~pl.col("certain")).select("leverandor_bolig_id", "kobo_id").iter_rows():
        asked[ours].add(f"kobo:{entry_id}")
    # An entry is settled also where others are asked about it that fit it better by now.
    entries = {f"kobo:{name}" for name in second.pairs.get_column("kobo_id")}
    settled = entries | {name for kind, *sides in decisions if kind == "same" for name in sides}
    for ours, kind in second.classes.items():
        if kind != "create" or named & {*keys[ours], *(before[key] for key in keys[ours])}:
            continue
        lists = {key.split(":")[0] for key in keys[ours]}
        for other in {beside for key in keys[ours] for beside in asked[before[key]]} - settled:
            theirs = [key for key in after if before[key] == other]
            assert theirs, "an entry that is asked of nobody tonight"
            assert all(after[key] == ours or not lists.isdisjoint(near.split(":")[0] for near in keys[after[key]]) for key in theirs)
