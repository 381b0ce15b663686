"""A case and its answers in words, as several pages show them."""

from __future__ import annotations

import json
from dataclasses import replace

from desk.case import Case
from desk.night_view import NightView
from language import short_day, text
from reconciliation.decisions.question import Question
from reporting.offered_answers import answer_label, labels
from reporting.stop_causes import cause

DIFFER = "fields_differ"
"""Reason of a dwelling whose fields differ from Kobo's; its details name all of them."""


def title_of(case: Case) -> str:
    """The dwelling as people know it; that its address is shielded, where it is."""
    return text("page.secret") if case.secret else case.address or case.dwelling


def owner_in_words(view: NightView, owner: str | None) -> str:
    """The owner's title; that there is none."""
    return view.municipality.owners[owner].title if owner in view.municipality.owners else text("desk.no_owner")


def to_the_point(question: Question) -> Question:
    """The question, its reason naming only the field that it asks about: the other fields are in its table, where those that are blank
    in Kobo are shown apart from those that differ."""
    if question.reason != DIFFER or question.field is None:
        return question
    return replace(question, details=json.dumps({"fields": [question.field]}))


def reason_in_words(question: Question) -> str:
    """Why it is asked."""
    pointed = to_the_point(question)
    return cause(pointed.reason, pointed.details)


def decided_in_short(question: Question, view: NightView) -> str:
    """The answer in force, by whom and when."""
    row = question.decided or {}
    codes = {code: label for label, code in labels(question, view.municipality).items()}
    given = answer_label(row["verdict"], row["value"], question.about, view.municipality, question.field)
    label = codes.get(question.decided_code) or given
    return text("desk.decided", answer=label, by=row["decided_by"], day=short_day(row["decided"].date()))
