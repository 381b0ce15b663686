"""Laws of the plan, on made municipalities and registers that were filled by hand."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from kobo_client.contract import COMPARED, PROTECTED
from reconciliation.ledger import BASES
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.plan.planning import Plan, actionable, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from tests.strategies import (
    LINKS,
    NIGHT,
    REGISTER,
    SOURCES,
    WHOLE_NIGHTS,
    World,
    bases_of,
    entries_of,
    links,
    municipality,
    none_known,
    worlds,
)

HOUSE = municipality()


class Night:
    """One reconciliation in memory: the register and the links change only by applying a plan."""

    def __init__(self, entries: pl.DataFrame) -> None:
        self.entries, self.links, self.memberships, self.bases = entries, links(), none_known(), pl.DataFrame(schema=BASES)

    def plan(self, rows: pl.DataFrame) -> Plan:
        merged = merge(rows, self.memberships, None, HOUSE)
        self.memberships, self.dwellings = merged.memberships, merged.dwellings
        self.matches = match(merged.dwellings, self.entries, self.links, None)
        remembered = Remembered(self.links, self.bases)
        plan = make_plan(merged, self.entries, self.matches, Reading(frozenset(SOURCES)), remembered, HOUSE, NIGHT)
        kept = self.bases.filter(~pl.col("kobo_id").is_in(plan.agreed.get_column("kobo_id").implode()))
        self.bases = pl.concat([kept, plan.agreed])
        return plan

    def apply(self, plan: Plan) -> None:
        entries = {row["kobo_id"]: row for row in self.entries.to_dicts()}
        linked = dict(self.links.iter_rows()) | dict(self.matches.filter("certain").select("leverandor_bolig_id", "kobo_id").iter_rows())
        wanted = {row["leverandor_bolig_id"]: row for row in self.dwellings.to_dicts()}
        for item in actionable(plan).iter_rows(named=True):
            ours = item["leverandor_bolig_id"]
            if item["class"] == "create":
                values = {field.name: wanted[ours][field.name] for field in COMPARED}
                linked[ours] = f"new-{ours}"
                entries[linked[ours]] = {**dict.fromkeys(REGISTER), **values, "kobo_id": linked[ours], "leverandor_bolig_id": ours}
            elif item["class"] == "update":
                entries[item["kobo_id"]] |= {change["field"]: change["new"] for change in json.loads(item["changes"])} | {
                    "leverandor_bolig_id": ours
                }
            else:
                entries.pop(item["kobo_id"])
                del linked[ours]
        self.entries = pl.DataFrame(list(entries.values()), schema=REGISTER)
        self.bases = bases_of(self.entries)
        self.links = pl.DataFrame(list(linked.items()), schema=LINKS, orient="row")


def night_of(world: World, seed: int) -> Night:
    return Night(entries_of(world, Random(seed))[0])


@WHOLE_NIGHTS
@given(worlds(), st.integers(0, 2**32))
def test_each_dwelling_is_in_exactly_one_class_and_no_entry_is_forgotten(world: World, seed: int) -> None:
    night = night_of(world, seed)
    plan = night.plan(world.rows)
    assert Counter(plan.items["leverandor_bolig_id"].drop_nulls()) == Counter(night.dwellings["leverandor_bolig_id"].to_list())
    assert sum(plan.counts.values()) == plan.items.height
    assert set(night.entries["kobo_id"]) <= set(plan.items["kobo_id"].drop_nulls())
    assert plan.items["kobo_id"].drop_nulls().is_unique().all()


@WHOLE_NIGHTS
@given(worlds(), st.integers(0, 2**32))
def test_what_is_applied_is_not_planned_again(world: World, seed: int) -> None:
    night = night_of(world, seed)
    night.apply(night.plan(world.rows))
    again = night.plan(world.rows)
    assert actionable(again).to_dicts() == []


@WHOLE_NIGHTS
@given(worlds(), st.integers(0, 2**32), st.integers(0, 100))
def test_any_order_gives_the_same_plan_and_digest(world: World, seed: int, order: int) -> None:
    night, other = night_of(world, seed), night_of(world, seed)
    other.entries = other.entries.sample(fraction=1, shuffle=True, seed=order)
    plan, again = night.plan(world.rows), other.plan(world.rows.sample(fraction=1, shuffle=True, seed=order))
    assert plan.items.equals(again.items)
    assert plan.digest == again.digest


@WHOLE_NIGHTS
@given(worlds(), st.integers(0, 2**32))
def test_nothing_that_is_not_ours_is_acted_on(world: World, seed: int) -> None:
    night = night_of(world, seed)
    plan = night.plan(world.rows)
    certain = set(night.matches.filter("certain")["kobo_id"])
    assert set(actionable(plan)["kobo_id"].drop_nulls()) <= certain
    assert "k-unknown" in plan.items.filter(pl.col("class") == "register_only")["kobo_id"].to_list()


@WHOLE_NIGHTS
@given(worlds(), st.integers(0, 2**32))
def test_protected_fields_are_never_in_an_update(world: World, seed: int) -> None:
    updates = night_of(world, seed).plan(world.rows).items.filter(pl.col("class") == "update")
    changed = {change["field"] for changes in updates["changes"] for change in json.loads(changes)}
    assert not changed & {field.name for field in PROTECTED}


@WHOLE_NIGHTS
@given(worlds(), st.integers(0, 2**32))
def test_everything_sold_is_retired_and_then_nothing_is_left_to_do(world: World, seed: int) -> None:
    night = night_of(world, seed)
    night.apply(night.plan(world.rows))
    ours = night.links.height
    sold = night.plan(world.rows.clear())
    assert sold.counts["retire"] == ours
    night.apply(sold)
    assert actionable(night.plan(world.rows.clear())).is_empty()


@WHOLE_NIGHTS
@given(worlds(), st.integers(0, 2**32))
def test_the_digest_is_another_when_what_would_be_sent_is_another(world: World, seed: int) -> None:
    plan = night_of(world, seed).plan(world.rows)
    moved = night_of(world, seed).plan(world.rows.with_columns(er_tilgjengelig_for_rullestolbruker=pl.lit(value=True)))
    assert (plan.digest != moved.digest) == bool(actionable(moved).height)
