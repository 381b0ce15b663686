"""`kobosync rekey`: a source has new keys; every dwelling keeps the id it has in Kobo."""

from __future__ import annotations

import getpass
import hashlib
import os
import socket
import sys
import uuid
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import Municipality, home_of, load
from reconciliation.plan.rekey import WORDS, Fate, Rekey, RekeyError, moved_keys, plan_rekey, read_pairs

SHOWN = 40
LOCK_SECONDS = 300.0


def run_rekey(config: Path, source: str, file: Path, dry_run: bool, by: str = "") -> int:
    """0: moved, or shown; 1: a line can be read in two ways, so nothing moved; 2: no such source, or no such file."""
    municipality, home, console = load(config), home_of(config), Console()
    if source not in municipality.sources:
        print(f"{source!r} is not among the sources of {municipality.file} ({', '.join(municipality.sources)}).", file=sys.stderr)
        return CONFIGURATION
    try:
        content = file.read_bytes()
        pairs = read_pairs(content)
    except OSError as error:
        print(f"{file} cannot be read ({error.strerror}); give a CSV file with the headings gammel and ny.", file=sys.stderr)
        return CONFIGURATION
    except RekeyError as error:
        print(f"{file}: {error}", file=sys.stderr)
        return CONFIGURATION
    # No night may read the keys while they move.
    holder = f"rekey-{uuid.uuid4().hex[:8]}"
    with closing(open_ledger(municipality.ledger, home)) as ledger, ledger.lock(municipality.slug, holder, LOCK_SECONDS):
        rekey = plan_rekey(source, pairs, ledger.memberships(municipality.slug))
        _show(rekey, municipality, console)
        try:
            moved = moved_keys(rekey)
        except RekeyError as error:
            print(f"{file}: {error}", file=sys.stderr)
            return FAILED
        if dry_run or not moved:
            console.print("Nothing is moved: this was a dry run." if moved else "There is nothing to move.")
            return DONE
        number = ledger.rename_keys(municipality.slug, source, moved)
        ledger.add_decision(
            municipality.slug,
            kind="rekey",
            subject=source,
            verdict="approved",
            value=str(number),
            evidence=hashlib.sha256(content).hexdigest(),
            decided_by=by or _account(),
            note=file.name,
        )
    console.print(f"{number} keys of {source} moved. If the heading is new too, change `key` of the source in {municipality.file}.")
    return DONE


def _show(rekey: Rekey, municipality: Municipality, console: Console) -> None:
    counts = Table(title=f"{municipality.name}, {rekey.source}: {len(rekey.lines)} lines", title_justify="left", show_header=False)
    for fate in Fate:
        if rekey.count(fate):
            counts.add_row(WORDS[fate], str(rekey.count(fate)))
    counts.add_row("known keys that the file does not name", str(len(rekey.left)))
    console.print(counts)
    told = [*rekey.ambiguous, *(line for line in rekey.lines if line.fate is Fate.UNMATCHED), *rekey.moves]
    table = Table("line", "old", "new", "dwelling", "")
    for line in told[:SHOWN]:
        table.add_row(
            str(line.row), line.old, "" if line.fate is Fate.PERSONAL else line.new, line.leverandor_bolig_id or "", WORDS[line.fate]
        )
    if told:
        console.print(table)
    if len(told) > SHOWN:
        console.print(f"... and {len(told) - SHOWN} more.")
    if rekey.left:
        shown = ", ".join(rekey.left[:SHOWN])
        console.print(f"Not named in the file: {shown}{', ...' if len(rekey.left) > SHOWN else ''}", highlight=False, markup=False)


def _account() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):  # a container's number without a name
        return f"{os.getuid()}@{socket.gethostname()}"
