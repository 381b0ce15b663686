"""The steps of a night from merging to the plan, and what moved in the stock. Assets call them; `kobosync plan` does so without Dagster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

import polars as pl

from assets.night_session import NightSession
from assets.stored_table import Table
from connectors.read_result import Verdict
from kobo_client.snapshot import RegisterSnapshot, read_register
from reconciliation.apply import still_to_arrive
from reconciliation.decisions.confirmed_warnings import with_confirmed_numbers
from reconciliation.decisions.field_evidence import with_unchanged_choices
from reconciliation.identifiers import kommune_table
from reconciliation.ledger import PLANNED, Ledger
from reconciliation.match import match
from reconciliation.merge import Merged, merge
from reconciliation.merge.kept_homes import with_kept_homes
from reconciliation.model.tables import DWELLINGS, MATCHES, conformed
from reconciliation.model.words import DwellingClass
from reconciliation.plan.approval import PartToApprove
from reconciliation.plan.guards import ROW_REJECTED, SOURCE_INCOMPLETE
from reconciliation.plan.planning import Plan, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from reconciliation.plan.stock_changes import StockMemory, StockTonight, stock_changes
from reconciliation.reading.official_addresses import official_streets
from reconciliation.reading.register_text import masked_entries


def known_homes(session: NightSession, carried: pl.DataFrame) -> pl.DataFrame:
    """(source, source_key, leverandor_bolig_id) of every key known from earlier nights, or named by an answer since."""
    ledger, slug = session.ledger, session.municipality.slug
    return with_kept_homes(session.memberships, carried, ledger.decisions(slug), ledger.link_history(slug))


def merge_rows(session: NightSession, carried: pl.DataFrame, before: Table | None) -> Merged:
    """Dwellings merged from rows (STANDING_ROWS), with the keys known from earlier nights and the decisions in force. before: the last
    night's stored dwellings."""
    slug = session.municipality.slug
    with session.step("merge"):
        known = known_homes(session, carried)
        decided = with_confirmed_numbers(session.ledger.decisions(slug), carried, session.municipality, session.as_of)
        decided = with_unchanged_choices(decided, carried, known)
        same_place = kommune_table().same_place_as(session.municipality.kommunenummer)
        return merge(carried, known, decided, session.municipality, same_place, _frame(before, DWELLINGS))


def see_register(session: NightSession) -> RegisterSnapshot:
    """The register's entries as they are tonight. A register that cannot be read gives a verdict; nothing is raised."""
    with session.step("snapshot"):
        kobo_ids = session.ledger.links(session.municipality.slug).get_column("kobo_id").to_list()
        seen = read_register(session.client(), session.municipality.register_, kobo_ids, session.home)
        return replace(seen, rows=masked_entries(seen.rows))


def match_entries(session: NightSession, dwellings: pl.DataFrame, entries: pl.DataFrame, before: Table | None) -> pl.DataFrame:
    """MATCHES: which entry each dwelling is. before: the last night's stored matches."""
    slug = session.municipality.slug
    with session.step("match"):
        same_place = kommune_table().same_place_as(session.municipality.kommunenummer)
        links, decisions = session.ledger.links(slug), session.ledger.decisions(slug)
        return match(dwellings, entries, links, decisions, same_place, _frame(before, MATCHES))


def _frame(table: Table | None, schema: dict[str, pl.DataType]) -> pl.DataFrame | None:
    return None if table is None else conformed(table.frame, schema)


def plan_changes(
    session: NightSession,
    merged: Merged,
    register_rows: pl.DataFrame | None,
    matches: pl.DataFrame,
    rejected: pl.DataFrame,
    verdicts: Mapping[str, Verdict],
) -> Plan:
    """The plan, recorded in the ledger. register_rows: None when the register could not be read."""
    municipality, ledger = session.municipality, session.ledger
    slug = municipality.slug
    with session.step("plan"):
        # Also when the API is used by now: creates of an earlier import file may still wait for their entries.
        handed_over = still_to_arrive(ledger, slug, session.import_folder)
        made = make_plan(
            merged,
            register_rows,
            matches,
            Reading(
                frozenset(name for name, verdict in verdicts.items() if verdict is Verdict.COMPLETE),
                rejected,
                partial(official_streets, municipality, session.home) if municipality.addresses else None,
            ),
            Remembered.of(ledger, municipality, session.as_of, handed_over if municipality.register_.by_file else {}),
            municipality,
            session.as_of,
        )
        ledger.save_memberships(slug, merged.memberships, session.as_of, session.memberships)
        ledger.save_bases(slug, made.agreed)
        ledger.record_plan(
            session.run_id,
            made.items,
            made.digest,
            refusals=refusals_of(made),
            register_verdict=made.register_verdict,
            gone=gone_tonight(made),
        )
    if not session.whole:
        session.verdict_if_ended = PLANNED
    return made


def record_movements(
    session: NightSession,
    dwellings: pl.DataFrame,
    items: pl.DataFrame,
    entries: pl.DataFrame | None,
    rejected: pl.DataFrame,
    out_of_scope: pl.DataFrame,
    verdicts: Mapping[str, Verdict],
) -> int:
    """Append tonight's movements of the stock to the ledger; returns how many. A run that is no whole night, or a night older than the
    newest movement, appends none: the rows are kept in the order of their dates."""
    ledger, slug, as_of = session.ledger, session.municipality.slug, session.as_of
    newest = ledger.last_movement(slug)
    if not session.whole or (newest is not None and newest > as_of):
        return 0
    complete = [name for name, verdict in verdicts.items() if verdict is Verdict.COMPLETE]
    tonight = StockTonight(dwellings, items, entries, rejected, out_of_scope, complete, as_of)
    changes = stock_changes(ledger.stock(slug), tonight, session.municipality, partial(_stock_memory, ledger, slug, as_of))
    ledger.record_movements(slug, session.run_id, changes.moved, changes.absent, as_of)
    return changes.moved.height


def _stock_memory(ledger: Ledger, slug: str, as_of: date) -> StockMemory:
    errors = ledger.deviations(slug, include_fixed=True).filter((pl.col("severity") == "error") & pl.col("source_key").is_not_null())
    nights = ledger.history(slug).filter(pl.col("as_of") < as_of).get_column("as_of")
    return StockMemory(
        ledger.memberships(slug),
        errors.select("source", "source_key", "first_seen"),
        ledger.link_history(slug).select("leverandor_bolig_id", "kobo_id"),
        ledger.absences(slug, as_of),
        date.min if nights.is_empty() else nights.to_list()[-1],
    )


def refusals_of(plan: Plan) -> list[dict[str, str]]:
    """The guards' refusals of each part, as the ledger stores them."""
    return [
        {"code": refusal.code, "message": refusal.message, "melding": refusal.melding, "part": part.name, "digest": part.digest}
        for part in plan.parts
        for refusal in part.refusals
    ]


def parts_to_approve(plan: Plan) -> list[PartToApprove]:
    """The plan's parts in the form that `approval_of` takes."""
    return [PartToApprove(part.name, part.digest, part.changes, tuple(refusal.message for refusal in part.refusals)) for part in plan.parts]


def gone_tonight(plan: Plan) -> list[str]:
    """leverandor_bolig_id missing from complete reads of every source that had them. Only such nights count towards a retirement."""
    still_there = pl.col("held").is_in([SOURCE_INCOMPLETE, ROW_REJECTED]).fill_null(value=False)
    retiring = (pl.col("class") == DwellingClass.RETIRE.value) & ~still_there
    return plan.items.filter(retiring).get_column("leverandor_bolig_id").to_list()


def rows_not_merged(carried: pl.DataFrame, dwellings: pl.DataFrame) -> str:
    """Law 1 after merging: a sentence when rows are in no dwelling or in several, else ""."""
    parts = int(dwellings.get_column("source_keys").list.len().sum())
    return "" if parts == carried.height else f"{carried.height} rows, of which {parts} are in dwellings."
