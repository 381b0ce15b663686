"""The plan as a value: every dwelling in exactly one class, what would change, the digest, and the limits it breaks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from kobo_client.export_file import as_exported
from reconciliation.decisions.conflicts import as_sent, settle_conflicts
from reconciliation.identifiers import kommune_table
from reconciliation.ledger import BASES
from reconciliation.merge import Merged
from reconciliation.model.municipality import Municipality
from reconciliation.model.plan_actions import acts, made_anew
from reconciliation.model.register_rows import SENT, without_deleted
from reconciliation.model.shielding import shielded_ids
from reconciliation.model.tables import PLAN_ITEMS
from reconciliation.model.words import DwellingClass
from reconciliation.plan.agreed_values import agreed_tonight
from reconciliation.plan.classes import certain_pairs, clashing_pairs, class_dwellings
from reconciliation.plan.difference import changes_of, differing_pairs, sources_of_values
from reconciliation.plan.guards import HANDED_OVER, IMPORT_OVERDUE, NUMBER_NOT_IN_USE, Refusal
from reconciliation.plan.moved_fields import SETTLED, Rulings, settle_differences
from reconciliation.plan.parts import UNKNOWN_GROUP, Part, RegisterCounts, part_groups, parts_of, with_parts
from reconciliation.plan.planning_inputs import Reading, Remembered
from reconciliation.plan.register_only import register_only_entries
from reconciliation.plan.retirements import class_gone
from reconciliation.plan.same_place import held_where_an_entry_stays, without_refused
from reconciliation.plan.waiting_rows import held_where_a_row_waits


@dataclass(frozen=True, slots=True)
class Plan:
    """items: PLAN_ITEMS, sorted. counts: class -> dwellings, every class named. register_verdict: complete | failed.

    agreed: bases to store (BASES), those that have changed.
    shielded: leverandor_bolig_id of dwellings whose address is shielded, for whoever shows the plan.
    """

    items: pl.DataFrame
    digest: str
    counts: dict[str, int]
    parts: tuple[Part, ...]
    register_verdict: str
    agreed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BASES))
    shielded: frozenset[str] = frozenset()

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """The refusals of all parts."""
        return tuple(refusal for part in self.parts for refusal in part.refusals)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which parts of a plan are shown. action: create, update, retire or replace; a blank means any."""

    action: str = ""
    source: str = ""
    category: str = ""

    def __bool__(self) -> bool:
        return bool(self.action or self.source or self.category)

    def __str__(self) -> str:
        keys = (("only", self.action), ("source", self.source), ("category", self.category))
        return " ".join(f"--{option}={value}" for option, value in keys if value)

    def items(self, items: pl.DataFrame) -> pl.DataFrame:
        """Those of PLAN_ITEMS that are in one of the parts; a part's name is its action and groups, with slashes between."""
        asked = {name for name in (self.source, self.category) if name}
        names = items.get_column("part").drop_nulls().unique().to_list()
        chosen = [name for name in names if self.action in ("", name.split("/")[0]) and asked <= set(name.split("/")[1:])]
        return items.filter(pl.col("part").is_in(chosen))

    def plan(self, plan: Plan) -> Plan:
        """The plan with only those parts. Its digest stays that of the whole."""
        items = self.items(plan.items)
        names = set(items.get_column("part"))
        return replace(plan, items=items, parts=tuple(part for part in plan.parts if part.name in names), counts=_counts(items))


def make_plan(
    merged: Merged,
    register_rows: pl.DataFrame | None,
    matches: pl.DataFrame,
    reading: Reading,
    remembered: Remembered,
    municipality: Municipality,
    as_of: date,
) -> Plan:
    """Put every dwelling and every register entry in a class. register_rows None: the register could not be read; nothing is planned.

    merged: tonight's dwellings and their lineage. matches: MATCHES of them with the register.
    The digest depends only on what would be done, not on the date, the run, or the order of rows.
    """
    if register_rows is None:
        nothing = pl.DataFrame(schema=PLAN_ITEMS)
        return Plan(nothing, digest_of(nothing, merged.dwellings), _counts(None), (), "failed")
    register = municipality.register_
    entries = without_deleted(register_rows)
    # A field that an exported file does not have cannot differ.
    dwellings = as_exported(merged.dwellings) if register.see == "export" else merged.dwellings
    settled = _settled_differences(replace(merged, dwellings=dwellings), entries, matches, reading, remembered, municipality, as_of)
    ours = class_dwellings(dwellings, entries, matches, remembered.links, settled).cast(pl.Schema(PLAN_ITEMS))
    ours = settle_conflicts(ours, remembered.decisions, merged.dwellings, entries, merged.lineage)
    gone = class_gone(dwellings, merged.memberships, entries, reading, remembered, municipality)
    classed = pl.concat([ours, gone, register_only_entries(dwellings, entries, matches, remembered.links)])
    classed = without_refused(classed.select(list(PLAN_ITEMS)).cast(pl.Schema(PLAN_ITEMS)), merged.dwellings, entries)
    items = _sorted(classed)
    items = _held_in_a_file(items, remembered.handed_over, as_of, register.import_overdue_nights)
    items = _held_for_its_number(items, merged.dwellings, as_of)
    items = held_where_a_row_waits(items, merged.dwellings, entries, reading.rejected, remembered, municipality)
    items = held_where_an_entry_stays(items, merged.dwellings, entries)
    groups = part_groups(merged, municipality, remembered.stock)
    items = with_parts(items, groups)
    sent = as_sent(items, merged.dwellings, entries)
    register_counts = _register_counts(items, groups, entries, remembered.links)
    parts = parts_of(items, register_counts, municipality, lambda some: digest_of(some, sent))
    agreed = agreed_tonight(dwellings, remembered.links, entries, remembered.bases, as_of)
    shielded = frozenset(shielded_ids(dwellings))
    return Plan(items, digest_of(items, sent), _counts(items), parts, "complete", agreed, shielded)


def _settled_differences(
    merged: Merged,
    entries: pl.DataFrame,
    matches: pl.DataFrame,
    reading: Reading,
    remembered: Remembered,
    municipality: Municipality,
    as_of: date,
) -> pl.DataFrame:
    """The differences between dwellings and their certain or clashing entries, with what to do. Shape: SETTLED of moved_fields."""
    certain = certain_pairs(matches)
    pairs = pl.concat([certain, clashing_pairs(matches, certain)])
    differing = differing_pairs(merged.dwellings.join(pairs, on="leverandor_bolig_id", how="left"), entries, reading.official_streets)
    if differing.is_empty():
        return pl.DataFrame(schema=SETTLED)
    differences = changes_of(differing, sources_of_values(merged, differing, municipality))
    matched_by = dict(pairs.join(differing, on="leverandor_bolig_id", how="semi").select("leverandor_bolig_id", "match_key").iter_rows())
    theirs = entries.join(differing, on="kobo_id", how="semi")
    rulings = Rulings.of(municipality.changed_in_kobo, remembered.decisions, as_of, theirs)
    return settle_differences(differences, matched_by, remembered.bases, rulings)


def _sorted(items: pl.DataFrame) -> pl.DataFrame:
    """By class, leverandor_bolig_id and kobo_id."""
    return items.sort("class", "leverandor_bolig_id", "kobo_id", nulls_last=True)


def _held_in_a_file(items: pl.DataFrame, handed_over: Mapping[str, date], as_of: date, overdue: int) -> pl.DataFrame:
    """Holds creates that are in an import file; after `overdue` days with another reason."""
    if not handed_over:
        return items
    codes = {ours: IMPORT_OVERDUE if (as_of - since).days >= overdue else HANDED_OVER for ours, since in handed_over.items()}
    waits = (pl.col("class") == DwellingClass.CREATE.value) & pl.col("leverandor_bolig_id").is_in(list(codes))
    code = pl.col("leverandor_bolig_id").replace_strict(codes, default=None, return_dtype=pl.String)
    return items.with_columns(held=pl.when(waits).then(code).otherwise("held"))


def _held_for_its_number(items: pl.DataFrame, dwellings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Holds creates whose kommunenummer is not in use at that date: a carried row may have one from before a reform."""
    numbers = dwellings.get_column("kommunenummer").unique().drop_nulls()
    ended = [number for number in numbers if not kommune_table().is_used(number, as_of)]
    if not ended:
        return items
    theirs = dwellings.filter(pl.col("kommunenummer").is_in(ended)).get_column("leverandor_bolig_id")
    waits = made_anew() & pl.col("leverandor_bolig_id").is_in(theirs.implode()) & pl.col("held").is_null()
    return items.with_columns(held=pl.when(waits).then(pl.lit(NUMBER_NOT_IN_USE)).otherwise("held"))


def actionable(plan: Plan | pl.DataFrame) -> pl.DataFrame:
    """The items that applying may do: a class with an action, or a replacement that a person decided.

    Items that a guard holds are left out. Refusals of parts are not considered here."""
    items = plan.items if isinstance(plan, Plan) else plan
    return items.filter(acts())


def digest_of(items: pl.DataFrame, dwellings: pl.DataFrame) -> str:
    """sha256 over the sorted actionable items; for a create or a replacement also over what it would send."""
    to_apply = actionable(items).select(made_anew().alias("_new"), "class", "leverandor_bolig_id", "kobo_id", "changes")
    if to_apply.is_empty():
        return hashlib.sha256(b"").hexdigest()
    anew = dwellings.join(to_apply.filter("_new"), on="leverandor_bolig_id", how="semi")
    sent = anew.select("leverandor_bolig_id", _sent=pl.struct(SENT).struct.json_encode())
    lines = (
        to_apply.join(sent, on="leverandor_bolig_id", how="left")
        .with_columns(pl.when("_new").then("_sent").alias("_sent"))
        .drop("_new")
        .sort("class", "leverandor_bolig_id", "kobo_id", nulls_last=True)
        .select(pl.struct(pl.all()).struct.json_encode())
        .to_series()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _counts(items: pl.DataFrame | None) -> dict[str, int]:
    numbers = {} if items is None else dict(items.group_by("class").len().iter_rows())
    return {kind.value: int(numbers.get(kind.value, 0)) for kind in DwellingClass}


def _register_counts(items: pl.DataFrame, groups: pl.DataFrame, entries: pl.DataFrame, links: pl.DataFrame) -> RegisterCounts:
    """The numbers that the parts' limits are shares of: linked entries, and those that are linked tonight."""
    adopted = items.filter(
        pl.col("class").is_in([DwellingClass.UPDATE.value, DwellingClass.IN_SYNC.value]) & (pl.col("match_key") != "link")
    )
    ours = pl.concat([links.select("leverandor_bolig_id"), adopted.select("leverandor_bolig_id")])
    grouped = ours.join(groups, on="leverandor_bolig_id", how="left")
    counted = grouped.with_columns(pl.col("_group").fill_null(UNKNOWN_GROUP)).group_by("_group").len()
    return RegisterCounts({str(group): int(number) for group, number in counted.iter_rows()}, entries.height, links.is_empty())
