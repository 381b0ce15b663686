"""Migrating a ledger of an earlier version: a backup first, then the revisions, then every row is read and counted."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, Inspector, MetaData, Table, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from reconciliation.ledger.backup import remove_database
from reconciliation.ledger.ledger import Ledger, open_ledger
from reconciliation.ledger.ledger_error import LedgerError, sentence
from reconciliation.ledger.opening import connect, migrate, resolve_url, revision_of
from reconciliation.ledger.store import BATCH
from reconciliation.ledger.whole_ledger import KEPT, revision_of_file


def upgrade(url: str, home: Path, backup: Path) -> dict[str, int]:
    """Migrate the ledger at `url` to this program's tables. Returns table -> rows. Raises LedgerError; then the ledger is as it was, or
    at the new revision with the backup at `backup`, which the message names.

    backup: the SQLite file to write first, at the ledger's own revision; `restore` takes it with that version of the program or any later.
    """
    engine = connect(resolve_url(url, home))
    try:
        with engine.connect() as connection:
            revision = revision_of(connection)
        if revision is None:
            raise LedgerError("There is no ledger to upgrade; the first night makes one.")
        if at_work := Ledger(engine).holders():
            by = ", ".join(f"{municipality} (run {holder})" for municipality, holder in at_work.items())
            raise LedgerError(f"A night is under way: {by}. Nothing was done; upgrade when it has ended.")
        before = _copy_as_it_is(engine, revision, backup)
    except (SQLAlchemyError, OSError) as error:
        raise LedgerError(sentence(str(backup), error)) from error
    finally:
        engine.dispose()
    with closing(open_ledger(url, home)) as ledger, ledger.read() as connection:
        after = {table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one()) for table in KEPT}
    lost = {name: number for name, number in before.items() if after.get(name, 0) < number}
    if lost:
        raise LedgerError(f"After the upgrade rows are missing ({', '.join(lost)}). Restore {backup} and report it.")
    return after


def _copy_as_it_is(engine: Engine, revision: str, target: Path) -> dict[str, int]:
    """The whole ledger at its own revision as a SQLite file, opened and counted. Returns table -> rows."""
    part = target.with_name(target.name + ".part")
    remove_database(part)
    copy = connect(resolve_url(f"sqlite:///{part.resolve()}", part.parent))
    counts: dict[str, int] = {}
    try:
        isolation: dict[str, Any] = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with (
            engine.connect().execution_options(**isolation) as reading,
            reading.begin(),
            copy.connect().execution_options(writes=True) as writing,
            writing.begin(),
        ):
            migrate(writing, revision)
            inspector: Inspector = inspect(reading)
            for table in (_as_stored(known, inspector) for known in KEPT if inspector.has_table(known.name)):
                counts[table.name] = 0
                rows = reading.execution_options(yield_per=BATCH).execute(select(table))
                for some in rows.mappings().partitions(BATCH):
                    writing.execute(table.insert(), [dict(row) for row in some])
                    counts[table.name] += len(some)
    finally:
        copy.dispose()
    if revision_of_file(part) != revision:
        raise LedgerError(f"The backup {target} was not written whole; look at the disk and upgrade again. The ledger is as it was.")
    os.replace(part, target)
    return counts


def _as_stored(table: Table, inspector: Inspector) -> Table:
    """The table with the columns that it has at its own revision; today's types, which know what is UTC, where a column is still there."""
    columns = ((str(column["name"]), column["type"]) for column in inspector.get_columns(table.name))
    return Table(table.name, MetaData(), *(Column(name, table.c[name].type if name in table.c else kind) for name, kind in columns))
