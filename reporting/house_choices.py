"""The drop-down lists of the sheet of houses, as its cells are validated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from language import text
from reconciliation.decisions.question import CandidateKind, Question
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.municipality import Municipality
from reporting.clarifications_sheet import LONGEST_LIST
from reporting.offered_answers import entry_labels, labels


def answer_choices_of_row(question: Question, names: Mapping[str, str], municipality: Municipality) -> dict[str, Any]:
    """The answers about one row; another row is named by the letter of its list and the number of its line."""
    offered: list[str] = []
    entries = {code: label for label, code in entry_labels(question).items()}
    for label, code in labels(question, municipality).items():
        verdict, _, named = code.partition(":")
        chosen, name = question.candidate(code), names.get(named or question.other or "", "")
        if chosen is not None:
            key = "copy_of" if chosen.kind is CandidateKind.COPIED else "same_as"
            offered += [entries[code]] if code in entries else [text(f"house_sheet.{key}", name=name)] if name else []
        elif verdict == DecisionKind.DIFFERENT and len(question.candidates) == 1:
            offered.append(text("house_sheet.not_same_as", name=name))
        elif verdict != DecisionKind.VALUE:
            offered.append(label)
    # The answers that every question has come first: a list that is too long for Excel is cut at its end.
    of_rows = {text(f"house_sheet.{key}", name=name) for key in ("same_as", "copy_of") for name in names.values()}
    offered.sort(key=lambda label: label in of_rows)
    while len(",".join(offered)) > LONGEST_LIST:
        offered = offered[:-1]
    return {
        "validate": "list",
        "source": offered,
        "input_message": text("house_sheet.choose_or_unit" if question.takes_unit else "clarifications.choose"),
        "show_error": not question.takes_unit,
        "error_title": text("clarifications.refused_title"),
        "error_message": text("clarifications.refused"),
    }


def unit_choices(choice: str, *, strict: bool) -> dict[str, Any]:
    """The drop-down of a line's unit number. choice: the range with the numbers, empty where none is known. strict: no other is taken."""
    if not choice:
        return {"validate": "any", "input_message": text("house_sheet.write_unit")}
    return {
        "validate": "list",
        "source": choice,
        "input_message": text("house_sheet.choose_unit" if strict else "house_sheet.write_unit"),
        "show_error": strict,
        "error_title": text("clarifications.refused_title"),
        "error_message": text("house_sheet.refused_unit"),
    }
