"""Labelled worlds to merge and match: rows of several systems, a register filled by hand, and which dwelling each is.

`demo_world` lays the demo's invented municipality out at any size. `elverum_world` puts MADE units on the real addresses of
one municipality (no public file holds real units); only what is asked of it depends on the addresses being real.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from benchmarks.matching.soiled_rows import Soil, in_cells
from demo.world import BOEI, CARE, FACILIT, Dwelling, build_world
from kobo_client.contract import COMPARED
from reconciliation.addresses import folded
from reconciliation.model.tables import CONTENT, DEVIATIONS, SOURCE_ROWS, STANDING_ROWS
from reconciliation.reading.validate import validate
from tests.strategies import municipality

HERE = Path(__file__).parent
REAL = Path(os.environ.get("KOBOSYNC_REAL_DATA", HERE.parents[2] / "shared" / "data"))
SOURCES = (FACILIT, CARE, BOEI)
IN_REGISTER = 0.6
REGISTER: dict[str, Any] = {
    "kobo_id": pl.String(),
    "leverandor_bolig_id": pl.String(),
    "slettet": pl.Boolean(),
    **{field.name: CONTENT[field.name] for field in COMPARED},
}

_NOT_WRITTEN = {
    FACILIT: ("antall_soverom", "etasjenummer", "seksjonsnummer"),
    CARE: ("andelsnummer",),
    BOEI: ("bruksenhetsnummer", "gardsnummer", "bruksnummer", "seksjonsnummer", "ekstra_referanse", "manedsleie", "andelsnummer"),
}
"""BOEI, as a real one, has no unit number and no matrikkel."""
_NOT_IMPORTED = ("bruksareal", "etasjenummer")


@dataclass(frozen=True, slots=True)
class Labelled:
    """rows: STANDING_ROWS that passed validation. entries: register rows. row_truth: "source:key" -> dwelling. entry_truth:
    koboId -> dwelling. misnamed: keys and koboIds of rows that were typed with another home's number. copies_told: rows that their owner is
    told to be copies without a unit number (rule B07); they are not in `rows`."""

    rows: pl.DataFrame
    entries: pl.DataFrame
    row_truth: dict[str, str]
    entry_truth: dict[str, str]
    misnamed: frozenset[str]
    copies_told: int = 0


class Written:
    """What sources and register hold of a made town, row by row, with the truth beside it."""

    def __init__(self) -> None:
        self.places = 0
        self._rows: list[dict[str, Any]] = []
        self._entries: list[dict[str, Any]] = []
        self._row_truth: dict[str, str] = {}
        self._entry_truth: dict[str, str] = {}
        self._misnamed: set[str] = set()
        self._count: Counter[str] = Counter()

    def row(self, source: str, home: str, row: dict[str, Any], *, another: bool) -> None:
        """another: the row is typed with another home's number."""
        self._count[source] += 1
        key = f"{source[0]}{self._count[source]}"
        place = {"source": source, "source_key": key, "owner": source, "file": f"{source}.csv", "row": self._count[source] + 1}
        self._rows.append(dict.fromkeys(SOURCE_ROWS) | row | place)
        self._row_truth[f"{source}:{key}"] = home
        self._misnamed |= {f"{source}:{key}"} if another else set()

    def entry(self, home: str, row: dict[str, Any], *, another: bool) -> None:
        name = f"k-{home}"
        self._entries.append({"kobo_id": name, "slettet": False, **{field.name: row.get(field.name) for field in COMPARED}})
        self._entry_truth[name] = home
        self._misnamed |= {name} if another else set()

    def labelled(self, random: Random) -> Labelled:
        """In any order; the rows are those that pass the validation of a night."""
        random.shuffle(self._rows)
        random.shuffle(self._entries)
        rows = pl.DataFrame(self._rows, schema=SOURCE_ROWS, orient="row")
        entries = pl.DataFrame([dict.fromkeys(REGISTER) | entry for entry in self._entries], schema=REGISTER, orient="row")
        judged = validate(rows, pl.DataFrame(schema=DEVIATIONS), municipality(), entries=entries)
        accepted = judged.accepted.with_columns(carried=pl.lit(value=False))
        keys = set(accepted.select(pl.col("source") + ":" + pl.col("source_key")).to_series())
        return Labelled(
            accepted.select(list(STANDING_ROWS)),
            entries,
            {key: name for key, name in self._row_truth.items() if key in keys},
            self._entry_truth,
            frozenset(self._misnamed),
            judged.deviations.filter(pl.col("rule") == "B07").height,
        )


def demo_world(dwellings: int, share: float, seed: int = 1, soil: Soil = in_cells) -> Labelled:
    """The demo's municipality with `dwellings` dwellings in scope; institutions are left out. soil, share: see dirt."""
    places = round(dwellings * 1090 / 752)
    homes = [home for home in build_world(seed, places).dwellings if home.building.kind != "institusjon"]
    return _written(((home.id, _true(home), home.building.systems) for home in homes), share, Random(f"{dwellings} {share} {seed}"), soil)


def elverum_world(share: float, seed: int = 1, most: int = 20_000, soil: Soil = in_cells) -> Labelled | None:
    """None where the file is not at hand. Every third address is a block of 2 to 8 made units; the rest are houses."""
    path = REAL / "dev" / "elverum_dev.csv"
    if not path.exists():
        return None
    random = Random(f"elverum {share} {seed}")
    address = pl.read_csv(path, separator=";", infer_schema=False).filter(pl.col("nummer").is_not_null())
    homes: list[tuple[str, dict[str, Any], tuple[str, ...]]] = []
    for place in address.iter_rows(named=True):
        size = random.randint(2, 8) if random.random() < 1 / 3 else 1
        systems = random.choice(((FACILIT,), (FACILIT, BOEI), (CARE,), (CARE, FACILIT)))
        for unit in range(1, size + 1):
            bedrooms = random.choice((1, 1, 2, 2, 3))
            true = dict.fromkeys(CONTENT) | {
                "kommunenummer": place["kommunenummer"],
                "adressenavn": place["adressenavn"],
                "nummer": int(place["nummer"]),
                "bokstav": place["bokstav"] or None,
                "postnummer": place["postnummer"],
                "gardsnummer": int(place["gardsnummer"]),
                "bruksnummer": int(place["bruksnummer"]),
                "bruksenhetsnummer": f"H{(unit + 1) // 2:02d}{2 - unit % 2:02d}",
                "leilighetsnummer": str(unit) if size > 1 else None,
                "bruksareal": float(24 + bedrooms * 14 + random.randint(0, 18)),
                "antall_soverom": bedrooms,
                "etasjenummer": (unit + 1) // 2,
                "manedsleie": float(4200 + bedrooms * 1500 + random.randint(0, 60) * 50),
            }
            homes.append((f"E{len(homes) + 1:06d}", true, systems))
    return _written(homes[:most], share, random, soil)


def _true(home: Dwelling) -> dict[str, Any]:
    building = home.building
    return dict.fromkeys(CONTENT) | {
        "kommunenummer": "9901",
        "adressenavn": building.street.name,
        "nummer": building.nummer,
        "bokstav": building.bokstav,
        "postnummer": building.street.postnummer,
        "gardsnummer": building.gardsnummer,
        "bruksnummer": building.bruksnummer,
        "seksjonsnummer": home.seksjonsnummer,
        "bruksenhetsnummer": home.bruksenhetsnummer,
        "leilighetsnummer": home.leilighetsnummer,
        "ekstra_referanse": home.ekstra_referanse,
        "andelsnummer": home.andelsnummer,
        "bruksareal": home.bruksareal,
        "antall_soverom": home.antall_soverom,
        "etasjenummer": home.etasjenummer,
        "manedsleie": float(home.manedsleie),
    }


def _written(homes: Iterable[tuple[str, dict[str, Any], tuple[str, ...]]], share: float, random: Random, soil: Soil) -> Labelled:
    rows: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    row_truth: dict[str, str] = {}
    entry_truth: dict[str, str] = {}
    misnamed: set[str] = set()
    for name, true, systems in homes:
        for source in systems:
            key = f"{source[0]}{name[1:]}"
            # Owners of houses leave the unit number out three times in ten, dirt or not.
            blank = (
                ("bruksenhetsnummer",) if not true["leilighetsnummer"] and not true["ekstra_referanse"] and random.random() < 0.3 else ()
            )
            plain = true | dict.fromkeys((*_NOT_WRITTEN[source], *blank))
            if source == BOEI:
                plain["bruksareal"] = float(int(true["bruksareal"]))
            dirtied, another = soil(plain, share, random)
            misnamed |= {f"{source}:{key}"} if another else set()
            rows.append({"source": source, "source_key": key, "owner": source, "carried": False, **dirtied})
            row_truth[f"{source}:{key}"] = name
        if random.random() < IN_REGISTER:
            plain = true | dict.fromkeys(_NOT_IMPORTED)
            dirtied, another = soil(plain, share, random)
            misnamed |= {f"k-{name}"} if another else set()
            entries.append({"kobo_id": f"k-{name}", "slettet": False, **{field.name: dirtied.get(field.name) for field in COMPARED}})
            entry_truth[f"k-{name}"] = name
    random.shuffle(rows)
    random.shuffle(entries)
    whole = [dict.fromkeys(STANDING_ROWS) | row for row in rows]
    accepted = _accepted(pl.DataFrame(whole, schema=STANDING_ROWS, orient="row"))
    accepted_keys = set(accepted.select(pl.col("source") + ":" + pl.col("source_key")).to_series())
    return Labelled(
        accepted,
        pl.DataFrame([dict.fromkeys(REGISTER) | entry for entry in entries], schema=REGISTER, orient="row"),
        {key: name for key, name in row_truth.items() if key in accepted_keys},
        entry_truth,
        frozenset(misnamed),
    )


def _accepted(rows: pl.DataFrame) -> pl.DataFrame:
    """Rules B02 and B03: what one system lists twice, or cannot tell apart, is rejected before anything is merged."""
    label = pl.when(pl.col("bruksenhetsnummer").is_null()).then("leilighetsnummer")
    alike = (pl.col("source"), folded("adressenavn"), "nummer", "bokstav", "bruksenhetsnummer", "ekstra_referanse", label.alias("_label"))
    return rows.filter(pl.struct(*alike).is_unique())
