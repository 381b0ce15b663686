"""What people are asked, in their words: each question with its two sides, what agrees, and the answers to choose from."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from language import day, rendered, text, word_for
from reconciliation.decisions.answer_choices import SPLIT, Answer, named_entry
from reconciliation.decisions.question import (
    ABSENT,
    CHANGED,
    CHOOSING,
    ENTRY,
    FIELD,
    MATCH,
    MERGE,
    REMOVAL,
    UNIT,
    WARNING,
    Question,
)
from reconciliation.likeness.place import PLACE_FIELDS, TELLING_FIELDS
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.municipality import Municipality
from reconciliation.plan.classes import SETTLE_IN_SOURCE
from reporting.privacy import with_shown_address
from reporting.stop_causes import cause
from reporting.value_words import value_in_words, words_of

HUMAN = (MATCH, MERGE, FIELD, CHANGED, WARNING, "conflict", "adoption")
"""Kinds of decisions that are told beside a dwelling."""
LONGEST_LABEL = 40
"""Characters of a source's title in a drop-down: Excel takes 255 for the whole list."""

Same = bool | None
"""True: both say the same; False: they differ; None: at least one is silent."""


@dataclass(frozen=True, slots=True)
class Side:
    """One line of a question. agrees: field -> Same, of a candidate beside the dwelling; of the dwelling beside all candidates."""

    who: str
    values: Mapping[str, Any]
    agrees: Mapping[str, Same]


@dataclass(frozen=True, slots=True)
class Shown:
    """One question as it is shown. answers: label -> code. sides: the dwelling (each of its rows, where there are several), then its
    candidates. agrees: field -> Same over all sides. free: something that is not in the list may be written as the answer."""

    id: str
    evidence: str
    owner: str | None
    dwelling: str
    address: str
    question: str
    answers: Mapping[str, str]
    sides: tuple[Side, ...]
    agrees: Mapping[str, Same]
    free: bool = False


def shown_questions(question: Question, municipality: Municipality, dwellings: Mapping[str, Sequence[str]]) -> Shown:
    """dwellings: leverandor_bolig_id -> its sources. A shielded address is nowhere in what this returns (law 10)."""
    beside = [{name: _same(name, question.ours.get(name), one.values.get(name)) for name in question.ours} for one in question.candidates]
    agrees = {name: _over_all([one[name] for one in beside]) for name in question.ours}
    candidates = [
        Side(_candidate(question, at, municipality, dwellings), _visible(one.values, question, municipality), beside[at])
        for at, one in enumerate(question.candidates)
    ]
    return Shown(
        id=question.id,
        evidence=question.evidence,
        owner=question.owner,
        dwelling=question.dwelling,
        address=_address(question),
        question=_question_in_words(question, municipality),
        answers=labels(question, municipality),
        sides=(*_own_sides(question, agrees, municipality, dwellings), *candidates),
        agrees=agrees,
        free=question.free,
    )


def _own_sides(
    question: Question, agrees: Mapping[str, Same], municipality: Municipality, dwellings: Mapping[str, Sequence[str]]
) -> list[Side]:
    """The dwelling; where several rows are merged in it, each source's own values."""
    if question.about in (ENTRY, REMOVAL):
        return [Side(text("clarifications.kobo"), _visible(question.ours, question, municipality), agrees)]
    if len(question.rows) > 1:
        titles = [_titles(municipality, [row.source]) for row in question.rows]
        return [
            Side(text("clarifications.ours", sources=title), _visible(row.values, question, municipality), agrees)
            for title, row in zip(titles, question.rows, strict=True)
        ]
    sources = _titles(municipality, dwellings.get(question.dwelling, ()))
    return [Side(text("clarifications.ours", sources=sources), _visible(question.ours, question, municipality), agrees)]


def _candidate(question: Question, at: int, municipality: Municipality, dwellings: Mapping[str, Sequence[str]]) -> str:
    """Who says it, with the letter it is chosen by where there are several, and why it is offered."""
    one = question.candidates[at]
    if question.about in (MERGE, ENTRY):
        who = text("clarifications.other", sources=_titles(municipality, dwellings.get(one.name, ())))
    else:
        who = text("clarifications.gone") if question.about == ABSENT else text("clarifications.kobo")
    if len(question.candidates) == 1:
        return who
    why = f"\n{cause(one.reason)}" if one.reason and question.about == MATCH else ""
    return f"{letter(at)}: {who}{why}"


def letter(at: int) -> str:
    """A, B, ... of the candidate at that place."""
    return chr(ord("A") + at)


def _over_all(said: Sequence[Same]) -> Same:
    return False if False in said else (True if True in said else None)


def labels(question: Question, municipality: Municipality) -> dict[str, str]:
    """Label in the drop-down -> code of the answer."""
    if question.about == CHANGED:
        sides = (text("clarifications.kobo_is_right"), text("clarifications.we_are_right"))
        return {label: one.code for label, one in zip(sides, question.answers, strict=True)}
    return {_label(question, one, municipality): one.code for one in question.answers}


def _label(question: Question, answer: Answer, municipality: Municipality) -> str:
    code, _, named = answer.code.partition(":")
    if code == SPLIT:
        return text("clarification_answers.split_row", row=named) if named else text("clarification_answers.split")
    if question.about in CHOOSING and len(question.candidates) > 1:
        if code == DecisionKind.SAME:
            return text("clarification_answers.same_as", letter=letter([one.name for one in question.candidates].index(named)))
        if code == DecisionKind.DIFFERENT:
            return text("clarification_answers.none")
    return answer_label(answer.verdict, answer.value, question.about, municipality)


def answer_label(verdict: str, value: str | None, about: str, municipality: Municipality) -> str:
    """The answer as people choose it."""
    if verdict == "take" and value in municipality.sources:
        # A comma parts the answers of a drop-down.
        title = municipality.sources[value].title.replace(",", " ")[:LONGEST_LABEL]
        return text("clarifications.take", source=title)
    if about == ABSENT:
        return word_for("clarification_absent_answers", verdict)
    if about == REMOVAL:
        return word_for("clarification_removal_answers", verdict)
    if verdict == DecisionKind.RIGHT and value:
        return text("clarifications.right_until", date=day(date.fromisoformat(value)))
    if verdict == DecisionKind.VALUE:
        return text("clarification_answers.value", value=shown_value(json.loads(value or "null")))
    return word_for("clarification_answers", verdict)


def settled_in_source(items: pl.DataFrame, dwellings: pl.DataFrame) -> list[tuple[str | None, str]]:
    """(owner, sentence) of each dwelling in doubt that no answer can settle. items: PLAN_ITEMS. dwellings: DWELLINGS."""
    waiting = items.filter(pl.col("reason") == SETTLE_IN_SOURCE).select("leverandor_bolig_id", "reason", "details")
    told = with_shown_address(dwellings.join(waiting, on="leverandor_bolig_id")).sort("leverandor_bolig_id")
    return [
        (
            row["owner"],
            text("clarifications.in_source", dwelling=row["leverandor_bolig_id"], address=row["adresse"], why=cause(row["reason"])),
        )
        for row in told.iter_rows(named=True)
    ]


def decided_by_dwelling(decisions: pl.DataFrame, dwellings: pl.DataFrame, municipality: Municipality) -> dict[str, list[str]]:
    """leverandor_bolig_id -> what was decided about it: "Avgjort av … den …". decisions: the ledger's DECISIONS in force."""
    human = decisions.filter(pl.col("kind").is_in(HUMAN)).sort("decided", "decision_id")
    if human.is_empty():
        return {}
    keys = dwellings.select("leverandor_bolig_id", key="source_keys").explode("key")
    of_key = dict(keys.select("key", "leverandor_bolig_id").iter_rows())
    known = set(dwellings.get_column("leverandor_bolig_id"))
    found: dict[str, list[str]] = {}
    for row in human.iter_rows(named=True):
        sides = {of_key.get(name, name) for name in (row["subject"], named_entry(row)) if name}
        for dwelling in sorted(sides & known):
            found.setdefault(dwelling, []).append(decided_in_words(row, municipality))
    return found


def decided_in_words(row: Mapping[str, Any], municipality: Municipality) -> str:
    """row: one of the ledger's DECISIONS."""
    if row["field"]:
        return text("clarifications.decided_field", **_decision_in_words(row, municipality), field=word_for("fields", row["field"]).lower())
    return text("clarifications.decided", **_decision_in_words(row, municipality))


def contradictory_in_words(row: Mapping[str, Any], municipality: Municipality, hidden: Collection[str] = ()) -> str:
    """row: one of the ledger's DECISIONS that cannot be true together with others. hidden: what names a shielded dwelling
    (privacy.hidden_names): a decision about one and about a visible one names the shielded side only.
    """
    named = [str(one) for one in (row["subject"], named_entry(row)) if one]
    shielded = [one for one in named if one in hidden]
    sides = " – ".join(shielded or named)
    return text("clarifications.contradictory", **_decision_in_words(row, municipality), sides=sides)


def _decision_in_words(row: Mapping[str, Any], municipality: Municipality) -> dict[str, str]:
    about = ABSENT if row["kind"] == FIELD and row["field"] is None else row["kind"]
    answer = answer_label(row["verdict"], row["value"], about, municipality)
    return {"by": row["decided_by"], "date": day(_date(row["decided"])), "answer": answer}


def _date(moment: Any) -> date:
    found: date = moment.date()
    return found


def _question_in_words(question: Question, municipality: Municipality) -> str:
    if question.about == ABSENT:
        return text("clarifications.absent_about")
    if question.about == CHANGED:
        return _changed(question, municipality)
    if question.about == REMOVAL:
        return _removed(question)
    if question.about == WARNING:
        return _warned(question)
    why = cause(question.reason) if question.about in (MATCH, ENTRY) else cause(question.reason, question.details)
    if question.about == FIELD:
        asked = text("clarifications.field_about", field=word_for("fields", question.field).lower(), why=why)
        hidden = question.secret and question.field in PLACE_FIELDS
        told = [
            text("clarifications.said", source=_titles(municipality, [source]), value=text("page.secret") if hidden else value)
            for source, value in sorted(question.said.items())
        ]
        return _with_hints(question, " ".join([asked, "; ".join(told) + "." if told else ""]).strip())
    several = "which_" if len(question.candidates) > 1 else ""
    about = {MATCH: f"{several}kobo_about", ENTRY: "which_entry_about", MERGE: f"{several}merge_about", UNIT: "unit_about"}[question.about]
    return _with_hints(question, text(f"clarifications.{about}", why=why))


def _with_hints(question: Question, asked: str) -> str:
    """What may be written, and what it does in Kobo that rows are said to be two homes."""
    hints = []
    if question.about == MERGE and question.fills_unit:
        hints.append(text("clarifications.or_unit"))
    if any(one.code.partition(":")[0] == SPLIT for one in question.answers):
        hints.append(text("clarifications.split_effect"))
    return " ".join([asked, *hints])


def _changed(question: Question, municipality: Municipality) -> str:
    """Who says what of a value that was changed in Kobo, and what was last agreed."""
    asked = json.loads(question.details)
    hidden = question.secret and question.field in PLACE_FIELDS
    said = {side: text("page.secret") if hidden else shown_value(asked.get(side)) for side in ("theirs", "ours", "base")}
    agreed = text("clarifications.agreed", base=said["base"]) if "base" in asked else text("clarifications.not_known")
    return text(
        "clarifications.changed_about",
        field=word_for("fields", question.field).lower(),
        theirs=said["theirs"],
        ours=said["ours"],
        source=_titles(municipality, [asked["source"]]),
        seen=_since(asked),
        agreed=agreed,
    )


def _removed(question: Question) -> str:
    """What was edited in Kobo of an entry that is in no source any more."""
    edits = []
    for one in json.loads(question.details)["edited"]:
        hidden = question.secret and one["field"] in PLACE_FIELDS
        before, now = (text("page.secret") if hidden else shown_value(json.loads(one[side])) for side in ("base", "theirs"))
        edits.append(text("clarifications.removal_edit", field=word_for("fields", one["field"]).lower(), before=before, now=now))
    return text("clarifications.removal_about", edits="; ".join(edits))


def _warned(question: Question) -> str:
    """Where the value stands and what the rule says of it."""
    warning = json.loads(question.details)
    said = text("workbook.secret_message") if question.secret else rendered(warning["message"])
    where = " ".join(str(one) for one in (warning["sheet"], warning["row"], warning["column"]) if one)
    return text("clarifications.warning_about", rule=warning["rule"], where=where, said=said)


def _since(asked: Mapping[str, Any]) -> str:
    """When it was changed, as the register tells it; else the night on which it was first seen."""
    try:
        moment = datetime.fromisoformat(asked.get("edited") or "")
    except ValueError:
        return text("clarifications.first_seen", date=day(date.fromisoformat(asked["seen"])))
    return text("clarifications.edited", date=day(moment.date()), time=f"{moment:%H.%M}")


def shown_value(value: Any) -> str:
    """A value of a field as people write it."""
    if isinstance(value, bool):
        return text("search.yes") if value else text("search.no")
    if value in (None, ""):
        return text("clarifications.blank_value")
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


def _titles(municipality: Municipality, sources: Sequence[str]) -> str:
    return ", ".join(municipality.sources[one].title if one in municipality.sources else one for one in sources)


def _visible(side: Mapping[str, Any], question: Question, municipality: Municipality) -> dict[str, Any]:
    """Codes in words. What is asked about is shown, unless it tells the place itself."""
    hidden = TELLING_FIELDS - ({question.field} - PLACE_FIELDS) if question.secret else frozenset()
    words = words_of(municipality)
    return {name: None if name in hidden else value_in_words(name, value, words) for name, value in side.items()}


def _address(question: Question) -> str:
    if question.secret:
        return text("page.secret")
    one = question.ours
    house = f"{one.get('nummer') or ''}{one.get('bokstav') or ''}"
    return " ".join(
        str(part) for part in (one.get("adressenavn"), house, one.get("bruksenhetsnummer"), one.get("ekstra_referanse")) if part
    )


def _same(name: str, ours: Any, theirs: Any) -> Same:
    if ours in (None, "") or theirs in (None, ""):
        return None
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours.strip().casefold() == theirs.strip().casefold()
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(float(ours) - float(theirs)) < 0.005
    return bool(ours == theirs)
