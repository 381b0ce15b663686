"""Answers that are a value of a field: one side's value, or one that a person wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from kobo_client.contract import BY_NAME, Kind
from reconciliation.decisions.answer_choices import Answer
from reconciliation.identifiers import parse_unit
from reconciliation.model.decision_evidence import evidence_of
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.reading.numbers import read_number

KIND = "kobo_change"
"""Kind of the ledger's decision."""
_YES, _NO = ("ja", "true", "1", "x"), ("nei", "false", "0")


def known_answer(dwelling: str, field: str, evidence: str, value: Any) -> Answer:
    """The answer that this value is right; null for a cleared one."""
    as_json = json.dumps(value, ensure_ascii=False)
    return Answer(f"{DecisionKind.VALUE.value}:{as_json}", KIND, dwelling, None, evidence, field, value=as_json)


def value_answer(dwelling: str, field: str, evidence: str, written: str) -> Answer | None:
    """The answer that a written value ("3", "64,5", "ja", or the code of a known answer) is right; None when it is none of the field."""
    text = written.removeprefix(f"{DecisionKind.VALUE.value}:").strip()
    try:
        return known_answer(dwelling, field, evidence, _parsed(field, text))
    except ValueError:
        return None


def unit_answer(rows: Sequence[tuple[str, Mapping[str, Any]]], written: str) -> Answer | None:
    """The answer that the dwelling has this unit number. rows: "source:key" and values of each row. None when it is no unit number."""
    text = written.removeprefix(f"{DecisionKind.VALUE.value}:").strip().strip('"')
    unit = parse_unit(text)
    if unit is None:
        return None
    as_json = json.dumps(unit)
    of_rows = [Answer(f"value:{as_json}", "merge", key, None, evidence_of(values), "bruksenhetsnummer", as_json) for key, values in rows]
    return replace(of_rows[0], along=tuple(of_rows[1:]))


def _parsed(field: str, text: str) -> Any:
    """Raises ValueError."""
    contract = BY_NAME[field]
    if contract.kind is Kind.BOOLEAN and text.casefold() in (*_YES, *_NO):
        return text.casefold() in _YES
    if contract.kind in (Kind.INTEGER, Kind.NUMBER):
        number = read_number(text)  # raises TwoNumbers, a ValueError, for 6.350
        if number is None or not 0 <= number < 10_000_000 or (contract.kind is Kind.INTEGER and not number.is_integer()):
            raise ValueError
        return int(number) if contract.kind is Kind.INTEGER else number
    if contract.kind is Kind.DATE:
        day, month, year = text.split(".")
        if len(year) != 4:
            raise ValueError
        return date(int(year), int(month), int(day)).isoformat()
    if contract.kind is Kind.ENUM and text in contract.values:
        return text
    raise ValueError
