"""How far the night brought us, and what people open in the morning."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast

import dagster as dg
import polars as pl

from assets import night_steps
from assets.answer_assets import night_questions
from assets.checks import check_key, result
from assets.heartbeat import give_sign
from assets.night_resource import FRESH, NightRun, one_sentence
from assets.night_session import NightSession
from assets.night_steps import SHIELDED_GONE
from assets.row_assets import verdicts_of
from assets.step_groups import Step, group
from assets.stored_table import Table
from assets.table_io import TABLE_TYPE, check_made_together, inputs
from connectors.read_result import Verdict
from language import speaking
from reconciliation.apply.unwritten_reasons import own_faults
from reconciliation.decisions.answer_choices import contradictory
from reconciliation.decisions.confirmed_warnings import split_confirmed
from reconciliation.ledger import LIFE, RENDERED, Ledger
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import DEVIATIONS
from reconciliation.plan.approval import Approval, ApprovalAnswer
from reconciliation.plan.night_verdict import Judgement, NightVerdict, judge
from reconciliation.plan.progress import measure
from reconciliation.reading.cell_corrections import cell_corrections
from reconciliation.reading.key_examples import KeyExample
from reporting.acquisitions_reading import read_measures
from reporting.decided_in_words import answered, contradictory_in_words, decided_by_dwelling
from reporting.needs_reading import read_needs
from reporting.night_report import RECENT, NightResult, SourceNight
from reporting.projection.public_tables import read_projection_tables
from reporting.publish import Published, publish
from reporting.report_copies import copy_night
from reporting.report_files import ARCHIVE, dated

REPORTED = (
    *("standing_rows", "rejected_rows", "out_of_scope_rows", "deviations", "dwellings", "lineage", "matches"),
    "memberships",
    *("register", "plan", "outcomes", "progress"),
)
"""The tables that the reports are made from, and `progress`: tonight's point of the curve must be in the ledger before."""


def progress_asset(municipality: Municipality) -> dg.AssetsDefinition:
    """Tonight's point of the burn-up curve, per category, source and owner, and what moved in the stock; stored in the ledger."""
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
            moved = night_steps.record_movements(
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
    """Reports from the tables and the ledger alone; the night's last word, and its verdict as a check."""
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
        # Alone, the step makes an earlier night's reports again: of that night's date, and no night of its own in the ledger.
        again = date.fromisoformat(made["plan"].facts["as_of"]) if night_run != context.run.run_id else None
        session = night.session(municipality, context.run.run_id, again)
        verdicts = verdicts_of(made["dwellings"])
        with one_sentence(), session.step("report"), speaking(municipality.language):
            complete = {name for name, verdict in verdicts.items() if verdict is Verdict.COMPLETE}
            open_ones, confirmed = split_confirmed(made["deviations"].frame, session.ledger.decisions(slug), session.as_of)
            lives = session.ledger.record_deviations(session.run_id, session.as_of, open_ones, complete)
            judgement = judgement_of(made)
            sources = source_nights(municipality, made)
            night_result = _night_result(municipality, session, made, judgement, sources, lives.select(*DEVIATIONS, *LIFE), confirmed)
            replayed = bool(night.as_of) or again is not None
            if not replayed and (
                ahead := [path.name for path in dated(session.home / municipality.reports / slug) if path.name > str(session.as_of)]
            ):
                context.log.warning(f"The report of {ahead[-1]} is dated after tonight: a clock was wrong. It is put into {ARCHIVE}/.")
            published = publish(night_result, session.home / municipality.reports, replayed=replayed)
            copied = municipality.reports_copy and copy_night(published.folder, municipality.reports_copy, slug, published.page.name)
        session.finish(
            RENDERED if again else judgement.verdict.value,
            {} if again else _readings(sources),
            " ".join(judgement.messages) or None,
        )
        good = judgement.verdict is NightVerdict.DONE and not again and session.apply != "never"
        if good and municipality.heartbeat and (fault := give_sign(municipality.heartbeat)):
            context.log.warning(fault)
        well = judgement.verdict in (NightVerdict.DONE, NightVerdict.WAITING)
        yield dg.MaterializeResult(
            metadata={
                "verdict": judgement.verdict.value,
                "says": " ".join(judgement.messages) or "-",
                **report_metadata(municipality, published),
                "open deviations": lives.height,
                "new deviations": int(lives["is_new"].sum()),
                **({"copied to": dg.MetadataValue.url(copied)} if copied else {}),
            },
            check_results=[result(key, "night_done", well, " ".join(judgement.messages))],
        )
        if not well:
            # The reports are made; the run ends red, and these words are its message.
            raise dg.Failure(description=" ".join(judgement.messages), allow_retries=False)

    return reports


def _night_result(
    municipality: Municipality,
    session: NightSession,
    made: Mapping[str, Table],
    judgement: Judgement,
    sources: Mapping[str, SourceNight],
    deviations: pl.DataFrame,
    confirmed: pl.DataFrame,
) -> NightResult:
    """What the reports are made of. made: REPORTED. deviations: DEVIATIONS and LIFE, without the confirmed ones."""
    slug = municipality.slug
    log = session.ledger.deviations(slug, include_fixed=True)
    return NightResult(
        municipality=municipality,
        as_of=session.as_of,
        run_id=made["plan"].made_by,
        plan_digest=made["plan"].facts["digest"],
        plan_refusals=tuple(refusal["melding"] for refusal in made["plan"].facts["refusals"]),
        sources=sources,
        dwellings=made["dwellings"].frame,
        items=made["plan"].frame,
        deviations=deviations,
        standing_rows=made["standing_rows"].frame,
        class_changes=session.ledger.class_changes(slug),
        fixed=_fixed_lately(log, session.as_of, confirmed),
        deviation_log=log,
        confirmed=confirmed,
        rejected_rows=made["rejected_rows"].frame,
        out_of_scope=dict(made["out_of_scope_rows"].frame.group_by("reason").len().sort("reason").iter_rows()),
        out_of_scope_rows=made["out_of_scope_rows"].frame,
        lineage=made["lineage"].frame,
        memberships=made["memberships"].frame,
        outcomes=made["outcomes"].frame,
        register_rows=made["register"].frame if made["register"].facts["verdict"] == "complete" else None,
        register_verdict=made["register"].facts["verdict"],
        register_melding=made["register"].facts["melding"],
        calls=made["outcomes"].facts["calls"],
        history=session.ledger.history(slug),
        movements=session.ledger.movements(slug),
        seconds=session.seconds,
        verdict=judgement.verdict.value,
        messages=judgement.messages,
        needs=read_needs(municipality, session.home),
        **_decisions(municipality, session.ledger, made),
        shielded_gone=frozenset(made["dwellings"].facts.get(SHIELDED_GONE, ())),
        measures=read_measures(municipality, session.home),
        projection_tables=read_projection_tables(municipality, session.home, session.as_of),
    )


def _readings(sources: Mapping[str, SourceNight]) -> dict[str, dict[str, Any]]:
    """Source -> its verdict and counts, as the ledger keeps them of the night."""
    counts = ("rows_read", "rejected", "out_of_scope", "accepted")
    return {
        name: {"verdict": source.verdict.value, **{count: getattr(source, count) for count in counts}} for name, source in sources.items()
    }


def report_metadata(municipality: Municipality, published: Published) -> dict[str, Any]:
    """The curve, where the files are, and links to them where the municipality's file says how people reach them."""
    base = municipality.send.link.rstrip("/") if municipality.send else ""
    home = f"{base}/{municipality.slug}/{published.folder.name}"

    def link(file: Path) -> dg.MetadataValue[Any]:
        return dg.MetadataValue.url(f"{home}/{file.name}") if base else dg.MetadataValue.path(str(file))

    return {
        **({"burn-up": dg.MetadataValue.md(published.thumbnail)} if published.thumbnail else {}),
        **({"burn-up and forecast": dg.MetadataValue.md(published.burnup)} if published.burnup else {}),
        # The commands read these two, so they are paths on this machine always.
        "report": dg.MetadataValue.path(str(published.page)),
        "summary": dg.MetadataValue.path(str(published.summary)),
        **({"page": link(published.page)} if base else {}),
        **{f"workbook of {owner}": link(book) for owner, book in published.workbooks.items()},
    }


def _fixed_lately(log: pl.DataFrame, as_of: date, confirmed: pl.DataFrame) -> pl.DataFrame:
    """What owners fixed within RECENT, and did not confirm; a night that is run for an older date does not know of later ones."""
    fixed = log.filter(pl.col("fixed").is_between(as_of - RECENT, as_of))
    return fixed.join(confirmed, on=["source", "source_key", "rule"], how="anti", nulls_equal=True)


def _decisions(municipality: Municipality, ledger: Ledger, made: Mapping[str, Table]) -> dict[str, Any]:
    """What people are asked tonight and what they decided before, as the reports show it."""
    decisions = ledger.decisions(municipality.slug)
    seen = made["register"].facts["verdict"] == "complete"
    found = night_questions(made, ledger, municipality.slug)
    return {
        "questions": tuple(found.questions) if seen else (),
        "warnings": tuple(found.warnings) if seen else (),
        "decided": decided_by_dwelling(decisions, made["dwellings"].frame, municipality),
        "answers": answered(ledger.decisions(municipality.slug, include_superseded=True), municipality, found.hidden),
        "cell_corrections": cell_corrections(decisions),
        "contradictory": tuple(contradictory_in_words(row, municipality, found.hidden) for row in contradictory(decisions)),
    }


def judgement_of(made: Mapping[str, Table]) -> Judgement:
    """How the night went, from what its steps left behind."""
    sources = made["dwellings"].facts["sources"]
    register = made["register"].facts
    outcomes = made["outcomes"]
    return judge(
        {name: facts["message"] or None for name, facts in sources.items() if facts["verdict"] != Verdict.COMPLETE.value},
        None if register["verdict"] == "complete" else register["message"],
        Approval(ApprovalAnswer(outcomes.facts["answer"]), outcomes.facts["message"], waiting=tuple(outcomes.facts["waiting"])),
        dict(outcomes.frame.group_by("outcome").len().iter_rows()),
        own_faults(outcomes.frame.get_column("message")),
    )


def source_nights(municipality: Municipality, made: Mapping[str, Table]) -> dict[str, SourceNight]:
    """Each source's night in rows. Carried rows are an earlier night's, and are not counted as read."""

    def count(frame: pl.DataFrame) -> dict[str, int]:
        return dict(frame.group_by("source").len().iter_rows())

    standing = made["standing_rows"].frame
    rejected, outside = count(made["rejected_rows"].frame), count(made["out_of_scope_rows"].frame)
    accepted, carried = count(standing.filter(~pl.col("carried"))), count(standing.filter("carried"))
    nights = {}
    for name, facts in made["dwellings"].facts["sources"].items():
        counts = {"rejected": rejected.get(name, 0), "out_of_scope": outside.get(name, 0), "accepted": accepted.get(name, 0)}
        nights[name] = SourceNight(
            verdict=Verdict(facts["verdict"]),
            title=municipality.sources[name].title,
            owner=municipality.sources[name].owner,
            rows_read=sum(counts.values()),
            carried=carried.get(name, 0),
            message=facts["message"],
            melding=facts["melding"],
            lines=facts["lines"],
            examples=tuple(KeyExample(**one) for one in facts["examples"]),
            **counts,
        )
    return nights
