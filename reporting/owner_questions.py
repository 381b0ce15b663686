"""The sheets of an owner's workbook with what the owner is asked, and with what has been decided about their dwellings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from language import text, word_for
from reconciliation.decisions.question import ABSENT, FIELD, MATCH, MERGE, REMOVAL, Question
from reporting.clarifications import copies_in_source, settled_in_source, shown_questions
from reporting.clarifications_sheet import add_clarifications
from reporting.house_sheet import add_houses
from reporting.house_table import house_tables, in_houses
from reporting.night_report import NightResult
from reporting.privacy import with_shown_address
from reporting.sheet_writer import Book, Column

EXPLAINED = (
    *((MATCH, verdict) for verdict in ("same", "different", "new", "unsure")),
    *((MERGE, verdict) for verdict in ("same", "different", "new", "unsure")),
    *((FIELD, verdict) for verdict in ("keep", "replace", "take")),
    *((ABSENT, verdict) for verdict in ("keep", "replace")),
    *((REMOVAL, verdict) for verdict in ("remove", "keep")),
)
"""Answers that the sheet of questions offers, as (what it is about, code): each is explained with what it does in Kobo."""

_OWN_WORDS = {ABSENT: "clarification_absent_answers", REMOVAL: "clarification_removal_answers"}
MOST_WARNINGS = 500
"""Warnings that can be answered in one workbook; more would not be worked through, and all are in the sheet of deviations."""


def add_questions(book: Book, owner: str, title: str, result: NightResult) -> None:
    """What this owner is asked, and what has been decided about their dwellings. Sheets that would be empty are left out."""
    theirs = result.dwellings.filter(pl.col("owner") == owner)
    theirs_asked = [question for question in result.questions if question.owner == owner]
    mine = [question for question in theirs_asked if question.decided is None]
    mine += [question for question in theirs_asked if question.unsure]
    asked_about = {question.dwelling for question in result.questions}
    settled = [*settled_in_source(result.items, result.dwellings, asked_about), *copies_in_source(result.questions, result.dwellings)]
    in_source = [sentence for whose, sentence in settled if whose == owner]
    notes = [*([text("clarifications.in_source_title"), *in_source] if in_source else []), *result.contradictory]
    if mine or notes:
        named = {name for question in mine for name in (question.dwelling, *(candidate.name for candidate in question.candidates))}
        sources = result.dwellings.filter(pl.col("leverandor_bolig_id").is_in(sorted(named))).select("leverandor_bolig_id", "sources")
        houses, alone = in_houses(mine)
        if houses:
            add_houses(book, title, result.as_of, house_tables(houses, result.municipality), result.municipality)
            notes = [text("clarifications.in_houses", count=len(mine) - len(alone)), *notes]
        asked = [shown_questions(question, result.municipality, dict(sources.iter_rows())) for question in alone]
        add_clarifications(book, title, result.as_of, asked, notes)
    warned, rest = answerable(result.warnings, owner)
    if warned:
        homes = result.dwellings.filter(pl.col("leverandor_bolig_id").is_in([warning.dwelling for warning in warned]))
        known = dict(homes.select("leverandor_bolig_id", "sources").iter_rows())
        asked = [shown_questions(warning, result.municipality, known) for warning in warned]
        add_clarifications(book, title, result.as_of, asked, rest, warnings=True)
    if result.decided:
        decided = with_shown_address(theirs.filter(pl.col("leverandor_bolig_id").is_in(sorted(result.decided))))
        rows = [
            ([address, ours, decision], None)
            for ours, address in decided.select("leverandor_bolig_id", "adresse").iter_rows()
            for decision in result.decided[ours]
        ]
        if rows:
            columns_ = [Column(text("clarifications.dwelling"), 40, wrap=True), Column(text("workbook.columns.id"), 24)]
            columns_ += [Column(text("clarifications.decision"), 80, wrap=True)]
            book.sheet(text("clarifications.decisions"), text("workbook.heading_decided", owner=title), columns_, rows)


def answerable(warnings: Sequence[Question], owner: str) -> tuple[Sequence[Question], Sequence[str]]:
    """The open warnings that this owner's workbook asks about, and a line for those that do not fit in it."""
    theirs = [warning for warning in warnings if warning.owner == owner and warning.decided is None]
    left = len(theirs) - MOST_WARNINGS
    return theirs[:MOST_WARNINGS], [text("clarifications.more_warnings", count=left)] if left > 0 else []


def explained_answers() -> Iterator[tuple[str, str]]:
    """Each answer that can be chosen, with what it is about, and what it does in Kobo."""
    for about, verdict in EXPLAINED:
        label = word_for(_OWN_WORDS.get(about, "clarification_answers"), verdict)
        meaning = text(f"desk_consequences.{about}_{verdict}", entry=text("workbook.the_entry"))
        yield text(f"workbook.answers_about.{about}", answer=label), meaning
