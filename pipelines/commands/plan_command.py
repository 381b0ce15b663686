"""`kobosync plan`: what tonight would change, as a table, Markdown or JSON. Changes nothing."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from kobo_client.errors import RegisterError
from pipelines.dry_night import NotConservedError, plan_tonight
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, WAITING
from reconciliation.ledger import NO_NIGHT, Ledger, LedgerError, StoredPlan, open_ledger
from reconciliation.model.municipality import Municipality, home_of, load
from reconciliation.model.words import DwellingClass
from reconciliation.plan.moved_fields import unknown_bases
from reconciliation.plan.parts import CREATE, REPLACE, RETIRE, UPDATE
from reconciliation.plan.plan_changes import compare_plans
from reconciliation.plan.plan_rendering import as_json, as_markdown, changes_in_words, part_in_words
from reconciliation.plan.planning import Plan, Selection, actionable
from reconciliation.plan.undo import UNDO

ACTIONS = (CREATE, UPDATE, RETIRE, REPLACE)
FORMATS = ("table", "markdown", "json")
SHOWN = 40


def run_plan(
    config: Path, as_of: date | None, output: str, diff: bool = False, action: str = "", source: str = "", category: str = ""
) -> int:
    """0: may be applied; 3: a guard holds a part of what is shown; 1: it could not be made. action, source, category: show those parts
    alone."""
    chosen = Selection(action, source, category)
    municipality = load(config)
    if refused := _refused(chosen, output, municipality):
        print(refused, file=sys.stderr)
        return CONFIGURATION
    try:
        seen = plan_tonight(municipality, home_of(config), as_of)
    except (LedgerError, RegisterError, NotConservedError) as error:
        print(error, file=sys.stderr)
        return FAILED
    plan = chosen.plan(seen.plan) if chosen else seen.plan
    if diff:
        _show_changes(plan, chosen, municipality, home_of(config), Console())
    elif output == "json":
        print(as_json(plan))
    elif output == "markdown":
        print(as_markdown(plan), end="")
    elif chosen and plan.items.is_empty() and plan.register_verdict == "complete":
        whole = actionable(seen.plan).height
        print(f"Plan {plan.digest[:12]} changes nothing with {chosen}; {whole} changes in all, which `kobosync plan {config}` shows.")
    else:
        _show(plan, chosen, Console())
        if municipality.apply == "approve" and plan.parts:
            print(f"{config} says apply: approve. A night waits with all of it until: kobosync night {config} --apply={plan.digest[:12]}")
    if plan.register_verdict != "complete":
        print(seen.register_fault or "The register could not be read.", file=sys.stderr)
        return FAILED
    return WAITING if plan.refusals else DONE


def _refused(chosen: Selection, output: str, municipality: Municipality) -> str | None:
    """A sentence about an option that cannot be used; None when all can."""
    if chosen.action and chosen.action not in ACTIONS:
        return f"--only={chosen.action} is not one of {', '.join(ACTIONS)}."
    if output not in FORMATS:
        return f"--format={output} is not one of {', '.join(FORMATS)}."
    asked = (
        ("source", "sources", chosen.source, municipality.sources),
        ("category", "categories", chosen.category, municipality.categories),
    )
    for option, plural, given, known in asked:
        if given and given not in known:
            return f"--{option}={given} is not among the file's {plural}: {', '.join(known)}."
        if given and option not in municipality.guards.parts:
            return f"--{option}: this file's parts are per {municipality.guards.parts}; set `guards.parts`."
    return None


def last_nights_plan(ledger: Ledger, slug: str) -> StoredPlan | None:
    """The newest plan of a night; plans of `kobosync plan` or of an undo do not count."""
    nights = ledger.runs(slug).filter((~pl.col("verdict").is_in(NO_NIGHT)) & (pl.col("apply_mode") != UNDO))
    plans = (ledger.plan(run_id) for run_id in reversed(nights.get_column("run_id").to_list()))
    return next((plan for plan in plans if plan is not None and plan.register_verdict == "complete"), None)


def _show_changes(plan: Plan, chosen: Selection, municipality: Municipality, home: Path, console: Console) -> None:
    with closing(open_ledger(municipality.ledger, home)) as ledger:
        last = last_nights_plan(ledger, municipality.slug)
    before = plan.items.clear() if last is None else chosen.items(last.items) if chosen else last.items
    changed = compare_plans(before, plan.items)
    since = "no night has planned yet" if last is None else f"since the night of {last.as_of} ({last.digest[:12]})"
    table = Table("", "dwelling", "koboId", "was", "is", "changes", title=f"Plan {plan.digest[:12]}: {changed.height} differences, {since}")
    for row in changed.head(SHOWN).iter_rows(named=True):
        changes = changes_in_words(row["changes_now"] or row["changes_before"], shielded=row["leverandor_bolig_id"] in plan.shielded)
        kobo_id = (row["kobo_id"] or "")[:8]
        table.add_row(row["news"], row["leverandor_bolig_id"] or "", kobo_id, row["class_before"] or "", row["class_now"] or "", changes)
    console.print(table)
    if changed.height > SHOWN:
        console.print(f"... and {changed.height - SHOWN} more.")


def _show(plan: Plan, chosen: Selection, console: Console) -> None:
    title = f"Plan {plan.digest[:12]}: {actionable(plan).height} changes" + (f" with {chosen}" if chosen else "")
    console.print(title, style="italic", highlight=False, soft_wrap=True)  # as the table's own it would be broken to the table's width
    counts = Table(show_header=False)
    for kind in DwellingClass:
        counts.add_row(kind.value, str(plan.counts[kind.value]))
    console.print(counts)
    if plan.parts:
        parts = Table("part", "changes", "inside limits", "digest", "for example")
        for part in plan.parts:
            parts.add_row(*part_in_words(part, plan.shielded))
        console.print(parts)
    items = plan.items.filter(pl.col("class") != DwellingClass.IN_SYNC.value)
    table = Table("class", "dwelling", "koboId", "changes", "held back because")
    for item in items.head(SHOWN).iter_rows(named=True):
        row = (
            item["class"],
            item["leverandor_bolig_id"] or "",
            (item["kobo_id"] or "")[:8],
            changes_in_words(item["changes"], shielded=item["leverandor_bolig_id"] in plan.shielded),
            item["held"] or "",
        )
        table.add_row(*row)
    if items.height:
        console.print(table)
    if items.height > SHOWN:
        console.print(f"... and {items.height - SHOWN} more; --format=json shows them all.")
    if unknown := unknown_bases(plan.items):
        known = f"{unknown} dwellings differ in a field whose last agreed value is not known: asked about, not written."
        console.print(known, style="yellow", markup=False, soft_wrap=True)
    for refusal in plan.refusals:
        console.print(refusal.message, style="yellow", markup=False, soft_wrap=True)
