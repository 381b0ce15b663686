"""Sorts rows into out of scope, rejected and accepted: scope first, then all rules on all rows at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from reconciliation.addresses import folded
from reconciliation.identifiers.unit_floor import floor_contradicts_unit
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.model.rules import BY_ID, POSSIBLE, RULES, Rule
from reconciliation.model.words import Severity
from reconciliation.reading.copied_without_unit import copied_from
from reconciliation.reading.deviations import deviations_of, heading_of
from reconciliation.reading.doubled_units import confirmed_among_doubles
from reconciliation.reading.impossible_units import impossible_units

if TYPE_CHECKING:
    import pandera.polars as pa

INACTIVE = "inactive"
_ERROR = Severity.ERROR.value
_HOLDING = [rule.id for rule in RULES if rule.holds]
_ROW = "row_number"


@dataclass(frozen=True, slots=True)
class Validated:
    """accepted, rejected: SOURCE_ROWS. out_of_scope: OUT_OF_SCOPE. deviations: DEVIATIONS of rows in scope.

    accepted + rejected + out_of_scope are the rows that came in, each once (law 1).
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    out_of_scope: pl.DataFrame
    deviations: pl.DataFrame


def validate(
    rows: pl.DataFrame,
    deviations: pl.DataFrame,
    municipality: Municipality,
    before: pl.DataFrame | None = None,
    entries: pl.DataFrame | None = None,
) -> Validated:
    """rows: SOURCE_ROWS of all sources; deviations: values that standardising could not read. before: STANDING_ROWS of the last night.
    entries: the register's rows; by these two a row that is no copy is known, and by the entries which of two rows for one unit is right.

    A row out of scope is never rejected: a store room needs no unit number.
    """
    outside = [key for key, category in municipality.categories.items() if not category.in_scope]
    reason = (
        pl.when(pl.col("kategori").is_in(outside)).then("kategori").when(pl.col("aktiv").eq_missing(other=False)).then(pl.lit(INACTIVE))
    )
    judged = rows.with_columns(reason=reason)
    out_of_scope = judged.filter(pl.col("reason").is_not_null()).select(list(tables.OUT_OF_SCOPE))
    inside = judged.filter(pl.col("reason").is_null()).select(list(tables.SOURCE_ROWS)).with_row_index(_ROW)
    read_faults = _of_rows(deviations, inside)
    helped = _with_helpers(inside, read_faults, before, entries)
    broken = pl.concat([read_faults.drop(_ROW), *_broken_rules(helped, municipality)])
    broken = broken.select(list(tables.DEVIATIONS)).unique(maintain_order=True)
    wrong = _of_rows(broken.filter((pl.col("severity") == _ERROR) | pl.col("rule").is_in(_HOLDING)), inside).get_column(_ROW).unique()
    bad = pl.col(_ROW).is_in(wrong.implode())
    return Validated(
        accepted=_sorted(inside.filter(~bad).drop(_ROW)),
        rejected=_sorted(inside.filter(bad).drop(_ROW)),
        out_of_scope=_sorted(out_of_scope),
        deviations=broken.sort("source", "file", "sheet", "row", "rule", "column", nulls_last=False),
    )


def _of_rows(deviations: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The deviations whose row is among `rows`, with that row's index."""
    place = ["source", "file", "sheet", "row"]
    return deviations.join(rows.select(*place, _ROW), on=place, how="inner", nulls_equal=True, maintain_order="left")


def _with_helpers(
    inside: pl.DataFrame, read_faults: pl.DataFrame, before: pl.DataFrame | None = None, entries: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Adds helper columns for rules about several rows: how many share the key or the unit, which of them is confirmed, and
    which is a copy of another."""
    # A row with a unit number is the same dwelling whatever label it has; without one, the label tells them apart.
    label = pl.when(pl.col("bruksenhetsnummer").is_null()).then("leilighetsnummer").alias("leilighetsnummer")
    # One street and number under two postal codes may be two places.
    place = ["kommunenummer", "postnummer", "_street", "nummer", "bokstav"]
    unit = ["source", *place, "bruksenhetsnummer", "ekstra_referanse", label]
    broken = read_faults.filter(pl.col("severity") == _ERROR).group_by(_ROW).agg(broken_fields=pl.col("field").drop_nulls())
    helped = inside.join(broken, on=_ROW, how="left", maintain_order="left").with_columns(
        pl.col("broken_fields").fill_null([]),
        same_key=pl.len().over("source", "source_key"),
        floor_contradicts_unit=floor_contradicts_unit(inside),
        _street=folded("adressenavn"),
    )
    helped = helped.with_columns(same_unit=pl.len().over(unit))
    copy_of = copied_from(helped, before, entries)
    return helped.with_columns(confirmed=confirmed_among_doubles(helped, entries), copy_of=copy_of).drop("_street")


def row_schema(cases: int | None = None, checks: Collection[str] | None = None) -> pa.DataFrameSchema:
    """Row rules as one lazy pandera schema; a check's name is its rule's id (and field).

    cases: how many failure cases pandera makes per check, all when None. Each holds the whole row's values as JSON.
    checks: only those names; all when None.
    """
    import pandera.polars as pa  # noqa: PLC0415 - with numpy a sixth of a second, on the nights when a row breaks a rule only

    asked = {name: wrong for name, wrong in _wrong().items() if checks is None or name in checks}
    return pa.DataFrameSchema(checks=[pa.Check(_holds(wrong), name=name, n_failure_cases=cases) for name, wrong in asked.items()])


@cache
def _wrong() -> dict[str, pl.Expr]:
    """Check -> expression that is true for rows that break it; null counts as false."""
    rules = {rule.id: rule.wrong for rule in RULES if rule.wrong is not None}
    possible = {f"V02:{name}": (pl.col(name) < least) | (pl.col(name) > greatest) for name, (least, greatest) in POSSIBLE.items()}
    return {name: wrong.fill_null(value=False) for name, wrong in (rules | possible).items()}


def _holds(wrong: pl.Expr):  # type: ignore[no-untyped-def]
    def holds(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(~wrong)

    return holds


def _broken_rules(rows: pl.DataFrame, municipality: Municipality) -> Iterator[pl.DataFrame]:
    """DEVIATIONS per rule."""
    for name, holds in sorted(rules_broken_by(rows).items()):
        rule_id, _, field = name.partition(":")
        rule = BY_ID[rule_id]
        broken = rows.filter(~holds)
        about = field or rule.field
        judged = broken.with_columns(value=_shown(rule, about), rule=pl.lit(rule.id))
        for (source,), part in judged.group_by("source", maintain_order=True):
            heading = ", ".join(municipality.sources[str(source)].key) if rule.id in _ABOUT_THE_KEY else None
            shown_as = heading or heading_of(municipality.sources[str(source)], about)
            yield impossible_units(part, shown_as, str(about)) if rule.id == "B01" else deviations_of(part, shown_as, about)


def rules_broken_by(rows: pl.DataFrame) -> dict[str, pl.Series]:
    """Check -> which rows it holds for, of the checks that do not hold for all. rows: SOURCE_ROWS with their helpers.

    Read from each check's output, not from pandera's failure cases, which take most of its time and contain values.
    Raises RuntimeError for a rule that cannot be evaluated.
    """
    broken = _broken_at_all(rows)
    if not broken:
        return {}
    from pandera.constants import CHECK_OUTPUT_KEY  # noqa: PLC0415
    from pandera.errors import SchemaErrors  # noqa: PLC0415

    try:
        row_schema(1, broken).validate(rows, lazy=True)
    except SchemaErrors as errors:
        outputs = {str(error.check.name): error.check_output for error in errors.schema_errors}
    else:
        return {}
    silent = [name for name, output in outputs.items() if output is None]
    if silent:
        raise RuntimeError(f"A rule could not be evaluated: {silent}")
    return {name: output.get_column(CHECK_OUTPUT_KEY) for name, output in outputs.items()}


def _broken_at_all(rows: pl.DataFrame) -> Collection[str]:
    try:
        any_wrong = rows.select(**{name: wrong.any() for name, wrong in _wrong().items()}).row(0, named=True)
    except pl.exceptions.PolarsError:
        return _wrong()  # pandera reports which rule cannot be evaluated.
    return [name for name, broken in any_wrong.items() if broken]


_ABOUT_THE_KEY = ("N01", "N02")


def _shown(rule: Rule, about: str | None) -> pl.Expr:
    """Expression for the value that the sentence quotes."""
    if rule.id in ("B02", "B03", "B07"):
        unit = "copy_of" if rule.id == "B07" else "bruksenhetsnummer"
        parts = [pl.col("adressenavn"), pl.col("nummer").cast(pl.String), pl.col("bokstav"), pl.col(unit)]
        return pl.concat_str(parts, separator=" ", ignore_nulls=True)
    if rule.id == "A02":
        return pl.col("adressenavn")
    if rule.id in ("N01", "N02"):
        return pl.col("source_key")
    return pl.col(about).cast(pl.String) if about else pl.lit(None, pl.String)


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    """Sorted, so that the result does not depend on the rows' order (law 6)."""
    return rows.sort("source", "file", "sheet", "row", nulls_last=False)
