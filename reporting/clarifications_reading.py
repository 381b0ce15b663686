"""An answered workbook as the answers that are in it. What cannot be read is told; nothing in it can stop a night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from connectors.sheet_texts import UnreadableSheetError, sheet_texts
from language import COMPLETE, DEFAULT, speaking, text, texts
from reconciliation.decisions.answers import GivenAnswer
from reporting.clarifications_sheet import HEADINGS

_DEEPEST = 10
"""Rows within which the headings must stand."""


@dataclass(frozen=True, slots=True)
class AnsweredSheet:
    """given: in the order of the rows; `answer` holds the label as written, in `language`.

    fault: why the file cannot be read, and what to do.
    """

    given: tuple[GivenAnswer, ...] = ()
    language: str = DEFAULT
    fault: UnreadableSheetError | None = None


def read_answers(path: Path) -> AnsweredSheet:
    """Read the sheet of questions, in the language that is spoken or in another: a workbook may be older than the choice of language.

    Never raises for what is in the file.
    """
    spoken = texts().language
    faults = []
    for language in (spoken, *(one for one in COMPLETE if one != spoken)):
        with speaking(language):
            try:
                return AnsweredSheet(_both_sheets(path), language)
            except UnreadableSheetError as fault:
                faults.append(fault)
    return AnsweredSheet(fault=faults[0])


def _both_sheets(path: Path) -> tuple[GivenAnswer, ...]:
    """The questions, and of the warnings those that are answered: there are many, and nothing waits for them. Either sheet may be alone.

    Raises UnreadableSheetError.
    """
    try:
        warnings = _answers(sheet_texts(path, text("clarifications.warnings_sheet")), path.name)
    except UnreadableSheetError:
        return _answers(sheet_texts(path, text("clarifications.sheet")), path.name)
    answered = tuple(one for one in warnings if one.answer)
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
            found = (_given(below, places, number + 2 + offset) for offset, below in enumerate(cells.slice(number + 1).iter_rows()))
            return tuple(one for one in found if one is not None)
    raise _without_headings(name, list(wanted.values()))


def _without_headings(name: str, missing: Sequence[str]) -> UnreadableSheetError:
    told = ", ".join(missing)
    return UnreadableSheetError(
        f"{name}: headings are missing ({told}). Answer in a fresh workbook.",
        text("clarifications.without_headings", file=name, missing=told),
    )


def _given(row: Sequence[str | None], places: Mapping[str, int], number: int) -> GivenAnswer | None:
    def cell(name: str) -> str:
        return _text(row[places[name]])

    id_, answer, by, why = (cell(name) for name in ("id", "answer", "by", "why"))
    if not id_ and not answer:
        return None
    # A row whose evidence was wiped out is never taken for one that was asked tonight.
    return GivenAnswer(id_ if cell("evidence") else "", answer, by, why, cell("evidence"), number)


def _text(value: str | None) -> str:
    return (value or "").strip()
