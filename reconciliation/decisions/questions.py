"""What only a person can decide tonight: one question for each dwelling in doubt, with all its candidates in one list.

A question keeps its id for ever; its evidence says on what it is asked. It is open until somebody answers on that evidence.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from reconciliation.decisions.answer_choices import SPLIT, Answer, Record, in_force
from reconciliation.decisions.conflicts import DELETED, disputed_fields
from reconciliation.decisions.field_evidence import (
    AGREED,
    by_source,
    evidence_of_absence,
    evidence_of_conflict,
    evidence_of_removal,
    evidence_of_sources,
    said_by_sources,
)
from reconciliation.decisions.kobo_change_answers import evidence_of_change
from reconciliation.decisions.question import (
    ABSENT,
    CHANGED,
    ENTRY,
    FIELD,
    MATCH,
    MERGE,
    REMOVAL,
    UNIT,
    Candidate,
    Question,
    SourceRow,
    question_id,
)
from reconciliation.decisions.question_list import about_entries, ordered_questions, without_repeats
from reconciliation.decisions.unit_offers import units_offered
from reconciliation.decisions.value_answers import known_answer, unit_answer
from reconciliation.model.known_decisions import EVIDENCE_FIELDS, evidence_of
from reconciliation.model.plan_actions import CHANGED_IN_KOBO, EDITED_IN_KOBO, STAYS_IN_KOBO
from reconciliation.model.shielding import shielded_entries, shielded_ids
from reconciliation.model.tables import CONTENT
from reconciliation.model.words import DwellingClass

SIDE = [name for name in EVIDENCE_FIELDS if name in CONTENT]
_EDITED = [EDITED_IN_KOBO, STAYS_IN_KOBO]
_ADDRESS = ("kommunenummer", "adressenavn", "nummer", "bokstav")


@dataclass(frozen=True, slots=True)
class Tables:
    """A night's tables, as far as questions are made of them. shielded_gone: leverandor_bolig_id of shielded dwellings in no source.
    deviations: None where nothing is known of the units that the official register has."""

    dwellings: pl.DataFrame
    items: pl.DataFrame
    matches: pl.DataFrame
    lineage: pl.DataFrame
    standing: pl.DataFrame
    register_rows: pl.DataFrame
    shielded_gone: Collection[str] = ()
    deviations: pl.DataFrame | None = None


def questions(night: Tables, decisions: pl.DataFrame) -> list[Question]:
    """Every question of the night, open or answered; those that hold up most dwellings first, those of one house together.
    decisions: the ledger's DECISIONS in force."""
    return AskedOf(night).decided(decisions)


class AskedOf:
    """The questions of a night's tables. Making them takes most of the time; what is decided about them is looked up for each set of
    decisions, so that whoever answers many of them does not wait for all of them after each."""

    def __init__(self, night: Tables) -> None:
        self._known, self._found = _found_in(night)
        self.named = {name for one in self._found for name in (one.dwelling, *(beside.name for beside in one.candidates))}
        """Dwellings that are asked about, and what is offered beside them."""

    def decided(self, decisions: pl.DataFrame) -> list[Question]:
        """As `questions`."""
        known, record = self._known, Record.of(decisions)
        if known is None:
            return []

        def one_entry(asked: list[Question]) -> Question:
            question = known.entry_question(asked)
            return with_decision(replace(question, holds_up=known.holds_up(question)), record)

        return ordered_questions(about_entries(without_repeats([with_decision(one, record) for one in self._found]), one_entry))


def with_decision(question: Question, record: Record) -> Question:
    """The question with the answer that is in force for it, if there is one. question: without one."""
    found = in_force(record, question.answers)
    return question if found is None else replace(question, decided=found[0], decided_code=found[1].code)


def _found_in(night: Tables) -> tuple[_Known | None, list[Question]]:
    """What questions are made from, and those of single dwellings, undecided; none of either where nobody has to be asked."""
    asked_about = pl.col("details").str.contains('"asked":', literal=True).fill_null(value=False)
    to_a_person = pl.col("class").is_in([DwellingClass.CONFLICT.value, DwellingClass.REVIEW.value]) | pl.col("held").is_in(_EDITED)
    waiting = night.items.filter(to_a_person | asked_about)
    if waiting.is_empty():
        return None, []
    known = _Known(night, waiting)
    found: dict[str, Question] = {}
    for item in waiting.sort("leverandor_bolig_id", "kobo_id", nulls_last=True).iter_rows(named=True):
        for one in known.about(item):
            found.setdefault(one.id, one)
    return known, [replace(one, holds_up=known.holds_up(one)) for one in found.values()]


def _one_home() -> pl.Expr:
    """On MATCHES: the two are, or were, held for the same home."""
    return pl.col("certain") | (pl.col("key") == "link")


class _Known:
    """What the questions of one night are made from, looked up once."""

    def __init__(self, night: Tables, waiting: pl.DataFrame) -> None:
        self.waiting = set(waiting.get_column("leverandor_bolig_id").drop_nulls())
        ids = waiting.select("leverandor_bolig_id").unique()
        subjects = night.dwellings.join(ids, on="leverandor_bolig_id", how="semi")
        others = subjects.select(leverandor_bolig_id="candidates").explode("leverandor_bolig_id").drop_nulls().unique()
        every = pl.concat([ids, others]).unique()
        self.dwellings = {
            row["leverandor_bolig_id"]: row
            for row in night.dwellings.join(every, on="leverandor_bolig_id", how="semi").iter_rows(named=True)
        }
        keys = {key for row in self.dwellings.values() for key in row["source_keys"]}
        rows = night.standing.with_columns(_key=pl.col("source") + ":" + pl.col("source_key")).filter(pl.col("_key").is_in(sorted(keys)))
        self.rows = {row["_key"]: row for row in rows.iter_rows(named=True)}
        offered = night.matches.filter(~pl.col("certain")).join(ids, on="leverandor_bolig_id", how="semi")
        self.offered: dict[str, list[dict[str, Any]]] = {}
        for match in offered.iter_rows(named=True):
            self.offered.setdefault(match["leverandor_bolig_id"], []).append(match)
        entries = pl.concat([waiting.select("kobo_id"), offered.select("kobo_id")]).drop_nulls().unique()
        held = night.register_rows.join(entries, on="kobo_id", how="semi") if "kobo_id" in night.register_rows.columns else None
        self.entries = {} if held is None else {row["kobo_id"]: row for row in held.iter_rows(named=True)}
        shielded = pl.concat([shielded_ids(night.dwellings), pl.Series(sorted(night.shielded_gone), dtype=pl.String)])
        one_home = [frame.select("leverandor_bolig_id", "kobo_id") for frame in (night.matches.filter(_one_home()), night.items)]
        self.shielded = {*shielded, *shielded_entries(shielded, pl.concat(one_home))}
        self.units = units_offered(night.deviations, self.rows)
        self.said = by_source(night.lineage.join(ids, on="leverandor_bolig_id", how="semi"))

    def about(self, item: Mapping[str, Any]) -> Iterator[Question]:
        dwelling = self.dwellings.get(item["leverandor_bolig_id"])
        if item["held"] in _EDITED and item["kobo_id"] in self.entries:
            yield self._removal(item)
        if dwelling is None:
            return
        if item["reason"] == DELETED:
            yield self._absent(item, dwelling)
            return
        changed = json.loads(item["details"] or "{}").get("asked", [])
        yield from (self._changed(item, dwelling, one) for one in changed)
        if item["class"] == DwellingClass.CONFLICT.value:
            disputed = disputed_fields(item)
            yield from (self._field(item, dwelling, name) for name in disputed)
            if not disputed and item["reason"] != CHANGED_IN_KOBO and item["kobo_id"] in self.entries:
                yield self._match(item, dwelling, [item])
        elif item["class"] != DwellingClass.REVIEW.value:
            return
        elif dwelling["candidates"]:
            named = [self.dwellings[one] for one in dwelling["candidates"] if one in self.dwellings and self._may_be_named(item, one)]
            yield from self._merge(item, dwelling, [one for one in named if not set(one["sources"]) & set(dwelling["sources"])])
        else:
            offered = self.offered.get(item["leverandor_bolig_id"], [])
            named = [match for match in offered if match["kobo_id"] in self.entries and self._may_be_named(item, match["kobo_id"])]
            if named:
                yield self._match(item, dwelling, named)

    def holds_up(self, question: Question) -> int:
        """How many dwellings wait for the answer."""
        named = {question.dwelling, *(one.name for one in question.candidates)}
        return max(1, len(named & self.waiting))

    def _may_be_named(self, item: Mapping[str, Any], other: str) -> bool:
        """Law 10: see reconciliation/model/shielding."""
        return (item["leverandor_bolig_id"] in self.shielded) == (other in self.shielded)

    def _match(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], offered: Sequence[Mapping[str, Any]]) -> Question:
        """Which of these entries is the dwelling?"""
        ours = str(dwelling["leverandor_bolig_id"])
        entries = [self.entries[match["kobo_id"]] for match in offered]
        pairs = [(str(entry["kobo_id"]), f"kobo:{entry['kobo_id']}", evidence_of(dwelling, entry)) for entry in entries]
        answers = (*_choices(MATCH, ours, pairs), Answer("new", MATCH, ours, None, evidence_of(dwelling)), *self._splits(dwelling))
        candidates = tuple(
            Candidate(str(entry["kobo_id"]), _values(entry), str(match["reason"])) for entry, match in zip(entries, offered, strict=True)
        )
        evidence = evidence_of(dwelling, *entries)
        return self._question(MATCH, item, dwelling, None, evidence, answers, candidates, reason=str(offered[0]["reason"]))

    def entry_question(self, asked: list[Question]) -> Question:
        """Which of these dwellings is the entry? asked: MATCH questions that all have that entry as their only candidate."""
        kobo_id = asked[0].candidates[0].name
        entry = self.entries[kobo_id]
        items = [self.dwellings[one.dwelling] for one in asked]
        pairs = [(str(one["leverandor_bolig_id"]), str(one["leverandor_bolig_id"]), evidence_of(one, entry)) for one in items]
        answers = _choices(MATCH, f"kobo:{kobo_id}", pairs, turned=True)
        candidates = tuple(self._candidate(one, question.reason) for one, question in zip(items, asked, strict=True))
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
            ours=_values(entry),
            candidates=candidates,
            values_by_source={},
            secret=asked[0].secret,
        )

    def _merge(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Iterator[Question]:
        """Which of ours is the dwelling? Two rows of one source are never merged: without others, only its unit number is asked for."""
        left = dwelling["source_keys"][0]
        first = self.rows.get(left, {})
        rights = [one["source_keys"][0] for one in others]
        pairs = [
            (str(one["leverandor_bolig_id"]), right, evidence_of(first, self.rows.get(right, {})))
            for one, right in zip(others, rights, strict=True)
        ]
        new = Answer("new", MERGE, left, None, evidence_of(first))
        house = None if dwelling.get("bruksenhetsnummer") else "|".join(str(dwelling.get(name) or "").casefold() for name in _ADDRESS)
        if others:
            choices = (*_choices(MERGE, left, pairs), new, *self._splits(dwelling))
            evidence = evidence_of(first, *(self.rows.get(right, {}) for right in rights))
            candidates = tuple(self._candidate(one, item["reason"]) for one in others)
            yield replace(self._question(MERGE, item, dwelling, None, evidence, choices, candidates), house=house)
        elif house is not None:
            answers = (new, Answer("unsure", MERGE, left, None, evidence_of(first)))
            yield replace(self._question(UNIT, item, dwelling, None, evidence_of(first), answers, ()), house=house)

    def _candidate(self, dwelling: Mapping[str, Any], reason: str) -> Candidate:
        return Candidate(str(dwelling["leverandor_bolig_id"]), _values(dwelling), reason, self._rows_of(dwelling))

    def _rows_of(self, dwelling: Mapping[str, Any]) -> tuple[SourceRow, ...]:
        """Each source's row, so that a merge can be seen."""
        held = [(key, self.rows[key]) for key in dwelling["source_keys"] if key in self.rows]
        return tuple(SourceRow(row["source"], row["source_key"], _values(row)) for _, row in held)

    def _splits(self, dwelling: Mapping[str, Any]) -> tuple[Answer, ...]:
        """That a row is no row of this home. Said once, it holds permanently: whatever changes, the two are not joined again."""
        keys = sorted(dwelling["source_keys"])
        if len(keys) < 2:
            return ()
        codes = {key: SPLIT if len(keys) == 2 else f"{SPLIT}:{key}" for key in (keys[1:] if len(keys) == 2 else keys)}
        found = []
        for key, code in codes.items():
            apart = [Answer(code, MERGE, key, other, None) for other in keys if other != key]
            found.append(replace(apart[0], along=tuple(apart[1:])))
        return tuple(found)

    def _field(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], name: str) -> Question:
        kobo_id, ours = item["kobo_id"], str(dwelling["leverandor_bolig_id"])
        entry = self.entries.get(kobo_id, {})
        said = said_by_sources(dwelling, name, self.said)
        evidence = evidence_of_conflict(name, said, kobo_id, entry.get(name))
        chosen = evidence_of_sources(name, said)
        # A pair that a key found and a protected field contradicts is ours only when a person says so.
        pair = evidence_of(dwelling, entry)
        adopts = (Answer("same", MATCH, ours, f"kobo:{kobo_id}", pair),) if kobo_id and item["match_key"] != "link" else ()
        answers = []
        if kobo_id:
            answers += [Answer("keep", FIELD, ours, None, evidence, name, along=adopts)]
            answers += [Answer("replace", FIELD, ours, None, evidence, name, along=adopts)]
        if AGREED not in said:
            answers += [Answer(f"take:{source}", FIELD, ours, None, chosen, name, value=source) for source in sorted(said)]
        if json.loads(item["details"] or "{}").get("match") == "protected_differs":
            answers += [Answer("different", MATCH, ours, f"kobo:{kobo_id}", pair)]
        if AGREED not in said:
            answers += self._splits(dwelling)
        beside = self._entry(kobo_id)
        return self._question(
            FIELD, item, dwelling, name, evidence, tuple(answers), beside, values_by_source={} if AGREED in said else said
        )

    def _entry(self, kobo_id: str | None) -> tuple[Candidate, ...]:
        return (Candidate(kobo_id, _values(self.entries.get(kobo_id, {}))),) if kobo_id else ()

    def _changed(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], asked: Mapping[str, Any]) -> Question:
        """A field whose value somebody changed in Kobo. asked: one of the item's `asked`."""
        kobo_id, ours, name = item["kobo_id"], str(dwelling["leverandor_bolig_id"]), str(asked["field"])
        evidence = evidence_of_change(name, asked["ours"], asked["theirs"])
        answers = tuple(known_answer(ours, name, evidence, asked[side]) for side in ("theirs", "ours"))
        told = json.dumps(asked, ensure_ascii=False)
        beside = self._entry(kobo_id)
        return self._question(CHANGED, {**item, "details": told}, dwelling, name, evidence, answers, beside, reason=CHANGED_IN_KOBO)

    def _absent(self, item: Mapping[str, Any], dwelling: Mapping[str, Any]) -> Question:
        evidence, ours = evidence_of_absence(item["kobo_id"]), str(dwelling["leverandor_bolig_id"])
        answers = tuple(Answer(code, FIELD, ours, None, evidence) for code in ("keep", "replace"))
        return self._question(ABSENT, item, dwelling, None, evidence, answers, (Candidate(item["kobo_id"], _values({})),))

    def _removal(self, item: Mapping[str, Any]) -> Question:
        """In no source any more, and edited in Kobo: is the entry deleted? `ours` are the entry's values, for there are no others."""
        told, kobo_id, ours = json.loads(item["details"]), str(item["kobo_id"]), str(item["leverandor_bolig_id"])
        evidence = evidence_of_removal(kobo_id, told["edited"])
        answers = tuple(Answer(code, REMOVAL, ours, None, evidence) for code in ("remove", "keep"))
        gone = {**self.entries[kobo_id], "leverandor_bolig_id": ours, "owner": told["owner"], "source_keys": ()}
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
        ours, rows = str(dwelling["leverandor_bolig_id"]), self._rows_of(dwelling)
        offered = self._units_of(about, dwelling, rows)
        answers = (*answers, *offered)
        return Question(
            # Of a field it is asked beside one entry; what a dwelling is, is one question whatever the candidates are.
            id=question_id(about, ours, None if about in (MATCH, MERGE, UNIT) else item["kobo_id"], field),
            about=about,
            dwelling=ours,
            owner=dwelling["owner"],
            field=field,
            evidence=evidence,
            reason=reason or item["reason"],
            details=item["details"] or "{}",
            answers=answers,
            ours=_values(dwelling),
            candidates=candidates,
            values_by_source=dict(values_by_source or {}),
            secret=ours in self.shielded,
            rows=rows,
            only_units=bool(offered),
        )

    def _units_of(self, about: str, dwelling: Mapping[str, Any], rows: Sequence[SourceRow]) -> tuple[Answer, ...]:
        """Where its unit number is asked for: those that the official register has at the address, as answers."""
        if about not in (MERGE, UNIT) or dwelling.get("bruksenhetsnummer") or not rows:
            return ()
        held = [(f"{row.source}:{row.key}", row.values) for row in rows]
        lists = [self.units[key] for key, _ in held if key in self.units]
        return tuple(answer for unit in (lists[0] if lists else ()) if (answer := unit_answer(held, unit)))


def _choices(kind: str, subject: str, pairs: Sequence[tuple[str, str, str]], *, turned: bool = False) -> tuple[Answer, ...]:
    """Same as one of them, none of them, or unsure. pairs: the candidate's name, its name in decisions, and the evidence of the pair.
    turned: subject is the entry."""

    def said(code: str, name: str, evidence: str) -> Answer:
        return Answer(code, kind, name if turned else subject, subject if turned else name, evidence)

    def of_all(code: str) -> Answer:
        each = [said(code, name, evidence) for _, name, evidence in pairs]
        return replace(each[0], along=tuple(each[1:]))

    one = len(pairs) == 1
    same = [said("same" if one else f"same:{candidate}", name, evidence) for candidate, name, evidence in pairs]
    return (*same, of_all("different"), of_all("unsure"))


def _disagreeing(said: Mapping[str, Any]) -> Mapping[str, Any]:
    return {} if AGREED in said else said


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in SIDE}
