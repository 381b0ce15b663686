"""What `kobosync check` says of each source: whether it can be read, and whether the last complete read contradicts it (law 14)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from assets.reading_steps import checked_outside_a_night, last_reads
from assets.stored_table import last_table, table_base
from connectors.read import read_source
from connectors.read_result import SourceRead, Verdict
from reconciliation.ledger import Ledger, LedgerError
from reconciliation.ledger.read_only import look_at_ledger
from reconciliation.model.municipality import ConfigurationError, Municipality
from reconciliation.reading.checked_reads import LastReads


def source_checks(municipality: Municipality, root: Path) -> Iterator[tuple[str, bool, str]]:
    """Part, whether it is as it must be, and the words. Nothing is written."""
    try:
        ledger, _ = look_at_ledger(municipality.ledger, root)
    except LedgerError:  # reported by the check of the ledger itself
        ledger = None
    if ledger is None:
        yield from _each(municipality, root, None)
        return
    with closing(ledger):
        yield from _each(municipality, root, ledger)


def _each(municipality: Municipality, root: Path, ledger: Ledger | None) -> Iterator[tuple[str, bool, str]]:
    before: LastReads | None = None
    if ledger is not None:
        base, slug = table_base(municipality, root), municipality.slug
        before = last_reads(municipality, ledger, last_table(base, slug, "standing_rows"), last_table(base, slug, "memberships"))
    for name, source in municipality.sources.items():
        last = ledger.last_complete_rows(municipality.slug, name) if ledger else None
        read = read_source(name, source, root, last)
        asked = ""
        if ledger is not None and before is not None and read.verdict is not Verdict.FAILED:
            read, asked = _check_read(municipality, root, ledger, read, before)
        words = f"{read.rows.height} rows; {'; '.join([*read.notes, *([asked] if asked else [])])}"
        yield f"source {name}", read.verdict is Verdict.COMPLETE, read.message or words


def _check_read(municipality: Municipality, root: Path, ledger: Ledger, read: SourceRead, before: LastReads) -> tuple[SourceRead, str]:
    """The read with the verdict that a night would give it, and what it was compared with."""
    known = before.rows is not None and read.source in before.rows["source"]
    try:
        checks = checked_outside_a_night(municipality, root, ledger, read, before)
    except ConfigurationError:  # the official addresses have a line of their own
        return read, ""
    waiting = checks.done.deviations.filter(checks.done.deviations["rule"] == "N05W").height
    asks = f", {waiting} known key(s) name another home and will be asked about" if waiting else ""
    return checks.read, checks.note or (f"held against the last complete read{asks}" if known else "")
