"""Which columns of the import file are blank tonight: a sentence for the municipality that writes by file."""

from __future__ import annotations

import polars as pl

from kobo_client.import_columns import COLUMNS, PERSONAL, source_of
from language import listed, number, text
from reporting.night_report import NightResult


def silent_columns(dwellings: pl.DataFrame) -> list[str]:
    """Columns that some source could fill and none does. dwellings: DWELLINGS. A boolean that is false everywhere is blank in the file."""
    blank = {name for name in dwellings.columns if dwellings.get_column(name).null_count() == dwellings.height}
    return [column for column in COLUMNS if source_of(column) and blank.issuperset(source_of(column))]


def columns_in_words(result: NightResult) -> str | None:
    """None where changes go over the API, and where there is no dwelling."""
    if not result.municipality.register_.by_file or result.dwellings.is_empty():
        return None
    silent = silent_columns(result.dwellings)
    filled = len(COLUMNS) - len(PERSONAL) - len(silent)
    values = {"filled": number(filled), "of": number(len(COLUMNS)), "never": listed(tuple(PERSONAL))}
    return text("import_columns.some" if silent else "import_columns.all", **values, silent=listed(silent))
