"""The steps of a night from its sources to the rows that merging is given. Assets call them; `kobosync plan` does so without Dagster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl

from assets.night_session import NightSession
from assets.stored_table import Table
from connectors.read import read_source
from connectors.read_result import SourceRead, Verdict
from connectors.source_config import AnySource
from reconciliation.decisions.confirmed_warnings import answer_to
from reconciliation.ledger import Ledger
from reconciliation.model import tables
from reconciliation.model.known_decisions import DecisionKind, Decisions
from reconciliation.model.municipality import Municipality
from reconciliation.model.shielding import is_shielded
from reconciliation.reading.apply_corrections import corrected, with_corrected, with_source_values
from reconciliation.reading.carried_rows import standing_rows
from reconciliation.reading.cell_corrections import CellCorrection, cell_corrections
from reconciliation.reading.cell_places import with_cell_places
from reconciliation.reading.checked_reads import CheckedRead, LastReads, Layouts, check_read, layouts_to_keep
from reconciliation.reading.corrections import Corrections, read_corrections, unused_corrections
from reconciliation.reading.key_examples import KeyExample
from reconciliation.reading.official_addresses import official_addresses
from reconciliation.reading.postnummer_register import read_postnummer_register, with_postnummer_warnings
from reconciliation.reading.read_evidence import under_new_keys
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import Validated, validate


@dataclass(frozen=True, slots=True)
class StandardisedSources:
    """reads: with the verdicts after the comparison with earlier nights. rows: CORRECTED_ROWS. unreadable: DEVIATIONS.

    corrected: number of values that the owners' corrections changed. correction_faults, address_notes: stored messages about the file of
    corrections and about the official addresses. finished: corrections of single cells whose source has another value by now.
    not_compared: English sentences about reads without a last complete one at hand. layouts: source -> layout of its last complete read.
    examples: source -> keys that show why its read is not believed.
    """

    reads: Mapping[str, SourceRead]
    rows: pl.DataFrame
    unreadable: pl.DataFrame
    corrected: int
    correction_faults: Sequence[str]
    finished: Sequence[CellCorrection]
    address_notes: Sequence[str]
    not_compared: Sequence[str]
    layouts: Layouts
    examples: Mapping[str, Sequence[KeyExample]]


def extract(session: NightSession, name: str, source: AnySource) -> SourceRead:
    """Read one source. The verdict compares its number of rows with that of its last complete read."""
    with session.step("extract"):
        return read_source(name, source, session.home, session.ledger.last_complete_rows(session.municipality.slug, name))


def last_reads(
    municipality: Municipality, ledger: Ledger, carried: Table | None, memberships: Table | None, known: pl.DataFrame | None = None
) -> LastReads:
    """What tonight's reads are compared with. carried, memberships: the last night's stored tables; None when they cannot be read.

    known: the ledger's MEMBERSHIPS, when they are read already.
    """
    read_before = frozenset(name for name in municipality.sources if ledger.last_complete_rows(municipality.slug, name))
    if carried is None:
        return LastReads(read_before=read_before)
    rows = tables.conformed(carried.frame, tables.STANDING_ROWS)
    members = ledger.memberships(municipality.slug) if known is None else known
    rows = under_new_keys(rows, memberships.frame if memberships else None, members)
    layouts = {name: facts.get("layout", {}) for name, facts in carried.facts.get("sources", {}).items()}
    decisions = ledger.decisions(municipality.slug)
    answered = partial(answer_to, decisions)
    return LastReads(rows, layouts, read_before, _secret_keys(rows, members), answered, called_same=_called_same(decisions))


def _called_same(decisions: pl.DataFrame) -> frozenset[str]:
    """ "source:key" of rows that somebody called the same home as another row. decisions: the ledger's, in force."""
    pairs = [(row["left"], row["right"] or "") for row in Decisions.of(decisions).rows(DecisionKind.SAME)]
    return frozenset(name for pair in pairs if not pair[1].startswith("kobo:") for name in pair)


def _secret_keys(rows: pl.DataFrame, members: pl.DataFrame) -> frozenset[str]:
    """ "source:key" of every row of a dwelling that one of its rows says is shielded."""
    flagged = rows.filter(is_shielded()).join(members, on=["source", "source_key"]).select("leverandor_bolig_id")
    named = members.join(flagged, on="leverandor_bolig_id", how="semi").select(pl.format("{}:{}", "source", "source_key"))
    return frozenset(named.to_series())


def standardise_all(session: NightSession, reads: Mapping[str, SourceRead], before: LastReads) -> StandardisedSources:
    """All sources' rows with canonical columns, each read compared with its last complete one. The order of the sources does not matter."""
    municipality = session.municipality
    with session.step("standardise"):
        official = official_addresses(municipality, session.home)
        codes = read_postnummer_register(municipality, session.home)
        corrections = corrections_of(municipality, session.home, session.ledger)
        corrected_reads = {name: corrected(read, corrections, municipality.sources[name]) for name, read in sorted(reads.items())}
        made = {
            name: standardise(done.read, municipality.sources[name], municipality, official.register, session.as_of)
            for name, done in corrected_reads.items()
        }
        made = {name: with_postnummer_warnings(done, municipality.sources[name], codes) for name, done in made.items()}
        hidden = before.hidden([result.rows for result in made.values()])
        if session.whole:
            before = replace(before, members=session.memberships, bases=partial(session.ledger.bases, municipality.slug))
        parts = {
            name: check_read(
                reads[name], done, municipality.sources[name], before, hidden, [made[other].rows for other in made if other != name]
            )
            for name, done in made.items()
        }
        asked = {name: part.read for name, part in parts.items()}
        _follow_keys(session, parts)
        believed = [name for name, part in parts.items() if part.evidence.believed]
        return StandardisedSources(
            reads=asked,
            rows=with_corrected(
                pl.concat([tables.empty(tables.SOURCE_ROWS), *(part.done.rows for part in parts.values())]),
                pl.concat([corrected_reads[name].cells for name in believed] or [done.cells.clear() for done in corrected_reads.values()]),
            ),
            unreadable=pl.concat([tables.empty(tables.DEVIATIONS), *(part.done.deviations for part in parts.values())]),
            corrected=sum(sum(corrected_reads[name].used.values()) for name in believed),
            correction_faults=[
                *corrections.faults,
                *(fault for name, done in corrected_reads.items() for fault in unused_corrections(name, done.used)),
            ],
            finished=[key for name in believed for key in corrected_reads[name].over if parts[name].read.verdict is Verdict.COMPLETE],
            address_notes=official.notes,
            not_compared=[part.note for part in parts.values() if part.note],
            layouts=layouts_to_keep(asked, before),
            examples={name: part.evidence.examples for name, part in parts.items()},
        )


def _follow_keys(session: NightSession, parts: Mapping[str, CheckedRead]) -> None:
    """The ledger knows each home, and what people decided about it, under the key that its row has from tonight on."""
    for name, part in parts.items():
        if part.followed.decided:
            session.ledger.follow_keys(session.municipality.slug, name, part.followed.decided)
        if part.followed.renamed:
            session.ledger.rename_keys(session.municipality.slug, name, part.followed.renamed)
            session.forget_memberships()


def corrections_of(municipality: Municipality, home: Path, ledger: Ledger) -> Corrections:
    """The owners' file of corrections, and the single cells that were corrected at the review desk."""
    return replace(read_corrections(municipality, home), cells=cell_corrections(ledger.decisions(municipality.slug)))


def checked_outside_a_night(municipality: Municipality, home: Path, ledger: Ledger, read: SourceRead, before: LastReads) -> CheckedRead:
    """One source's read compared with its last complete one by a command, which has no session."""
    source = municipality.sources[read.source]
    corrected_read = corrected(read, corrections_of(municipality, home, ledger), source).read
    rows = standardise(corrected_read, source, municipality, official_addresses(municipality, home).register)
    return check_read(read, rows, source, before, before.hidden([rows.rows]))


def validate_rows(
    session: NightSession,
    rows: pl.DataFrame,
    unreadable: pl.DataFrame,
    reads: Mapping[str, SourceRead],
    before: LastReads,
    entries: pl.DataFrame,
) -> Validated:
    """Sorts each row into accepted, rejected or out of scope. rows: CORRECTED_ROWS. reads: as the connectors returned them. entries: the
    register's rows, none where it could not be read."""
    with session.step("validate"):
        done = validate(rows, unreadable, session.municipality, before.rows, entries)
        placed = with_cell_places(done.deviations, reads, session.municipality)
        return replace(done, deviations=with_source_values(placed, rows))


def rows_to_merge(
    session: NightSession, accepted: pl.DataFrame, rejected: pl.DataFrame, verdicts: Mapping[str, Verdict], before: LastReads
) -> pl.DataFrame:
    """Tonight's STANDING_ROWS: accepted rows, and rows of earlier nights that tonight's reads did not bring."""
    with session.step("merge"):
        return standing_rows(accepted, rejected, verdicts, before.rows)


def rows_lost(rows: pl.DataFrame, done: Validated) -> str:
    """Law 1 after validating: a sentence when rows were lost or added, else ""."""
    ends = done.accepted.height + done.rejected.height + done.out_of_scope.height
    return "" if ends == rows.height else f"{rows.height} rows in, {ends} out."
