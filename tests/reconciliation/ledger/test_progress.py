"""How far a night brought us: who counts, where, and why the rest does not."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.ledger import HISTORY, MEMBERSHIPS
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import DWELLINGS, OUTCOMES, PLAN_ITEMS, SOURCE_ROWS
from reconciliation.plan.progress import measure

PLACE = cast(
    Municipality,
    SimpleNamespace(survivorship=SimpleNamespace(default=("facilit", "excel")), sources={"excel": None, "facilit": None, "boei": None}),
)


def dwelling(ours: str, sources: tuple[str, ...] = ("facilit",), category: str = "omsorg", owner: str = "kontoret") -> dict[str, Any]:
    return {"leverandor_bolig_id": ours, "kategori": category, "owner": owner, "sources": list(sources), "carried": False}


def item(kind: str, ours: str | None, kobo: str | None = None, guard: str | None = None) -> dict[str, Any]:
    return {"class": kind, "leverandor_bolig_id": ours, "kobo_id": kobo, "changes": "[]", "held": guard}


def outcome(ours: str, became: str) -> dict[str, Any]:
    return {"leverandor_bolig_id": ours, "verb": "POST", "outcome": became}


def row(source: str, key: str | None, category: str | None = "omsorg") -> dict[str, Any]:
    return {"source": source, "source_key": key, "owner": "kontoret", "kategori": category}


def progress(
    dwellings: list[dict[str, Any]],
    items: list[dict[str, Any]],
    outcomes: list[dict[str, Any]] | None = None,
    rejected: list[dict[str, Any]] | None = None,
    known: list[dict[str, Any]] | None = None,
    **more: Any,
) -> pl.DataFrame:
    return measure(
        pl.DataFrame(dwellings, schema=DWELLINGS),
        pl.DataFrame(items, schema=PLAN_ITEMS),
        pl.DataFrame(outcomes or [], schema=OUTCOMES),
        pl.DataFrame(rejected or [], schema=SOURCE_ROWS),
        pl.DataFrame(known or [], schema=MEMBERSHIPS),
        PLACE,
        **more,
    )


@pytest.mark.parametrize(
    ("kind", "kobo", "became", "guard", "counts", "blocked"),
    [
        ("in_sync", "1", None, None, (1, 1), {}),
        ("create", None, "done", None, (1, 1), {}),
        ("create", None, "refused", None, (0, 0), {"refused": 1}),
        ("create", None, "not_tried", None, (0, 0), {"not_tried": 1}),
        ("create", None, None, "growth", (0, 0), {"growth": 1}),
        ("create", None, None, None, (0, 0), {"not_applied": 1}),
        ("update", "1", "done", None, (1, 1), {}),
        ("update", "1", "moved", None, (1, 0), {}),
        ("conflict", "1", None, None, (1, 0), {}),
        ("conflict", None, None, None, (0, 0), {"conflict": 1}),
        ("review", "1", None, None, (0, 0), {"review": 1}),
    ],
)
def test_the_state_of_a_dwelling_after_the_apply(
    *, kind: str, kobo: str | None, became: str | None, guard: str | None, counts: tuple[int, int], blocked: dict[str, int]
) -> None:
    counted = progress([dwelling("a")], [item(kind, "a", kobo, guard)], [outcome("a", became)] if became else []).row(0, named=True)
    assert (counted["in_scope"], counted["in_register"], counted["in_sync"]) == (1, *counts)
    assert json.loads(counted["blocked"]) == blocked


def test_what_is_gone_from_the_sources_or_only_in_kobo_is_not_in_scope() -> None:
    counted = progress([], [item("retire", "a", "1"), item("register_only", None, "2")])
    assert counted.is_empty()


def test_a_dwelling_in_several_sources_counts_once_under_the_one_that_ranks_first() -> None:
    counted = progress([dwelling("a", ("boei", "excel", "facilit")), dwelling("b", ("boei",))], [])
    assert counted.select("source", "in_scope").rows() == [("boei", 1), ("facilit", 1)]


def test_a_rejected_row_is_a_dwelling_to_come_unless_its_dwelling_exists() -> None:
    known = [
        {"source": "excel", "source_key": "1", "leverandor_bolig_id": "a"},
        {"source": "excel", "source_key": "2", "leverandor_bolig_id": "gone"},
        {"source": "boei", "source_key": "7", "leverandor_bolig_id": "gone"},
    ]
    rejected = [
        row("excel", "1"),  # its dwelling exists
        row("excel", "2"),  # known, exists no longer ...
        row("boei", "7"),  # ... and is the same dwelling
        row("excel", "3", None),
        row("excel", "3", None),  # a key that occurs twice is one dwelling
        row("excel", None),
        row("excel", None),  # rows without a key are one each
    ]
    counted = progress([dwelling("a", ("excel",))], [item("in_sync", "a", "1")], rejected=rejected, known=known)
    assert counted["in_scope"].sum() == 1 + 1 + 1 + 2
    assert counted["in_register"].sum() == 1
    assert counted.filter(pl.col("category") == "unknown")["blocked"].to_list() == ['{"rejected": 1}']


def test_a_night_that_could_not_see_the_register_keeps_last_nights_count_and_says_so() -> None:
    last = {"category": "omsorg", "source": "facilit", "owner": "kontoret", "in_scope": 3, "in_sync": 1}
    history = pl.DataFrame(
        [{**last, "as_of": date(2023, 11, day), "in_register": 3 - day, "blocked": "{}", "register_seen": True} for day in (2, 1)],
        schema=HISTORY,
    )
    counted = progress([dwelling("a"), dwelling("b")], [], register_seen=False, history=history).row(0, named=True)
    assert (counted["in_scope"], counted["in_register"], counted["in_sync"], counted["register_seen"]) == (2, 1, 1, False)


CLASSES = st.sampled_from(["in_sync", "create", "update", "conflict", "review"])


@given(
    st.lists(st.tuples(CLASSES, st.booleans(), st.sampled_from([None, "done", "refused"]), st.sampled_from("xyz")), max_size=12),
    st.integers(0, 4),
)
def test_nobody_is_lost_and_nobody_counts_twice(states: list[tuple[str, bool, str | None, str]], rejected: int) -> None:
    dwellings = [dwelling(str(number), category=category) for number, (_, _, _, category) in enumerate(states)]
    items = [item(kind, str(number), f"k{number}" if there else None) for number, (kind, there, _, _) in enumerate(states)]
    outcomes = [outcome(str(number), became) for number, (_, _, became, _) in enumerate(states) if became]
    counted = progress(dwellings, items, outcomes, [row("excel", f"r{number}") for number in range(rejected)])
    assert counted["in_scope"].sum() == len(states) + rejected
    for counts_row in counted.iter_rows(named=True):
        assert counts_row["in_sync"] <= counts_row["in_scope"]
        assert counts_row["in_register"] + sum(json.loads(counts_row["blocked"]).values()) == counts_row["in_scope"]
    assert counted.equals(
        progress(dwellings[::-1], items[::-1], outcomes[::-1], [row("excel", f"r{number}") for number in range(rejected)])
    )


def test_a_rejected_row_whose_home_another_system_holds_up_is_not_one_more() -> None:
    def at(key: str, street: str, number: int) -> dict[str, Any]:
        return {**row("facilit", key), "adressenavn": street, "nummer": number, "bruksenhetsnummer": "H0101"}

    present = {**dwelling("boei-1", ("boei",)), "adressenavn": "Storgata", "nummer": 4}
    snapshot = progress([present], [], rejected=[at("1", "STORGATA", 4), at("2", "Storgata", 6), at("3", "Storgata", 6)])
    assert snapshot["in_scope"].sum() == 2, "number 4 stands, and number 6 is one home however often it is typed in"
