"""Tonight's changes in the municipality's stock of dwellings, by its sources; empty on a night without changes.

The stock is what KOSTRA counts: dwellings in scope, without the whole unit whose rooms are let one by one and without what
is out of use. A dwelling that is not in the
sources leaves only when every source has a complete read, on as many nights as a retirement takes. A dwelling that was there all the
time and is only known now is a different kind of movement from one that was bought, leased in or sold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from reconciliation.ledger import MOVEMENTS
from reconciliation.model.movement_kinds import RIGHT_OF_DISPOSAL, MovementKind
from reconciliation.model.municipality import Municipality
from reconciliation.model.words import DwellingClass
from reconciliation.plan.same_place import at_same_place
from reconciliation.plan.stock_scope import OUT_OF_USE, why_not_counted
from reconciliation.reading.validate import INACTIVE


@dataclass(frozen=True, slots=True)
class StockMemory:
    """What the ledger has besides the stock itself, tonight's keys included. Read only on nights on which a dwelling came or left.

    memberships: the ledger's MEMBERSHIPS. errors: (source, source_key, first_seen) of rows that were rejected once.
    links: leverandor_bolig_id, kobo_id of all links, ended ones too. absences: leverandor_bolig_id -> number of dates before tonight on
    which it was gone. last_night: the last date before tonight on which the stock was counted.
    """

    memberships: pl.DataFrame
    errors: pl.DataFrame
    links: pl.DataFrame
    absences: Mapping[str, int] = field(default_factory=dict)
    last_night: date = date.min


@dataclass(frozen=True, slots=True)
class StockTonight:
    """dwellings: DWELLINGS. items: PLAN_ITEMS. entries: the register's; None when it was not seen. rejected: SOURCE_ROWS.
    out_of_scope: OUT_OF_SCOPE. complete: sources read to their end."""

    dwellings: pl.DataFrame
    items: pl.DataFrame
    entries: pl.DataFrame | None
    rejected: pl.DataFrame
    out_of_scope: pl.DataFrame
    complete: Collection[str]
    as_of: date


@dataclass(frozen=True, slots=True)
class StockChanges:
    """moved: MOVEMENTS. absent: leverandor_bolig_id of those that are in no source tonight and may leave on a later night."""

    moved: pl.DataFrame
    absent: tuple[str, ...] = ()


def stock_changes(
    stock: pl.DataFrame, tonight: StockTonight, municipality: Municipality, remembered: Callable[[], StockMemory]
) -> StockChanges:
    """stock: the ledger's STOCK before tonight. On the first night of all, everything is there from the start."""
    now = _states(tonight.dwellings, municipality)
    if stock.is_empty():
        return StockChanges(_rows(now.with_columns(kind=pl.lit(MovementKind.OPENING.value), stands=pl.lit(value=True)), tonight.as_of))
    both = now.with_columns(in_stock=pl.lit(value=True)).join(stock, on="leverandor_bolig_id", how="full", coalesce=True, suffix="_before")
    in_stock, was_in_stock = pl.col("in_stock").is_not_null(), pl.col("stands").fill_null(value=False)
    came, left = both.filter(in_stock & ~was_in_stock), both.filter(was_in_stock & ~in_stock)
    changed = both.filter(in_stock & was_in_stock & (_otherwise("category") | _otherwise("tenure"))).with_columns(kind=_why_otherwise())
    moved = [changed.with_columns(stands=pl.lit(value=True))]
    absent: tuple[str, ...] = ()
    if came.height or left.height:
        before = remembered()
        homes = _one_home(set(came["leverandor_bolig_id"]), set(left["leverandor_bolig_id"]), before, tonight)
        moved.append(_why_they_came(came, before, tonight, homes))
        gone, absent = _why_they_left(left, before, tonight, municipality, homes)
        moved.append(gone)
    return StockChanges(pl.concat([_rows(change, tonight.as_of) for change in moved]), absent)


def _states(dwellings: pl.DataFrame, municipality: Municipality) -> pl.DataFrame:
    """(leverandor_bolig_id, category, tenure) of the dwellings that count; blank where no source says."""
    rights = list(municipality.kostra.right_of_disposal)
    right = (pl.col("eier_organisasjonsnummer").is_in(rights) | pl.col("leverandor_bolig_id").is_in(rights)).fill_null(value=False)
    return dwellings.filter(why_not_counted().is_null()).select(
        "leverandor_bolig_id",
        category=pl.col("kategori").fill_null(""),
        tenure=pl.when(right).then(pl.lit(RIGHT_OF_DISPOSAL)).otherwise(pl.col("disposisjonsform").fill_null("")),
    )


def _otherwise(name: str) -> pl.Expr:
    return pl.col(name).ne_missing(pl.col(f"{name}_before"))


def _why_otherwise() -> pl.Expr:
    unstated = (pl.col("tenure") == "") | (pl.col("tenure_before") == "")
    by_configuration = (pl.col("tenure") == RIGHT_OF_DISPOSAL) | (pl.col("tenure_before") == RIGHT_OF_DISPOSAL)
    return (
        pl.when(pl.col("category_before").is_null())
        .then(pl.lit(MovementKind.LEARNED.value))
        .when(~_otherwise("category") & (unstated | by_configuration))
        .then(pl.lit(MovementKind.TOLD.value))
        .otherwise(pl.lit(MovementKind.CHANGED.value))
    )


def _rows(moved: pl.DataFrame, as_of: date) -> pl.DataFrame:
    rows = moved.with_columns(as_of=pl.lit(as_of)).select(pl.col(name).cast(kind) for name, kind in MOVEMENTS.items())
    return rows.sort("stands", "leverandor_bolig_id")


def _one_home(came: set[str], left: set[str], before: StockMemory, tonight: StockTonight) -> dict[str, str]:
    """Id of a dwelling that came -> id of one that is gone and is the same home: the same entry in Kobo, or at the place of its entry."""
    if not came or not left:
        return {}
    gone = before.links.filter(pl.col("leverandor_bolig_id").is_in(left))
    items = tonight.items.filter(pl.col("kobo_id").is_not_null())
    pairs = [items.filter(pl.col("leverandor_bolig_id").is_in(came)).select("leverandor_bolig_id", "kobo_id")]
    if tonight.entries is not None:
        retiring = items.filter(pl.col("class") == DwellingClass.RETIRE.value).select("kobo_id")
        coming = tonight.dwellings.filter(pl.col("leverandor_bolig_id").is_in(came))
        pairs.append(at_same_place(coming, tonight.entries.join(retiring, on="kobo_id", how="semi")))
    same_homes = pl.concat(pairs).join(gone.select("kobo_id", old="leverandor_bolig_id"), on="kobo_id").sort("leverandor_bolig_id", "old")
    homes: dict[str, str] = {}
    for new, old in same_homes.select("leverandor_bolig_id", "old").iter_rows():
        if new not in homes and old not in homes.values():
            homes[new] = old
    return homes


def _why_they_came(came: pl.DataFrame, before: StockMemory, tonight: StockTonight, homes: Mapping[str, str]) -> pl.DataFrame:
    keys = dict(tonight.dwellings.select("leverandor_bolig_id", "source_keys").iter_rows())
    key = pl.format("{}:{}", "source", "source_key")
    first = dict(before.memberships.select(key, "first_seen").iter_rows())
    began = dict(before.memberships.group_by("source").agg(pl.col("first_seen").min()).iter_rows())
    errors = before.errors.with_columns(began=pl.col("source").replace_strict(began, default=None, return_dtype=pl.Date))
    from_the_start = set(errors.filter(pl.col("first_seen") <= pl.col("began")).select(_key=key).to_series())
    last = dict(came.filter(pl.col("kind").is_not_null()).select("leverandor_bolig_id", "kind").iter_rows())
    back = {MovementKind.OUT_OF_USE.value: MovementKind.BACK_IN_USE, MovementKind.OUT_OF_SCOPE.value: MovementKind.INTO_SCOPE}

    def why(ours: str) -> MovementKind:
        if ours in last:
            return back.get(last[ours], MovementKind.RETURNED)
        if ours in homes:
            return MovementKind.NEW_ID
        source_keys = keys[ours]
        if any(first.get(key, tonight.as_of) <= before.last_night for key in source_keys):
            return MovementKind.KNOWN_BEFORE
        if all(began.get(key.partition(":")[0], tonight.as_of) > before.last_night for key in source_keys):
            return MovementKind.FIRST_READ
        return MovementKind.READABLE if from_the_start.intersection(source_keys) else MovementKind.NEW

    kinds = [why(ours).value for ours in came.get_column("leverandor_bolig_id")]
    return came.with_columns(kind=pl.Series(kinds, dtype=pl.String), stands=pl.lit(value=True))


def _why_they_left(
    left: pl.DataFrame, before: StockMemory, tonight: StockTonight, municipality: Municipality, homes: Mapping[str, str]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """MOVEMENTS of those that leave tonight, and the ids of those that are gone and may leave on a later night."""
    uncounted = dict(tonight.dwellings.select("leverandor_bolig_id", why_not_counted()).filter(pl.nth(1).is_not_null()).iter_rows())
    keys = before.memberships.filter(pl.col("leverandor_bolig_id").is_in(left.get_column("leverandor_bolig_id").implode()))
    source_keys = dict(keys.group_by("leverandor_bolig_id").agg(pl.format("{}:{}", "source", "source_key")).iter_rows())
    key = pl.format("{}:{}", "source", "source_key")
    outside = dict(tonight.out_of_scope.select(key, "reason").iter_rows())
    rejected = set(tonight.rejected.select(_key=key).to_series())
    whole = set(municipality.sources) <= set(tonight.complete)
    replaced = set(homes.values())
    kinds: dict[str, MovementKind] = {}
    absent = []
    for ours, category in left.select("leverandor_bolig_id", "category_before").iter_rows():
        mine = source_keys.get(ours, [])
        reason = next((outside[own_key] for own_key in mine if own_key in outside), None)
        if ours in uncounted:
            kinds[ours] = MovementKind.OUT_OF_USE if uncounted[ours] == OUT_OF_USE else MovementKind.WHOLE_UNIT
        elif not mine and whole:
            kinds[ours] = MovementKind.MERGED
        elif reason is not None:
            kinds[ours] = MovementKind.OUT_OF_USE if reason == INACTIVE else MovementKind.OUT_OF_SCOPE
        elif ours in replaced:
            kinds[ours] = MovementKind.OLD_ID
        elif whole and not rejected.intersection(mine):
            absent.append(ours)
            if before.absences.get(ours, 0) + 1 >= municipality.guards.retire_after_nights:
                kinds[ours] = MovementKind.GONE if category is not None else MovementKind.GONE_BEFORE
    leaving = left.filter(pl.col("leverandor_bolig_id").is_in(list(kinds)))
    named = [kinds[ours].value for ours in leaving.get_column("leverandor_bolig_id")]
    leaving_rows = leaving.with_columns(
        kind=pl.Series(named, dtype=pl.String), stands=pl.lit(value=False), category="category_before", tenure="tenure_before"
    )
    return leaving_rows, tuple(ours for ours in absent if ours not in kinds)
