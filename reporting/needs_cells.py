"""Cells that people filled in by hand: what each says, or what is wrong with it and what to do, in bokmål."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from connectors.headings import nearest, visible_text
from connectors.read_result import ERROR_VALUES
from language import text

MOST = 100_000
"""Dwellings that one cell can ask for."""
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_NORWEGIAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00:00)?")
_SERIAL = re.compile(r"\d{5}(?:\.0+)?")
_MOST_MILLIONS = 10_000
"""Ten billion kroner: more is kroner written where millions are asked for."""
_YEAR = re.compile(r"^20\d{2}$")
_EXCEL_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that could not be used. row: as Excel or an editor numbers it; None for a whole file. what: bokmål, with what to do."""

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    what: str


class BadCell(Exception):
    """The cell cannot be used; the text says why and what to do, in bokmål."""


def files_at(path: Path, endings: tuple[str, ...], shown: str) -> tuple[list[Path], list[Fault]]:
    """The files at `path` in a fixed order, and a fault when there is none. Lock files and hidden files do not count."""
    try:
        if not path.is_dir():
            return ([path], []) if path.exists() else ([], [Fault(shown, None, None, None, text("plans.no_file", path=shown))])
        files = [file for file in sorted(path.iterdir()) if file.is_file() and not file.name.startswith(("~$", "."))]
    except OSError:
        return [], [Fault(shown, None, None, None, text("plans.not_permitted", path=shown))]
    fitting = [file for file in files if file.suffix.casefold() in endings]
    kinds = text("plans.wrong_kind", endings=" eller ".join(endings))
    faults = [Fault(file.name, None, None, None, kinds) for file in files if file not in fitting]
    return fitting, faults if files else [Fault(shown, None, None, None, text("plans.no_file", path=shown))]


def read_cells(
    reading: Mapping[str, Callable[[str | None], Any]],
    written: Mapping[str, str | None],
    place: tuple[str, str | None, int],
    shown: Callable[[str], str],
) -> tuple[dict[str, Any], list[Fault]]:
    """The values of one row's cells, and a fault for each that cannot be used.

    reading: heading -> function that raises BadCell. place: file, sheet and row. shown: heading -> as it is written in the file.
    """
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for heading, read in reading.items():
        try:
            values[heading] = read(written[heading])
        except BadCell as bad:
            faults.append(Fault(*place, shown(heading), str(bad)))
    return values, faults


def text_of(value: object) -> str | None:
    """Without outer and double blanks; None when nothing is left."""
    return (visible_text(str(value)) or None) if value is not None else None


def named(names: Mapping[str, Iterable[str]], written: str | None, heading: str) -> str:
    """The key that has the written text among its names, ignoring case. Raises BadCell."""
    if written is None:
        raise BadCell(text("plans.blank", heading=heading))
    known = {name.casefold(): key for key, spelt in names.items() for name in spelt}
    if written.casefold() in known:
        return known[written.casefold()]
    closest = nearest(written, [name for spelt in names.values() for name in spelt])
    raise BadCell(
        text("plans.unknown_near", written=written, near=closest) if closest else text("plans.unknown", written=written, heading=heading)
    )


def whole_number(written: str | None, least: int = 0) -> int | None:
    """How many. Blank is no answer. Raises BadCell."""
    if written is None:
        return None
    if written in ERROR_VALUES:
        raise BadCell(text("plans.formula", written=written))
    digits = written.replace(" ", "").replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(digits):
        raise BadCell(text("plans.not_a_number", written=written))
    value = float(digits.replace(",", "."))
    if value < 0:
        raise BadCell(text("plans.negative", written=written))
    if value != int(value):
        raise BadCell(text("plans.not_whole", written=written))
    if not least <= value <= MOST:
        raise BadCell(text("plans.out_of_range", written=written, least=least, most=MOST))
    return int(value)


def million_kroner(written: str | None) -> float | None:
    """Cost in million kroner: `4,5`, `12`. Blank is no answer. Raises BadCell."""
    if written is None:
        return None
    if written in ERROR_VALUES:
        raise BadCell(text("plans.formula", written=written))
    digits = written.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", ".")
    try:
        value = float(digits)
    except ValueError as error:
        raise BadCell(text("plans.not_a_cost", written=written)) from error
    if not 0 < value <= _MOST_MILLIONS:
        raise BadCell(text("plans.cost_out_of_range", written=written, most=_MOST_MILLIONS))
    return value


def budget_year(written: str | None) -> int | None:
    """Four digits. Blank is no answer. Raises BadCell."""
    if written is None:
        return None
    plain = written.removesuffix(".0")
    if not _YEAR.fullmatch(plain):
        raise BadCell(text("plans.not_a_year", written=written))
    return int(plain)


def day_of(written: str | None, heading: str) -> date:
    """dd.mm.yyyy, ISO or Excel's serial number. Raises BadCell; a plan without a date cannot be followed."""
    if written is None:
        raise BadCell(text("plans.no_date", heading=heading))
    if written in ERROR_VALUES:
        raise BadCell(text("plans.formula", written=written))
    try:
        if match := _NORWEGIAN_DATE.fullmatch(written):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := _ISO_DATE.fullmatch(written):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if _SERIAL.fullmatch(written):
            return _EXCEL_EPOCH + timedelta(days=int(float(written)))
    except ValueError:
        pass
    raise BadCell(text("plans.not_a_date", written=written))
