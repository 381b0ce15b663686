"""Rows of a village as connectors give them, each test changing only what it is about."""

from __future__ import annotations

from typing import Any

import polars as pl

from connectors.read_result import SourceRead, Verdict
from connectors.source_config import CsvSource
from reconciliation.model.municipality import Municipality
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import Validated, validate
from tests.pipelines.village import CONFIG

HEADINGS = ("Nummer", "Adresse", "Bruksenhet", "Leil", "Rom", "Postnr", "Areal", "Leie", "Kategori", "Gnr", "Utleibar")
GOOD: dict[str, str | None] = {
    "Nummer": "1",
    "Adresse": "Storgata 1",
    "Bruksenhet": "H0101",
    "Leil": None,
    "Rom": None,
    "Postnr": "9920",
    "Areal": "50,5",
    "Leie": "7 500",
    "Kategori": "Ordinær",
    "Gnr": "12/345",
    "Utleibar": "True",
}
SOURCE = CsvSource.model_validate(
    {
        "kind": "csv",
        "title": "FDV",
        "owner": "bolig",
        "path": "fdv.csv",
        "key": ["Nummer"],
        "fields": {
            "adresse": {"column": "Adresse", "as": "address"},
            "bruksenhetsnummer": {"column": "Bruksenhet", "as": "unit"},
            "leilighetsnummer": {"column": "Leil"},
            "ekstra_referanse": {"column": "Rom"},
            "postnummer": {"column": "Postnr"},
            "bruksareal": {"column": "Areal", "as": "number"},
            "manedsleie": {"column": "Leie", "as": "number"},
            "kategori": {"column": "Kategori", "as": "lookup", "table": {"Ordinær": "ordinar", "Institusjon": "plass"}},
            "matrikkel": {"column": "Gnr", "as": "matrikkel"},
            "aktiv": {"column": "Utleibar", "as": "boolean"},
        },
    }
)
VIK = Municipality.model_validate(CONFIG).model_copy(update={"sources": {"fdv": SOURCE}})


def read(*rows: dict[str, str | None], verdict: Verdict = Verdict.COMPLETE) -> SourceRead:
    """A read of those rows, numbered from 2 as under a heading."""
    frame = pl.DataFrame(
        {heading: [row[heading] for row in rows] for heading in HEADINGS}, schema=dict.fromkeys(HEADINGS, pl.String())
    ).select(
        pl.lit("fdv").alias("source"),
        pl.lit("fdv.csv").alias("file"),
        pl.lit(None, pl.String).alias("sheet"),
        (pl.int_range(pl.len()) + 2).alias("row"),
        pl.concat_str(pl.all(), ignore_nulls=True).alias("row_hash"),
        *HEADINGS,
    )
    return SourceRead("fdv", verdict, frame)


def good(**changes: str | None) -> dict[str, str | None]:
    return {**GOOD, **changes}


def judged(*rows: dict[str, str | None]) -> Validated:
    done = standardise(read(*rows), SOURCE, VIK)
    return validate(done.rows, done.deviations, VIK)


def rules(validated: Validated) -> list[tuple[Any, ...]]:
    return validated.deviations.select("row", "rule").sort("row", "rule").rows()
