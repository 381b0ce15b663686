"""Questions as people see them: the sides of each, what agrees, and the answers to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from language import day, text
from reconciliation.decisions.question import ABSENT, ENTRY, REMOVAL, CandidateKind, Question
from reconciliation.likeness.place import PLACE_FIELDS, TELLING_FIELDS
from reconciliation.model.municipality import Municipality
from reconciliation.model.plan_actions import HOME_GONE, ONE_IN_KOBO
from reconciliation.plan.classes import SETTLE_IN_SOURCE
from reporting.asked_in_words import asked_in_words, source_titles
from reporting.offered_answers import labels, letter
from reporting.privacy import with_shown_address
from reporting.stop_causes import cause
from reporting.value_words import value_in_words, words_of

Same = bool | None
"""True: both say the same; False: they differ; None: at least one has no value."""


@dataclass(frozen=True, slots=True)
class Side:
    """One line of a question. values: as people read them.

    agrees: field -> Same; for a candidate compared with the dwelling, for the dwelling compared with all candidates.
    """

    who: str
    values: Mapping[str, Any]
    agrees: Mapping[str, Same]


@dataclass(frozen=True, slots=True)
class Shown:
    """One question as it is shown. answers: label -> code. sides: the dwelling (each of its rows, where there are several), then its
    candidates. agrees: field -> Same over all sides. free: an answer that is not in the list may be typed."""

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
    """dwellings: leverandor_bolig_id -> its sources. The result holds no shielded address (law 10)."""
    words = words_of(municipality)
    beside = [
        {name: same_value(name, question.ours.get(name), candidate.values.get(name)) for name in question.ours}
        for candidate in question.candidates
    ]
    agrees = {name: _over_all([agrees[name] for agrees in beside]) for name in question.ours}
    candidates = [
        Side(_candidate(question, at, municipality, dwellings), _visible(candidate.values, question, words), beside[at])
        for at, candidate in enumerate(question.candidates)
    ]
    return Shown(
        id=question.id,
        evidence=question.evidence,
        owner=question.owner,
        dwelling=question.dwelling,
        address=_address(question),
        question=asked_in_words(question, municipality),
        answers=labels(question, municipality),
        sides=(*_own_sides(question, agrees, municipality, dwellings), *candidates),
        agrees=agrees,
        free=question.free,
    )


def _own_sides(
    question: Question, agrees: Mapping[str, Same], municipality: Municipality, dwellings: Mapping[str, Sequence[str]]
) -> list[Side]:
    """The dwelling; where several rows are merged in it, each source's own values."""
    words = words_of(municipality)
    if question.about in (ENTRY, REMOVAL):
        return [Side(text("clarifications.kobo"), _visible(question.ours, question, words), agrees)]
    if len(question.rows) > 1:
        titles = [source_titles(municipality, [row.source]) for row in question.rows]
        return [
            Side(text("clarifications.ours", sources=title), _visible(row.values, question, words), agrees)
            for title, row in zip(titles, question.rows, strict=True)
        ]
    sources = source_titles(municipality, dwellings.get(question.dwelling, ()))
    return [Side(text("clarifications.ours", sources=sources), _visible(question.ours, question, words), agrees)]


def _candidate(question: Question, at: int, municipality: Municipality, dwellings: Mapping[str, Sequence[str]]) -> str:
    """The candidate's label: where it is from, the letter to choose it by when there are several, and why it is offered."""
    candidate = question.candidates[at]
    if candidate.kind is CandidateKind.COPIED and question.named_by_letter:
        rows = [row.key for row in candidate.rows if row.source in {own.source for own in question.rows}]
        who = text("clarifications.row_beside", row=", ".join(rows))
    elif candidate.kind is not CandidateKind.ENTRY:
        who = text("clarifications.other", sources=source_titles(municipality, dwellings.get(candidate.name, ())))
    else:
        who = text("clarifications.gone") if question.about == ABSENT else text("clarifications.kobo")
    if not question.named_by_letter:
        return who
    why = f"\n{cause(candidate.reason)}" if candidate.reason and candidate.kind is CandidateKind.ENTRY else ""
    return f"{letter(at)}: {who}{why}"


def _over_all(agreements: Sequence[Same]) -> Same:
    return False if False in agreements else (True if True in agreements else None)


def settled_in_source(items: pl.DataFrame, dwellings: pl.DataFrame, asked: Iterable[str]) -> list[tuple[str | None, str]]:
    """(owner, sentence) of each dwelling in doubt that no answer can settle. items: PLAN_ITEMS. dwellings: DWELLINGS. asked: the dwellings
    that questions are about: of a row that may be a home that is gone nobody is asked where one of the two is shielded."""
    unasked = (pl.col("reason") == HOME_GONE) & ~pl.col("leverandor_bolig_id").is_in(list(asked))
    reason = pl.when(unasked).then(pl.lit(SETTLE_IN_SOURCE)).otherwise("reason").alias("reason")
    waiting = items.select("leverandor_bolig_id", reason).filter(pl.col("reason").is_in([SETTLE_IN_SOURCE, ONE_IN_KOBO]))
    # A unit number that is missing is asked for; one that is there is corrected where it was written.
    written = (pl.col("reason") == SETTLE_IN_SOURCE) | pl.col("bruksenhetsnummer").is_not_null()
    unsettled = with_shown_address(dwellings.join(waiting, on="leverandor_bolig_id").filter(written)).sort("leverandor_bolig_id")
    return [
        (
            row["owner"],
            text("clarifications.in_source", dwelling=row["leverandor_bolig_id"], address=row["adresse"], why=cause(row["reason"])),
        )
        for row in unsettled.iter_rows(named=True)
    ]


def copies_in_source(questions: Iterable[Question], dwellings: pl.DataFrame) -> list[tuple[str | None, str]]:
    """(owner, sentence) of each row that a person called a copy: it waits until it is taken out of its list. dwellings: DWELLINGS."""
    copied = [(question, question.candidate(question.decided_code)) for question in questions if question.decided]
    called = [(asked, other) for asked, other in copied if other is not None and other.kind is CandidateKind.COPIED]
    shown = with_shown_address(dwellings.filter(pl.col("leverandor_bolig_id").is_in([asked.dwelling for asked, _ in called])))
    addresses = dict(shown.select("leverandor_bolig_id", "adresse").iter_rows())
    sentences = []
    for asked, other in called:
        decided, lists = asked.decided or {}, {row.source for row in asked.rows}
        row = ", ".join(each.key for each in other.rows if each.source in lists)
        day_said = day(decided["decided"].date())
        place = {"dwelling": asked.dwelling, "address": addresses.get(asked.dwelling, "")}
        sentences.append((asked.owner, text("clarifications.copy_in_source", **place, row=row, by=decided["decided_by"], date=day_said)))
    return sentences


def _visible(side: Mapping[str, Any], question: Question, words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The side's values in words. Of a shielded dwelling the telling fields are None, but for the field that is asked about."""
    hidden = TELLING_FIELDS - ({question.field} - PLACE_FIELDS) if question.secret else frozenset()
    return {name: None if name in hidden else value_in_words(name, value, words) for name, value in side.items()}


def _address(question: Question) -> str:
    if question.secret:
        return text("page.secret")
    values = question.ours
    house = f"{values.get('nummer') or ''}{values.get('bokstav') or ''}"
    return " ".join(
        str(part) for part in (values.get("adressenavn"), house, values.get("bruksenhetsnummer"), values.get("ekstra_referanse")) if part
    )


def same_value(name: str, ours: Any, theirs: Any) -> Same:
    """Do two values of that canonical field say the same?"""
    if ours in (None, "") or theirs in (None, ""):
        return None
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours.strip().casefold() == theirs.strip().casefold()
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(float(ours) - float(theirs)) < 0.005
    return bool(ours == theirs)
