"""The receipt for an answered workbook: what became of each row, in the order they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from language import day, listed, text, word_for
from reconciliation.decisions.answer_checks import AnswerOutcome, CheckedAnswer, GivenAnswer
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.municipality import Municipality
from reporting.clarifications import shown_questions
from reporting.offered_answers import labels
from reporting.sheet_writer import Book, Cell, Column

LONGEST = 80
"""Characters of a sent file's name that are in another's: a file system takes 255 bytes in all."""
STORED, REFUSED = "#DDEFE3", "#F8D7C4"
WIDTHS = {"sheet_name": 14, "row": 7, "column": 9, "dwelling": 34, "question": 52, "answer": 26, "by": 18, "outcome": 60, "id": 16}
_QUIET = (AnswerOutcome.BLANK, AnswerOutcome.ALREADY)


def write_receipt(
    folder: Path,
    name: str,
    at: datetime,
    taken: Sequence[CheckedAnswer],
    municipality: Municipality,
    sources: Mapping[str, Sequence[str]],
    *,
    tonight: bool = False,
) -> Path:
    """Write kvittering-<name>-<time>.xlsx to `folder`. sources: leverandor_bolig_id -> its sources. tonight: the night that goes on now
    uses the answers. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"kvittering-{Path(name).stem[:LONGEST]}-{at:%Y%m%d-%H%M%S%f}.xlsx"
    stored = sum(answer.outcome is AnswerOutcome.STORED for answer in taken)
    rest = sum(answer.outcome not in (AnswerOutcome.STORED, *_QUIET) for answer in taken)
    title = text("clarifications.receipt_title", file=name[:LONGEST], date=day(at.date()), stored=stored, rest=rest)
    columns = [Column(text(f"clarifications.{name}"), width, name in ("question", "outcome", "dwelling")) for name, width in WIDTHS.items()]
    unfinished = path.with_suffix(".unfinished")
    with Book(unfinished, title) as book:
        book.sheet(
            text("clarifications.receipt"),
            title,
            columns,
            ((_cells(answer, municipality, sources, tonight), _colour(answer)) for answer in taken),
        )
    unfinished.rename(path)
    return path


def outcome_in_words(taken: CheckedAnswer, municipality: Municipality, *, tonight: bool = False) -> str:
    """What became of one answer. tonight: the night that goes on now uses it."""
    offered = labels(taken.question, municipality) if taken.question else {}
    codes = {code: label for label, code in offered.items()}
    answer = codes.get(taken.earlier, taken.earlier) if taken.earlier else taken.given.answer
    if taken.outcome is AnswerOutcome.CONTRADICTED:
        answer = word_for("clarification_answers", taken.earlier)
    no_unit = taken.outcome is AnswerOutcome.ILLEGAL and taken.question is not None and taken.question.takes_unit
    words = word_for("clarification_outcomes", "illegal_unit" if no_unit else taken.outcome.value)
    when = text("clarifications.used_tonight" if tonight else "clarifications.used_next_night")
    rivals = listed([_rival(dwelling, given) for dwelling, given in taken.rivals])
    says = {
        "says": taken.file_fault,
        "by": taken.by,
        "date": taken.date,
        "answers": ", ".join(offered),
        "rivals": rivals,
        "about": taken.about,
    }
    return words.format(when=when, answer=_written(answer), **says)


def _rival(dwelling: str, given: GivenAnswer | None) -> str:
    """Another home with the same unit number: where it is given to it, or that it has it already."""
    if given is None or given.row is None:
        return text("clarifications.has_number", dwelling=dwelling)
    return text("clarifications.at_cell", dwelling=dwelling, sheet=given.sheet, row=given.row, column=given.column)


def _written(answer: str) -> str:
    """A unit number without the code around it."""
    code, _, value = answer.partition(":")
    return value.strip('"') if code == DecisionKind.VALUE else answer


def _cells(answer: CheckedAnswer, municipality: Municipality, sources: Mapping[str, Sequence[str]], tonight: bool) -> list[Cell]:
    shown = shown_questions(answer.question, municipality, sources) if answer.question else None
    codes = {code: label for label, code in shown.answers.items()} if shown else {}
    return [
        answer.given.sheet or None,
        answer.given.row,
        answer.given.column or None,
        f"{shown.address}\n{shown.dwelling}" if shown else None,
        shown.question if shown else None,
        codes.get(answer.given.answer, _written(answer.given.answer) if answer.outcome is not AnswerOutcome.PERSONAL else None),
        None if answer.outcome is AnswerOutcome.PERSONAL else answer.given.by,
        outcome_in_words(answer, municipality, tonight=tonight),
        answer.given.question_id or None,
    ]


def _colour(answer: CheckedAnswer) -> str | None:
    if answer.outcome in _QUIET:
        return None
    return STORED if answer.outcome is AnswerOutcome.STORED else REFUSED
