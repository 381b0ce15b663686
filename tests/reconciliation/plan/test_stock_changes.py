"""What moved in the stock of dwellings: what happened is distinguished from what came to be known, and an unchanged night has no row."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.ledger import MEMBERSHIPS, STOCK
from reconciliation.model.tables import DWELLINGS, OUT_OF_SCOPE, PLAN_ITEMS, SOURCE_ROWS
from reconciliation.plan.stock_changes import StockMemory, StockTonight, stock_changes
from tests.strategies import NIGHT, SOURCES, municipality, register

OWNED = "KOMMUNALT_EID"
BEFORE = NIGHT - timedelta(days=1)
HOUSE = municipality(retire_after_nights=2)
TEXTS = {"leverandor_bolig_id": pl.String, "kobo_id": pl.String}
ERRORS = {"source": pl.String, "source_key": pl.String, "first_seen": pl.Date}
PLAIN: dict[str, Any] = {"kommunenummer": "9902", "adressenavn": "Storgata", "bruksenhetsnummer": "H0101", "kategori": "eldre"}


def homes(*ours: str, **fields: Any) -> pl.DataFrame:
    rows = [
        {
            **PLAIN,
            "leverandor_bolig_id": dwelling,
            "nummer": at,
            "disposisjonsform": OWNED,
            "source_keys": [f"fdv:{dwelling}"],
            "candidates": [],
            **fields,
        }
        for at, dwelling in enumerate(ours, start=1)
    ]
    return pl.DataFrame(rows, schema=DWELLINGS)


def stock(*rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=STOCK, orient="row")


def stock_row(
    ours: str, kind: str = "opening", in_stock: bool = True, category: str | None = "eldre", tenure: str | None = OWNED
) -> tuple[Any, ...]:
    return (ours, kind, in_stock, category, tenure)


def moved(before: pl.DataFrame, dwellings: pl.DataFrame, **known: Any) -> dict[str, str]:
    """leverandor_bolig_id -> kind."""
    return dict(changes(before, dwellings, **known).moved.select("leverandor_bolig_id", "kind").iter_rows())


def changes(before: pl.DataFrame, dwellings: pl.DataFrame, **known: Any) -> Any:
    keys = known.get("keys", [("fdv", dwelling, dwelling, date(2023, 1, 1)) for dwelling in before.get_column("leverandor_bolig_id")])
    memberships = pl.DataFrame(keys, schema=MEMBERSHIPS, orient="row")
    errors = pl.DataFrame(
        known.get("errors", []), schema={"source": pl.String, "source_key": pl.String, "first_seen": pl.Date}, orient="row"
    )
    links = pl.DataFrame(known.get("links", []), schema={"leverandor_bolig_id": pl.String, "kobo_id": pl.String}, orient="row")
    memory = StockMemory(memberships, errors, links, known.get("absences", {}), BEFORE)
    tonight = StockTonight(
        dwellings,
        pl.DataFrame(known.get("items", []), schema=PLAN_ITEMS),
        known.get("entries"),
        pl.DataFrame(known.get("rejected", []), schema=SOURCE_ROWS),
        pl.DataFrame(known.get("outside", []), schema=OUT_OF_SCOPE),
        known.get("complete", SOURCES),
        NIGHT,
    )
    return stock_changes(before, tonight, HOUSE, lambda: memory)


BOTH = stock(stock_row("a"), stock_row("b"))
ROW = {"source": "fdv", "source_key": "b"}
RETIRING = {"class": "retire", "leverandor_bolig_id": "b", "kobo_id": "k1"}
CASES: dict[str, tuple[pl.DataFrame, pl.DataFrame, dict[str, Any], dict[str, str]]] = {
    "nothing moved": (BOTH, homes("a", "b"), {}, {}),
    "the first night": (stock(), homes("a"), {}, {"a": "opening"}),
    "a new one": (BOTH, homes("a", "b", "c"), {}, {"c": "new"}),
    "a row that was rejected from the start": (BOTH, homes("a", "b", "c"), {"errors": [("fdv", "c", date(2023, 1, 1))]}, {"c": "readable"}),
    "a row that came later and was rejected": (BOTH, homes("a", "b", "c"), {"errors": [("fdv", "c", BEFORE)]}, {"c": "new"}),
    "a row that was part of another": (
        BOTH, homes("a", "b", "c"), {"keys": [("fdv", "c", "a", date(2023, 1, 1))]}, {"c": "known_before"},
    ),
    "a source read for the first time": (BOTH, homes("a", "b", "c"), {"keys": [("fdv", "c", "c", NIGHT)]}, {"c": "first_read"}),
    "one that had left": (stock(stock_row("a"), stock_row("b", "gone", False)), homes("a", "b"), {}, {"b": "returned"}),
    "one that was not in use": (stock(stock_row("a"), stock_row("b", "out_of_use", False)), homes("a", "b"), {}, {"b": "back_in_use"}),
    "one whose category was not let": (
        stock(stock_row("a"), stock_row("b", "out_of_scope", False)), homes("a", "b"), {}, {"b": "into_scope"},
    ),
    "gone for one night": (BOTH, homes("a"), {}, {}),
    "gone for two nights": (BOTH, homes("a"), {"absences": {"b": 1}}, {"b": "gone"}),
    "gone while a source is unread": (BOTH, homes("a"), {"absences": {"b": 5}, "complete": ("fdv",)}, {}),
    "its row is there and rejected": (BOTH, homes("a"), {"absences": {"b": 5}, "rejected": [ROW]}, {}),
    "marked as not let": (BOTH, homes("a"), {"outside": [{**ROW, "reason": "inactive"}]}, {"b": "out_of_use"}),
    "out of use, and still in Kobo": (BOTH, pl.concat([homes("a"), homes("b", tatt_ut_av_bruk=True)]), {}, {"b": "out_of_use"}),
    "a category that is not let": (BOTH, homes("a"), {"outside": [{**ROW, "reason": "institusjon"}]}, {"b": "out_of_scope"}),
    "its rows are part of another": (BOTH, homes("a"), {"keys": [("fdv", "b", "a", date(2023, 1, 1))]}, {"b": "merged"}),
    "the same, while a source is unread": (BOTH, homes("a"), {"keys": [], "complete": ("fdv",)}, {}),
    "known to an older ledger alone": (
        stock(stock_row("a"), stock_row("b", category=None)), homes("a"), {"absences": {"b": 1}}, {"b": "gone_before"},
    ),
    "a new id at the same place": (
        BOTH, homes("a", "c"),
        {"items": [RETIRING], "links": [("b", "k1")], "entries": register({"kobo_id": "k1", "nummer": 2, "bruksenhetsnummer": "H0101"})},
        {"b": "old_id", "c": "new_id"},
    ),
    "a new id for the same entry": (
        BOTH, homes("a", "c"),
        {"items": [{"class": "in_sync", "leverandor_bolig_id": "c", "kobo_id": "k1"}], "links": [("b", "k1")]},
        {"b": "old_id", "c": "new_id"},
    ),
    "another category": (BOTH, homes("a", "b", kategori="annet"), {}, {"a": "changed", "b": "changed"}),
    "another tenure": (stock(stock_row("a", tenure="INNLEID_FRA_STIFTELSE")), homes("a"), {}, {"a": "changed"}),
    "the tenure came to be stated": (stock(stock_row("a", tenure="")), homes("a"), {}, {"a": "told"}),
    "what an older ledger did not keep": (stock(stock_row("a", category=None, tenure=None)), homes("a"), {}, {"a": "learned"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_why_a_dwelling_came_left_or_changed(case: tuple[pl.DataFrame, pl.DataFrame, dict[str, Any], dict[str, str]]) -> None:
    before, tonight, known, kinds = case
    assert moved(before, tonight, **known) == kinds


def test_one_that_is_gone_and_waits_is_counted_so_that_it_can_leave_later() -> None:
    assert changes(BOTH, homes("a")).absent == ("b",)
    assert changes(BOTH, homes("a"), absences={"b": 1}).absent == ()


def test_rooms_with_leases_of_their_own_are_counted_and_their_whole_unit_is_not() -> None:
    unit = homes("unit", nummer=9)
    rooms = homes("room1", "room2", nummer=9).with_columns(ekstra_referanse=pl.Series(["Rom 1", "Rom 2"]))
    assert moved(stock(stock_row("unit")), pl.concat([unit, rooms])) == {"unit": "whole_unit", "room1": "new", "room2": "new"}


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["eldre", "annet"]), max_size=4), min_size=1, max_size=6))
def test_the_ledgers_stock_is_what_is_there_whatever_happened_and_a_repeated_night_has_no_row(nights: list[dict[str, str]]) -> None:
    known, absences = stock(), dict[str, int]()
    for night in nights:
        tonight = pl.concat([homes(), *(homes(dwelling, kategori=category) for dwelling, category in sorted(night.items()))])
        for _ in (1, 2, 3):
            changed = changes(known, tonight, absences=absences)
            absences = {dwelling: absences.get(dwelling, 0) + 1 for dwelling in changed.absent}
            known = pl.concat([changed.moved.select(list(STOCK)), known]).unique("leverandor_bolig_id", keep="first")
        assert changed.moved.is_empty()
        assert {ours: category for ours, _, in_stock, category, _ in known.iter_rows() if in_stock} == night
