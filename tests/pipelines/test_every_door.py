"""Every file that enters beside the sources: a bomb, a pipe, a folder, noise. Each is a sentence about that file, and costs little memory.

Sources, needs, plans and corrections come through the connectors (tests/connectors).
"""

from __future__ import annotations

import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from connectors.read_faults import FAULTS, SourceFault, say
from connectors.sheet_texts import UnreadableSheetError, sheet_texts
from kobo_client.export_file import ExportError, read_export
from pipelines.commands.resolve_list import read_list
from reconciliation.addresses.kartverket_file import AddressFileError, read_official
from reconciliation.apply.owner_names import OwnerNamesError, names_in_file

MEGABYTE = 1024 * 1024
Door = tuple[Callable[[Path], object], type[Exception], str]
DOORS: dict[str, Door] = {
    "register.export as a workbook": (read_export, ExportError, ".xlsx"),
    "register.export as text": (read_export, ExportError, ".csv"),
    "a list to map or resolve": (lambda file: read_list(file, ["Adresse"]), SourceFault, ".xlsx"),
    "an answered workbook": (lambda file: sheet_texts(file, "Avklaringer"), UnreadableSheetError, ".xlsx"),
    "official addresses": (lambda file: read_official([file]), AddressFileError, ".csv"),
    "Enhetsregisteret": (lambda file: names_in_file(file, pl.Series(["938000111"])), OwnerNamesError, ".csv"),
}


def workbook(file: Path) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet("Avklaringer").write_string(0, 0, "Adresse")


def bomb(file: Path) -> None:
    workbook(file)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bilde.bin", bytes(60 * MEGABYTE))


def half(file: Path) -> None:
    workbook(file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def two_cells_far_apart(file: Path) -> None:
    """The rectangle around them is 1,600 million cells."""
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Avklaringer")
        sheet.write_string(0, 0, "Adresse")
        sheet.write_string(99_999, 16_383, "x")


BAD: dict[str, Callable[[Path], object]] = {
    "a bomb": bomb,
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "noise": lambda file: file.write_bytes(bytes(range(256)) * 40),
    "half a workbook": half,
    "two cells far apart": two_cells_far_apart,
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("door", DOORS)
def test_nothing_gets_in_that_can_hang_or_fill_the_memory(door: str, what: str, tmp_path: Path) -> None:
    enter, fault, ending = DOORS[door]
    file = tmp_path / f"fila{ending}"
    BAD[what](file)
    tracemalloc.start()
    try:
        with pytest.raises(fault) as refused:
            enter(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    error = refused.value
    words = str(say(FAULTS[error.code], **error.values)[0]) if isinstance(error, SourceFault) else str(error)
    assert file.name in words
    assert peak < 40 * MEGABYTE
