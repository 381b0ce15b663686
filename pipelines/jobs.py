"""When a night runs: its job, its dry twin, the approval, and the schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg

from assets.night_resource import WHOLE_TAG
from pipelines.schedule_times import schedule_of
from reconciliation.ledger import LedgerError, open_ledger
from reconciliation.model.municipality import Municipality
from reconciliation.plan.approval import DIGEST

MUNICIPALITY_TAG = "kobosync/municipality"
"""On every run: Dagster's limit of one night per municipality, the sensors and the schedule know the runs by it."""
AssetJob = Any
"""What `dagster.define_asset_job` returns: Dagster exports no name for it."""
AS_OF_TAG = "kobosync/as_of"
STARTED_BY_TAG = "kobosync/started_by"
COMMAND_LINE = "command line"
RETRY_TAG = "dagster/retry_strategy"
"""A night whose process died is run again from the start, since the register may have changed since its first steps."""

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def night_name(municipality: Municipality) -> str:
    """Name of the municipality's nightly job."""
    return f"{municipality.slug}_nightly"


def plan_name(municipality: Municipality) -> str:
    """Name of the job that only plans."""
    return f"{municipality.slug}_plan"


def report_name(municipality: Municipality) -> str:
    """Name of the job that makes the last night's reports again."""
    return f"{municipality.slug}_report"


def approve_name(municipality: Municipality) -> str:
    """Name of the job that applies an approved plan."""
    return f"{municipality.slug}_approve"


def jobs_of(
    municipality: Municipality, root: Path, assets: Sequence[dg.AssetsDefinition], resources: Mapping[str, Any], *, all_four: bool
) -> list[dg.JobDefinition]:
    """The municipality's jobs, made from its own assets. all_four: also plan and report, which the command line has too.

    Resolved here and not by the deployment, which would search each job's assets among those of all municipalities: with 357 of them that
    is most of the loading time.
    """
    jobs = [nightly_job(municipality), approve_job(municipality, root)]
    if all_four:
        jobs += [plan_job(municipality), report_job(municipality)]
    own = dg.Definitions(assets=assets, jobs=jobs, resources=resources, executor=dg.in_process_executor)
    return [own.resolve_job_def(job.name) for job in jobs]


def nightly_job(municipality: Municipality) -> AssetJob:
    """The whole night. In one process: a process per asset costs several times the work itself."""
    return dg.define_asset_job(
        night_name(municipality),
        selection=dg.AssetSelection.all(),
        description=f"One night of {municipality.name}: sources to register to reports.",
        tags={MUNICIPALITY_TAG: municipality.slug, RETRY_TAG: "ALL_STEPS", WHOLE_TAG: "yes"},
    )


def plan_job(municipality: Municipality) -> AssetJob:
    """The night up to the plan; the register is read and not changed."""
    return dg.define_asset_job(
        plan_name(municipality),
        selection=dg.AssetSelection.assets([municipality.slug, "plan"]).upstream().required_multi_asset_neighbors(),
        description=f"What tonight would change for {municipality.name}, without changing it.",
        tags={MUNICIPALITY_TAG: municipality.slug},
    )


def report_job(municipality: Municipality) -> AssetJob:
    """The last night's reports once more, from its tables and the ledger; no source and no register is asked."""
    return dg.define_asset_job(
        report_name(municipality),
        selection=dg.AssetSelection.assets([municipality.slug, "reports"]),
        description=f"Render {municipality.name}'s last night again.",
        tags={MUNICIPALITY_TAG: municipality.slug},
    )


def approve_job(municipality: Municipality, root: Path) -> AssetJob:
    """A whole night that applies the plan or part with the given digest, whatever the limits, and no other."""

    def approved(config: Mapping[str, Any]) -> dict[str, Any]:
        # An invalid digest is reported by the run itself in a sentence; an error here would be a failing page.
        digest = str(config["digest"]).strip().casefold()
        apply = digest if DIGEST.match(digest) else f"digest={digest}"
        settings = {"home": str(root), "apply": apply, "approved_by": str(config["approved_by"])}
        return {"resources": {"night": {"config": settings}}}

    return dg.define_asset_job(
        approve_name(municipality),
        selection=dg.AssetSelection.all(),
        config=dg.ConfigMapping(
            config_fn=approved,
            config_schema={
                "digest": dg.Field(str, description="Of a plan or a part of it, at least its first 12 characters."),
                "approved_by": dg.Field(str, is_required=False, default_value="", description="Who approves: a role, not a name."),
            },
        ),
        description=f"Approve a plan of {municipality.name}, or a part of it, by its digest and apply that and nothing else.",
        tags={MUNICIPALITY_TAG: municipality.slug, RETRY_TAG: "ALL_STEPS", WHOLE_TAG: "yes"},
    )


def nightly_schedule(municipality: Municipality, root: Path) -> dg.ScheduleDefinition:
    """At the municipality's own time, in its time zone; skipped with a reason while another night runs."""

    def tonight(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        busy = under_way(municipality, root, context.instance)
        return dg.SkipReason(busy) if busy else dg.RunRequest(tags={MUNICIPALITY_TAG: municipality.slug})

    return dg.ScheduleDefinition(
        name=f"{municipality.slug}_schedule",
        job_name=night_name(municipality),
        cron_schedule=schedule_of(municipality),
        execution_timezone=municipality.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        execution_fn=tonight,
        description=f"{municipality.name}: every night.",
    )


def under_way(municipality: Municipality, root: Path, instance: dg.DagsterInstance) -> str | None:
    """Why no night can begin now, or None. A ledger that cannot be opened is reported by the night itself."""
    filters = dg.RunsFilter(tags={MUNICIPALITY_TAG: municipality.slug}, statuses=UNFINISHED)
    for run in instance.get_runs(filters):
        # Runs of the command line are found by the ledger's lock: Dagster does not notice when such a process is killed.
        if run.tags.get(STARTED_BY_TAG) != COMMAND_LINE:
            return f"{municipality.name}: {run.job_name} ({run.run_id}) has not ended yet; no second night beside it."
    try:
        with closing(open_ledger(municipality.ledger, root)) as ledger:
            holder = ledger.held_by(municipality.slug)
    except LedgerError:
        return None
    return holder and f"{municipality.name}: run {holder} holds the ledger's lock; no second night beside it."
