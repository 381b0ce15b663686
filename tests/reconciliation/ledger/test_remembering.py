"""What the ledger remembers from night to night."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from sqlalchemy import event, text

from kobo_client.client import CallRecord
from reconciliation.ledger import KILLED, SNAPSHOT, Ledger, LedgerError
from reconciliation.model.tables import DEVIATIONS, PLAN_ITEMS
from tests.reconciliation.ledger.databases import Clock

FIRST = date(2023, 11, 1)
PLACE = "fjordvik"


def night(ledger: Ledger, number: int, mode: str = "auto") -> str:
    run_id = f"run-{number:02d}"
    ledger.begin_run(PLACE, FIRST + timedelta(days=number), run_id, mode)
    return run_id


def items(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    """(class, leverandor_bolig_id, kobo_id) as plan items."""
    return pl.DataFrame(
        [{"class": kind, "leverandor_bolig_id": ours, "kobo_id": theirs, "changes": "[]", "details": "{}"} for kind, ours, theirs in rows],
        schema=PLAN_ITEMS,
    )


def deviation(key: str | None, rule: str = "A01", source: str = "facilit", row: int = 3) -> dict[str, object]:
    return {
        "source": source,
        "file": "facilit.csv",
        "row": row,
        "row_hash": "x",
        "owner": "boligkontoret",
        "source_key": key,
        "column": "Adresse",
        "rule": rule,
        "severity": "error",
        "message": "Adresse mangler.",
    }


def deviations(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=DEVIATIONS)


def test_a_night_is_noted_with_its_sources_and_its_end(ledger: Ledger) -> None:
    run_id = night(ledger, 0)
    ledger.finish_run(run_id, "done", {"plan": 0.5}, {"facilit": {"verdict": "complete", "rows_read": 10, "rejected": 1, "accepted": 9}})
    run = ledger.runs(PLACE).row(0, named=True)
    assert (run["verdict"], run["as_of"], run["seconds"]) == ("done", FIRST, '{"plan": 0.5}')
    with ledger.engine.connect() as connection:
        reading = connection.execute(text("SELECT source, rows_read, out_of_scope FROM source_reading")).one()
    assert tuple(reading) == ("facilit", 10, None)


def test_the_last_complete_read_is_remembered_past_failed_ones(ledger: Ledger) -> None:
    for number, (verdict, rows) in enumerate([("complete", 100), ("failed", 0), ("suspicious", 3)]):
        ledger.finish_run(night(ledger, number), "done", {}, {"facilit": {"verdict": verdict, "rows_read": rows}})
    assert ledger.last_complete_rows(PLACE, "facilit") == 100
    assert ledger.last_complete_rows(PLACE, "excel") is None
    assert ledger.last_complete_rows("annet_sted", "facilit") is None


def test_a_night_that_never_ended_becomes_interrupted_when_the_next_begins(ledger: Ledger) -> None:
    night(ledger, 0)
    ledger.begin_run("annet_sted", FIRST, "elsewhere", "auto")
    night(ledger, 1)
    assert ledger.runs(PLACE)["verdict"].to_list() == ["interrupted", "running"]
    assert ledger.runs(PLACE)["message"].to_list() == [KILLED, None], "runs and status say why, as for one that was ended by hand"
    assert ledger.runs("annet_sted")["verdict"].to_list() == ["running"]


def test_links_are_never_overwritten(ledger: Ledger) -> None:
    pairs = pl.DataFrame({"leverandor_bolig_id": ["a", "b"], "kobo_id": ["1", "2"]})
    assert len(ledger.save_links(PLACE, pairs, "created")) == 0
    assert len(ledger.save_links(PLACE, pairs, "matched")) == 0, "the same pair again is no news"
    refused = ledger.save_links(PLACE, pl.DataFrame({"leverandor_bolig_id": ["a", "c", "d"], "kobo_id": ["9", "2", "3"]}), "matched")
    assert refused.rows() == [("a", "9"), ("c", "2")]
    assert ledger.links(PLACE).rows() == [("a", "1"), ("b", "2"), ("d", "3")]
    assert ledger.link_history(PLACE).select("leverandor_bolig_id", "kobo_id", "made_by").rows() == [
        ("a", "1", "created"),
        ("b", "2", "created"),
        ("d", "3", "matched"),
    ]


def test_a_link_that_ended_is_kept_and_makes_room_for_another(ledger: Ledger) -> None:
    pair = pl.DataFrame({"leverandor_bolig_id": ["a"], "kobo_id": ["1"]})
    ledger.save_links(PLACE, pair, "created")
    with ledger.write() as connection:
        assert ledger.unlink_within(connection, PLACE, ["a", "unknown"], "retired") == 1
    assert len(ledger.links(PLACE)) == 0
    ledger.save_links(PLACE, pair, "restored")
    assert ledger.link_history(PLACE).select("made_by", "ended_by").rows() == [("created", "retired"), ("restored", None)]


def test_a_key_keeps_its_dwelling_and_its_first_night(ledger: Ledger) -> None:
    keys = pl.DataFrame({"source": ["facilit", "excel"], "source_key": ["1", "1"], "leverandor_bolig_id": ["facilit-1", "facilit-1"]})
    ledger.save_memberships(PLACE, keys, FIRST)
    ledger.save_memberships(PLACE, keys.head(1), FIRST + timedelta(days=2))
    ledger.save_memberships(PLACE, keys.head(1), FIRST)
    assert ledger.memberships(PLACE).rows() == [
        ("excel", "1", "facilit-1", FIRST),
        ("facilit", "1", "facilit-1", FIRST),
    ]


def test_a_night_on_which_nothing_changed_writes_no_key_and_no_deviation(ledger: Ledger) -> None:
    keys = pl.DataFrame({"source": ["facilit"], "source_key": ["1"], "leverandor_bolig_id": ["facilit-1"]})
    moved = keys.with_columns(leverandor_bolig_id=pl.lit("facilit-2"))
    statements: list[str] = []
    event.listen(
        ledger.engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: statements.append(statement.split()[0])
    )

    def written(number: int, tonight: pl.DataFrame, row: int) -> list[str]:
        run_id, as_of = night(ledger, number), FIRST + timedelta(days=number)
        statements.clear()
        ledger.save_memberships(PLACE, tonight, as_of)
        ledger.record_deviations(run_id, as_of, deviations(deviation("1", row=row)), ["facilit"])
        return [verb for verb in statements if verb in ("INSERT", "UPDATE", "DELETE")]

    assert written(0, keys, 3) == ["INSERT", "INSERT"]
    assert written(1, keys, 3) == []
    assert written(2, moved, 4) == ["UPDATE", "UPDATE"], "another dwelling's now, and found in another row"
    assert ledger.memberships(PLACE)["leverandor_bolig_id"].to_list() == ["facilit-2"]
    assert ledger.deviations(PLACE)["row"].to_list() == [4]


def test_a_decision_supersedes_the_one_before_and_both_are_kept(ledger: Ledger) -> None:
    question = {"kind": "match", "subject": "facilit-1", "other": "k-1", "decided_by": "boligkontoret"}
    marks = [ledger.decisions_mark(PLACE)]
    for changed in ({"verdict": "unsure", "evidence": "address"}, {"other": "k-2", "verdict": "different"}, {"verdict": "same"}):
        last = ledger.add_decision(PLACE, **{**question, **changed})
        marks.append(ledger.decisions_mark(PLACE))
    in_force = ledger.decisions(PLACE)
    assert in_force.select("other", "verdict").rows() == [("k-2", "different"), ("k-1", "same")]
    assert len(ledger.decisions(PLACE, include_superseded=True)) == 3
    about = ledger.decisions_about(PLACE, {"k-1", "facilit-1"}).get_column("verdict").to_list()
    assert about == ["unsure", "different", "same"], "each once, whichever side names it"
    assert ledger.decisions_about(PLACE, {"k-2"}).height == 1
    ledger.withdraw_decision(PLACE, last, "KN")
    assert len({*marks, ledger.decisions_mark(PLACE)}) == 5, "whoever keeps the decisions sees that there is a new one"


def test_decisions_move_as_lines_of_text(ledger: Ledger) -> None:
    ledger.add_decision(PLACE, kind="conflict", subject="æøå-1", field="adressenavn", verdict="replace", decided_by="eiendom", note="sett")
    lines = ledger.dump_decisions(PLACE)
    assert ledger.load_decisions(PLACE, lines) == 0
    assert ledger.load_decisions("annet_sted", [*lines, ""]) == 1
    assert ledger.dump_decisions("annet_sted") == lines
    assert ledger.dump_decisions(PLACE) == lines


@pytest.mark.parametrize("line", ["no json", "[]", "{}", '{"kind": "match", "colour": "red"}', '{"kind": "match", "decided": "yesterday"}'])
def test_a_line_that_is_no_decision_is_named_and_nothing_is_taken_in(ledger: Ledger, line: str) -> None:
    good = '{"kind": "match", "subject": "a", "verdict": "same", "decided_by": "x", "decided": "2023-11-01T10:00:00+01:00"}'
    with pytest.raises(LedgerError, match="Line 2 is no decision"):
        ledger.load_decisions(PLACE, [good, line])
    assert len(ledger.decisions(PLACE)) == 0


def test_a_plan_comes_back_as_it_was_made(ledger: Ledger) -> None:
    made = items(("create", "a", None), ("in_sync", "b", "2"), ("update", "c", "3"))
    ledger.record_plan(night(ledger, 0), made, "d1", refusals=[{"guard": "update_share"}])
    plan = ledger.plan("run-00")
    assert plan is not None
    assert (plan.digest, plan.counts, plan.refusals) == ("d1", {"create": 1, "in_sync": 1, "update": 1}, [{"guard": "update_share"}])
    assert plan.items.equals(made)
    assert ledger.plan("run-01") is None


def test_a_clock_that_was_moved_back_makes_no_night_the_last_one_again(ledger: Ledger, clock: Clock) -> None:
    for number in range(3):
        run_id = night(ledger, number)
        ledger.finish_run(run_id, "done", {}, {"facilit": {"verdict": "complete", "rows_read": number}})
        clock.turn(days=-2)
    assert ledger.last_complete_rows(PLACE, "facilit") == 2
    assert ledger.runs(PLACE)["run_id"].to_list() == ["run-00", "run-01", "run-02"]


def test_a_dwelling_that_stays_in_sync_is_written_down_once(ledger: Ledger) -> None:
    ledger.record_plan(night(ledger, 0), items(("create", "a", None)), "d0")
    for number in (1, 2):
        ledger.record_plan(night(ledger, number), items(("in_sync", "a", "1")), f"d{number}")
    ledger.record_plan(night(ledger, 3), items(("update", "a", "1")), "d3")
    ledger.record_plan(night(ledger, 4), items(("in_sync", "a", "1")), "d4")
    plans = [ledger.plan(f"run-0{number}") for number in range(5)]
    assert [plan.items["class"].to_list() for plan in plans if plan] == [["create"], ["in_sync"], [], ["update"], ["in_sync"]]


def test_changes_of_class_leave_out_the_nights_between_and_other_dwellings_and_places(ledger: Ledger) -> None:
    for number, kind in enumerate(("create", "create", "in_sync", "in_sync", "update", "update", "in_sync")):
        ledger.record_plan(
            night(ledger, number), items((kind, "a", "1"), ("review", "b", None), ("register_only", None, "9")), f"d{number}"
        )
    changes = ledger.class_changes(PLACE)
    days = {
        (dwelling, kind): (as_of - FIRST).days
        for dwelling, as_of, kind in changes.head(3).select("leverandor_bolig_id", "as_of", "class").iter_rows()
    }
    assert days == {("a", "create"): 0, ("a", "in_sync"): 2, ("a", "update"): 4}
    assert changes.select("leverandor_bolig_id", "class").rows()[3:] == [("a", "in_sync"), ("b", "review")]
    assert ledger.class_changes("another").is_empty()


def test_nights_gone_are_distinct_dates_and_end_when_the_dwelling_is_back(ledger: Ledger) -> None:
    gone = items(("retire", "a", "1"), ("in_sync", "b", "2"))
    ledger.record_plan(night(ledger, 0), gone, "d0")
    ledger.begin_run(PLACE, FIRST, "again", "auto")
    ledger.record_plan("again", gone, "d0")
    ledger.record_plan(night(ledger, 1), gone, "d1")
    assert ledger.absences(PLACE, FIRST + timedelta(days=2)) == {"a": 2}
    assert ledger.absences(PLACE, FIRST + timedelta(days=1)) == {"a": 1}, "nights before that night only"
    ledger.record_plan(night(ledger, 2), gone, "d2", gone=[])
    assert ledger.absences(PLACE, FIRST + timedelta(days=3)) == {"a": 2}, "a night that could not see everything counts for nothing"
    ledger.record_plan(night(ledger, 3), items(("in_sync", "a", "1")), "d3")
    assert ledger.absences(PLACE, FIRST + timedelta(days=4)) == {}


def test_the_life_of_a_deviation(ledger: Ledger) -> None:
    life = ["source_key", "first_seen", "age_days", "is_new", "returned"]

    def record(number: int, frame: pl.DataFrame, complete: list[str]) -> list[tuple[object, ...]]:
        as_of = FIRST + timedelta(days=number)
        return ledger.record_deviations(night(ledger, number), as_of, frame, complete).select(life).rows()

    first, two = deviation("1"), deviation("2")
    assert record(0, deviations(first, two), ["facilit"]) == [("1", FIRST, 0, True, False), ("2", FIRST, 0, True, False)]
    assert record(3, deviations(two), ["facilit"]) == [("2", FIRST, 3, False, False)]
    assert record(4, deviations(), []) == [], "a failed read mends nothing"
    assert ledger.deviations(PLACE)["source_key"].to_list() == ["2"]
    assert record(5, deviations(two, first), ["facilit"]) == [("2", FIRST, 5, False, False), ("1", FIRST, 0, False, True)]
    assert record(6, deviations(first), ["facilit"]) == [("1", FIRST, 1, False, True)]
    fixed = ledger.deviations(PLACE, include_fixed=True).filter(pl.col("fixed").is_not_null())
    assert fixed.select("source_key", "fixed").rows() == [("2", FIRST + timedelta(days=6))]


def test_rows_with_the_same_key_share_one_life_and_rows_without_have_their_own(ledger: Ledger) -> None:
    frame = deviations(deviation("1", row=3), deviation("1", row=9), deviation(None, row=4), deviation(None, row=5))
    recorded = ledger.record_deviations(night(ledger, 0), FIRST, frame, ["facilit"])
    assert recorded.select(list(DEVIATIONS)).equals(frame)
    assert len(ledger.deviations(PLACE)) == 3


def test_a_night_run_again_replaces_its_own_progress_only(ledger: Ledger) -> None:
    def snapshot(done: int) -> pl.DataFrame:
        row = {"category": "c", "source": "s", "owner": "o", "in_scope": 5, "in_register": done, "in_sync": done}
        return pl.DataFrame([{**row, "blocked": "{}", "register_seen": True}], schema=SNAPSHOT)

    ledger.record_snapshot(night(ledger, 0), snapshot(1))
    ledger.record_snapshot(night(ledger, 1), snapshot(2))
    ledger.begin_run(PLACE, FIRST + timedelta(days=1), "again", "auto")
    ledger.record_snapshot("again", snapshot(3))
    assert ledger.history(PLACE).select("as_of", "in_register").rows() == [(FIRST, 1), (FIRST + timedelta(days=1), 3)]


def test_every_request_is_counted(ledger: Ledger) -> None:
    def call(verb: str, outcome: str, attempt: int = 1) -> CallRecord:
        return CallRecord(ledger.clock(), verb, "/kobobolig", None, None, 200, attempt, "r", 0.01, None, outcome)

    run_id = night(ledger, 0)
    calls = [call("GET", "done"), call("GET", "not_found"), call("POST", "unknown"), call("POST", "conflict", 2), call("PUT", "refused")]
    ledger.record_calls(PLACE, run_id, calls)
    assert ledger.call_counts(run_id) == {"GET": 2, "POST": 2, "PUT": 1, "failed": 2, "retried": 1}
