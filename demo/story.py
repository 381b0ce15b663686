"""Twelve nights of Fjordvik: what is in the legacy systems on a date, and what was in the register before the first."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

from demo import legacy_boei, legacy_care_workbook, legacy_facilit, legacy_plans, population, register_before
from demo.dirt import KEY_HEADING, TWICE, TWO_HOUSES, with_dirt
from demo.script import FAILED_NIGHT, NEVER, SOLD_FROM, Script, script
from demo.typed_rows import TypedRow, Value
from demo.world import BOEI, CARE, FACILIT, Dwelling

NIGHTS: tuple[date, ...] = (
    date(2023, 11, 1),
    date(2023, 11, 3),
    date(2023, 11, 7),
    date(2023, 11, 10),
    date(2023, 11, 14),
    date(2023, 11, 17),
    date(2023, 11, 21),
    date(2023, 11, 24),
    date(2023, 11, 28),
    date(2023, 12, 1),
    date(2023, 12, 5),
    date(2023, 12, 8),
)
"""As-of dates of the demo's runs."""
SOURCES = (FACILIT, CARE, BOEI)
_RISES = (3, 6, 9)
"""Nights before which some rents were raised."""


def night_of(as_of: date) -> int:
    """Index of the last night on or before that date; 0 before the first."""
    return max(0, bisect_right(NIGHTS, as_of) - 1)


def rent(dwelling: Dwelling, night: int) -> int:
    """Rent in kroner on that night: every twelfth dwelling's is raised once, by 250."""
    serial = int(dwelling.id[1:])
    risen = serial % 12 == 0 and night >= _RISES[serial // 12 % 3]
    return dwelling.manedsleie + (250 if risen else 0)


def reads_care(as_of: date) -> bool:
    """False on the night the care services' workbook lies half-copied in its folder."""
    return night_of(as_of) != FAILED_NIGHT


def rows_on(as_of: date, seed: int = 2023, dwellings: int = 1090) -> dict[str, list[TypedRow]]:
    """Source -> its rows in file order, as they are on that date. The workbook's rows also on the night it fails."""
    plot, night = script(seed), night_of(as_of)
    rows: dict[str, list[TypedRow]] = {source: [] for source in SOURCES}
    for dwelling in plot.world.dwellings:
        building = dwelling.building
        if plot.appears[building.id] > night or (building.sold and night >= SOLD_FROM):
            continue
        for source in building.systems:
            rows[source].extend(_typed(plot, source, dwelling, night))
    _store_rooms(plot, rows)
    return rows


def _store_rooms(plot: Script, rows: dict[str, list[TypedRow]]) -> None:
    present = [b for b in plot.world.buildings if plot.appears[b.id] == 0 and not b.sold and b.kind == "blokk"]
    rows[FACILIT] += [legacy_facilit.store_room(b, b.id) for b in present if FACILIT in b.systems][::2]
    rows[BOEI] += [legacy_boei.store_room(b) for b in present if BOEI in b.systems][::3]


def _typed(plot: Script, source: str, dwelling: Dwelling, night: int) -> list[TypedRow]:
    """The row, dirty or not; two when it was typed in twice."""
    clean = _clean(plot, source, dwelling, night)
    stain = plot.stains.get((source, dwelling.id))
    if stain is None or night >= stain.corrected:
        return [clean]
    values = with_dirt(clean.values, stain.dirt, dwelling)
    key = clean.key
    if source in KEY_HEADING:
        heading = KEY_HEADING[source]
        if stain.dirt.where == TWO_HOUSES and stain.partner:
            values[heading] = _key_of(source, stain.partner, plot)
        key = str(values[heading]) if values[heading] else None
    dirty = replace(clean, key=key, values=values, rules=stain.dirt.rules, dirt=stain.dirt.name)
    if stain.dirt.where != TWICE:
        return [dirty]
    again = f"{'8' + str(key)[1:] if source == FACILIT else f'{key}K'}"
    return [dirty, replace(dirty, key=again, values={**values, KEY_HEADING[source]: again})]


def _key_of(source: str, dwelling_id: str, plot: Script) -> str:
    partner = plot.world.dwellings[int(dwelling_id[1:]) - 1]
    assert source == FACILIT, "only the FDV system lets two rows have one number"
    return legacy_facilit.section_number(partner)


def written_unit(plot: Script, source: str, dwelling: Dwelling) -> str | None:
    """The unit number that system has for it: owners of houses often leave it out, and one can be wrong."""
    serial = int(dwelling.id[1:])
    unit = dwelling.bruksenhetsnummer
    if unit is None or source == BOEI or dwelling.id in plot.blank_units:
        return None
    if source == CARE and dwelling.id in plot.contradicted_units:
        return f"{unit[:3]}09"
    blank = dwelling.building.kind == "hus" and (serial * 7 + len(source)) % 10 < 3
    return None if blank and dwelling.id not in plot.written_units else unit


def _clean(plot: Script, source: str, dwelling: Dwelling, night: int) -> TypedRow:
    seed = plot.world.seed
    random = Random(f"{seed} {source} {dwelling.id}")
    unit, kroner = written_unit(plot, source, dwelling), rent(dwelling, night)
    if source == FACILIT:
        return legacy_facilit.row(dwelling, unit, kroner, random)
    if source == CARE:
        merged = Random(f"{seed} {source} building {dwelling.building.id}")
        changed = _changed(plot, dwelling, night)
        return legacy_care_workbook.row(dwelling, unit, kroner, random, building_random=merged, changed=changed)
    typed = legacy_boei.row(dwelling, random)
    other: dict[str, Value] = {}
    if dwelling.id in plot.untied:
        other["Leilighetsnr"] = None
    if dwelling.id in plot.contradicted:
        # The area stays equal: two lists that agree in nothing measured are asked about and not merged.
        other["AntallSoverom"] = dwelling.antall_soverom + 1
    return replace(typed, values=typed.values | other, tied=dwelling.id not in plot.untied)


def _changed(plot: Script, dwelling: Dwelling, night: int) -> date:
    """When the care services last touched the row."""
    stain = plot.stains.get((CARE, dwelling.id))
    nights = [plot.appears[dwelling.building.id]] + [n for n in _RISES if n <= night and rent(dwelling, n) != rent(dwelling, n - 1)]
    if stain and NEVER > stain.corrected <= night:
        nights.append(stain.corrected)
    last = max(nights)
    return NIGHTS[last] if last else date(2023, 1 + int(dwelling.id[1:]) % 9, 15)


def write_night(folder: Path, as_of: date, seed: int = 2023) -> None:
    """(Re)write every legacy file in `folder` as it is on that date. Same arguments, same bytes, whatever was there."""
    rows = rows_on(as_of, seed)
    folder.mkdir(parents=True, exist_ok=True)
    legacy_facilit.write(folder / "facilit", rows[FACILIT])
    workbook = folder / "helse_omsorg.xlsx"
    legacy_care_workbook.write(workbook, rows[CARE])
    if not reads_care(as_of):
        whole = workbook.read_bytes()
        workbook.write_bytes(whole[: len(whole) * 3 // 5])
    legacy_boei.write(folder / "boei.sqlite", rows[BOEI])
    legacy_plans.write(folder, script(seed), night_of(as_of), NIGHTS)
    population.write_population(folder)


def write_register_before(folder: Path) -> Path:
    """kobo_import_before.csv: what was typed into the register through the bulk import before the first night."""
    return register_before.write_register_export(folder / "kobo_import_before.csv", script())
