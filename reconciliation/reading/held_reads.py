"""A night's reads held against the last complete ones: what is not believed is taken out as if it had not been read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from connectors.read_result import SourceRead, Verdict
from connectors.source_config import AnySource
from language import and_then
from reconciliation.reading.deviations import deviations_of
from reconciliation.reading.evidence_words import NO_EVIDENCE, sentences
from reconciliation.reading.read_evidence import Evidence, read_evidence
from reconciliation.reading.standardise import Standardised

Layouts = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Yesterday:
    """rows: STANDING_ROWS of the last night under today's keys, None when there are none. layouts: source -> layout of its last complete
    read. read_before: sources that have been read to their end before."""

    rows: pl.DataFrame | None = None
    layouts: Layouts = field(default_factory=dict)
    read_before: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    """read: with the verdict that stands. done: what is left of its rows. note: what could not be asked, for operators."""

    read: SourceRead
    done: Standardised
    evidence: Evidence = field(default_factory=Evidence)
    note: str = ""


def held(read: SourceRead, done: Standardised, source: AnySource, yesterday: Yesterday) -> Held:
    """One source. A read that failed already is not asked."""
    if read.verdict is Verdict.FAILED:
        return Held(read, done)
    before = yesterday.rows.filter(pl.col("source") == read.source) if yesterday.rows is not None else None
    if before is None or before.is_empty():
        unknown = read.source in yesterday.read_before and not done.rows.is_empty()
        return Held(read, done, note=NO_EVIDENCE.format(source=read.source) if unknown else "")
    found = read_evidence(done.rows, before, source, read.layout, yesterday.layouts.get(read.source, {}))
    if not found.findings:
        return Held(read, _with_other_places_told(done, source, found.other_place), found)
    said = [sentences(finding) for finding in found.findings]
    read = replace(
        read,
        verdict=Verdict.SUSPICIOUS,
        message=" ".join([*([read.message] if read.message else []), *(message for message, _ in said)]),
        melding=and_then(*([read.melding] if read.melding else []), *(melding for _, melding in said)),
    )
    if found.believed:
        return Held(read, done, found)
    return Held(replace(read, rows=read.rows.clear(), unreadable=None), Standardised(done.rows.clear(), done.deviations.clear()), found)


def layouts_to_keep(reads: Mapping[str, SourceRead], yesterday: Yesterday) -> dict[str, dict[str, object]]:
    """Source -> layout of its last complete read, tonight's among them."""
    return {
        name: dict(read.layout if read.verdict is Verdict.COMPLETE else yesterday.layouts.get(name, {})) for name, read in reads.items()
    }


def _with_other_places_told(done: Standardised, source: AnySource, keys: tuple[str, ...]) -> Standardised:
    """A key that names another place tonight is told of beside its row: the row goes on, and what it contradicts is asked."""
    rows = done.rows.filter(pl.col("source_key").is_in(keys)) if keys else done.rows.clear()
    if rows.is_empty():
        return done
    told = rows.with_columns(value=pl.col("source_key"), rule=pl.lit("N04W"))
    return replace(done, deviations=pl.concat([done.deviations, deviations_of(told, ", ".join(source.key), None)]))
