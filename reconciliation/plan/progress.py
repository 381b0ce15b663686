"""Counts of one night per category, source and owner: the points of the burn-up curve."""

from __future__ import annotations

import json

import polars as pl

from reconciliation.addresses import folded
from reconciliation.ledger import HISTORY, SNAPSHOT
from reconciliation.model.municipality import Municipality
from reconciliation.model.plan_actions import REPLACED
from reconciliation.model.words import DwellingClass

UNKNOWN = "unknown"
"""Category, owner or source that is not known."""

_GROUP = ["category", "source", "owner"]
IN_REGISTER = (DwellingClass.IN_SYNC, DwellingClass.UPDATE, DwellingClass.CONFLICT)
"""Classes of dwellings that have an entry, where the plan names one."""
_IN_REGISTER = [kind.value for kind in IN_REGISTER]


def measure(
    dwellings: pl.DataFrame,
    items: pl.DataFrame,
    outcomes: pl.DataFrame,
    rejected: pl.DataFrame,
    memberships: pl.DataFrame,
    municipality: Municipality,
    *,
    register_seen: bool = True,
    history: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Count dwellings after the apply. Shape: SNAPSHOT, sorted.

    dwellings: DWELLINGS (each is in a source). items: PLAN_ITEMS. outcomes: OUTCOMES. rejected: rejected rows
    (source, source_key, owner, kategori); one that belongs to no present dwelling is a dwelling that is not read yet.
    in_register: has an entry after the apply; in_sync: the entry has our values. blocked: why the others have no entry.
    A dwelling is counted once, under the source that ranks first among its own. When the register was not seen,
    in_register and in_sync are those of the newest night in `history` (HISTORY), and `register_seen` says so.
    """
    counted = counted_dwellings(dwellings, items, outcomes, rejected, memberships, municipality)
    groups = counted.group_by(_GROUP).agg(
        in_scope=pl.len().cast(pl.Int64),
        in_register=pl.col("in_register").sum().cast(pl.Int64),
        in_sync=pl.col("in_sync").sum().cast(pl.Int64),
    )
    blocked = _blocked(counted.filter(~pl.col("in_register")))
    snapshot = groups.join(blocked, on=_GROUP, how="left").with_columns(
        pl.col("blocked").fill_null("{}"), register_seen=pl.lit(register_seen)
    )
    if not register_seen:
        snapshot = _carry(snapshot, pl.DataFrame(schema=HISTORY) if history is None else history)
    return snapshot.select(list(SNAPSHOT)).cast(pl.Schema(SNAPSHOT)).sort(_GROUP)


def counted_dwellings(
    dwellings: pl.DataFrame,
    items: pl.DataFrame,
    outcomes: pl.DataFrame,
    rejected: pl.DataFrame,
    memberships: pl.DataFrame,
    municipality: Municipality,
) -> pl.DataFrame:
    """The dwellings that a night counts, one row each: category, source and owner it is counted under, in_register, in_sync,
    because (why it has no entry), and leverandor_bolig_id, or for a rejected row its file, sheet and row.
    """
    present = _present_dwellings(dwellings, items, outcomes, municipality)
    return pl.concat([present, _still_to_come(dwellings, rejected, memberships)], how="diagonal")


def _present_dwellings(dwellings: pl.DataFrame, items: pl.DataFrame, outcomes: pl.DataFrame, municipality: Municipality) -> pl.DataFrame:
    rank = {
        source: place for place, source in enumerate(dict.fromkeys([*municipality.survivorship.default, *sorted(municipality.sources)]))
    }
    source = (
        dwellings.select("leverandor_bolig_id", source="sources")
        .explode("source")
        .with_columns(rank=pl.col("source").replace_strict(rank, default=len(rank), return_dtype=pl.Int64))
        .sort("leverandor_bolig_id", "rank", "source", nulls_last=True)
        .unique("leverandor_bolig_id", keep="first", maintain_order=True)
        .drop("rank")
    )
    planned = items.filter(pl.col("leverandor_bolig_id").is_not_null()).select(
        "leverandor_bolig_id", "kobo_id", "held", "reason", kind="class"
    )
    became = outcomes.select("leverandor_bolig_id", "outcome").unique("leverandor_bolig_id", keep="last", maintain_order=True)
    done = pl.col("outcome").fill_null("") == "done"
    created = (pl.col("kind") == DwellingClass.CREATE.value) & done
    return (
        dwellings.select("leverandor_bolig_id", "owner", category="kategori")
        .join(source, on="leverandor_bolig_id", how="left")
        .join(planned, on="leverandor_bolig_id", how="left")
        .join(became, on="leverandor_bolig_id", how="left")
        .with_columns(
            in_register=(created | (pl.col("kind").is_in(_IN_REGISTER) & pl.col("kobo_id").is_not_null())).fill_null(value=False),
            in_sync=(
                created
                | (pl.col("kind") == DwellingClass.IN_SYNC.value)
                | (((pl.col("kind") == DwellingClass.UPDATE.value) | pl.col("reason").is_in(REPLACED).fill_null(value=False)) & done)
            ).fill_null(value=False),
            because=pl.when(pl.col("kind") == DwellingClass.CREATE.value)
            .then(pl.coalesce("outcome", "held", pl.lit("not_applied")))
            .otherwise(pl.coalesce("kind", pl.lit("register_not_seen"))),
        )
        .select("leverandor_bolig_id", *(pl.col(name).fill_null(UNKNOWN) for name in _GROUP), "in_register", "in_sync", "because")
    )


def _still_to_come(dwellings: pl.DataFrame, rejected: pl.DataFrame, memberships: pl.DataFrame) -> pl.DataFrame:
    known = memberships.select("source", "source_key", "leverandor_bolig_id")
    present = dwellings.select("leverandor_bolig_id")
    loose = rejected.join(known, on=["source", "source_key"], how="left").join(present, on="leverandor_bolig_id", how="anti")
    # The home may be counted already, by a row of another source.
    loose = loose.with_columns(home=_home(pl.coalesce("bruksenhetsnummer", "leilighetsnummer"))).filter(
        ~pl.col("home").is_in(_homes(dwellings).implode()).fill_null(value=False)
    )
    # Rejected rows that are known to be one dwelling, have one address and unit, or share a key are counted once; any other row by itself.
    same_home = pl.coalesce(
        "leverandor_bolig_id", "home", pl.col("source") + "\x1f" + pl.col("source_key"), pl.format("#{}", pl.int_range(pl.len()))
    )
    return (
        loose.with_columns(same_home=same_home)
        .unique("same_home", keep="first", maintain_order=True)
        .select(
            pl.col("kategori").fill_null(UNKNOWN).alias("category"),
            pl.col("source").fill_null(UNKNOWN),
            pl.col("owner").fill_null(UNKNOWN),
            in_register=pl.lit(value=False),
            in_sync=pl.lit(value=False),
            because=pl.lit("rejected"),
            file="file",
            sheet="sheet",
            row="row",
        )
    )


def _home(which: pl.Expr) -> pl.Expr:
    """Text of address and unit; null without an address. Used for counting only, never for merging."""
    parts = [folded("adressenavn"), pl.col("nummer").cast(pl.String), pl.col("bokstav").fill_null("")]
    return pl.concat_str([*parts, which.fill_null(""), pl.col("ekstra_referanse").fill_null("")], separator="|")


def _homes(dwellings: pl.DataFrame) -> pl.Series:
    """The same texts for the present dwellings: by unit number, by label, and by address alone where only one dwelling is there."""
    anywhere = [pl.col("bruksenhetsnummer"), pl.col("leilighetsnummer")]
    by_address = [pl.lit(""), pl.lit("H0101")]
    alone = dwellings.filter(pl.len().over(_home(pl.lit(""))) == 1)
    named = [frame.select(home=_home(which)) for frame, ways in ((dwellings, anywhere), (alone, by_address)) for which in ways]
    return pl.concat(named).get_column("home").drop_nulls().unique()


def _blocked(waiting: pl.DataFrame) -> pl.DataFrame:
    """Per group, JSON: reason -> dwellings."""
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    for category, source, owner, because, dwellings in waiting.group_by([*_GROUP, "because"]).len().sort([*_GROUP, "because"]).iter_rows():
        counts.setdefault((category, source, owner), {})[because] = dwellings
    rows = [(*group, json.dumps(reasons)) for group, reasons in counts.items()]
    return pl.DataFrame(rows, schema={**dict.fromkeys(_GROUP, pl.String()), "blocked": pl.String()}, orient="row")


def _carry(snapshot: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    last = history.filter(pl.col("as_of") == pl.col("as_of").max()).select(*_GROUP, was_there="in_register", was_same="in_sync")
    return snapshot.join(last, on=_GROUP, how="left").with_columns(
        in_register=pl.min_horizontal("in_scope", pl.col("was_there").fill_null(0)),
        in_sync=pl.min_horizontal("in_scope", pl.col("was_same").fill_null(0)),
    )
