"""Rejected rows that were in a list together with a home's own row: what is there beside a home is not that home under a new key."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import case, func, select

from reconciliation.ledger.ledger_tables import Absence, Deviation, Membership, SourceReading
from reconciliation.ledger.store import Store, table_of
from reconciliation.model.words import Severity

_ABSENCE, _DEVIATION, _MEMBERSHIP, _READING = (table_of(table) for table in (Absence, Deviation, Membership, SourceReading))


class RowsBeside(Store):
    """Reads memberships, deviations, absences and readings."""

    def rejected_beside(
        self, municipality: str, gone: Collection[str], as_of: date, sources: Collection[str]
    ) -> frozenset[tuple[str, str]]:
        """(leverandor_bolig_id, `source:key`): homes that are gone tonight, and rows, rejected without a break since, that were in one list
        with the home's row on some night before.

        That is known of a row that was there when the home's key was first seen; and, of a home that only one list ever had, of one that
        was there on a night when every one of `sources` was read completely and the home was not gone yet. gone: some hundreds at most.
        """
        keys = select(_MEMBERSHIP.c.leverandor_bolig_id, _MEMBERSHIP.c.source, _MEMBERSHIP.c.first_seen).where(
            _MEMBERSHIP.c.municipality == municipality, _MEMBERSHIP.c.leverandor_bolig_id.in_(sorted(gone))
        )
        rejected = (
            select(_DEVIATION.c.source, _DEVIATION.c.source_key, func.min(_DEVIATION.c.since))
            .where(
                _DEVIATION.c.municipality == municipality,
                _DEVIATION.c.severity == Severity.ERROR.value,
                _DEVIATION.c.fixed.is_(None),
                _DEVIATION.c.source_key.is_not(None),
            )
            .group_by(_DEVIATION.c.source, _DEVIATION.c.source_key)
        )
        since = (
            select(_ABSENCE.c.leverandor_bolig_id, func.min(_ABSENCE.c.as_of))
            .where(_ABSENCE.c.municipality == municipality, _ABSENCE.c.as_of < as_of)
            .group_by(_ABSENCE.c.leverandor_bolig_id)
        )
        unread = func.sum(case((_READING.c.verdict != "complete", 1), else_=0))
        complete = (
            select(_READING.c.as_of)
            .where(_READING.c.municipality == municipality, _READING.c.source.in_(sorted(sources)))
            .group_by(_READING.c.run_id, _READING.c.as_of)
            .having(unread == 0, func.count() == len(sources))
        )
        with self.read() as connection:
            rows = [(f"{source}:{key}", source, there) for source, key, there in connection.execute(rejected)]
            first_gone = {str(ours): night for ours, night in connection.execute(since)}
            nights = sorted({night for (night,) in connection.execute(complete)})
            homes = connection.execute(keys).fetchall()
        lists: dict[str, set[str]] = {}
        for ours, source, _ in homes:
            lists.setdefault(ours, set()).add(source)
        pairs = set()
        for ours, source, first_seen in homes:
            last = max((night for night in nights if night < first_gone.get(ours, as_of)), default=first_seen)
            until = max(first_seen, last) if len(lists[ours]) == 1 else first_seen
            pairs |= {(str(ours), name) for name, theirs, there in rows if theirs == source and there <= until}
        return frozenset(pairs)
