"""Splitting a home that nobody asked about, and what an answer in force is about: found by the name that a person gives it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.decisions.answer_choices import SPLIT, split_choices
from reconciliation.decisions.question import MERGE, Question, SourceRow, question_id
from reconciliation.decisions.question_lookup import side_values
from reconciliation.identifiers.made_id import made_id
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.shielding import is_shielded

_KOBO_TELLS_BY = ("adressenavn", "nummer", "bokstav", "bruksenhetsnummer", "ekstra_referanse")


def homes_named(dwellings: pl.DataFrame, name: str) -> list[dict[str, Any]]:
    """Rows of DWELLINGS that this names: leverandor_bolig_id, a row as "source:key", or an address with or without its unit number.
    Shielded ones are found by id and key alone (law 10)."""
    wanted = " ".join(name.split()).casefold()
    by_name = pl.col("leverandor_bolig_id").eq(name) | pl.col("source_keys").list.contains(name)
    homes = dwellings.filter(by_name)
    if homes.height:
        return homes.to_dicts()
    house = pl.concat_str([pl.col("nummer").cast(pl.String), pl.col("bokstav").fill_null("")])
    address = pl.concat_str(["adressenavn", house], separator=" ").str.to_lowercase()
    unit = pl.concat_str([address, pl.col("bruksenhetsnummer").str.to_lowercase()], separator=" ")
    return dwellings.filter(~is_shielded() & (address.eq(wanted) | unit.eq(wanted)).fill_null(value=False)).to_dicts()


def split_question(dwelling: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], shielded: bool) -> Question:
    """ "These rows are not one home", as a question that is not asked. dwelling: of DWELLINGS. rows: its STANDING_ROWS."""
    name = str(dwelling["leverandor_bolig_id"])
    return Question(
        id=question_id(SPLIT, name),
        about=MERGE,
        dwelling=name,
        owner=dwelling["owner"],
        field=None,
        evidence="",
        reason="",
        details="{}",
        answers=split_choices(dwelling["source_keys"]),
        ours=side_values(dwelling),
        candidates=(),
        values_by_source={},
        secret=shielded,
        rows=tuple(SourceRow(row["source"], row["source_key"], side_values(row)) for row in rows),
    )


@dataclass(frozen=True, slots=True)
class SplitEffect:
    """leaves: the row ("source:key") that becomes a home of its own; stays: the others. same_place: Kobo takes one home only where both
    would be."""

    leaves: str
    stays: tuple[str, ...]
    same_place: bool


def split_effect(question: Question, code: str) -> SplitEffect:
    """What a split of that code leads to. The row that the id was made from keeps it, and with it the entry in Kobo. Raises ValueError when
    it is no answer of the question."""
    answer = question.answer(code)
    if answer is None:
        raise ValueError(code)
    rows = {f"{row.source}:{row.key}": row for row in question.rows}
    named = [answer.subject, *(str(each.other) for each in (answer, *answer.along))]
    leaves = answer.subject
    if len(named) == 2:  # as merge/moved_keys.split_rows chooses
        made = [key for key in named if made_id(*key.split(":", 1)) == question.dwelling]
        leaves = next((key for key in named if made and key not in made), leaves)
    stays = tuple(key for key in rows if key != leaves)
    mine, others = rows.get(leaves), [rows[key] for key in stays]
    same = mine is not None and any(_place(mine.values) == _place(other.values) for other in others)
    return SplitEffect(leaves, stays, same)


def _place(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(values.get(name) or "").casefold() for name in _KOBO_TELLS_BY)


def answers_about(decisions: pl.DataFrame, names: Iterable[str]) -> list[list[dict[str, Any]]]:
    """Decisions in force that name one of these, those that were stored as one answer together, oldest first.

    decisions: DECISIONS in force. names: leverandor_bolig_id, "source:key", "kobo:<koboId>" or the beginning of a decision_id.
    """
    wanted = set(names)
    kinds = [kind.value for kind in DecisionKind]
    answers: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in decisions.filter(pl.col("verdict").is_in(kinds)).sort("decided", "decision_id").iter_rows(named=True):
        same_subject = row["subject"] if row["other"] else None
        moment = row["decided"].replace(microsecond=0)
        answer = (row["kind"], row["verdict"], row["field"], row["value"], row["decided_by"], row["note"], moment, same_subject)
        answers.setdefault(answer, []).append(row)
    return [rows for rows in answers.values() if any(wanted & {row["subject"], row["other"], row["decision_id"]} for row in rows)]


def splits_rows(answer: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an answer (rows of DECISIONS) split a home: it is valid whatever changes."""
    return all(row["verdict"] == DecisionKind.DIFFERENT and row["kind"] == MERGE and row["evidence"] is None for row in answer)
