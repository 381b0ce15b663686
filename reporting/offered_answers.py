"""The answers that a question offers: label in the drop-down or on the button, and the answer's code."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from language import day, text, word_for
from reconciliation.decisions.answer_choices import SPLIT, Answer
from reconciliation.decisions.question import ABSENT, CHANGED, CHOOSING, REMOVAL, Candidate, CandidateKind, Question
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.municipality import Municipality
from reconciliation.model.rules import REUSED_KEY
from reporting.value_words import value_in_words, words_of

LONGEST_LABEL = 40
"""Characters of a source's title in a drop-down: Excel takes 255 for the whole list."""


def letter(at: int) -> str:
    """A, B, ... of the candidate at that place."""
    return chr(ord("A") + at)


def labels(question: Question, municipality: Municipality) -> dict[str, str]:
    """Label in the drop-down -> code of the answer."""
    if question.about == CHANGED:
        sides = (text("clarifications.kobo_is_right"), text("clarifications.we_are_right"))
        return {label: answer.code for label, answer in zip(sides, question.answers, strict=True)}
    return {_label(question, answer, municipality): answer.code for answer in question.answers}


def _label(question: Question, answer: Answer, municipality: Municipality) -> str:
    code, _, named = answer.code.partition(":")
    if code == SPLIT:
        return text("clarification_answers.split_row", row=named) if named else text("clarification_answers.split")
    if question.about in CHOOSING and question.named_by_letter:
        if (chosen := question.candidate(answer.code)) is not None:
            key = "copy_of" if ":" in answer.code and chosen.kind is CandidateKind.COPIED else "same_as"
            return text(f"clarification_answers.{key}", letter=letter(question.candidates.index(chosen)))
        if code == DecisionKind.DIFFERENT:
            return text("clarification_answers.none")
    if question.reason == REUSED_KEY:
        return word_for("clarification_key_answers", answer.verdict)
    return answer_label(answer.verdict, answer.value, question.about, municipality, question.field)


def entry_name(candidate: Candidate) -> str:
    """An entry in Kobo in the sheet of houses, where letters are lists: its unit number and the beginning of its id."""
    return " ".join(part for part in (candidate.values.get("bruksenhetsnummer"), f"({candidate.name[:8]})") if part)


def entry_labels(question: Question) -> dict[str, str]:
    """Label in the sheet of houses -> code, of the answers that name an entry in Kobo."""
    chosen = ((answer.code, question.candidate(answer.code)) for answer in question.answers)
    return {
        text("house_sheet.same_entry", entry=entry_name(candidate)): code
        for code, candidate in chosen
        if candidate is not None and candidate.kind is CandidateKind.ENTRY
    }


def answer_label(verdict: str, value: str | None, about: str, municipality: Municipality, field: str | None = None) -> str:
    """The answer as people choose it. field: canonical, that the question is about."""
    if verdict == "take" and value in municipality.sources:
        # A comma separates the answers of a drop-down list.
        title = municipality.sources[value].title.replace(",", " ")[:LONGEST_LABEL]
        return text("clarifications.take", source=title)
    if about == ABSENT:
        return word_for("clarification_absent_answers", verdict)
    if about == REMOVAL:
        return word_for("clarification_removal_answers", verdict)
    if verdict == DecisionKind.RIGHT and value:
        return text("clarifications.right_until", date=day(date.fromisoformat(value)))
    if verdict == DecisionKind.VALUE:
        return text("clarification_answers.value", value=field_value(municipality, field, json.loads(value or "null")))
    return word_for("clarification_answers", verdict)


def field_value(municipality: Municipality, field: str | None, value: Any) -> str:
    """A value of that canonical field as people write it, the codes of the register and of the municipality's file in words."""
    return shown_value(value_in_words(field or "", value, words_of(municipality)))


def shown_value(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return text("search.yes") if value else text("search.no")
    if value in (None, ""):
        return text("clarifications.blank_value")
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)
