"""What was last agreed per entry: kept with the write that agreed on it, and forgotten with its link."""

from __future__ import annotations

import json
from datetime import date

import polars as pl

from reconciliation.ledger import Agreement, Ledger, Write, WriteOutcome
from reconciliation.ledger.migrations import HEAD
from reconciliation.ledger.opening import migrate
from reconciliation.model.kobo_change_policy import THREE_WAY

PLACE = "fjordvik"
CREATED = {"bruksareal": 50.0, "antall_soverom": 2, "adressenavn": "Fjordveien"}


def agreed(ledger: Ledger) -> dict[str, dict[str, object]]:
    return {kobo_id: json.loads(agreed_json) for kobo_id, _, agreed_json, _ in ledger.bases(PLACE).iter_rows()}


def created(ledger: Ledger) -> None:
    ledger.begin_run(PLACE, date(2023, 11, 1), "run-1", "auto")
    ledger.journal(PLACE, "run-1", [], [Write("r1", "run-1", "a", "POST", body="{}")])
    ledger.journal(PLACE, "run-1", [WriteOutcome("r1", "a", "done", "k1", 201, link="created", agreed=CREATED)], [])


def changed(ledger: Ledger) -> None:
    changes = [{"field": "bruksareal", "old": 50.0, "new": 61.0, "source": "s"}]
    ledger.journal(PLACE, "run-1", [], [Write("r2", "run-1", "a", "PUT", "k1", json.dumps(changes))])
    ledger.journal(PLACE, "run-1", [WriteOutcome("r2", "a", "done", "k1", 200, agreed={"bruksareal": 61.0})], [])


def test_what_is_written_and_confirmed_is_agreed_and_an_update_agrees_on_its_fields_alone(ledger: Ledger) -> None:
    created(ledger)
    assert agreed(ledger) == {"k1": {"bruksareal": 50.0, "antall_soverom": 2}}, "only fields that an update may hold"
    changed(ledger)
    assert agreed(ledger) == {"k1": {"bruksareal": 61.0, "antall_soverom": 2}}


def test_a_dwelling_that_is_linked_no_longer_has_no_base(ledger: Ledger) -> None:
    created(ledger)
    with ledger.write() as connection:
        ledger.unlink_within(connection, PLACE, ["a"], "retired")
    assert ledger.bases(PLACE).is_empty()


def test_a_link_that_cannot_be_kept_brings_no_base(ledger: Ledger) -> None:
    created(ledger)
    pairs = pl.DataFrame({"leverandor_bolig_id": ["b", "c"], "kobo_id": ["k1", "k2"]})
    agreements = [Agreement("k1", "b", {"bruksareal": 1.0}), Agreement("k2", "c", {"bruksareal": 2.0})]
    assert ledger.save_links(PLACE, pairs, "matched", agreements=agreements).rows() == [("b", "k1")]
    assert agreed(ledger) == {"k1": {"bruksareal": 50.0, "antall_soverom": 2}, "k2": {"bruksareal": 2.0}}


def test_of_an_older_ledger_what_its_updates_wrote_is_known_and_nothing_else(ledger: Ledger) -> None:
    created(ledger)
    changed(ledger)
    with ledger.write() as connection:
        migrate(connection, "0001")
        migrate(connection, HEAD)
    assert agreed(ledger) == {"k1": {"bruksareal": 61.0}}
    assert set(agreed(ledger)["k1"]) <= set(THREE_WAY)


def test_an_unchanged_night_writes_no_row(ledger: Ledger) -> None:
    created(ledger)
    before = ledger.bases(PLACE)
    ledger.save_bases(PLACE, before.clear())
    assert ledger.bases(PLACE).equals(before)
