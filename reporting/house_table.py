"""A house whose flats are asked about, as one table: a line for each flat, each list's row of it beside the others'.

What stands together on a line (likely_flats.py) is a proposal: nothing follows from it until somebody writes an answer.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from language import word_for
from reconciliation.decisions.question import MERGE, UNIT, Question, SourceRow
from reconciliation.model.municipality import Municipality
from reporting.asked_in_words import answered_before
from reporting.dwelling_sources import FIELDS
from reporting.house_notes import entries_in_house, official_in_house, used_in_house, why_in_house
from reporting.likely_flats import MEASURES, MeasuredHome, likely_flats
from reporting.offered_answers import shown_value
from reporting.value_words import value_in_words, words_of

COLUMNS = (
    "leilighetsnummer",
    "ekstra_referanse",
    "bruksenhetsnummer",
    "seksjonsnummer",
    "etasjenummer",
    "bruksareal",
    "antall_soverom",
    "manedsleie",
)
"""Fields with a column of their own in each list's part of the table; what else differs is told in one cell."""
ADDRESS = ("adressenavn", "nummer", "bokstav")
Words = Mapping[str, Mapping[str, str]]
"""Field -> code -> words (value_words.words_of)."""
MOST_LISTS = 4
"""So many lists keep their letter and columns in all tables; where there are more, each table has its own, for the width of a screen."""
FEWEST = 2
"""Questions of a house that make a table; a lone one is asked by itself."""


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One list's row of a dwelling. shown: its values as people read them, of the fields that it has. question: with the dwelling's first
    row, where this workbook asks about it. name: letter of the list and number of the line, as answers name it."""

    dwelling: str
    source: str
    key: str
    values: Mapping[str, Any]
    shown: Mapping[str, str]
    question: Question | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class FlatLine:
    """What may be one flat. rows: source -> its row."""

    number: int
    rows: Mapping[str, ListedRow]


@dataclass(frozen=True, slots=True)
class HouseTable:
    """lists: the sources, in the order of their letters. shared: (field, value) that all rows have that have one. others: fields that
    differ and have no column. units: of the official register; used: (unit number, where it is known from). entries: those in Kobo
    that somebody is asked about, in words. why: each reason for asking
    once."""

    building: str
    address: str
    lists: tuple[str, ...]
    lines: tuple[FlatLine, ...]
    shared: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    units: tuple[str, ...]
    used: tuple[tuple[str, str], ...]
    entries: tuple[str, ...]
    why: tuple[str, ...]


def in_houses(questions: Sequence[Question]) -> tuple[list[list[Question]], list[Question]]:
    """The questions that are asked in a house's table, house by house, and those that are asked one by one."""
    houses: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if question.about in (MERGE, UNIT) and question.building and question.rows:
            houses[question.building].append(question)
    kept = {building: asked for building, asked in houses.items() if len(asked) >= FEWEST}
    ids = {question.id for asked in kept.values() for question in asked}
    return list(kept.values()), [question for question in questions if question.id not in ids]


def house_tables(houses: Sequence[Sequence[Question]], municipality: Municipality) -> list[HouseTable]:
    """houses: the questions of each, as `in_houses` gives them."""
    words = words_of(municipality)
    rows_by_house = [_rows_of(asked, words) for asked in houses]
    homes = [
        MeasuredHome(number, dwelling, frozenset(row.source for row in listed), [_first(listed, name) for name in MEASURES])
        for number, rows in enumerate(rows_by_house)
        for dwelling, listed in rows.items()
    ]
    together = likely_flats(homes)
    every = _in_order((row.source for rows in rows_by_house for listed in rows.values() for row in listed), municipality)
    tables = []
    for number, (asked, rows) in enumerate(zip(houses, rows_by_house, strict=True)):
        lines: dict[str, list[ListedRow]] = defaultdict(list)
        for dwelling, listed in rows.items():
            lines[together[number, dwelling][1]] += listed
        lists = every if len(every) <= MOST_LISTS else _in_order((row.source for line in lines.values() for row in line), municipality)
        tables.append(_table(asked, list(lines.values()), lists, municipality))
    return tables


def _rows_of(asked: Sequence[Question], words: Words) -> dict[str, list[ListedRow]]:
    """Dwelling -> its rows: those that are asked about, then what they are compared with."""
    rows: dict[str, list[ListedRow]] = {}
    for question in asked:
        listed = [_listed(question.dwelling, row, words) for row in question.rows]
        rows[question.dwelling] = [replace(listed[0], question=question), *listed[1:]]
    for question in asked:
        for candidate in question.candidates:
            rows.setdefault(candidate.name, [_listed(candidate.name, row, words) for row in candidate.rows])
    return {dwelling: listed for dwelling, listed in rows.items() if listed}


def _listed(dwelling: str, row: SourceRow, words: Words) -> ListedRow:
    known = ((name, value_in_words(name, row.values.get(name), words)) for name in FIELDS)
    return ListedRow(
        dwelling, row.source, row.key, row.values, {name: shown_value(value) for name, value in known if value not in (None, "")}
    )


def _in_order(sources: Iterable[str], municipality: Municipality) -> list[str]:
    """Each once, in the order of the municipality's file."""
    order = list(municipality.sources)
    return sorted(set(sources), key=lambda source: (order.index(source) if source in order else len(order), source))


def _table(asked: Sequence[Question], lines: Sequence[Sequence[ListedRow]], lists: Sequence[str], municipality: Municipality) -> HouseTable:
    numbered = []
    for number, line in enumerate(_as_one_walks(lines, lists), start=1):
        named = [replace(row, name=f"{letter_of(lists, row.source)}{number}") for row in line]
        numbered.append(FlatLine(number, {row.source: row for row in named}))
    beside = _values(row for line in numbered for row in line.rows.values())
    first = asked[0]
    house = f"{first.ours.get('nummer') or ''}{first.ours.get('bokstav') or ''}"
    return HouseTable(
        str(first.building),
        f"{first.ours.get('adressenavn')} {house}",
        tuple(lists),
        tuple(numbered),
        tuple((name, values[0]) for name, values in beside.items() if len(values) == 1),
        tuple(name for name, values in beside.items() if len(values) > 1),
        official_in_house(asked),
        used_in_house(asked, municipality),
        entries_in_house(asked, municipality),
        (*why_in_house(asked, municipality), *_answered_before(numbered, municipality)),
    )


def letter_of(lists: Sequence[str], source: str) -> str:
    """A, B ... of a list in a house's table."""
    return chr(ord("A") + list(lists).index(source))


def _first(rows: Iterable[ListedRow], name: str) -> float | None:
    value = next((row.values[name] for row in rows if isinstance(row.values.get(name), int | float)), None)
    return None if value is None else float(value)


def _as_one_walks(lines: Sequence[Sequence[ListedRow]], lists: Sequence[str]) -> list[Sequence[ListedRow]]:
    """By floor, then by the number in the list. A line without a floor comes after the first one of its area, or last."""
    ordered = [sorted(line, key=lambda row: lists.index(row.source)) for line in lines]
    floors: dict[int, float] = {}
    for line in ordered:
        floor, area = _floor(line), _first(line, "bruksareal")
        if floor is not None and area is not None:
            floors[round(area)] = min(floor, floors.get(round(area), floor))

    def place(line: Sequence[ListedRow]) -> tuple[Any, ...]:
        floor, area = _floor(line), _first(line, "bruksareal")
        near = floor if floor is not None else floors.get(round(area or 0), math.inf)
        label = next((str(row.values["leilighetsnummer"]) for row in line if row.values.get("leilighetsnummer")), "")
        unit = next((str(row.values["bruksenhetsnummer"]) for row in line if row.values.get("bruksenhetsnummer")), "")
        return (
            near,
            floor is None,
            lists.index(line[0].source) if floor is None else 0,
            unit,
            _natural(label),
            area or 0.0,
            line[0].dwelling,
        )

    return sorted(ordered, key=place)


def _floor(line: Sequence[ListedRow]) -> float | None:
    """As a row says, else as its unit number does."""
    floor = _first(line, "etasjenummer")
    units = (re.fullmatch(r"H(\d\d)\d\d", str(row.values.get("bruksenhetsnummer") or "")) for row in line)
    return floor if floor is not None else next((float(unit.group(1)) for unit in units if unit), None)


def _natural(label: str) -> tuple[tuple[int, int, str], ...]:
    """2 before 10."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in re.findall(r"\d+|\D+", label))


def _values(rows: Iterable[ListedRow]) -> dict[str, list[str]]:
    """Field without a column of its own -> its values in these rows, each once."""
    names = [name for name in FIELDS if name not in (*COLUMNS, *ADDRESS, "kommunenummer")]
    listed = list(rows)
    each = {name: {row.shown[name].casefold(): row.shown[name] for row in listed if name in row.shown} for name in names}
    return {name: list(values.values()) for name, values in each.items()}


def other_values(row: ListedRow, table: HouseTable) -> str:
    """What differs and has no column: another address than the house's, and the fields."""
    house = f"{row.values.get('nummer') or ''}{row.values.get('bokstav') or ''}"
    address = f"{row.values.get('adressenavn')} {house}"
    parts = [address] if address.casefold() != table.address.casefold() else []
    return "; ".join([*parts, *(f"{word_for('fields', name)} {row.shown[name]}" for name in table.others if name in row.shown)])


def _answered_before(lines: Sequence[FlatLine], municipality: Municipality) -> list[str]:
    """Rows of which an earlier answer no longer holds."""
    asked = ((row.name, row.question) for line in lines for row in line.rows.values() if row.question and row.question.before)
    return [f"{name}: {answered_before(question, municipality)}" for name, question in asked]
