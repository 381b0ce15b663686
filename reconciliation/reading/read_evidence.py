"""Whether a read is believed: it is compared with the last complete read of its source, key by key (law 14, docs/decisions/0012).

A known key is no proof by itself: its former row is compared with tonight's row. Pure functions of frames.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from connectors.evidence_limits import EvidenceLimits
from connectors.source_config import AnySource
from reconciliation.model.transform_names import GROUP_FIELDS
from reconciliation.reading.key_examples import KeyExample, examples_of, keys_as_text
from reconciliation.reading.read_comparison import LEAST, ReadComparison, compared


@dataclass(frozen=True, slots=True)
class Finding:
    """code: of `evidence_words.EVIDENCE`. values: fill its sentences. believed: whether the read's rows may still be used.

    examples: keys for which it holds."""

    code: str
    values: Mapping[str, object]
    believed: bool = False
    examples: tuple[KeyExample, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """findings: reasons why the read is not complete; usually none. moved: `old`, `new`: rows with a new key, also when they are few.
    other_place: known keys with another place tonight; reused: those of them that seem to be another home, each with both places (None
    for shielded ones)."""

    findings: tuple[Finding, ...] = ()
    moved: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"old": pl.String(), "new": pl.String()}))
    other_place: tuple[str, ...] = ()
    reused: Mapping[str, KeyExample | None] = field(default_factory=dict)

    @property
    def examples(self) -> tuple[KeyExample, ...]:
        """The examples of all findings."""
        return tuple(dict.fromkeys(example for finding in self.findings for example in finding.examples))

    @property
    def believed(self) -> bool:
        """Whether the read's rows may be used: no finding forbids it."""
        return all(finding.believed for finding in self.findings)


def read_evidence(
    tonight: pl.DataFrame,
    before: pl.DataFrame,
    source: AnySource,
    layout: Mapping[str, object],
    last_layout: Mapping[str, object],
    hidden: Collection[str] = (),
) -> Evidence:
    """tonight: SOURCE_ROWS of one source. before: its STANDING_ROWS of the last night, under the keys of today (`under_new_keys`).

    layout, last_layout: encoding etc. of tonight and of the last complete read; empty when not known. hidden: houses that must not be
    shown as examples (`where_they_are`).
    """
    comparison = compared(tonight, before)
    if comparison is None:
        return Evidence()
    limits = source.evidence
    findings = (*_keys(comparison, limits, hidden), *_decoding(comparison, limits, layout, last_layout, hidden))
    if all(finding.believed for finding in findings):
        # When the keys are wrong, their rows cannot show whether columns were swapped.
        findings = (*findings, *_fields(comparison, source, limits), *_gone(comparison, limits))
    shown = examples_of(comparison, pl.DataFrame({"old": comparison.reused}, {"old": pl.String()}), hidden, most=None)
    return Evidence(
        findings,
        comparison.moved,
        tuple(comparison.other_place),
        dict.fromkeys(comparison.reused) | {example.key: example for example in shown},
    )


def _keys(comparison: ReadComparison, limits: EvidenceLimits, hidden: Collection[str]) -> Iterator[Finding]:
    onto_known = comparison.moved.filter(pl.col("new").is_in(comparison.known_keys.implode()))
    renamed = comparison.moved.filter(~pl.col("new").is_in(comparison.known_keys.implode())).join(
        comparison.respelt, on=["old", "new"], how="anti"
    )
    changed, most = len(comparison.other_place), max(LEAST, math.floor(limits.changed_places * comparison.known))
    moved = onto_known.height > limits.moved_keys

    def finding(code: str, keys: int, pairs: pl.DataFrame, *, believed: bool = False, **values: object) -> Finding:
        shown = examples_of(comparison, pairs, hidden)
        return Finding(code, {"known": comparison.known, "keys": keys, "examples": keys_as_text(shown), **values}, believed, shown)

    if moved:
        # What another known key's home took over is seen first.
        yield finding("keys_moved", comparison.moved.height, pl.concat([onto_known, renamed]), limit=limits.moved_keys)
    elif renamed.height > _allowed(limits.renamed_keys, comparison.known):
        yield finding("keys_renamed", renamed.height, renamed, limit=_allowed(limits.renamed_keys, comparison.known))
    if changed > most and not moved:
        yield finding("places_changed", changed, pl.DataFrame({"old": comparison.other_place}), limit=most)
    elif comparison.gone_but_there and not moved:
        gone = comparison.moved.filter(pl.col("old").is_in(comparison.gone_but_there))
        yield finding("keys_reused", gone.height, gone, believed=True)
    if comparison.keyless_at_known.len():
        yield finding("keys_lost", comparison.keyless_at_known.len(), pl.DataFrame({"old": comparison.keyless_at_known}), believed=True)


def _decoding(
    comparison: ReadComparison,
    limits: EvidenceLimits,
    layout: Mapping[str, object],
    last_layout: Mapping[str, object],
    hidden: Collection[str],
) -> Iterator[Finding]:
    """Keys that differ from known ones only in non-ASCII letters: the file was decoded with another encoding."""
    then, now = last_layout.get("encoding"), layout.get("encoding")
    pairs = comparison.respelt
    if pairs.is_empty():
        return
    switched = bool(then and now and then != now)
    many = pairs.height > (limits.redecoded_keys if switched else max(limits.redecoded_keys, limits.moved_keys))
    shown = examples_of(comparison, pairs, hidden)
    facts = {"keys": pairs.height, "then": then or "?", "now": now or "?", "examples": keys_as_text(shown)}
    yield Finding("decoding_changed" if many else "keys_respelt", facts, believed=not many, examples=shown)


def _fields(comparison: ReadComparison, source: AnySource, limits: EvidenceLimits) -> Iterator[Finding]:
    mapped = {name for field, mapping in source.fields.items() for name in (field, *GROUP_FIELDS.get(mapping.transform, ()))}
    for name, lost in comparison.values.emptied.items():
        if name in mapped and lost > limits.emptied:
            yield Finding("column_emptied", {"field": name, "percent": round(100 * lost), "limit": round(100 * limits.emptied)})
    if comparison.values.categories > limits.changed_categories:
        percent, limit = round(100 * comparison.values.categories), round(100 * limits.changed_categories)
        yield Finding("category_exploded", {"percent": percent, "limit": limit})
    for first, second, share in comparison.values.swapped:
        if {first, second} <= mapped and share > limits.swapped:
            yield Finding("headings_moved", {"field": first, "other": second, "percent": round(100 * share)})


def _gone(comparison: ReadComparison, limits: EvidenceLimits) -> Iterator[Finding]:
    rows, first, last = comparison.longest_gap
    most = max(LEAST - 1, min(limits.gap, math.floor(0.1 * comparison.known)))
    if rows > most:
        yield Finding("block_vanished", {"rows": rows, "first": first, "last": last, "limit": most}, believed=True)


def _allowed(share: float, of: int) -> int:
    return max(2, math.floor(share * of))


def under_new_keys(before: pl.DataFrame, then: pl.DataFrame | None, now: pl.DataFrame) -> pl.DataFrame:
    """The rows of the last night under the keys that `kobosync rekey` gave their dwellings since.

    then, now: source, source_key, leverandor_bolig_id: memberships stored by the last night (None when they are lost), and those of the
    ledger. A dwelling's former key that is gone is replaced by its key that is new.
    """
    if then is None or then.is_empty():
        return before
    names = ["source", "source_key", "leverandor_bolig_id"]
    then, now = then.select(names).unique(), now.select(names)
    left, came = then.join(now, on=names, how="anti"), now.join(then, on=names, how="anti")
    by = ["source", "leverandor_bolig_id"]
    came = came.filter(~pl.struct(by).is_duplicated())
    renamed = left.join(came, on=by, suffix="_new").select("source", "source_key", "source_key_new")
    if renamed.is_empty():
        return before
    joined = before.join(renamed, on=["source", "source_key"], how="left", maintain_order="left")
    return joined.with_columns(source_key=pl.coalesce("source_key_new", "source_key")).drop("source_key_new")
