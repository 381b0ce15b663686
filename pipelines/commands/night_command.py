"""`kobosync night` and `kobosync report`: run, then say in a table and one exit code how it went."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
from rich.console import Console
from rich.table import Table

from pipelines.commands.output import print_json
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, WAITING
from pipelines.home import prepare_dagster_home
from pipelines.run_night import Runner, RunResult
from reconciliation.ledger import LedgerError
from reconciliation.ledger.integrity import checked_once
from reconciliation.model.municipality import ConfigurationError, home_of, load, must_have_sources
from reconciliation.model.words import DwellingClass
from reconciliation.plan.approval import DIGEST, is_mode
from reconciliation.plan.night_verdict import NightVerdict

_CLASS_WORDS = {
    DwellingClass.IN_SYNC: "in sync",
    DwellingClass.CREATE: "missing in Kobo",
    DwellingClass.UPDATE: "differs, corrected",
    DwellingClass.CONFLICT: "differs, needs a person",
    DwellingClass.REVIEW: "uncertain match",
    DwellingClass.RETIRE: "retiring",
    DwellingClass.REGISTER_ONLY: "only in Kobo",
}


def run_night(
    config: Path,
    apply: str,
    as_of: date | None,
    instance: dg.DagsterInstance | None = None,
    *,
    new_ledger: bool = False,
    results: list[dict[str, Any]] | None = None,
) -> int:
    """Exit code of the night (see docs/operate.md). instance: where Dagster keeps the run, if not in its home.

    new_ledger: a ledger without nights is meant to be so. results: the night is appended to it as data, instead of printed.
    """
    apply = apply.strip().casefold()
    if apply and not is_mode(apply):
        print(f"--apply={apply} is not never, auto or a plan's digest. `kobosync plan {config}` shows the digest.", file=sys.stderr)
        return CONFIGURATION
    municipality = load(config)
    must_have_sources(municipality)
    with Runner(municipality, home_of(config), instance) as runner:
        try:
            result = runner.night(as_of, apply, new_ledger=new_ledger)
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            print(runner.cut_off(), file=sys.stderr)
            raise KeyboardInterrupt from None
    if results is None:
        return print_night(result, Console())
    summary = summary_of(result)
    code = FAILED if summary is None else exit_code(summary, result.success)
    results.append({"config": str(config), "exit_code": code, "run_id": result.run_id, "messages": result.messages, "summary": summary})
    return code


def run_nights(configs: list[Path], apply: str, as_of: date | None, new_ledger: bool = False, as_json: bool = False) -> int:
    """One night after the other in this process; one that cannot be run never stops the others. The worst exit code.

    as_json: one document for all of them instead of tables.
    """
    collected: list[dict[str, Any]] | None = [] if as_json else None
    if len(configs) > 1 and DIGEST.match(apply.strip().casefold()):
        print("A plan's digest is of one municipality: give one file with it.", file=sys.stderr)
        return CONFIGURATION
    prepare_dagster_home(home_of(configs[0]))
    codes = []
    with dg.DagsterInstance.get() as instance, checked_once():
        for config in configs:
            try:
                codes.append(run_night(config, apply, as_of, instance, new_ledger=new_ledger, results=collected))
            except ConfigurationError as error:
                print(error, file=sys.stderr)
                codes.append(CONFIGURATION)
            except LedgerError as error:
                print(error, file=sys.stderr)
                codes.append(FAILED)
    if collected is not None:
        print_json(collected)
    return next(code for code in (FAILED, CONFIGURATION, WAITING, DONE) if code in codes)


def run_report(config: Path) -> int:
    """Render the last night's reports again."""
    municipality = load(config)
    with Runner(municipality, home_of(config)) as runner:
        result = runner.report()
    return print_night(result, Console())


def print_night(result: RunResult, console: Console) -> int:
    """Print the night and return its exit code."""
    for message in result.messages:
        console.print(message, style="bold red", highlight=False, markup=False, soft_wrap=True)
    summary = summary_of(result)
    if summary is None:
        return FAILED
    console.print(night_table(summary))
    printed = " ".join(result.messages)
    for message in (new for new in summary["night"]["messages"] if new not in printed):
        # The terminal breaks a line so that a command in it can still be copied whole; rich would put a newline there.
        console.print(message, style="yellow", highlight=False, markup=False, soft_wrap=True)
    console.print(f"Report: {result.metadata['report']}", highlight=False, markup=False, soft_wrap=True)
    return exit_code(summary, result.success)


def summary_of(result: RunResult) -> dict[str, Any] | None:
    """The night's summary.json; None when it did not get that far."""
    if "summary" not in result.metadata:
        return None
    content: dict[str, Any] = json.loads(Path(str(result.metadata["summary"])).read_text(encoding="utf-8"))
    return content


def exit_code(summary: dict[str, Any], success: bool) -> int:
    """0 done, 1 failed or incomplete, 3 waits for approval, also where another plan was approved."""
    verdict = summary["night"]["verdict"]
    if verdict in (NightVerdict.WAITING, NightVerdict.REFUSED):
        return WAITING
    return DONE if success and verdict == "done" else FAILED


def _about_class(name: DwellingClass, summary: dict[str, Any]) -> str:
    """What must be known of a class besides its count."""
    unknown = summary["base_unknown"] if name is DwellingClass.CONFLICT else 0
    return f"{unknown} of them: value last agreed with Kobo not known; asked once, not written" if unknown else ""


def night_table(summary: dict[str, Any]) -> Table:
    """The night in one table: rows in, dwellings by class, calls out."""
    table = Table(title=f"{summary['municipality']} {summary['as_of']}", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    for name, source in summary["sources"].items():
        rejected = f"{source['rejected']} rejected, {source['out_of_scope']} out of scope"
        table.add_row(f"source {name}", str(source["rows_read"]), f"{source['verdict']}; {rejected}")
    table.add_section()
    for name, words in _CLASS_WORDS.items():
        table.add_row(words, str(summary["dwellings"][name.value]), _about_class(name, summary))
    table.add_row("dwellings", str(summary["dwellings"]["total"]), "")
    table.add_section()
    calls = summary["register_calls"]
    made = " ".join(f"{verb} {calls[verb]}" for verb in ("GET", "POST", "PUT", "DELETE"))
    table.add_row("register calls", str(sum(calls[verb] for verb in ("GET", "POST", "PUT", "DELETE"))), made)
    if calls["failed"]:
        table.add_row("of them failed", str(calls["failed"]), "the report says which, and why")
    progress = summary["progress"]
    table.add_row("in the register", f"{progress['percent']} %", f"{progress['in_register']} of {progress['in_scope']}")
    return table
