"""Where a dwelling is, as text that two systems agree on: the comparable forms that merging and matching join on."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from reconciliation.addresses import fold
from reconciliation.identifiers.lease_reference import compared_lease
from reconciliation.identifiers.unit_floor import floor_contradicts_unit, floor_of_unit
from reconciliation.model.transform_names import GROUP_FIELDS

PLACE_FIELDS = frozenset({*GROUP_FIELDS["address"], *GROUP_FIELDS["matrikkel"], "andelsnummer"})
"""Fields that tell, alone or together, where a dwelling is."""

TELLING_FIELDS = PLACE_FIELDS | {"bruksareal", "antall_soverom", "etasjenummer", "manedsleie", "eier_organisasjonsnummer"}
"""What is shown of no shielded dwelling: its place, and the measures by which it could be found again elsewhere."""

SamePlace = Callable[[str], str]
"""Municipality number as written -> the number it has today."""

PLACE_COLUMNS = ("_municipality", "_street", "_house", "_address", "_matrikkel", "_unit", "_extra", "_label", "_floor", "_doubted")


def with_place(rows: pl.DataFrame, same_place: SamePlace | None = None) -> pl.DataFrame:
    """Add PLACE_COLUMNS to rows with canonical columns; a part that is missing makes the whole null.

    _address: municipality, folded street, number and letter: a lettered address never equals the bare number.
    _matrikkel: under the municipality number as written, since a merger of municipalities gives farms new numbers: across a
    changed number only the address tells. With festenummer and seksjonsnummer.
    _unit, _label: without case and outer blanks, null when blank. _extra: as two systems agree on it (identifiers/lease_reference.py).
    _doubted: the row gives another floor than its unit number. _unit is null then: the number names no dwelling, and no key joins
    the row, until a person has looked.
    _floor: as given, else that of the unit number.
    """
    doubted = floor_contradicts_unit(rows)
    return (
        rows.with_columns(
            _doubted=doubted,
            _municipality=_by_value(rows.get_column("kommunenummer"), same_place),
            _street=_by_value(rows.get_column("adressenavn"), fold),
            _unit=pl.when(~doubted).then(_plain("bruksenhetsnummer")),
            _extra=compared_lease("ekstra_referanse"),
            _label=_plain("leilighetsnummer") if "leilighetsnummer" in rows.columns else pl.lit(None, pl.String()),
            _letter=_plain("bokstav").fill_null(""),
        )
        .with_columns(_house=pl.concat_str(pl.col("nummer").cast(pl.String()), "_letter"))
        .with_columns(
            _floor=pl.coalesce("etasjenummer", floor_of_unit("_unit")) if "etasjenummer" in rows.columns else floor_of_unit("_unit"),
            _address=pl.concat_str("_municipality", "_street", "_house", separator="|"),
            _matrikkel=pl.concat_str(
                "kommunenummer",
                pl.col("gardsnummer").cast(pl.String()),
                pl.col("bruksnummer").cast(pl.String()),
                pl.col("festenummer").cast(pl.String()).fill_null("0"),
                pl.col("seksjonsnummer").cast(pl.String()).fill_null("0"),
                separator="|",
            ),
        )
        .drop("_letter")
    )


def _plain(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars().str.to_uppercase()
    return pl.when(text.str.len_bytes() > 0).then(text)


def _by_value(texts: pl.Series, form: Callable[[str], str] | None) -> pl.Series:
    """Each distinct text is folded once: a street is written thousands of times."""
    if form is None:
        return texts
    distinct = texts.drop_nulls().unique()
    forms = [form(text) or None for text in distinct]
    return texts.replace_strict(distinct, pl.Series(forms, dtype=pl.String()), default=None, return_dtype=pl.String())
