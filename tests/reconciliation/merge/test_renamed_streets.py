"""A street that another list has under another name and with other numbers is found by its homes together."""

from __future__ import annotations

import pytest

from tests.reconciliation.small_nights import flat, night

NUMBERS = (13, 15, 17, 25, 29, 33, 35)
AREAS = (55.0, 61.0, 62.0, 48.0, 62.0, 55.0, 48.0)


def named(street: str, numbers: list[int], areas: tuple[float, ...]) -> list[dict[str, object]]:
    return [
        flat(f"{street[0]}{number}", str(place), adressenavn=street, nummer=number, bruksenhetsnummer="H0101", bruksareal=area)
        for place, (number, area) in enumerate(zip(numbers, areas, strict=True))
    ]


@pytest.mark.parametrize(
    ("areas", "asked"),
    [((*AREAS[:4], 66.0, *AREAS[5:]), True), ((55.0,) * 7, False), (AREAS[::-1], False)],
    ids=["one measured otherwise", "all alike", "another order"],
)
def test_a_street_that_was_renamed_and_renumbered_by_one_difference_is_asked_about(areas: tuple[float, ...], asked: bool) -> None:
    """Its own list has one home more there, so that the two streets are not alike one by one."""
    ours = [*named("Myrstien", list(NUMBERS), AREAS if asked else areas), *named("Myrstien", [51], (90.0,))]
    theirs = named("Brannvakta", [number + 20 for number in NUMBERS], areas if asked else AREAS)
    result = night({"fdv": ours, "omsorg": theirs})
    waiting = [name for name, kind in result.classes().items() if kind == "review"]
    assert bool(waiting) == asked
    assert not asked or {result.asked(f"fdv:M{number}", f"omsorg:B{number + 20}") for number in (13, 15, 17, 25, 33, 35)} == {True}
