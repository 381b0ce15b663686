"""Law 14 between nights: a read is held against the last complete one of its source, key by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from connectors.read_result import SourceRead, Verdict
from connectors.source_config import AnySource
from language import rendered
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality
from reconciliation.reading.checked_reads import CheckedRead, LastReads, check_read, layouts_to_keep
from reconciliation.reading.evidence_words import EVIDENCE, sentences
from reconciliation.reading.key_examples import EXAMPLES
from reconciliation.reading.read_evidence import Evidence, Finding, read_evidence, under_new_keys
from reconciliation.reading.standardise import Standardised
from reconciliation.reading.validate import validate
from tests.reconciliation.reading.village_rows import VIK

FIELDS = {
    "adresse": {"column": "Adresse", "as": "address"},
    "bruksareal": {"column": "Areal", "as": "number"},
    "manedsleie": {"column": "Leie", "as": "number"},
    "kategori": {"column": "Type"},
}
Row = dict[str, Any]


def source(**limits: float) -> AnySource:
    made: AnySource = TypeAdapter(AnySource).validate_python(
        {"kind": "csv", "title": "Listen", "owner": "bolig", "path": "x.csv", "key": ["Nr"], "fields": FIELDS, "evidence": limits}
    )
    return made


def listed() -> Municipality:
    return VIK.model_copy(update={"sources": {"listen": source()}})


def town(count: int = 40) -> list[Row]:
    return [
        {
            "source_key": str(number),
            "adressenavn": "Ospestien" if number % 2 else "Hegrevika",
            "nummer": number,
            "bruksareal": 40.0 + number,
            "manedsleie": 5000.0 + 10 * number,
            "kategori": "vanlig" if number % 3 else "omsorg",
        }
        for number in range(1, count + 1)
    ]


def frame(rows: list[Row]) -> pl.DataFrame:
    """SOURCE_ROWS whose hash is of their values, as a real one is."""
    placed = [
        {"source": "listen", "file": "x.csv", "row": place, "row_hash": str(sorted(row.items(), key=str)), **row}
        for place, row in enumerate(rows, start=2)
    ]
    return pl.DataFrame(placed, schema=tables.SOURCE_ROWS)


def evidence_of(tonight: list[Row], before: list[Row], **limits: float) -> Evidence:
    return read_evidence(frame(tonight), frame(before), source(**limits), {}, {})


def codes(evidence: Evidence) -> list[str]:
    return [finding.code for finding in evidence.findings]


def renumbered(rows: list[Row]) -> list[Row]:
    return [{**row, "source_key": str(number)} for number, row in enumerate(rows, start=1)]


HOME = {"source_key": "0", "adressenavn": "Lunden", "nummer": 9, "bruksareal": 99.0, "manedsleie": 9900.0, "kategori": "vanlig"}

SHIFTS: dict[str, Callable[[list[Row]], list[Row]]] = {
    "a row put in": lambda rows: renumbered([*rows[:5], HOME, *rows[5:]]),
    "a row taken out": lambda rows: renumbered([*rows[:5], *rows[6:]]),
    "sorted by street": lambda rows: renumbered(sorted(rows, key=lambda row: (row["adressenavn"], row["nummer"]))),
    "sorted backwards": lambda rows: renumbered(rows[::-1]),
    "keys sorted alone": lambda rows: [
        {**row, "source_key": other["source_key"]} for row, other in zip(rows, rows[3:] + rows[:3], strict=True)
    ],
}


@pytest.mark.parametrize("how", SHIFTS)
def test_keys_that_no_longer_follow_the_home_are_reported_and_nothing_is_believed(how: str) -> None:
    evidence = evidence_of(SHIFTS[how](town()), town())
    assert codes(evidence) == ["keys_moved"]
    assert not evidence.believed
    moved = dict(evidence.moved.iter_rows())
    tonight = {row["source_key"]: (row["adressenavn"], row["nummer"]) for row in SHIFTS[how](town())}
    before = {row["source_key"]: (row["adressenavn"], row["nummer"]) for row in town()}
    assert all(tonight[new] == before[old] for old, new in moved.items())
    stayed = {key for key, place in before.items() if tonight.get(key) == place}
    assert len(moved) + len(stayed) >= 39


def test_homes_of_one_address_are_distinguished_by_their_measures() -> None:
    block = [{**row, "adressenavn": "Blokka", "nummer": 1} for row in town(20)]
    assert codes(evidence_of(renumbered([*block[:4], HOME, *block[4:]]), block)) == ["keys_moved"]


def test_a_key_whose_former_home_has_another_key_is_reused_although_the_flats_are_alike() -> None:
    flats = [{**HOME, "source_key": str(at), "bruksenhetsnummer": unit} for at, unit in enumerate(("H0101", "H0102", "H0201"))]
    put_in = [flats[0], {**flats[1], "bruksenhetsnummer": "H0103"}, {**flats[1], "source_key": "2"}, {**flats[2], "source_key": "3"}]
    assert sorted(evidence_of(put_in, flats).reused) == ["1", "2"]


@pytest.mark.parametrize("prefix", ["A-", "Æ-"])
def test_a_new_prefix_is_reported_with_the_table_that_repairs_it(prefix: str) -> None:
    evidence = evidence_of([{**row, "source_key": prefix + row["source_key"]} for row in town()], town())
    assert codes(evidence) == ["keys_renamed"]
    assert evidence.moved.height == 40


def test_keys_that_changed_in_letters_beyond_ascii_are_a_changed_decoding() -> None:
    before = [{**row, "source_key": f"SØ-{row['source_key']}" if row["nummer"] < 9 else row["source_key"]} for row in town()]
    wrong = [
        {**row, "source_key": row["source_key"].replace("Ø", "Ã˜"), "adressenavn": f"{row['adressenavn']}Ã¥"} if row["nummer"] < 9 else row
        for row in before
    ]
    assert "decoding_changed" in codes(evidence_of(wrong, before))
    changed = [before[0] | {"source_key": "SÃ˜-1", "adressenavn": "OspestiÃ¥n"}, *before[1:]]
    few = evidence_of(changed, before)
    assert (codes(few), few.believed) == (["keys_respelt"], True)
    switched = read_evidence(frame(changed), frame(before), source(), {"encoding": "cp1252"}, {"encoding": "utf-8"})
    assert codes(switched) == ["decoding_changed"]


def test_headings_over_the_wrong_column_are_reported() -> None:
    wrong = [{**row, "bruksareal": row["manedsleie"], "manedsleie": row["bruksareal"]} for row in town()]
    assert codes(evidence_of(wrong, town())) == ["headings_moved"]


def test_an_emptied_column_and_a_category_that_took_over_are_reported() -> None:
    assert codes(evidence_of([{**row, "manedsleie": None} for row in town()], town())) == ["column_emptied"]
    assert codes(evidence_of([{**row, "kategori": "omsorg"} for row in town()], town())) == ["category_exploded"]
    assert codes(evidence_of([{**row, "kategori": None} for row in town()], town())) == ["column_emptied", "category_exploded"]


def test_a_block_of_rows_that_vanished_is_no_attrition_and_the_others_are_believed() -> None:
    evidence = evidence_of([*town()[:10], *town()[15:]], town())
    assert codes(evidence) == ["block_vanished"]
    assert evidence.believed
    assert codes(evidence_of([row for row in town() if row["nummer"] % 9], town())) == []
    assert codes(evidence_of([*town()[:10], *town()[15:]], town(), gap=400)) == ["block_vanished"], "a tenth of a short list"
    assert codes(evidence_of([*town(200)[:10], *town(200)[25:]], town(200), gap=20)) == []


def test_keys_that_were_lost_while_the_rows_are_there_are_reported() -> None:
    without = [{**row, "source_key": None} if row["nummer"] in (3, 17) else row for row in town()]
    evidence = evidence_of(without, town())
    assert codes(evidence) == ["keys_lost"]
    assert evidence.believed


ORDINARY: dict[str, Callable[[list[Row]], list[Row]]] = {
    "nothing": lambda rows: rows,
    "other order": lambda rows: rows[::-1],
    "new rents": lambda rows: [{**row, "manedsleie": row["manedsleie"] * 1.03} for row in rows],
    "unit numbers filled in": lambda rows: [{**row, "bruksenhetsnummer": "H0101"} for row in rows],
    "a new home": lambda rows: [*rows, HOME],
    "three sold": lambda rows: [row for row in rows if row["nummer"] not in (4, 17, 33)],
    "a street spelt otherwise": lambda rows: [{**row, "adressenavn": "Ospe-stien"} if row["nummer"] == 1 else row for row in rows],
    "a key of its own": lambda rows: [{**row, "source_key": "N1"} if row["nummer"] == 1 else row for row in rows],
}


@pytest.mark.parametrize("what", ORDINARY)
def test_an_ordinary_night_is_believed(what: str) -> None:
    assert codes(evidence_of(ORDINARY[what](town()), town())) == []


READ = SourceRead("listen", Verdict.COMPLETE, pl.DataFrame())


def asked_of(tonight: list[Row], yesterday: LastReads | None = None) -> CheckedRead:
    rows, before = frame(tonight), yesterday or LastReads(frame(town()))
    return check_read(READ, Standardised(rows, tables.empty(tables.DEVIATIONS)), source(), before, before.hidden([rows]))


def test_a_single_key_that_names_another_home_waits_for_an_answer_and_the_others_go_on() -> None:
    tonight = [*town()[:-1], {**HOME, "source_key": "40"}]
    asked = asked_of(tonight)
    assert asked.read.verdict is Verdict.COMPLETE
    assert asked.done.rows.height == 40
    (deviation,) = asked.done.deviations.iter_rows(named=True)
    assert (deviation["rule"], deviation["source_key"], deviation["severity"]) == ("N05W", "40", "warning")
    assert "«40» i Nr" in rendered(deviation["message"])
    assert "Sist: Hegrevika 40. Nå: Lunden 9." in rendered(deviation["message"])
    judged = validate(asked.done.rows.with_columns(postnummer=pl.lit("9920")), asked.done.deviations, listed())
    assert judged.rejected["source_key"].to_list() == ["40"]
    assert judged.accepted.height == 39

    right = LastReads(frame(town()), answered=lambda warning: "right" if warning["message"] == deviation["message"] else None)
    assert asked_of(tonight, right).done.deviations.is_empty(), "it goes on once somebody has called it right"
    other = [*town()[:-1], {**HOME, "nummer": 7, "source_key": "40"}]
    assert asked_of(other, right).done.deviations["rule"].to_list() == ["N05W"], "the answer was to another change"


@pytest.mark.parametrize(
    "corrected",
    [{"nummer": 41}, {"adressenavn": "Hegravika", "bruksareal": None, "manedsleie": None}, {"bokstav": "B", "manedsleie": 1.0}],
    ids=["a house number", "a street's spelling", "a letter"],
)
def test_a_corrected_address_of_the_same_home_is_reported_and_goes_on(corrected: Row) -> None:
    asked = asked_of([*town()[:-1], {**town()[-1], **corrected}])
    assert asked.done.deviations["rule"].to_list() == ["N04W"]
    assert asked.read.verdict is Verdict.COMPLETE


def test_the_last_rows_shifted_by_one_wait_and_the_key_that_is_gone_is_not_retired() -> None:
    asked = asked_of(renumbered([*town()[:37], *town()[38:]]))
    assert asked.done.deviations.select("rule", "source_key").rows() == [("N05W", "38"), ("N05W", "39")]
    assert asked.read.verdict is Verdict.SUSPICIOUS
    assert [finding.code for finding in asked.evidence.findings] == ["keys_reused"]
    assert asked.done.rows.height == 39


def test_five_keys_are_shown_with_what_they_named_and_name() -> None:
    shown = asked_of(renumbered([*town()[:5], HOME, *town()[5:]])).evidence.examples
    assert len(shown) == EXAMPLES
    before = {row["source_key"]: f"{row['adressenavn']} {row['nummer']}" for row in town()}
    for example in shown:
        assert (example.then, example.under) == (before[example.key], str(int(example.key) + 1))
        assert example.now == (before[str(int(example.key) - 1)] if example.key != "6" else "Lunden 9")


@pytest.mark.parametrize("side", ["then", "now", "another source"])
def test_no_example_and_no_question_tells_a_shielded_address(side: str) -> None:
    secret = {"hemmelig_adresse": True}
    before = [{**row, **secret} if side == "then" else row for row in town()]
    tonight = renumbered([*town()[:5], {**HOME, **secret}, *town()[5:]])
    tonight = [{**row, **secret} if side == "now" else row for row in tonight]
    yesterday = LastReads(frame(before), secret=frozenset(f"listen:{n}" for n in range(1, 41)) if side == "another source" else frozenset())
    asked = asked_of(tonight, yesterday)
    assert [finding.code for finding in asked.evidence.findings] == ["keys_moved"]
    assert asked.evidence.examples == ()
    question = asked_of([*before[:-1], {**HOME, **(secret if side == "now" else {}), "source_key": "40"}], yesterday)
    (deviation,) = question.done.deviations["message"]
    assert not any(word in rendered(deviation) for word in ("Hegrevika", "Lunden", "Ospestien"))
    again = asked_of([*before[:-1], {**HOME, **(secret if side == "now" else {}), "nummer": 8, "source_key": "40"}], yesterday)
    assert again.done.deviations["message"].to_list() != [deviation], "an answer to one change is no answer to another"


def test_a_read_that_is_not_believed_is_as_if_it_had_not_been_read() -> None:
    done = Standardised(frame(town()[::-1][:30]), tables.empty(tables.DEVIATIONS))
    read = SourceRead("listen", Verdict.COMPLETE, pl.DataFrame({"Nr": ["1"]}), layout={"encoding": "cp1252"})
    yesterday = LastReads(frame(renumbered(town()[::-1])), {"listen": {"encoding": "utf-8"}})
    asked = check_read(read, done, source(), yesterday)
    assert asked.read.verdict is Verdict.SUSPICIOUS
    assert asked.read.rows.is_empty()
    assert asked.done.rows.is_empty()
    assert "rekey" in str(asked.read.message)
    assert layouts_to_keep({"listen": asked.read}, yesterday) == {"listen": {"encoding": "utf-8"}}


def test_where_the_last_rows_cannot_be_had_it_is_said() -> None:
    done = Standardised(frame(town()), tables.empty(tables.DEVIATIONS))
    read = SourceRead("listen", Verdict.COMPLETE, pl.DataFrame())
    assert check_read(read, done, source(), LastReads(None)).note == ""
    assert "cannot be had" in check_read(read, done, source(), LastReads(None, read_before=frozenset({"listen"}))).note


def test_after_a_declared_rekeying_the_rows_of_before_have_today_s_keys() -> None:
    def members(keys: dict[str, str]) -> pl.DataFrame:
        rows = [{"source": "listen", "source_key": key, "leverandor_bolig_id": home} for key, home in keys.items()]
        return pl.DataFrame(rows)

    then = {str(number): f"L-{number}" for number in range(1, 41)}
    now = {str(number if number < 6 else number + 1): f"L-{number}" for number in range(1, 41)}
    before = under_new_keys(frame(town()), members(then), members(now))
    tonight = renumbered([*town()[:5], HOME, *town()[5:]])
    assert codes(read_evidence(frame(tonight), before, source(), {}, {})) == []
    assert under_new_keys(frame(town()), None, members(now)).equals(frame(town()))


@given(st.data())
def test_law_14_whatever_is_done_to_the_keys_no_believed_read_has_many_that_name_another_home(data: st.DataObject) -> None:
    before = town(20)
    keys = [row["source_key"] for row in before]
    first, last = sorted((data.draw(st.integers(0, 19)), data.draw(st.integers(0, 19))))
    keys[first : last + 1] = data.draw(st.permutations(keys[first : last + 1]))
    tonight = [{**row, "source_key": key} for row, key in zip(before, keys, strict=True)]
    others = sum(row["source_key"] != old["source_key"] for row, old in zip(tonight, before, strict=True))
    evidence = evidence_of(tonight, before)
    assert evidence.believed == (others <= 2)
    assert evidence.moved.height == others
    assert all("{" not in message + rendered(melding) for message, melding in map(sentences, evidence.findings))


@pytest.mark.parametrize("code", EVIDENCE)
def test_every_finding_has_both_sentences(code: str) -> None:
    values = dict.fromkeys(("keys", "known", "limit", "examples", "then", "now", "percent", "field", "other", "rows", "first", "last"), 7)
    message, melding = sentences(Finding(code, values))
    assert message
    assert rendered(melding)
