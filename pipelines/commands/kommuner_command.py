"""`kobosync kommuner`: how far the table of municipality numbers reaches, and its refresh from Statistics Norway."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from pipelines.exit_codes import DONE, FAILED

KLASS = "https://data.ssb.no/api/klass/v1/classifications/131"
FIRST = "1971-01-01"


def kommuner(
    refresh: Annotated[bool, typer.Option("--refresh", help="Fetch the changes from SSB's KLASS and write the table anew.")] = False,
    address: Annotated[str, typer.Option("--from", help="Address of the classification, for a copy of your own.")] = KLASS,
) -> None:
    """Show the table of municipality numbers through time, or refresh it from SSB."""
    from reconciliation.identifiers.kommune import FILE, kommune_table, read_changes  # noqa: PLC0415

    if not refresh:
        table = kommune_table()
        print(f"{len(table.valid)} numbers valid from {table.valid_from}, {len(table.changes)} changes before it.")
        raise typer.Exit(DONE)
    before = kommune_table()
    try:
        fetched = fetch(address.rstrip("/"), datetime.now(tz=UTC).date())
    except (OSError, ValueError, KeyError) as error:
        print(f"The table is as it was: {address} did not answer with the classification ({type(error).__name__}).", file=sys.stderr)
        raise typer.Exit(FAILED) from error
    if len(fetched[1]) < len(before.valid) // 2:
        print(f"The table is as it was: only {len(fetched[1])} numbers were given, it has {len(before.valid)}.", file=sys.stderr)
        raise typer.Exit(FAILED)
    write_kommune_table(*fetched)
    after = read_changes(FILE)
    new = [change for change in after.changes if change not in before.changes]
    print(f"{len(after.valid)} numbers valid from {after.valid_from}, {len(new)} new changes. Written to {FILE.name}.")
    raise typer.Exit(DONE)


def fetch(address: str, today: date) -> tuple[list[Any], list[str], date]:
    """Changes, valid numbers and the date they are valid at, in the JSON form of SSB's KLASS. Raises OSError, ValueError, KeyError."""
    import requests  # noqa: PLC0415

    from reconciliation.identifiers.kommune import Change  # noqa: PLC0415

    with requests.Session() as session:
        session.headers["Accept"] = "application/json"
        answers = []
        for path, asked in (("changes", {"from": FIRST, "to": today.isoformat()}), ("codesAt", {"date": today.isoformat()})):
            answer = session.get(f"{address}/{path}", params=asked, timeout=(5, 60))
            answer.raise_for_status()
            answers.append(answer.json())
    changes = [
        Change(str(change["oldCode"]).zfill(4), str(change["newCode"]).zfill(4), date.fromisoformat(change["changeOccurred"]))
        for change in answers[0]["codeChanges"]
        if change["oldCode"] and change["newCode"]
    ]
    valid = [str(entry["code"]).zfill(4) for entry in answers[1]["codes"] if str(entry["code"]) != _UNSTATED]
    return changes, valid, max((change.on for change in changes), default=today)


_UNSTATED = "9999"


def write_kommune_table(changes: list[Any], valid: list[str], valid_from: date) -> None:
    """Replace the shipped table of changes, and read it again from now on."""
    from reconciliation.identifiers.kommune import FILE, kommune_table, write_changes  # noqa: PLC0415

    write_changes(FILE, changes, valid, valid_from)
    kommune_table.cache_clear()
