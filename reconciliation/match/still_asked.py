"""Pairs that were questions the night before and whose values are as they were: they stay questions until somebody answers.

A rent that rose a little, or an answer about a neighbour, can make a pair less likely than the rules ask for. What was asked is not taken
back because of that, or the dwelling would be created beside its entry without an answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from reconciliation.likeness.comparison import compare, explain
from reconciliation.match.keyed_pairs import KeyedPairs
from reconciliation.model.decision_evidence import evidence_of, same_evidence
from reconciliation.model.tables import MATCHES

_PAIR = ["leverandor_bolig_id", "kobo_id"]


def still_asked(keyed: KeyedPairs, before: pl.DataFrame) -> pl.DataFrame:
    """before: MATCHES of the night before. Shape: MATCHES, of those that are no pair tonight although neither side is settled, and whose
    values, rents that rose a little aside, are the same."""
    tonight = pl.concat(keyed.pairs)
    asked = before.filter(~pl.col("certain")).join(tonight, on=_PAIR, how="anti")
    asked = asked.join(keyed.open_ours, on="leverandor_bolig_id", how="semi").join(keyed.theirs, on="kobo_id", how="semi")
    asked = asked.join(tonight.filter("certain"), on="leverandor_bolig_id", how="anti").join(keyed.settled_theirs, on="kobo_id", how="anti")
    asked = keyed.answers.not_different(asked).with_columns(_then="details")
    if asked.is_empty():
        return asked.select(list(MATCHES))
    now = explain(compare(asked, keyed.ours, keyed.theirs))
    evidence = [(_evidence(then), _evidence(details)) for then, details in now.select("_then", "details").iter_rows()]
    return now.filter(pl.Series([same_evidence(*pair) for pair in evidence], dtype=pl.Boolean)).select(list(MATCHES))


def _evidence(details: str) -> str:
    """details: as `explain` makes them."""
    compared: list[Mapping[str, Any]] = json.loads(details).get("compared", [])
    return evidence_of(*({row["field"]: _value(row["field"], row[side]) for row in compared} for side in ("ours", "theirs")))


def _value(field: str, text: str | None) -> float | str | None:
    return float(text) if field == "manedsleie" and text is not None else text
