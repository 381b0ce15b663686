"""`kobosync status`: the state of each municipality's last night, for a person, a script (JSON) or a monitor (OpenMetrics)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from pipelines.commands.output import console, print_json
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, WAITING
from pipelines.home import config_files, home, municipalities
from reconciliation.ledger import INTERRUPTED, KILLED, NO_NIGHT, Ledger, LedgerError
from reconciliation.ledger.read_only import look_at_ledger
from reconciliation.model.municipality import Municipality, home_of
from reconciliation.plan.undo import UNDO

FORMATS = ("table", "json", "openmetrics")
UNUSABLE, NONE_YET, UNREADABLE = "unusable", "none yet", "unreadable"
"""States beside the verdicts of a night: the file cannot be used, no night has been, the ledger cannot be read."""
VERDICTS = ("done", "waiting", "refused", "incomplete", "failed", "interrupted", "running", UNUSABLE, NONE_YET, UNREADABLE)
_CODES = {"done": DONE, "running": DONE, "waiting": WAITING, "refused": WAITING, UNUSABLE: CONFIGURATION}


@dataclass(frozen=True, slots=True)
class NightStatus:
    """finished: UTC, of the last night. age_hours: since then. waits: a plan waits for approval."""

    municipality: str
    verdict: str
    as_of: str | None = None
    run_id: str | None = None
    finished: datetime | None = None
    age_hours: float | None = None
    waits: bool = False
    says: str = ""


def run_status(files: Sequence[Path], output: str) -> int:
    """The worst exit code of what it shows: 0 done, 3 waits for approval, 2 a file cannot be used or there is none, 1 anything else."""
    chosen = list(files) or config_files()
    if not chosen:
        print(f"{home() / 'config'} has no municipality's file. Give one, or set KOBOSYNC_HOME to a municipality's home.", file=sys.stderr)
        return CONFIGURATION
    loaded, faults = municipalities(chosen)
    now = datetime.now(UTC)
    rows = [*(of_ledger(municipality, home_of(root_of(municipality, chosen)), now) for municipality in loaded.values())]
    rows += [NightStatus(file.stem, UNUSABLE, says=says) for file, says in faults.items()]
    rows.sort(key=lambda row: row.municipality)
    if output == "json":
        print_json([asdict(row) for row in rows])
    elif output == "openmetrics":
        print("\n".join(metrics(rows)))
    else:
        table = Table("municipality", "last night", "verdict", "hours ago", "run", "says")
        for row in rows:
            age = "" if row.age_hours is None else f"{row.age_hours:.1f}"
            table.add_row(row.municipality, row.as_of or "", row.verdict, age, row.run_id or "", row.says)
        console().print(table)
    codes = [_CODES.get(row.verdict, FAILED) for row in rows]
    return next((code for code in (FAILED, CONFIGURATION, WAITING) if code in codes), DONE)


def root_of(municipality: Municipality, files: Sequence[Path]) -> Path:
    """The file that the municipality was read from, among those given."""
    return next((file for file in files if file.name == Path(municipality.file).name), Path(municipality.file))


def of_ledger(municipality: Municipality, home: Path, now: datetime) -> NightStatus:
    """The state of the municipality's last night, by its ledger alone; nothing is created or written."""
    try:
        ledger, revision = look_at_ledger(municipality.ledger, home)
        if ledger is None:
            says = f"its ledger is of revision {revision}: kobosync upgrade" if revision else ""
            return NightStatus(municipality.slug, UNREADABLE if revision else NONE_YET, says=says)
        with closing(ledger):
            return _last_night(municipality, ledger, now)
    except LedgerError as error:
        return NightStatus(municipality.slug, UNREADABLE, says=str(error))


def _last_night(municipality: Municipality, ledger: Ledger, now: datetime) -> NightStatus:
    runs = ledger.runs(municipality.slug).to_dicts()
    nights = [run for run in runs if run["verdict"] not in NO_NIGHT and run["apply_mode"] != UNDO]
    if not nights:
        return NightStatus(municipality.slug, NONE_YET)
    last = nights[-1]
    ended = last["finished"] or last["started"]
    verdict, says = last["verdict"], last["message"] or ""
    if verdict == "running" and ledger.held_by(municipality.slug) is None:
        verdict, says = INTERRUPTED, KILLED
    return NightStatus(
        municipality.slug,
        verdict,
        str(last["as_of"]),
        last["run_id"],
        ended,
        round((now - ended).total_seconds() / 3600, 2),
        verdict in ("waiting", "refused"),
        says,
    )


def metrics(rows: Sequence[NightStatus]) -> Iterator[str]:
    """OpenMetrics text: https://openmetrics.io."""
    yield "# TYPE kobosync_night stateset"
    yield "# HELP kobosync_night How the last night ended."
    for row in rows:
        for verdict in VERDICTS:
            yield f'kobosync_night{{municipality="{row.municipality}",kobosync_night="{verdict}"}} {int(row.verdict == verdict)}'
    yield "# TYPE kobosync_last_night_timestamp_seconds gauge"
    yield "# UNIT kobosync_last_night_timestamp_seconds seconds"
    yield "# HELP kobosync_last_night_timestamp_seconds When the last night ended."
    for row in rows:
        if row.finished is not None:
            yield f'kobosync_last_night_timestamp_seconds{{municipality="{row.municipality}"}} {row.finished.timestamp():.0f}'
    yield "# TYPE kobosync_waits_for_approval gauge"
    yield "# HELP kobosync_waits_for_approval A plan waits for a person."
    for row in rows:
        yield f'kobosync_waits_for_approval{{municipality="{row.municipality}"}} {int(row.waits)}'
    yield "# EOF"
