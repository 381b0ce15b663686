"""One asset per source, so that the graph shows which system failed."""

from collections.abc import Iterator

import dagster as dg

from assets import reading_steps
from assets.checks import check_key, result
from assets.night_resource import FRESH, NightRun
from assets.step_groups import Step, group
from assets.stored_table import Table
from assets.table_io import table_metadata
from assets.table_types import TABLE_TYPE
from connectors.read_result import Verdict
from connectors.source_config import AnySource
from reconciliation.model.municipality import Municipality


def source_asset_key(municipality: Municipality, name: str) -> list[str]:
    """Asset key of one configured source, e.g. fjordvik/source/facilit."""
    return [municipality.slug, "source", name]


def source_asset(municipality: Municipality, name: str, source: AnySource) -> dg.AssetsDefinition:
    """Extract: the source's rows as written, with their place; never more than the mapped columns."""
    key = source_asset_key(municipality, name)

    @dg.asset(
        key=key,
        group_name=group(municipality, Step.SOURCES),
        description=f"{source.title}: rows as written, with file, sheet and row.",
        kinds={source.kind},
        owners=[f"team:{source.owner}"],
        dagster_type=TABLE_TYPE,
        io_manager_key="tables",
        freshness_policy=FRESH,
        check_specs=[
            check_key(key, "read_complete", "The source was read, and read to its end."),
            check_key(key, "minimum_rows", "At least as many rows as the municipality's file demands."),
        ],
    )
    def extract(context: dg.AssetExecutionContext, night: NightRun) -> Iterator[object]:
        session = night.session(municipality, context.run.run_id)
        read = reading_steps.extract(session, name, source)
        if read.message:
            context.log.warning(read.message)
        unreadable = read.unreadable.to_dicts() if read.unreadable is not None else []
        facts = {
            "verdict": read.verdict.value,
            "message": read.message,
            "melding": read.melding,
            "masked": dict(read.masked),
            "notes": list(read.notes),
            "unreadable": unreadable,
            "lines": dict(read.lines),
            "layout": dict(read.layout),
            "joined": dict(read.joined),
        }
        yield dg.Output(
            Table(read.rows, facts),
            metadata={
                **table_metadata(read.rows, "file", "sheet"),
                "verdict": read.verdict.value,
                "masked values": sum(read.masked.values()),
                "notes": "; ".join(read.notes) or "-",
                **({"lines": ", ".join(f"{count} {name}" for name, count in read.lines.items())} if read.lines else {}),
            },
        )
        yield result(key, "read_complete", read.verdict is Verdict.COMPLETE, read.message or "")
        enough = read.rows.height >= source.minimum_rows
        yield result(key, "minimum_rows", enough, f"{read.rows.height} rows read, at least {source.minimum_rows} expected.")

    return extract
