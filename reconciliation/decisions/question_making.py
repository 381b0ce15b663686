"""How each question is made: its sides, its answers as decisions, and the evidence on which it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciliation.decisions.answer_choices import Answer, pair_choices, split_choices
from reconciliation.decisions.conflicts import DELETED, disputed_fields
from reconciliation.decisions.field_evidence import (
    AGREED,
    evidence_of_absence,
    evidence_of_conflict,
    evidence_of_removal,
    evidence_of_sources,
    stated_by_sources,
)
from reconciliation.decisions.homes_asked_about import HomesAskedAbout, entries_asked_about, homes_asked_about
from reconciliation.decisions.kobo_change_answers import evidence_of_change
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
    Candidate,
    CandidateKind,
    Question,
    SourceRow,
    asks_number,
    question_id,
)
from reconciliation.decisions.question_lookup import AskedAbout, side_values
from reconciliation.decisions.value_answers import known_answer, unit_answer
from reconciliation.model.decision_evidence import evidence_of
from reconciliation.model.plan_actions import CHANGED_IN_KOBO, EDITED_IN_KOBO, MADE_AGAIN, STAYS_IN_KOBO
from reconciliation.model.words import DwellingClass

EDITED = [EDITED_IN_KOBO, STAYS_IN_KOBO]


class QuestionMaker:
    """Makes the questions of one night."""

    def __init__(self, night: AskedAbout) -> None:
        self.night = night

    def about(self, item: Mapping[str, Any]) -> Iterator[Question]:
        """The questions about one of PLAN_ITEMS, without decisions."""
        dwelling = self.night.dwellings.get(item["leverandor_bolig_id"])
        if item["held"] in EDITED and item["kobo_id"] in self.night.entries:
            yield self._removal(item)
        if dwelling is None:
            return
        if item["reason"] in (DELETED, MADE_AGAIN):
            yield self._absent(item, dwelling)
            return
        changed = json.loads(item["details"] or "{}").get("asked", [])
        yield from (self._changed(item, dwelling, change) for change in changed)
        if item["class"] == DwellingClass.CONFLICT.value:
            disputed = disputed_fields(item)
            yield from (self._field(item, dwelling, name) for name in disputed)
            if not disputed and item["reason"] != CHANGED_IN_KOBO and item["kobo_id"] in self.night.entries:
                yield self._choosing(item, dwelling, entries_asked_about(self.night, dwelling, [item]))
        elif item["class"] == DwellingClass.REVIEW.value and (asked := homes_asked_about(self.night, item, dwelling)):
            yield self._choosing(item, dwelling, asked)

    def _choosing(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], asked: HomesAskedAbout) -> Question:
        made = self._question(
            asked.about, item, dwelling, None, asked.evidence, asked.answers, asked.candidates, reason=asked.reason or item["reason"]
        )
        return replace(made, house=asked.house, owner=asked.owner or made.owner, contradicting=asked.contradicting)

    def entry_question(self, asked: list[Question]) -> Question:
        """Which of these dwellings is the entry? asked: MATCH questions that all have that entry as their only candidate."""
        kobo_id = asked[0].candidates[0].name
        entry = self.night.entries[kobo_id]
        items = [self.night.dwellings[question.dwelling] for question in asked]
        pairs = [(str(item["leverandor_bolig_id"]), str(item["leverandor_bolig_id"]), evidence_of(item, entry)) for item in items]
        answers = pair_choices(MATCH, f"kobo:{kobo_id}", pairs, turned=True)
        candidates = tuple(self.night.candidate(item, question.reason) for item, question in zip(items, asked, strict=True))
        return Question(
            id=question_id(ENTRY, kobo_id),
            about=ENTRY,
            dwelling=kobo_id,
            owner=asked[0].owner,
            field=None,
            evidence=evidence_of(entry, *items),
            reason=asked[0].reason,
            details="{}",
            answers=answers,
            ours=side_values(entry),
            candidates=candidates,
            values_by_source={},
            secret=asked[0].secret,
            rejected=asked[0].rejected,
        )

    def _field(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], name: str) -> Question:
        kobo_id, ours = item["kobo_id"], str(dwelling["leverandor_bolig_id"])
        entry = self.night.entries.get(kobo_id, {})
        stated = stated_by_sources(dwelling, name, self.night.values_by_source)
        evidence = evidence_of_conflict(name, stated, kobo_id, entry.get(name))
        chosen = evidence_of_sources(name, stated)
        # A pair that a key found and a protected field contradicts is ours only when a person says so.
        pair = evidence_of(dwelling, entry)
        adopts = (Answer("same", MATCH, ours, f"kobo:{kobo_id}", pair),) if kobo_id and item["match_key"] != "link" else ()
        answers = []
        if kobo_id:
            answers += [Answer("keep", FIELD, ours, None, evidence, name, along=adopts)]
            answers += [Answer("replace", FIELD, ours, None, evidence, name, along=adopts)]
        if AGREED not in stated:
            answers += [Answer(f"take:{source}", FIELD, ours, None, chosen, name, value=source) for source in sorted(stated)]
        if json.loads(item["details"] or "{}").get("match") == "protected_differs":
            answers += [Answer("different", MATCH, ours, f"kobo:{kobo_id}", pair)]
        if AGREED not in stated:
            answers += split_choices(dwelling["source_keys"])
        beside = self._entry(kobo_id)
        return self._question(
            FIELD, item, dwelling, name, evidence, tuple(answers), beside, values_by_source={} if AGREED in stated else stated
        )

    def _entry(self, kobo_id: str | None) -> tuple[Candidate, ...]:
        if not kobo_id:
            return ()
        return (Candidate(kobo_id, side_values(self.night.entries.get(kobo_id, {})), kind=CandidateKind.ENTRY),)

    def _changed(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], asked: Mapping[str, Any]) -> Question:
        """A field whose value somebody changed in Kobo. asked: one of the item's `asked`."""
        kobo_id, ours, name = item["kobo_id"], str(dwelling["leverandor_bolig_id"]), str(asked["field"])
        evidence = evidence_of_change(name, asked["ours"], asked["theirs"])
        answers = tuple(known_answer(ours, name, evidence, asked[side]) for side in ("theirs", "ours"))
        as_json = json.dumps(asked, ensure_ascii=False)
        beside = self._entry(kobo_id)
        return self._question(CHANGED, {**item, "details": as_json}, dwelling, name, evidence, answers, beside, reason=CHANGED_IN_KOBO)

    def _absent(self, item: Mapping[str, Any], dwelling: Mapping[str, Any]) -> Question:
        evidence, ours = evidence_of_absence(item["kobo_id"]), str(dwelling["leverandor_bolig_id"])
        answers = tuple(Answer(code, FIELD, ours, None, evidence) for code in ("keep", "replace"))
        return self._question(
            ABSENT, item, dwelling, None, evidence, answers, (Candidate(item["kobo_id"], side_values({}), kind=CandidateKind.ENTRY),)
        )

    def _removal(self, item: Mapping[str, Any]) -> Question:
        """In no source any more, and edited in Kobo: is the entry deleted? `ours` are the entry's values, for there are no others."""
        details, kobo_id, ours = json.loads(item["details"]), str(item["kobo_id"]), str(item["leverandor_bolig_id"])
        evidence = evidence_of_removal(kobo_id, details["edited"])
        answers = tuple(Answer(code, REMOVAL, ours, None, evidence) for code in ("remove", "keep"))
        gone = {**self.night.entries[kobo_id], "leverandor_bolig_id": ours, "owner": details["owner"], "source_keys": ()}
        return self._question(REMOVAL, item, gone, None, evidence, answers, (), reason=EDITED_IN_KOBO)

    def _question(
        self,
        about: str,
        item: Mapping[str, Any],
        dwelling: Mapping[str, Any],
        field: str | None,
        evidence: str,
        answers: tuple[Answer, ...],
        candidates: tuple[Candidate, ...],
        *,
        reason: str | None = None,
        values_by_source: Mapping[str, Any] | None = None,
    ) -> Question:
        ours, rows = str(dwelling["leverandor_bolig_id"]), self.night.rows_of(dwelling)
        why = reason or item["reason"]
        numbered = asks_number(about, dwelling.get("bruksenhetsnummer"), why)
        offered = self._official_units(rows) if numbered else ()
        answers = (*answers, *offered)
        entries = [candidate.values for candidate in candidates if candidate.kind is CandidateKind.ENTRY]
        return Question(
            # Of a field it is asked beside one entry; what a dwelling is, is one question whatever the candidates are.
            id=question_id(about, ours, None if about in (MATCH, MERGE, UNIT) else item["kobo_id"], field),
            about=about,
            dwelling=ours,
            owner=dwelling["owner"],
            field=field,
            evidence=evidence,
            reason=why,
            details=item["details"] or "{}",
            answers=answers,
            ours=side_values(dwelling),
            candidates=candidates,
            values_by_source=dict(values_by_source or {}),
            secret=ours in self.night.shielded,
            rows=rows,
            only_units=bool(offered),
            units_there=self.night.units_there.at(dwelling) if numbered else (),
            rejected=self.night.rejected.beside(dwelling, entries) if about in CHOOSING else (),
        )

    def _official_units(self, rows: Sequence[SourceRow]) -> tuple[Answer, ...]:
        """The unit numbers that the official register has at the address, as answers."""
        rows_by_key = [(f"{row.source}:{row.key}", row.values) for row in rows]
        lists = [self.night.units[key] for key, _ in rows_by_key if key in self.night.units]
        return tuple(answer for unit in (lists[0] if lists else ()) if (answer := unit_answer(rows_by_key, unit)))
