"""Names of the organisations that dwellings are leased from, by organisation number: from Enhetsregisteret's downloaded file, or its API.

Dwellings without a name are held back and the others applied; no failure here ends a night."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from connectors.organisation_service import SOLE_TRADER, fetch_names
from connectors.personal_numbers import mask_text
from connectors.read_faults import FAULTS, SourceFault, say
from connectors.service_config import OrganisationService
from connectors.source_files import refuse_pipe
from kobo_client.import_columns import OWNERS_NAME, REQUIRED_OF_OWNER

KEPT = Path("var/enhetsregisteret.json")
"""Below the home folder: organisation number -> name and the day it was asked for."""
_FORM = "organisasjonsform.kode"
_HEADINGS = 64 * 1024
"""Characters of the first line that are looked at: a file without line ends is not read whole for it."""


class OwnerNamesError(Exception):
    """The file cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class OwnerNames:
    """dwellings: DWELLINGS with `eier_navn` filled where a source says none and the number is known. note: why not all were asked for."""

    dwellings: pl.DataFrame
    note: str | None = None


def with_owner_names(dwellings: pl.DataFrame, register: Path | OrganisationService | None, home: Path, today: date) -> OwnerNames:
    """register: the downloaded file, or the service; None leaves all as it is. Only the numbers that are needed are looked up."""
    asks = [form for form, asked in REQUIRED_OF_OWNER.items() if OWNERS_NAME in asked]
    nameless = pl.col("eier_navn").is_null() & pl.col("eier_organisasjonsnummer").is_not_null() & pl.col("disposisjonsform").is_in(asks)
    numbers = dwellings.filter(nameless).get_column("eier_organisasjonsnummer").unique().sort()
    if register is None or numbers.is_empty():
        return OwnerNames(dwellings)
    try:
        known, note = (
            (names_in_file(home / register, numbers), None)
            if isinstance(register, Path)
            else _names_from_service(register, numbers, home / KEPT, today)
        )
    except OwnerNamesError as error:
        return OwnerNames(dwellings, str(error))
    name = pl.col("eier_organisasjonsnummer").replace_strict(dict(known), default=None, return_dtype=pl.String)
    return OwnerNames(dwellings.with_columns(eier_navn=pl.when(nameless).then(name).otherwise("eier_navn")), note)


def names_in_file(file: Path, numbers: pl.Series) -> dict[str, str]:
    """Organisation number -> name. Read in parts and only as far as the numbers that are asked for. Raises OwnerNamesError."""
    try:
        refuse_pipe(file, file.parent)
        with file.open(encoding="utf-8-sig") as stream:
            separator = ";" if ";" in stream.readline(_HEADINGS) else ","
        rows = pl.scan_csv(file, separator=separator, infer_schema=False)
        if _FORM in rows.collect_schema():
            rows = rows.filter(pl.col(_FORM).ne_missing(SOLE_TRADER))
        rows_of_owners = rows.select("organisasjonsnummer", "navn").filter(pl.col("organisasjonsnummer").is_in(numbers.implode())).collect()
    except (OSError, SourceFault, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise OwnerNamesError(
            f"enhetsregisteret: {file.name} cannot be read ({type(error).__name__}). Give the file that Enhetsregisteret offers for "
            "download: CSV in UTF-8 with the headings organisasjonsnummer and navn. Dwellings without their owner's name are held back."
        ) from None
    return dict(rows_of_owners.iter_rows())


def _names_from_service(service: OrganisationService, numbers: pl.Series, kept: Path, today: date) -> tuple[Mapping[str, str], str | None]:
    """Names stored less than `refresh_days` ago, and the service's answer for the rest; older names are used when it does not answer."""
    before = _stored_names(kept)
    since = (today - timedelta(days=service.refresh_days)).isoformat()
    wanted = [number for number in numbers if before.get(number, {}).get("asked", "") <= since]
    note = None
    if wanted:
        try:
            names = fetch_names(service, wanted)
            before |= {number: {"name": mask_text(name), "asked": today.isoformat()} for number, name in names.items()}
            note = _keep(before, kept)
        except SourceFault as fault:
            sentence = say(FAULTS[fault.code], **fault.values)[0]
            note = f"enhetsregisteret: {sentence} Names that are kept are used; dwellings without their owner's name are held back."
    return {number: before[number]["name"] for number in numbers if number in before}, note


def _stored_names(path: Path) -> dict[str, dict[str, str]]:
    """A damaged file counts as none: the service can be asked again."""
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        return {str(number): {"name": str(stored["name"]), "asked": str(stored["asked"])} for number, stored in content.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _keep(names: Mapping[str, Mapping[str, str]], path: Path) -> str | None:
    """Write the file whole, or not at all; without it the service is asked again next time."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(dict(sorted(names.items())), ensure_ascii=False, indent=1), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        return f"enhetsregisteret: the names cannot be kept in {path} ({error.strerror}); they are asked for again on the next night."
    return None
