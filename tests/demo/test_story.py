"""The twelve nights: dirt in the right amount, corrections, sales, and what is true at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from demo import story, truth
from demo.dirt import DIRT, SHARE
from demo.script import NEVER, SOLD_FROM, script
from demo.typed_rows import TypedRow
from demo.world import BOEI, CARE, COUNTS, FACILIT
from tests.demo.conftest import Night


@pytest.fixture(scope="session")
def typed(nights: list[dict[str, list[TypedRow]]]) -> list[list[TypedRow]]:
    """The rows of each night, all sources together."""
    return [[row for rows in night.values() for row in rows] for night in nights]


def test_twelve_nights_before_the_deadline() -> None:
    assert len(story.NIGHTS) == 12
    assert list(story.NIGHTS) == sorted(set(story.NIGHTS))
    assert story.NIGHTS[0].isoformat() == "2023-11-01"
    assert story.NIGHTS[-1].isoformat() < "2023-12-21"


@pytest.mark.parametrize("seed", [2023, 5])
def test_about_six_percent_of_the_rows_are_dirty_when_typed_in(seed: int) -> None:
    plot = script(seed)
    rows = sum(len(d.building.systems) for d in plot.world.dwellings if d.building.kind != "institusjon")
    dirty = sum(2 if stain.dirt.where == "twice" else 1 for stain in plot.stains.values())
    assert SHARE - 0.01 < dirty / rows < SHARE + 0.01


def test_every_rule_that_can_reject_a_row_has_one_to_reject(typed: list[list[TypedRow]]) -> None:
    seen = {rule for night in typed for row in night for rule in row.rules}
    assert seen == {rule for dirt in DIRT for rule in dirt.rules}
    assert seen == {"A01", "A02", "A03", "A04", "P01", "P02", "B01", "B02", "B03", "M01", "K01", "K02", "V01", "V02", "N01", "N02"}


def test_most_dirty_rows_are_corrected_and_some_never() -> None:
    stains = script().stains.values()
    never = sum(stain.corrected == NEVER for stain in stains)
    assert 0 < never < len(stains) / 2


def test_rejected_rows_fall_over_time_and_rows_do_not(typed: list[list[TypedRow]]) -> None:
    share = [sum(bool(row.rules) for row in night) / len(night) for night in typed]
    assert share[-1] < share[0]
    assert len(typed[-1]) > len(typed[0]) * 1.3


def test_a_corrected_row_never_becomes_dirty_again(typed: list[list[TypedRow]]) -> None:
    clean: set[tuple[str, str | None]] = set()
    for night in typed:
        assert not clean & {(row.source, row.dwelling) for row in night if row.rules}
        clean |= {(row.source, row.dwelling) for row in night if row.dwelling and not row.rules}


def test_each_night_but_the_last_brings_something(typed: list[list[TypedRow]]) -> None:
    for before, after in pairwise(typed[:-1]):
        assert Counter(map(repr, before)) != Counter(map(repr, after))


def test_rents_are_raised_in_some_rows(typed: list[list[TypedRow]]) -> None:
    def rents(night: int) -> dict[str, int]:
        return {d.id: story.rent(d, night) for d in script().world.dwellings}

    first, last = rents(0), rents(11)
    assert 0 < sum(last[ident] > first[ident] for ident in first) < len(first) / 10


def test_sold_dwellings_are_gone_from_every_system_for_two_readable_nights_long_before_the_end(typed: list[list[TypedRow]]) -> None:
    sold = {d.id for d in script().world.dwellings if d.building.sold}
    assert len(sold) == 6
    sold_per_night = [{row.dwelling for row in night} & sold for night in typed]
    assert sold_per_night[:SOLD_FROM] == [sold] * SOLD_FROM
    assert sold_per_night[SOLD_FROM:] == [set()] * (12 - SOLD_FROM)
    readable = [as_of for as_of in story.NIGHTS[SOLD_FROM:] if story.reads_care(as_of)]
    assert readable[1].isoformat() < "2023-11-20"


def test_at_the_end_all_1090_are_in_the_systems(last: Night, typed: list[list[TypedRow]]) -> None:
    present = {row.dwelling for row in typed[-1]} - {None}
    world = script().world
    assert Counter(d.kategori for d in world.dwellings if d.id in present) == COUNTS


def test_about_sixty_percent_of_the_dwellings_are_there_on_the_first_night(first: Night) -> None:
    assert 0.5 < len(first.truth["dwellings"]) / 752 < 0.7


def test_a_house_whose_row_is_rejected_keeps_its_unit_number_when_it_is_corrected() -> None:
    plot = script()
    houses = {d.id: d for d in plot.world.dwellings if d.building.kind == "hus" and any((s, d.id) in plot.stains for s in (FACILIT, CARE))}
    for dwelling in houses.values():
        unit_numbers = {story.written_unit(plot, source, dwelling) for source in dwelling.building.systems}
        assert len(unit_numbers) == 1, "else the register would hold a blank that only a person can mend"


def test_the_care_workbook_s_failure_hides_no_newcomer() -> None:
    plot = script()
    assert not [b for b in plot.world.buildings if CARE in b.systems and plot.appears[b.id] == 4]


def test_the_systems_overlap() -> None:
    systems_per_dwelling = defaultdict(int)
    for dwelling in script().world.dwellings:
        systems_per_dwelling[len(dwelling.building.systems)] += 1
    assert systems_per_dwelling[2] > 200
    assert systems_per_dwelling[3] > 30


@pytest.mark.parametrize("night", range(12))
def test_boei_rows_without_a_label_at_shared_houses_are_alone_there(night: int, nights: list[dict[str, list[TypedRow]]]) -> None:
    plain = Counter(
        (row.values["Gateadresse_ID"], str(row.values["Gatenr"]).replace(" ", "").upper()) for row in nights[night][BOEI] if not row.tied
    )
    assert all(count == 1 for count in plain.values())


def test_truth_is_the_same_every_time(last: Night) -> None:
    assert truth.of(last.as_of) == last.truth
