"""Which home is this row? All that it may be, in one list: homes of ours, rows that it may be a copy of, and entries in Kobo."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reconciliation.decisions.answer_choices import Answer, pair_choices, split_choices
from reconciliation.decisions.question import MATCH, MERGE, UNIT, Candidate, CandidateKind
from reconciliation.decisions.question_lookup import AskedAbout, side_values
from reconciliation.decisions.value_answers import unit_answer
from reconciliation.identifiers.unit_floor import floor_in_unit
from reconciliation.model.decision_evidence import evidence_of
from reconciliation.model.known_decisions import DecisionKind, new_beside
from reconciliation.model.plan_actions import COPIED_ROW, NUMBER_IN_DOUBT, ONE_IN_KOBO

UNIT_CONTRADICTS_FLOOR = "unit_contradicts_floor"
_ADDRESS = ("kommunenummer", "adressenavn", "nummer", "bokstav")


@dataclass(frozen=True, slots=True)
class HomesAskedAbout:
    """What a choosing question is made of. reason, owner: None for the item's own, and the dwelling's. contradicting: as in Question."""

    about: str
    evidence: str
    answers: tuple[Answer, ...]
    candidates: tuple[Candidate, ...]
    reason: str | None = None
    house: str | None = None
    owner: str | None = None
    contradicting: tuple[str, ...] = ()


def homes_asked_about(night: AskedAbout, item: Mapping[str, Any], dwelling: Mapping[str, Any]) -> HomesAskedAbout | None:
    """item: one of PLAN_ITEMS in review. dwelling: its row of DWELLINGS. None where no answer settles it."""
    offered = night.entries_offered(item)
    if item["reason"] != ONE_IN_KOBO and not dwelling["candidates"]:
        return entries_asked_about(night, dwelling, offered) if offered else None
    named = [night.dwellings[name] for name in dwelling["candidates"] if name in night.dwellings and night.may_be_named(item, name)]
    # Rows of one list are two homes, unless the one is a copy of the other.
    mine = set() if item["reason"] == COPIED_ROW else set(dwelling["sources"])
    others = [] if item["reason"] == ONE_IN_KOBO else [other for other in named if not mine & set(other["sources"])]
    doubt = _Doubt(night, item, dwelling, offered)
    if others:
        return doubt.which_home(others)
    return doubt.which_number() if not dwelling["bruksenhetsnummer"] or item["reason"] == NUMBER_IN_DOUBT else None


def entries_asked_about(night: AskedAbout, dwelling: Mapping[str, Any], offered: Sequence[Mapping[str, Any]]) -> HomesAskedAbout:
    """Which of these entries is the dwelling? offered: rows of MATCHES, or one of PLAN_ITEMS with the entry of a conflict."""
    ours = str(dwelling["leverandor_bolig_id"])
    pairs = _pairs(night, dwelling, offered)
    new = Answer("new", MATCH, ours, None, evidence_of(dwelling), value=new_beside((name, evidence) for _, name, evidence in pairs))
    return HomesAskedAbout(
        MATCH,
        evidence_of(dwelling, *(night.entries[match["kobo_id"]] for match in offered)),
        (*_with_its_dwelling(night, dwelling, pair_choices(MATCH, ours, pairs)), new, *split_choices(dwelling["source_keys"])),
        _entries(night, offered),
        str(offered[0]["reason"]),
    )


def _with_its_dwelling(night: AskedAbout, dwelling: Mapping[str, Any], answers: Sequence[Answer]) -> list[Answer]:
    """Who says that it is an entry that another dwelling of ours is certain to be, says that the two dwellings are one."""
    key = str(dwelling["source_keys"][0])
    completed = []
    for answer in answers:
        holder = night.holders.get((answer.other or "").removeprefix("kobo:")) if answer.verdict == DecisionKind.SAME else None
        if holder in night.dwellings:
            right = str(night.dwellings[holder]["source_keys"][0])
            evidence = evidence_of(night.rows.get(key, {}), night.rows.get(right, {}))
            answer = replace(answer, along=(Answer("same", MERGE, key, right, evidence),))  # noqa: PLW2901 - completed, not another
        completed.append(answer)
    return completed


def _pairs(night: AskedAbout, dwelling: Mapping[str, Any], offered: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """As pair_choices takes them."""
    named = [str(match["kobo_id"]) for match in offered]
    return [(name, f"kobo:{name}", evidence_of(dwelling, night.entries[name])) for name in named]


def _entries(night: AskedAbout, offered: Sequence[Mapping[str, Any]]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(str(match["kobo_id"]), side_values(night.entries[match["kobo_id"]]), str(match["reason"]), kind=CandidateKind.ENTRY)
        for match in offered
    )


class _Doubt:
    """A row that may be another home of ours. offered: the entries in Kobo that it may be, rows of MATCHES."""

    def __init__(
        self, night: AskedAbout, item: Mapping[str, Any], dwelling: Mapping[str, Any], offered: Sequence[Mapping[str, Any]]
    ) -> None:
        self.night, self.item, self.dwelling, self.offered = night, item, dwelling, offered
        self.ours, self.key = str(dwelling["leverandor_bolig_id"]), str(dwelling["source_keys"][0])
        self.first = night.rows.get(self.key, {})
        self.pairs = _pairs(night, dwelling, offered)
        self.entries = [night.entries[match["kobo_id"]] for match in offered]
        self.originals = self._originals()
        self.house = "|".join(str(dwelling.get(name) or "").casefold() for name in _ADDRESS)
        self.contradicting = self._contradicting()
        """Its rows ("source:key") that give another floor than the unit number that they and the dwelling have."""
        self.owner = night.rows[self.contradicting[0]]["owner"] if self.contradicting else None

    def which_home(self, others: Sequence[Mapping[str, Any]]) -> HomesAskedAbout:
        """Which of `others` is it, or which entry?"""
        rights = [other["source_keys"][0] for other in others]
        rows = [self.night.rows.get(right, {}) for right in rights]
        pairs = [
            (str(other["leverandor_bolig_id"]), right, evidence_of(self.first, row))
            for other, right, row in zip(others, rights, rows, strict=True)
        ]
        new = self._new(new_beside((name, evidence) for _, name, evidence in pairs))
        *same, different, unsure = pair_choices(MERGE, self.key, pairs)
        apart = tuple(Answer("different", MATCH, self.ours, name, evidence) for _, name, evidence in self.pairs)
        different = replace(different, along=(*different.along, *apart))
        answers = (
            *(*same, *self._copies(), *self._same_entries(None), different, unsure),
            *((new,) if self._may_be_new() else ()),
            *split_choices(self.dwelling["source_keys"]),
        )
        kind = CandidateKind.COPIED if self.item["reason"] == COPIED_ROW else CandidateKind.OURS
        candidates = [replace(self.night.candidate(other, self.item["reason"]), kind=kind) for other in others]
        return HomesAskedAbout(
            MERGE,
            evidence_of(self.first, *rows, *self._beside()),
            answers,
            (*candidates, *self._also_candidates()),
            house=None if self.dwelling["bruksenhetsnummer"] else self.house,
            owner=self.owner,
            contradicting=self.contradicting,
        )

    def which_number(self) -> HomesAskedAbout:
        """No home of another list may be it: its own number lacks or is in doubt."""
        # It is said of the row that contradicts itself.
        self.key = self.contradicting[0] if self.contradicting else self.key
        self.first = self.night.rows.get(self.key, {})
        # Once it was answered that it is a home of its own, Kobo takes it with a number of its own only.
        new = None if self.item["reason"] == ONE_IN_KOBO else self._new(new_beside(()))
        right = unit_answer(self._rows(), str(self.dwelling["bruksenhetsnummer"])) if self.contradicting else None
        in_kobo = right is not None and self.item["kobo_id"] is not None
        unsure = Answer("unsure", MERGE, self.key, None, evidence_of(self.first))
        return HomesAskedAbout(
            UNIT,
            evidence_of(self.first, *self._beside()),
            (
                *(*self._copies(), *self._same_entries(new), *((right,) if right else ())),
                *((new,) if new and self._may_be_new() and not in_kobo else ()),
                *(unsure, *split_choices(self.dwelling["source_keys"])),
            ),
            self._also_candidates(),
            UNIT_CONTRADICTS_FLOOR if self.contradicting else None,
            self.house,
            self.owner,
            self.contradicting,
        )

    def _contradicting(self) -> tuple[str, ...]:
        unit, floor = self.dwelling["bruksenhetsnummer"], self.dwelling["etasjenummer"]
        if not unit or floor in (None, floor_in_unit(unit)):
            return ()
        doubted = [key for key in self.dwelling["source_keys"] if key in self.night.doubted]
        return tuple(key for key in doubted if self.night.rows[key]["bruksenhetsnummer"] == unit)

    def _rows(self) -> list[tuple[str, Mapping[str, Any]]]:
        """As unit_answer takes them."""
        return [(f"{row.source}:{row.key}", row.values) for row in self.night.rows_of(self.dwelling)]

    def _originals(self) -> list[tuple[Mapping[str, Any], str]]:
        """The dwellings that it may be a copy of, each with its row of the same list; none where those are the candidates themselves."""
        if self.item["reason"] == COPIED_ROW:
            return []
        source = self.dwelling["sources"][0]
        named = [self.night.dwellings[name] for name in self.night.copies.get(self.ours, ()) if self.night.may_be_named(self.item, name)]
        return [(home, next(key for key in home["source_keys"] if key.startswith(f"{source}:"))) for home in named]

    def _copies(self) -> list[Answer]:
        """It is a copy of that row. The two are not joined: it waits until it is taken out of the list."""
        rows = [(home, key, self.night.rows.get(key, {})) for home, key in self.originals]
        return [
            Answer(f"same:{home['leverandor_bolig_id']}", MERGE, self.key, key, evidence_of(self.first, row)) for home, key, row in rows
        ]

    def _also_candidates(self) -> tuple[Candidate, ...]:
        """What it may be besides another list's homes."""
        copied = [replace(self.night.candidate(home, COPIED_ROW), kind=CandidateKind.COPIED) for home, _ in self.originals]
        return (*copied, *_entries(self.night, self.offered))

    def _beside(self) -> list[Mapping[str, Any]]:
        """The values of those."""
        return [*(self.night.rows.get(key, {}) for _, key in self.originals), *self.entries]

    def _may_be_new(self) -> bool:
        """Kobo takes one dwelling without a unit number at an address: where several lack theirs, none of them is registered so."""
        return self.ours not in self.night.crowded

    def _new(self, beside: str) -> Answer:
        """A home of its own, and none of the entries. beside: the homes of ours that are shown."""
        no_entry = new_beside((name, evidence) for _, name, evidence in self.pairs)
        along = (Answer("new", MATCH, self.ours, None, evidence_of(self.dwelling), value=no_entry),) if self.pairs else ()
        return Answer("new", MERGE, self.key, None, evidence_of(self.first), value=beside, along=along)

    def _same_entries(self, new: Answer | None) -> list[Answer]:
        """It is that entry. A row without a number that can be believed has the entry's. new: what is said along with it otherwise."""
        answers = []
        for (kobo_id, name, _), entry in zip(self.pairs, self.entries, strict=True):
            number = self._number_of(entry)
            along = (replace(number, along=()), *number.along) if number else (replace(new, along=()),) if new else ()
            evidence = evidence_of(_numbered(self.dwelling, number), entry)
            answers.append(Answer(f"same:{kobo_id}", MATCH, self.ours, name, evidence, along=along))
        return answers

    def _number_of(self, entry: Mapping[str, Any]) -> Answer | None:
        """The entry's unit number as the dwelling's; None where the dwelling has one, or the number is another home's."""
        own, unit = self.dwelling["bruksenhetsnummer"], entry.get("bruksenhetsnummer")
        rows = self._rows()
        if not unit or own == unit or (own and not self.contradicting) or not rows:
            return None
        mine = set(self.dwelling["sources"])
        if any(there.unit == unit and mine & set(there.sources) for there in self.night.units_there.at(self.dwelling)):
            return None
        official = [self.night.units[key] for key in self.dwelling["source_keys"] if key in self.night.units]
        if official and unit not in official[0]:
            return None
        return unit_answer(rows, str(unit))


def _numbered(dwelling: Mapping[str, Any], number: Answer | None) -> Mapping[str, Any]:
    """The dwelling as it is once its rows have the number; a floor that the number contradicts is not believed then."""
    if number is None or number.verdict != DecisionKind.VALUE or not number.value:
        return dwelling
    unit = json.loads(number.value)
    floor = floor_in_unit(unit)
    wrong = floor is not None and dwelling.get("etasjenummer") not in (None, floor)
    return {**dwelling, "bruksenhetsnummer": unit} | ({"etasjenummer": None} if wrong else {})
