"""Sentences that explain why numbers on the page differ: how each sum is made from another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from language import counted, listed, number, text
from reconciliation.model.words import DwellingClass
from reconciliation.plan.stock_scope import OUT_OF_USE, WHOLE_UNIT
from reporting.holdings import Holding
from reporting.kostra_workbook import kostra_of
from reporting.needs import NeedsOverview
from reporting.night_report import NightResult


def holdings_bridge(holders: Sequence[Holding], progress: Mapping[str, Any]) -> str:
    """From the headline to the table of who must act on what is left. progress: summary's `progress`."""
    parts = {"rows": sum(holder.rows for holder in holders), "dwellings": sum(holder.dwellings for holder in holders)}
    left = progress["in_scope"] - progress["in_register"]
    numbers = {"in_scope": progress["in_scope"], "in_register": progress["in_register"], "left": left, **parts}
    return text("holdings.bridge", **{name: number(value) for name, value in numbers.items()})


def bridges(result: NightResult, progress: Mapping[str, Any], overview: NeedsOverview | None) -> Iterator[str]:
    """From the headline to the classes, KOSTRA, the needs and the plan. progress: summary's. overview: None without needs."""
    dwellings = result.dwellings.height
    yield text(
        "bridges.scope", scope=number(progress["in_scope"]), standing=number(dwellings), rejected=number(progress["in_scope"] - dwellings)
    )
    classes = dict(result.items.group_by("class").len().iter_rows())
    if result.items.height:
        gone = classes.get(DwellingClass.RETIRE.value, 0)
        alone = classes.get(DwellingClass.REGISTER_ONLY.value, 0)
        total = result.items.height
        yield text("bridges.classes", total=number(total), standing=number(total - gone - alone), gone=number(gone), alone=number(alone))
    if kostra := kostra_of(result):
        reasons = kostra.rows.get_column("left_out")
        whole, unused = (number(int((reasons == code).sum())) for code in (WHOLE_UNIT, OUT_OF_USE))
        yield text("bridges.kostra", total=number(kostra.counts["i_alt"]), standing=number(dwellings), whole=whole, unused=unused)
    outside = {slug: category.title for slug, category in result.municipality.categories.items() if not category.in_scope}
    rows = {slug: result.out_of_scope.get(slug, 0) for slug in outside}
    if overview is not None:
        inside = sum(need.have for need in overview.categories if need.in_scope)
        unknown = dwellings - inside
        yield text("bridges.needs", total=number(inside), standing=number(dwellings), unknown=number(unknown))
    if any(rows.values()):
        named = listed([f"{title[:1].lower()}{title[1:]} ({counted(rows[slug], 'rad')})" for slug, title in outside.items() if rows[slug]])
        yield text("bridges.outside_needs" if overview is not None else "bridges.outside", what=named)
