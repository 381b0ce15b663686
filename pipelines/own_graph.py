"""Asset jobs that look at their own municipality's assets only.

Dagster finds a job's assets among all of the deployment's, four times per municipality: at 357 municipalities that was half of
the time it took to load, and it grows with the square of their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster_shared.record import as_dict

MUNICIPALITY_TAG = "kobosync/municipality"

_PARTS: WeakKeyDictionary[AssetGraph, dict[str, AssetGraph]] = WeakKeyDictionary()


def part_of(whole: AssetGraph, slug: str) -> AssetGraph:
    """The assets whose key begins with the slug, as a graph of their own. No asset of a municipality depends on another's."""
    parts = _PARTS.get(whole)
    if parts is None:
        assets: dict[str, list[dg.AssetsDefinition]] = defaultdict(list)
        for asset in whole.assets_defs:
            assets[next(iter(asset.keys)).path[0]].append(asset)
        parts = _PARTS[whole] = {name: AssetGraph.from_assets(ours) for name, ours in assets.items()}
    return parts[slug]


class MunicipalityJob(UnresolvedAssetJobDefinition):
    """An asset job of the municipality that its tag names."""

    def resolve(
        self,
        asset_graph: AssetGraph,
        default_executor_def: dg.ExecutorDefinition | None = None,
        resource_defs: Mapping[str, dg.ResourceDefinition] | None = None,
    ) -> dg.JobDefinition:
        """As Dagster does it, among the municipality's own assets."""
        slug = (self.tags or {})[MUNICIPALITY_TAG]
        return super().resolve(part_of(asset_graph, slug), default_executor_def, resource_defs)


def municipality_job(slug: str, name: str, **settings: Any) -> MunicipalityJob:
    """`dagster.define_asset_job` for one municipality; same settings."""
    made = dg.define_asset_job(name, **settings | {"tags": {MUNICIPALITY_TAG: slug, **settings.get("tags", {})}})
    return MunicipalityJob(**as_dict(made))
