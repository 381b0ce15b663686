"""Reads the answers from an answered workbook. What cannot be read is reported; no content can stop a night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from connectors.sheet_texts import MissingSheetError, UnreadableSheetError, sheet_texts
from language import COMPLETE, DEFAULT, text, texts, using_language
from reconciliation.decisions.answer_checks import GivenAnswer
from reporting.answered_cells import without_headings
from reporting.clarifications_sheet import HEADINGS
from reporting.house_sheet_reading import house_answers

_DEEPEST = 10
"""The headings must be within this many rows."""


@dataclass(frozen=True, slots=True)
class AnsweredSheet:
    """given: in the order of the rows; `answer` is the label as written, in `language`.

    fault: why the file cannot be read, and what to do.
    """

    given: tuple[GivenAnswer, ...] = ()
    language: str = DEFAULT
    fault: UnreadableSheetError | None = None


def read_answers(path: Path) -> AnsweredSheet:
    """Read the sheet of questions, in any language: a workbook may be older than the municipality's choice of language.

    Never raises for what is in the file.
    """
    spoken = texts().language
    faults = []
    for language in (spoken, *(language for language in COMPLETE if language != spoken)):
        with using_language(language):
            try:
                return AnsweredSheet(_all_sheets(path), language)
            except UnreadableSheetError as fault:
                faults.append(fault)
    return AnsweredSheet(fault=faults[0])


def _all_sheets(path: Path) -> tuple[GivenAnswer, ...]:
    """The questions of houses, all others, and the answered warnings: there are many of these, and nothing waits for them. A sheet that has
    nothing to ask is not there.

    Raises UnreadableSheetError where none of them is there, or one cannot be read.
    """
    asked, missing = [], None
    for name, read in (
        ("clarifications.sheet", _answers),
        ("house_sheet.sheet", house_answers),
        ("clarifications.warnings_sheet", _answers),
    ):
        try:
            cells = sheet_texts(path, text(name))
        except MissingSheetError as fault:
            missing = missing or fault
            continue
        asked.append((name, read(cells, path.name, text(name))))
    if not asked and missing is not None:
        raise missing
    return tuple(answer for name, answers in asked for answer in answers if answer.answer or name != "clarifications.warnings_sheet")


def _answers(cells: pl.DataFrame, file: str, sheet: str) -> tuple[GivenAnswer, ...]:
    wanted = {heading: text(f"clarifications.{heading}") for heading in HEADINGS}
    for number, row in enumerate(cells.head(_DEEPEST).iter_rows()):
        written = [_text(value) for value in row]
        places = {heading: written.index(title) for heading, title in wanted.items() if title in written}
        if len(places) > 1:
            missing = sorted(set(wanted) - set(places) - {"dwelling", "question", "side"})
            if missing:
                raise without_headings(file, [wanted[heading] for heading in missing])
            answers = (
                _given(below, places, number + 2 + offset, sheet) for offset, below in enumerate(cells.slice(number + 1).iter_rows())
            )
            return tuple(answer for answer in answers if answer is not None)
    raise without_headings(file, list(wanted.values()))


def _given(row: Sequence[str | None], places: Mapping[str, int], number: int, sheet: str) -> GivenAnswer | None:
    def cell(name: str) -> str:
        return _text(row[places[name]])

    id_, answer, by, why = (cell(name) for name in ("id", "answer", "by", "why"))
    if not id_ and not answer:
        return None
    # A row whose evidence cell was cleared must not pass for an answer to tonight's question.
    return GivenAnswer(id_ if cell("evidence") else "", answer, by, why, cell("evidence"), number, sheet, xl_col_to_name(places["answer"]))


def _text(value: str | None) -> str:
    return (value or "").strip()
