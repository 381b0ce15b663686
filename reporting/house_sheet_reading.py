"""Reads the sheet of houses. Each line is read by what it holds, wherever it stands: sorted and filtered lines are the same lines."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from language import COMPLETE, text, using_language
from reconciliation.decisions.answer_checks import GivenAnswer
from reconciliation.identifiers import parse_unit
from reporting.answered_cells import plainly, without_headings
from reporting.house_layout import ANSWER, BY, DWELLING, EVIDENCE, HOUSE, KEPT, LINE, QUESTION, ROWS, UNIT_CELL, WHY


@dataclass(frozen=True, slots=True)
class _Sheet:
    """lists: numbers of the lists, from 1. places: name of a column -> its place."""

    name: str
    places: Mapping[str, int]
    lists: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line as it is written. number: 1-based row in the sheet."""

    number: int
    cells: Sequence[str]
    sheet: _Sheet

    def cell(self, name: str, of_list: int | None = None) -> str:
        return self.cells[self.sheet.places[f"{name}{of_list or ''}"]]


def house_answers(cells: pl.DataFrame, file: str, sheet: str) -> tuple[GivenAnswer, ...]:
    """An answer for each question of the sheet, blank where nothing is written. Raises UnreadableSheetError where its columns are gone."""
    rows = [[(value or "").strip() for value in row] for row in cells.iter_rows()]
    read = _sheet(rows, file, sheet)
    lines = [_Line(number, row, read) for number, row in enumerate(rows, start=1)]
    houses: dict[str, list[_Line]] = defaultdict(list)
    for line in lines:
        if line.cell(HOUSE) not in ("", HOUSE):
            houses[line.cell(HOUSE)].append(line)
    names = {line.cell(BY) for house in houses.values() for line in house} - {""}
    return tuple(answer for house in houses.values() for answer in _of_house(house, names))


def _sheet(rows: Sequence[Sequence[str]], file: str, name: str) -> _Sheet:
    """A sorted sheet may have its hidden headings anywhere."""
    wanted = {HOUSE, LINE, UNIT_CELL, BY, WHY}
    for row in rows:
        if HOUSE in row and LINE in row:
            places = {written: place for place, written in reversed(list(enumerate(row))) if written}
            lists = [number for number in range(1, len(row)) if f"{QUESTION}{number}" in places or f"{ANSWER}{number}" in places]
            wanted |= {f"{kept}{number}" for number in lists for kept in (*KEPT, ANSWER)}
            if wanted <= places.keys() and lists:
                return _Sheet(name, places, lists)
            break
    raise without_headings(file, [text("house_sheet.hidden", sheet=name)])


def _of_house(lines: Sequence[_Line], names: set[str]) -> Iterator[GivenAnswer]:
    """names: all that are written in the sheet. A blank one is the only one of the house, or else the only one of the sheet."""
    answers = _named_answers(lines)
    here = {line.cell(BY) for line in lines} - {""}
    alone = next(iter(here or names)) if len(here or names) == 1 else ""
    for line in lines:
        by = line.cell(BY) or alone
        unused = bool(line.cell(UNIT_CELL))
        for number in line.sheet.lists:
            asked, written = line.cell(QUESTION, number), line.cell(ANSWER, number)
            if not asked and not written:
                continue
            takes = bool(line.cell(ROWS, number))
            of_line = line.cell(UNIT_CELL) if takes and not written else ""
            unused = unused and not takes
            column = xl_col_to_name(line.sheet.places[UNIT_CELL if of_line else f"{ANSWER}{number}"])
            code, evidence = _code(written or of_line, answers, line, number)
            # A line whose hidden cells were cleared must not pass for an answer to tonight's question.
            known = asked if evidence else ""
            yield GivenAnswer(known, code, by, line.cell(WHY), evidence, line.number, line.sheet.name, column)
        if unused:  # a number where none is asked for
            column = xl_col_to_name(line.sheet.places[UNIT_CELL])
            yield GivenAnswer("", line.cell(UNIT_CELL), by, "", "", line.number, line.sheet.name, column)


def _code(written: str, answers: Mapping[str, str], line: _Line, number: int) -> tuple[str, str]:
    """The answer's code, or the text as written, and its evidence."""
    unit = parse_unit(written) if line.cell(ROWS, number) else None
    if unit:
        return f"value:{json.dumps(unit)}", line.cell(ROWS, number)
    return answers.get(plainly(written), written), line.cell(EVIDENCE, number)


def _named_answers(lines: Sequence[_Line]) -> dict[str, str]:
    """Answers that name another row of the house, in any language -> their codes."""
    answers = {}
    for line in lines:
        for number in line.sheet.lists:
            dwelling = line.cell(DWELLING, number)
            if dwelling:
                name = f"{chr(ord('A') + number - 1)}{line.cell(LINE).partition('.')[0]}"
                for language in COMPLETE:
                    with using_language(language):
                        for same in ("same_as", "copy_of"):
                            answers[plainly(text(f"house_sheet.{same}", name=name))] = f"same:{dwelling}"
                        answers[plainly(text("house_sheet.not_same_as", name=name))] = f"different:{dwelling}"
    return answers
