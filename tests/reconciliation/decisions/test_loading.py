"""Decisions as text: dumped, read in a diff, loaded in any order; the last word on each question is in force."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from reconciliation.ledger import Ledger, LedgerError, open_ledger
from tests.reconciliation.ledger.databases import Clock, new_ledger_database

PLACE = "fjordvik"


def opened(folder: Path, name: str = "a") -> Ledger:
    (folder / name).mkdir()
    return open_ledger(new_ledger_database("sqlite", folder / name), folder, Clock())


def made(ledger: Ledger) -> list[str]:
    """A change of mind, dumped before and after it, and a decision on something else. Returns all lines."""
    lines: list[str] = []
    for verdict in ("keep", "replace", "keep", "replace"):
        ledger.add_decision(PLACE, kind="field", subject="a", field="nummer", verdict=verdict, decided_by="KN", evidence="x")
        lines += ledger.dump_decisions(PLACE)
    ledger.add_decision(PLACE, kind="match", subject="a", other="kobo:k1", verdict="same", decided_by="KN")
    return [*lines, *ledger.dump_decisions(PLACE)]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_loading_does_not_matter(seed: int, tmp_path: Path) -> None:
    with opened(tmp_path, "first") as first, opened(tmp_path, "second") as second:
        lines = made(first)
        Random(seed).shuffle(lines)
        for line in lines:
            second.load_decisions(PLACE, [line])
        assert second.dump_decisions(PLACE) == first.dump_decisions(PLACE)
        assert second.load_decisions(PLACE, lines) == 0, "known ones are passed over"


def test_a_dump_is_sorted_text_one_decision_a_line(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        made(ledger)
        dumped = ledger.dump_decisions(PLACE)
        assert dumped == ledger.dump_decisions(PLACE)
        decisions = [json.loads(line) for line in dumped]
        assert [(decision["subject"], decision["verdict"]) for decision in decisions] == [("a", "replace"), ("a", "same")]
        assert all(list(decision) == sorted(decision) for decision in decisions)


def test_nothing_is_lost_when_a_mind_is_changed(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        made(ledger)
        assert ledger.decisions(PLACE, include_superseded=True).height == 5
        assert ledger.decisions(PLACE).height == 2


def test_a_clock_that_was_set_back_does_not_make_the_new_word_the_older_one(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        now = ledger.clock()
        ledger.clock = lambda: now
        for verdict in ("keep", "replace"):
            ledger.add_decision(PLACE, kind="field", subject="a", field="nummer", verdict=verdict, decided_by="KN")
        assert ledger.decisions(PLACE).get_column("verdict").to_list() == ["replace"]
        every = ledger.decisions(PLACE, include_superseded=True)
        assert every.sort("decided").get_column("verdict").to_list() == ["keep", "replace"]


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "match"}', '{"kind": "match", "farge": 1}'])
def test_a_line_that_is_no_decision_is_named_and_nothing_is_taken_in(line: str, tmp_path: Path) -> None:
    with opened(tmp_path, "first") as first, opened(tmp_path, "second") as second:
        with pytest.raises(LedgerError, match="Line 1"):
            second.load_decisions(PLACE, [line, *made(first)])
        assert second.decisions(PLACE).is_empty()
