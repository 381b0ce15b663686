"""Assets of merging, of the register, and of matching."""

from collections.abc import Iterator

import dagster as dg

from assets import planning_steps
from assets.answer_assets import answers_before
from assets.checks import check_key, result
from assets.known_shielded import SHIELDED_GONE, shielded_and_gone
from assets.night_resource import REGISTER_POOL, NightRun, one_sentence
from assets.step_groups import Step, group
from assets.stored_table import Table
from assets.table_io import EarlierTables, counts, inputs, table_metadata
from assets.table_types import TABLE_TYPE, table_type
from reconciliation.decisions.answer_checks import AnswerOutcome
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import DWELLINGS, MATCHES

_DWELLINGS = table_type("Dwellings", DWELLINGS, unique="leverandor_bolig_id")
_MATCHES = table_type("Matches", MATCHES)


def merge_assets(municipality: Municipality) -> dg.AssetsDefinition:
    """Merge across sources: who won each field and why."""
    slug = municipality.slug
    key = [slug, "dwellings"]

    def out(name: str, description: str, kind: dg.DagsterType = TABLE_TYPE) -> dg.AssetOut:
        return dg.AssetOut(
            key=[slug, name],
            description=description,
            dagster_type=kind,
            io_manager_key="tables",
            group_name=group(municipality, Step.DWELLINGS),
            kinds={"polars"},
        )

    @dg.multi_asset(
        name=f"{slug}_merge",
        ins=inputs(municipality, "standing_rows"),
        outs={
            "dwellings": out("dwellings", "One row per dwelling, merged across sources, with our stable id.", _DWELLINGS),
            "lineage": out("lineage", "Where sources disagree: every value, who won and why."),
            "memberships": out("memberships", "Which source row belongs to which dwelling."),
        },
        check_specs=[check_key(key, "conservation", "Every standing row is part of exactly one dwelling.", blocking=True)],
    )
    def merged(context: dg.AssetExecutionContext, night: NightRun, earlier: EarlierTables, standing_rows: Table) -> Iterator[object]:
        session = night.session(municipality, context.run.run_id)
        for receipt in answers_before(session, municipality, earlier):
            context.log.info(f"{receipt.file}: {receipt.count(AnswerOutcome.STORED)} of {len(receipt.taken)} answers stored.")
        # Tonight's table replaces the last night's, so that one is read first.
        last_dwellings = earlier.last(slug, "dwellings")
        with one_sentence():
            done = planning_steps.merge_rows(session, standing_rows.frame, last_dwellings)
        dwellings = done.dwellings
        gone = shielded_and_gone(last_dwellings, dwellings)
        yield dg.Output(
            Table(dwellings, {**standing_rows.facts, SHIELDED_GONE: gone}), "dwellings", metadata=table_metadata(dwellings, "kategori")
        )
        yield dg.Output(Table(done.lineage), "lineage", metadata=table_metadata(done.lineage, "field"))
        yield dg.Output(Table(done.memberships), "memberships", metadata=table_metadata(done.memberships, "source"))
        unmerged = planning_steps.rows_not_merged(standing_rows.frame, dwellings)
        yield result(key, "conservation", not unmerged, unmerged or f"{standing_rows.frame.height} rows are all in dwellings.")

    return merged


def register_asset(municipality: Municipality) -> dg.AssetsDefinition:
    """The register's entries as they are tonight."""
    slug = municipality.slug
    key = [slug, "register"]

    @dg.asset(
        key=key,
        group_name=group(municipality, Step.REGISTER),
        description="Kobo as it is tonight: every entry whose koboId we know, and the rows of an exported file.",
        kinds={"kobo"},
        pool=REGISTER_POOL,
        dagster_type=TABLE_TYPE,
        io_manager_key="tables",
        check_specs=[check_key(key, "register_seen", "The whole register that concerns us could be read.")],
    )
    def register(context: dg.AssetExecutionContext, night: NightRun) -> Iterator[object]:
        session = night.session(municipality, context.run.run_id)
        with one_sentence():
            seen = planning_steps.see_register(session)
        if seen.message:
            context.log.warning(seen.message)
        for note in seen.notes:
            context.log.warning(note)
        verdict = {"verdict": seen.verdict, "message": seen.message, "melding": seen.melding}
        facts = {**verdict, "missing": list(seen.missing), "notes": list(seen.notes)}
        yield dg.Output(
            Table(seen.rows, facts),
            metadata={
                "entries": seen.rows.height,
                "verdict": seen.verdict,
                "missing": len(seen.missing),
                "by boligtype": counts(seen.rows, "boligtype"),
                **({"unknown to the contract": "\n".join(seen.notes)} if seen.notes else {}),
            },
        )
        yield result(key, "register_seen", seen.verdict == "complete", seen.message or "")

    return register


def match_asset(municipality: Municipality) -> dg.AssetsDefinition:
    """Which register entry each dwelling is, by key and with the reason."""

    @dg.asset(
        key=[municipality.slug, "matches"],
        group_name=group(municipality, Step.REGISTER),
        description="Pairs of a dwelling and a register entry: our link, a person's decision, keys, then explained candidates.",
        kinds={"polars"},
        ins=inputs(municipality, "dwellings", "register"),
        dagster_type=_MATCHES,
        io_manager_key="tables",
    )
    def matches(
        context: dg.AssetExecutionContext, night: NightRun, earlier: EarlierTables, dwellings: Table, register: Table
    ) -> Iterator[object]:
        session = night.session(municipality, context.run.run_id)
        with one_sentence():
            pairs = planning_steps.match_entries(session, dwellings.frame, register.frame, earlier.last(municipality.slug, "matches"))
        yield dg.Output(Table(pairs), metadata=table_metadata(pairs, "key", "certain"))

    return matches
