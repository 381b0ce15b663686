"""Who wins a field: what a person said, then the source that ranks first for it, then the newest row. Losers are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from kobo_client.contract import PROTECTED
from reconciliation.model.municipality_parts import Survivorship
from reconciliation.model.tables import CONTENT, LINEAGE

GROUPS = (
    ("adressenavn", "nummer", "bokstav", "kommunenummer"),
    ("postnummer", "poststed"),
    ("gardsnummer", "bruksnummer", "festenummer"),
)
"""Fields that are taken together from one row, so that no address is put together from two rows."""

_ANY_TRUE = ("hemmelig_adresse", "aktiv")
_COMPARE_AS = {
    "adressenavn": "_street",
    "bokstav": "_letter_or_none",
    "bruksenhetsnummer": "_unit",
    "ekstra_referanse": "_extra",
    "kommunenummer": "_municipality",
}
_NOT_SHOWN = ("oppdatert", "aktiv", "hemmelig_adresse", "eier_mobilnummer", "leieforhold_slutt")


def ranks(order: Sequence[str], sources: Sequence[str]) -> dict[str, int]:
    """Source -> place; sources that are not in the order share the place after it."""
    return {source: order.index(source) if source in order else len(order) for source in sources}


def survive(rows: pl.DataFrame, several: pl.DataFrame, survivorship: Survivorship, taken: Mapping[tuple[int, str], str]) -> pl.DataFrame:
    """One row per `_cluster` with CONTENT, sorted by it.

    rows: all, in the order of their _cluster as far as they are alone in it. several: those of them that are not. taken: (cluster,
    field) -> source that a person chose.
    """
    sources = sorted(several.get_column("source").unique())
    leads = {name: group[0] for group in GROUPS for name in group}
    by_order: dict[tuple[str, ...], list[str]] = {}
    for name in CONTENT:
        order = survivorship.fields.get(leads.get(name, name), survivorship.default)
        by_order.setdefault(tuple(order), []).append(name)
    won = [several.select("_cluster").unique().sort("_cluster")]
    for order, names in by_order.items():
        grouped = _in_order(several, ranks(order, sources), *names, *(leads[name] for name in names if name in leads))
        won.append(grouped.group_by("_cluster", maintain_order=True).agg(*(_winner(name) for name in names)).drop("_cluster"))
    alone = rows.filter(pl.len().over("_cluster") == 1).select("_cluster", *(_of_one(name) for name in CONTENT))
    merged = alone.merge_sorted(pl.concat(won, how="horizontal").select(alone.columns), "_cluster")
    for (place, name), source in sorted(taken.items()):
        chosen = rows.filter((pl.col("_cluster") == place) & (pl.col("source") == source)).get_column(name).to_list()
        if chosen:
            in_cluster = pl.col("_cluster") == place
            merged = merged.with_columns(pl.when(in_cluster).then(pl.lit(chosen[0], CONTENT[name])).otherwise(name).alias(name))
    return merged.select("_cluster", *CONTENT)


def _in_order(rows: pl.DataFrame, rank: Mapping[str, int], *names: str) -> pl.DataFrame:
    """Best row first in each cluster: what that takes, and the columns that are named."""
    place = pl.col("source").replace_strict(rank, return_dtype=pl.Int64)
    columns = dict.fromkeys(("_cluster", "source", "source_key", "oppdatert", *names))
    return rows.select(*columns, _place=place).sort(
        "_cluster", "_place", "oppdatert", "source", "source_key", descending=[False, False, True, False, False], nulls_last=True
    )


def _winner(name: str) -> pl.Expr:
    if name in _ANY_TRUE:
        return pl.col(name).max()
    lead = _lead(name)
    return (pl.col(name).filter(pl.col(lead).is_not_null()) if lead else pl.col(name).drop_nulls()).first()


def _of_one(name: str) -> pl.Expr:
    """What _winner makes of one row."""
    lead = _lead(name)
    return pl.when(pl.col(lead).is_not_null()).then(name) if lead else pl.col(name)


def _lead(name: str) -> str | None:
    """The field that this one depends on: without it, it has no meaning."""
    return next((group[0] for group in GROUPS if name in group[1:]), None)


def contradictions(several: pl.DataFrame, taken: Mapping[tuple[int, str], str]) -> pl.DataFrame:
    """(_cluster, contradictions): protected fields on which its rows disagree and no person has decided. Blanks agree with all.

    several: the rows of clusters of more than one.
    """
    several = several.with_columns(_letter_or_none=_letter_or_none())
    protected = [field.name for field in PROTECTED]
    contradicted = several.group_by("_cluster").agg(
        (pl.col(_COMPARE_AS.get(name, name)).drop_nulls().n_unique() > 1).alias(name) for name in protected
    )
    named = pl.concat_list(pl.when(pl.col(name)).then(pl.lit(name)) for name in sorted(protected)).list.drop_nulls()
    marked = contradicted.filter(pl.any_horizontal(protected)).select("_cluster", contradictions=named)
    if taken and marked.height:
        settled = _decided(taken).rename({"field": "contradictions"})
        open_ones = marked.explode("contradictions").join(settled, on=["_cluster", "contradictions"], how="anti")
        marked = open_ones.group_by("_cluster").agg(pl.col("contradictions").sort())
    return marked


def _letter_or_none() -> pl.Expr:
    """A house number without a letter says something: 7 is another house than 7A."""
    return pl.when(pl.col("nummer").is_not_null()).then(pl.col("bokstav").str.to_uppercase().fill_null(""))


def lineage(several: pl.DataFrame, merged: pl.DataFrame, survivorship: Survivorship, taken: Mapping[tuple[int, str], str]) -> pl.DataFrame:
    """Every value of every field that rows of one dwelling disagree on. Shape: LINEAGE, sorted. The value null: a house without letter.

    several: the rows of clusters of more than one, with leverandor_bolig_id. merged: of survive.
    """
    sources = sorted(several.get_column("source").unique())
    names = several.select("_cluster", "leverandor_bolig_id").unique()
    decided = _decided(taken)
    parts: list[pl.DataFrame] = [pl.DataFrame(schema=LINEAGE)]
    fields = [name for name in CONTENT if name not in _NOT_SHOWN]
    compared = {name: pl.col(name) for name in fields} | {"bokstav": _letter_or_none()}
    disagree = several.group_by("_cluster").agg((value.drop_nulls().n_unique() > 1).alias(name) for name, value in compared.items())
    for name in fields:
        if not disagree.get_column(name).any():
            continue
        places = disagree.lazy().filter(name).select("_cluster")
        rank = ranks(survivorship.fields.get(name, survivorship.default), sources)
        unequal = several.lazy().join(places, on="_cluster", how="semi").filter(compared[name].is_not_null())
        values = unequal.select("_cluster", "source", "source_key", "oppdatert", name).collect()
        values = _in_order(values, rank, name).join(merged.select("_cluster", _won=name), on="_cluster", how="left", maintain_order="left")
        right = pl.col(name).eq_missing(pl.col("_won"))
        ranked = pl.col("_place").n_unique().over("_cluster") > 1
        parts.append(
            values.with_columns(field=pl.lit(name), _right=right)
            .join(decided.with_columns(_decided=pl.lit(value=True)), on=["_cluster", "field"], how="left", maintain_order="left")
            .with_columns(
                won=pl.col("_right") & (pl.col("_right").cast(pl.Int64()).cum_sum().over("_cluster") == 1),
                reason=pl.when("_decided").then(pl.lit("decision")).when(ranked).then(pl.lit("priority")).otherwise(pl.lit("newest")),
                value=pl.col(name).cast(pl.String()),
            )
            .join(names, on="_cluster")
            .select(list(LINEAGE))
        )
    return pl.concat(parts).sort("leverandor_bolig_id", "field", "source", "source_key")


def _decided(taken: Mapping[tuple[int, str], str]) -> pl.DataFrame:
    return pl.DataFrame(sorted(taken), schema={"_cluster": pl.Int64(), "field": pl.String()}, orient="row")
