"""What only a person can decide tonight: each question with both its sides, the answers it takes, and what was decided before.

A question keeps its id for ever; its evidence says on what it is asked. It is open until somebody answers on that evidence.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.decisions.answer_choices import Answer, Record, asked
from reconciliation.decisions.confirmed_warnings import right_answer, until_of
from reconciliation.decisions.conflicts import DELETED, disputed_fields
from reconciliation.decisions.field_evidence import (
    AGREED,
    by_source,
    evidence_of_absence,
    evidence_of_conflict,
    evidence_of_sources,
    said_by_sources,
)
from reconciliation.decisions.kobo_changes import evidence_of_change
from reconciliation.decisions.value_answers import known_answer, value_answer
from reconciliation.model.known_decisions import EVIDENCE_FIELDS, evidence_of
from reconciliation.model.plan_actions import CHANGED_IN_KOBO
from reconciliation.model.shielding import shielded_entries, shielded_ids
from reconciliation.model.tables import CONTENT, DEVIATIONS
from reconciliation.model.words import DwellingClass, Severity

MATCH, MERGE, FIELD, ABSENT, CHANGED, WARNING = "match", "merge", "field", "absent", "kobo_change", "warning"
"""Is it that entry in Kobo; are two of ours one; whose value of a field; ours, and deleted in Kobo; a value changed in Kobo; is a value
right that a rule warns of."""

_SIDE = [name for name in EVIDENCE_FIELDS if name in CONTENT]


@dataclass(frozen=True, slots=True)
class Question:
    """about: one of the words above. other: koboId, or leverandor_bolig_id of the other dwelling of ours; None without one.

    ours, theirs: canonical field -> value of each side. said: source -> value, where our own sources disagree on `field`.
    secret: the address is shown nowhere, of either side: no pair is asked of which one side alone is shielded.
    decided: the standing answer on this evidence, None while open.
    """

    id: str
    about: str
    dwelling: str
    owner: str | None
    other: str | None
    field: str | None
    evidence: str
    reason: str
    details: str
    answers: tuple[Answer, ...]
    ours: Mapping[str, Any]
    theirs: Mapping[str, Any]
    said: Mapping[str, Any]
    secret: bool
    decided: Mapping[str, Any] | None = None

    def answer(self, code: str) -> Answer | None:
        """The answer with that code. Where a value was changed in Kobo, any other value of the field's kind is an answer too; that a
        warning is right may be said until a day."""
        found = next((one for one in self.answers if one.code == code), None)
        if found is None and self.about == WARNING and (until := until_of(code)) is not None:
            return right_answer(json.loads(self.details), until)
        if found is not None or self.about != CHANGED or self.field is None:
            return found
        return value_answer(self.dwelling, self.field, self.evidence, code)


@dataclass(frozen=True, slots=True)
class Tables:
    """A night's tables, as far as questions are made of them."""

    dwellings: pl.DataFrame
    items: pl.DataFrame
    matches: pl.DataFrame
    lineage: pl.DataFrame
    standing: pl.DataFrame
    register_rows: pl.DataFrame


def questions(night: Tables, decisions: pl.DataFrame) -> list[Question]:
    """Every question of the night, open or answered, sorted by dwelling. decisions: the ledger's DECISIONS in force."""
    asked_about = pl.col("details").str.contains('"asked":', literal=True).fill_null(value=False)
    waiting = night.items.filter(pl.col("class").is_in([DwellingClass.CONFLICT.value, DwellingClass.REVIEW.value]) | asked_about)
    if waiting.is_empty():
        return []
    known = _Known(night, waiting, Record.of(decisions))
    found: dict[str, Question] = {}
    for item in waiting.sort("leverandor_bolig_id", "kobo_id", nulls_last=True).iter_rows(named=True):
        for one in known.about(item):
            # Two that may be each other are one question.
            found.setdefault(one.id, one)
    return list(found.values())


def question_id(*parts: str | None) -> str:
    """Short enough to be read over the telephone; the same on every night."""
    return "S-" + hashlib.sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()[:10].upper()


def _one_home() -> pl.Expr:
    """On MATCHES: the two are, or were, held for the same home."""
    return pl.col("certain") | (pl.col("key") == "link")


def warning_questions(deviations: pl.DataFrame, night: Tables, decisions: pl.DataFrame) -> list[Question]:
    """Is this right? One question for each warning (DEVIATIONS) of a row that stands in a dwelling, open or answered."""
    warned = deviations.filter((pl.col("severity") == Severity.WARNING.value) & pl.col("source_key").is_not_null())
    if warned.is_empty():
        return []
    keyed = warned.with_columns(_key=pl.concat_str("source", pl.lit(":"), "source_key"))
    keys = keyed.get_column("_key").unique()
    homes = {
        key: row
        for row in night.dwellings.filter(pl.col("source_keys").list.eval(pl.element().is_in(keys.implode())).list.any()).iter_rows(
            named=True
        )
        for key in row["source_keys"]
    }
    record = Record.of(decisions)
    told = (_warned(row, homes[row["_key"]], record) for row in keyed.iter_rows(named=True) if row["_key"] in homes)
    return list({one.id: one for one in told}.values())


def _warned(row: Mapping[str, Any], dwelling: Mapping[str, Any], record: Record) -> Question:
    told = {name: row[name] for name in DEVIATIONS}
    answer = right_answer(told)
    standing = record.last.get(answer.question)
    return Question(
        id=question_id(WARNING, answer.subject, answer.field),
        about=WARNING,
        dwelling=str(dwelling["leverandor_bolig_id"]),
        owner=row["owner"],
        other=None,
        field=row["field"],
        evidence=answer.evidence,
        reason=row["rule"],
        details=json.dumps(told, ensure_ascii=False),
        answers=(answer,),
        ours={name: dwelling.get(name) for name in _SIDE},
        theirs=dict.fromkeys(_SIDE),
        said={},
        secret=bool(dwelling.get("hemmelig_adresse")),
        decided=standing if standing and standing["evidence"] == answer.evidence else None,
    )


class _Known:
    """What the questions of one night are made from, looked up once."""

    def __init__(self, night: Tables, waiting: pl.DataFrame, record: Record) -> None:
        self.record = record
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
        shielded = shielded_ids(night.dwellings)
        one_home = [frame.select("leverandor_bolig_id", "kobo_id") for frame in (night.matches.filter(_one_home()), night.items)]
        self.shielded = {*shielded, *shielded_entries(shielded, pl.concat(one_home))}
        self.said = by_source(night.lineage.join(ids, on="leverandor_bolig_id", how="semi"))

    def about(self, item: Mapping[str, Any]) -> Iterator[Question]:
        dwelling = self.dwellings.get(item["leverandor_bolig_id"])
        if dwelling is None:
            return
        if item["reason"] == DELETED:
            yield self._absent(item, dwelling)
            return
        changed = json.loads(item["details"] or "{}").get("asked", [])
        yield from (self._changed(item, dwelling, one) for one in changed)
        if item["class"] == DwellingClass.CONFLICT.value and item["reason"] != CHANGED_IN_KOBO:
            disputed = disputed_fields(item)
            yield from (self._field(item, dwelling, name) for name in disputed)
            if not disputed and item["kobo_id"] in self.entries:
                yield self._match(item, dwelling, item)
        elif item["class"] != DwellingClass.REVIEW.value:
            return
        elif dwelling["candidates"]:
            named = [one for one in dwelling["candidates"] if one in self.dwellings and self._may_be_named(item, one)]
            yield from (self._merge(item, dwelling, self.dwellings[one]) for one in named)
        else:
            offered = self.offered.get(item["leverandor_bolig_id"], [])
            named = [match for match in offered if match["kobo_id"] in self.entries and self._may_be_named(item, match["kobo_id"])]
            yield from (self._match(item, dwelling, match) for match in named)

    def _may_be_named(self, item: Mapping[str, Any], other: str) -> bool:
        """Law 10: see reconciliation/model/shielding."""
        return (item["leverandor_bolig_id"] in self.shielded) == (other in self.shielded)

    def _match(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], match: Mapping[str, Any]) -> Question:
        kobo_id, ours = match["kobo_id"], str(dwelling["leverandor_bolig_id"])
        entry = self.entries[kobo_id]
        evidence, alone = evidence_of(dwelling, entry), evidence_of(dwelling)
        answers = (
            Answer("same", MATCH, ours, f"kobo:{kobo_id}", evidence),
            Answer("different", MATCH, ours, f"kobo:{kobo_id}", evidence),
            Answer("unsure", MATCH, ours, f"kobo:{kobo_id}", evidence),
            Answer("new", MATCH, ours, None, alone),
        )
        return self._asked(MATCH, item, dwelling, kobo_id, None, evidence, answers, entry, reason=match["reason"])

    def _merge(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], other: Mapping[str, Any]) -> Question:
        left, right = dwelling["source_keys"][0], other["source_keys"][0]
        first, second = self.rows.get(left, {}), self.rows.get(right, {})
        evidence = evidence_of(first, second)
        answers = [
            # Two rows of one source are never merged: there the source itself must be mended.
            *([] if set(dwelling["sources"]) & set(other["sources"]) else [Answer("same", MERGE, left, right, evidence)]),
            Answer("different", MERGE, left, right, evidence),
            Answer("unsure", MERGE, left, right, evidence),
            Answer("new", MERGE, left, None, evidence_of(first)),
        ]
        return self._asked(MERGE, item, dwelling, other["leverandor_bolig_id"], None, evidence, tuple(answers), other)

    def _field(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], name: str) -> Question:
        kobo_id, ours = item["kobo_id"], str(dwelling["leverandor_bolig_id"])
        entry = self.entries.get(kobo_id, {})
        said = said_by_sources(dwelling, name, self.said)
        evidence = evidence_of_conflict(name, said, kobo_id, entry.get(name))
        chosen = evidence_of_sources(name, said)
        # A pair that a key found and a protected field speaks against is ours only when a person says so.
        pair = evidence_of(dwelling, entry)
        adopts = Answer("same", MATCH, ours, f"kobo:{kobo_id}", pair) if kobo_id and item["match_key"] != "link" else None
        answers = []
        if kobo_id:
            answers += [Answer("keep", FIELD, ours, None, evidence, name, adopts=adopts)]
            answers += [Answer("replace", FIELD, ours, None, evidence, name, adopts=adopts)]
        if AGREED not in said:
            answers += [Answer(f"take:{source}", FIELD, ours, None, chosen, name, value=source) for source in sorted(said)]
        if json.loads(item["details"] or "{}").get("match") == "protected_differs":
            answers += [Answer("different", MATCH, ours, f"kobo:{kobo_id}", pair)]
        return self._asked(FIELD, item, dwelling, kobo_id, name, evidence, tuple(answers), entry, said={} if AGREED in said else said)

    def _changed(self, item: Mapping[str, Any], dwelling: Mapping[str, Any], asked: Mapping[str, Any]) -> Question:
        """A field whose value somebody changed in Kobo. asked: one of the item's `asked`."""
        kobo_id, ours, name = item["kobo_id"], str(dwelling["leverandor_bolig_id"]), str(asked["field"])
        evidence = evidence_of_change(name, asked["ours"], asked["theirs"])
        answers = tuple(known_answer(ours, name, evidence, asked[side]) for side in ("theirs", "ours"))
        told = json.dumps(asked, ensure_ascii=False)
        entry = self.entries.get(kobo_id, {})
        return self._asked(CHANGED, {**item, "details": told}, dwelling, kobo_id, name, evidence, answers, entry, reason=CHANGED_IN_KOBO)

    def _absent(self, item: Mapping[str, Any], dwelling: Mapping[str, Any]) -> Question:
        evidence, ours = evidence_of_absence(item["kobo_id"]), str(dwelling["leverandor_bolig_id"])
        answers = tuple(Answer(code, FIELD, ours, None, evidence) for code in ("keep", "replace"))
        return self._asked(ABSENT, item, dwelling, item["kobo_id"], None, evidence, answers, {})

    def _asked(
        self,
        about: str,
        item: Mapping[str, Any],
        dwelling: Mapping[str, Any],
        other: str | None,
        field: str | None,
        evidence: str,
        answers: tuple[Answer, ...],
        theirs: Mapping[str, Any],
        *,
        reason: str | None = None,
        said: Mapping[str, Any] | None = None,
    ) -> Question:
        ours = str(dwelling["leverandor_bolig_id"])
        # A question between two of ours is one, whichever of them is asked about.
        named = sorted((ours, other or "")) if about == MERGE else [ours, other or ""]
        return Question(
            id=question_id(about, *named, field),
            about=about,
            dwelling=ours,
            owner=dwelling["owner"],
            other=other,
            field=field,
            evidence=evidence,
            reason=reason or item["reason"],
            details=item["details"] or "{}",
            answers=answers,
            ours={name: dwelling.get(name) for name in _SIDE},
            theirs={name: theirs.get(name) for name in _SIDE},
            said=dict(said or {}),
            secret=ours in self.shielded,
            decided=asked(self.record, answers),
        )
