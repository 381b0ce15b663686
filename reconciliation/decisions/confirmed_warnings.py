"""Warnings that an owner has confirmed: no deviation any more, until the value or what it was compared with changes, or until a day.

A warning is one source row, rule and heading. Its evidence is the value and the sentence, which names the official address or whatever
else the rule compared the value with. Errors cannot be confirmed: their rows would be wrong in the register.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from language import stored, text
from reconciliation.decisions.answer_choices import Answer
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.municipality import Municipality
from reconciliation.model.rules import BY_ID
from reconciliation.model.tables import DEVIATIONS
from reconciliation.model.words import Severity
from reconciliation.reading.deviations import heading_of

KIND = "warning"
"""Kind of the ledger's decision. subject: "source:key"; field: rule and canonical field."""
CONFIRMED: dict[str, pl.DataType] = {
    **DEVIATIONS,
    "by": pl.String(),
    "decided": pl.Date(),
    "why": pl.String(),
    "until": pl.Date(),  # the last day on which it is valid; null: as long as nothing changes
}
"""Confirmed warnings."""

_UNIT, _OTHER_FLOOR = "bruksenhetsnummer", "B05W"
_FIRST_YEAR = 1900
"""A year before it is one of two digits."""


def right_answer(warning: Mapping[str, Any], until: date | None = None) -> Answer:
    """The answer that confirms this warning (a row of DEVIATIONS)."""
    value = None if until is None else until.isoformat()
    code = DecisionKind.RIGHT.value + (f":{value}" if value else "")
    return Answer(code, KIND, subject_of(warning), None, evidence_of_warning(warning), about_of(warning), value=value)


def another_home_answer(warning: Mapping[str, Any]) -> Answer:
    """Of a warning that a key names another home than before (N05W), the answer that it does."""
    return replace(right_answer(warning), code=DecisionKind.ANOTHER_HOME.value)


def subject_of(warning: Mapping[str, Any]) -> str:
    """The decision's subject: `source:source_key` of the row."""
    return f"{warning['source']}:{warning['source_key']}"


def about_of(warning: Mapping[str, Any]) -> str:
    """The decision's other side: `rule:field`."""
    return f"{warning['rule']}:{warning['field'] or ''}"


def evidence_of_warning(warning: Mapping[str, Any]) -> str:
    """A hash of value and sentence, independent of the row number in the file."""
    seen = [warning["rule"], warning["column"], warning["value"], warning["message"]]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()[:32]


def until_of(written: str) -> date | None:
    """The day in an answer that is written "right:2024-12-31" or "Det er riktig til 31.12.2024", in the language that is spoken now.

    None when it has none: other words before a day may say the opposite.
    """
    normal = " ".join(written.split())
    befores = (f"{DecisionKind.RIGHT.value}:", text("clarifications.right_until", date="").strip())
    before = next((word for word in befores if normal.casefold().startswith(word.casefold())), None)
    if before is None:
        return None
    day_text = normal[len(before) :].strip().rstrip(".")
    try:
        if "-" in day_text:
            day_found = date.fromisoformat(day_text)
        else:
            day, month, year = (int(part) for part in day_text.split("."))
            day_found = date(year, month, day)
    except ValueError:
        return None
    return day_found if day_found.year >= _FIRST_YEAR else None


def holds_on(decision: Mapping[str, Any], night: date | None) -> bool:
    """Whether this decision (a row of DECISIONS) still holds on that night; of an unknown night, whether it ever did."""
    return night is None or not decision["value"] or date.fromisoformat(decision["value"]) >= night


def answer_to(decisions: pl.DataFrame, warning: Mapping[str, Any]) -> str | None:
    """The verdict on this warning (a row of DEVIATIONS), None while nobody has answered. decisions: the ledger's, in force."""
    made = decisions.filter(
        (pl.col("kind") == KIND)
        & (pl.col("subject") == subject_of(warning))
        & (pl.col("field") == about_of(warning))
        & (pl.col("evidence") == evidence_of_warning(warning))
    )
    return None if made.is_empty() else str(made.sort("decided", "decision_id").get_column("verdict")[-1])


def split_confirmed(deviations: pl.DataFrame, decisions: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """deviations: DEVIATIONS. decisions: the ledger's, in force. Returns what is still a deviation, and what is CONFIRMED."""
    made = decisions.filter((pl.col("kind") == KIND) & (pl.col("verdict") == DecisionKind.RIGHT.value))
    nothing = pl.DataFrame(schema=CONFIRMED)
    if made.is_empty() or deviations.is_empty():
        return deviations, nothing
    decision_on = {(row["subject"], row["field"]): row for row in made.iter_rows(named=True)}
    subjects = made.get_column("subject").unique()
    asked = (pl.col("severity") == Severity.WARNING.value) & pl.concat_str("source", pl.lit(":"), "source_key").is_in(subjects.implode())
    placed = deviations.with_row_index("_row")
    rows, taken = [], []
    for row in placed.filter(asked.fill_null(value=False)).iter_rows(named=True):
        decision = decision_on.get((subject_of(row), about_of(row)))
        if decision is None or decision["evidence"] != evidence_of_warning(row):
            continue
        if not holds_on(decision, as_of):
            continue
        until = date.fromisoformat(decision["value"]) if decision["value"] else None
        taken.append(row.pop("_row"))
        rows.append({**row, "by": decision["decided_by"], "decided": decision["decided"].date(), "why": decision["note"], "until": until})
    left = placed.filter(~pl.col("_row").is_in(taken)).drop("_row")
    return left, pl.DataFrame(rows, schema=CONFIRMED)


def with_confirmed_numbers(decisions: pl.DataFrame, rows: pl.DataFrame, municipality: Municipality, as_of: date) -> pl.DataFrame:
    """decisions: the ledger's, in force. rows: STANDING_ROWS. With a decision more for each row whose unit number somebody called right
    although it names another floor than the row gives: that the row has this number, as if it had been written."""
    about = (pl.col("kind") == KIND) & (pl.col("verdict") == DecisionKind.RIGHT.value) & (pl.col("field") == f"{_OTHER_FLOOR}:{_UNIT}")
    made = decisions.filter(about)
    if made.is_empty():
        return decisions
    named = rows.with_columns(_name=pl.concat_str("source", pl.lit(":"), "source_key")).filter(pl.col(_UNIT).is_not_null())
    named = named.join(made.select(_name="subject"), on="_name", how="semi")
    units = {name: (source, unit) for name, source, unit in named.select("_name", "source", _UNIT).iter_rows()}
    confirmed = []
    for decision in made.iter_rows(named=True):
        source, unit = units.get(decision["subject"], (None, None))
        if source not in municipality.sources or not holds_on(decision, as_of):
            continue
        heading = heading_of(municipality.sources[source], _UNIT)
        sentence = stored(*BY_ID[_OTHER_FLOOR].messages(unit, heading))
        if decision["evidence"] == evidence_of_warning({"rule": _OTHER_FLOOR, "column": heading, "value": unit, "message": sentence}):
            number = {"kind": "merge", "verdict": DecisionKind.VALUE.value, "field": _UNIT, "value": json.dumps(unit), "evidence": None}
            confirmed.append({**decision, **number})
    return pl.concat([decisions, pl.DataFrame(confirmed, schema=decisions.schema)])
