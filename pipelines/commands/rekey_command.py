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

from assets.reading_steps import checked_outside_a_night, last_reads
from assets.stored_table import last_table, table_base
from connectors.read import read_source
from connectors.read_result import Verdict
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import Municipality, home_of, load
from reconciliation.plan.rekey import WORDS, Fate, Rekey, RekeyError, declared_moves, plan_rekey, read_pairs
from reconciliation.reading.evidence_words import NO_EVIDENCE

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
        slug = municipality.slug
        in_kobo = {*ledger.links(slug)["leverandor_bolig_id"], *(write.leverandor_bolig_id for write in ledger.unsettled(slug))}
        rekey = plan_rekey(source, pairs, ledger.memberships(slug), in_kobo)
        _show(rekey, municipality, console)
        try:
            moved = declared_moves(rekey)
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


def run_propose(config: Path, source: str, file: Path) -> int:
    """Write which key each home has got, as tonight's read compares with the last complete one. 0: written, or none has moved;
    1: the source cannot be read, or nothing is known of its last read; 2: no such source, or the file exists."""
    municipality, home = load(config), home_of(config)
    if source not in municipality.sources:
        print(f"{source!r} is not among the sources of {municipality.file} ({', '.join(municipality.sources)}).", file=sys.stderr)
        return CONFIGURATION
    if file.exists():
        print(f"{file} exists already, and nothing is written. Give another name.", file=sys.stderr)
        return CONFIGURATION
    read = read_source(source, municipality.sources[source], home)
    carried, memberships = (
        last_table(table_base(municipality, home), municipality.slug, name) for name in ("standing_rows", "memberships")
    )
    if read.verdict is Verdict.FAILED or carried is None:
        print(read.message or NO_EVIDENCE.format(source=source), file=sys.stderr)
        return FAILED
    with closing(open_ledger(municipality.ledger, home)) as ledger:
        moved = checked_outside_a_night(
            municipality, home, ledger, read, last_reads(municipality, ledger, carried, memberships)
        ).evidence.moved
    if moved.is_empty():
        print(f"No key of {source} names what another one named at its last complete read; nothing is written.")
        return DONE
    moved.rename({"old": "gammel", "new": "ny"}).write_csv(file, separator=";", include_bom=True)
    print(
        f"{file}: {moved.height} keys. Look it through, then: kobosync rekey {municipality.file} {source} {file} --dry-run, and without "
        "--dry-run to move them."
    )
    return DONE


def _show(rekey: Rekey, municipality: Municipality, console: Console) -> None:
    counts = Table(title=f"{municipality.name}, {rekey.source}: {len(rekey.lines)} lines", title_justify="left", show_header=False)
    for fate in Fate:
        if rekey.count(fate):
            counts.add_row(WORDS[fate], str(rekey.count(fate)))
    counts.add_row("known keys that the file does not name", str(len(rekey.left)))
    console.print(counts)
    shown_lines = [*rekey.ambiguous, *(line for line in rekey.lines if line.fate is Fate.UNMATCHED), *rekey.moves]
    table = Table("line", "old", "new", "dwelling", "")
    for line in shown_lines[:SHOWN]:
        table.add_row(
            str(line.row), line.old, "" if line.fate is Fate.PERSONAL else line.new, line.leverandor_bolig_id or "", WORDS[line.fate]
        )
    if shown_lines:
        console.print(table)
    if len(shown_lines) > SHOWN:
        console.print(f"... and {len(shown_lines) - SHOWN} more.")
    if rekey.left:
        shown = ", ".join(rekey.left[:SHOWN])
        console.print(f"Not named in the file: {shown}{', ...' if len(rekey.left) > SHOWN else ''}", highlight=False, markup=False)


def _account() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):  # a container's number without a name
        return f"{os.getuid()}@{socket.gethostname()}"
