"""Whole nights on damaged lists: whatever happens to a file between two nights, no home in the register is lost, doubled or moved.

Short in the suite; `make soak` tries 500 (issue 19).
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from connectors.read_result import Verdict
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import Municipality
from tests.fuzz.damage import DAMAGES, PACKAGE_DAMAGES, SHEET_DAMAGES, as_workbook
from tests.whole_nights.small_town import Row, Town, content
from tests.whole_nights.whole_night import Night, whole_night

FIRST = date(2023, 11, 1)
STREETS = ("Blåbærveien", "Sørgata", "Ospestien")
PLACE = ("adressenavn", "nummer", "bokstav", "bruksenhetsnummer")


def homes() -> dict[str, Row]:
    """Houses of one home, and a block of flats; the key is the line's number."""
    single = [Row(f"{STREETS[number % 3]} {number}", "", f"{40 + number},5", "Ordinær") for number in range(1, 17)]
    flats = [Row("Tårnet 1", f"H0{floor}0{door}", f"{60 + 10 * floor + door},0", "Omsorg") for floor in (1, 2) for door in (1, 2, 3)]
    return {str(number): row for number, row in enumerate([*single, *flats], start=1)}


class DamagedTown(Town):
    """With the limits that a municipality has when it says nothing."""

    def __init__(self, *, workbook: bool = False) -> None:
        super().__init__("links", 2)
        told = content()
        told["register"] |= self.municipality.register_.model_dump(include={"base_url", "see", "threads", "retry_wait_cap", "read_timeout"})
        told["guards"] = {"maximum_create_share": 1000}
        for source in told["sources"].values():
            source |= {"minimum_rows": 1, "maximum_shrink": 0.2}
        self.list = self.home / "kilder" / ("fdv.xlsx" if workbook else "fdv.csv")
        if workbook:
            told["sources"]["fdv"] |= {"kind": "excel", "path": "kilder/fdv.xlsx", "sheets": [{"name": "Ark1"}]}
        self.municipality = Municipality.model_validate(told)
        self.rows = {"fdv": homes(), "omsorg": {f"Å-{number}": row for number, row in homes().items() if row.category == "Omsorg"}}
        self.write()
        self.lines = (self.home / "kilder" / "fdv.csv").read_text(encoding="utf-8").splitlines()
        if workbook:
            self.list.write_bytes(as_workbook(self.lines))

    def night(self, number: int) -> Night:
        with open_ledger(self.url, Path()) as ledger, self.client() as client:
            return whole_night(self.municipality, self.home, ledger, client, self.calls, f"run-{number}", FIRST + timedelta(days=number))


def place(body: dict[str, Any]) -> tuple[object, ...]:
    address = {**body, **body.get("adresse", {})} if isinstance(body.get("adresse"), dict) else body
    return tuple(address.get(name) or address.get(re.sub(r"_(\w)", lambda found: found[1].upper(), name)) for name in PLACE)


def nothing_lost_doubled_or_moved(data: st.DataObject) -> None:
    workbook = data.draw(st.booleans(), label="workbook")
    town = DamagedTown(workbook=workbook)
    try:
        town.night(0)
        before = town.standing()
        assert len(before) == 22
        damaged, text = _damaged_workbook(data, town) if workbook else _damaged_text(data, town)
        note(text)
        town.list.write_bytes(damaged)
        nights = [town.night(number) for number in (1, 2, 3)]
        after = town.standing()
        for night in nights:
            note(str({name: (read.verdict.value, read.message) for name, read in night.reads.items()}))
        _check(before, after, text, nights[-1])
    finally:
        town.close()


def _damaged_text(data: st.DataObject, town: DamagedTown) -> tuple[bytes, str]:
    damaged = data.draw(st.sampled_from(DAMAGES), label="damage")(data.draw, town.lines)
    return damaged, damaged.decode("utf-8", "replace")


def _damaged_workbook(data: st.DataObject, town: DamagedTown) -> tuple[bytes, str]:
    """And the lines that can be seen in it: all of them where its bytes are damaged, for then none is known to be gone."""
    damage = data.draw(st.sampled_from((*SHEET_DAMAGES, *PACKAGE_DAMAGES)), label="damage")
    if damage in PACKAGE_DAMAGES:
        return damage(data.draw, town.list.read_bytes()), "\n".join(town.lines)  # type: ignore[operator]
    text = damage(data.draw, town.lines).decode()  # type: ignore[operator]
    return as_workbook(text.splitlines()), text


def _check(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]], text: str, last: Night) -> None:
    held = Counter(map(place, before.values()))
    stands = Counter(map(place, after.values()))
    doubled = {where for where, count in stands.items() if count > 1 and held[where]}
    assert not doubled, "a home that the register had was made again"
    moved = [ours for ours, body in after.items() if ours in before and place(body) != place(before[ours])]
    assert not moved, "a home's address was moved"
    for ours in before.keys() - after.keys():
        # A line that is truly not there any more may be retired; one that stands there in any form may not.
        street, number, _, unit = place(before[ours])
        line = rf"{street} {number}\b.*{unit or ''}"
        assert last.reads["fdv"].verdict is Verdict.COMPLETE
        assert not re.search(line, text), "a home was deleted whose line is there"


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_home_is_lost_doubled_or_moved(data: st.DataObject) -> None:
    nothing_lost_doubled_or_moved(data)


@pytest.mark.soak
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_home_is_lost_doubled_or_moved_for_long(data: st.DataObject) -> None:
    nothing_lost_doubled_or_moved(data)
