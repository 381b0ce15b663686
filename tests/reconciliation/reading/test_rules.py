"""Each rule has one row here that breaks it and nothing else, and the sentence its owner reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.personal_numbers import MASK
from connectors.read_result import SourceRead, Verdict
from language import in_language, rendered
from reconciliation.model import tables
from reconciliation.model.rules import RULES
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import validate
from reporting.rules_document import rules_document
from tests.reconciliation.reading.village_rows import GOOD, SOURCE, VIK, good, judged, read, rules

OTHER = good(Nummer="2", Adresse="Storgata 2")

ALONE: dict[str, tuple[Mapping[str, str | None], str]] = {
    "N01": ({"Nummer": None}, "nøkkel"),
    "K01": ({"Kategori": None}, "Kategori kreves"),
    "K02": ({"Kategori": "Hybelhus"}, "«Hybelhus»"),
    "A01": ({"Adresse": None}, "gatenavn og husnummer"),
    "A02": ({"Adresse": "Storgata"}, "husnummer"),
    "A03": ({"Adresse": "Postboks 12, 9920 Vik"}, "postboks"),
    "A04": ({"Adresse": "Storgata 1 - 3"}, "én adresse for én bolig"),
    "P01": ({"Postnr": None}, "fire sifre"),
    "P02": ({"Postnr": "99O1"}, "«99O1»"),
    "B01": ({"Bruksenhet": "A0101"}, "for eksempel H0101"),
    "M01": ({"Gnr": "se skjøte"}, "12/345"),
    "V01": ({"Areal": "ukjent"}, "«ukjent»"),
    "V02": ({"Areal": "0"}, "utenfor det som er mulig"),
}
TOGETHER: dict[str, tuple[Mapping[str, str | None], Mapping[str, str | None], str]] = {
    "N02": ({}, {"Adresse": "Storgata 9"}, "flere rader"),
    "B02": ({"Bruksenhet": None}, {"Nummer": "3", "Bruksenhet": None}, "ikke noe bruksenhetsnummer skiller dem"),
    "B03": ({}, {"Nummer": "3"}, "hver sin nøkkel"),
}


@pytest.mark.parametrize("rule", ALONE)
def test_a_row_that_breaks_one_rule_is_rejected_with_its_sentence_and_the_good_row_goes_on(rule: str) -> None:
    changes, words = ALONE[rule]
    done = judged(good(**changes), OTHER)
    assert rules(done) == [(2, rule)]
    assert done.rejected.get_column("row").to_list() == [2]
    assert done.accepted.get_column("row").to_list() == [3]
    assert words in rendered(done.deviations.get_column("message")[0])


@pytest.mark.parametrize("rule", TOGETHER)
def test_rows_that_break_a_rule_together_are_all_rejected(rule: str) -> None:
    first, second, words = TOGETHER[rule]
    done = judged(good(**first), good(**second), OTHER)
    assert rules(done) == [(2, rule), (3, rule)]
    assert done.accepted.get_column("row").to_list() == [4]
    assert words in rendered(done.deviations.get_column("message")[0])


def test_a_copy_of_a_row_without_its_unit_number_is_told_by_the_number_of_the_other_which_goes_on() -> None:
    done = judged(good(), good(Nummer="3", Bruksenhet=None), OTHER)
    assert rules(done) == [(3, "B07")]
    assert done.accepted.get_column("row").to_list() == [2, 4]
    assert "raden for «Storgata 1 H0101»" in rendered(done.deviations.get_column("message")[0])


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"Adresse": "Storgata"}, "Adresse"),
        ({"Postnr": None}, "Postnr"),
        ({"Nummer": None}, "Nummer"),
        ({"Areal": "0"}, "Areal"),
        ({"Kategori": None}, "Kategori"),
        ({"Gnr": "se skjøte"}, "Gnr"),
    ],
)
def test_the_owner_is_shown_the_heading_of_their_own_file(changes: Mapping[str, str | None], heading: str) -> None:
    assert judged(good(**changes)).deviations.get_column("column").to_list() == [heading]


@pytest.mark.parametrize(("heading", "rule"), [("Leil", "V01"), ("Nummer", "N01"), ("Areal", "V01")])
def test_what_a_failed_formula_left_behind_is_no_value(heading: str, rule: str) -> None:
    assert rules(judged(good(**{heading: "#N/A"}))) == [(2, rule)]


@pytest.mark.parametrize(("sign", "rule"), [(".", "S01W"), ("..", "S01W"), ("...", "S01W"), (":", "S02W")])
def test_the_signs_of_official_statistics_are_no_number_and_say_why(sign: str, rule: str) -> None:
    done = judged(good(Areal=sign))
    assert rules(done) == [(2, rule)]
    assert done.accepted.get_column("bruksareal").to_list() == [None]


def test_a_masked_number_is_a_warning_and_the_row_goes_on() -> None:
    done = judged(good(Leil=f"3 {MASK}"))
    assert rules(done) == [(2, "I01W")]
    assert done.accepted.height == 1


def test_a_line_that_could_not_be_read_is_a_rejected_row_with_its_place() -> None:
    whole = read(good())
    lost = pl.DataFrame(
        {"source": ["fdv"], "file": ["fdv.csv"], "sheet": [None], "row": [7], "reason": ["width"], "melding": ["For få kolonner."]},
        schema_overrides={"sheet": pl.String},
    )
    done = standardise(SourceRead("fdv", Verdict.SUSPICIOUS, whole.rows, unreadable=lost), SOURCE, VIK)
    judgement = validate(done.rows, done.deviations, VIK)
    assert judgement.rejected.get_column("row").to_list() == [7]
    assert "L01" in judgement.deviations.get_column("rule").to_list()


def test_every_sentence_says_what_was_filled_in() -> None:
    sentences = {rule.id: in_language("nb").at(f"rule_texts.{rule.id}.filled") for rule in RULES if rule.id not in {"L01", "I01W"}}
    assert [rule for rule, filled in sentences.items() if not re.match("Det er (ikke )?fylt inn ", filled)] == []


def test_every_rule_has_its_test() -> None:
    tried = {
        *ALONE,
        *TOGETHER,
        "B07",
        "I01W",
        "S01W",
        "S02W",
        "V03",
        "V04W",
        "L01",
        "A05W",
        "A06W",
        "P03W",
        "P04W",
        "P05W",
        "O01",
        "B04W",
        "B05W",
        "B06W",
        "G01",
        "G02W",
        "G03",
        "N04W",
        "N05W",
        "N06W",
    }
    assert {rule.id for rule in RULES} == tried


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"Bruksenhet": "h 01-02"}, "bruksenhetsnummer", "H0102"),
        ({"Adresse": "STORGATA 1b"}, "adressenavn", "Storgata"),
        ({"Adresse": "Storgata 1b"}, "bokstav", "B"),
        ({"Areal": "'7340,50'", "Leie": None}, "bruksareal", None),
        ({"Leie": "9302,00"}, "manedsleie", 9302.0),
        ({"Leie": "1\u00a0200"}, "manedsleie", 1200.0),
        ({"Postnr": "301"}, "postnummer", "0301"),
        ({"Postnr": "481.0"}, "postnummer", "0481"),
        ({"Gnr": "12/345/0/7"}, "seksjonsnummer", 7),
        ({"Gnr": "17/235, snr.2"}, "seksjonsnummer", 2),
        ({"Gnr": ".118.507"}, "bruksnummer", 507),
        ({"Adresse": "Storgata 1 leil 3", "Bruksenhet": None}, "leilighetsnummer", "3"),
        ({"Adresse": "Storgata 1 leil 3", "Bruksenhet": None}, "bruksenhetsnummer", None),
    ],
)
def test_harmless_dirt_is_understood(changes: Mapping[str, str | None], field: str, value: object) -> None:
    rows = standardise(read(good(**changes)), SOURCE, VIK).rows
    if field == "bruksareal":
        assert rows.item(0, field) == pytest.approx(7340.5), "read as written; whether it is possible is another rule"
    else:
        assert rows.item(0, field) == value


def test_what_is_outside_the_scope_is_never_rejected() -> None:
    done = judged(good(Kategori="Institusjon", Adresse=None, Bruksenhet="?"), good(Nummer=None, Utleibar="False"), OTHER)
    assert done.rejected.is_empty()
    assert done.deviations.is_empty()
    assert sorted(done.out_of_scope.get_column("reason").to_list()) == ["inactive", "plass"]


VALUES = st.fixed_dictionaries(
    {heading: st.sampled_from([GOOD[heading], None, "", "Storgata 2", "tull", "0", "Institusjon", "False"]) for heading in GOOD}
)


@given(st.lists(VALUES, min_size=1, max_size=12))
def test_law_1_and_6_every_row_ends_in_one_place_whatever_the_order(rows: list[dict[str, str | None]]) -> None:
    done = standardise(read(*rows), SOURCE, VIK)
    first = validate(done.rows, done.deviations, VIK)
    ends = pl.concat([first.accepted, first.rejected, first.out_of_scope.select(list(tables.SOURCE_ROWS))])
    assert sorted(ends.get_column("row")) == list(range(2, len(rows) + 2))
    wrong = first.deviations.filter(pl.col("severity") == "error").get_column("row")
    assert set(wrong) == set(first.rejected.get_column("row")), "a row is rejected when, and only when, a sentence says why"
    second = validate(done.rows.sample(fraction=1.0, shuffle=True, seed=7), done.deviations.reverse(), VIK)
    assert first.accepted.equals(second.accepted)
    assert first.rejected.equals(second.rejected)


def test_the_page_of_rules_is_current() -> None:
    written = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == rules_document(), "regenerate with: python -m reporting.rules_document > docs/rules.md"
