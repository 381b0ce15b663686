"""`kobosync upgrade`: the ledger of an earlier version brought to this one's tables, a backup first."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pipelines.exit_codes import DONE, WAITING
from reconciliation.ledger import open_ledger
from reconciliation.ledger.migrations import HEAD, REVISIONS
from reconciliation.ledger.read_only import look_at_ledger
from reconciliation.ledger.upgrade import upgrade
from reconciliation.model.municipality import home_of, load


def run_upgrade(config: Path, backup: Path | None, yes: bool) -> int:
    """Show what would be done; do it with yes. 3: it waits for yes. Raises LedgerError."""
    municipality = load(config)
    home = home_of(config)
    opened, revision = look_at_ledger(municipality.ledger, home)
    if opened is not None:
        opened.close()
    if revision is None:
        print("There is no ledger yet; the first night makes one. Nothing to upgrade.")
        return DONE
    if revision == HEAD:
        print(f"The ledger is at revision {HEAD}, as this program is. Nothing to upgrade.")
        return DONE
    target = backup or home / "var" / "backups" / f"ledger-{revision}-{datetime.now(UTC):%Y%m%d-%H%M%S}.sqlite"
    steps = " -> ".join(REVISIONS[REVISIONS.index(revision) :])
    print(f"The ledger of {municipality.name} is taken from revision {revision} to {HEAD} ({steps}). Before that it is copied to {target}.")
    if not yes:
        print("Nothing was done. Do it with --yes, while no night runs.", file=sys.stderr)
        return WAITING
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows = upgrade(municipality.ledger, home, target)
    print(f"Done: {sum(rows.values())} rows, each looked at. Back to before: kobosync restore {config} {target}")
    with closing(open_ledger(municipality.ledger, home)) as ledger:
        linked, unknown = ledger.linked_and_not_agreed()
    if unknown:
        print(
            f"Of {linked} dwellings linked to Kobo, {unknown} have no value that is known to be agreed with it. Where the sources and Kobo "
            "differ there, a person is asked, once; nothing is written. The first night says how many those are."
        )
    return DONE
