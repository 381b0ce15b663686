"""Whole nights on damaged lists: whatever happens to a file between two nights, no home in the register is lost, doubled or moved.

What was done to a home that the register had is followed write by write: each is reported in a sentence that names the source and the
reason, and none follows from a read that says "complete" unless the home's line is truly gone.

Short in the suite. The long profile, 500 examples, is part of `make soak`; alone it is
`pytest -m soak --override-ini addopts= tests/fuzz`, and KOBOSYNC_FUZZ_EXAMPLES sets how many.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from connectors.read_result import Verdict
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import Municipality
from reconciliation.model.reasons import english
from reporting.stop_causes import cause
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
        files = content()
        files["register"] |= self.municipality.register_.model_dump(
            include={"base_url", "see", "threads", "retry_wait_cap", "read_timeout"}
        )
        files["guards"] = {"maximum_create_share": 1000}
        for source in files["sources"].values():
            source |= {"minimum_rows": 1, "maximum_shrink": 0.2}
        self.list = self.home / "kilder" / ("fdv.xlsx" if workbook else "fdv.csv")
        if workbook:
            files["sources"]["fdv"] |= {"kind": "excel", "path": "kilder/fdv.xlsx", "sheets": [{"name": "Ark1"}]}
        self.municipality = Municipality.model_validate(files)
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
    return tuple(address.get(name) or address.get(re.sub(r"_(\w)", lambda match: match[1].upper(), name)) for name in PLACE)


def nothing_lost_doubled_or_moved(data: st.DataObject) -> None:
    workbook = data.draw(st.booleans(), label="workbook")
    town = DamagedTown(workbook=workbook)
    try:
        town.night(0)
        before = town.entries_now()
        assert len(before) == 22
        damaged, text = _damaged_workbook(data, town) if workbook else _damaged_text(data, town)
        note(text)
        town.list.write_bytes(damaged)
        was = before
        for number in (1, 2, 3):
            night = town.night(number)
            note(str({name: (read.verdict.value, read.message) for name, read in night.reads.items()}))
            now = town.entries_now()
            for harm in _harms(before, was, now):
                _check(harm, text, night, town.municipality)
            was = now
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


@dataclass(frozen=True)
class Harm:
    """A write that touched a home which the register had. verb: DELETE, POST (of a place that it had) or PUT (of another place)."""

    verb: str
    ours: str
    where: tuple[object, ...]


def _harms(before: dict[str, dict[str, Any]], was: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> Iterator[Harm]:
    """What one night did. before: the register as the good list left it; was, now: before and after the night. By koboId."""
    entries_per_place = Counter(map(place, before.values()))
    for kobo_id in was.keys() - now.keys():
        yield Harm("DELETE", was[kobo_id]["leverandorBoligId"], place(was[kobo_id]))
    for kobo_id in now.keys() - was.keys():
        if entries_per_place[place(now[kobo_id])]:
            yield Harm("POST", now[kobo_id]["leverandorBoligId"], place(now[kobo_id]))
    for kobo_id in now.keys() & was.keys():
        if place(now[kobo_id]) != place(was[kobo_id]):
            yield Harm("PUT", now[kobo_id]["leverandorBoligId"], place(was[kobo_id]))


def _check(harm: Harm, text: str, night: Night, municipality: Municipality) -> None:
    """Only a line that is truly not there any more may lose its home, by a complete read, in a sentence that names its sources."""
    sources = _sources_of(harm, night)
    sentences = [sentence for source in sources for sentence in _sentences(harm, source, night, municipality)]
    assert sentences, f"{harm.verb} of {harm.where}, and no sentence names a source and a reason"
    verdicts = {night.reads[source].verdict for source in sources}
    if harm.verb != "DELETE" or _stands_in(text, harm.where):
        assert Verdict.COMPLETE not in verdicts, f"{harm.verb} of {harm.where} by a read that says complete"
        raise AssertionError(f"{harm.verb} of {harm.where}, whose line is there")
    assert verdicts == {Verdict.COMPLETE}


def _stands_in(text: str, where: tuple[object, ...]) -> bool:
    """In any form: its address is there, or its address and area with one slip of the hand, or its key and area. Letters beyond ASCII
    do not count, for they may have been decoded otherwise."""
    street, number, _, unit = where
    address = _ascii(f"{street} {number}")
    key, row = next((key, row) for key, row in homes().items() if row.address == f"{street} {number}" and row.unit == (unit or ""))
    for line in _ascii(text.replace('"', "")).splitlines():
        cells = line.split(";")
        slips = [min(Levenshtein.distance(cell, wanted) for cell in cells) for wanted in (address, row.area)]
        if re.search(rf"{address}\b.*{row.unit}", line) or (sum(slips) <= 1 and row.unit in cells) or (slips[1] == 0 and key in cells):
            return True
    return False


def _ascii(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii())


def _sources_of(harm: Harm, night: Night) -> list[str]:
    """Those that held it, or do."""
    known = [*night.known.iter_rows(named=True), *night.merged.memberships.iter_rows(named=True)]
    return sorted({row["source"] for row in known if row["leverandor_bolig_id"] == harm.ours})


def _sentences(harm: Harm, source: str, night: Night, municipality: Municipality) -> Iterator[str]:
    """The sentences about it that name the source: of the plan's item, and of the read."""
    title = municipality.sources[source].title
    for item in night.plan.items.filter(pl.col("leverandor_bolig_id") == harm.ours).iter_rows(named=True):
        for sentence in (english(item["reason"], json.loads(item["details"])), cause(item["reason"], item["details"])):
            if title in sentence:
                yield sentence
    read = night.reads[source]
    if read.message and read.melding:
        yield f"{title}: {read.message}"


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_home_is_lost_doubled_or_moved(data: st.DataObject) -> None:
    nothing_lost_doubled_or_moved(data)


@pytest.mark.soak
@settings(max_examples=int(os.environ.get("KOBOSYNC_FUZZ_EXAMPLES", "500")), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_home_is_lost_doubled_or_moved_for_long(data: st.DataObject) -> None:
    nothing_lost_doubled_or_moved(data)
