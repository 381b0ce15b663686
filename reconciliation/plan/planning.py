"""The plan as a value: every dwelling in exactly one class, what would change, the digest, and the limits it breaks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from kobo_client.export_file import as_exported
from reconciliation.decisions.conflicts import as_sent, settle_conflicts
from reconciliation.model.municipality import Municipality
from reconciliation.model.plan_actions import acts, replaces
from reconciliation.model.register_rows import SENT, without_deleted
from reconciliation.model.row_joins import rising
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.model.words import DwellingClass
from reconciliation.plan.classes import Night, class_dwellings, class_gone, class_register_only
from reconciliation.plan.guards import HANDED_OVER, IMPORT_OVERDUE, Refusal, Size, refusals


@dataclass(frozen=True, slots=True)
class Plan:
    """items: PLAN_ITEMS, sorted. counts: class -> dwellings, every class named. register_verdict: complete | failed."""

    items: pl.DataFrame
    digest: str
    counts: dict[str, int]
    refusals: tuple[Refusal, ...]
    register_verdict: str


def make_plan(
    *,
    dwellings: pl.DataFrame,
    register_rows: pl.DataFrame | None,
    missing_kobo_ids: Iterable[str],
    matches: pl.DataFrame,
    links: pl.DataFrame,
    absences: Mapping[str, int],
    complete_sources: Iterable[str],
    memberships: pl.DataFrame,
    municipality: Municipality,
    as_of: date,
    lineage: pl.DataFrame | None = None,
    decisions: pl.DataFrame | None = None,
    rejected: pl.DataFrame | None = None,
    handed_over: Mapping[str, date] | None = None,
) -> Plan:
    """Class every dwelling and every register entry. register_rows None: the register was not seen, nothing is planned.

    dwellings: DWELLINGS. matches: MATCHES. links: leverandor_bolig_id, kobo_id. absences: dates before `as_of` on which
    each dwelling was gone. memberships: source, source_key, leverandor_bolig_id. lineage: LINEAGE, for who said a value.
    rejected: tonight's rejected rows; their dwellings are not gone. handed_over: dwellings that lie in an import file since
    that night and are not planned again.
    The digest depends on what would be done alone: not on the date, the run, or the order of anything.
    """
    if register_rows is None:
        return Plan(pl.DataFrame(schema=PLAN_ITEMS), digest_of(pl.DataFrame(schema=PLAN_ITEMS), dwellings), _counts(None), (), "failed")
    register = municipality.register_
    night = Night(
        # What an exported file cannot show is no difference.
        dwellings=as_exported(dwellings) if register.see == "export" else dwellings,
        register_rows=without_deleted(register_rows),
        missing=frozenset(missing_kobo_ids),
        matches=matches,
        links=links.select("leverandor_bolig_id", "kobo_id"),
        absences=absences,
        complete_sources=frozenset(complete_sources),
        memberships=memberships,
        municipality=municipality,
        lineage=lineage,
        rejected=rejected,
    )
    ours = settle_conflicts(class_dwellings(night).cast(pl.Schema(PLAN_ITEMS)), decisions, dwellings, night.register_rows, lineage)
    found = pl.concat([ours, class_gone(night), class_register_only(night)])
    items = _sorted(found.select(list(PLAN_ITEMS)).cast(pl.Schema(PLAN_ITEMS)))
    items = _held_in_a_file(items, handed_over or {}, as_of, register.import_overdue_nights)
    digest = digest_of(items, as_sent(items, dwellings, night.register_rows))
    return Plan(items, digest, _counts(items), refusals(_size(items, night), municipality, digest), "complete")


def _sorted(items: pl.DataFrame) -> pl.DataFrame:
    """By class, leverandor_bolig_id and kobo_id. Where all are in one class, as when all is in sync, they stand so already."""
    if items.get_column("class").n_unique() == 1 and rising(items.get_column("leverandor_bolig_id")):
        return items
    return items.sort("class", "leverandor_bolig_id", "kobo_id", nulls_last=True)


def _held_in_a_file(items: pl.DataFrame, handed_over: Mapping[str, date], as_of: date, overdue: int) -> pl.DataFrame:
    """Creates that lie in an import file wait there, told to be overdue after so many days."""
    if not handed_over:
        return items
    codes = {ours: IMPORT_OVERDUE if (as_of - since).days >= overdue else HANDED_OVER for ours, since in handed_over.items()}
    waits = (pl.col("class") == DwellingClass.CREATE.value) & pl.col("leverandor_bolig_id").is_in(list(codes))
    code = pl.col("leverandor_bolig_id").replace_strict(codes, default=None, return_dtype=pl.String)
    return items.with_columns(held=pl.when(waits).then(code).otherwise("held"))


def actionable(plan: Plan | pl.DataFrame) -> pl.DataFrame:
    """The items that applying may do: a class with an action, or a replacement that a person decided.

    Items that a guard holds are left out; whether the plan is refused is asked apart.
    """
    items = plan.items if isinstance(plan, Plan) else plan
    return items.filter(acts())


def digest_of(items: pl.DataFrame, dwellings: pl.DataFrame) -> str:
    """sha256 over the sorted actionable items; for a create or a replacement also over what it would send."""
    made_anew = replaces() | (pl.col("class") == DwellingClass.CREATE.value)
    doing = actionable(items).select(made_anew.alias("_new"), "class", "leverandor_bolig_id", "kobo_id", "changes")
    if doing.is_empty():
        return hashlib.sha256(b"").hexdigest()
    anew = dwellings.join(doing.filter("_new"), on="leverandor_bolig_id", how="semi")
    sent = anew.select("leverandor_bolig_id", _sent=pl.struct(SENT).struct.json_encode())
    lines = (
        doing.join(sent, on="leverandor_bolig_id", how="left")
        .with_columns(pl.when("_new").then("_sent").alias("_sent"))
        .drop("_new")
        .sort("class", "leverandor_bolig_id", "kobo_id", nulls_last=True)
        .select(pl.struct(pl.all()).struct.json_encode())
        .to_series()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _counts(items: pl.DataFrame | None) -> dict[str, int]:
    found = {} if items is None else dict(items.group_by("class").len().iter_rows())
    return {kind.value: int(found.get(kind.value, 0)) for kind in DwellingClass}


def _size(items: pl.DataFrame, night: Night) -> Size:
    doing = actionable(items).filter(pl.col("reason") != "gone_in_both")
    found = dict(doing.group_by("class").len().iter_rows())
    adopted = items.filter(
        pl.col("class").is_in([DwellingClass.UPDATE.value, DwellingClass.IN_SYNC.value]) & (pl.col("match_key") != "link")
    )
    return Size(
        create=found.get(DwellingClass.CREATE.value, 0),
        update=found.get(DwellingClass.UPDATE.value, 0),
        # A replacement deletes too.
        retire=found.get(DwellingClass.RETIRE.value, 0) + found.get(DwellingClass.CONFLICT.value, 0),
        ours=night.links.height + adopted.height,
        in_register=night.register_rows.height,
        first=night.links.is_empty(),
    )
