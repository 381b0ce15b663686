"""Movements are appended and read back; of an older ledger what its keys, links, bases and writes knew is known, and the rest is not."""

from __future__ import annotations

import json
from datetime import date

import polars as pl

from reconciliation.ledger import MOVEMENTS, Ledger, Write, WriteOutcome
from reconciliation.ledger.migrations import HEAD
from reconciliation.ledger.opening import migrate
from reconciliation.model.tables import DEVIATIONS

PLACE = "fjordvik"
FIRST, SECOND = date(2023, 11, 1), date(2023, 11, 2)


def keys(*known: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(list(known), schema=["source", "source_key", "leverandor_bolig_id"], orient="row")


def test_the_stock_is_the_newest_row_of_each_and_nothing_given_is_nothing_written(ledger: Ledger) -> None:
    rows = [(FIRST, "a", "opening", True, "c", "x"), (FIRST, "b", "opening", True, "c", "x"), (SECOND, "a", "gone", False, "c", "x")]
    moved = pl.DataFrame(rows, schema=MOVEMENTS, orient="row")
    ledger.record_movements(PLACE, "run", moved, ["b"], SECOND)
    ledger.record_movements(PLACE, "run", moved.clear(), ["b"], SECOND)
    ledger.record_movements(PLACE, "run", moved.clear(), [], SECOND)
    assert ledger.movements(PLACE).equals(moved)
    assert sorted(ledger.stock(PLACE).select("leverandor_bolig_id", "stands").rows()) == [("a", False), ("b", True)]
    assert ledger.last_movement(PLACE) == SECOND
    assert ledger.absences(PLACE, date(2023, 11, 3)) == {"b": 1}
    assert ledger.stock("elsewhere").is_empty()
    assert ledger.last_movement("elsewhere") is None


def test_of_an_older_ledger_what_it_knew_is_known_and_what_it_did_not_keep_is_null(ledger: Ledger) -> None:
    error = {"source": "s", "source_key": "4", "row": 4, "rule": "A01", "severity": "error"}
    ledger.begin_run(PLACE, FIRST, "run-1", "auto")
    ledger.record_deviations("run-1", FIRST, pl.DataFrame([error], schema=DEVIATIONS), ["s"])
    ledger.save_memberships(PLACE, keys(("s", "1", "a"), ("s", "2", "b")), FIRST)
    ledger.save_memberships(PLACE, keys(("s", "3", "c"), ("s", "4", "d"), ("t", "1", "e")), SECOND)
    writes = [Write("r1", "run-1", "a", "POST", body="{}"), Write("r2", "run-1", "b", "POST", body="{}")]
    ledger.journal(PLACE, "run-1", [], writes)
    made = [
        WriteOutcome(f"r{at}", ours, "done", f"k{at}", 201, link="created", agreed={"disposisjonsform": "KOMMUNALT_EID"})
        for at, ours in ((1, "a"), (2, "b"))
    ]
    ledger.clock.turn(days=3)  # type: ignore[attr-defined]
    ledger.journal(PLACE, "run-1", made, [Write("r3", "run-1", "b", "DELETE", "k2")])
    taken = json.dumps([{"field": "disposisjonsform", "old": "INNLEID_FRA_STIFTELSE", "new": None, "source": None}])
    ledger.journal(PLACE, "run-1", [WriteOutcome("r3", "b", "done", "k2", 204, unlink="retired", changes=taken)], [])
    with ledger.write() as connection:
        migrate(connection, "0003")
        migrate(connection, HEAD)
    assert ledger.movements(PLACE).select("leverandor_bolig_id", "kind", "stands", "tenure").rows() == [
        ("a", "opening", True, "KOMMUNALT_EID"),
        ("b", "opening", True, "INNLEID_FRA_STIFTELSE"),
        ("c", "new", True, None),
        ("d", "readable", True, None),
        ("e", "first_read", True, None),
        ("b", "gone", False, "INNLEID_FRA_STIFTELSE"),
    ]
    assert ledger.movements(PLACE).get_column("category").null_count() == 6
    assert ledger.movements(PLACE).get_column("as_of").is_sorted()
