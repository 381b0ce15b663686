"""Names of the organisations that dwellings are leased from, by organisation number, from Enhetsregisteret's downloaded file."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from connectors.read_faults import SourceFault
from connectors.source_files import refuse_pipe
from kobo_client.import_columns import OWNERS_NAME, REQUIRED_OF_OWNER

_HEADINGS = 64 * 1024
"""Characters of the first line that are looked at: a file without line ends is not read whole for it."""


class OwnerNamesError(Exception):
    """The file cannot be used; the text says why and what to do."""


def with_owner_names(dwellings: pl.DataFrame, file: Path | None) -> pl.DataFrame:
    """dwellings (DWELLINGS) with `eier_navn` filled where a source says none and the file knows the number. file: None leaves all as it is.

    The file is read in parts and only as far as the numbers that are asked for. Raises OwnerNamesError.
    """
    asks = [form for form, asked in REQUIRED_OF_OWNER.items() if OWNERS_NAME in asked]
    nameless = pl.col("eier_navn").is_null() & pl.col("eier_organisasjonsnummer").is_not_null() & pl.col("disposisjonsform").is_in(asks)
    numbers = dwellings.filter(nameless).get_column("eier_organisasjonsnummer").unique()
    if file is None or numbers.is_empty():
        return dwellings
    known = _names(file, numbers)
    name = pl.col("eier_organisasjonsnummer").replace_strict(known, default=None, return_dtype=pl.String)
    return dwellings.with_columns(eier_navn=pl.when(nameless).then(name).otherwise("eier_navn"))


def _names(file: Path, numbers: pl.Series) -> dict[str, str]:
    try:
        refuse_pipe(file, file.parent)
        with file.open(encoding="utf-8-sig") as stream:
            separator = ";" if ";" in stream.readline(_HEADINGS) else ","
        rows = (
            pl.scan_csv(file, separator=separator, infer_schema=False)
            .select("organisasjonsnummer", "navn")
            .filter(pl.col("organisasjonsnummer").is_in(numbers.implode()))
            .collect()
        )
    except (OSError, SourceFault, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise OwnerNamesError(
            f"enhetsregisteret: {file.name} cannot be read ({type(error).__name__}). Give the file that Enhetsregisteret offers for "
            "download: CSV in UTF-8 with the headings organisasjonsnummer and navn."
        ) from None
    return dict(rows.iter_rows())
