"""Each read compared with the last complete read of its source: rows that are not believed are dropped, as if they had not been read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from connectors.read_result import SourceRead, Verdict
from connectors.source_config import AnySource
from language import and_then, message, stored
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.shielding import is_shielded
from reconciliation.reading.deviations import with_reason
from reconciliation.reading.evidence_words import NO_EVIDENCE, sentences
from reconciliation.reading.followed_keys import FollowedKeys, followed_keys, still_listed, under_followed_keys
from reconciliation.reading.key_examples import KeyExample
from reconciliation.reading.read_comparison import where_they_are
from reconciliation.reading.read_evidence import Evidence, read_evidence
from reconciliation.reading.returned_keys import returned_rows
from reconciliation.reading.standardise import Standardised

_MEMBER = ("source", "source_key", "leverandor_bolig_id")
Layouts = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class LastReads:
    """What earlier nights left to compare tonight's reads with.

    rows: STANDING_ROWS of the last night under today's keys, None when there are none. layouts: source -> layout of its last complete
    read. read_before: sources with a complete read on an earlier night. secret: "source:key" of rows whose dwelling is shielded, whichever
    of its sources says so. answered: the verdict that somebody gave on a warning (a row of DEVIATIONS). members: source, source_key,
    leverandor_bolig_id of every key ever seen; None where keys are only looked at and none is followed. bases: reads the ledger's BASES.
    called_same: "source:key" of rows that somebody called the same home as another row.
    """

    rows: pl.DataFrame | None = None
    layouts: Layouts = field(default_factory=dict)
    read_before: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    answered: Callable[[Mapping[str, Any]], str | None] = lambda _: None
    members: pl.DataFrame | None = None
    bases: Callable[[], pl.DataFrame] = pl.DataFrame
    called_same: frozenset[str] = frozenset()

    def hidden(self, tonight: Collection[pl.DataFrame]) -> frozenset[str]:
        """Houses whose address no example shows (law 10). tonight: SOURCE_ROWS of every source."""
        flagged = [rows.filter(is_shielded()) for rows in tonight]
        if self.rows is not None:
            known = pl.format("{}:{}", "source", "source_key").is_in(list(self.secret))
            flagged.append(self.rows.filter(is_shielded() | known.fill_null(value=False)))
        return frozenset(house for rows in flagged for house in where_they_are(rows).drop_nulls())


@dataclass(frozen=True, slots=True)
class CheckedRead:
    """read: with the verdict after the comparison. done: its rows; empty when not believed. note: English, why nothing was compared.
    followed: homes with another key than at the last complete read, which the ledger must be told."""

    read: SourceRead
    done: Standardised
    evidence: Evidence = field(default_factory=Evidence)
    note: str = ""
    followed: FollowedKeys = field(default_factory=FollowedKeys)


def check_read(
    read: SourceRead,
    done: Standardised,
    source: AnySource,
    last: LastReads,
    hidden: Collection[str] = (),
    others: Sequence[pl.DataFrame] = (),
) -> CheckedRead:
    """Compare one source's read with its last complete one. A failed read is returned as it is. hidden: what `LastReads.hidden` returns.
    others: tonight's rows of the other sources."""
    if read.verdict is Verdict.FAILED:
        return CheckedRead(read, done)
    before = last.rows.filter(pl.col("source") == read.source) if last.rows is not None else None
    if before is None or before.is_empty():
        unknown = read.source in last.read_before and not done.rows.is_empty()
        return CheckedRead(read, done, note=NO_EVIDENCE.format(source=read.source) if unknown else "")
    returned = before.clear()
    if last.rows is not None and last.members is not None:
        returned = returned_rows(read.source, done.rows, last.rows, last.members.select(_MEMBER), last.bases, last.called_same)
        last = replace(last, rows=pl.concat([last.rows, returned]))
        before = pl.concat([before, returned])
    layout = last.layouts.get(read.source, {})
    first = evidence = read_evidence(done.rows, before, source, read.layout, layout, hidden)
    followed = FollowedKeys()
    if evidence.believed and last.members is not None:
        followed = _followed(read.source, done.rows, source, evidence, last, others)
    if followed.renamed:
        before = under_followed_keys(before, followed.renamed)
        evidence = read_evidence(done.rows, before, source, read.layout, layout, hidden)
        if not evidence.believed:
            followed = FollowedKeys()
    if evidence.believed:
        done = _with_reused_keys_reported(done, source, evidence, before, last, returned["source_key"])
        done = _with_followed_keys_reported(done, source, followed, first, before)
    if not evidence.findings:
        return CheckedRead(read, done, evidence, followed=followed)
    messages = [sentences(finding) for finding in evidence.findings]
    read = replace(
        read,
        verdict=Verdict.SUSPICIOUS,
        message=" ".join([*([read.message] if read.message else []), *(message for message, _ in messages)]),
        melding=and_then(*([read.melding] if read.melding else []), *(melding for _, melding in messages)),
    )
    if evidence.believed:
        return CheckedRead(read, done, evidence, followed=followed)
    return CheckedRead(
        replace(read, rows=read.rows.clear(), unreadable=None), Standardised(done.rows.clear(), done.deviations.clear()), evidence
    )


def layouts_to_keep(reads: Mapping[str, SourceRead], last: LastReads) -> dict[str, dict[str, object]]:
    """Source -> layout of its last complete read, tonight's among them."""
    return {name: dict(read.layout if read.verdict is Verdict.COMPLETE else last.layouts.get(name, {})) for name, read in reads.items()}


def _followed(
    name: str, rows: pl.DataFrame, source: AnySource, evidence: Evidence, last: LastReads, others: Sequence[pl.DataFrame]
) -> FollowedKeys:
    """Homes of one source with another key tonight: what the rows tell, what another list tells, and what people answered."""
    if last.rows is None or last.members is None or (evidence.moved.is_empty() and not evidence.reused):
        return FollowedKeys()
    before = last.rows.filter(pl.col("source") == name)
    warnings = _warnings_of(rows, source, evidence, before)
    other_homes = [row["source_key"] for row in warnings.iter_rows(named=True) if last.answered(row) == DecisionKind.ANOTHER_HOME]
    kept = [row["source_key"] for row in warnings.iter_rows(named=True) if last.answered(row) == DecisionKind.RIGHT]
    members = last.members.select(_MEMBER)
    asked = [key for key in evidence.reused if key not in kept]
    listed = still_listed(asked, last.rows, rows, pl.concat(others) if others else rows.clear(), members, name)
    ids = dict(members.filter(pl.col("source") == name).select("source_key", "leverandor_bolig_id").iter_rows())
    moved = evidence.moved.filter(~pl.col("new").is_in(kept))
    return followed_keys(before, rows, moved, other_homes, listed, ids)


def _with_reused_keys_reported(
    done: Standardised, source: AnySource, evidence: Evidence, before: pl.DataFrame, last: LastReads, returned: pl.Series
) -> Standardised:
    """Adds a warning to each row whose known key has another address or unit tonight. returned: keys whose own last row is not known.

    Where nothing else shows that it is the same home, the row waits (N05W) until somebody confirms the change, and the last night's row
    is used; otherwise the row is used (N04W; not where it was compared with another list's row, which may spell the address otherwise).
    """
    if not evidence.other_place:
        return done
    unreported = [*evidence.reused, *returned]
    rows = done.rows.filter(pl.col("source_key").is_in(evidence.other_place) & ~pl.col("source_key").is_in(unreported))
    heading = ", ".join(source.key)
    corrected = with_reason(rows.with_columns(value=pl.col("source_key"), reason=pl.lit(None, pl.String)), "N04W", heading, None)
    warnings = _warnings_of(done.rows, source, evidence, before)
    kept = [last.answered(warning) != DecisionKind.RIGHT for warning in warnings.iter_rows(named=True)]
    return replace(done, deviations=pl.concat([done.deviations, corrected, warnings.filter(pl.Series(kept, dtype=pl.Boolean()))]))


def _warnings_of(rows: pl.DataFrame, source: AnySource, evidence: Evidence, before: pl.DataFrame) -> pl.DataFrame:
    """N05W of every row whose key seems to name another home, answered or not."""
    waiting = rows.filter(pl.col("source_key").is_in(list(evidence.reused)))
    reasons = [_place_before_and_now(evidence.reused[row["source_key"]], row, before) for row in waiting.iter_rows(named=True)]
    asked = waiting.with_columns(value=pl.col("source_key"), reason=pl.Series(reasons, dtype=pl.String))
    return with_reason(asked, "N05W", ", ".join(source.key), None)


def _with_followed_keys_reported(
    done: Standardised, source: AnySource, followed: FollowedKeys, first: Evidence, before: pl.DataFrame
) -> Standardised:
    """Adds a warning (N06W) to each row whose key was another home's and went to it by what rows tell alone."""
    under = {new: old for old, new in followed.renamed.items()}
    rows = done.rows.filter(pl.col("source_key").is_in([*under, *followed.listed_still]))
    if rows.is_empty():
        return done
    reasons = []
    for row in rows.iter_rows(named=True):
        key = row["source_key"]
        if key in under:
            reasons.append(stored(message("read_examples.under_before", key=under[key])))
        else:
            lists = message("read_examples.still_listed", sources=", ".join(followed.listed_still[key]))
            reasons.append(and_then(_place_before_and_now(first.reused[key], row, before), stored(lists)))
    reported = rows.with_columns(value=pl.col("source_key"), reason=pl.Series(reasons, dtype=pl.String))
    return replace(done, deviations=pl.concat([done.deviations, with_reason(reported, "N06W", ", ".join(source.key), None)]))


def _place_before_and_now(example: KeyExample | None, row: Mapping[str, Any], before: pl.DataFrame) -> str:
    """Both places, so that an answer counts for this change alone. For a shielded address four digits of a hash tell changes apart instead:
    too few to find the address by."""
    if example is not None:
        return stored(message("read_examples.other_place", then=example.then or "-", now=example.now or "-"))
    both = "".join([*before.filter(pl.col("source_key") == row["source_key"])["row_hash"], row["row_hash"]])
    return stored(message("read_examples.other_place_secret", case=hashlib.sha256(both.encode()).hexdigest()[:4].upper()))
