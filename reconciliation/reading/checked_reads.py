"""Each read compared with the last complete read of its source: rows that are not believed are dropped, as if they had not been read."""

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
class LastReads:
    """What earlier nights left to compare tonight's reads with.

    rows: STANDING_ROWS of the last night under today's keys, None when there are none. layouts: source -> layout of its last complete
    read. read_before: sources with a complete read on an earlier night. secret: "source:key" of rows whose dwelling is shielded, whichever
    of its sources says so. called_right: whether somebody has confirmed a warning (a row of DEVIATIONS).
    """

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
class CheckedRead:
    """read: with the verdict after the comparison. done: its rows; empty when not believed. note: English, why nothing was compared."""

    read: SourceRead
    done: Standardised
    evidence: Evidence = field(default_factory=Evidence)
    note: str = ""


def check_read(read: SourceRead, done: Standardised, source: AnySource, last: LastReads, hidden: Collection[str] = ()) -> CheckedRead:
    """Compare one source's read with its last complete one. A failed read is returned as it is. hidden: what `LastReads.hidden` returns."""
    if read.verdict is Verdict.FAILED:
        return CheckedRead(read, done)
    before = last.rows.filter(pl.col("source") == read.source) if last.rows is not None else None
    if before is None or before.is_empty():
        unknown = read.source in last.read_before and not done.rows.is_empty()
        return CheckedRead(read, done, note=NO_EVIDENCE.format(source=read.source) if unknown else "")
    evidence = read_evidence(done.rows, before, source, read.layout, last.layouts.get(read.source, {}), hidden)
    if evidence.believed:
        done = _with_reused_keys_reported(done, source, evidence, before, last)
    if not evidence.findings:
        return CheckedRead(read, done, evidence)
    messages = [sentences(finding) for finding in evidence.findings]
    read = replace(
        read,
        verdict=Verdict.SUSPICIOUS,
        message=" ".join([*([read.message] if read.message else []), *(message for message, _ in messages)]),
        melding=and_then(*([read.melding] if read.melding else []), *(melding for _, melding in messages)),
    )
    if evidence.believed:
        return CheckedRead(read, done, evidence)
    return CheckedRead(
        replace(read, rows=read.rows.clear(), unreadable=None), Standardised(done.rows.clear(), done.deviations.clear()), evidence
    )


def layouts_to_keep(reads: Mapping[str, SourceRead], last: LastReads) -> dict[str, dict[str, object]]:
    """Source -> layout of its last complete read, tonight's among them."""
    return {name: dict(read.layout if read.verdict is Verdict.COMPLETE else last.layouts.get(name, {})) for name, read in reads.items()}


def _with_reused_keys_reported(
    done: Standardised, source: AnySource, evidence: Evidence, before: pl.DataFrame, last: LastReads
) -> Standardised:
    """Adds a warning to each row whose known key has another address or unit tonight.

    Where nothing else shows that it is the same home, the row waits (N05W) until somebody confirms the change, and the last night's row
    is used; otherwise the row is used (N04W).
    """
    rows = done.rows.filter(pl.col("source_key").is_in(evidence.other_place)) if evidence.other_place else done.rows.clear()
    if rows.is_empty():
        return done
    heading = ", ".join(source.key)
    asked = pl.col("source_key").is_in(list(evidence.reused))
    corrected = with_reason(
        rows.filter(~asked).with_columns(value=pl.col("source_key"), reason=pl.lit(None, pl.String)), "N04W", heading, None
    )
    waiting = rows.filter(asked)
    reasons = [_place_before_and_now(evidence.reused[row["source_key"]], row, before) for row in waiting.iter_rows(named=True)]
    warnings = with_reason(
        waiting.with_columns(value=pl.col("source_key"), reason=pl.Series(reasons, dtype=pl.String)), "N05W", heading, None
    )
    kept = [not last.called_right(warning) for warning in warnings.iter_rows(named=True)]
    return replace(done, deviations=pl.concat([done.deviations, corrected, warnings.filter(pl.Series(kept, dtype=pl.Boolean()))]))


def _place_before_and_now(example: KeyExample | None, row: Mapping[str, Any], before: pl.DataFrame) -> str:
    """Both places, so that an answer counts for this change alone. For a shielded address four digits of a hash tell changes apart instead:
    too few to find the address by."""
    if example is not None:
        return stored(message("read_examples.other_place", then=example.then or "-", now=example.now or "-"))
    both = "".join([*before.filter(pl.col("source_key") == row["source_key"])["row_hash"], row["row_hash"]])
    return stored(message("read_examples.other_place_secret", case=hashlib.sha256(both.encode()).hexdigest()[:4].upper()))
