"""What Fjordvik's services need, in their workbooks, and what the municipality plans to acquire and give up, in a list."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

from demo.script import SOLD_FROM, Script
from demo.world import FACILIT, Building

NEEDS, MEASURES = "behov", "tiltak.csv"
NEEDS_HEADINGS = ("Tjeneste", "Kategori", "Behov nå", "Behov om 5 år", "Kilde", "Kommentar")
HEADINGS = ("Tiltak-id", "Type", "Kategori", "Adresse", "Bruksenhet", "Antall", "Planlagt dato", "Status", "Ansvarlig", "Kommentar")
TITLES = {
    "institusjon": "Plass i institusjon",
    "heldogns": "Bolig med heldøgns omsorgstjenester",
    "oppfolging": "Bolig med daglig oppfølging",
    "eldre": "Velferdsbolig tilpasset eldre",
    "tilpasset": "Velferdsbolig tilpasset bevegelses- og orienteringshemmede",
    "ikke_tilpasset": "Velferdsbolig, ikke tilpasset",
}
SERVICES = {"boligkontoret": "Boligkontoret", "helse_omsorg": "Helse og omsorg"}
NEED = {
    "boligkontoret": {
        "institusjon": (0, 0),
        "heldogns": (0, 0),
        "oppfolging": (0, 0),
        "eldre": (0, 0),
        "tilpasset": (36, 44),
        "ikke_tilpasset": (361, 395),
    },
    "helse_omsorg": {
        "institusjon": (346, 392),
        "heldogns": (121, 158),
        "oppfolging": (149, 180),
        "eldre": (128, 171),
        "tilpasset": (96, 110),
        "ikke_tilpasset": (0, 0),
    },
}
"""service -> category -> dwellings needed now and in five years."""
ANSWERS_FROM = {"boligkontoret": 2, "helse_omsorg": 5}
"""The night before which each service has not sent its workbook."""
CORRECTED = 8
"""Until that night helse_omsorg writes "ca. 150" in a cell that must be a number."""
BOUGHT, STANDS_STILL, TO_BE_SOLD = date(2023, 11, 20), date(2023, 11, 15), date(2024, 5, 1)


def write(folder: Path, plot: Script, night: int, nights: tuple[date, ...]) -> None:
    """(Re)write the workbooks that have come in by that night, and the list."""
    needs = folder / NEEDS
    shutil.rmtree(needs, ignore_errors=True)
    needs.mkdir(parents=True)
    for service, first in ANSWERS_FROM.items():
        if night >= first:
            _workbook(needs / f"behov-{service}.xlsx", service, dirty=service == "helse_omsorg" and night < CORRECTED)
    with (folder / MEASURES).open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictWriter(stream, HEADINGS, delimiter=";", lineterminator="\r\n", restval="")
        rows.writeheader()
        rows.writerows({key: value for key, value in row.items() if key in HEADINGS} for row in expected_measures(plot, night, nights))


def _workbook(path: Path, service: str, *, dirty: bool) -> None:
    book = xlsxwriter.Workbook(path)
    book.set_properties({"title": "Behov for boliger", "created": datetime(2023, 11, 1, tzinfo=UTC)})
    sheet = book.add_worksheet("Behov")
    sheet.write(0, 0, f"Behov for boliger: {SERVICES[service]}")
    sheet.write_row(3, 0, NEEDS_HEADINGS)
    for row, (category, (now, later)) in enumerate(NEED[service].items(), start=4):
        refugees = category == "ikke_tilpasset" and service == "boligkontoret"
        origin = "Venteliste og 215 flyktninger som ankommer" if refugees else "Venteliste og vedtak per 1.10.2023" if now else None
        written = "ca. 150" if dirty and category == "oppfolging" else now
        sheet.write_row(row, 0, (SERVICES[service], TITLES[category], written, later, origin))
    book.close()


def expected_measures(plot: Script, night: int, nights: tuple[date, ...]) -> Iterator[dict[str, str]]:
    """The list's rows, each with `expected`: the measure's expected state that night, None for a row that cannot be read."""
    yield from _of_buildings(plot, night, nights)
    street = plot.world.free_streets[3]
    status, state = ("Gjennomført", "missing") if nights[night] >= BOUGHT else ("Vedtatt", "soon")
    yield _row("F-02", "Fremskaffelse", "ikke_tilpasset", BOUGHT, status, state, f"{street.name} 14", unit="H0101")
    yield _row("F-03", "Fremskaffelse", "heldogns", date(2024, 9, 1), "Vedtatt", "soon", count=24)
    yield _row("F-04", "Fremskaffelse", "eldre", date(2026, 6, 1), "Planlagt", "later", count=40)
    yield _row("F-05", "Fremskaffelse", "ikke_tilpasset", date(2024, 3, 1), "Vedtatt", "soon", count=30)
    yield _row("F-07", "Fremskaffelse", "tilpasset", date(2023, 10, 1), "Avlyst", "cancelled", count=8)
    yield _row("F-06", "Fremskaffelse", "oppfolging", date(2024, 10, 1), "Planlagt", "unread", count=12) | {"Planlagt dato": "høsten 2024"}


def _of_buildings(plot: Script, night: int, nights: tuple[date, ...]) -> Iterator[dict[str, str]]:
    """One acquired and one sold as they should be, one sold that stays in the systems, one to be sold."""
    odd = _odd(plot)
    houses = [b for b in plot.world.buildings if b.kind == "hus" and b.systems == (FACILIT,) and not b.sold and b.id not in odd]
    appearing = [building for building in houses if 5 <= plot.appears[building.id] <= 9]
    staying = [building for building in houses if plot.appears[building.id] == 0]
    for building in appearing[:1]:
        came = plot.appears[building.id]
        state = "fulfilled" if night >= came else "soon"
        yield _house("F-01", "Fremskaffelse", building, nights[came], "Gjennomført" if night >= came else "Vedtatt", state)
    sold = [building for building in plot.world.buildings if building.sold][:1]
    for building in sold:
        # It leaves Kobo when it has been gone from the systems on two nights.
        state = "soon" if night < SOLD_FROM else "still_there" if night < SOLD_FROM + 2 else "fulfilled"
        yield _house("A-01", "Avhending", building, nights[SOLD_FROM], "Gjennomført" if night >= SOLD_FROM else "Vedtatt", state)
    for building in staying[:1]:
        given_up = nights[night] >= STANDS_STILL
        status, state = ("Gjennomført", "still_there") if given_up else ("Vedtatt", "soon")
        yield _house("A-02", "Avhending", building, STANDS_STILL, status, state)
    for building in staying[1:2]:
        yield _house("A-03", "Avhending", building, TO_BE_SOLD, "Planlagt", "soon")


def _odd(plot: Script) -> set[int]:
    """Buildings with a special case, for which the comparison of a measure with Kobo is not straightforward."""
    dwellings = {dwelling for _, dwelling in plot.stains} | plot.contradicted | plot.untied | plot.contradicted_units | set(plot.registered)
    return {plot.world.dwellings[int(dwelling[1:]) - 1].building.id for dwelling in dwellings}


def _house(ident: str, kind: str, building: Building, when: date, status: str, expected: str) -> dict[str, str]:
    return _row(ident, kind, building.kategori, when, status, expected, f"{building.street.name} {building.house}", unit="H0101")


def _row(
    ident: str, kind: str, kategori: str, when: date, status: str, expected: str, address: str = "", unit: str = "", count: int = 1
) -> dict[str, str]:
    cells = (ident, kind, TITLES[kategori], address, unit, str(count), f"{when:%d.%m.%Y}", status, "Eiendomsavdelingen", "")
    return dict(zip(HEADINGS, cells, strict=True)) | {"expected": expected}
