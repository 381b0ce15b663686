"""What stands above a house's table: its unit numbers, the entries in Kobo that its flats may be, and why it is asked about."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

from language import text, word_for
from reconciliation.decisions.question import CandidateKind, Question
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.municipality import Municipality
from reporting.asked_in_words import contradicting_rows, contradiction_in_words, places_of_rejected, source_titles
from reporting.offered_answers import entry_name, shown_value
from reporting.stop_causes import cause
from reporting.value_words import value_in_words, words_of

_OF_ENTRY = ("ekstra_referanse", "seksjonsnummer", "etasjenummer", "antall_soverom", "manedsleie")
"""Fields that are told of an entry, beside its address and unit number."""


def official_in_house(asked: Sequence[Question]) -> tuple[str, ...]:
    """Unit numbers of the official register, where those are the answers."""
    answers = [answer for question in asked if question.only_units for answer in question.answers]
    return tuple(sorted({str(json.loads(answer.value)) for answer in answers if answer.verdict == DecisionKind.VALUE and answer.value}))


def used_in_house(asked: Sequence[Question], municipality: Municipality) -> tuple[tuple[str, str], ...]:
    """Unit numbers that others at the address have, with the lists, or Kobo, that say so."""
    known: dict[str, set[str]] = defaultdict(set)
    in_doubt = {question.dwelling for question in asked}
    for there in (there for question in asked for there in question.units_there if there.name not in in_doubt):
        known[there.unit].add(source_titles(municipality, there.sources) if there.sources else text("house_sheet.used_in_kobo"))
    return tuple((unit, ", ".join(sorted(where))) for unit, where in sorted(known.items()))


def entries_in_house(asked: Sequence[Question], municipality: Municipality) -> tuple[str, ...]:
    """The entries in Kobo among the candidates, each with what it says that a home is known by."""
    words = words_of(municipality)
    entries = {each.name: each for question in asked for each in question.candidates if each.kind is CandidateKind.ENTRY}
    lines = []
    for entry in entries.values():
        house = f"{entry.values.get('nummer') or ''}{entry.values.get('bokstav') or ''}"
        known = ((name, value_in_words(name, entry.values.get(name), words)) for name in _OF_ENTRY)
        values = [f"{word_for('fields', name)} {shown_value(value)}" for name, value in known if value not in (None, "")]
        parts = [f"{entry.values.get('adressenavn') or ''} {house}".strip(), *values]
        lines.append(text("house_sheet.entry", entry=entry_name(entry), values=parts))
    return tuple(lines)


def why_in_house(asked: Sequence[Question], municipality: Municipality) -> tuple[str, ...]:
    """Each reason for asking once, the rows that give another floor than their number, and the rejected rows at the address."""
    reasons = dict.fromkeys(f"{cause(question.reason, question.details)}." for question in asked)
    rejected = dict.fromkeys(places_of_rejected(question, municipality) for question in asked if question.rejected)
    floors = dict.fromkeys(contradiction_in_words(row, municipality) for question in asked for row in contradicting_rows(question))
    return (*reasons, *floors, *rejected)
