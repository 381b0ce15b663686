"""Evidence of decisions about one field: hashes of the values that a person saw.

The evidence has only that field's values, so a changed rent does not open a question about the address again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from reconciliation.addresses.spelling_keys import street_keys
from reconciliation.model.known_decisions import DecisionKind, Decisions
from reconciliation.model.tables import CONTENT

AGREED = "*"
"""In place of a source's name where all sources agree."""


def evidence_of_sources(field: str, values: Mapping[str, Any]) -> str:
    """Evidence of a choice between our own sources. values: source -> its value."""
    return _hash(field, sorted((source, _text(value)) for source, value in values.items() if value is not None))


def evidence_of_conflict(field: str, values: Mapping[str, Any], kobo_id: str | None, theirs: Any) -> str:
    """Evidence of a decision between our value and Kobo's. Contains the koboId, so a new entry is a new question.

    Compare with decision_evidence.same_evidence. Before the colon a hash of our values, whoever has them: another list's row that says the
    same, or spells the street in another way, is nothing new. After it one of each source's value, which is all that older decisions have.
    """
    known = {source: value for source, value in values.items() if value is not None}
    ours = sorted({_compared_value(field, value) for value in known.values()})
    exact = _hash(field, sorted((source, _text(value)) for source, value in known.items()), kobo_id, _text(theirs))
    return f"{_hash(field, ours, kobo_id, _text(theirs))}:{exact}"


def evidence_of_absence(kobo_id: str) -> str:
    """Evidence that our entry was deleted in Kobo."""
    return _hash("slettet", kobo_id)


def evidence_of_removal(kobo_id: str, edited: Iterable[Mapping[str, Any]]) -> str:
    """Evidence of the question whether an edited entry is deleted. edited: {field, theirs} of each edit."""
    return _hash("removal", kobo_id, sorted((str(edit["field"]), _text(edit["theirs"])) for edit in edited))


def stated_by_sources(dwelling: Mapping[str, Any], field: str, lineage: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Any]:
    """source -> value where rows disagree (see by_source); otherwise AGREED -> the value."""
    values_by_source = lineage.get((str(dwelling["leverandor_bolig_id"]), field))
    return dict(values_by_source) if values_by_source else {AGREED: dwelling.get(field)}


def by_source(lineage: pl.DataFrame | None) -> dict[tuple[str, str], dict[str, Any]]:
    """LINEAGE -> (leverandor_bolig_id, field) -> source -> value."""
    values: dict[tuple[str, str], dict[str, Any]] = {}
    if lineage is not None:
        for dwelling, field, source, value in lineage.select("leverandor_bolig_id", "field", "source", "value").iter_rows():
            values.setdefault((dwelling, field), {})[source] = value
    return values


def with_unchanged_choices(decisions: pl.DataFrame, carried: pl.DataFrame, memberships: pl.DataFrame) -> pl.DataFrame:
    """The ledger's DECISIONS without choices between sources (take) whose values have changed since.

    The evidence of the remaining choices is removed: it is checked here, where all rows of a dwelling are known.
    """
    choices = decisions.filter((pl.col("verdict") == DecisionKind.TAKE.value) & pl.col("evidence").is_not_null())
    if choices.is_empty():
        return decisions
    known = memberships.select("source", "source_key", "leverandor_bolig_id")
    members = carried.join(known, on=["source", "source_key"]).join(
        choices.select(leverandor_bolig_id="subject").unique(), on="leverandor_bolig_id", how="semi"
    )
    stale: list[str] = []
    checked: list[str] = []
    for choice in choices.iter_rows(named=True):
        field = choice["field"]
        rows = members.filter(pl.col("leverandor_bolig_id") == choice["subject"])
        values_now = dict(rows.select("source", pl.col(field).cast(pl.String())).iter_rows()) if field in CONTENT else {}
        (checked if evidence_of_sources(field, values_now) == choice["evidence"] else stale).append(choice["decision_id"])
    return decisions.filter(~pl.col("decision_id").is_in(stale)).with_columns(
        evidence=pl.when(pl.col("decision_id").is_in(checked)).then(None).otherwise("evidence")
    )


def field_decisions(decisions: Decisions | pl.DataFrame | None) -> dict[tuple[str, str | None], dict[str, Any]]:
    """(leverandor_bolig_id, field) -> the last decision to keep, replace or remove."""
    kinds = (DecisionKind.KEEP, DecisionKind.REPLACE, DecisionKind.REMOVE)
    return {(row["left"], row["field"]): row for row in Decisions.of(decisions).rows(*kinds)}


def _compared_value(field: str, value: Any) -> str:
    """Equal for two spellings of one street."""
    spelling = street_keys(str(value)).sure if field == "adressenavn" else ""
    return spelling or _text(value) or ""


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    try:
        return str(float(value))
    except (TypeError, ValueError):
        return str(value).strip().casefold() or None


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:32]
