"""truth.json is consistent, and agrees with the rows that it describes."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from typing import Any

import pytest

from demo import register_before, story, truth
from demo.typed_rows import TypedRow
from tests.demo.conftest import Night

CLASSES = {"create", "update", "in_sync", "review", "conflict", "retire"}


def _by_why(night: Night) -> dict[str | None, list[dict[str, Any]]]:
    by_reason: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for dwelling in night.truth["dwellings"]:
        by_reason[dwelling["why"]].append(dwelling)
    return by_reason


@pytest.mark.parametrize("when", ["first", "last"])
def test_every_row_is_rejected_out_of_scope_or_accepted(when: str, request: pytest.FixtureRequest) -> None:
    night: Night = request.getfixturevalue(when)
    for counts in night.truth["sources"].values():
        assert counts["rows"] == counts["rejected"] + counts["out_of_scope"] + counts["accepted"]
    for row in night.truth["rows"]:
        assert (row["outcome"] == "rejected") == bool(row["rules"])
        assert row["dwelling"] or row["outcome"] == "out_of_scope"


def test_on_the_night_it_fails_no_row_of_the_workbook_is_read() -> None:
    truth_of_night = truth.of(story.NIGHTS[4])
    assert truth_of_night["sources"]["helse_omsorg"]["readable"] is False
    assert {row["outcome"] for row in truth_of_night["rows"] if row["source"] == "helse_omsorg"} == {"unread"}


def test_accepted_rows_each_form_one_dwelling(last: Night) -> None:
    uses = Counter((source, key) for d in last.truth["dwellings"] for source, key in d["rows"] + d["untied_rows"])
    accepted = {(row["source"], row["source_key"]) for row in last.truth["rows"] if row["outcome"] == "accepted"}
    assert set(uses) == accepted
    assert max(uses.values()) == 1


def test_accepted_keys_are_filled_and_unique(last: Night) -> None:
    keys = Counter((row["source"], row["source_key"]) for row in last.truth["rows"] if row["rules"] not in (["N01"], ["N02"]))
    assert not [key for key, count in keys.items() if count > 1 or key[1] is None]


def test_a_copied_key_is_on_two_rows(first: Night) -> None:
    copied = Counter(row["source_key"] for row in first.truth["rows"] if row["rules"] == ["N02"])
    assert copied
    assert set(copied.values()) == {2}


@pytest.mark.parametrize("rule", ["B02", "B03"])
def test_rows_that_cannot_be_distinguished_come_in_twos_at_one_address(rule: str, nights: list[dict[str, list[TypedRow]]]) -> None:
    for night in nights:
        addresses: Counter[tuple[str, int]] = Counter()
        for source, rows in night.items():
            for row in rows:
                if row.rules == (rule,):
                    addresses[source, story.script().world.dwellings[int(str(row.dwelling)[1:]) - 1].building.id] += 1
        assert set(addresses.values()) <= {2}
        if addresses:
            return
    pytest.fail("no night has such rows")


def test_classes_follow_from_why(last: Night) -> None:
    why = _by_why(last)
    assert {c for d in last.truth["dwellings"] for c in d["expected"]} <= CLASSES
    assert all(d["can_be_in_register"] for d in why[None])
    assert [d["expected"] for d in why["contradiction"]] == [["conflict"]] * 4
    assert [d["expected"] for d in why["wrong_address_in_register"]] == [["conflict"]] * 4
    assert all(d["expected"] == [] and not d["rows"] for d in why["rejected"])
    assert len(why["sold"]) == 6
    assert len(why[None]) > 700


def test_what_can_be_in_the_register_has_what_the_register_requires(last: Night) -> None:
    for dwelling in _by_why(last)[None]:
        fields = dwelling["fields"]
        assert all(fields[name] for name in ("kommunenummer", "adressenavn", "nummer", "postnummer", "boligtype"))


def test_dwellings_that_can_be_in_the_register_have_an_identity_of_their_own(last: Night) -> None:
    def identity(fields: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(fields[name] for name in ("adressenavn", "nummer", "bokstav", "bruksenhetsnummer", "ekstra_referanse"))

    known = Counter(identity(d["fields"]) for d in _by_why(last)[None])
    assert max(known.values()) == 1


def test_untied_rows_are_a_handful(last: Night) -> None:
    untied = [row for row in last.truth["rows"] if not row["tied"]]
    assert len(untied) == 4
    assert {row["outcome"] for row in untied} == {"accepted"}


def test_the_register_held_ninety_dwellings_before_the_first_night(first: Night) -> None:
    with (first.folder / "kobo_import_before.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert rows[0] == register_before.COLUMNS
    assert len(rows[0]) == 35
    assert {len(row) for row in rows} == {35}
    entries = first.truth["register_before"]
    assert [list(entry["columns"].values()) for entry in entries] == rows[1:]
    assert Counter(entry["kind"] for entry in entries) == {"equal": 72, "outdated": 12, "wrong_letter": 4, "register_only": 2}


def test_what_the_register_held_is_known_to_the_systems_and_clean(first: Night) -> None:
    rejected = {row["dwelling"] for row in first.truth["rows"] if row["rules"]}
    present = {d["id"]: d for d in first.truth["dwellings"]}
    for entry in first.truth["register_before"]:
        if entry["dwelling"] is None:
            continue
        assert entry["dwelling"] in present
        assert entry["dwelling"] not in rejected
        if entry["kind"] == "wrong_letter":
            fields = present[entry["dwelling"]]["fields"]
            assert fields["bruksenhetsnummer"] == "H0101"
            assert entry["columns"]["gnrbnr"] == f"{fields['gardsnummer']}/{fields['bruksnummer']}"
            assert entry["columns"]["husbokstav"] != (fields["bokstav"] or "")
