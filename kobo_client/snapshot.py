"""The register as it is tonight, as one table. When part of it could not be read the verdict is failed, and nothing is planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

import polars as pl

from kobo_client.client import UUID, RegisterClient
from kobo_client.contract import ALL_FIELDS, COMPARED, FIELDS, Kind
from kobo_client.errors import AuthenticationFault, ConfigurationFault, NotFound, RegisterDown, RegisterError
from kobo_client.export_file import ExportError, read_export
from kobo_client.payload import DELETED, EDITED, edited_at
from kobo_client.register_config import RegisterConfig
from kobo_client.scrubbing import scrubbed
from language import message, stored

_TYPES: dict[Kind, pl.DataType] = {Kind.INTEGER: pl.Int64(), Kind.NUMBER: pl.Float64(), Kind.BOOLEAN: pl.Boolean(), Kind.DATE: pl.Date()}

SCHEMA: dict[str, pl.DataType] = {
    "kobo_id": pl.String(),
    "leverandor_bolig_id": pl.String(),
    "slettet": pl.Boolean(),
    **{field.name: _TYPES.get(field.kind, pl.String()) for field in COMPARED},
    EDITED: pl.String(),
}
"""One row per entry; deleted ones are not in it."""

BATCH = 5_000
"""Number of answers that are collected before they are converted to a table."""
AT_A_TIME = 20
"""Entries that a thread reads before it is given more: to hand over each by itself costs a tenth of what reading it does."""


@dataclass(frozen=True, slots=True)
class RegisterSnapshot:
    """verdict complete: `rows` (shape SCHEMA, sorted) are all entries that were asked for, `missing` those of our koboIds that are gone.

    message: English, for operators; melding: a stored message, for reports; both None when complete. notes: English; what the
    answers hold that the contract does not know.
    """

    verdict: Literal["complete", "failed"]
    message: str | None
    melding: str | None
    rows: pl.DataFrame
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_register(client: RegisterClient, config: RegisterConfig, kobo_ids: Sequence[str], home: Path) -> RegisterSnapshot:
    """Read the register in the way that `config.see` names. Never raises RegisterError: that becomes the verdict `failed`.

    links: GET each of kobo_ids and each koboId of the exported file, if one is configured. listing: the list endpoint.
    export: the file alone. Paths are relative to home.
    """
    linked = sorted(set(kobo_ids))
    try:
        if config.see == "export":
            if config.export is None:
                raise ConfigurationFault("register.see is export, and register.export names no file.")
            return _complete_snapshot(read_export(home / config.export), linked)
        client.ask_alive()
        answers = _Answers(config.contract)
        if config.see == "listing":
            answers.add(client.listing())
            return _complete_snapshot(answers.rows, linked, tuple(map(client.scrub, answers.unknown.notes)))
        asked = linked
        if config.export is not None:
            asked = sorted({*linked, *read_export(home / config.export).get_column("kobo_id").to_list()})
        _read_each(client, asked, config.threads, answers)
        return _complete_snapshot(answers.rows, linked, tuple(map(client.scrub, answers.unknown.notes)))
    except (RegisterError, ExportError) as error:
        why = f"The register at {client.config.base_url} could not be seen: {str(error).rstrip('.')}. {_what_to_do(error)}"
        return RegisterSnapshot("failed", why, stored(message("register.unseen")), pl.DataFrame(schema=SCHEMA))


def _what_to_do(error: Exception) -> str:
    if isinstance(error, AuthenticationFault | ConfigurationFault | ExportError):
        return "Nothing is written until a person mends it."
    return "Nothing is written tonight; run again when it answers."


class _Answers:
    """Collects answers and converts them to a table in batches: unconverted they take ten times as much memory."""

    def __init__(self, version: str) -> None:
        self.count = 0
        self.unknown = Unknown()
        self._version = version
        self._frames = [pl.DataFrame(schema=SCHEMA)]

    def add(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        """Raises ConfigurationFault, as frame_of does."""
        left = iter(bodies)
        while batch := list(islice(left, BATCH)):
            self.count += len(batch)
            self._frames.append(frame_of(batch, self._version))
            self.unknown.look_at(batch)

    @property
    def rows(self) -> pl.DataFrame:
        return pl.concat(self._frames)


def _read_each(client: RegisterClient, kobo_ids: Sequence[str], threads: int, answers: _Answers) -> None:
    """Read every entry. Calls that failed for a passing reason are made once more at the end: among many calls a few always fail."""
    missed = _pass(client, kobo_ids, threads, answers)
    if missed and not any(isinstance(fault, _STOPS) for fault in missed.values()):
        missed = _pass(client, sorted(missed), threads, answers)
    if missed:
        last = list(missed.values())[-1]
        raise type(last)(
            f"{len(missed)} of {len(kobo_ids)} entries could not be read ({answers.count} were). The last said: {last}", status=last.status
        )


_STOPS = (RegisterDown, AuthenticationFault, ConfigurationFault)


def _pass(client: RegisterClient, kobo_ids: Sequence[str], threads: int, answers: _Answers) -> dict[str, RegisterError]:
    """Adds the entries that could be read to answers; returns koboId -> error of the others. Errors of _STOPS end the pass."""
    faults: dict[str, RegisterError] = {}
    stopped: list[RegisterError] = []

    def read_some(ids: Sequence[str]) -> list[dict[str, Any]]:
        return [body for kobo_id in ids if (body := read(kobo_id)) is not None]

    def read(kobo_id: str) -> dict[str, Any] | None:
        if stopped:
            faults[kobo_id] = stopped[0]
            return None
        try:
            return client.read_body(kobo_id)
        except NotFound:
            return None
        except RegisterError as error:
            faults[kobo_id] = error
            if isinstance(error, _STOPS):
                stopped.append(error)
            return None

    with ThreadPoolExecutor(threads, thread_name_prefix="snapshot") as pool:
        for start in range(0, len(kobo_ids), BATCH):
            batch = kobo_ids[start : start + BATCH]
            parts = (batch[at : at + AT_A_TIME] for at in range(0, len(batch), AT_A_TIME))
            answers.add(chain.from_iterable(pool.map(read_some, parts)))
    return faults


def frame_of(bodies: Iterable[Mapping[str, Any]], version: str = "V1") -> pl.DataFrame:
    """Many answers -> SCHEMA, a column at a time, deleted ones left out. Raises ConfigurationFault for a value of a wrong type."""
    existing = [body for body in bodies if not body.get(DELETED)]
    columns: dict[str, pl.Series] = {}
    nothing: dict[str, Any] = {}
    for field in FIELDS:
        if field.name not in SCHEMA:
            continue
        parent, _, key = field.path_in(version).rpartition(".")
        holders = [(body.get(parent) or nothing) for body in existing] if parent else existing
        try:
            values = [holder.get(key) for holder in holders]
            if field.kind is Kind.NUMBER:
                values = [float(value) if type(value) is int else value for value in values]
            if field.kind is Kind.DATE:
                columns[field.name] = pl.Series(field.name, values, dtype=pl.String(), strict=True).str.to_date("%Y-%m-%d")
                continue
            columns[field.name] = pl.Series(field.name, values, dtype=SCHEMA[field.name], strict=True)
        except (TypeError, AttributeError, OverflowError, pl.exceptions.InvalidOperationError):
            raise ConfigurationFault(
                f"The register answers {field.path_in(version)} with something that is no {field.kind.value}: its contract has changed. "
                "Compare kobo_client/contract.py with Husbanken's page."
            ) from None
    columns[EDITED] = pl.Series(EDITED, [edited_at(body) for body in existing], dtype=pl.String())
    columns["slettet"] = pl.repeat(False, len(existing), dtype=pl.Boolean(), eager=True)
    return pl.DataFrame({name: columns[name] for name in SCHEMA}, schema=SCHEMA)


def by_own_id(rows: pl.DataFrame) -> pl.DataFrame:
    """Sorted by our own id, then by koboId, so that the table does not depend on the order of the answers."""
    return rows.sort("leverandor_bolig_id", "kobo_id", nulls_last=True)


class Unknown:
    """Names and values in answers that are not in the contract table."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._values: dict[str, set[Any]] = {field.path: set() for field in FIELDS if field.values}

    def look_at(self, bodies: Sequence[Mapping[str, Any]]) -> None:
        """Collect what is unknown in these JSON bodies."""
        known = {field.path.split(".")[0] for field in ALL_FIELDS} | {"fdvuBoligId", DELETED}
        self._names |= {name for body in bodies for name in body} - known
        for parent in {field.path.rpartition(".")[0] for field in ALL_FIELDS} - {""}:
            inside = {field.path.removeprefix(f"{parent}.") for field in ALL_FIELDS if field.path.startswith(f"{parent}.")}
            names = {name for body in bodies if isinstance(body.get(parent), dict) for name in body[parent]}
            self._names |= {f"{parent}.{name}" for name in names - inside}
        for field in FIELDS:
            if field.values:
                self._values[field.path] |= {_at(body, field.path) for body in bodies} - {None, *field.values}

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence in English per unknown name or value."""
        notes = [f"The register's answers have a field we do not know: {name}." for name in sorted(self._names)[:20]]
        for path, values in self._values.items():
            notes += [f"The register's {path} has a value we do not know: {value}." for value in sorted(map(str, values))[:20]]
        return tuple(notes)


def _at(body: Mapping[str, Any], path: str) -> Any:
    parent, _, key = path.rpartition(".")
    holder = body.get(parent) if parent else body
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return value if value is None or isinstance(value, str | int | float) else repr(value)


def _complete_snapshot(rows: pl.DataFrame, linked: Sequence[str], notes: tuple[str, ...] = ()) -> RegisterSnapshot:
    malformed = rows.filter(~pl.col("kobo_id").fill_null("").str.contains(UUID.pattern.replace("^", "(?i)^")))
    if malformed.height:
        first = scrubbed(str(malformed.get_column("kobo_id")[0]))[:60]
        raise ConfigurationFault(f"The register answers koboId {first!r}, which is no uuid: it does not keep the contract.")
    twice = rows.filter(pl.col("kobo_id").is_duplicated())
    if twice.height:
        raise ConfigurationFault(f"The register shows {twice.get_column('kobo_id').n_unique()} koboId more than once.")
    present = set(rows.get_column("kobo_id").to_list())
    return RegisterSnapshot("complete", None, None, by_own_id(rows), tuple(kobo_id for kobo_id in linked if kobo_id not in present), notes)
