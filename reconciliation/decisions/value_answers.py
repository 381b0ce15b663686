"""Answers that are a value: what is right for a field that was changed in Kobo, said by one of the sides or written by a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from kobo_client.contract import BY_NAME, Kind
from reconciliation.decisions.answer_choices import Answer
from reconciliation.identifiers import parse_unit
from reconciliation.model.known_decisions import DecisionKind, evidence_of

KIND = "kobo_change"
"""Kind of the ledger's decision."""
_YES, _NO = ("ja", "true", "1", "x"), ("nei", "false", "0")


def known_answer(dwelling: str, field: str, evidence: str, value: Any) -> Answer:
    """That this value is right; one that was cleared is null."""
    said = json.dumps(value, ensure_ascii=False)
    return Answer(f"{DecisionKind.VALUE.value}:{said}", KIND, dwelling, None, evidence, field, value=said)


def value_answer(dwelling: str, field: str, evidence: str, written: str) -> Answer | None:
    """That what a person wrote is right: "3", "64,5" or "ja", or the code of a known answer. None when the field cannot hold it."""
    text = written.removeprefix(f"{DecisionKind.VALUE.value}:").strip()
    try:
        return known_answer(dwelling, field, evidence, _parsed(field, text))
    except ValueError:
        return None


def unit_answer(rows: Sequence[tuple[str, Mapping[str, Any]]], written: str) -> Answer | None:
    """That the dwelling has this unit number. rows: "source:key" and values of each of its rows. None when it is no unit number."""
    text = written.removeprefix(f"{DecisionKind.VALUE.value}:").strip().strip('"')
    unit = parse_unit(text)
    if unit is None:
        return None
    said = json.dumps(unit)
    of_rows = [Answer(f"value:{said}", "merge", key, None, evidence_of(values), "bruksenhetsnummer", said) for key, values in rows]
    return replace(of_rows[0], along=tuple(of_rows[1:]))


def _parsed(field: str, text: str) -> Any:
    """Raises ValueError."""
    contract = BY_NAME[field]
    if contract.kind is Kind.BOOLEAN and text.casefold() in (*_YES, *_NO):
        return text.casefold() in _YES
    if contract.kind in (Kind.INTEGER, Kind.NUMBER):
        number = float(text.replace(" ", "").replace("\u00a0", "").replace(",", "."))
        if not 0 <= number < 10_000_000 or (contract.kind is Kind.INTEGER and not number.is_integer()):
            raise ValueError
        return int(number) if contract.kind is Kind.INTEGER else number
    if contract.kind is Kind.DATE:
        day, month, year = text.split(".")
        return date(int(year), int(month), int(day)).isoformat()
    if contract.kind is Kind.ENUM and text in contract.values:
        return text
    raise ValueError
