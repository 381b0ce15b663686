"""Assets of the rows: standardise, validate, carry over."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import dagster as dg
import polars as pl

from assets import reading_steps
from assets.checks import check_key, result
from assets.night_resource import NightRun
from assets.night_session import NightSession
from assets.source_assets import source_asset_key
from assets.step_groups import Step, group
from assets.stored_table import Table
from assets.table_io import EarlierTables, inputs, table_metadata
from assets.table_types import TABLE_TYPE, table_type
from connectors.read_result import SourceRead, Verdict
from language import in_language
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import DEVIATIONS, SOURCE_ROWS, STANDING_ROWS
from reconciliation.reading.apply_corrections import CORRECTED_ROWS
from reconciliation.reading.checked_reads import LastReads

_CORRECTED = table_type("SourceRows", CORRECTED_ROWS)
_ACCEPTED = table_type("AcceptedRows", SOURCE_ROWS)
_DEVIATIONS = table_type("Deviations", DEVIATIONS)
_STANDING = table_type("StandingRows", STANDING_ROWS)


def read_of(name: str, table: Table) -> SourceRead:
    """The read as the connector gave it, from its stored table."""
    unreadable = table.facts.get("unreadable") or []
    return SourceRead(
        source=name,
        verdict=Verdict(table.facts["verdict"]),
        rows=table.frame,
        message=table.facts["message"],
        melding=table.facts["melding"],
        masked=table.facts["masked"],
        notes=tuple(table.facts["notes"]),
        unreadable=pl.DataFrame(unreadable) if unreadable else None,
        lines=table.facts["lines"],
        layout=table.facts["layout"],
        joined=table.facts["joined"],
    )


def _source_arguments(municipality: Municipality) -> dict[str, str]:
    """Argument of a step -> source. The prefix keeps a source's name apart from our own arguments."""
    return {f"read_{name}": name for name in municipality.sources}


def _source_inputs(municipality: Municipality) -> dict[str, dg.AssetIn]:
    """`ins` of a step that is given every source as it was read."""
    return {
        argument: dg.AssetIn(key=source_asset_key(municipality, name), dagster_type=TABLE_TYPE)
        for argument, name in _source_arguments(municipality).items()
    }


def _last_reads(municipality: Municipality, session: NightSession, earlier: EarlierTables) -> LastReads:
    yesterday = earlier.last(municipality.slug, "standing_rows"), earlier.last(municipality.slug, "memberships")
    return reading_steps.last_reads(municipality, session.ledger, *yesterday, session.memberships)


def _out(municipality: Municipality, name: str, description: str, kind: dg.DagsterType = TABLE_TYPE) -> dg.AssetOut:
    return dg.AssetOut(
        key=[municipality.slug, name],
        description=description,
        dagster_type=kind,
        io_manager_key="tables",
        group_name=group(municipality, Step.ROWS),
        kinds={"polars"},
    )


def standardise_assets(municipality: Municipality) -> dg.AssetsDefinition:
    """The assets of standardised rows and of values that could not be read."""
    slug = municipality.slug
    rows_key = [slug, "source_rows"]
    arguments = _source_arguments(municipality)

    @dg.multi_asset(
        name=f"{slug}_standardise",
        ins=_source_inputs(municipality),
        outs={
            "source_rows": _out(
                municipality, "source_rows", "All sources' rows with canonical columns, one row per source row.", _CORRECTED
            ),
            "unreadable_values": _out(municipality, "unreadable_values", "Values that could not be read, with their place."),
        },
        check_specs=[
            check_key(rows_key, "corrections", "Every line of the owners' file of corrections can be used, and is."),
            check_key(rows_key, "addresses", "The official addresses are no older than they may be."),
            check_key(rows_key, "evidence", "Each read could be held against the last complete one of its source."),
        ],
    )
    def standardised(context: dg.AssetExecutionContext, night: NightRun, earlier: EarlierTables, **tables: Table) -> Iterator[object]:
        sources = {name: tables[argument] for argument, name in arguments.items()}
        session = night.session(municipality, context.run.run_id)
        before = _last_reads(municipality, session, earlier)
        done = reading_steps.standardise_all(session, {name: read_of(name, table) for name, table in sources.items()}, before)
        for read in done.reads.values():
            if read.message and read.message != sources[read.source].facts["message"]:
                context.log.warning(f"{read.source}: {read.message}")
        rows, facts = done.rows, source_facts(done)
        yield dg.Output(
            Table(rows, {"sources": facts}), "source_rows", metadata=table_metadata(rows, "source") | {"values corrected": done.corrected}
        )
        yield dg.Output(Table(done.unreadable), "unreadable_values", metadata=table_metadata(done.unreadable, "rule"))
        for correction in done.finished if session.whole else ():
            context.log.info(
                f"{correction.source}: a cell in column {correction.heading} was corrected at the desk, and the source is mended by now."
            )
            session.ledger.withdraw_decision(slug, correction.decision_id, "kobosync")
        in_words = in_language(municipality.language).rendered
        yield result(rows_key, "corrections", not done.correction_faults, " ".join(map(in_words, done.correction_faults))[:2000], warn=True)
        yield result(rows_key, "addresses", not done.address_notes, " ".join(map(in_words, done.address_notes)), warn=True)
        yield result(rows_key, "evidence", not done.not_compared, " ".join(done.not_compared), warn=True)

    return standardised


def source_facts(done: reading_steps.StandardisedSources) -> dict[str, dict[str, object]]:
    """Per source the facts stored with its rows: verdict, its messages, and what the next night compares its read with."""
    return {
        name: {
            "verdict": read.verdict.value,
            "message": read.message,
            "melding": read.melding,
            "lines": dict(read.lines),
            "layout": dict(done.layouts[name]),
            "examples": [asdict(example) for example in done.examples[name]],
        }
        for name, read in done.reads.items()
    }


def validate_assets(municipality: Municipality) -> dg.AssetsDefinition:
    """The assets of accepted, rejected and out-of-scope rows, and of deviations."""
    slug = municipality.slug
    keys = {name: [slug, name] for name in ("accepted_rows", "rejected_rows")}
    arguments = _source_arguments(municipality)

    @dg.multi_asset(
        name=f"{slug}_validate",
        ins={**inputs(municipality, "source_rows", "unreadable_values", "register"), **_source_inputs(municipality)},
        outs={
            "accepted_rows": _out(municipality, "accepted_rows", "Rows that passed every rule.", _ACCEPTED),
            "rejected_rows": _out(municipality, "rejected_rows", "Rows with at least one error. Should be empty."),
            "out_of_scope_rows": _out(municipality, "out_of_scope_rows", "Rows that are no let dwelling: institution places, store rooms."),
            "deviations": _out(municipality, "deviations", "What is wrong: one row per source row and rule, in words.", _DEVIATIONS),
        },
        check_specs=[
            check_key(keys["rejected_rows"], "empty", "No source row is rejected."),
            check_key(keys["accepted_rows"], "conservation", "Every row read is accepted, rejected or out of scope.", blocking=True),
        ],
    )
    def validated(
        context: dg.AssetExecutionContext,
        night: NightRun,
        earlier: EarlierTables,
        source_rows: Table,
        unreadable_values: Table,
        register: Table,
        **tables: Table,
    ) -> Iterator[object]:
        session = night.session(municipality, context.run.run_id)
        before = _last_reads(municipality, session, earlier)
        reads = {name: read_of(name, tables[argument]) for argument, name in arguments.items()}
        done = reading_steps.validate_rows(session, source_rows.frame, unreadable_values.frame, reads, before, register.frame)
        yield dg.Output(Table(done.accepted, source_rows.facts), "accepted_rows", metadata=table_metadata(done.accepted, "source"))
        yield dg.Output(Table(done.rejected), "rejected_rows", metadata=table_metadata(done.rejected, "source"))
        yield dg.Output(Table(done.out_of_scope), "out_of_scope_rows", metadata=table_metadata(done.out_of_scope, "source", "reason"))
        yield dg.Output(Table(done.deviations), "deviations", metadata=table_metadata(done.deviations, "rule", "owner"))
        yield result(
            keys["rejected_rows"], "empty", done.rejected.is_empty(), f"{done.rejected.height} rows wait for their owners.", warn=True
        )
        lost = reading_steps.rows_lost(source_rows.frame, done)
        yield result(keys["accepted_rows"], "conservation", not lost, lost or f"{source_rows.frame.height} rows in and out.")

    return validated


def standing_asset(municipality: Municipality) -> dg.AssetsDefinition:
    """The asset of the rows that merging works on."""
    slug = municipality.slug
    key = [slug, "standing_rows"]

    @dg.asset(
        key=key,
        group_name=group(municipality, Step.ROWS),
        description="The rows merging works on: tonight's, and the last accepted version of rows that could not be read tonight.",
        kinds={"polars"},
        ins=inputs(municipality, "accepted_rows", "rejected_rows"),
        dagster_type=_STANDING,
        io_manager_key="tables",
    )
    def rows_to_merge(
        context: dg.AssetExecutionContext, night: NightRun, earlier: EarlierTables, accepted_rows: Table, rejected_rows: Table
    ) -> Iterator[object]:
        session = night.session(municipality, context.run.run_id)
        before = _last_reads(municipality, session, earlier)
        rows = reading_steps.rows_to_merge(session, accepted_rows.frame, rejected_rows.frame, verdicts_of(accepted_rows), before)
        yield dg.Output(Table(rows, accepted_rows.facts), metadata=table_metadata(rows, "source", "carried"))

    return rows_to_merge


def verdicts_of(table: Table) -> dict[str, Verdict]:
    """Source name -> verdict of tonight's read, from the facts stored with the rows."""
    sources: Mapping[str, Mapping[str, str]] = table.facts["sources"]
    return {name: Verdict(facts["verdict"]) for name, facts in sources.items()}
