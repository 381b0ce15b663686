"""Kartverket's address CSV (46 columns, one file a municipality) -> a frame of official addresses.

Form as published: UTF-8 with BOM, CRLF, `;`. The file on dwelling level (leilighetsnivå) is read too: it has units and no lokalid.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from connectors.encoding import decode
from connectors.headings import nearest
from connectors.read_faults import FAULTS, SourceFault, say

NEEDED = ("kommunenummer", "adressetype", "adressenavn", "nummer", "bokstav", "gardsnummer", "bruksnummer", "postnummer", "poststed")
OPTIONAL = (
    "lokalid",
    "kommunenavn",
    "adressetilleggsnavn",
    "festenummer",
    "undernummer",
    "adresseTekst",
    "tettstednavn",
    "grunnkretsnavn",
    "bruksenhetsnummerTekst",
)
_ON_DWELLING_LEVEL = "offisiellAdresseTekst"
"""What `adresseTekst` is called in the file on dwelling level."""
_NUMBERS = ("nummer", "gardsnummer", "bruksnummer", "festenummer", "undernummer")
OFFICIAL = {name: pl.Int64() if name in _NUMBERS else pl.String() for name in (*NEEDED, *OPTIONAL)}
"""Columns of a frame of official addresses; blank is null, postnummer and kommunenummer have four digits."""


class AddressFileError(Exception):
    """An address file cannot be used. The text is one bokmål sentence: what, where, what to do."""


def read_official(paths: Sequence[Path]) -> pl.DataFrame:
    """Every address of one or several of Kartverket's files (OFFICIAL). Raises AddressFileError."""
    if not paths:
        raise AddressFileError("Ingen adressefil er oppgitt. Last ned kommunens adresser fra Kartverket (CSV) og oppgi filen.")
    return pl.concat([_one(path) for path in paths]).unique(maintain_order=True)


def _one(path: Path) -> pl.DataFrame:
    try:
        text, _ = decode(_bytes(path), None, path.name)
    except SourceFault as fault:
        raise AddressFileError(say(FAULTS[fault.code], **fault.values)[1]) from fault
    first = text.split("\n", 1)[0].strip().lstrip("\ufeff")
    headings = first.split(";")
    if missing := [name for name in NEEDED if name not in headings]:
        near = nearest(missing[0], headings)
        hint = f" Mente du «{near}»?" if near else ""
        raise AddressFileError(
            f"{path.name} mangler kolonnen «{missing[0]}» på linje 1.{hint} "
            "Bruk CSV-filen «Matrikkelen – Adresse» fra Kartverket slik den er lastet ned, uten å lagre den fra Excel."
        )
    frame = _parsed(text, path)
    if "adresseTekst" not in headings and _ON_DWELLING_LEVEL in headings:
        frame, headings = frame.rename({_ON_DWELLING_LEVEL: "adresseTekst"}), [*headings, "adresseTekst"]
    names = [name for name in (*NEEDED, *OPTIONAL) if name in headings]
    cells = frame.select(pl.col(name).str.strip_chars().replace("", None) for name in names)
    _check(cells, path)
    made = cells.with_columns(pl.lit(None, pl.String).alias(name) for name in OPTIONAL if name not in names)
    return made.select(pl.col(name).cast(kind, strict=False) for name, kind in OFFICIAL.items()).with_columns(
        pl.col("postnummer").str.zfill(4), pl.col("kommunenummer").str.zfill(4), pl.col("bokstav").str.to_uppercase()
    )


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise AddressFileError(f"Fant ikke adressefilen {path.name}. Sjekk navnet, eller last den ned fra Kartverket på nytt.") from error
    except OSError as error:
        raise AddressFileError(f"Adressefilen {path.name} kan ikke åpnes. Sjekk at det er en fil, og at du har lesetilgang.") from error
    if not data.strip():
        raise AddressFileError(f"Adressefilen {path.name} er tom. Last den ned fra Kartverket på nytt.")
    return data


def _parsed(text: str, path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(
            io.BytesIO(text.lstrip("\ufeff").encode()),
            separator=";",
            infer_schema=False,
            quote_char=None,
        )
    except pl.exceptions.PolarsError as error:
        reason = "raden har flere verdier enn det er overskrifter" if "schema" in str(error) or "fields" in str(error) else "skilletegnene"
        raise AddressFileError(f"{path.name} kan ikke leses som Kartverkets CSV ({reason}). Last filen ned på nytt.") from error


def _check(cells: pl.DataFrame, path: Path) -> None:
    if cells.is_empty():
        raise AddressFileError(f"{path.name} har overskrifter, men ingen adresser. Last filen ned fra Kartverket på nytt.")
    street = pl.col("adressenavn").is_not_null()
    bad = cells.with_row_index("linje", 2).filter(street & pl.col("nummer").cast(pl.Int64, strict=False).is_null())
    if bad.height:
        raise AddressFileError(
            f"{path.name}, linje {bad['linje'][0]}: nummer mangler eller er ikke et tall. Filen er trolig endret eller kuttet; "
            "last den ned fra Kartverket på nytt."
        )
