"""Assets of the plan and of its apply."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg
import polars as pl

from assets import planning_steps
from assets.checks import check_key, result
from assets.night_resource import REGISTER_POOL, NightRun, one_sentence
from assets.night_session import NightSession
from assets.row_assets import verdicts_of
from assets.step_groups import Step, group
from assets.stored_table import Table
from assets.table_io import inputs, table_metadata
from assets.table_types import table_type
from reconciliation.apply import adopt, apply_plan, hand_over, still_to_arrive
from reconciliation.apply.owner_names import with_owner_names
from reconciliation.decisions.conflicts import as_sent
from reconciliation.merge import Merged
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import OUTCOMES, PLAN_ITEMS, empty
from reconciliation.plan.approval import DIGEST, Approval, ApprovalAnswer, PartToApprove, approval_of
from reconciliation.plan.guards import HANDED_OVER
from reconciliation.plan.moved_fields import unknown_bases
from reconciliation.plan.part_approvals import last_shown, part_approvals
from reconciliation.plan.plan_rendering import as_markdown
from reconciliation.plan.planning import Plan, actionable

_PLAN = table_type("Plan", PLAN_ITEMS)
_OUTCOMES = table_type("Outcomes", OUTCOMES)


def plan_asset(municipality: Municipality) -> dg.AssetsDefinition:
    """The asset of the plan; changes nothing in the register."""
    slug = municipality.slug
    key = [slug, "plan"]

    @dg.asset(
        key=key,
        group_name=group(municipality, Step.PLAN),
        description="Tonight's plan: every dwelling in exactly one class, what would change, and the plan's digest.",
        kinds={"polars"},
        ins=inputs(municipality, "dwellings", "lineage", "memberships", "register", "matches", "rejected_rows"),
        dagster_type=_PLAN,
        io_manager_key="tables",
        check_specs=[
            check_key(key, "inside_limits", "The guards let the plan be applied without a person."),
            check_key(key, "conflicts", "No dwelling waits for a person (conflict or review)."),
        ],
    )
    def plan(
        context: dg.AssetExecutionContext,
        night: NightRun,
        dwellings: Table,
        lineage: Table,
        memberships: Table,
        register: Table,
        matches: Table,
        rejected_rows: Table,
    ) -> Iterator[object]:
        session = night.session(municipality, context.run.run_id)
        seen = register.facts["verdict"] == "complete"
        with one_sentence():
            made = planning_steps.plan_changes(
                session,
                Merged(dwellings.frame, lineage.frame, memberships.frame),
                register_rows=register.frame if seen else None,
                matches=matches.frame,
                rejected=rejected_rows.frame,
                verdicts=verdicts_of(dwellings),
            )
        yield dg.Output(
            Table(made.items, facts_of(made) | {"as_of": session.as_of.isoformat()}),
            metadata={
                "digest": made.digest,
                **{str(name): number for name, number in made.counts.items()},
                "plan": dg.MetadataValue.md(as_markdown(made)),
            },
        )
        if unknown := unknown_bases(made.items):
            context.log.warning(f"{unknown} dwellings differ in a field whose last agreed value is not known: asked about, not written.")
        yield result(key, "inside_limits", not made.refusals, " ".join(refusal.message for refusal in made.refusals), warn=True)
        waiting = made.counts.get("conflict", 0) + made.counts.get("review", 0)
        yield result(key, "conflicts", waiting == 0, f"{waiting} dwellings wait for a person.", warn=True)

    return plan


def facts_of(plan: Plan) -> dict[str, Any]:
    """The facts stored with the plan's table: digest, counts, refusals and parts."""
    return {
        "digest": plan.digest,
        "register_verdict": plan.register_verdict,
        "counts": {str(name): number for name, number in plan.counts.items()},
        "refusals": planning_steps.refusals_of(plan),
        "parts": [asdict(part) for part in planning_steps.parts_to_approve(plan)],
    }


def approval_tonight(
    plan: Table, mode: str, municipality: Municipality, register_seen: bool, approved: Mapping[str, str] | None = None
) -> Approval:
    """Which parts of the plan may be applied. mode: of `--apply`. approved: digest -> name of the parts approved since the last night."""
    if not register_seen:
        return Approval(ApprovalAnswer.DRY, "The register could not be read, so nothing was planned or applied.")
    parts = [PartToApprove(**{**part, "refusals": tuple(part["refusals"])}) for part in plan.facts["parts"]]
    return approval_of(mode, plan.facts["digest"], parts, f"kobosync night {municipality.file}", f"{municipality.slug}_approve", approved)


def approved_since(session: NightSession, slug: str) -> dict[str, str]:
    """Digest -> name of the parts of the last night's plan that somebody has approved since."""
    shown = last_shown(session.ledger, slug, session.run_id)
    return {part.digest: part.name for part in part_approvals(session.ledger.decisions(slug), shown).values()}


def record_approval(session: NightSession, slug: str, digests: Sequence[str], mode: str) -> None:
    """When `--apply` is a digest, store it as a person's decision, once, before anything is written to the register."""
    if not DIGEST.match(mode):
        return
    digest = next(digest_of_part for digest_of_part in digests if digest_of_part.startswith(mode))
    stored = session.ledger.decisions(slug).filter((pl.col("kind") == "plan") & (pl.col("subject") == digest))
    if stored.is_empty():
        session.ledger.add_decision(slug, kind="plan", subject=digest, verdict="approved", decided_by=session.approved_by)


def apply_asset(municipality: Municipality) -> dg.AssetsDefinition:
    """The asset that applies the plan through the ledger's journal; a dry night applies nothing."""
    slug = municipality.slug
    key = [slug, "outcomes"]

    @dg.asset(
        key=key,
        group_name=group(municipality, Step.PLAN),
        description="What became of each planned change: done, refused with the register's words, or not tried.",
        kinds={"kobo"},
        pool=REGISTER_POOL,
        ins=inputs(municipality, "plan", "dwellings", "matches", "register"),
        dagster_type=_OUTCOMES,
        io_manager_key="tables",
        check_specs=[check_key(key, "all_done", "Every change that was tried is done.")],
    )
    def outcomes(
        context: dg.AssetExecutionContext, night: NightRun, plan: Table, dwellings: Table, matches: Table, register: Table
    ) -> Iterator[object]:
        session = night.session(municipality, context.run.run_id)
        seen = register.facts["verdict"] == "complete"
        approval = approval_tonight(plan, session.apply, municipality, seen, approved_since(session, slug))
        context.log.info(approval.message)
        done = empty(OUTCOMES)
        clashes = 0
        with one_sentence(), session.step("apply"):
            if approval.answer is ApprovalAnswer.APPLY:
                digests = [plan.facts["digest"], *(part["digest"] for part in plan.facts["parts"])]
                record_approval(session, slug, digests, session.apply)
                clashes = adopt(matches.frame, register.frame, session.ledger, slug, session.run_id).height
                doing = actionable(plan.frame).filter(pl.col("part").is_in(approval.parts))
                desired = as_sent(plan.frame, dwellings.frame, register.frame)
                done = _carried_out(doing, desired, register.frame, session, municipality, context.log)
            session.ledger.record_calls(slug, session.run_id, session.calls)
        if clashes:
            context.log.warning(f"{clashes} certain matches clash with a standing link; the links stand and a person must look.")
        facts = {
            "answer": approval.answer.value,
            "message": approval.message,
            "parts": list(approval.parts),
            "waiting": list(approval.waiting),
            "calls": session.call_counts(),
        }
        by_outcome = {str(name): number for name, number in done.group_by("outcome").len().rows()}
        yield dg.Output(
            Table(done, facts),
            metadata={
                "answer": approval.answer.value,
                "says": approval.message,
                "clashes": clashes,
                **table_metadata(done, "verb", "outcome"),
            },
        )
        left = done.height - sum(by_outcome.get(name, 0) for name in ("done", HANDED_OVER, "by_hand"))
        yield result(key, "all_done", left == 0, f"{left} of {done.height} changes were not done.")

    return outcomes


def _carried_out(
    doing: pl.DataFrame,
    desired: pl.DataFrame,
    register: pl.DataFrame,
    session: NightSession,
    municipality: Municipality,
    log: dg.DagsterLogManager,
) -> pl.DataFrame:
    """The approved changes, sent to the register or written to its import file. Shape: OUTCOMES.

    doing: PLAN_ITEMS. desired: DWELLINGS, as they are sent. register: the entries when the plan was made.
    """
    slug = municipality.slug
    if not municipality.register_.by_file:
        return apply_plan(
            items=doing,
            desired=desired,
            client=session.client(),
            ledger=session.ledger,
            run_id=session.run_id,
            municipality=slug,
            threads=municipality.register_.threads,
            entries=register,
            still_held=session.lock.is_held,
        )
    # Settles creates of earlier import files whose entries were linked just now.
    still_to_arrive(session.ledger, slug, session.import_folder)
    named = with_owner_names(desired, municipality.enhetsregisteret, session.home, session.as_of)
    if named.note:
        log.warning(named.note)
    return hand_over(doing, named.dwellings, session.ledger, session.run_id, slug, session.import_folder)
