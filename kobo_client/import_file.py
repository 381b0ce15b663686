"""The 35-column import file, for a municipality without API access: CSV in UTF-8 and the same as a workbook."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from kobo_client.import_columns import COLUMNS, from_import_row, to_import_row

NAME = "kobo-import"


def write_import_file(rows: pl.DataFrame | Iterable[Mapping[str, Any]], folder: Path) -> tuple[Path, Path]:
    """Write kobo-import.csv (semicolons) and kobo-import.xlsx, both whole or not at all. rows: canonical values.

    Returns both paths. Raises OSError. Nothing about persons is in them: those columns stay blank.
    """
    import xlsxwriter  # noqa: PLC0415 - for those who write a file only

    values = rows.iter_rows(named=True) if isinstance(rows, pl.DataFrame) else iter(rows)
    lines = [to_import_row(row) for row in values]
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(
        mode=folder.parent.stat().st_mode & 0o777, exist_ok=True
    )  # with the permissions of the folder above, which decide who may fetch the files
    text, workbook = folder / f"{NAME}.csv", folder / f"{NAME}.xlsx"
    unfinished = text.with_suffix(".csv.part"), workbook.with_suffix(".xlsx.part")
    with unfinished[0].open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(lines)
    with xlsxwriter.Workbook(unfinished[1], {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Boliger")
        sheet.freeze_panes(1, 0)
        for number, line in enumerate([dict(zip(COLUMNS, COLUMNS, strict=True)), *lines]):
            for column, name in enumerate(COLUMNS):
                # As text, every cell: 0301 is no number.
                sheet.write_string(number, column, line[name])
    os.replace(unfinished[0], text)
    os.replace(unfinished[1], workbook)
    return text, workbook


def read(path: Path) -> list[dict[str, Any]]:
    """kobo-import.csv -> canonical values per row, blanks left out. Raises ValueError that says which line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter=";")
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name} does not have the 35 columns in their order.")
        rows = []
        for row in reader:
            try:
                rows.append(from_import_row(row))
            except ValueError as error:
                raise ValueError(f"{path.name}, line {reader.line_num}: {error}.") from None
        return rows
