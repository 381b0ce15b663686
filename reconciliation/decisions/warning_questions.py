"""Warnings as questions: is the value right?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from reconciliation.decisions.answer_choices import Record
from reconciliation.decisions.confirmed_warnings import another_home_answer, evidence_of_warning, holds_on, right_answer
from reconciliation.decisions.question import WARNING, Question, question_id
from reconciliation.decisions.question_lookup import SIDE
from reconciliation.identifiers.made_id import made_id
from reconciliation.model.rules import REUSED_KEY
from reconciliation.model.tables import DEVIATIONS
from reconciliation.model.words import Severity


def decided_warnings(warnings: Iterable[Question], decisions: pl.DataFrame, night: date | None) -> list[Question]:
    """Each of `undecided_warnings` with the decision in force on it, if there is one. decisions: the ledger's DECISIONS in force."""
    record = Record.of(decisions)
    return [_decided(warning, record.last.get(warning.answers[0].question), night) for warning in warnings]


def _decided(warning: Question, last: Mapping[str, Any] | None, night: date | None) -> Question:
    if last is None or last["evidence"] != warning.answers[0].evidence or not holds_on(last, night):
        return warning
    return replace(warning, decided=last, decided_code=_code(last))


def undecided_warnings(deviations: pl.DataFrame, dwellings: pl.DataFrame, night: date | None) -> list[Question]:
    """Is this right? One question for each warning of a row that is part of a dwelling, or that waits for the answer.

    deviations: DEVIATIONS. dwellings: DWELLINGS. night: the one that warned; what was confirmed until a day before it is asked again.
    None: unknown, in a table of an earlier version.
    """
    warned = deviations.filter((pl.col("severity") == Severity.WARNING.value) & pl.col("source_key").is_not_null())
    if warned.is_empty():
        return []
    keyed = warned.with_columns(_key=pl.concat_str("source", pl.lit(":"), "source_key"))
    keys = keyed.get_column("_key").unique()
    homes = {
        key: row
        for row in dwellings.filter(pl.col("source_keys").list.eval(pl.element().is_in(keys.implode())).list.any()).iter_rows(named=True)
        for key in row["source_keys"]
    }
    for source, key, name in keyed.filter(pl.col("rule") == REUSED_KEY).select("source", "source_key", "_key").iter_rows():
        homes.setdefault(name, {"leverandor_bolig_id": made_id(source, key)})
    questions = (_warned(row, homes[row["_key"]], night) for row in keyed.iter_rows(named=True) if row["_key"] in homes)
    return list({question.id: question for question in questions}.values())


def _warned(row: Mapping[str, Any], dwelling: Mapping[str, Any], night: date | None) -> Question:
    warning = {name: row[name] for name in DEVIATIONS}
    answer = right_answer(warning)
    return Question(
        id=question_id(WARNING, answer.subject, answer.field),
        about=WARNING,
        dwelling=str(dwelling["leverandor_bolig_id"]),
        owner=row["owner"],
        field=row["field"],
        evidence=evidence_of_warning(warning),
        reason=row["rule"],
        details=json.dumps(warning, ensure_ascii=False),
        answers=(answer, another_home_answer(warning)) if row["rule"] == REUSED_KEY else (answer,),
        ours={name: dwelling.get(name) for name in SIDE},
        candidates=(),
        values_by_source={},
        secret=bool(dwelling.get("hemmelig_adresse")),
        night=night,
    )


def _code(decision: Mapping[str, Any]) -> str:
    verdict, value = decision["verdict"], decision["value"]
    return f"{verdict}:{value}" if value else str(verdict)
