"""Renaming a source's keys, in memberships and in the decisions that name them, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import CompoundSelect, Select, delete, select, union, update
from sqlalchemy.engine import Connection

from reconciliation.identifiers.made_id import made_id
from reconciliation.ledger.decision_log import DECISIONS, DecisionLog
from reconciliation.ledger.ledger_tables import Decision, Membership
from reconciliation.ledger.links import Links
from reconciliation.ledger.register_tables import LinkRow
from reconciliation.ledger.store import insert_rows, table_of
from reconciliation.model.known_decisions import DecisionKind, new_beside, ruled_out

_MEMBERSHIP, _DECISION, _LINK = table_of(Membership), table_of(Decision), table_of(LinkRow)


class Rekeying(Links, DecisionLog):
    """Memberships and decisions under a source's new keys."""

    def rename_keys(self, municipality: str, source: str, moved: Mapping[str, str]) -> int:
        """moved: old key -> new key, all at once, so that chains and swaps work. Returns the number of memberships renamed.

        A decision that names an old key, or a dwelling that no night has remembered and that is named after it, is superseded by the same
        decision under the new one. A new key is taken from the dwelling that has it when that one was never linked. Raises LedgerError when
        a linked dwelling that does not move has it.
        """
        own = (_MEMBERSHIP.c.municipality == municipality, _MEMBERSHIP.c.source == source)
        with self.write() as connection:
            names = _names(connection, municipality, source, moved, keeping=_remembered(municipality))
            memberships = connection.execute(select(_MEMBERSHIP).where(*own)).mappings().all()
            rows = [{**row, "source_key": moved[row["source_key"]]} for row in memberships if row["source_key"] in moved]
            olds = [old for old in moved if old in {row["source_key"] for row in memberships}]
            for start in range(0, len(olds), 500):
                connection.execute(delete(_MEMBERSHIP).where(*own, _MEMBERSHIP.c.source_key.in_(olds[start : start + 500])))
            news = [new for new in moved.values() if new not in olds]
            linked = _linked(municipality)
            for start in range(0, len(news), 500):
                these = _MEMBERSHIP.c.source_key.in_(news[start : start + 500])
                connection.execute(delete(_MEMBERSHIP).where(*own, these, _MEMBERSHIP.c.leverandor_bolig_id.not_in(linked)))
            insert_rows(connection, Membership, rows)
            self._rename_in_decisions(connection, municipality, names)
        return len(rows)

    def follow_keys(self, municipality: str, source: str, moved: Mapping[str, str]) -> int:
        """What people decided about rows, under the keys that the same rows have now. moved: as for `rename_keys`.

        Memberships stay: whether the entry of the home follows is not decided by that. What was decided about a dwelling that has none, and
        no other row, follows too. Returns the number of decisions renamed.
        """
        keeping = union(_linked(municipality), _with_other_keys(municipality, source, moved))
        with self.write() as connection:
            names = _names(connection, municipality, source, moved, keeping=keeping)
            return self._rename_in_decisions(connection, municipality, names)

    def _rename_in_decisions(self, connection: Connection, municipality: str, names: Mapping[str, str]) -> int:
        """Supersede each decision in force that names one of these by the same one under the new names. Returns how many."""
        in_force = (_DECISION.c.municipality == municipality, _DECISION.c.superseded.is_(None))
        columns = [_DECISION.c[name] for name in DECISIONS]
        rows = [dict(row) for row in connection.execute(select(*columns).where(*in_force)).mappings()]
        renamed = []
        for row in rows:
            sides = {side: names.get(row[side], row[side]) for side in ("subject", "other")}
            new = {**row, **sides, "value": _renamed_value(row, names)}
            if new != row:
                connection.execute(
                    update(_DECISION).where(*in_force, _DECISION.c.decision_id == row["decision_id"]).values(superseded=self.clock())
                )
                renamed.append({**new, "decision_id": uuid.uuid4().hex, "municipality": municipality, "superseded": None})
        insert_rows(connection, Decision, renamed)
        return len(renamed)


def _names(
    connection: Connection, municipality: str, source: str, moved: Mapping[str, str], *, keeping: Select[Any] | CompoundSelect[Any]
) -> dict[str, str]:
    """What decisions call the rows of these keys -> what they call them from now on. A dwelling that waits for a person is named after its
    key again each night (merge.Merged), so what was decided about it must follow. keeping: selects ids of dwellings that keep theirs."""
    if not moved:
        return {}
    kept = {str(ours) for (ours,) in connection.execute(keeping)}
    names = {f"{source}:{old}": f"{source}:{new}" for old, new in moved.items()}
    return names | {made_id(source, old): made_id(source, new) for old, new in moved.items() if made_id(source, old) not in kept}


def _linked(municipality: str) -> Select[tuple[str]]:
    return select(_LINK.c.leverandor_bolig_id).where(_LINK.c.municipality == municipality, _LINK.c.ended.is_(None))


def _remembered(municipality: str) -> Select[tuple[str]]:
    return select(_MEMBERSHIP.c.leverandor_bolig_id).where(_MEMBERSHIP.c.municipality == municipality)


def _with_other_keys(municipality: str, source: str, moved: Mapping[str, str]) -> Select[tuple[str]]:
    """Dwellings that have another row than these. moved: few keys."""
    these = (_MEMBERSHIP.c.source == source) & _MEMBERSHIP.c.source_key.in_(list(moved))
    return _remembered(municipality).where(~these)


def _renamed_value(row: Mapping[str, Any], names: Mapping[str, str]) -> str | None:
    """Of an answer "new", what was shown beside it; of others the value as it is."""
    shown = ruled_out(row["value"]) if row["verdict"] == DecisionKind.NEW else None
    if not shown or not names.keys() & shown.keys():
        value: str | None = row["value"]
        return value
    return new_beside((names.get(name, name), evidence) for name, evidence in shown.items())
