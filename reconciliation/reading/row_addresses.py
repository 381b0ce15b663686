"""The address of each row of one source: parsed, and compared with the official addresses where the municipality names them.

Uses the same functions as `kobosync resolve`, on the same text: the cell as its owner wrote it, or street, number and letter from
columns of their own, with the row's postnummer and poststed. A text that is not wholly understood as one address is a rejected row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from connectors.source_config import AnySource
from language import and_then, message, stored
from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.plain_form import plain_parts
from reconciliation.model import tables
from reconciliation.reading.address_answer import ANSWER, PARTS, address_answer
from reconciliation.reading.deviations import heading_of, with_reason

_ASKED = ("text", "housed", "code", "place")


@dataclass(frozen=True, slots=True)
class Placed:
    """rows: SOURCE_ROWS with their addresses. deviations: DEVIATIONS. kommune: per row the kommunenummer of its certain
    official address."""

    rows: pl.DataFrame
    deviations: pl.DataFrame
    kommune: pl.Series


def with_addresses(rows: pl.DataFrame, written: pl.Series | None, source: AnySource, register: AddressRegister | None) -> Placed:
    """rows: SOURCE_ROWS; where the mapping has columns of their own for the parts of an address, those. written: the cell that holds a
    whole address, per row; None when the source has none. register: None when the municipality names no official addresses.

    Values of separate columns for unit, label, postnummer and poststed are kept; blank ones are filled from the cell, postnummer and
    poststed from the register. Street, number and letter are the register's where it is certain, otherwise as written.
    """
    asked = _address_questions(rows, written)
    distinct = asked.select(_ASKED).filter(pl.col("text").is_not_null()).unique(maintain_order=True)
    resolved = asked.join(_answers(distinct, register), on=list(_ASKED), how="left", nulls_equal=True, maintain_order="left")
    wide = pl.concat([rows, resolved.rename({"text": "value"})], how="horizontal")
    known = pl.col("broken").is_null()
    unasked = pl.col("value").is_null()
    street = {name: pl.when(unasked).then(name).when(known).then(f"_{name}").alias(name) for name in ("adressenavn", "nummer", "bokstav")}
    rest = {name: pl.coalesce(name, f"_{name}").alias(name) for name in PARTS if name not in street}
    made = _with_only_unit(wide.with_columns(*street.values(), *rest.values()))
    return Placed(made.select(list(tables.SOURCE_ROWS)), pl.concat(_deviations(made, source, register)), made.get_column("kommune"))


def _with_only_unit(made: pl.DataFrame) -> pl.DataFrame:
    """Fill the unit number where the register has one dwelling at the address, unless the row has a label, which implies several."""
    only = pl.col("bruksenhetsnummer").is_null() & pl.col("leilighetsnummer").is_null() & (pl.col("units").list.len() == 1)
    return made.with_columns(pl.when(only).then(pl.col("units").list.first()).otherwise("bruksenhetsnummer").alias("bruksenhetsnummer"))


def _address_questions(rows: pl.DataFrame, written: pl.Series | None) -> pl.DataFrame:
    """_ASKED per row: the arguments of `resolve_text`. housed: the number at the end has a column of its own."""
    house = pl.concat_str(pl.col("nummer").cast(pl.String), pl.col("bokstav").fill_null(""))
    cell = pl.col("cell")
    in_parts = pl.when(house.is_not_null()).then(pl.concat_str("adressenavn", pl.lit(" "), house)).otherwise("adressenavn")
    in_cell = (
        pl.when(~cell.str.contains(r"\d") & house.is_not_null())
        .then(pl.concat_str(cell, pl.lit(" "), house))
        .when(cell.str.contains(r"\d\s*$"))
        .then(pl.concat_str(cell, pl.col("bokstav").fill_null("")))
        .otherwise(cell)
    )
    cells = written if written is not None else pl.Series([None] * rows.height, dtype=pl.String)
    return rows.with_columns(cell=cells).select(
        text=pl.when(cell.is_null()).then(in_parts).otherwise(in_cell),
        housed=house.is_not_null() & (cell.is_null() | ~cell.str.contains(r"\d")),
        code="postnummer",
        place="poststed",
    )


def _answers(distinct: pl.DataFrame, register: AddressRegister | None) -> pl.DataFrame:
    """_ASKED and ANSWER, each distinct text once; plainly written ones without a register take a fast path."""
    short = pl.DataFrame(schema={"text": pl.String()})
    if register is None:
        short = plain_parts(distinct.get_column("text").unique()).rename(
            {name: f"_{name}" for name in ("adressenavn", "nummer", "bokstav")}
        )
    plain = distinct.join(short, on="text", how="inner", maintain_order="left").with_columns(certain=pl.lit(value=False))
    odd = distinct.join(short, on="text", how="anti", maintain_order="left")
    answers = [address_answer(register, *row) for row in odd.iter_rows()]
    made = odd.with_columns(pl.Series(name, [answer.get(name) for answer in answers], dtype=kind) for name, kind in ANSWER.items())
    columns = [pl.col(name) if name in plain.columns else pl.lit(None, kind).alias(name) for name, kind in ANSWER.items()]
    return pl.concat([plain.select(*_ASKED, *columns), made])


def _deviations(made: pl.DataFrame, source: AnySource, register: AddressRegister | None) -> Iterator[pl.DataFrame]:
    """DEVIATIONS: rejected addresses, warnings of the register, and words that are not used."""
    yield tables.empty(tables.DEVIATIONS)
    broken = made.filter(pl.col("broken").is_not_null())
    about, heading = _whole_address(source)
    for rule in sorted(set(broken["broken"])):
        judged = broken.filter(pl.col("broken") == rule).with_columns(reason="why")
        yield with_reason(_pointing(judged, made), rule, heading, about)
    whole = pl.col("broken").is_null()
    yield with_reason(made.filter(whole & pl.col("beside").is_not_null()).with_columns(reason="beside"), "A06W", heading, about)
    if register is None:
        return
    doubtful = made.filter(whole & ~pl.col("certain") & pl.col("why").is_not_null() & pl.col("nummer").is_not_null())
    yield with_reason(doubtful.with_columns(reason="why"), "A05W", heading_of(source, "adressenavn"), "adressenavn")
    post = pl.concat_str("postnummer", "poststed", separator=" ", ignore_nulls=True)
    elsewhere = made.filter(pl.col("certain") & pl.col("post").is_not_null()).with_columns(value=post, reason="post")
    yield with_reason(elsewhere, "P03W", heading_of(source, "postnummer"), "postnummer")
    several = made.filter(pl.col("bruksenhetsnummer").is_null() & (pl.col("units").list.len() > 1))
    offered = [stored(message("row_numbers.units_there", units=list(units))) for units in several["units"]]
    judged = several.with_columns(reason=pl.Series(offered, dtype=pl.String))
    yield with_reason(judged, "B06W", heading_of(source, "bruksenhetsnummer") or heading, "bruksenhetsnummer")
    yield with_reason(_without_that_unit(made, register), "B04W", heading_of(source, "bruksenhetsnummer"), "bruksenhetsnummer")


def _whole_address(source: AnySource) -> tuple[str, str | None]:
    """The canonical name and the heading of what holds the address in that source."""
    for canonical, mapping in source.fields.items():
        if mapping.transform == "address":
            return canonical, mapping.column or ", ".join(mapping.columns) or None
    return "adressenavn", heading_of(source, "adressenavn")


def _pointing(judged: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """The same, and for a text that points to the row above, that row's number, and its address unless one of the two is secret."""
    reasons = list(judged["reason"])
    above = dict(_rows_above(made))
    for at, (place, secret) in enumerate(_places(judged)):
        if place in above:
            row, text, secret_above = above[place]
            if secret or secret_above:
                reasons[at] = and_then(reasons[at] or "", stored(message("row_address.row_above", row=row)))
            else:
                reasons[at] = and_then(reasons[at] or "", stored(message("row_address.row_above_named", row=row, text=text)))
    return judged.with_columns(reason=pl.Series(reasons, dtype=pl.String))


def _rows_above(made: pl.DataFrame) -> Iterator[tuple[tuple[Any, ...], tuple[int, str, bool]]]:
    """Place of each row that points to another -> row number, text and secrecy of the nearest row above that does not."""
    last: dict[tuple[Any, ...], tuple[int, str, bool]] = {}
    points = made.select("file", "sheet", "row", "value", "points", "hemmelig_adresse").sort("file", "sheet", "row")
    for file, sheet, row, value, pointing, secret in points.iter_rows():
        if pointing and (file, sheet) in last:
            yield (file, sheet, row), last[(file, sheet)]
        elif value is not None and not pointing:
            last[(file, sheet)] = (row, value, bool(secret))


def _places(judged: pl.DataFrame) -> Sequence[tuple[tuple[Any, ...], bool]]:
    return [
        ((file, sheet, row), bool(secret))
        for file, sheet, row, secret in judged.select("file", "sheet", "row", "hemmelig_adresse").iter_rows()
    ]


def _without_that_unit(made: pl.DataFrame, register: AddressRegister) -> pl.DataFrame:
    """Rows at a certain address whose bruksenhetsnummer is none of the register's; value, reason."""
    asked = made.filter(pl.col("certain") & pl.col("bruksenhetsnummer").is_not_null())
    reasons = [
        register.unit_reason(kommune, name, (number, letter or ""), unit)
        for kommune, name, number, letter, unit in asked.select(
            "kommune", "adressenavn", "nummer", "bokstav", "bruksenhetsnummer"
        ).iter_rows()
    ]
    judged = asked.with_columns(value="bruksenhetsnummer", reason=pl.Series(reasons, dtype=pl.String))
    return judged.filter(pl.col("reason").is_not_null())
