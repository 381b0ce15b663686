"""All assets of one municipality, made from its file."""

from __future__ import annotations

import dagster as dg

from assets.dwelling_assets import match_asset, merge_assets, register_asset
from assets.plan_assets import apply_asset, plan_asset
from assets.report_assets import progress_asset, report_asset
from assets.row_assets import standardise_assets, standing_asset, validate_assets
from assets.source_assets import source_asset
from reconciliation.model.municipality import Municipality


def municipality_assets(municipality: Municipality) -> list[dg.AssetsDefinition]:
    """In the order of the night: extract, standardise, validate, merge, snapshot, match, plan, apply, progress, report."""
    return [
        *(source_asset(municipality, name, source) for name, source in municipality.sources.items()),
        standardise_assets(municipality),
        validate_assets(municipality),
        standing_asset(municipality),
        merge_assets(municipality),
        register_asset(municipality),
        match_asset(municipality),
        plan_asset(municipality),
        apply_asset(municipality),
        progress_asset(municipality),
        report_asset(municipality),
    ]
