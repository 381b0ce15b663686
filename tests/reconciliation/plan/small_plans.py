"""Plans of a few rows, made by merging, matching and planning as on a night."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.plan.planning import Plan, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from tests.reconciliation.decisions.nights import decided
from tests.strategies import MEMBERSHIPS, NIGHT, SOURCES, bases_of, links, municipality, none_known, register, standing_rows

GROUND = {"gardsnummer": 1, "bruksnummer": 2}
UNIT = {"bruksenhetsnummer": "H0101"}
ENTRY = {"kobo_id": "k1", **UNIT}


def planned(
    rows: list[dict[str, Any]],
    entries: list[dict[str, Any]] | None,
    linked: dict[str, str] | None = None,
    *,
    absences: dict[str, int] | None = None,
    complete: tuple[str, ...] = SOURCES,
    held_by: tuple[str, ...] = ("fdv",),
    handed_over: dict[str, date] | None = None,
    see: str = "links",
    known: pl.DataFrame | None = None,
    decisions: pl.DataFrame | None = None,
    rejected: pl.DataFrame | None = None,
    beside: tuple[tuple[str, str], ...] = (),
    **guards: Any,
) -> Plan:
    wide = municipality(**guards)
    house = wide.model_copy(update={"register_": wide.register_.model_copy(update={"see": see})})
    numbered = [{"source": "fdv", "source_key": str(number), **row} for number, row in enumerate(rows, start=1)]
    merged = merge(standing_rows(*numbered), none_known() if known is None else known, None, house)
    memberships = pl.DataFrame(
        [(source, "gone", dwelling) for dwelling in linked or {} for source in held_by], schema=MEMBERSHIPS, orient="row"
    )
    seen = None if entries is None else register(*entries)
    standing_links = links(**(linked or {}))
    entries_seen = register() if seen is None else seen
    return make_plan(
        replace(merged, memberships=pl.concat([merged.memberships, memberships])),
        seen,
        match(merged.dwellings, entries_seen, standing_links, decisions),
        Reading(frozenset(complete), rejected),
        Remembered(
            standing_links,
            bases_of(entries_seen),
            decided() if decisions is None else decisions,
            absences=absences or {},
            handed_over=handed_over or {},
            rejected_beside=lambda gone: [pair for pair in beside if pair[0] in gone],
        ),
        house,
        NIGHT,
    )


def only(plan: Plan) -> dict[str, Any]:
    (item,) = plan.items.to_dicts()
    return item
