"""Making DEVIATIONS: the rule's sentence, with the heading in the owner's file."""

from __future__ import annotations

import polars as pl

from connectors.field_mapping import FieldMapping
from connectors.source_config import AnySource
from language import and_then, stored
from reconciliation.model import tables
from reconciliation.model.rules import BY_ID
from reconciliation.model.transform_names import GROUP_FIELDS

AT = ("at_file", "at_sheet", "at_row", "at_column", "cell")
"""Filled by reading/cell_places, when all deviations of the night are known."""


def deviations_of(rows: pl.DataFrame, heading: str | None, canonical: str | None) -> pl.DataFrame:
    """DEVIATIONS for rows that carry PLACE, `value` and `rule`."""
    sentences = [stored(*BY_ID[rule].messages(value, heading)) for rule, value in rows.select("rule", "value").iter_rows()]
    severities = [BY_ID[rule].severity.value for rule in rows.get_column("rule")]
    return rows.with_columns(
        column=pl.lit(heading, pl.String),
        field=pl.lit(canonical, pl.String),
        severity=pl.Series(severities, dtype=pl.String),
        message=pl.Series(sentences, dtype=pl.String),
        **{name: pl.lit(None, tables.DEVIATIONS[name]) for name in AT},
    ).select(list(tables.DEVIATIONS))


def with_reason(deviations: pl.DataFrame, rule: str, heading: str | None, canonical: str | None) -> pl.DataFrame:
    """DEVIATIONS of that rule for rows that carry PLACE, `value` and `reason`: the rule's messages, and the reason where there is one."""
    made = deviations_of(deviations.with_columns(rule=pl.lit(rule)), heading, canonical)
    sentences = [
        and_then(sentence, reason) if reason else sentence for sentence, reason in zip(made["message"], deviations["reason"], strict=True)
    ]
    return made.with_columns(message=pl.Series(sentences, dtype=pl.String))


def heading_of(source: AnySource, canonical: str | None) -> str | None:
    """The heading in the owner's file that a canonical field comes from; None when it is not in the file at all."""
    groups = (name for name, mapping in source.fields.items() if canonical in GROUP_FIELDS.get(mapping.transform, ()))
    for name in (canonical, *groups):
        mapping = source.fields.get(name or "")
        if mapping is not None and mapping.constant is None:
            return mapping.column or ", ".join(mapping.columns)
    return None


def mapping_of(source: AnySource, field: str | None) -> FieldMapping | None:
    """The mapping of a canonical field or of a group such as `adresse`; None when there is none."""
    groups = (mapping for mapping in source.fields.values() if field in GROUP_FIELDS.get(mapping.transform, ()))
    return source.fields.get(field or "") or next(groups, None)
