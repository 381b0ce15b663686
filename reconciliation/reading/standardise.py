"""From rows as written to canonical columns: the mapping is data, the steps are `reconciliation.reading.transforms`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from connectors.date_order import Order, date_orders_of
from connectors.decimals import decimals_of
from connectors.field_mapping import FieldMapping
from connectors.personal_numbers import MASK
from connectors.read_result import ERROR_VALUES, SourceRead
from connectors.source_config import AnySource
from reconciliation.addresses.address_register import AddressRegister
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.model.transform_names import GROUP_FIELDS
from reconciliation.reading.category_defaults import with_category_defaults
from reconciliation.reading.dates import moment
from reconciliation.reading.deviations import deviations_of, heading_of
from reconciliation.reading.impossible_units import impossible_units
from reconciliation.reading.municipality_numbers import with_numbers_in_use
from reconciliation.reading.organisation_numbers import with_organisation_numbers
from reconciliation.reading.post_columns import post_deviations, with_post
from reconciliation.reading.row_addresses import with_addresses
from reconciliation.reading.transforms import GROUPS, NUMBERS, SIGNS, Parsed, single
from reconciliation.reading.unreadable_lines import unreadable_lines

BLANK = ("", "<NULL>", "''", "-", "–")
"""What people and exports write for "no value"."""
_UNSEEN = r"[\x{ad}\x{200b}-\x{200f}\x{2060}\x{feff}]"


@dataclass(frozen=True, slots=True)
class Standardised:
    """rows: SOURCE_ROWS, one per source row. deviations: DEVIATIONS, what could not be read."""

    rows: pl.DataFrame
    deviations: pl.DataFrame


def standardise(
    read: SourceRead,
    source: AnySource,
    municipality: Municipality,
    register: AddressRegister | None = None,
    as_of: date | None = None,
) -> Standardised:
    """Apply the source's mapping to one read. The mapping was checked when the municipality's file was read.

    register: the official addresses, where the municipality names them. as_of: the date on which kommunenummer must
    be valid; the newest when None.
    """
    raw = read.rows.with_columns(source_key=source_key(source), owner=pl.lit(source.owner))
    frame = raw.select(*(pl.col(name).cast(kind) for name, kind in tables.PLACE.items()))
    decimals, orders = decimals_of(read.rows, source), date_orders_of(read.rows, source)
    made: dict[str, pl.Series] = {}
    faults: list[pl.DataFrame] = []
    cells: pl.Series | None = None
    parse: Callable[[str], Parsed]
    for canonical, mapping in _specific_first(source):
        # A masked cell has no value; but in the column for secrecy, a masked value must not count as "no".
        column = _texts(raw, mapping, BLANK if canonical == "hemmelig_adresse" else (*BLANK, MASK))
        if mapping.transform == "address":
            failed = column.is_in(list(ERROR_VALUES)).fill_null(value=False)
            faults.append(_broken_values(frame, column, _where(failed, "V01"), canonical, mapping))
            cells = _first(cells, column.set(failed, None))
            continue
        if mapping.transform in GROUPS:
            parse = partial(GROUPS[mapping.transform], municipality.kommunenummer)
        else:
            parse = single(mapping, canonical, _decimal(mapping, decimals), _order(mapping, orders))
        values, broken = _apply(column, canonical, mapping, parse)
        if canonical == "hemmelig_adresse":
            # A value that cannot be read does not count as "no": until it is corrected the address is shown nowhere (law 10).
            values[canonical] = values[canonical].zip_with(broken.is_null(), pl.repeat(value=True, n=raw.height, eager=True))
        for name, series in values.items():
            # A field's own mapping comes first, so it wins over a group that fills the same field.
            made[name] = series if name not in made else made[name].zip_with(made[name].is_not_null(), series)
        faults.append(_broken_values(frame, column, broken, canonical, mapping))
    faults.extend(_masked(raw, frame, source))
    rows = frame.with_columns(
        made[name].alias(name) if name in made else pl.lit(None, kind).alias(name) for name, kind in tables.CONTENT.items()
    )
    post = with_post(rows)
    placed = with_addresses(post.rows, cells, source, register)
    faults += [placed.deviations, post_deviations(placed.rows, post.doubts, source)]
    rows, unknown = with_numbers_in_use(placed.rows, placed.kommune, heading_of(source, "kommunenummer"), municipality, as_of)
    rows, owners = with_organisation_numbers(rows, heading_of(source, "eier_organisasjonsnummer"))
    faults += [unknown, owners]
    lost, lost_deviations = unreadable_lines(read, source)
    return Standardised(
        pl.concat([with_category_defaults(rows, municipality), lost]).select(list(tables.SOURCE_ROWS)),
        pl.concat([tables.empty(tables.DEVIATIONS), *faults, lost_deviations]),
    )


def source_key(source: AnySource) -> pl.Expr:
    """Raw key parts joined with a hyphen; null when a required part is missing.

    A part in which a person's number was masked counts as missing: two masked numbers are equal.

    Invisible characters (a zero-width blank, a byte order mark where two exports were put together) are no part of it.

    A blank part keeps its hyphen except at the end, so that other keys stay the same when a list gets house letters."""
    parts = {heading: pl.col(heading).str.replace_all(_UNSEEN, "").str.strip_chars() for heading in source.key}
    missing = {
        heading: part.is_null() | part.is_in(["", *ERROR_VALUES]) | part.str.contains(MASK, literal=True) for heading, part in parts.items()
    }
    whole = pl.concat_str([pl.when(~missing[heading]).then(part).fill_null("") for heading, part in parts.items()], separator="-")
    if source.blank_key_parts:
        at_end = [pl.all_horizontal(list(missing.values())[first:]) for first in range(len(parts))]
        whole = whole.str.slice(0, (whole.str.len_chars() - pl.sum_horizontal(at_end)).cast(pl.UInt32))
    needed = [missing[heading] for heading in source.key if heading not in source.blank_key_parts]
    return pl.when(pl.any_horizontal(needed)).then(None).otherwise(whole)


def _specific_first(source: AnySource) -> Iterator[tuple[str, FieldMapping]]:
    groups = {name: mapping for name, mapping in source.fields.items() if mapping.transform in GROUPS}
    yield from ((name, mapping) for name, mapping in source.fields.items() if name not in groups)
    yield from groups.items()


def _texts(raw: pl.DataFrame, mapping: FieldMapping, blank: tuple[str, ...]) -> pl.Series:
    """The text each row has for that mapping, null for none of the many ways to write nothing."""
    if mapping.constant is not None:
        return pl.Series("text", [str(mapping.constant)] * raw.height, dtype=pl.String)
    headings = mapping.columns or (mapping.column,)
    filled = [pl.col(str(heading)).str.strip_chars() for heading in headings]
    return raw.select(text=pl.coalesce(pl.when(~text.is_in(blank)).then(text) for text in filled)).to_series()


def _where(hit: pl.Series, rule: str) -> pl.Series:
    return pl.select(pl.when(hit).then(pl.lit(rule))).to_series()


def _first(preferred: pl.Series | None, other: pl.Series) -> pl.Series:
    """Per row the first that is filled."""
    return other if preferred is None else preferred.zip_with(preferred.is_not_null(), other)


def _decimal(mapping: FieldMapping, decimals: Mapping[str, str | None]) -> str | None:
    """The mark that all of the mapping's columns write; none when they differ. A constant is YAML's, which has a point."""
    if mapping.constant is not None:
        return "."
    marks = {decimals.get(heading) for heading in (mapping.column, *mapping.columns) if heading}
    return marks.pop() if len(marks) == 1 else None


def _order(mapping: FieldMapping, orders: Mapping[str, Order | None]) -> Order | None:
    """What comes first in the dates of all the mapping's columns; none when they differ."""
    orders_of_columns = {orders.get(heading, "day") for heading in (mapping.column, *mapping.columns) if heading}
    return orders_of_columns.pop() if len(orders_of_columns) == 1 else None


def _apply(
    column: pl.Series, canonical: str, mapping: FieldMapping, parse: Callable[[str], Parsed]
) -> tuple[dict[str, pl.Series], pl.Series]:
    """Canonical field -> values, and per row the id of the rule its text breaks. Each distinct text is parsed once."""
    names = GROUP_FIELDS.get(mapping.transform, (canonical,))
    distinct = column.unique().drop_nulls()
    # The error word of a failed formula is no value, also in a text field.
    signs = SIGNS if mapping.transform in NUMBERS else {}
    faulty = dict.fromkeys(ERROR_VALUES, "V01") | signs
    parsed: list[Parsed] = [Parsed(rule=faulty[text]) if text in faulty else parse(text) for text in distinct]
    lookup = pl.DataFrame(
        {
            "text": distinct,
            **{name: _column(name, [cell.values.get(name) for cell in parsed]) for name in names},
            "rule": pl.Series([cell.rule for cell in parsed], dtype=pl.String),
        }
    )
    joined = column.to_frame("text").join(lookup, on="text", how="left", maintain_order="left")
    return {name: joined[name] for name in names}, joined["rule"]


def _column(name: str, values: list[Any]) -> pl.Series:
    """Values in the field's own type, since YAML reads a lookup table's 1 and true as other types."""
    kind = tables.CONTENT[name]
    if kind == pl.String():
        values = [value if value is None or isinstance(value, str) else str(value) for value in values]
    elif kind == pl.Float64():
        values = [value if value is None else float(str(value)) for value in values]
    elif kind == pl.Datetime("us"):
        values = [value if value is None else moment(str(value)) for value in values]
    return pl.Series(values, dtype=kind)


def _broken_values(frame: pl.DataFrame, texts: pl.Series, broken: pl.Series, canonical: str, mapping: FieldMapping) -> pl.DataFrame:
    heading = mapping.column or ", ".join(mapping.columns) or None
    broken_rows = frame.with_columns(value=texts, rule=broken).filter(pl.col("rule").is_not_null())
    if mapping.transform == "unit":
        return impossible_units(broken_rows, heading, canonical)
    return deviations_of(broken_rows, heading, canonical)


def _masked(raw: pl.DataFrame, frame: pl.DataFrame, source: AnySource) -> Iterator[pl.DataFrame]:
    for heading in source.mapped():
        hit = raw.get_column(heading).str.contains(MASK, literal=True).fill_null(value=False)
        masked = frame.filter(hit).with_columns(value=pl.lit(MASK), rule=pl.lit("I01W"))
        yield deviations_of(masked, heading, None)
