"""Reads the answers from an answered workbook. What cannot be read is reported; no content can stop a night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from connectors.sheet_texts import UnreadableSheetError, sheet_texts
from language import COMPLETE, DEFAULT, text, texts, using_language
from reconciliation.decisions.answer_checks import GivenAnswer
from reporting.clarifications_sheet import HEADINGS

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
                return AnsweredSheet(_both_sheets(path), language)
            except UnreadableSheetError as fault:
                faults.append(fault)
    return AnsweredSheet(fault=faults[0])


def _both_sheets(path: Path) -> tuple[GivenAnswer, ...]:
    """All questions, but only the answered warnings: there are many of these, and nothing waits for them. Either sheet may be missing.

    Raises UnreadableSheetError.
    """
    try:
        warnings = _answers(sheet_texts(path, text("clarifications.warnings_sheet")), path.name)
    except UnreadableSheetError:
        return _answers(sheet_texts(path, text("clarifications.sheet")), path.name)
    answered = tuple(warning for warning in warnings if warning.answer)
    try:
        return _answers(sheet_texts(path, text("clarifications.sheet")), path.name) + answered
    except UnreadableSheetError:
        if answered:
            return answered
        raise


def _answers(cells: pl.DataFrame, name: str) -> tuple[GivenAnswer, ...]:
    wanted = {heading: text(f"clarifications.{heading}") for heading in HEADINGS}
    for number, row in enumerate(cells.head(_DEEPEST).iter_rows()):
        written = [_text(value) for value in row]
        places = {heading: written.index(title) for heading, title in wanted.items() if title in written}
        if len(places) > 1:
            missing = sorted(set(wanted) - set(places) - {"dwelling", "question", "side"})
            if missing:
                raise _without_headings(name, [wanted[heading] for heading in missing])
            answers = (_given(below, places, number + 2 + offset) for offset, below in enumerate(cells.slice(number + 1).iter_rows()))
            return tuple(answer for answer in answers if answer is not None)
    raise _without_headings(name, list(wanted.values()))


def _without_headings(name: str, missing: Sequence[str]) -> UnreadableSheetError:
    headings = ", ".join(missing)
    return UnreadableSheetError(
        f"{name}: headings are missing ({headings}). Answer in a fresh workbook.",
        text("clarifications.without_headings", file=name, missing=headings),
    )


def _given(row: Sequence[str | None], places: Mapping[str, int], number: int) -> GivenAnswer | None:
    def cell(name: str) -> str:
        return _text(row[places[name]])

    id_, answer, by, why = (cell(name) for name in ("id", "answer", "by", "why"))
    if not id_ and not answer:
        return None
    # A row whose evidence cell was cleared must not pass for an answer to tonight's question.
    return GivenAnswer(id_ if cell("evidence") else "", answer, by, why, cell("evidence"), number)


def _text(value: str | None) -> str:
    return (value or "").strip()
