"""What has happened to one dwelling: on which nights it came into another class, and what people decided and took back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import polars as pl

from desk.case import Case
from language import short_day, text, word_for
from reconciliation.ledger import Ledger
from reconciliation.model.municipality import Municipality
from reporting.decided_in_words import HUMAN, decided_in_words

WITHDRAWAL = "withdrawal"
"""Kind of the decision that takes another one back; its subject is the other one's id."""


def history(ledger: Ledger, municipality: Municipality, case: Case) -> list[tuple[str, str]]:
    """(day, what happened), newest first. Raises LedgerError."""
    events = [*_nights(ledger, municipality, case), *_decisions(ledger, municipality, case)]
    return [(short_day(moment), words) for moment, words in sorted(events, key=lambda event: event[0], reverse=True)]


def _nights(ledger: Ledger, municipality: Municipality, case: Case) -> Iterator[tuple[date, str]]:
    """The nights on which it came into another class than before."""
    before = None
    nights = ledger.dwelling_nights(municipality.slug, case.dwelling)
    for as_of, kind in zip(nights.get_column("as_of"), nights.get_column("class"), strict=True):
        if kind != before:
            yield as_of, text("desk.became", kind=word_for("class_titles", kind))
        before = kind


def _decisions(ledger: Ledger, municipality: Municipality, case: Case) -> Iterator[tuple[date, str]]:
    keys = {f"{row.source}:{row.key}" for question in case.every for row in question.rows}
    made = ledger.decisions_about(municipality.slug, {case.dwelling, f"kobo:{case.dwelling}", *keys})
    if made.is_empty():  # as of nearly every open case
        return
    people = made.filter(pl.col("kind").is_in(HUMAN))
    for row in people.iter_rows(named=True):
        yield _day(row["decided"]), decided_in_words(row, municipality)
    taken_back = ledger.decisions_about(municipality.slug, set(people.get_column("decision_id")))
    for row in taken_back.filter(pl.col("kind") == WITHDRAWAL).iter_rows(named=True):
        yield _day(row["decided"]), text("desk.taken_back", by=row["decided_by"])


def _day(moment: datetime) -> date:
    return moment.date()
