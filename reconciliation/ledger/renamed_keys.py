"""Renaming a source's keys, in memberships and in the decisions that name them, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy import delete, select, update

from reconciliation.ledger.decision_log import DECISIONS, DecisionLog
from reconciliation.ledger.ledger_tables import Decision, Membership
from reconciliation.ledger.links import Links
from reconciliation.ledger.register_tables import LinkRow
from reconciliation.ledger.store import insert_rows, table_of

_MEMBERSHIP, _DECISION, _LINK = table_of(Membership), table_of(Decision), table_of(LinkRow)


class Rekeying(Links, DecisionLog):
    """Memberships and decisions under a source's new keys."""

    def rename_keys(self, municipality: str, source: str, moved: Mapping[str, str]) -> int:
        """moved: old key -> new key, all at once, so that chains and swaps work. Returns the number of memberships renamed.

        A decision that names an old key is superseded by the same decision under the new one. A new key is taken from the
        dwelling that has it when that one was never linked. Raises LedgerError when a linked dwelling that does not move has it.
        """
        own = (_MEMBERSHIP.c.municipality == municipality, _MEMBERSHIP.c.source == source)
        names = {f"{source}:{old}": f"{source}:{new}" for old, new in moved.items()}
        with self.write() as connection:
            memberships = connection.execute(select(_MEMBERSHIP).where(*own)).mappings().all()
            rows = [{**row, "source_key": moved[row["source_key"]]} for row in memberships if row["source_key"] in moved]
            olds = [old for old in moved if old in {row["source_key"] for row in memberships}]
            for start in range(0, len(olds), 500):
                connection.execute(delete(_MEMBERSHIP).where(*own, _MEMBERSHIP.c.source_key.in_(olds[start : start + 500])))
            news = [new for new in moved.values() if new not in olds]
            linked = select(_LINK.c.leverandor_bolig_id).where(_LINK.c.municipality == municipality, _LINK.c.ended.is_(None))
            for start in range(0, len(news), 500):
                these = _MEMBERSHIP.c.source_key.in_(news[start : start + 500])
                connection.execute(delete(_MEMBERSHIP).where(*own, these, _MEMBERSHIP.c.leverandor_bolig_id.not_in(linked)))
            insert_rows(connection, Membership, rows)
            in_force = (_DECISION.c.municipality == municipality, _DECISION.c.superseded.is_(None))
            named = [
                dict(row)
                for row in connection.execute(select(*(_DECISION.c[name] for name in DECISIONS)).where(*in_force)).mappings()
                if row["subject"] in names or row["other"] in names
            ]
            for row in named:
                connection.execute(
                    update(_DECISION).where(*in_force, _DECISION.c.decision_id == row["decision_id"]).values(superseded=self.clock())
                )
            renamed = [
                {
                    **row,
                    "decision_id": uuid.uuid4().hex,
                    "municipality": municipality,
                    "subject": names.get(row["subject"], row["subject"]),
                    "other": names.get(row["other"], row["other"]),
                    "superseded": None,
                }
                for row in named
            ]
            insert_rows(connection, Decision, renamed)
        return len(rows)
