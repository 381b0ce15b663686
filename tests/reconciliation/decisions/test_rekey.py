"""A declared change of keys: what moves, what collides, and what refuses the whole file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.ledger import open_ledger
from reconciliation.model.known_decisions import new_beside
from reconciliation.plan.rekey import Fate, RekeyError, declared_moves, plan_rekey, read_pairs
from tests.reconciliation.ledger.databases import Clock, new_ledger_database
from tests.strategies import MEMBERSHIPS, NIGHT

PLACE = "vik"
KNOWN = {"1": "fdv-1", "2": "fdv-2", "3": "omsorg-7"}


def memberships(known: dict[str, str], source: str = "fdv") -> pl.DataFrame:
    rows = [(source, key, ours) for key, ours in known.items()]
    return pl.DataFrame([*rows, ("omsorg", "A1", "omsorg-7")], schema=MEMBERSHIPS, orient="row")


FATES = {
    "one by one": ([("1", "A1"), ("2", "A2")], [Fate.MOVES, Fate.MOVES]),
    "a swap": ([("1", "2"), ("2", "1")], [Fate.MOVES, Fate.MOVES]),
    "a chain": ([("1", "2"), ("2", "3"), ("3", "4")], [Fate.MOVES] * 3),
    "the same line twice": ([("1", "A1"), ("1", "A1")], [Fate.MOVES, Fate.MOVES]),
    "unchanged": ([("1", "1")], [Fate.SAME]),
    "never seen": ([("9", "A9")], [Fate.UNMATCHED]),
    "moved on an earlier try": ([("0", "1")], [Fate.DONE]),
    "one old key, two new": ([("1", "A1"), ("1", "A2")], [Fate.TWICE_OLD] * 2),
    "two old keys, one new": ([("1", "A1"), ("2", "A1")], [Fate.TWICE_NEW] * 2),
    "a key that stays with another": ([("1", "3")], [Fate.TAKEN]),
    "no new key": ([("1", "")], [Fate.BLANK]),
}


@pytest.mark.parametrize("case", FATES.values(), ids=FATES.keys())
def test_what_becomes_of_each_line(case: tuple[list[tuple[str, str]], list[Fate]]) -> None:
    pairs, fates = case
    assert [line.fate for line in plan_rekey("fdv", pairs, memberships(KNOWN)).lines] == fates


@pytest.mark.parametrize(
    ("in_kobo", "fate"),
    [({"fdv-1"}, Fate.MOVES), ({"fdv-1", "fdv-2"}, Fate.TAKEN), (None, Fate.TAKEN)],
    ids=["not sent", "sent", "unknown"],
)
def test_a_key_that_a_night_has_seen_gives_way_unless_its_dwelling_is_in_kobo(in_kobo: set[str] | None, fate: Fate) -> None:
    (line,) = plan_rekey("fdv", [("1", "2")], memberships(KNOWN), in_kobo).lines
    assert line.fate is fate


def test_a_key_whose_dwelling_has_another_one_is_taken() -> None:
    (line,) = plan_rekey("fdv", [("1", "3")], memberships(KNOWN), {"fdv-1"}).lines
    assert line.fate is Fate.TAKEN


def test_one_ambiguous_line_and_nothing_moves() -> None:
    rekey = plan_rekey("fdv", [("2", "A2"), ("1", "3")], memberships(KNOWN))
    with pytest.raises(RekeyError, match="Line 3: the new key belongs to another dwelling"):
        declared_moves(rekey)
    assert plan_rekey("fdv", [("2", "A2")], memberships(KNOWN)).left == ("1", "3")


@given(st.permutations(sorted(KNOWN)), st.randoms(use_true_random=False))
def test_every_renaming_that_is_not_refused_keeps_every_dwelling(keys: list[str], random: object) -> None:
    """Any renaming of the keys among themselves and two new ones; the lines in any order."""
    targets = [*keys, "A1", "A2"]
    random.shuffle(targets)  # type: ignore[attr-defined]
    pairs = list(zip(keys, targets, strict=False))
    rekey = plan_rekey("fdv", pairs, memberships(KNOWN))
    assert not rekey.ambiguous
    moved = declared_moves(rekey)
    after = {moved.get(key, key): ours for key, ours in KNOWN.items()}
    assert sorted(after.values()) == sorted(KNOWN.values())
    assert {line.fate for line in plan_rekey("fdv", reversed(pairs), memberships(KNOWN)).lines} == {line.fate for line in rekey.lines}


READ = {
    "semicolons": b"gammel;ny\n1;A1\n2;A2\n",
    "a byte order mark and Windows line ends": b"\xef\xbb\xbfgammel;ny\r\n1;A1\r\n2;A2\r\n\r\n",
    "commas, English, other columns": b"note,new,old\nx,A1,1\ny,A2,2\n",
    "tabs and blanks": b"Gammel\tNy\n 1 \t A1\n2\tA2\n",
}


@pytest.mark.parametrize("content", READ.values(), ids=READ.keys())
def test_the_file_is_read_as_people_write_it(content: bytes) -> None:
    assert read_pairs(content) == [("1", "A1"), ("2", "A2")]


@pytest.mark.parametrize("content", [b"", b"1;A1\n", b"gammel;ny\n", "gammel;ny\nå;b\n".encode("latin-1")])
def test_a_file_that_cannot_be_used_says_what_to_do(content: bytes) -> None:
    with pytest.raises(RekeyError):
        read_pairs(content)


def test_memberships_and_decisions_move_together_and_other_sources_stay(tmp_path: Path) -> None:
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path, Clock()) as ledger:
        ledger.save_memberships(PLACE, memberships(KNOWN), NIGHT)
        decision = {"kind": "merge", "verdict": "different", "decided_by": "KN", "evidence": "e", "note": "to hus"}
        ledger.add_decision(PLACE, subject="fdv:1", other="omsorg:A1", **decision)
        ledger.add_decision(PLACE, subject="fdv:2", other="fdv:3", **decision)
        before = ledger.decisions(PLACE)
        assert ledger.rename_keys(PLACE, "fdv", {"1": "2", "2": "1", "3": "A1"}) == 3
        kept = ledger.memberships(PLACE).select("source", "source_key", "leverandor_bolig_id").rows()
        assert kept == [("fdv", "1", "fdv-2"), ("fdv", "2", "fdv-1"), ("fdv", "A1", "omsorg-7"), ("omsorg", "A1", "omsorg-7")]
        after = ledger.decisions(PLACE)
        assert sorted(after.select("subject", "other").rows()) == [("fdv:1", "fdv:A1"), ("fdv:2", "omsorg:A1")]
        rest = ["kind", "verdict", "decided_by", "decided", "evidence", "note"]
        assert after.select(rest).sort("decided").rows() == before.select(rest).sort("decided").rows()
        assert ledger.decisions(PLACE, include_superseded=True).height == 4


def test_what_was_decided_about_a_dwelling_follows_its_key_unless_the_dwelling_keeps_its_id(tmp_path: Path) -> None:
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path, Clock()) as ledger:
        ledger.save_memberships(PLACE, memberships({"1": "fdv-1", "2": "fdv-2", "3": "fdv-3", "4": "fdv-3"}), NIGHT)
        for dwelling in ("fdv-1", "fdv-2", "fdv-3", "fdv-8"):
            ledger.add_decision(PLACE, kind="match", subject=dwelling, other="kobo:K", verdict="different", decided_by="KN")
        ledger.rename_keys(PLACE, "fdv", {"1": "11", "8": "18"})
        ledger.follow_keys(PLACE, "fdv", {"2": "12", "3": "13"})
        assert sorted(ledger.decisions(PLACE)["subject"]) == ["fdv-1", "fdv-12", "fdv-18", "fdv-3"], (
            "8 is not remembered, 3 has another row"
        )


def test_decisions_alone_follow_a_row_and_so_does_what_was_shown_beside_a_home_of_its_own(tmp_path: Path) -> None:
    with open_ledger(new_ledger_database("sqlite", tmp_path), tmp_path, Clock()) as ledger:
        ledger.save_memberships(PLACE, memberships(KNOWN), NIGHT)
        beside = new_beside([("fdv:1", "e1"), ("fdv:2", "e2")])
        ledger.add_decision(PLACE, kind="merge", subject="omsorg:A1", verdict="new", value=beside, decided_by="KN")
        assert ledger.follow_keys(PLACE, "fdv", {"1": "11"}) == 1
        assert ledger.decisions(PLACE)["value"].to_list() == [new_beside([("fdv:11", "e1"), ("fdv:2", "e2")])]
        assert ledger.memberships(PLACE).filter(pl.col("source") == "fdv")["source_key"].to_list() == ["1", "2", "3"]
