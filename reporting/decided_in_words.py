"""What people have decided, in the words of the answers they chose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import polars as pl

from language import day, text, word_for
from reconciliation.decisions.answer_choices import named_entry
from reconciliation.decisions.question import ABSENT, CHANGED, FIELD, MATCH, MERGE, WARNING
from reconciliation.model.municipality import Municipality
from reporting.night_report import DecidedThatDay
from reporting.offered_answers import answer_label
from reporting.value_words import row_in_words

HUMAN = (MATCH, MERGE, FIELD, CHANGED, WARNING, "conflict", "adoption")
"""Kinds of decisions that are shown with a dwelling."""


def decided_by_dwelling(decisions: pl.DataFrame, dwellings: pl.DataFrame, municipality: Municipality) -> dict[str, list[str]]:
    """leverandor_bolig_id -> what was decided about it: "Avgjort av … den …". decisions: the ledger's DECISIONS in force."""
    human = decisions.filter(pl.col("kind").is_in(HUMAN)).sort("decided", "decision_id")
    if human.is_empty():
        return {}
    keys = dwellings.select("leverandor_bolig_id", key="source_keys").explode("key")
    of_key = dict(keys.select("key", "leverandor_bolig_id").iter_rows())
    known = set(dwellings.get_column("leverandor_bolig_id"))
    by_dwelling: dict[str, list[str]] = {}
    for row in human.iter_rows(named=True):
        sides = {of_key.get(name, name) for name in (row["subject"], named_entry(row)) if name}
        for dwelling in sorted(sides & known):
            by_dwelling.setdefault(dwelling, []).append(decided_in_words(row, municipality))
    return by_dwelling


def decided_in_words(row: Mapping[str, Any], municipality: Municipality) -> str:
    """row: one of the ledger's DECISIONS."""
    if row["field"]:
        return text("clarifications.decided_field", **_may_be_shown(row, municipality), field=word_for("fields", row["field"]).lower())
    return text("clarifications.decided", **_may_be_shown(row, municipality))


def contradictory_in_words(row: Mapping[str, Any], municipality: Municipality, hidden: Collection[str] = ()) -> str:
    """row: one of the ledger's DECISIONS that cannot be true together with others. hidden: what names a shielded dwelling
    (privacy.hidden_names): a decision about one and about a visible one names the shielded side only.
    """
    named = [str(name) for name in (row["subject"], named_entry(row)) if name]
    shielded = [name for name in named if name in hidden]
    sides = " – ".join(row_in_words(name, municipality) for name in shielded or named)
    return text("clarifications.contradictory", **_may_be_shown(row, municipality), sides=sides)


def answered(decisions: pl.DataFrame, municipality: Municipality, hidden: Collection[str]) -> tuple[DecidedThatDay, ...]:
    """decisions: the ledger's DECISIONS, superseded ones too. hidden: what names a shielded dwelling (privacy.hidden_names)."""
    human = decisions.filter(pl.col("kind").is_in(HUMAN)).sort("decided", "decision_id")
    return tuple(
        DecidedThatDay(
            _date(row["decided"]),
            None
            if any(name in hidden for name in (row["subject"], named_entry(row)))
            else text("changes.answer", subject=row_in_words(row["subject"], municipality), said=decided_in_words(row, municipality)),
        )
        for row in human.iter_rows(named=True)
    )


def _may_be_shown(row: Mapping[str, Any], municipality: Municipality) -> dict[str, str]:
    about = ABSENT if row["kind"] == FIELD and row["field"] is None else row["kind"]
    answer = answer_label(row["verdict"], row["value"], about, municipality, row["field"])
    return {"by": row["decided_by"], "date": day(_date(row["decided"])), "answer": answer}


def _date(moment: Any) -> date:
    day: date = moment.date()
    return day
