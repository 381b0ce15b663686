"""A question as text: what it is about, the value that each side has, and what an answer leads to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from language import day, rendered, text, word_for
from reconciliation.decisions.answer_choices import SPLIT
from reconciliation.decisions.question import ABSENT, CHANGED, ENTRY, FIELD, MATCH, MERGE, REMOVAL, UNIT, WARNING, Question, SourceRow
from reconciliation.decisions.rejected_beside import RejectedBeside
from reconciliation.likeness.place import PLACE_FIELDS
from reconciliation.model.municipality import Municipality
from reconciliation.model.rules import REUSED_KEY
from reporting.offered_answers import answer_label, field_value
from reporting.stop_causes import cause

MOST_REJECTED = 3
"""Rejected rows that one question names; more would hide the question itself."""


def asked_in_words(question: Question, municipality: Municipality) -> str:
    """The whole question, with why it is asked and what may be written."""
    if question.about == ABSENT:
        return text("clarifications.absent_about")
    if question.about == CHANGED:
        return _changed(question, municipality)
    if question.about == REMOVAL:
        return _removed(question, municipality)
    if question.about == WARNING:
        return _warned(question)
    why = cause(question.reason) if question.about in (MATCH, ENTRY) else cause(question.reason, question.details)
    if question.about == FIELD:
        asked = text("clarifications.field_about", field=word_for("fields", question.field).lower(), why=why)
        hidden = question.secret and question.field in PLACE_FIELDS
        values = [
            text(
                "clarifications.said",
                source=source_titles(municipality, [source]),
                value=text("page.secret") if hidden else field_value(municipality, question.field, value),
            )
            for source, value in sorted(question.values_by_source.items())
        ]
        return _with_hints(question, municipality, " ".join([asked, "; ".join(values) + "." if values else ""]).strip())
    several = "which_" if len(question.candidates) > 1 else ""
    unit = "which_unit_about" if question.candidates else "unit_about"
    about = {MATCH: f"{several}kobo_about", ENTRY: "which_entry_about", MERGE: f"{several}merge_about", UNIT: unit}[question.about]
    return _with_hints(question, municipality, text(f"clarifications.{about}", why=why))


def _with_hints(question: Question, municipality: Municipality, asked: str) -> str:
    """The text with hints added: what may be typed as the answer, what splitting rows into two homes does in Kobo, and which rejected rows
    at the address may answer it once they are mended."""
    hints = [contradiction_in_words(row, municipality) for row in contradicting_rows(question)]
    if question.before:
        hints.append(answered_before(question, municipality))
    if question.unsure and question.decided:
        hints.append(
            text("clarifications.answered_unsure", by=question.decided["decided_by"], date=day(question.decided["decided"].date()))
        )
    if question.about == MERGE and question.fills_unit:
        hints.append(text("clarifications.or_unit"))
    if any(answer.code.partition(":")[0] == SPLIT for answer in question.answers):
        hints.append(text("clarifications.split_effect"))
    if question.rejected and not question.secret:
        hints.append(places_of_rejected(question, municipality))
    return " ".join([asked, *hints])


def contradicting_rows(question: Question) -> list[SourceRow]:
    """Its rows that give another floor than their unit number; none of a shielded home (law 10)."""
    return [row for row in question.rows if f"{row.source}:{row.key}" in question.contradicting and not question.secret]


def contradiction_in_words(row: SourceRow, municipality: Municipality) -> str:
    """Which row it is, its unit number and its floor."""
    unit, floor = row.values["bruksenhetsnummer"], row.values["etasjenummer"]
    return text("clarifications.floor_of_row", source=source_titles(municipality, [row.source]), row=row.key, unit=unit, floor=floor)


def answered_before(question: Question, municipality: Municipality) -> str:
    """Who answered what, and that it no longer holds. question: with `before`."""
    row = question.before or {}
    answer = answer_label(row["verdict"], row["value"], question.about, municipality, question.field)
    return text("clarifications.answered_before", answer=answer, by=row["decided_by"], date=day(row["decided"].date()))


def places_of_rejected(question: Question, municipality: Municipality) -> str:
    """Which rejected rows at the address may answer the question once they are mended."""
    places = [_row_in_words(row, municipality) for row in question.rejected[:MOST_REJECTED]]
    more = len(question.rejected) - len(places)
    places += [text("clarifications.more_rejected", count=more)] if more else []
    return text("clarifications.rejected_beside", where="; ".join(places))


def _row_in_words(row: RejectedBeside, municipality: Municipality) -> str:
    """Source, file, sheet and row of a rejected row; its key where rows have no numbers."""
    file = row.file and PurePath(row.file).name
    where = (file, row.sheet, text("letter.row", row=row.row)) if row.row else (row.key,)
    return ", ".join(str(part) for part in (source_titles(municipality, [row.source]), *where) if part)


def _changed(question: Question, municipality: Municipality) -> str:
    """For a value changed in Kobo: Kobo's value, each source's value, and the one last agreed."""
    asked = json.loads(question.details)
    hidden = question.secret and question.field in PLACE_FIELDS
    values = {
        side: text("page.secret") if hidden else field_value(municipality, question.field, asked.get(side))
        for side in ("theirs", "ours", "base")
    }
    agreed = text("clarifications.agreed", base=values["base"]) if "base" in asked else text("clarifications.not_known")
    return text(
        "clarifications.changed_about" if "base" in asked else "clarifications.differs_about",
        field=word_for("fields", question.field).lower(),
        theirs=values["theirs"],
        ours=values["ours"],
        source=source_titles(municipality, [asked["source"]]),
        seen=_since(asked),
        agreed=agreed,
    )


def _removed(question: Question, municipality: Municipality) -> str:
    """The fields that were edited in Kobo, of an entry that is no longer in any source."""
    edits = []
    for edit in json.loads(question.details)["edited"]:
        hidden = question.secret and edit["field"] in PLACE_FIELDS
        before, now = (
            text("page.secret") if hidden else field_value(municipality, edit["field"], json.loads(edit[side]))
            for side in ("base", "theirs")
        )
        edits.append(text("clarifications.removal_edit", field=word_for("fields", edit["field"]).lower(), before=before, now=now))
    return text("clarifications.removal_about", edits="; ".join(edits))


def _warned(question: Question) -> str:
    """Where the value is written, and the rule's message about it."""
    warning = json.loads(question.details)
    words = text("workbook.secret_message") if question.secret else rendered(warning["message"])
    place = (warning["at_file"], warning["at_sheet"], warning["at_row"] and text("letter.row", row=warning["at_row"]), warning["at_column"])
    where = ", ".join(str(part) for part in place if part)
    about = "key_about" if question.reason == REUSED_KEY else "warning_about"
    return text(f"clarifications.{about}", rule=warning["rule"], where=where, said=words)


def _since(asked: Mapping[str, Any]) -> str:
    """When it was changed, by the register's own date; else the night on which the change was first seen."""
    try:
        moment = datetime.fromisoformat(asked.get("edited") or "")
    except ValueError:
        return text("clarifications.first_seen", date=day(date.fromisoformat(asked["seen"])))
    return text("clarifications.edited", date=day(moment.date()), time=f"{moment:%H.%M}")


def source_titles(municipality: Municipality, sources: Sequence[str]) -> str:
    """The sources' titles, joined by commas."""
    return ", ".join(municipality.sources[source].title if source in municipality.sources else source for source in sources)
