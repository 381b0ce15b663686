"""When a night runs: its job, its dry twin, and the schedule."""

from __future__ import annotations

import dagster as dg

from reconciliation.municipality import Municipality

MUNICIPALITY_TAG = "kobosync/municipality"
AS_OF_TAG = "kobosync/as_of"


def night_name(municipality: Municipality) -> str:
    return f"{municipality.slug}_nightly"


def plan_name(municipality: Municipality) -> str:
    return f"{municipality.slug}_plan"


def report_name(municipality: Municipality) -> str:
    return f"{municipality.slug}_report"


def nightly_job(municipality: Municipality) -> dg.UnresolvedAssetJobDefinition:
    """The whole night. In one process: a process per asset costs several times the work itself."""
    return dg.define_asset_job(
        night_name(municipality),
        selection=dg.AssetSelection.groups(municipality.slug),
        description=f"One night of {municipality.name}: sources to register to reports.",
        tags={MUNICIPALITY_TAG: municipality.slug},
        executor_def=dg.in_process_executor,
    )


def plan_job(municipality: Municipality) -> dg.UnresolvedAssetJobDefinition:
    """The night up to the plan; the register is read and not changed."""
    return dg.define_asset_job(
        plan_name(municipality),
        selection=dg.AssetSelection.assets([municipality.slug, "plan"]).upstream(),
        description=f"What tonight would change for {municipality.name}, without changing it.",
        tags={MUNICIPALITY_TAG: municipality.slug},
        executor_def=dg.in_process_executor,
    )


def report_job(municipality: Municipality) -> dg.UnresolvedAssetJobDefinition:
    """The last night's reports once more, from its tables and the ledger; no source and no register is asked."""
    return dg.define_asset_job(
        report_name(municipality),
        selection=dg.AssetSelection.assets([municipality.slug, "reports"]),
        description=f"Render {municipality.name}'s last night again.",
        tags={MUNICIPALITY_TAG: municipality.slug},
        executor_def=dg.in_process_executor,
    )


def nightly_schedule(municipality: Municipality) -> dg.ScheduleDefinition:
    """At the municipality's own hour, in its own time zone."""
    return dg.ScheduleDefinition(
        name=f"{municipality.slug}_schedule",
        job_name=night_name(municipality),
        cron_schedule=municipality.schedule,
        execution_timezone=municipality.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        tags={MUNICIPALITY_TAG: municipality.slug},
        description=f"{municipality.name}: every night.",
    )
