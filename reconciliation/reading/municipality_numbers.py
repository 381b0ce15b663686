"""kommunenummer of each row as it is on the night's date; nothing goes on with a number that is not in use then."""

from __future__ import annotations

from datetime import date

import polars as pl

from language import message, stored
from reconciliation.identifiers import kommune_table
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.model.transform_names import GROUP_FIELDS
from reconciliation.reading.deviations import with_reason

_ASKED = ("text", "official")
_FOUND = {
    "text": pl.String(),
    "official": pl.String(),
    "number": pl.String(),
    "rule": pl.String(),
    "reason": pl.String(),
    "renumbered": pl.Boolean(),
}


def with_numbers_in_use(
    rows: pl.DataFrame, official: pl.Series, heading: str | None, municipality: Municipality, as_of: date | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """rows: SOURCE_ROWS with kommunenummer as written; a blank one becomes the municipality's own. official: kommunenummer of the
    official address that a row certainly has. heading: that of the column. as_of: the night's date, the newest numbers without one.

    Deviations: a number that never was (G01), one of a municipality that was split where no official address tells the part, or two
    numbers (G03), and a matrikkelnummer from before a merger (G02W), which is left out since the farms got new numbers in it.
    """
    written = rows.get_column("kommunenummer").fill_null(municipality.kommunenummer)
    asked = pl.DataFrame({"text": written, "official": official})
    answers = pl.DataFrame(
        [_in_use(text, number, municipality, as_of) for text, number in asked.unique().iter_rows()], _FOUND, orient="row"
    )
    judged = asked.join(answers, on=_ASKED, how="left", nulls_equal=True, maintain_order="left")
    stale = judged["renumbered"] & rows["gardsnummer"].is_not_null()
    blank = [pl.when(stale).then(None).otherwise(pl.col(name)).alias(name) for name in GROUP_FIELDS["matrikkel"]]
    wrong = rows.with_columns(value=written, rule=judged["rule"], reason=judged["reason"])
    deviations = [with_reason(wrong.filter(pl.col("rule") == rule), rule, heading, "kommunenummer") for rule in ("G01", "G03")]
    deviations.append(with_reason(wrong.filter(stale).with_columns(reason=None), "G02W", heading, "kommunenummer"))
    return rows.with_columns(judged["number"].alias("kommunenummer"), *blank), pl.concat([tables.empty(tables.DEVIATIONS), *deviations])


def _in_use(
    text: str, official: str | None, municipality: Municipality, as_of: date | None
) -> tuple[str, str | None, str | None, str | None, str | None, bool]:
    """_FOUND of one text beside one official address."""
    table, home = kommune_table(), municipality.kommunenummer
    if len(several := table.numbers_in(text)) > 1:
        return text, official, None, "G03", stored(message("row_numbers.several_municipalities", numbers=several)), False
    number = home if _is_home(text, municipality) else table.repaired(text, home)
    if number is None:
        return text, official, None, "G01", None, False
    then = table.current(number, as_of) or (number,)
    if len(then) > 1 and official:
        then = tuple(set(then).intersection(table.current(official, as_of) or (official,))) or then
    if len(then) != 1:
        return text, official, None, "G03", stored(message("row_numbers.split", number=number, numbers=list(then))), False
    return (
        text,
        official,
        then[0],
        None,
        None,
        then[0] != number and not all(table.kept_its_farms(code) for code in (number, then[0])),
    )


def _is_home(text: str, municipality: Municipality) -> bool:
    """The municipality's own number, or its name."""
    bare = kommune_table().bare(text)
    return bare == municipality.kommunenummer or bare.casefold().removesuffix("kommune").strip() == municipality.name.casefold()
