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
from connectors.source_files import MEGABYTE, refuse_pipe
from language import MessageError, message

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


LARGEST = 1000
"""Megabytes of the largest file that is opened. That of the largest city has 200."""


class AddressFileError(MessageError):
    """An address file cannot be used: what, where, what to do."""


def read_official(paths: Sequence[Path]) -> pl.DataFrame:
    """Every address of one or several of Kartverket's files (OFFICIAL). Raises AddressFileError."""
    if not paths:
        raise AddressFileError(message("address_files.none_named"))
    return pl.concat([_one_file(path) for path in paths]).unique(maintain_order=True)


def _one_file(path: Path) -> pl.DataFrame:
    try:
        text, _ = decode(_bytes(path), None, path.name)
    except SourceFault as fault:
        raise AddressFileError(say(FAULTS[fault.code], **fault.values)[1]) from fault
    first = text.split("\n", 1)[0].strip().lstrip("\ufeff")
    written = first.split(";")
    headings = [_bare(name) for name in written]
    if missing := [name for name in NEEDED if name not in headings]:
        nearest_heading = nearest(missing[0], headings)
        hint = [message("address_files.near", near=nearest_heading)] if nearest_heading else []
        lacking = message("address_files.heading", file=path.name, heading=missing[0])
        raise AddressFileError(lacking, *hint, message("address_files.as_downloaded"))
    frame = _parsed(text, path).rename(dict(zip(written, headings, strict=True)))
    if "adresseTekst" not in headings and _ON_DWELLING_LEVEL in headings:
        frame, headings = frame.rename({_ON_DWELLING_LEVEL: "adresseTekst"}), [*headings, "adresseTekst"]
    names = [name for name in (*NEEDED, *OPTIONAL) if name in headings]
    cells = frame.select(_cell(name) for name in names)
    _check(cells, path)
    made = cells.with_columns(pl.lit(None, pl.String).alias(name) for name in OPTIONAL if name not in names)
    return made.select(pl.col(name).cast(kind, strict=False) for name, kind in OFFICIAL.items()).with_columns(
        pl.col("postnummer").str.zfill(4), pl.col("kommunenummer").str.zfill(4), pl.col("bokstav").str.to_uppercase()
    )


def _bare(heading: str) -> str:
    return heading[1:-1] if len(heading) > 1 and heading[0] == heading[-1] == '"' else heading


def _cell(name: str) -> pl.Expr:
    """The cell without the quotes that Excel or LibreOffice writes around a text, blank as null.

    The file as published has no quoted cells, and a lone quote in one is part of the name: hence no quoting in the parser.
    """
    return pl.col(name).str.strip_chars().str.replace(r'^"(.*)"$', "${1}").str.strip_chars().replace("", None)


def _bytes(path: Path) -> bytes:
    if path.exists() and path.stat().st_size > LARGEST * MEGABYTE:
        raise SourceFault("too_big", path=path.name, size=path.stat().st_size // MEGABYTE, limit=LARGEST)
    try:
        refuse_pipe(path, path.parent)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise AddressFileError(message("address_files.missing", file=path.name)) from error
    except OSError as error:
        raise AddressFileError(message("address_files.not_openable", file=path.name)) from error
    if not data.strip():
        raise AddressFileError(message("address_files.empty", file=path.name))
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
        ragged = "schema" in str(error) or "fields" in str(error)
        raise AddressFileError(message("address_files.ragged" if ragged else "address_files.separators", file=path.name)) from error


def _check(cells: pl.DataFrame, path: Path) -> None:
    if cells.is_empty():
        raise AddressFileError(message("address_files.no_rows", file=path.name))
    street = pl.col("adressenavn").is_not_null()
    bad = cells.with_row_index("line", 2).filter(street & pl.col("nummer").cast(pl.Int64, strict=False).is_null())
    if bad.height:
        raise AddressFileError(message("address_files.no_number", file=path.name, line=bad["line"][0]))
