"""Backup of the ledger, from SQLite or PostgreSQL, and pruning of old details."""

from __future__ import annotations

import contextlib
import os
from datetime import date
from pathlib import Path

from sqlalchemy import Column, delete, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from reconciliation.ledger.handed_over import HANDED_OVER
from reconciliation.ledger.journal import UNSETTLED
from reconciliation.ledger.ledger import Ledger, open_ledger
from reconciliation.ledger.ledger_error import LedgerError, sentence
from reconciliation.ledger.ledger_tables import PlanItem, Run
from reconciliation.ledger.register_tables import CallRow, Intent
from reconciliation.ledger.store import BATCH, table_of
from reconciliation.ledger.whole_ledger import KEPT, revision_of_file, rows_of_file

_CALL, _INTENT, _ITEM, _RUN = (table_of(model) for model in (CallRow, Intent, PlanItem, Run))


def backup(ledger: Ledger, target: Path) -> int:
    """Copy the whole ledger as it is at this moment to a SQLite file, from either database. Returns its rows.

    A night may be running. The file appears whole or not at all; one that is there already is replaced.
    """
    part = target.with_name(target.name + ".part")
    remove_database(part)
    try:
        with open_ledger(f"sqlite:///{part.resolve()}", part.parent) as copy:
            rows = copy_rows(ledger, copy)
        # Closing the last connection merges the write-ahead log into the file, which is complete by itself then and opened as by a restore.
        revision_of_file(part)
        count = sum(rows_of_file(part).values())
        if count != rows:
            raise LedgerError(f"The backup {target} was not written whole ({count} of {rows} rows); look at the disk and make it again.")
        os.replace(part, target)
    except (SQLAlchemyError, OSError) as error:
        raise LedgerError(sentence(str(target), error)) from error
    finally:
        remove_database(part)
    return rows


class _RolledBack(Exception):
    """Raised to roll back a transaction whose deletions are only counted."""


def prune(ledger: Ledger, municipality: str, before: date, *, dry_run: bool = False) -> dict[str, int]:
    """Delete the details of nights before that date: requests, settled writes (they can no longer be undone) and plan rows, except the
    newest plan row of each dwelling. Runs, plans' counts, progress, links, keys, decisions, absences, deviations, and writes whose outcome
    is unknown or that are in an import file are kept. Returns table -> rows deleted, or with dry_run the rows that would be.
    """
    removed: dict[str, int] = {}
    with contextlib.suppress(_RolledBack), ledger.write() as connection:
        removed = _prune(connection, municipality, before)
        if dry_run:
            raise _RolledBack
    return removed


def _prune(connection: Connection, municipality: str, before: date) -> dict[str, int]:
    old = select(_RUN.c.run_id).where(_RUN.c.municipality == municipality, _RUN.c.as_of < before)
    newest = select(func.max(_ITEM.c.id)).where(_ITEM.c.municipality == municipality).group_by(_ITEM.c.leverandor_bolig_id)
    return {
        "call": connection.execute(delete(_CALL).where(_CALL.c.run_id.in_(old))).rowcount,
        "intent": connection.execute(
            delete(_INTENT).where(_INTENT.c.run_id.in_(old), _INTENT.c.state.not_in((*UNSETTLED, HANDED_OVER)))
        ).rowcount,
        "plan_item": connection.execute(delete(_ITEM).where(_ITEM.c.run_id.in_(old), _ITEM.c.id.not_in(newest))).rowcount,
    }


def copy_rows(old: Ledger, new: Ledger) -> int:
    """All rows but locks, in one transaction, as the old ledger is at this moment. Returns how many."""
    copied = 0
    isolation = {} if old.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with old.engine.connect().execution_options(**isolation) as reading, reading.begin(), new.write() as writing:
        for table in KEPT:
            rows = reading.execution_options(yield_per=BATCH).execute(select(table))
            for part in rows.mappings().partitions(BATCH):
                writing.execute(table.insert(), [dict(row) for row in part])
                copied += len(part)
            for column in table.columns:
                if column.name == "id" and new.engine.dialect.name == "postgresql":
                    _continue_numbers(writing, table.name, column)
    return copied


def _continue_numbers(connection: Connection, table: str, column: Column[int]) -> None:
    """PostgreSQL numbers rows by a sequence, which does not follow rows that are inserted with a number."""
    highest = connection.execute(select(func.max(column))).scalar()
    if highest is not None:
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)"), {"table": f'"{table}"', "highest": highest}
        )


def remove_database(path: Path) -> None:
    """Delete a SQLite database and the files that SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(str(path) + ending).unlink(missing_ok=True)
