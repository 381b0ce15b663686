"""kommunenummer of each row as it is today; nothing goes on with a number that is not in use."""

from __future__ import annotations

import polars as pl

from language import message, stored
from reconciliation.identifiers import municipalities
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.model.transform_names import GROUP_FIELDS
from reconciliation.reading.deviations import with_reason

_FOUND = {"text": pl.String(), "number": pl.String(), "rule": pl.String(), "reason": pl.String(), "renumbered": pl.Boolean()}


def with_todays_numbers(rows: pl.DataFrame, heading: str | None, municipality: Municipality) -> tuple[pl.DataFrame, pl.DataFrame]:
    """rows: SOURCE_ROWS with kommunenummer as written; a blank one becomes the municipality's own. heading: that of its column.

    Deviations: a number that never was (G01), one of a municipality that was split, or two numbers (G03), and a matrikkelnummer from
    before a merger (G02W), which is left out since the farms got new numbers in it.
    """
    written = rows.get_column("kommunenummer").fill_null(municipality.kommunenummer)
    found = pl.DataFrame([_today(text, municipality.kommunenummer) for text in written.unique()], _FOUND, orient="row")
    asked = pl.DataFrame({"text": written}).join(found, on="text", how="left", maintain_order="left")
    stale = asked["renumbered"] & rows["gardsnummer"].is_not_null()
    blank = [pl.when(stale).then(None).otherwise(pl.col(name)).alias(name) for name in GROUP_FIELDS["matrikkel"]]
    told = rows.with_columns(value=written, rule=asked["rule"], reason=asked["reason"])
    deviations = [with_reason(told.filter(pl.col("rule") == rule), rule, heading, "kommunenummer") for rule in ("G01", "G03")]
    deviations.append(with_reason(told.filter(stale).with_columns(reason=None), "G02W", heading, "kommunenummer"))
    return rows.with_columns(asked["number"].alias("kommunenummer"), *blank), pl.concat([tables.empty(tables.DEVIATIONS), *deviations])


def _today(text: str, home: str) -> tuple[str, str | None, str | None, str | None, bool]:
    """_FOUND of one text."""
    table = municipalities()
    if len(several := table.numbers_in(text)) > 1:
        return text, None, "G03", stored(message("row_numbers.several_municipalities", numbers=several)), False
    number = home if table.bare(text) == home else table.repaired(text)
    if number is None:
        return text, None, "G01", None, False
    now = table.same_place_as(home)(number)
    if now in table.known and now not in table.valid:
        return text, None, "G03", stored(message("row_numbers.split", number=number, numbers=table.current(number))), False
    return text, now, None, None, now != number and not table.kept_its_farms(number)
