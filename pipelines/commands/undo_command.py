"""`kobosync undo`: take back what a run changed and retired, as a plan like any other: shown, approved by its digest, applied."""

from __future__ import annotations

import sys
import uuid
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from rich.console import Console
from rich.table import Table

from assets.known_shielded import known_shielded
from assets.night_session import NightSession
from assets.plan_assets import record_approval
from assets.planning_steps import parts_to_approve, refusals_of
from assets.stored_table import last_table, table_base
from language import rendered
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, WAITING
from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, LedgerError, open_ledger
from reconciliation.model.municipality import Municipality, home_of, load
from reconciliation.plan.approval import DIGEST, ApprovalAnswer, approval_of
from reconciliation.plan.plan_rendering import changes_in_words
from reconciliation.plan.planning import Plan
from reconciliation.plan.undo import UNDO, Inverse, as_plan, plan_inverse

SHOWN = 40


def run_undo(config: Path, run: str, apply: str) -> int:
    """0: shown, or applied; 1: not all of it could be applied; 3: the digest given is not this plan's."""
    if apply and not DIGEST.match(apply):
        print(f"--apply={apply} is no plan's digest. Leave it out to see the plan and its digest.", file=sys.stderr)
        return CONFIGURATION
    municipality, home, console = load(config), home_of(config), Console()
    with closing(open_ledger(municipality.ledger, home)) as ledger:
        run_id = _whole(ledger, municipality.slug, run)
        inverse = plan_inverse(ledger, municipality.slug, run_id)
        known = known_shielded(last_table(table_base(municipality, home), municipality.slug, "dwellings"))
        plan = replace(as_plan(inverse, ledger, municipality), shielded=known)
    _show(plan, inverse, console)
    command = f"kobosync undo {municipality.file} {run_id}"
    if municipality.register_.by_file:
        console.print(
            "An import file takes nothing back: change or remove the dwellings on Kobo's own pages.", highlight=False, markup=False
        )
        return DONE
    if not plan.items.height:
        console.print("There is nothing that can be taken back.")
        return DONE
    if not apply:
        console.print(f"Nothing is changed yet. Apply with: {command} --apply={plan.digest[:12]}", highlight=False, markup=False)
        return DONE
    approval = approval_of(apply, plan.digest, parts_to_approve(plan), command)
    console.print(approval.message, highlight=False, markup=False)
    return _apply(plan, inverse, municipality, home, apply, console) if approval.answer is ApprovalAnswer.APPLY else WAITING


def _whole(ledger: Ledger, slug: str, run: str) -> str:
    """The run that begins like this. Raises LedgerError when there is none, or more than one."""
    run_ids = ledger.runs(slug).filter(pl.col("run_id").str.starts_with(run)).get_column("run_id").to_list()
    if len(run_ids) != 1:
        raise LedgerError(f"{'No run' if not run_ids else 'More than one run'} of {slug} begins with {run}; `kobosync runs` lists them.")
    return str(run_ids[0])


def _apply(plan: Plan, inverse: Inverse, municipality: Municipality, home: Path, apply: str, console: Console) -> int:
    today = datetime.now(ZoneInfo(municipality.timezone)).date()
    session = NightSession(municipality, home, today, UNDO, str(uuid.uuid4()))
    with closing(session):
        session.ledger.record_plan(session.run_id, plan.items, plan.digest, refusals_of(plan), gone=[])
        record_approval(session, municipality.slug, [plan.digest], apply)
        done = apply_plan(
            items=plan.items,
            desired=inverse.desired,
            client=session.client(),
            ledger=session.ledger,
            run_id=session.run_id,
            municipality=municipality.slug,
            threads=municipality.register_.threads,
            still_held=session.lock.is_held,
        )
        session.ledger.record_calls(municipality.slug, session.run_id, session.calls)
        left = done.filter(pl.col("outcome") != "done")
        says = f"{done.height - left.height} changes taken back, {left.height} not."
        session.finish("incomplete" if left.height else "done", {}, says)
    for row in left.iter_rows(named=True):
        console.print(
            f"{row['leverandor_bolig_id']}: {row['outcome']}. {rendered(row['message'])}", style="yellow", highlight=False, markup=False
        )
    console.print(says)
    console.print("The sources say today what they said then: correct them, or the next night makes the same changes again.")
    return FAILED if left.height else DONE


def _show(plan: Plan, inverse: Inverse, console: Console) -> None:
    if plan.items.height:
        table = Table(
            "class", "dwelling", "koboId", "back to", title=f"Undo {plan.digest[:12]}: {plan.items.height} changes", title_justify="left"
        )
        for item in plan.items.head(SHOWN).iter_rows(named=True):
            changes = changes_in_words(item["changes"], shielded=item["leverandor_bolig_id"] in plan.shielded)
            table.add_row(item["class"], item["leverandor_bolig_id"], (item["kobo_id"] or "")[:8], changes)
        console.print(table)
    if inverse.cannot.height:
        table = Table("dwelling", "was", "why", title=f"{inverse.cannot.height} cannot be taken back", title_justify="left")
        for row in inverse.cannot.head(SHOWN).iter_rows(named=True):
            table.add_row(row["leverandor_bolig_id"], row["verb"], row["why"])
        console.print(table)
    hidden = max(plan.items.height - SHOWN, 0) + max(inverse.cannot.height - SHOWN, 0)
    if hidden:
        console.print(f"... and {hidden} more.")
    for refusal in plan.refusals:
        console.print(f"{refusal.message} The digest approves it nonetheless.", style="yellow", highlight=False, markup=False)
