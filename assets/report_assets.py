"""Assets of progress and of the reports."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import dagster as dg
import polars as pl

from assets import planning_steps
from assets.checks import check_key, result
from assets.heartbeat import send_heartbeat
from assets.night_resource import FRESH, NightRun, one_sentence
from assets.night_result import REPORTED, counts_by_source, judgement_of, night_result
from assets.row_assets import verdicts_of
from assets.step_groups import Step, group
from assets.stored_table import Table
from assets.table_io import check_made_together, inputs
from assets.table_types import TABLE_TYPE
from connectors.read_result import Verdict
from language import using_language
from reconciliation.decisions.confirmed_warnings import split_confirmed
from reconciliation.ledger import LIFE, RENDERED
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import DEVIATIONS
from reconciliation.plan.night_verdict import NightVerdict
from reconciliation.plan.progress import measure
from reporting.night_report import NightResult
from reporting.publish import Published, publish
from reporting.report_copies import copy_night
from reporting.report_files import ARCHIVE, dated


def progress_asset(municipality: Municipality) -> dg.AssetsDefinition:
    """The asset that stores tonight's counts and movements of the stock in the ledger."""
    slug = municipality.slug

    @dg.asset(
        key=[slug, "progress"],
        group_name=group(municipality, Step.REPORTS),
        description="How many let dwellings there are, how many are in Kobo, how many are in sync; per category and source.",
        kinds={"polars"},
        ins=inputs(municipality, "dwellings", "memberships", "plan", "outcomes", "rejected_rows", "out_of_scope_rows", "register"),
        dagster_type=TABLE_TYPE,
        io_manager_key="tables",
    )
    def progress(
        context: dg.AssetExecutionContext,
        night: NightRun,
        dwellings: Table,
        memberships: Table,
        plan: Table,
        outcomes: Table,
        rejected_rows: Table,
        out_of_scope_rows: Table,
        register: Table,
    ) -> Iterator[object]:
        session = night.session(municipality, context.run.run_id)
        seen = plan.facts["register_verdict"] == "complete"
        with one_sentence(), session.step("progress"):
            moved = planning_steps.record_movements(
                session,
                dwellings.frame,
                plan.frame,
                register.frame if seen else None,
                rejected_rows.frame,
                out_of_scope_rows.frame,
                verdicts_of(dwellings),
            )
            snapshot = measure(
                dwellings.frame,
                plan.frame,
                outcomes.frame,
                rejected_rows.frame,
                memberships.frame,
                municipality,
                register_seen=seen,
                history=session.ledger.history(slug),
            )
            session.ledger.record_snapshot(session.run_id, snapshot)
        totals = {name: int(snapshot.get_column(name).sum()) for name in ("in_scope", "in_register", "in_sync")}
        yield dg.Output(Table(snapshot, totals), metadata={**totals, "movements": moved, "by category": _by_category(snapshot)})

    return progress


def _by_category(snapshot: pl.DataFrame) -> dg.MarkdownMetadataValue:
    counted = snapshot.group_by("category").agg(pl.col("in_scope", "in_register", "in_sync").sum()).sort("category")
    lines = ["| category | in scope | in register | in sync |", "|---|---:|---:|---:|"]
    return dg.MetadataValue.md("\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in counted.iter_rows())]))


def report_asset(municipality: Municipality) -> dg.AssetsDefinition:
    """The asset that makes the reports from the tables and the ledger, and judges the night."""
    slug = municipality.slug
    key = [slug, "reports"]

    @dg.asset(
        key=key,
        group_name=group(municipality, Step.REPORTS),
        description="The page, one workbook per data owner and summary.json, in the municipality's language.",
        kinds={"html", "excel"},
        ins=inputs(municipality, *REPORTED, of_any_run=True),
        dagster_type=cast(dg.DagsterType, dg.Nothing),
        freshness_policy=FRESH,
        check_specs=[check_key(key, "night_done", "The whole night is done: every source read, the register seen, every change made.")],
    )
    def reports(context: dg.AssetExecutionContext, night: NightRun, **made: Table) -> Iterator[object]:
        check_made_together(made, slug)
        night_run = made["plan"].made_by
        # Run alone, the step makes an earlier night's reports again, dated as that night, and counts as no night in the ledger.
        again = date.fromisoformat(made["plan"].facts["as_of"]) if night_run != context.run.run_id else None
        session = night.session(municipality, context.run.run_id, again)
        complete = {name for name, verdict in verdicts_of(made["dwellings"]).items() if verdict is Verdict.COMPLETE}
        with one_sentence(), session.step("report"), using_language(municipality.language):
            unconfirmed, confirmed = split_confirmed(made["deviations"].frame, session.ledger.decisions(slug), session.as_of)
            deviations = session.ledger.record_deviations(session.run_id, session.as_of, unconfirmed, complete)
            judgement = judgement_of(made)
            tonight = night_result(municipality, session, made, judgement, deviations.select(*DEVIATIONS, *LIFE), confirmed)
            published, copy = _publish(tonight, session.home, replayed=bool(night.as_of) or again is not None, log=context.log)
        session.finish(
            RENDERED if again else judgement.verdict.value,
            {} if again else counts_by_source(tonight.sources),
            " ".join(judgement.messages) or None,
        )
        good = judgement.verdict is NightVerdict.DONE and not again and session.apply != "never"
        if good and municipality.heartbeat and (fault := send_heartbeat(municipality.heartbeat)):
            context.log.warning(fault)
        well = judgement.verdict in (NightVerdict.DONE, NightVerdict.WAITING)
        yield dg.MaterializeResult(
            metadata={
                "verdict": judgement.verdict.value,
                "says": " ".join(judgement.messages) or "-",
                **report_metadata(municipality, published),
                "open deviations": deviations.height,
                "new deviations": int(deviations["is_new"].sum()),
                **({"copied to": dg.MetadataValue.url(copy)} if copy else {}),
            },
            check_results=[result(key, "night_done", well, " ".join(judgement.messages))],
        )
        if not well:
            # The reports are made; the run fails with this message.
            raise dg.Failure(description=" ".join(judgement.messages), allow_retries=False)

    return reports


def _publish(night: NightResult, home: Path, replayed: bool, log: dg.DagsterLogManager) -> tuple[Published, str]:
    """Writes the reports, and copies them where the municipality's file says so: the files, and the address of the copy or "".

    replayed: the night is run for an earlier date, whose reports must not replace newer ones.
    """
    municipality = night.municipality
    reports = home / municipality.reports
    later = [path.name for path in dated(reports / municipality.slug) if path.name > str(night.as_of)]
    if later and not replayed:
        log.warning(f"The report of {later[-1]} is dated after tonight: a clock was wrong. It is put into {ARCHIVE}/.")
    published = publish(night, reports, replayed=replayed, answers=home / municipality.answers if municipality.answers else None)
    if not municipality.reports_copy:
        return published, ""
    return published, copy_night(published.folder, municipality.reports_copy, municipality.slug, published.page.name)


def report_metadata(municipality: Municipality, published: Published) -> dict[str, Any]:
    """The curve, where the files are, and links to them where the municipality's file says how people reach them."""
    base = municipality.send.link.rstrip("/") if municipality.send else ""
    home = f"{base}/{municipality.slug}/{published.folder.name}"

    def link(file: Path) -> dg.MetadataValue[Any]:
        return dg.MetadataValue.url(f"{home}/{file.name}") if base else dg.MetadataValue.path(str(file))

    return {
        **({"burn-up": dg.MetadataValue.md(published.thumbnail)} if published.thumbnail else {}),
        **({"burn-up and forecast": dg.MetadataValue.md(published.burnup)} if published.burnup else {}),
        # The commands read these two, so they are always paths on this machine.
        "report": dg.MetadataValue.path(str(published.page)),
        "summary": dg.MetadataValue.path(str(published.summary)),
        **({"page": link(published.page)} if base else {}),
        **{f"workbook of {owner}": link(book) for owner, book in published.workbooks.items()},
    }
