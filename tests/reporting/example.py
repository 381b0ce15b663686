"""A made-up night of Fjordvik for the tests of the reports: same numbers every time, no outside data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from connectors.read_result import Verdict
from reconciliation.ledger import HISTORY
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality, load
from reporting.night_report import DEVIATION_LIVES, NightResult, SourceNight

CONFIG = Path(__file__).parents[2] / "config" / "demo.yaml"
AS_OF = date(2023, 12, 8)
NIGHTS = (1, 3, 7, 10, 14, 17, 21, 24, 28, 31, 35, 38)
"""Days of the nights, counted from 31 October 2023."""
OWNER = {"facilit": "boligkontoret", "helse_omsorg": "helse_omsorg", "boei": "eiendom"}
IN_SCOPE = ("heldogns", "oppfolging", "eldre", "tilpasset", "ikke_tilpasset")


_loaded = cache(load)


def municipality(**changes: Any) -> Municipality:
    return _loaded(CONFIG).model_copy(update=changes)


def history(pace: float = 9.0, start: int = 480, scope: int = 735, nights: tuple[int, ...] = NIGHTS) -> pl.DataFrame:
    """HISTORY of a work that goes forward at `pace` dwellings per night."""
    rows = []
    for place, number in enumerate(nights):
        in_scope = scope + place * 3 // 2
        registered = min(in_scope, int(start + place * pace + (place % 3) * 2))
        for (category, source), share in _SHARES.items():
            scope_here, there_here = round(in_scope * share), min(round(in_scope * share), round(registered * share))
            missing = scope_here - there_here
            blocked = {"rejected": missing * 2 // 3, "review": missing - missing * 2 // 3} if missing else {}
            rows.append(
                (date(2023, 10, 31) + timedelta(days=number), f"run-{number}", category, source, OWNER[source], scope_here, there_here,
                 max(0, there_here - place % 4), json.dumps(blocked), True)
            )  # fmt: skip
    return pl.DataFrame(rows, schema=HISTORY, orient="row")


_SHARES = {
    ("heldogns", "helse_omsorg"): 0.14,
    ("oppfolging", "helse_omsorg"): 0.18,
    ("eldre", "helse_omsorg"): 0.10,
    ("eldre", "facilit"): 0.06,
    ("tilpasset", "facilit"): 0.16,
    ("ikke_tilpasset", "facilit"): 0.24,
    ("ikke_tilpasset", "boei"): 0.12,
}

_FAULTS = (
    ("B02", "helse_omsorg", "Bruksenhet", None, "Bruksenhetsnummer mangler, og adressen har flere boliger. Fyll inn H0101 osv."),
    ("A02", "facilit", "Adresse", "Strandgata", "Adressen «Strandgata» mangler husnummer. Skriv gate og nummer."),
    ("K02", "facilit", "Kategori bolig", "Hybelhus", "Kategorien «Hybelhus» er ikke kjent. Velg en av kategoriene i boligplanen."),
    ("V02", "facilit", "Sum", "108000,00", "Leien 108 000 kroner i måneden er umulig. Er det leien for et år?"),
    ("P02", "boei", "Postnr_ID", "99O1", "Postnummeret «99O1» er ikke fire siffer. Skriv for eksempel 9901."),
    ("M01", "helse_omsorg", "Gnr/bnr", "se skjøte", "Matrikkelnummeret «se skjøte» kan ikke tolkes. Skriv for eksempel 12/345."),
)


def deviations(many: int = 60, seed: int = 1) -> pl.DataFrame:
    random = Random(seed)
    rows = []
    for number in range(many):
        rule, source, column, value, message = _FAULTS[min(random.randrange(9) // 2, 5) if number else 0]
        age = random.choice((0, 0, 3, 10, 24, 37))
        rows.append(
            {
                "source": source,
                "file": {"facilit": "Seksjon.csv", "helse_omsorg": "Omsorgsboliger.xlsx", "boei": "boei"}[source],
                "sheet": "Boliger" if source == "helse_omsorg" else None,
                "row": 5 + number * 7,
                "row_hash": f"{number:08x}",
                "owner": OWNER[source],
                "source_key": f"{1000 + number}",
                "column": column,
                "field": None,
                "value": value,
                "rule": rule,
                "severity": "error",
                "message": message,
                "first_seen": AS_OF - timedelta(days=age),
                "age_days": age,
                "is_new": age == 0,
                "returned": number % 17 == 5,
            }
        )
    return pl.DataFrame(rows, schema=DEVIATION_LIVES)


def dwellings(many: int = 700) -> pl.DataFrame:
    rows = []
    for number in range(many):
        source = ("facilit", "helse_omsorg", "boei")[number % 3]
        rows.append(
            {
                "leverandor_bolig_id": f"{source}-{number:06d}",
                "kommunenummer": "9901",
                "gardsnummer": 10 + number // 90,
                "bruksnummer": number % 90 + 1,
                "adressenavn": ("Strandgata", "Fjordveien", "Kirkebakken", "Øvre Torg")[number // 4 % 4],
                "nummer": number // 16 + 1,
                "bruksenhetsnummer": f"H0{number % 4 + 1}01",
                "postnummer": "9901",
                "poststed": "FJORDVIK",
                "kategori": IN_SCOPE[number % 5],
                "disposisjonsform": "KOMMUNALT_EID" if number % 5 else "INNLEID",
                "hemmelig_adresse": number == 3,
                "owner": OWNER[source],
                "sources": [source],
                "source_keys": [f"{source}:{number}"],
                "rows": 1,
                "carried": False,
                "contradictions": [],
                "candidates": [],
            }
        )
    return pl.DataFrame(rows, schema=tables.DWELLINGS)


_CLASSES = ("in_sync",) * 14 + ("create", "create", "update", "review", "in_sync", "conflict")


def items(homes: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for number, dwelling in enumerate(homes["leverandor_bolig_id"]):
        kind = _CLASSES[number % len(_CLASSES)]
        changes = [{"field": "manedsleie", "old": 7000, "new": 7250, "source": "facilit"}] if kind == "update" else []
        rows.append(
            {
                "class": kind,
                "leverandor_bolig_id": dwelling,
                "kobo_id": None if kind in ("create", "review") else f"K{number:06d}",
                "changes": json.dumps(changes),
                "match_key": "link",
                "reason": "unit_number_missing" if kind == "review" else None,
                "details": "{}",
                "held": None,
            }
        )
    return pl.DataFrame(rows, schema=tables.PLAN_ITEMS)


def outcomes(plan: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for number, row in enumerate(plan.filter(pl.col("class").is_in(["create", "update"])).iter_rows(named=True)):
        refused = number % 30 == 7
        rows.append(
            {
                "leverandor_bolig_id": row["leverandor_bolig_id"],
                "kobo_id": row["kobo_id"] or f"N{number}",
                "verb": "POST" if row["class"] == "create" else "PUT",
                "outcome": "refused" if refused else "done",
                "status": 400 if refused else 200,
                "message": "Bruksenhetsnummer H0101 finnes ikke på adressen i matrikkelen." if refused else None,
            }
        )
    return pl.DataFrame(rows, schema=tables.OUTCOMES)


def night(**changes: Any) -> NightResult:
    """The whole night, with whatever a test wants different."""
    homes = dwellings()
    plan = items(homes)
    faults = deviations()
    rejected = {name: faults.filter(pl.col("source") == name).height for name in OWNER}
    accepted = {name: homes.filter(pl.col("sources").list.contains(name)).height for name in OWNER}
    outside = {"facilit": 12, "helse_omsorg": 338, "boei": 6}
    titles = municipality().sources
    made = NightResult(
        municipality=municipality(),
        as_of=AS_OF,
        run_id="0f3c1d52-7d0e-4c1e-9a53-6a3f1f0c9b11",
        plan_digest="9c2f64f1d3a7b0e58c4416bb5a5b3d4e",
        sources={
            name: SourceNight(
                Verdict.COMPLETE, titles[name].title, OWNER[name], accepted[name] + rejected[name] + outside[name], rejected[name],
                outside[name], accepted[name],
            )
            for name in OWNER
        },
        dwellings=homes,
        items=plan,
        deviations=faults,
        out_of_scope={"institusjon": 338, "inactive": 18},
        outcomes=outcomes(plan),
        calls={"GET": 700, "POST": 70, "PUT": 35, "DELETE": 0, "failed": 4, "retried": 1},
        history=history(),
        seconds={"extract": 0.4, "merge": 0.1, "apply": 1.2},
    )  # fmt: skip
    return replace(made, **changes)
