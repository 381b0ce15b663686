"""What a night does up to its plan, step by step. Dagster's assets call these, and `kobosync plan` does without Dagster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from assets.night_session import NightSession
from assets.stored_table import Table
from connectors.read import read_source
from connectors.read_result import SourceRead, Verdict
from connectors.source_config import AnySource
from kobo_client.snapshot import RegisterSnapshot, read_register
from reconciliation.apply import awaited
from reconciliation.decisions.confirmed_warnings import is_called_right
from reconciliation.decisions.field_evidence import with_standing_choices
from reconciliation.identifiers import kommune_table
from reconciliation.ledger import PLANNED, Ledger
from reconciliation.match import match
from reconciliation.merge import Merged, merge
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.model.shielding import is_shielded, shielded_ids
from reconciliation.model.words import DwellingClass
from reconciliation.plan.approval import PartToApprove
from reconciliation.plan.guards import ROW_REJECTED, SOURCE_INCOMPLETE
from reconciliation.plan.planning import Plan, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from reconciliation.plan.stock_changes import StockMemory, StockTonight, stock_changes
from reconciliation.reading.apply_corrections import corrected, tell_corrected, with_corrected
from reconciliation.reading.carried_rows import standing_rows
from reconciliation.reading.cell_corrections import CellCorrection, cell_corrections
from reconciliation.reading.cell_places import told_by_cell
from reconciliation.reading.corrections import Corrections, idle, read_corrections
from reconciliation.reading.held_reads import Held, Layouts, Yesterday, checked_read, layouts_to_keep
from reconciliation.reading.key_examples import KeyExample
from reconciliation.reading.official_addresses import official_addresses, official_streets
from reconciliation.reading.read_evidence import under_new_keys
from reconciliation.reading.register_text import masked_entries
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import Validated, validate

SHIELDED_GONE = "shielded_gone"
"""Fact of the table of dwellings: see `shielded_and_gone`."""


@dataclass(frozen=True, slots=True)
class StandardisedSources:
    """reads: with the verdicts in force. rows: CORRECTED_ROWS. unreadable: DEVIATIONS. corrected: values the owners' corrections changed.

    said, notes: what is wrong with the file of corrections, and with the official addresses. over: corrections of single cells whose source
    says something else by now. unasked: reads that could not be compared with the last complete ones. layouts: source -> how its last
    complete read was written. examples: source -> keys that show why it is not believed.
    """

    reads: Mapping[str, SourceRead]
    rows: pl.DataFrame
    unreadable: pl.DataFrame
    corrected: int
    said: Sequence[str]
    over: Sequence[CellCorrection]
    notes: Sequence[str]
    unasked: Sequence[str]
    layouts: Layouts
    examples: Mapping[str, Sequence[KeyExample]]


def extract(session: NightSession, name: str, source: AnySource) -> SourceRead:
    """The source as it is tonight, judged against the last time it was read to its end."""
    with session.step("extract"):
        return read_source(name, source, session.home, session.ledger.last_complete_rows(session.municipality.slug, name))


def yesterday(municipality: Municipality, ledger: Ledger, carried: Table | None, memberships: Table | None) -> Yesterday:
    """What the last complete reads left. carried, memberships: the tables of the last night, None when they are not to be had."""
    read_before = frozenset(name for name in municipality.sources if ledger.last_complete_rows(municipality.slug, name))
    if carried is None:
        return Yesterday(read_before=read_before)
    rows = tables.conformed(carried.frame, tables.STANDING_ROWS)
    members = ledger.memberships(municipality.slug)
    rows = under_new_keys(rows, memberships.frame if memberships else None, members)
    layouts = {name: facts.get("layout", {}) for name, facts in carried.facts.get("sources", {}).items()}
    called_right = partial(is_called_right, ledger.decisions(municipality.slug))
    return Yesterday(rows, layouts, read_before, _secret_keys(rows, members), called_right)


def _secret_keys(rows: pl.DataFrame, members: pl.DataFrame) -> frozenset[str]:
    """ "source:key" of every row of a dwelling that one of its rows says is shielded."""
    flagged = rows.filter(is_shielded()).join(members, on=["source", "source_key"]).select("leverandor_bolig_id")
    named = members.join(flagged, on="leverandor_bolig_id", how="semi").select(pl.format("{}:{}", "source", "source_key"))
    return frozenset(named.to_series())


def standardise_all(session: NightSession, reads: Mapping[str, SourceRead], before: Yesterday) -> StandardisedSources:
    """All sources' rows in the register's words, compared with the last complete reads; the order of the sources does not matter."""
    municipality = session.municipality
    with session.step("standardise"):
        official = official_addresses(municipality, session.home)
        corrections = corrections_of(municipality, session.home, session.ledger)
        meant = {name: corrected(read, corrections, municipality.sources[name]) for name, read in sorted(reads.items())}
        made = {
            name: standardise(done.read, municipality.sources[name], municipality, official.register, session.as_of)
            for name, done in meant.items()
        }
        hidden = before.hidden([one.rows for one in made.values()])
        parts = {name: checked_read(reads[name], one, municipality.sources[name], before, hidden) for name, one in made.items()}
        asked = {name: part.read for name, part in parts.items()}
        believed = [name for name, part in parts.items() if part.evidence.believed]
        return StandardisedSources(
            reads=asked,
            rows=with_corrected(
                pl.concat([tables.empty(tables.SOURCE_ROWS), *(part.done.rows for part in parts.values())]),
                pl.concat([meant[name].cells for name in believed] or [done.cells.clear() for done in meant.values()]),
            ),
            unreadable=pl.concat([tables.empty(tables.DEVIATIONS), *(part.done.deviations for part in parts.values())]),
            corrected=sum(sum(meant[name].used.values()) for name in believed),
            said=[*corrections.faults, *(one for name, done in meant.items() for one in idle(name, done.used))],
            over=[one for name in believed for one in meant[name].over if parts[name].read.verdict is Verdict.COMPLETE],
            notes=official.notes,
            unasked=[part.note for part in parts.values() if part.note],
            layouts=layouts_to_keep(asked, before),
            examples={name: part.evidence.examples for name, part in parts.items()},
        )


def corrections_of(municipality: Municipality, home: Path, ledger: Ledger) -> Corrections:
    """The owners' file of corrections, and the single cells that were corrected at the review desk."""
    return replace(read_corrections(municipality, home), cells=cell_corrections(ledger.decisions(municipality.slug)))


def against_yesterday(municipality: Municipality, home: Path, ledger: Ledger, read: SourceRead, before: Yesterday) -> Held:
    """One source's read compared with the last complete one, outside of a night."""
    source = municipality.sources[read.source]
    meant = corrected(read, corrections_of(municipality, home, ledger), source).read
    rows = standardise(meant, source, municipality, official_addresses(municipality, home).register)
    return checked_read(read, rows, source, before, before.hidden([rows.rows]))


def validate_rows(session: NightSession, rows: pl.DataFrame, unreadable: pl.DataFrame, reads: Mapping[str, SourceRead]) -> Validated:
    """Accepted, rejected, out of scope; each row once. rows: CORRECTED_ROWS. reads: as the connectors gave them."""
    with session.step("validate"):
        done = validate(rows, unreadable, session.municipality)
        told = told_by_cell(done.deviations, reads, session.municipality)
        return replace(done, deviations=tell_corrected(told, rows))


def still_standing(
    session: NightSession, accepted: pl.DataFrame, rejected: pl.DataFrame, verdicts: Mapping[str, Verdict], before: Yesterday
) -> pl.DataFrame:
    """STANDING_ROWS of tonight."""
    with session.step("merge"):
        return standing_rows(accepted, rejected, verdicts, before.rows)


def merge_rows(session: NightSession, carried: pl.DataFrame) -> Merged:
    """Dwellings out of rows, by what is known of their keys and what people decided."""
    slug = session.municipality.slug
    with session.step("merge"):
        known = session.ledger.memberships(slug)
        decided = with_standing_choices(session.ledger.decisions(slug), carried, known)
        same_place = kommune_table().same_place_as(session.municipality.kommunenummer)
        return merge(carried, known, decided, session.municipality, same_place)


def see_register(session: NightSession) -> RegisterSnapshot:
    """The register as it is tonight; that it cannot be seen is a verdict, no error."""
    with session.step("snapshot"):
        kobo_ids = session.ledger.links(session.municipality.slug).get_column("kobo_id").to_list()
        seen = read_register(session.client(), session.municipality.register_, kobo_ids, session.home)
        return replace(seen, rows=masked_entries(seen.rows))


def match_entries(session: NightSession, dwellings: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """MATCHES: which entry each dwelling is."""
    slug = session.municipality.slug
    with session.step("match"):
        same_place = kommune_table().same_place_as(session.municipality.kommunenummer)
        return match(dwellings, entries, session.ledger.links(slug), session.ledger.decisions(slug), same_place)


def plan_changes(
    session: NightSession,
    merged: Merged,
    register_rows: pl.DataFrame | None,
    matches: pl.DataFrame,
    rejected: pl.DataFrame,
    verdicts: Mapping[str, Verdict],
) -> Plan:
    """The plan, recorded in the ledger. register_rows: None when the register could not be seen."""
    municipality, ledger = session.municipality, session.ledger
    slug = municipality.slug
    with session.step("plan"):
        # Also where the API writes by now: what a file began is settled by whoever comes after.
        handed_over = awaited(ledger, slug, session.import_folder)
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
        ledger.save_memberships(slug, merged.memberships, session.as_of)
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
    """What moved tonight in the stock of dwellings, appended to the ledger; how many rows. Of a run that is no night, and of a night
    older than the newest movement, nothing: the order of the rows is the order of the dates."""
    ledger, slug, as_of = session.ledger, session.municipality.slug, session.as_of
    newest = ledger.last_movement(slug)
    if not session.whole or (newest is not None and newest > as_of):
        return 0
    complete = [name for name, verdict in verdicts.items() if verdict is Verdict.COMPLETE]
    tonight = StockTonight(dwellings, items, entries, rejected, out_of_scope, complete, as_of)
    found = stock_changes(ledger.stock(slug), tonight, session.municipality, partial(_stock_memory, ledger, slug, as_of))
    ledger.record_movements(slug, session.run_id, found.moved, found.absent, as_of)
    return found.moved.height


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
    """What the guards said of each part, as the ledger keeps it."""
    return [
        {"code": one.code, "message": one.message, "melding": one.melding, "part": part.name, "digest": part.digest}
        for part in plan.parts
        for one in part.refusals
    ]


def asked_of(plan: Plan) -> list[PartToApprove]:
    """The plan's parts, as they are asked about."""
    return [PartToApprove(part.name, part.digest, part.changes, tuple(one.message for one in part.refusals)) for part in plan.parts]


def gone_tonight(plan: Plan) -> list[str]:
    """Dwellings that every source that held them was read to its end without; only those nights count towards retiring."""
    there = pl.col("held").is_in([SOURCE_INCOMPLETE, ROW_REJECTED]).fill_null(value=False)
    retiring = (pl.col("class") == DwellingClass.RETIRE.value) & ~there
    return plan.items.filter(retiring).get_column("leverandor_bolig_id").to_list()


def rows_lost(rows: pl.DataFrame, done: Validated) -> str:
    """Law 1 after validating, in words."""
    ends = done.accepted.height + done.rejected.height + done.out_of_scope.height
    return "" if ends == rows.height else f"{rows.height} rows in, {ends} out."


def rows_adrift(carried: pl.DataFrame, dwellings: pl.DataFrame) -> str:
    """Law 1 after merging, in words."""
    parts = int(dwellings.get_column("source_keys").list.len().sum())
    return "" if parts == carried.height else f"{carried.height} rows stand, {parts} are in dwellings."


def known_shielded(made: Table | None) -> frozenset[str]:
    """leverandor_bolig_id of dwellings that have a shielded address, or had when they were last in a source (law 10).

    made: a night's table of dwellings, with what it remembers of earlier nights.
    """
    if made is None:
        return frozenset()
    return frozenset([*shielded_ids(tables.conformed(made.frame, tables.DWELLINGS)), *made.facts.get(SHIELDED_GONE, ())])


def shielded_and_gone(before: Table | None, dwellings: pl.DataFrame) -> list[str]:
    """Of those known shielded on the night before, the ones that are in no source tonight."""
    return sorted(known_shielded(before) - set(dwellings.get_column("leverandor_bolig_id")))
