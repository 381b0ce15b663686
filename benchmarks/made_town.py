"""A made town of any size for the benchmarks: two sources that overlap, a rehearsal register, and no dirty rows.

benchmarks/matching measures dirt; this town is for the cost of a night.
"""

from __future__ import annotations

import random
import socket
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
import yaml

CATEGORIES = {"Ordinær": "ordinar", "Omsorg": "omsorg", "Tilpasset": "tilpasset"}
SHARE_IN_SECOND = 0.3
"""Of the dwellings, how many are in the second source too."""
HOUSES_PER_STREET = 20
UNITS_PER_HOUSE = 6


def dwellings(size: int, seed: int = 1) -> pl.DataFrame:
    """Nummer, Gate, Husnummer, Bruksenhet, Postnr, Poststed, Areal, Rom, Kategori, Gnr, Bnr; one row per dwelling, all addresses differ."""
    dice = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for number in range(size):
        house, unit = divmod(number, UNITS_PER_HOUSE)
        street, in_street = divmod(house, HOUSES_PER_STREET)
        rows.append(
            {
                "Nummer": f"{number + 1:06d}",
                "Gate": f"{_name(street)}vegen",
                "Husnummer": in_street + 1,
                "Bruksenhet": f"H{unit // 2 + 1:02d}{unit % 2 + 1:02d}",
                "Postnr": f"{9000 + street % 90:04d}",
                "Poststed": f"STED {street % 90}",
                "Areal": dice.randint(25, 140),
                "Rom": dice.randint(1, 4),
                "Kategori": dice.choice(list(CATEGORIES)),
                "Gnr": street + 1,
                "Bnr": in_street + 1,
            }
        )
    return pl.DataFrame(rows)


def _name(number: int) -> str:
    """A street name that differs from every other in more than one letter."""
    letters = "abdefghijklmnoprstuvy"
    text = ""
    number = number * 7919 + 5
    for _ in range(6):
        number, digit = divmod(number, len(letters))
        text += letters[digit]
        number += digit * 31 + 17
    return text.capitalize()


def write(home: Path, size: int, *, slug: str = "by", seed: int = 1, share: float = SHARE_IN_SECOND, **register: Any) -> Path:
    """The town's files and its config below home; returns the config's path. register: overrides of the register's settings."""
    homes = dwellings(size, seed)
    folder = home / "kilder" / slug
    folder.mkdir(parents=True, exist_ok=True)
    (home / "config").mkdir(exist_ok=True)
    address = homes.select(
        "Nummer", (pl.col("Gate") + " " + pl.col("Husnummer").cast(pl.String)).alias("Adresse"), "Bruksenhet", "Postnr", "Poststed"
    )
    address.with_columns(homes["Areal"], homes["Kategori"], homes["Gnr"], homes["Bnr"]).write_csv(folder / "fdv.csv", separator=";")
    second = address.with_columns(homes["Rom"], homes["Kategori"]).sample(fraction=share, seed=seed)
    with xlsxwriter.Workbook(folder / "leie.xlsx", {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Leie")
        for at, row in enumerate([second.columns, *second.iter_rows()]):
            sheet.write_row(at, 0, row)
    settings = {"kind": "rehearsal", "base_url": f"http://127.0.0.1:{free_port()}", "database": f"var/{slug}.sqlite"} | register
    config = home / "config" / f"{slug}.yaml"
    config.write_text(yaml.safe_dump(_config(slug, settings, size), allow_unicode=True), encoding="utf-8")
    return config


def files(home: Path, slug: str = "by") -> list[Path]:
    return [home / "kilder" / slug / name for name in ("fdv.csv", "leie.xlsx")]


def _config(slug: str, register: dict[str, Any], size: int) -> dict[str, Any]:
    shared = {
        "adresse": {"column": "Adresse", "as": "address"},
        "bruksenhetsnummer": {"column": "Bruksenhet", "as": "unit"},
        "postnummer": {"column": "Postnr"},
        "poststed": {"column": "Poststed"},
        "kategori": {"column": "Kategori", "as": "lookup", "table": CATEGORIES},
    }
    return {
        "slug": slug,
        "name": slug.capitalize(),
        "kommunenummer": "9901",
        "deadline": "2026-12-21",
        "started": "2026-11-02",
        "categories": {
            "ordinar": {"title": "Ordinær bolig", "boligtype": "ORDINAR_BOLIG"},
            "omsorg": {"title": "Omsorgsbolig", "boligtype": "OMSORGSBOLIG"},
            "tilpasset": {"title": "Tilpasset bolig", "boligtype": "OMSORGSBOLIG"},
        },
        "owners": {"bolig": {"title": "Boligkontoret"}, "eiendom": {"title": "Eiendom"}},
        "sources": {
            "fdv": {
                "kind": "csv",
                "title": "FDV",
                "owner": "eiendom",
                "path": f"kilder/{slug}/fdv.csv",
                "key": ["Nummer"],
                "fields": shared
                | {
                    "bruksareal": {"column": "Areal", "as": "number"},
                    "gardsnummer": {"column": "Gnr", "as": "integer"},
                    "bruksnummer": {"column": "Bnr", "as": "integer"},
                },
            },
            "leie": {
                "kind": "excel",
                "title": "Leie",
                "owner": "bolig",
                "path": f"kilder/{slug}/leie.xlsx",
                "sheets": [{"name": "Leie"}],
                "key": ["Nummer"],
                "fields": shared | {"antall_soverom": {"column": "Rom", "as": "integer"}},
            },
        },
        "survivorship": {"default": ["fdv", "leie"]},
        "guards": {"maximum_create_share": 1e9, "floor": size},
        "register": register,
    }


def free_port() -> int:
    """A port of this machine that nothing listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
