"""Each kind of change of each source is a part of its own: limited, digested and approved by itself."""

from __future__ import annotations

from typing import Any

import polars as pl

from reconciliation.ledger import STOCK
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.plan.planning import Plan, Selection, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from tests.strategies import MEMBERSHIPS, NIGHT, SOURCES, bases_of, links, municipality, register, standing_rows


def rows(source: str, numbers: range, **values: Any) -> list[dict[str, Any]]:
    return [{"source": source, "source_key": str(number), "nummer": number, "bruksenhetsnummer": "H0101", **values} for number in numbers]


def planned(
    sources: list[dict[str, Any]], entries: list[dict[str, Any]], linked: dict[str, str], held_by: dict[str, str], **guards: Any
) -> Plan:
    """held_by: leverandor_bolig_id -> source of a dwelling that is gone. guards: `stock` is the ledger's."""
    remembered = {"stock": guards.pop("stock")} if "stock" in guards else {}
    house = municipality(**{"floor": 2, "maximum_retire_count": 2, "maximum_update_count": 2, **guards})
    known = pl.DataFrame([(source, ours.partition("-")[2], ours) for ours, source in held_by.items()], schema=MEMBERSHIPS, orient="row")
    merged = merge(standing_rows(*sources), known, None, house)
    seen = register(*entries)
    standing_links = links(**linked)
    matches = match(merged.dwellings, seen, standing_links, None)
    return make_plan(
        merged, seen, matches, Reading(frozenset(SOURCES)), Remembered(standing_links, bases_of(seen), **remembered), house, NIGHT
    )


def entry(number: int) -> dict[str, Any]:
    return {"kobo_id": f"k{number}", "nummer": number, "bruksenhetsnummer": "H0101", "leverandor_bolig_id": f"fdv-{number}"}


def linked(numbers: range) -> dict[str, str]:
    return {f"fdv-{number}": f"k{number}" for number in numbers}


def gone(source: str, numbers: range) -> dict[str, str]:
    return {f"{source}-{number}": source for number in numbers}


def waiting(plan: Plan) -> set[str]:
    return {part.name for part in plan.parts if part.refusals}


def test_new_dwellings_go_while_retirements_beyond_the_limit_wait() -> None:
    plan = planned(rows("fdv", range(50, 60)), [entry(number) for number in range(1, 5)], linked(range(1, 5)), gone("fdv", range(1, 5)))
    assert {part.name: part.changes for part in plan.parts} == {"create/fdv": 10, "retire/fdv": 4}
    assert waiting(plan) == {"retire/fdv"}
    assert len({plan.digest, *(part.digest for part in plan.parts)}) == 3


def test_a_source_gone_wrong_does_not_hold_back_another_source() -> None:
    held_by = {**gone("fdv", range(1, 6)), **gone("omsorg", range(6, 7))}
    ours = {**linked(range(1, 6)), "omsorg-6": "k6"}
    plan = planned([], [entry(number) for number in range(1, 7)], ours, held_by)
    assert {part.name: part.changes for part in plan.parts} == {"retire/fdv": 5, "retire/omsorg": 1}
    assert waiting(plan) == {"retire/fdv"}


def test_small_parts_together_stay_within_the_limit_of_their_kind() -> None:
    held_by = {**gone("fdv", range(1, 3)), **gone("omsorg", range(3, 5))}
    ours = {**linked(range(1, 3)), "omsorg-3": "k3", "omsorg-4": "k4"}
    plan = planned([], [entry(number) for number in range(1, 5)], ours, held_by)
    assert waiting(plan) == {"retire/omsorg"}, "the first of them fills the limit of two"


def test_the_digest_of_a_part_is_the_same_whatever_the_other_parts_hold() -> None:
    alone = planned(rows("fdv", range(50, 53)), [], {}, {})
    two = planned([*rows("fdv", range(50, 53)), *rows("omsorg", range(70, 73))], [], {}, {})
    assert {part.name: part.digest for part in alone.parts}["create/fdv"] == {part.name: part.digest for part in two.parts}["create/fdv"]


def test_a_plan_can_be_looked_at_part_by_part() -> None:
    plan = planned([*rows("fdv", range(50, 53)), *rows("omsorg", range(70, 73))], [], {}, {})
    seen = Selection("create", "omsorg").plan(plan)
    assert seen.items.height == 3
    assert (seen.counts["create"], plan.counts["create"]) == (3, 6), "the counts are of what is shown"
    assert [part.name for part in seen.parts] == ["create/omsorg"]


def test_what_is_gone_from_kobo_already_counts_against_no_limit() -> None:
    entries = [entry(number) for number in range(1, 3)]
    plan = planned([], entries, linked(range(1, 9)), gone("fdv", range(1, 9)))
    retired = plan.items.filter(pl.col("class") == "retire")
    assert retired.height == 8
    assert waiting(plan) == set(), "only two of the eight are still there, and two may go"
    assert waiting(planned([], [entry(number) for number in range(1, 4)], linked(range(1, 9)), gone("fdv", range(1, 9)))) == {"retire/fdv"}


def test_parts_can_be_per_category_and_per_source_and_category() -> None:
    listed = [
        *rows("fdv", range(50, 53), kategori="a"),
        *rows("omsorg", range(70, 73), kategori="b"),
        *rows("fdv", range(90, 92), kategori="b"),
    ]
    plan = planned(listed, [], {}, {}, parts="category")
    assert {part.name: part.changes for part in plan.parts} == {"create/a": 3, "create/b": 5}
    assert [part.name for part in Selection("create", category="a").plan(plan).parts] == ["create/a"]
    both = planned(listed, [], {}, {}, parts="source_and_category")
    assert {part.name: part.changes for part in both.parts} == {"create/fdv/a": 3, "create/fdv/b": 2, "create/omsorg/b": 3}
    assert [part.name for part in Selection(source="fdv", category="b").plan(both).parts] == ["create/fdv/b"]


def test_a_category_gone_wrong_does_not_hold_back_another_and_what_is_gone_is_in_the_category_it_had() -> None:
    stock = pl.DataFrame(
        [(f"fdv-{number}", "opening", True, "a" if number < 6 else "b", "") for number in range(1, 7)], schema=STOCK, orient="row"
    )
    ours = linked(range(1, 7))
    plan = planned([], [entry(number) for number in range(1, 7)], ours, gone("fdv", range(1, 7)), parts="category", stock=stock)
    assert {part.name: part.changes for part in plan.parts} == {"retire/a": 5, "retire/b": 1}
    assert waiting(plan) == {"retire/a"}


def changed(numbers: range) -> list[dict[str, Any]]:
    return rows("fdv", numbers, manedsleie=5500.0)


def test_entries_that_are_adopted_tonight_count_among_ours_and_linked_ones_count_once() -> None:
    let = [{**entry(number), "manedsleie": 5000.0} for number in range(1, 11)]
    unchanged = rows("fdv", range(6, 11), manedsleie=5000.0)
    limits = {"maximum_update_share": 0.5, "maximum_update_count": 100}
    assert waiting(planned(changed(range(1, 6)) + unchanged, let, {}, {}, **limits)) == set(), "5 of 10 that are adopted"
    six = changed(range(1, 7)) + unchanged[1:]
    assert waiting(planned(six, let, linked(range(1, 11)), {}, **limits)) == {"update/fdv"}, "6 of 10 that are linked"
