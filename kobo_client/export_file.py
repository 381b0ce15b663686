"""A file exported from the register: the 35 import columns and koboId. That an export has this shape is our assumption."""

from __future__ import annotations

import csv
import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import polars as pl

from kobo_client.client import UUID
from kobo_client.contract import BY_NAME, COMPARED, Kind
from kobo_client.import_columns import COLUMNS, IMPORTABLE, KOBO_ID, from_import_row
from kobo_client.payload import EDITED
from kobo_client.scrubbing import quotable, scrubbed

_TYPES: dict[Kind, pl.DataType] = {Kind.INTEGER: pl.Int64(), Kind.NUMBER: pl.Float64(), Kind.BOOLEAN: pl.Boolean(), Kind.DATE: pl.Date()}


_HEADINGS = (*COLUMNS, KOBO_ID)
_MEGABYTE = 1024 * 1024
_LARGEST = 200 * _MEGABYTE
"""The largest file that is opened: 357 municipalities' dwellings would fit. A workbook may unpack to five times this."""
_RATIO, _RATIO_FROM = 250, 50 * _MEGABYTE
"""A workbook that unpacks to more than the second is refused when its compression ratio is above the first."""


class ExportError(Exception):
    """The file cannot be read; the text says where and what to do."""


def read_export(file: Path) -> pl.DataFrame:
    """.csv (semicolons, UTF-8) or .xlsx -> the snapshot's columns, leverandor_bolig_id null. Raises ExportError."""
    try:
        _refuse_unfit(file)
        header, lines = _excel(file) if file.suffix.lower() == ".xlsx" else _csv(file)
    except (OSError, zipfile.BadZipFile) as error:
        why = error.strerror if isinstance(error, OSError) else "the archive is damaged"
        raise ExportError(
            f"register.export: {file.name} cannot be read ({why}). Export it from Kobo again, or leave the key out."
        ) from None
    if tuple(header) != _HEADINGS:
        unexpected = (
            [name for name in _HEADINGS if name not in header] or [name for name in header if name not in _HEADINGS] or ["their order"]
        )
        named = ", ".join(scrubbed(str(name))[:60] for name in unexpected[:5])
        raise ExportError(f"register.export: {file.name} does not have the 35 columns and {KOBO_ID}; look at: {named}.")
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=2):
        row = dict(zip(header, line, strict=False))
        kobo_id = (row.get(KOBO_ID) or "").strip()
        if not UUID.match(kobo_id):
            raise ExportError(f"register.export: {file.name}, line {number}: koboId {quotable(kobo_id)} is no uuid. Export the file again.")
        try:
            rows.append({"kobo_id": kobo_id.lower(), **from_import_row(row)})
        except ValueError as error:
            raise ExportError(f"register.export: {file.name}, line {number}: {error}. Export the file again.") from None
    schema: dict[str, pl.DataType] = {"kobo_id": pl.String(), "leverandor_bolig_id": pl.String(), "slettet": pl.Boolean()}
    schema[EDITED] = pl.String()
    schema |= {field.name: _TYPES.get(BY_NAME[field.name].kind, pl.String()) for field in COMPARED}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.lit(False).alias("slettet")).sort("kobo_id")


def _refuse_unfit(file: Path) -> None:
    """Refuses pipes, which may never end, and small workbooks that unpack to gigabytes. Raises ExportError and OSError."""
    about = file.stat()
    if not stat.S_ISREG(about.st_mode):
        raise ExportError(f"register.export: {file.name} is no plain file. Give the path of a file exported from Kobo.")
    unpacked = packed = about.st_size
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    suspicious = unpacked > _RATIO_FROM and unpacked > _RATIO * max(packed, 1)
    if packed > _LARGEST or unpacked > 5 * _LARGEST or suspicious:
        size = f"{packed / _MEGABYTE:.1f} MB, unpacked {unpacked // _MEGABYTE} MB"
        raise ExportError(f"register.export: {file.name} is too large ({size}), and is not opened. Export it from Kobo again.")


def _csv(file: Path) -> tuple[list[str], list[list[str]]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExportError(f"register.export: {file.name} is not UTF-8. Save it as UTF-8.") from None
    lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=";") if line]
    if not lines:
        raise ExportError(f"register.export: {file.name} is empty. Export it from Kobo again.")
    return lines[0], lines[1:]


def _excel(file: Path) -> tuple[list[str], list[list[str]]]:
    import openpyxl  # noqa: PLC0415 - only those who have a workbook wait for it

    try:
        sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
        # Each row is as long as is asked for. A cell in the far corner would otherwise make thousands of millions of blank ones.
        rows = sheet.iter_rows(values_only=True, max_col=len(_HEADINGS) + 1)
        lines = [["" if cell is None else str(cell) for cell in row] for row in rows if any(cell is not None for cell in row)]
    except OSError:
        raise
    except Exception as error:
        # openpyxl lets the errors of zipfile and of its XML parser through, beside its own.
        raise ExportError(f"register.export: {file.name} is no Excel workbook that can be read ({type(error).__name__}).") from None
    lines = [line for line in lines if any(line)]
    if not lines:
        raise ExportError(f"register.export: {file.name} is empty. Export it from Kobo again.")
    further = any(line[-1] for line in lines)  # then the headings are refused
    return lines[0] if further else lines[0][:-1], lines[1:]


def as_exported(dwellings: pl.DataFrame) -> pl.DataFrame:
    """The dwellings with only the values that an exported file can hold; the others are blank and not compared.

    The 35 columns hold no bruksareal, only 1 or nothing for a yes or no, rent without decimals and no semicolon.
    """
    columns = [field for field in COMPARED if field.name in dwellings.columns]
    return dwellings.with_columns(
        pl.lit(None, dwellings.schema[field.name]).alias(field.name) if field.name not in IMPORTABLE else _shown(field.name, field.kind)
        for field in columns
    )


def _shown(name: str, kind: Kind) -> pl.Expr:
    if kind is Kind.BOOLEAN:
        return pl.when(pl.col(name)).then(pl.lit(value=True)).alias(name)
    if kind is Kind.NUMBER:
        return pl.col(name).round(0)
    if kind in (Kind.TEXT, Kind.ENUM):
        return pl.col(name).str.replace_all(";", ",").str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.col(name)
