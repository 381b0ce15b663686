"""What to do about each difference of a linked dwelling, by base, source and register: write, keep Kobo's value, or ask a person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from kobo_client.payload import EDITED
from reconciliation.decisions.kobo_change_answers import Answered, still_holds, value_answers
from reconciliation.model.kobo_change_policy import Policy, policy_of
from reconciliation.plan.three_way import NOT_KNOWN, Action, ChangedSides, action, movement, same

SETTLED: dict[str, pl.DataType] = {
    "leverandor_bolig_id": pl.String(),
    "field": pl.String(),
    "action": pl.String(),  # Action: write, keep or ask
    "protected": pl.Boolean(),
    # write: JSON {field, old, new, source}; else JSON {field, base, ours, theirs, source, movement, seen, by, edited}
    "as_json": pl.String(),
}

KNOWN_PAIR_KEYS = frozenset({"leverandor_bolig_id", "link"})
"""Match keys of pairs that were linked before tonight: our link, or an entry that has our own id."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The base of one entry. base: field -> value last agreed. moved: field -> {value, seen} of values changed in Kobo since."""

    base: Mapping[str, Any]
    moved: Mapping[str, Mapping[str, str]]


def agreed_by_entry(bases: pl.DataFrame, kobo_ids: pl.Series) -> dict[str, Agreed]:
    """koboId -> what is agreed, of those entries. bases: the ledger's BASES."""
    wanted = bases.filter(pl.col("kobo_id").is_in(kobo_ids.implode())).select("kobo_id", "agreed", "moved")
    return {kobo_id: Agreed(json.loads(agreed), json.loads(moved)) for kobo_id, agreed, moved in wanted.iter_rows()}


@dataclass(frozen=True, slots=True)
class Rulings:
    """What decides a difference tonight: the municipality's policies and people's answers."""

    policies: Mapping[str, Policy]
    answers: Mapping[tuple[str, str], Answered]
    as_of: date
    edited: Mapping[str, str]
    """koboId -> when the entry was last edited, for entries that have it."""

    @classmethod
    def of(cls, policies: Mapping[str, Policy], decisions: pl.DataFrame | None, as_of: date, entries: pl.DataFrame) -> Rulings:
        """decisions: the ledger's DECISIONS in force. entries: the register's, at least those that differ."""
        stamped = entries.filter(pl.col(EDITED).is_not_null()).select("kobo_id", EDITED) if EDITED in entries.columns else None
        return cls(policies, value_answers(decisions), as_of, {} if stamped is None else dict(stamped.iter_rows()))


def settle_differences(differences: pl.DataFrame, matched_by: Mapping[str, str], bases: pl.DataFrame, rulings: Rulings) -> pl.DataFrame:
    """differences: DIFFERENCES. matched_by: leverandor_bolig_id -> key of its match. Shape: SETTLED, in the order of `differences`.

    Protected fields are handed on as they are: no change of theirs is ever sent. A pair that is linked for the first time has
    no base: our values are written, and Kobo's values of that night become its base.
    """
    known = agreed_by_entry(bases, differences.get_column("kobo_id"))
    rows = list(_settled(differences, matched_by, known, rulings))
    return pl.DataFrame(rows, schema=SETTLED, orient="row")


def _settled(
    differences: pl.DataFrame, matched_by: Mapping[str, str], known: Mapping[str, Agreed], rulings: Rulings
) -> Iterator[tuple[str, str, str, bool, str]]:
    for ours, kobo_id, field, protected, change in differences.iter_rows():
        if protected or matched_by.get(ours) not in KNOWN_PAIR_KEYS:
            yield ours, field, Action.WRITE.value, protected, change
            continue
        difference = json.loads(change)
        answer = rulings.answers.get((ours, field))
        if answer is not None and still_holds(answer, field, difference["new"], difference["old"]):
            yield _answered(ours, field, difference, answer)
        else:
            yield _by_policy(ours, kobo_id, field, difference, known.get(kobo_id), rulings)


def _answered(ours: str, field: str, difference: Mapping[str, Any], answer: Answered) -> tuple[str, str, str, bool, str]:
    """A person answered which value is right: written when Kobo has another one, kept when Kobo has it."""
    if same(answer.value, difference["old"]):
        kept = {
            "field": field,
            "ours": difference["new"],
            "theirs": difference["old"],
            "source": difference["source"],
            "by": answer.by,
            "seen": answer.date,
        }
        return ours, field, Action.KEEP.value, False, _json(kept)
    source = difference["source"] if same(answer.value, difference["new"]) else "decision"
    return ours, field, Action.WRITE.value, False, _json({**difference, "new": answer.value, "source": source})


def _by_policy(
    ours: str, kobo_id: str, field: str, difference: Mapping[str, Any], agreed: Agreed | None, rulings: Rulings
) -> tuple[str, str, str, bool, str]:
    base = NOT_KNOWN if agreed is None or field not in agreed.base else agreed.base[field]
    moved = movement(base, difference["new"], difference["old"])
    does = action(moved, difference["new"], policy_of(field, rulings.policies))
    if does is Action.WRITE:
        return ours, field, does.value, False, _json(difference)
    before = agreed.moved.get(field) if agreed else None
    seen = before["seen"] if before and same(before["value"], difference["old"]) else rulings.as_of.isoformat()
    shown = {
        "field": field,
        "ours": difference["new"],
        "theirs": difference["old"],
        "source": difference["source"],
        "movement": moved.value,
        "seen": seen,
    }
    if moved is not ChangedSides.UNKNOWN:
        shown["base"] = base
    if kobo_id in rulings.edited:
        shown["edited"] = rulings.edited[kobo_id]
    return ours, field, does.value, False, _json(shown)


def unknown_bases(items: pl.DataFrame) -> int:
    """Number of dwellings in a plan (PLAN_ITEMS) that are asked about because a field has no known base (from an older ledger)."""
    unknown = ChangedSides.UNKNOWN.value
    may_be = items.get_column("details").drop_nulls()
    details = (json.loads(item) for item in may_be.filter(may_be.str.contains(f'"movement":"{unknown}"', literal=True)))
    return sum(any(asked["movement"] == unknown for asked in item.get("asked", ())) for item in details)


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
