"""truth.json: what a pipeline that makes no mistake would find in the files of one night.

Row places agree with what owners see: the editor's line, Excel's row, and for SQL the ordinal in config's query order.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from demo import legacy_boei, legacy_care_workbook, legacy_facilit, legacy_plans, register_before
from demo.script import SOLD_FROM, Script, script
from demo.story import NIGHTS, SOURCES, night_of, reads_care, rent, rows_on
from demo.typed_rows import TypedRow
from demo.world import BOEI, CARE, FACILIT, KOMMUNENUMMER, Building, Dwelling

_PLACES = {FACILIT: legacy_facilit.places, CARE: legacy_care_workbook.places, BOEI: legacy_boei.places}
_REGISTERABLE = ["create", "update", "in_sync"]


def of(as_of: date, seed: int = 2023, dwellings: int = 1090) -> dict[str, Any]:
    """The truth of one night as plain data.

    sources: per source what it holds. readable is false on the night the workbook fails; its rows are then `unread`.
    rows: every source row: place, source_key (parts joined by `-`, null when the key is missing), dwelling of the truth (null:
      none), outcome (accepted | rejected | out_of_scope | unread), rules that reject it, and tied (false: nothing on the row
      tells which dwelling at its address it is, so it must become a dwelling of its own in class review).
    dwellings: every dwelling in scope that is in the systems or has been sold: fields as its accepted rows can tell them
      (null: none of them has a value), rows that form it, expected (classes it may have in the night's plan), can_be_in_register and
      why not: rejected | unread | unit_number_missing | contradiction | wrong_address_in_register | sold. A dwelling that
      existed before a night that did not read it is carried.
    needs: service -> category -> (now, in five years), of the workbooks that have come in. measures: id -> its expected state.
    register_before: what the register held before the first night.
    """
    plot, night = script(seed, dwellings), night_of(as_of)
    typed = rows_on(as_of, seed, dwellings)
    rows = [_row(row, place, as_of) for source in SOURCES for row, place in zip(typed[source], _PLACES[source](typed[source]), strict=True)]
    accepted: dict[str, list[TypedRow]] = defaultdict(list)
    present: dict[str, bool] = {}
    for row in (row for source in SOURCES for row in typed[source]):
        if row.dwelling and not row.out_of_scope:
            present[row.dwelling] = True
            if not row.rules:
                accepted[row.dwelling].append(row)
    units = _units(plot)
    made = []
    for dwelling in plot.world.dwellings:
        sold = dwelling.building.sold and night >= SOLD_FROM
        if dwelling.building.kind != "institusjon" and (dwelling.id in present or sold):
            made.append(_dwelling(plot, dwelling, accepted[dwelling.id], units[dwelling.building.id], night))
    return {
        "municipality": "fjordvik",
        "as_of": as_of.isoformat(),
        "night": night,
        "seed": seed,
        "sources": {source: _counts(rows, source, as_of) for source in SOURCES},
        "rows": rows,
        "dwellings": made,
        "needs": _needs(night),
        "measures": {row["Tiltak-id"]: row["expected"] for row in legacy_plans.expected_measures(plot, night, NIGHTS)},
        "register_before": [
            {"dwelling": ident, "kind": kind, "columns": columns} for ident, kind, columns in register_before.entries(plot)
        ],
    }


def _needs(night: int) -> dict[str, dict[str, list[int]]]:
    come = {service: need for service, need in legacy_plans.NEED.items() if night >= legacy_plans.ANSWERS_FROM[service]}
    return {service: {category: list(numbers) for category, numbers in need.items()} for service, need in come.items()}


def write_truth(folder: Path, as_of: date) -> Path:
    """Write truth.json for that night into `folder` and give its path."""
    path = folder / "truth.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(of(as_of), ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _readable(source: str, as_of: date) -> bool:
    return source != CARE or reads_care(as_of)


def _row(row: TypedRow, place: tuple[str, str | None, int], as_of: date) -> dict[str, Any]:
    outcome = "out_of_scope" if row.out_of_scope else "rejected" if row.rules else "accepted"
    return {
        "source": row.source,
        "file": place[0],
        "sheet": place[1],
        "row": place[2],
        "source_key": row.key,
        "dwelling": row.dwelling,
        "outcome": outcome if _readable(row.source, as_of) else "unread",
        "rules": [] if row.out_of_scope else list(row.rules),
        "dirt": row.dirt,
        "tied": row.tied,
    }


def _counts(rows: list[dict[str, Any]], source: str, as_of: date) -> dict[str, Any]:
    own = [row["outcome"] for row in rows if row["source"] == source]
    kinds = ("rejected", "out_of_scope", "accepted")
    return {"readable": _readable(source, as_of), "rows": len(own)} | {kind: own.count(kind) for kind in kinds}


def _units(plot: Script) -> dict[int, int]:
    """Building -> how many dwellings share its address."""
    count: dict[int, int] = defaultdict(int)
    for dwelling in plot.world.dwellings:
        count[dwelling.building.id] += 1
    return count


def _dwelling(plot: Script, dwelling: Dwelling, rows: list[TypedRow], neighbours: int, night: int) -> dict[str, Any]:
    why, expected = _expected(plot, dwelling, rows, neighbours, night)
    return {
        "id": dwelling.id,
        "kategori": dwelling.kategori,
        "kind": dwelling.building.kind,
        "can_be_in_register": why is None,
        "why": why,
        "expected": expected,
        "fields": _fields(dwelling, [row for row in rows if row.tied], night),
        "rows": [[row.source, row.key] for row in rows if row.tied],
        "untied_rows": [[row.source, row.key] for row in rows if not row.tied],
    }


def _expected(plot: Script, dwelling: Dwelling, rows: list[TypedRow], neighbours: int, night: int) -> tuple[str | None, list[str]]:
    """Why it cannot be in the register (None: it can), and the classes it may have."""
    tied = [row for row in rows if row.tied]
    registered = plot.registered.get(dwelling.id)
    if dwelling.building.sold and night >= SOLD_FROM:
        return "sold", ["retire"]
    if not tied:
        return "rejected", []
    if len({row.unit for row in tied if row.unit}) > 1:
        return "contradiction", ["conflict"]
    if neighbours > 1 and not any(row.unit for row in tied):
        return "unit_number_missing", ["review"]
    if registered == "wrong_letter":
        return "wrong_address_in_register", ["conflict"]
    # Blank against the register's H0101 is certain only when everything else agrees.
    doubt = registered is not None and not any(row.unit for row in tied)
    return None, [*_REGISTERABLE, "review"] if doubt else _REGISTERABLE


def _fields(dwelling: Dwelling, rows: list[TypedRow], night: int) -> dict[str, Any]:
    """The canonical fields as far as the accepted rows can tell them."""
    known = {row.source for row in rows}
    building = dwelling.building
    ground, letters = known & {FACILIT, CARE}, {row.unit for row in rows if row.unit}
    telling: dict[str, tuple[Any, set[str]]] = {
        "gardsnummer": (building.gardsnummer, {FACILIT, CARE}),
        "bruksnummer": (building.bruksnummer, {FACILIT, CARE}),
        "seksjonsnummer": (dwelling.seksjonsnummer, {CARE}),
        "leilighetsnummer": (dwelling.leilighetsnummer, {FACILIT, CARE, BOEI}),
        "ekstra_referanse": (dwelling.ekstra_referanse, {FACILIT, CARE}),
        "andelsnummer": (dwelling.andelsnummer, {FACILIT}),
        "disposisjonsform": (building.disposisjonsform, {FACILIT, BOEI}),
        "eier_organisasjonsnummer": (building.eier_organisasjonsnummer, {FACILIT}),
        "bruksareal": (dwelling.bruksareal, {FACILIT, CARE, BOEI}),
        "antall_soverom": (dwelling.antall_soverom, {CARE, BOEI}),
        "etasjenummer": (dwelling.etasjenummer, {CARE, BOEI}),
        "manedsleie": (float(rent(dwelling, night)), {FACILIT, CARE}),
        "hemmelig_adresse": (dwelling.hemmelig_adresse, {BOEI}),
    }
    return {
        "kommunenummer": KOMMUNENUMMER,
        **_address(building),
        "bruksenhetsnummer": dwelling.bruksenhetsnummer if letters and ground else None,
        "kategori": dwelling.kategori,
        "boligtype": register_before.BOLIGTYPE[dwelling.kategori],
        **{name: value if known & systems else None for name, (value, systems) in telling.items()},
    }


def _address(building: Building) -> dict[str, Any]:
    return {
        "adressenavn": building.street.name,
        "nummer": building.nummer,
        "bokstav": building.bokstav,
        "postnummer": building.street.postnummer,
        "poststed": building.street.poststed,
    }
