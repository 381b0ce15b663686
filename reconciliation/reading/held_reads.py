"""A night's reads compared with the last complete ones: what is not believed is taken out as if it had not been read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from connectors.read_result import SourceRead, Verdict
from connectors.source_config import AnySource
from language import and_then, message, stored
from reconciliation.model.shielding import is_shielded
from reconciliation.reading.deviations import with_reason
from reconciliation.reading.evidence_words import NO_EVIDENCE, sentences
from reconciliation.reading.key_examples import KeyExample
from reconciliation.reading.read_comparison import where_they_are
from reconciliation.reading.read_evidence import Evidence, read_evidence
from reconciliation.reading.standardise import Standardised

Layouts = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Yesterday:
    """rows: STANDING_ROWS of the last night under today's keys, None when there are none. layouts: source -> layout of its last complete
    read. read_before: sources that have been read to their end before. secret: "source:key" of rows whose dwelling is shielded, whichever
    of its sources says so. called_right: whether somebody has called a warning (a row of DEVIATIONS) right as it is."""

    rows: pl.DataFrame | None = None
    layouts: Layouts = field(default_factory=dict)
    read_before: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    called_right: Callable[[Mapping[str, Any]], bool] = lambda _: False

    def hidden(self, tonight: Collection[pl.DataFrame]) -> frozenset[str]:
        """Houses whose address no example shows (law 10). tonight: SOURCE_ROWS of every source."""
        flagged = [rows.filter(is_shielded()) for rows in tonight]
        if self.rows is not None:
            known = pl.format("{}:{}", "source", "source_key").is_in(list(self.secret))
            flagged.append(self.rows.filter(is_shielded() | known.fill_null(value=False)))
        return frozenset(house for rows in flagged for house in where_they_are(rows).drop_nulls())


@dataclass(frozen=True, slots=True)
class Held:
    """read: with the verdict in force. done: what is left of its rows. note: what could not be asked, for operators."""

    read: SourceRead
    done: Standardised
    evidence: Evidence = field(default_factory=Evidence)
    note: str = ""


def checked_read(read: SourceRead, done: Standardised, source: AnySource, yesterday: Yesterday, hidden: Collection[str] = ()) -> Held:
    """One source. A read that failed already is not asked. hidden: of `Yesterday.hidden`."""
    if read.verdict is Verdict.FAILED:
        return Held(read, done)
    before = yesterday.rows.filter(pl.col("source") == read.source) if yesterday.rows is not None else None
    if before is None or before.is_empty():
        unknown = read.source in yesterday.read_before and not done.rows.is_empty()
        return Held(read, done, note=NO_EVIDENCE.format(source=read.source) if unknown else "")
    found = read_evidence(done.rows, before, source, read.layout, yesterday.layouts.get(read.source, {}), hidden)
    if found.believed:
        done = _with_other_places_told(done, source, found, before, yesterday)
    if not found.findings:
        return Held(read, done, found)
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


def _with_other_places_told(
    done: Standardised, source: AnySource, found: Evidence, before: pl.DataFrame, yesterday: Yesterday
) -> Standardised:
    """A known key that names another place tonight is told of beside its row. Where nothing else says that it is the same home, its row
    waits (N05W) until somebody has called it right, and the row of before stands; else it goes on (N04W)."""
    rows = done.rows.filter(pl.col("source_key").is_in(found.other_place)) if found.other_place else done.rows.clear()
    if rows.is_empty():
        return done
    heading = ", ".join(source.key)
    asked = pl.col("source_key").is_in(list(found.reused))
    corrected = with_reason(
        rows.filter(~asked).with_columns(value=pl.col("source_key"), reason=pl.lit(None, pl.String)), "N04W", heading, None
    )
    waiting = rows.filter(asked)
    reasons = [_what_it_named(found.reused[row["source_key"]], row, before) for row in waiting.iter_rows(named=True)]
    told = with_reason(waiting.with_columns(value=pl.col("source_key"), reason=pl.Series(reasons, dtype=pl.String)), "N05W", heading, None)
    kept = [not yesterday.called_right(warning) for warning in told.iter_rows(named=True)]
    return replace(done, deviations=pl.concat([done.deviations, corrected, told.filter(pl.Series(kept, dtype=pl.Boolean()))]))


def _what_it_named(example: KeyExample | None, row: Mapping[str, Any], before: pl.DataFrame) -> str:
    """Both places, so that an answer is an answer to this and no other change. Where they are shown nowhere, a few digits tell which
    change it is: too few, and of too much, to find an address by."""
    if example is not None:
        return stored(message("read_examples.other_place", then=example.then or "-", now=example.now or "-"))
    both = "".join([*before.filter(pl.col("source_key") == row["source_key"])["row_hash"], row["row_hash"]])
    return stored(message("read_examples.other_place_secret", case=hashlib.sha256(both.encode()).hexdigest()[:4].upper()))
