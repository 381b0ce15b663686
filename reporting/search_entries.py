"""What the search page finds: every dwelling, every entry that is only in Kobo, and every row that is rejected or outside.

Each has the state by which tonight's point of the curve counts it, so that a number on the page opens exactly the ones it counts.
"""

from __future__ import annotations

import polars as pl

from reconciliation.model.shielding import is_shielded
from reconciliation.model.tables import CONTENT
from reconciliation.plan.progress import counted_dwellings
from reporting.backlog import holder_of
from reporting.night_report import NightResult
from reporting.privacy import hidden_names, telling_ids, with_shown_address

REJECTED, OUTSIDE = "rejected", "out_of_scope"
"""Kinds of rows that are no dwelling tonight, beside the classes of dwellings."""
NOT_COUNTED, NOT_THERE, THERE, IN_SYNC = range(4)
"""How the night counts it: no let dwelling of ours; one that is not in the register; one that is there; one that agrees in all fields."""
_PLACE = ["source", "file", "sheet", "row"]


def index_entries(result: NightResult) -> pl.DataFrame:
    """What the index shows, `place` in it, and `secret`. kind: class, REJECTED or OUTSIDE. state: NOT_COUNTED to IN_SYNC; category, origin,
    owner, holder and because: as it is counted. file, sheet, row: of a row.

    Sorted by address. When there is no plan (the register was not seen) the dwellings have no class.
    """
    plan = result.items.select(
        "leverandor_bolig_id", "kobo_id", "reason", "details", "held", "changes", kind="class", item=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    ours = result.dwellings.join(plan, on="leverandor_bolig_id", how="left")
    alone = plan.join(result.dwellings.select("leverandor_bolig_id"), on="leverandor_bolig_id", how="anti")
    if result.register_rows is not None and "kobo_id" in result.register_rows.columns:
        known = [name for name in result.register_rows.columns if name in CONTENT]
        alone = alone.join(result.register_rows.select("kobo_id", *known).unique("kobo_id"), on="kobo_id", how="left")
    gone = pl.col("leverandor_bolig_id").is_in(list(result.shielded_gone)).fill_null(value=False)
    everything = pl.concat([*_counted(ours, result), alone, _outside(result)], how="diagonal_relaxed")
    everything = everything.with_columns(hemmelig_adresse=is_shielded() | gone, state=pl.col("state").fill_null(NOT_COUNTED))
    hidden = telling_ids(everything.with_columns(secret=is_shielded()))
    numbers = [pl.col(name).cast(pl.String) for name in ("gardsnummer", "bruksnummer")]
    rest = [
        pl.when(pl.any_horizontal(pl.col("festenummer", "seksjonsnummer").is_not_null())).then(pl.col(name).fill_null(0).cast(pl.String))
        for name in ("festenummer", "seksjonsnummer")
    ]
    return (
        with_shown_address(everything)
        .with_columns(matrikkel=pl.concat_str([*numbers, *rest], separator="/", ignore_nulls=True), secret=is_shielded())
        .with_columns(
            matrikkel=pl.when("secret").then(None).otherwise("matrikkel"),
            postnummer_shown=pl.when("secret").then(None).otherwise("postnummer"),
            # A key resembles its neighbours' keys, so it reveals the place as a position in the list does.
            keys=pl.when(~pl.col("secret")).then(pl.col("source_keys").list.eval(pl.element().str.replace(r"^[^:]*:", "")).list.join(" ")),
            id_shown=pl.when(~pl.col("leverandor_bolig_id").is_in(hidden)).then("leverandor_bolig_id"),
        )
        # Sorted among its neighbours, a secret dwelling's position in the list would reveal its place.
        .sort(
            "secret",
            pl.when(~pl.col("secret")).then("adressenavn"),
            pl.when(~pl.col("secret")).then("nummer"),
            pl.when(~pl.col("secret")).then("bokstav"),
            pl.when(~pl.col("secret")).then("bruksenhetsnummer"),
            "leverandor_bolig_id",
            "kobo_id",
            *_PLACE,
            nulls_last=True,
        )
        .with_row_index("place")
    )


def _counted(ours: pl.DataFrame, result: NightResult) -> list[pl.DataFrame]:
    """The dwellings and the rejected rows, with how each is counted."""
    counted = counted_dwellings(
        result.dwellings, result.items, result.outcomes, result.rejected_rows, result.memberships, result.municipality
    ).select(
        "leverandor_bolig_id",
        *("file", "sheet", "row"),
        "category",
        "because",
        origin="source",
        counted_owner="owner",
        state=pl.when("in_sync").then(IN_SYNC).when("in_register").then(THERE).otherwise(NOT_THERE),
        holder=pl.struct("because", "owner").map_elements(lambda entry: holder_of(entry["because"], entry["owner"]), pl.String),
    )
    dwellings = counted.filter(pl.col("leverandor_bolig_id").is_not_null()).drop("file", "sheet", "row")
    rows = counted.filter(pl.col("leverandor_bolig_id").is_null()).drop("leverandor_bolig_id")
    place = ["origin", "file", "sheet", "row"]
    rejected = _rows(result.rejected_rows, result).with_columns(kind=pl.lit(REJECTED), origin="source")
    return [
        ours.join(dwellings, on="leverandor_bolig_id", how="left", maintain_order="left"),
        rejected.join(rows, on=place, how="left", nulls_equal=True, maintain_order="left"),
    ]


def _outside(result: NightResult) -> pl.DataFrame:
    rows = _rows(result.out_of_scope_rows, result).rename({"reason": "outside"})
    return rows.with_columns(kind=pl.lit(OUTSIDE), category="kategori", origin="source", counted_owner="owner")


def _rows(rows: pl.DataFrame, result: NightResult) -> pl.DataFrame:
    """Rows as entries: shielded too where their dwelling is."""
    name = pl.format("{}:{}", "source", "source_key")
    hidden = name.is_in(sorted(hidden_names(result.dwellings, result.items, result.shielded_gone))).fill_null(value=False)
    keys = pl.when(pl.col("source_key").is_not_null()).then(pl.concat_list(name))
    return rows.with_columns(hemmelig_adresse=is_shielded() | hidden, source_keys=keys)
