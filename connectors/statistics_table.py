"""A table of official statistics in JSON-stat 2, from a PxWeb service such as Statistics Norway's or from a downloaded file.

Form of the answer: https://json-stat.org/format/. Form of the question: PxWebApi 2 (`tables/<id>/data?valueCodes[Region]=...`).
Nothing but table ids and codes is ever sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import product
from math import prod
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import polars as pl

from connectors.http_get import JsonSession, asked_within
from connectors.read_faults import SourceFault
from connectors.service_config import StatisticsTable
from connectors.source_files import MEGABYTE

FOLDER = Path("var/statistics")
"""Below the home folder: answers of the service, so that it is asked again only when they are too old."""
VALUE = "value"


@dataclass(frozen=True, slots=True)
class Statistics:
    """One table. frame: one row per cell, a text column of codes per dimension and `value` (null where not published).

    updated: the day the publisher last changed it. fetched: the day it was read from the service, or the file was last changed.
    fault: why an older answer is used instead of a new one; None when it is as new as it should be.
    """

    table: str
    label: str
    frame: pl.DataFrame
    updated: date | None
    fetched: date
    place: str
    fault: SourceFault | None = None


def read_statistics(table: StatisticsTable, home: Path, today: date) -> Statistics:
    """The named file, or the newest answer that is kept, or a new one. Raises SourceFault when there is none that can be used."""
    if table.file is not None:
        path = home / table.file
        return decoded(_file(path, table), table.table, _changed(path), str(path))
    folder = home / FOLDER
    stem = f"{table.table}-{hashlib.blake2b(_question(table).encode(), digest_size=4).hexdigest()}"
    kept = _newest_kept(folder, stem, table)
    if kept and today - timedelta(days=table.refresh_days) < kept.fetched <= today:
        return kept
    try:
        content = _answer_of_service(table)
        statistics = decoded(content, table.table, today, _address(table))
    except SourceFault as fault:
        if kept is None:
            raise
        return replace(kept, fault=fault)
    _keep(content, folder / f"{stem}-{today.isoformat()}.json")
    return statistics


def _newest_kept(folder: Path, stem: str, table: StatisticsTable) -> Statistics | None:
    """The newest answer that can still be read; a damaged one counts as none, for the service can be asked again."""
    for path in sorted(folder.glob(f"{stem}-????-??-??.json"), reverse=True):
        try:
            return decoded(_file(path, table), table.table, _day_of(path), str(path))
        except SourceFault:
            continue
    return None


def decoded(content: Any, table: str, fetched: date, place: str) -> Statistics:
    """A JSON-stat 2 dataset as a frame. Raises SourceFault `no_statistics` that names what is missing."""
    try:
        dimensions, sizes = [str(name) for name in content["id"]], [int(size) for size in content["size"]]
        codes = [_codes(content["dimension"][name]["category"]) for name in dimensions]
        values = _values(content["value"], prod(sizes))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise SourceFault("no_statistics", place=place, table=table, detail=type(error).__name__) from error
    if [len(known) for known in codes] != sizes or len(set(dimensions)) != len(sizes) or VALUE in dimensions:
        raise SourceFault("no_statistics", place=place, table=table, detail="dimensions and sizes differ")
    # The last dimension varies fastest: the cells are the product of the codes in that order.
    cells = list(product(*codes))
    columns = {name: [cell[at] for cell in cells] for at, name in enumerate(dimensions)}
    frame = pl.DataFrame({**columns, VALUE: values}, {**dict.fromkeys(dimensions, pl.String()), VALUE: pl.Float64()})
    return Statistics(table, str(content.get("label") or table), frame, _updated(content.get("updated")), fetched, place)


def _codes(category: Mapping[str, Any]) -> list[str]:
    """Codes in order: `index` is a list, or code -> position; a dimension of one code may have a label only."""
    index = category.get("index")
    if index is None:
        return [str(code) for code in category["label"]]
    if isinstance(index, Mapping):
        return [str(code) for code in sorted(index, key=lambda code: int(index[code]))]
    return [str(code) for code in index]


def _values(value: Any, cells: int) -> list[float | None]:
    """All cells: a list, or position -> value where most are empty."""
    if isinstance(value, Mapping):
        numbers: list[Any] = [None] * cells
        for position, figure in value.items():
            numbers[int(position)] = figure
    else:
        numbers = list(value)
    if len(numbers) != cells:
        raise ValueError("another number of cells")
    return [None if figure is None else float(figure) for figure in numbers]


def _updated(text: Any) -> date | None:
    try:
        return datetime.fromisoformat(str(text)).date()
    except ValueError:
        return None


def _question(table: StatisticsTable) -> str:
    """Parameters of the address, alike for alike questions."""
    asked = {f"valueCodes[{name}]": ",".join(codes) for name, codes in sorted(table.values.items())}
    return urlencode({"lang": "no", "outputformat": "json-stat2", **asked})


def _address(table: StatisticsTable) -> str:
    return f"{table.url.rstrip('/')}/tables/{table.table}/data"


def _answer_of_service(table: StatisticsTable) -> Any:
    parts = urlsplit(table.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceFault("bad_address", url=table.url)

    def asked() -> Any:
        with JsonSession(table, {}, (), _address(table)) as session:
            return session.ask(f"{_address(table)}?{_question(table)}").content

    return asked_within(table.maximum_seconds, _address(table), asked)


def _file(path: Path, table: StatisticsTable) -> Any:
    try:
        if path.stat().st_size > table.maximum_megabytes * MEGABYTE:
            raise SourceFault("too_big", path=path, size=path.stat().st_size // MEGABYTE, limit=table.maximum_megabytes)
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise SourceFault("missing_file", path=path) from error
    except OSError as error:
        raise SourceFault("not_openable", path=path, detail=error.strerror or type(error).__name__) from error
    except (ValueError, RecursionError) as error:
        raise SourceFault("no_statistics", place=path, table=table.table, detail="not JSON in UTF-8") from error


def _changed(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()


def _day_of(path: Path) -> date:
    try:
        return date.fromisoformat(path.stem[-10:])
    except ValueError:
        return date.min


def _keep(content: Any, path: Path) -> None:
    """All of it under its name, or nothing. A folder that cannot be written to costs a new question next time, no more."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)


def cells_with_codes(frame: pl.DataFrame, dimension: str, codes: Sequence[str]) -> pl.DataFrame:
    """The cells whose code in that dimension is one of `codes`."""
    return frame.filter(pl.col(dimension).is_in(list(codes)))
