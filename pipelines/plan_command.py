"""`kobosync plan`: what tonight would change, as a table, Markdown or JSON. Changes nothing."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from assets.plan import plan_of
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, WAITING
from pipelines.running import Runner
from reconciliation.municipality import home_of, load
from reconciliation.plan import Plan, actionable
from reconciliation.plan_rendering import as_json, as_markdown
from reconciliation.words import DwellingClass

FORMATS = ("table", "markdown", "json")
SHOWN = 40


def run_plan(config: Path, as_of: date | None, output: str) -> int:
    """0: may be applied; 3: a guard holds it; 1: it could not be made."""
    if output not in FORMATS:
        print(f"--format={output} is not one of {', '.join(FORMATS)}.", file=sys.stderr)
        return CONFIGURATION
    municipality = load(config)
    with Runner(municipality, home_of(config)) as runner:
        result = runner.plan(as_of)
        stored = runner.table("plan") if result.success else None
        register = runner.table("register")
    for message in result.messages:
        print(message, file=sys.stderr)
    if stored is None:
        return FAILED
    plan = plan_of(stored)
    if output == "json":
        print(as_json(plan))
    elif output == "markdown":
        print(as_markdown(plan), end="")
    else:
        _show(plan, Console())
    if plan.register_verdict != "complete":
        print(register.facts["message"] if register else "The register could not be read.", file=sys.stderr)
        return FAILED
    return WAITING if plan.refusals else DONE


def _show(plan: Plan, console: Console) -> None:
    counts = Table(title=f"Plan {plan.digest[:12]}: {actionable(plan).height} changes", title_justify="left", show_header=False)
    for kind in DwellingClass:
        counts.add_row(kind.value, str(plan.counts[kind.value]))
    console.print(counts)
    items = plan.items.filter(pl.col("class") != DwellingClass.IN_SYNC.value)
    table = Table("class", "dwelling", "koboId", "changes", "held")
    for item in items.head(SHOWN).iter_rows(named=True):
        changes = ", ".join(f"{one['field']}: {one['old']} -> {one['new']}" for one in json.loads(item["changes"]))
        table.add_row(item["class"], item["leverandor_bolig_id"] or "", (item["kobo_id"] or "")[:8], changes, item["held"] or "")
    if items.height:
        console.print(table)
    if items.height > SHOWN:
        console.print(f"... and {items.height - SHOWN} more; --format=json shows them all.")
    for refusal in plan.refusals:
        console.print(refusal.message, style="yellow", markup=False)
